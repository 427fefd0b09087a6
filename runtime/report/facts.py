"""A run → what is said of it in words: its title, its result in a line, what it costs, where it comes from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nasc.compiler.identity import identity
from nasc.compiler.plan import any_plan, stats
from nasc.compiler.stack import Options
from nasc.dsl import nodes as n
from nasc.dsl.diagnostic import NasError
from nasc.dsl.reader import read
from nasc.dsl.source import Source
from nasc.runtime.report.curves import shown, unit_of, words
from nasc.runtime.report.record import Record, Rows

BEST = (
    ("valid_perplexity", min),
    ("valid_top1", max),
    ("best", max),
    ("train_perplexity", min),
    ("train_top1", max),
    ("valid_loss", min),
    ("train_loss", min),
)
"""By which figure a run is judged: the first that it has, and which of two is better."""
NAMES = {
    "command_line": "command",
    "data": "data set",
    "data_fingerprint": "fingerprint of the data",
    "text_sha256": "SHA-256 of the text",
    "limit_batches": "steps an epoch, at most",
    "amp": "mixed precision",
    "passes": "passes of the compiler",
    "sync_bn": "batch-norm over all ranks",
    "ranks_before": "ranks before",
}
PAPERS = {
    "darts": "DARTS",
    "pcdarts": "PC-DARTS",
    "pdarts": "P-DARTS",
    "fairdarts": "FairDARTS",
    "ddarts": "D-DARTS",
    "gdas": "GDAS",
    "ednas": "EDNAS",
    "random": "Random",
    "evolution": "Evolutionary",
}
"""What the algorithms are called where they were published."""
FIRST = ("command_line", "started", "data", "data_fingerprint", "text_sha256", "seed", "threads")
ELSEWHERE = ("command", "recipe", "options", "versions", "settings", "retrain", "tokens", "table")
Fact = tuple[str, str]


@dataclass(frozen=True)
class Result:
    """The figure that a run is judged by: after its last epoch, and at its best; `per` says what is counted."""

    name: str
    last: str
    best: str
    at: int
    after: int
    per: str

    @property
    def line(self) -> str:
        """The result in a sentence."""
        if self.at == self.after:
            return f"{self.name.capitalize()} {self.last} after {self.per} {self.after}, the best of all."
        best = f"{self.best} at its best, after {self.per} {self.at}"
        return f"{self.name.capitalize()} {self.last} after {self.per} {self.after}; {best}."


def result_of(rows: Rows, per: str = "epoch") -> Result | None:
    """What came out, as far as figures say it."""
    for name, better in BEST:
        if name in rows.columns:
            values = {label: y for label, y in zip(rows.labels, rows.column(name), strict=True) if math.isfinite(y)}
            if values:
                best, unit, last = better(values.values()), unit_of(name), max(values)
                at = next(label for label, y in values.items() if y == best)
                return Result(words(name), shown(values[last], unit), shown(best, unit), at, last, per)
    return None


def title_of(record: Record, algorithm: str | None) -> str:
    """What was run, on what."""
    data = f" on {record.asked['data']}" if isinstance(record.asked.get("data"), str) else ""
    named = PAPERS.get(algorithm or "", algorithm or "")
    if record.command == "search":
        return f"{named} search{data}".strip()
    if record.command == "seeds":
        return f"{named} searches with several seeds{data}".strip()
    network = record.asked.get("network")
    trained = f" of {network}" if isinstance(network, str) else ""
    return f"Training{trained}{data}" if record.command == "train" else f"{record.command}{data}"


def algorithm_of(text: Source | None) -> str | None:
    """The word behind `search` in a text. Raises `NasError`: the text has errors."""
    recipes = read(text).document.recipes("search") if text is not None else ()
    recipe = next(iter(recipes), None)
    return recipe.name.text if recipe is not None and recipe.name is not None else None


def progress_of(record: Record) -> tuple[int, int | None, bool]:
    """How many epochs are done, of how many, and whether the run came to its end."""
    done = max([*record.metrics.labels, *record.epochs], default=0)
    recipe = record.asked.get("recipe")
    said = recipe.get("epochs") if isinstance(recipe, dict) else None
    of = said if type(said) is int else None
    if record.command == "train":
        return done, of, of is not None and done >= of and bool(record.weights)
    if record.epochs:  # stages, and epochs before the search, count too: the heads of the texts know
        head = re.search(r"epoch \d+ of (\d+)", record.epochs[max(record.epochs)].text.partition("\n")[0])
        of = int(head[1]) if head and len(head[1]) < 10 else of
    elif type(said) is int and isinstance(recipe, dict) and "score" in recipe:
        of = said + 1 if recipe["score"] == "shared" else 1  # the last epoch looks at genotypes
    if record.command == "search":
        return done, of, record.genotype is not None
    return done, of, record.genotype is not None if record.command == "seeds" else True


def costs_of(record: Record, document: n.Document) -> list[Fact]:
    """What a genotype costs as the network that was trained, or is to be; nothing where that cannot be said."""
    trained = record.command == "train"
    network, options = (record.asked.get("network"), options_of(record)) if trained else (None, Options())
    try:
        found = stats(any_plan(document, network if isinstance(network, str) else None, options))
    except NasError:
        return []
    per = "MACs a word" if found.input_shape is None else "MACs"
    return [("parameters", f"{found.params:,}"), (per, f"{found.macs:,}"), ("counted as", found.network)]


def identity_of(document: n.Document) -> str:
    """The identity of a genotype; nothing where it has none."""
    try:
        return identity(document)
    except NasError:
        return ""


def options_of(record: Record) -> Options:
    """The options that a run was started with, as far as they can be read."""
    given = record.asked.get("options")
    known = given if isinstance(given, dict) else {}
    counts = ("channels", "layers", "classes", "vocabulary")
    whole: dict[str, Any] = {name: known[name] for name in counts if _counts(known.get(name))}
    size = known.get("input")
    if isinstance(size, list) and len(size) == 3 and all(map(_counts, size)):
        whole["input"] = tuple(size)
    return Options(**whole, reductions="keep" if known.get("reductions") == "keep" else "move")


def _counts(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**31


def provenance_of(record: Record) -> list[Fact]:
    """Where a run comes from: everything that `run.json` says outside of recipe and options."""
    keys = [key for key in FIRST if key in record.asked]
    keys += [key for key in record.asked if key not in (*FIRST, *ELSEWHERE)]
    facts = [(NAMES.get(key, key.replace("_", " ")), value_of(record.asked[key])) for key in keys]
    if record.seconds >= 1:
        facts.append(("duration, by the times of its files", clock(record.seconds)))
    return facts


def table_of(record: Record, key: str) -> list[Fact]:
    """The entries of a table of `run.json`, such as its recipe."""
    found: Any = record.asked.get(key)
    return [(str(name), value_of(value)) for name, value in found.items()] if isinstance(found, Mapping) else []


def value_of(value: Any, depth: int = 3) -> str:
    """A value of JSON as a reader has it.

    >>> value_of([0.5, 0.999]), value_of(None), value_of(True), value_of(0.0003)
    ('0.5, 0.999', '-', 'yes', '0.0003')
    """
    if value is None or isinstance(value, bool):
        return {None: "-", True: "yes", False: "no"}[value]
    if isinstance(value, list | dict) and not depth:
        return "..."
    if isinstance(value, list):
        return ", ".join(value_of(inner, depth - 1) for inner in value) or "-"
    if isinstance(value, dict):
        return ", ".join(f"{name} {value_of(inner, depth - 1)}" for name, inner in value.items()) or "-"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def clock(seconds: float) -> str:
    """A time in the units that suit it.

    >>> clock(9.4), clock(754), clock(90061)
    ('9 s', '12 min 34 s', '25 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole // 60 % 60} min"
