"""Stacks at another depth: how many cells a star takes, a written stack as a pattern, D-DARTS's deeper networks."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from nasc.dsl import nodes as n


def derived(cell: int, layers: int, count: int) -> int:
    """Which of `count` searched cells stands at a place of a deeper network (D-DARTS, `Network` of the reference)."""
    third, two_thirds, low, high = layers // 3, 2 * layers // 3, count // 3, 2 * count // 3
    if cell < third:
        return (cell % count) // 3
    if cell == third:
        return low
    if cell < two_thirds:
        return low + 1 + cell % (high - 1 - low)
    if cell == two_thirds:
        return high
    return high + 1 + cell % (count - 1 - high)


def indexes(entry: n.Placed) -> int:
    return 1 if entry.first is None or entry.last is None else entry.last - entry.first + 1


def collapsed(placed: tuple[n.Placed, ...]) -> tuple[n.Placed, ...]:
    """A written stack as its family would write it: runs of cells at stride 1 become stars, the others stay.

    So `normal*6, reduce/2, normal*6, reduce/2, normal*6` is laid out anew at any depth.
    """
    found: list[n.Placed] = []
    for entry in placed:
        if entry.stride == 1:
            if found and found[-1].repeat == 0 and found[-1].cell == entry.cell and found[-1].first == entry.first:
                continue
            found.append(replace(entry, repeat=0))
        else:
            found.append(entry)
    return tuple(found)


def shares(fixed: list[int], stars: list[int], layers: int) -> dict[int, int]:
    """How many cells each star takes, by its index in `cells:`.

    Where stars and single cells take turns, the j-th of m other cells stands at j*L//(m+1), as in DARTS. Otherwise the
    stars share what is left as evenly as whole cells allow, later stars taking the remainder.
    """
    others = [i for i in range(len(fixed)) if i not in stars]
    alternating = stars == list(range(0, len(fixed), 2)) and all(fixed[i] == 1 for i in others)
    if alternating and len(fixed) % 2 == 1:
        m = len(others)
        places = [-1, *(j * layers // (m + 1) for j in range(1, m + 1)), layers]
        counts = [after - before - 1 for before, after in pairwise(places)]
        if min(counts) >= 0:
            return dict(zip(stars, counts, strict=True))
    left = layers - sum(fixed)
    return {star: left * (j + 1) // len(stars) - left * j // len(stars) for j, star in enumerate(stars)}
