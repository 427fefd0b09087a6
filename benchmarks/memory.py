"""What a weight step needs in memory: the peak size of a fresh process, less its size after building the network.

`python -m benchmarks.memory WHICH CHANNELS LAYERS BATCH THREADS` prints it in bytes; `WHICH` is a name of `WHICH`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.timing import Ratio

STEPS = 2
WHICH = ("plain", "nasc", "checkpointed")


def ratios(channels: int, layers: int, batch: int, threads: int, full: bool) -> list[Ratio]:
    """Shares of what the plain network needs; with `full` also that of cells computed again."""
    plain = measure("plain", channels, layers, batch, threads)
    rows = []
    for name, which in (("memory", "nasc"), ("memory, recomputed", "checkpointed"))[: 2 if full else 1]:
        ours = measure(which, channels, layers, batch, threads)
        rows.append(Ratio(name, plain / 2**20, ours / 2**20, ours / plain, ours / plain, ours / plain, "MiB"))
    return rows


def measure(which: str, channels: int, layers: int, batch: int, threads: int) -> int:
    """Bytes of a step in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.memory", which, *map(str, (channels, layers, batch, threads))]
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    return int(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def main(which: str, channels: int, layers: int, batch: int, threads: int) -> int:
    """Build, do some steps, and look."""
    import torch

    from benchmarks import plain_steps
    from benchmarks.plain_darts import PlainSupernet
    from benchmarks.search import CLIP, open_ours, sgd
    from nasc.runtime.search.steps import weight_step

    torch.set_num_threads(threads)
    pictures = torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))
    if which == "plain":
        plain = PlainSupernet(channels, layers).train()
        weights = plain_steps.weight_optimizer(plain)
        before = _size()
        for _ in range(STEPS):
            plain_steps.weight_step(plain, weights, pictures)
    else:
        ours = open_ours(channels, layers, checkpoint=which == "checkpointed")
        optimizer = sgd(ours)
        before = _size()
        for _ in range(STEPS):
            weight_step(ours, optimizer, pictures, CLIP)
    return _size("VmHWM") - before


def _size(which: str = "VmRSS") -> int:
    """Bytes of this process that lie in memory now, or at most did.

    Not from `getrusage`, whose peak is also that of the parent before it started this process.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(which))


if __name__ == "__main__":
    assert sys.argv[1] in WHICH
    print(main(sys.argv[1], *map(int, sys.argv[2:])))
