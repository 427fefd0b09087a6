"""Operations by node and source, `cells.K.mutable_ops.NODE.ops.SOURCE`: the DARTS example of NNI.

A network built under a fixed architecture has an operation on every edge and adds up the two inputs that were
chosen; the others are saved too. A text that says what the network does lacks them, and their keys are left aside.
Where all operations of all edges are saved, as NNI up to 1.5 does it, and whoever runs a genotype with the weights of
a search, those that the genotype does not have are left aside likewise.
The strengths of a search are part of NNI's trainer and not of these checkpoints.
Names read in: microsoft/nni, `examples/nas/oneshot/darts/model.py`; no checkpoint of it was at hand.
"""

from dataclasses import replace

from nasc.compiler.dag import CellDag
from nasc.runtime.weights.origin import Origin, numbers

OPERATIONS = {
    "max_pool_3x3": "maxpool",
    "avg_pool_3x3": "avgpool",
    "skip_connect": "skipconnect",
    "sep_conv_3x3": "sepconv3x3",
    "sep_conv_5x5": "sepconv5x5",
    "dil_conv_3x3": "dilconv3x3",
    "dil_conv_5x5": "dilconv5x5",
}
CANDIDATES = list(OPERATIONS.values())


def idle(dag: CellDag, words: tuple[str, ...]) -> bool:
    """Whether a key is that of an edge of the cell which its state's switch leaves out."""
    place = _place(dag, words)
    return place is not None and place not in _operations(dag)


def unchosen(dag: CellDag, words: tuple[str, ...]) -> bool:
    """Whether a key is that of an operation that the genotype does not have on its edge."""
    place = _place(dag, words)
    named = words[5:6] if words[4:5] == ("choices",) else words[4:5]
    name = CANDIDATES[int(named[0])] if named and named[0] in map(str, range(len(CANDIDATES))) else "".join(named)
    return place is not None and name in CANDIDATES and _operations(dag).get(place) != name


def _place(dag: CellDag, words: tuple[str, ...]) -> tuple[int, int] | None:
    """State and source of a key of an edge that the cell may have."""
    if words[:1] != ("mutable_ops",) or words[2:3] != ("ops",) or len(words) < 5:
        return None
    if not (words[1].isdecimal() and words[3].isdecimal()):
        return None
    state, source = int(words[1]) + 2, int(words[3])
    return (state, source) if source < state and state in {to for to, _ in _operations(dag)} else None


def _operations(dag: CellDag) -> dict[tuple[int, int], str]:
    """NNI's name of the operation on every decided edge, by state and source."""
    number = numbers(dag)
    return {
        (number[edge.state], number[edge.source]): OPERATIONS.get(edge.operations[0], edge.operations[0])
        for edge in dag.edges
    }


_FIXED = Origin(
    "nni",
    "the DARTS example of NNI (Microsoft, versions 1 and 2): networks, shared-weight network",
    edge="mutable_ops.{node}.ops.{source}",
    choice="mutable_ops.{node}.ops.{source}.{operation}",
    preprocess="preproc{input}",
    head=("linear",),
    auxiliary="aux_head",
    strengths=None,
    operations=OPERATIONS,
    idle=idle,
)
_ALL = replace(_FIXED, edge=_FIXED.choice, idle=unchosen)
_NUMBERED = "mutable_ops.{node}.ops.{source}.choices.{number}"
NNI = replace(_FIXED, versions=(_ALL, replace(_ALL, edge=_NUMBERED, choice=_NUMBERED)))
