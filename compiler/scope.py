"""What the names in a chain mean while it is written out, and how it is said that something cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.source import Span

if TYPE_CHECKING:
    from nasc.compiler.operations import ChainWriter


class ExpandError(Exception):
    """Something cannot be written out; carries the diagnostic. Raised at the first problem of a chain.

    `circle` holds the operations that use each other in a circle, if that is the problem.
    """

    circle: frozenset[str] = frozenset()

    def __init__(self, code: str, message: str, span: Span | None, help: str = "") -> None:
        self.diagnostic = Diagnostic(code, message, span, help=help)
        super().__init__(message)


Placeholder = Callable[["ChainWriter", int, "Scope"], int]
"""Writes out what `operation` or `sum` stands for: behind a step, in a scope; answers with the output step."""


@dataclass(frozen=True)
class Scope:
    """What the names in a chain mean.

    `width` is `C`, `stride` that of the edge, `affine` whether batch-norm has weights, `parameters` those of the
    operation being written out, `overrides` the operations that the network replaces, `placeholders` what
    `operation` and `edge_weight` (in `edge:`) and `sum` (in `state:`) stand for, `limit` how many layers may be
    written out.
    """

    operations: Mapping[str, n.Op]
    overrides: Mapping[str, n.Op]
    width: int
    classes: int
    stride: int = 1
    affine: bool = True
    parameters: Mapping[str, Any] | None = None
    placeholders: Mapping[str, Placeholder] | None = None
    trail: tuple[str, ...] = ()
    limit: int = 1_000_000

    def find(self, name: str) -> n.Op | None:
        """The form of an operation that serves at this stride; what the network replaces goes before the rest."""
        for key in (f"{name}/{self.stride}", name):
            if key in self.overrides or key in self.operations:
                return self.overrides.get(key) or self.operations[key]
        return None
