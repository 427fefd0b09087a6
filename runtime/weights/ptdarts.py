"""Operations by node, `cells.K.dag.NODE.POSITION`: pt.darts.

Checked against: khanrc/pt.darts.
"""

from nasc.runtime.weights.origin import Origin

PTDARTS = Origin(
    "ptdarts",
    "pt.darts (khanrc): networks, shared-weight network",
    edge="dag.{node}.{position}.0",
    choice="dag.{node}.{position}._ops.{choice}",
    preprocess="preproc{input}",
    head=("linear",),
    auxiliary="aux_head",
    strengths="alpha_{kind}.{node}",
    wrapper="net.",
)
