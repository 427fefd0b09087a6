"""Rewritings of the layer graph that keep its function, its gradients and its `state_dict()`: one file a pass."""

from __future__ import annotations

from collections.abc import Collection

from nasc.compiler.native import library
from nasc.compiler.passes.dilation import undilate
from nasc.compiler.passes.kernels import native, split_kernels
from nasc.compiler.passes.norms import fold_strengths
from nasc.compiler.passes.rewriting import Pass
from nasc.compiler.passes.sharing import share
from nasc.compiler.passes.zeros import drop_zeros
from nasc.dsl.diagnostic import fail, nearest

PASSES: dict[str, Pass] = {
    "drop_zeros": drop_zeros,
    "native": native,
    "undilate": undilate,
    "fold_strengths": fold_strengths,
    "split_kernels": split_kernels,
    "share": share,
}
"""Every pass by name, in the order in which they run."""

ROUNDING = ("native", "undilate", "fold_strengths", "split_kernels")
"""Passes that keep the function but not the last bits of float32: sums are taken in another order."""

CPU = ("native", "undilate", "fold_strengths", "split_kernels")
"""Passes measured to pay on CPU and not measured elsewhere: on other devices they run only where they are named."""

FLOAT32 = ("native", "fold_strengths", "split_kernels")
"""Passes whose steps compute in float32 by functions of their own: not for autocast, nor for torch.compile."""

ONCE = FLOAT32
"""Passes whose steps have gradients written by hand, which cannot be differentiated again."""


def passes(
    optimize: bool = True,
    *,
    rounding: bool = False,
    names: Collection[str] | None = None,
    without: Collection[str] = (),
    device: str = "cpu",
) -> tuple[Pass, ...]:
    """The passes that run: none, by default those that fit, or those of `names`; never those of `without`.

    Those of `ROUNDING` run by default only where they are asked for, as training does. Raises `NasError` (E313) for a
    name that no pass has.
    """
    for name in (*(names or ()), *without):
        if name not in PASSES:
            raise fail(
                "E313", f"there is no pass `{name}`", help=nearest(name, PASSES) or f"passes: {', '.join(PASSES)}"
            )

    def runs(name: str) -> bool:
        if name in without:
            return False
        if names is not None:
            return name in names
        if name == "native" and library() is None:
            return False
        return optimize and (rounding or name not in ROUNDING) and (device == "cpu" or name not in CPU)

    return tuple(change for name, change in PASSES.items() if runs(name))
