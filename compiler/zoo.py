"""The genotypes and spaces that ship with the package, each with what it costs and what was published of it."""

from __future__ import annotations

from dataclasses import dataclass

from nasc import genotypes
from nasc.compiler.check import Checked, check
from nasc.compiler.plan import choose, stats
from nasc.compiler.resolve import shipped_document
from nasc.dsl import nodes as n

KINDS = {"zoo": "genotype", "spaces": "space"}
PUBLISHED, DIFFERS = "# published:", "# differs:"
"""The comments of a shipped text that say what was published, and why it is not what is compiled."""


@dataclass(frozen=True)
class Entry:
    """One shipped text and the network it is compiled as; figures of a language model are for one word.

    `exact` says that every count the text states of itself is the one compiled; None where it states none. `reason`
    says why a published figure does not reproduce.
    """

    name: str
    kind: str
    params: int | None
    params_aux: int | None
    macs: int | None
    published: str | None
    exact: bool | None
    reason: str | None


def entries() -> list[Entry]:
    """Every shipped genotype and space, by name."""
    return [entry(folder, name) for folder in KINDS for name in genotypes.names(folder)]


def entry(folder: str, name: str) -> Entry:
    """One of them."""
    document = shipped_document(f"{folder}/{name}")
    found = check(document)
    plan = found.plans.get(choose(document, found.program, None).name.text)
    counts = stats(plan) if plan else None
    stated = any(isinstance(i, n.Require) for network in document.networks.values() for i in network.body)
    return Entry(
        name,
        KINDS[folder],
        counts.params if counts else None,
        counts.params_aux if counts else None,
        counts.macs if counts else None,
        _remark(document, PUBLISHED),
        _holds(found) if stated and counts else None,
        _remark(document, DIFFERS),
    )


def _holds(found: Checked) -> bool:
    return not any(d.code == "E304" for d in found.findings)


def _remark(document: n.Document, head: str) -> str | None:
    remarks = [c.text.removeprefix(head).strip() for c in document.comments if c.text.startswith(head)]
    return "; ".join(remarks) or None
