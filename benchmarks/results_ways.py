"""The searches that `python -m benchmarks results` compares: a text for each, small enough for minutes on a CPU.

All search cells of four states in 4 cells of 8 channels, and train what they find in 4 cells of 8 channels by the same
recipe. Three groups have a space of their own, and so baselines of their own: two cells, cells in which a state may
have fewer edges, and a genotype for every cell of the stack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NETWORKS = """
network search: {skeleton} {{ channels: 8  {stack} }}
network trained: darts_cifar {{ channels: 8  {stack} }}

search {algorithm} {{
  network: search
{settings}
}}

train {{
  network: {trained}
{training}
}}
"""
TWO = """nas 1
use std.darts

cell normal(s0, s1) {{
  s2..s5 = {edges}
  return concat(s2..s5)
}}

cell reduce(s0, s1) {{
  s2..s5 = {edges}
  return concat(s2..s5)
}}
"""
OWN = """nas 1
use std.darts

cell normal(s0, s1) {{
  s2..s5 = {edges}
  return concat(s2..s5)
}}

cell begin(s0, s1) {{
  s2 = sep_conv_3x3(s1) + skip_connect(s0)
  s3 = sep_conv_3x3(s2) + skip_connect(s1)
  s4 = sep_conv_3x3(s3) + skip_connect(s2)
  s5 = sep_conv_3x3(s4) + skip_connect(s3)
  return concat(s2..s5)
}}

network begin: darts_cifar {{ channels: 8  cells: begin, begin/2*2, begin }}
"""
FOUR = "layers: 4"
NUMBERED = "cells: normal[0], normal[1..2]/2, normal[3]"
DARTS = "keep 2 of darts(*)"
SOME = "keep 0..2 of darts_without_none(*)"
WEIGHTS = {"lr": "0.1"}
STRENGTHS = {**WEIGHTS, "strength_lr": "0.02"}
LOOKS = {**WEIGHTS, "samples": "100", "score_batches": "3"}
SIGMOIDS = {**STRENGTHS, "threshold": "60%"}


@dataclass(frozen=True)
class Way:
    """A search: its algorithm, its space and the settings that are not those of its published recipe.

    `algorithm` is None where a genotype is drawn and nothing is searched, and `start` where the network that a search
    starts from is trained as it is.
    """

    algorithm: str | None
    settings: Mapping[str, str] = field(default_factory=dict)
    edges: str = DARTS
    skeleton: str = "darts_search"
    own: bool = False

    def text(self, epochs: int, batch: int, training: Mapping[str, str]) -> str:
        """The space with its recipes. P-DARTS shares the epochs out to its stages."""
        settings = {"epochs": str(epochs), "batch": str(batch), **self.settings}
        if self.algorithm == "pdarts":
            settings["epochs"] = str(max(1, epochs // 3))
        if self.algorithm == "ednas":
            settings["policy_batch"] = str(batch)
        return (OWN if self.own else TWO).format(edges=self.edges) + NETWORKS.format(
            skeleton=self.skeleton,
            stack=NUMBERED if self.own else FOUR,
            algorithm=self.algorithm if self.searches else "random",
            settings=lines(settings),
            trained=self.trained,
            training=lines(training),
        )

    @property
    def searches(self) -> bool:
        """Whether anything is searched at all."""
        return self.algorithm not in (None, "start")

    @property
    def trained(self) -> str:
        """The network that is trained in the end."""
        return "begin" if self.algorithm == "start" else "trained"


def lines(settings: Mapping[str, str]) -> str:
    """Settings as a recipe has them."""
    return "\n".join(f"  {name}: {value}" for name, value in settings.items())


TWO_CELLS: Mapping[str, Way] = {
    "one draw": Way(None),
    "random": Way("random", LOOKS),
    "evolution": Way("evolution", LOOKS),
    "darts, order 1": Way("darts", {**STRENGTHS, "order": "1"}),
    "darts, order 2": Way("darts", {**STRENGTHS, "order": "2", "epochs": "3"}),  # its steps take twice as long
    "pcdarts": Way("pcdarts", {**STRENGTHS, "weights_alone": "2"}, skeleton="pcdarts_search"),
    "pdarts": Way("pdarts", {**STRENGTHS, "weights_alone": "1", "add_layers": "(0, 1, 2)"}, skeleton="pdarts_search"),
    "gdas": Way("gdas", STRENGTHS),
    "ednas": Way("ednas", {**WEIGHTS, "strength_lr": "0.05", "baseline_decay": "0.9", "score_batches": "3"}),
}
FEWER_EDGES: Mapping[str, Way] = {
    "fewer edges: random": Way("random", LOOKS, edges=SOME),
    "fairdarts": Way("fairdarts", SIGMOIDS, edges=SOME),
}
OWN_CELLS: Mapping[str, Way] = {
    "four cells: random": Way("random", LOOKS, edges=SOME, own=True),
    "ddarts": Way("ddarts", SIGMOIDS, edges=SOME, own=True),
    "four cells: the start": Way("start", edges=SOME, own=True),
    "ddarts, from the start": Way(
        "ddarts", {**SIGMOIDS, "start": "begin", "start_strength": "2", "pretrain": "1"}, edges=SOME, own=True
    ),
}
GROUPS: Mapping[str, Mapping[str, Way]] = {
    "random": TWO_CELLS,
    "fewer edges: random": FEWER_EDGES,
    "four cells: random": OWN_CELLS,
}
"""By the row that each search is compared with."""
WAYS: Mapping[str, Way] = {**TWO_CELLS, **FEWER_EDGES, **OWN_CELLS}
