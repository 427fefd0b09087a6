"""Operations by node and source, `cells.K.mutable_ops.NODE.ops.SOURCE`: the DARTS example of NNI.

A network built under a fixed architecture has an operation on every edge and adds up the two inputs that were
chosen; the others are saved too. A text that says what the network does lacks them, and their keys are left aside.
The strengths of a search are part of NNI's trainer and not of these checkpoints.
Names read in: microsoft/nni, `examples/nas/oneshot/darts/model.py`; no checkpoint of it was at hand.
"""

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


def idle(dag: CellDag, words: tuple[str, ...]) -> bool:
    """Whether a key is that of an edge of the cell which its state's switch leaves out."""
    if words[:1] != ("mutable_ops",) or words[2:3] != ("ops",) or len(words) < 5:
        return False
    if not (words[1].isdecimal() and words[3].isdecimal()):
        return False
    number = numbers(dag)
    state, source = int(words[1]) + 2, int(words[3])
    there = {(number[edge.state], number[edge.source]) for edge in dag.edges}
    return state in {to for to, _ in there} and source < state and (state, source) not in there


NNI = Origin(
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
