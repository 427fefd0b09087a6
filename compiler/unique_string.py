"""The unique string of a NAS-Bench-201 cell: by which its authors count 6,466 different ones among 15,625.

It is an older and rougher question than `identity` (NAS-Bench-201, section 3.3; `to_unique_str` of the authors'
code, with zeros counted). Where the two differ:

* It says of an operation what it reads, not which instance it is. Where two convolutions of one kind read one node
  and both results are read again, it cannot tell one result that is read twice from two that are read once.
* Zeros it knows one at a time: an edge is `#` that is `none`, or reads a node whose whole string is `#`. A node with
  two such edges is `#+#`, and an operation on that, or a sum with it, counts as something.
* A `skip_connect` puts in the string of a sum as one word. So `a + (b + c)` and `(a + b) + c` have two strings.

The first makes it coarser than `identity`, the others finer: neither decides the other.
"""

from __future__ import annotations

from nasc.dsl import nodes as n
from nasc.dsl.dialects.nasbench201 import plain

INPUT, ZERO = "0", "#"


def unique_string(document: n.Document) -> str:
    """The unique string of a document's cell `normal`. Raises `NasError` (E110): it is none of NAS-Bench-201.

    >>> import nasc
    >>> unique_string(nasc.loads("|nor_conv_3x3~0|+|none~0|skip_connect~1|"))
    '#+(0)@nor_conv_3x3'
    """
    strings = {0: INPUT}
    state = 0
    for state, edges in plain(document).edges.items():
        strings[state] = "+".join(sorted(_edge(edge.operation, strings[edge.source]) for edge in edges))
    return strings[state]


def _edge(operation: str, source: str) -> str:
    if operation == "none" or source == ZERO:
        return ZERO
    return source if operation == "skip_connect" else f"({source})@{operation}"
