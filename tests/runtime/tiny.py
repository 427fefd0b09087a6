"""Runs of a second on the digits, and what is compared of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nasc.dsl.source import Source
from nasc.runtime import checkpoint
from nasc.runtime.job import Job
from nasc.runtime.run import read_asked

NETWORKS = """
network small: darts_search { channels: 2  layers: 3 }
network cifar: darts_cifar { channels: 2  layers: 3 }
search darts { network: small  epochs: 3  batch: 8 }
train { network: cifar  epochs: 3  batch: 8 }
"""
SPACE = f"""nas 1
use std.darts
ops few = none | max_pool_3x3 | skip_connect | dil_conv_3x3
cell normal(s0, s1) {{ s2..s3 = keep 2 of few(*)  return concat(s2..s3) }}
cell reduce(s0, s1) {{ s2 = keep 2 of few(*)  return concat(s2) }}
{NETWORKS}"""
GENOTYPE = f"""nas 1
use std.darts
cell normal(s0, s1) {{
  s2 = sep_conv_3x3(s0) + skip_connect(s1)
  s3 = dil_conv_3x3(s2) + max_pool_3x3(s0)
  return concat(s2..s3)
}}
cell reduce(s0, s1) {{ s2 = max_pool_3x3(s0) + skip_connect(s1)  return concat(s2) }}
{NETWORKS}"""
EPOCHS, STEPS = 3, 3


def job(out: Path, text: str = SPACE, **given: Any) -> Job:
    """A job of three epochs of three steps, on one thread."""
    torch.set_num_threads(1)
    return Job(Source("tiny.nas", text), "digits", out, **{"limit": STEPS, "quiet": True, "seed": 3, **given})


def outcome(path: Path) -> dict[str, Any]:
    """All that a run has made, file by file; the date of its start and where it saved before the end aside."""
    found: dict[str, Any] = {}
    for file in sorted(path.rglob("*")):
        name = str(file.relative_to(path))
        if file.suffix == ".nas":
            found[name] = file.read_text(encoding="utf-8").replace(read_asked(path)["started"], "DATE")
        elif file.name == "checkpoint.pt":
            found |= {f"{name}{key}": value for key, value in leaves(checkpoint.load(file))}
        elif file.is_file() and file.name != "run.json" and not file.name.startswith("checkpoint."):
            found[name] = file.read_bytes()
    return found


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Tensors and numbers with their places in nested containers."""
    if isinstance(value, dict | list | tuple):
        yield path, (type(value), len(value))
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, f"{path}/{key}")
    elif isinstance(value, Tensor):
        yield path, (value.dtype, tuple(value.shape), value.numpy().tobytes())
    else:
        yield path, value


def differences(a: Path, b: Path) -> list[str]:
    """Names of what two runs do not have in common, to the bit."""
    left, right = outcome(a), outcome(b)
    assert left
    return [name for name in sorted(left.keys() | right.keys()) if left.get(name) != right.get(name)]
