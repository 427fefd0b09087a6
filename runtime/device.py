"""The device and the threads that a command runs on, and how a network is run there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from nasc.compiler.build import Network
from nasc.compiler.passes import FLOAT32, passes
from nasc.compiler.passes.rewriting import Pass
from nasc.dsl.diagnostic import fail
from nasc.runtime.apart import keep_apart
from nasc.runtime.sync_norm import synchronise
from nasc.runtime.world import here

AMP = {"bf16": torch.bfloat16, "fp16": torch.float16}
"""Types of mixed precision by name. bfloat16 has the range of float32; with float16 a training scales its loss."""


@dataclass(frozen=True)
class Execution:
    """How a network is run: `recompute` cells for the gradient, in mixed precision `amp`, cells compiled by torch.

    With `sync_bn` batch-norm takes its statistics over the examples of all ranks.
    """

    device: torch.device = torch.device("cpu")
    without: Sequence[str] = ()
    recompute: bool = False
    amp: str | None = None
    compile: bool = False
    sync_bn: bool = False

    def passes(self) -> tuple[Pass, ...]:
        """The compiler's passes. Raises `NasError` (E313) where `without` names one that is not there."""
        float32 = FLOAT32 if self.amp or self.compile else ()
        norms = ("fold_strengths",) if self.sync_bn else ()  # it computes batch-norm by formulas of its own
        return passes(rounding=True, without=(*self.without, *float32, *norms), device=self.device.type)

    def prepare(self, network: Network) -> None:
        """Bring a network to the device, and have it run this way."""
        if self.sync_bn and here().size > 1:
            synchronise(network)
        keep_apart(network, here())
        network.to(self.device)
        network.checkpoint = self.recompute
        network.amp = AMP[self.amp] if self.amp else None
        if self.compile:
            for cell in network.cells:
                cell.compile()


def precision(name: str | None, device: torch.device) -> torch.dtype | None:
    """The type of mixed precision of that name. Raises `NasError` (E508) where the device has it not."""
    if name == "fp16" and device.type == "cpu":
        message = "mixed precision in float16 needs a GPU, and this runs on the CPU"
        raise fail("E508", message, help="`--amp bf16` works on both")
    return AMP[name] if name else None


def be_deterministic() -> None:
    """Have torch refuse whatever varies from run to run (`failures.explained` says which); there is no way back."""
    # cuBLAS reads it when it starts: without it torch refuses every product of matrices
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)


def choose_device(name: str | None, threads: int | None) -> torch.device:
    """The device named, else a GPU where there is one; torch is set to so many threads.

    Raises `NasError` (E508) where it cannot be used.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and here().size > 1:
        name = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(name)
    try:
        torch.zeros(1, device=name).item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        if reason.startswith("Expected one of cpu"):  # all devices that torch was ever made for
            help = "`cpu` always works; `cuda` is a GPU of NVIDIA or AMD, `cuda:1` the second one, `mps` that of a Mac"
            raise fail("E508", f"there is no device `{name}`", help=help) from None
        raise fail("E508", f"device `{name}` cannot be used: {reason}", help="`--device cpu` always works") from None
    return torch.device(name)
