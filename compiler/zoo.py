"""The genotypes and spaces that ship with the package, each with what it costs and what was published of it."""

from __future__ import annotations

from collections.abc import Sequence
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
class Costs:
    """One network of a text, and what was published of it; figures of a language model are for one word."""

    name: str
    params: int
    params_aux: int | None
    macs: int
    published: str | None


@dataclass(frozen=True)
class Entry:
    """One shipped text: what the network costs that it is compiled as, and each of its `networks`, that one first.

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
    networks: tuple[Costs, ...]


def entries() -> list[Entry]:
    """Every shipped genotype and space, by name."""
    return [entry(folder, name) for folder in KINDS for name in genotypes.names(folder)]


def entry(folder: str, name: str) -> Entry:
    """One of them."""
    document = shipped_document(f"{folder}/{name}")
    found = check(document)
    main = choose(document, found.program, None).name.text
    counts = {network: stats(found.plans[network]) for network in sorted(found.plans, key=lambda plan: plan != main)}
    published = _shared_out(_remarks(document, PUBLISHED), list(counts), main)
    networks = {
        network: Costs(network, own.params, own.params_aux, own.macs, "; ".join(published[network]) or None)
        for network, own in counts.items()
    }
    own = networks.get(main)
    stated = any(isinstance(i, n.Require) for network in document.networks.values() for i in network.body)
    return Entry(
        name,
        KINDS[folder],
        own.params if own else None,
        own.params_aux if own else None,
        own.macs if own else None,
        "; ".join(_remarks(document, PUBLISHED)) or None,
        _holds(found) if stated and own else None,
        "; ".join(_remarks(document, DIFFERS)) or None,
        tuple(networks.values()),
    )


def _holds(found: Checked) -> bool:
    return not any(d.code == "E304" for d in found.findings)


def _remarks(document: n.Document, head: str) -> list[str]:
    return [c.text.removeprefix(head).strip() for c in document.comments if c.text.startswith(head)]


def _shared_out(remarks: Sequence[str], networks: Sequence[str], main: str) -> dict[str, list[str]]:
    """What was published, by network: a part between `;` is of the network whose name it has, else of the main one.

    >>> _shared_out(["CIFAR-10 error 2.5 %; ImageNet error 24.4 %", "3.4 M params"], ["cifar", "imagenet"], "cifar")
    {'cifar': ['CIFAR-10 error 2.5 %', '3.4 M params'], 'imagenet': ['ImageNet error 24.4 %']}
    """
    found: dict[str, list[str]] = {name: [] for name in networks}
    for part in (part.strip() for remark in remarks for part in remark.split(";")):
        words = part.lower().replace("-", "")
        named = [name for name in networks if name.replace("_", "") in words]
        found.setdefault(max(named, key=len, default=main), []).append(part)
    return found
