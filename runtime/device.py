"""The device and the threads that a command runs on."""

from __future__ import annotations

import torch

from nasc.dsl.diagnostic import fail


def choose_device(name: str | None, threads: int | None) -> torch.device:
    """The device named, else a GPU where there is one; torch is set to so many threads.

    Raises `NasError` (E508) where it cannot be used.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.zeros(1, device=name).item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise fail("E508", f"device `{name}` cannot be used: {reason}", help="`--device cpu` always works") from None
    return torch.device(name)
