"""Objects of keys and values, as NNI and NAS-Bench-301 write them: each key once, and what is missing."""

import json
from collections.abc import Mapping as Dict

from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects.literal import Literal, Mapping, Pair, Whole, clipped, parse_data
from nasc.dsl.source import Source, Span

MAX_SIZE = 10**6
"""The largest width or depth that is read."""


def parse_mapping(source: Source, findings: Findings) -> Mapping:
    """The object a text consists of. Raises `NasError`: E105, E109."""
    data = parse_data(source)
    if isinstance(data, Mapping):
        return data
    findings.add("E109", "this is not an object of keys and values", data.span, help='`{"key": value, ...}`')
    findings.raise_errors()
    raise AssertionError


def by_key(mapping: Mapping, findings: Findings) -> dict[str, Pair]:
    """The pairs of an object. E109 where a key is given twice."""
    pairs: dict[str, Pair] = {}
    for pair in mapping.pairs:
        if pair.key.value in pairs:
            findings.add("E109", f"the key `{clipped(pair.key.value)}` is given twice", pair.key.span)
        pairs.setdefault(pair.key.value, pair)
    return pairs


def unknown(pair: Pair, known: str, findings: Findings) -> None:
    """E109 at a key that the format does not have."""
    findings.add("E109", f"the key `{clipped(pair.key.value)}` is not known", pair.key.span, help=f"keys: {known}")


def missing(what: str, mapping: Mapping, findings: Findings) -> None:
    """E109 at the end of an object that lacks a key."""
    end = Span(mapping.span.source, mapping.span.end - 1, mapping.span.end)
    findings.add("E109", f"{what} is missing", end)


def size(value: Literal, key: str, findings: Findings) -> int:
    """A width or a depth, from 1 to a million."""
    if isinstance(value, Whole) and 1 <= value.value <= MAX_SIZE:
        return value.value
    findings.add("E109", f"`{key}` is not a number from 1 to {MAX_SIZE:,}", value.span)
    return 1


def as_json(fields: Dict[str, object]) -> str:
    """A text of one key for each line, as the tools write it."""
    return json.dumps(fields, indent=2)
