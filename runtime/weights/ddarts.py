"""Operations by state and source, `cells.K._ops.STATE.SOURCE.N`: FairDARTS and D-DARTS.

An edge from a state that is not computed when it is its turn is built, saved and never run; a text that says
what the original does lacks it, and its keys are left aside. Strengths are not part of these checkpoints.
Checked against: xiaomi-automl/FairDARTS, aheuillet/D-DARTS.
"""

from nasc.compiler.dag import CellDag
from nasc.runtime.weights.origin import Origin, numbers


def idle(dag: CellDag, words: tuple[str, ...]) -> bool:
    """Whether a key is that of an edge from a state that is not computed when it is its turn."""
    if words[:1] != ("_ops",) or len(words) < 4 or not all(word.isdecimal() for word in words[1:4]):
        return False
    state, source = int(words[1]), int(words[2])
    order = list(numbers(dag).values())
    return state in order[2:] and source not in order[: order.index(state)]


DDARTS = Origin(
    "ddarts",
    "D-DARTS and DARTOpti (Heuillet et al., 2021): networks, shared-weight network",
    edge="_ops.{state}.{source}.{pair}",
    choice="_ops.{edge}._ops.{choice}",
    strengths=None,
    idle=idle,
)
FAIRDARTS = Origin(
    "fairdarts",
    "FairDARTS (Chu et al., ECCV 2020): networks of triples",
    edge=DDARTS.edge,
    choice=DDARTS.choice,
    strengths=None,
    idle=idle,
)
