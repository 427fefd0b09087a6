"""Operations by state and source, `cells.K._ops.STATE.SOURCE.N`: FairDARTS and D-DARTS.

An edge from a state that is not computed when it is its turn is built, saved and never run; a text that says
what the original does lacks it, and its keys are left aside. Strengths are not part of these checkpoints.
Checked against: xiaomi-automl/FairDARTS, aheuillet/D-DARTS.
"""

from nasc.runtime.weights.origin import Origin

DDARTS = Origin(
    "ddarts",
    "D-DARTS and DARTOpti (Heuillet et al., 2021): networks, shared-weight network",
    edge="_ops.{state}.{source}.{pair}",
    choice="_ops.{edge}._ops.{choice}",
    strengths=None,
    skips=True,
)
FAIRDARTS = Origin(
    "fairdarts",
    "FairDARTS (Chu et al., ECCV 2020): networks of triples",
    edge=DDARTS.edge,
    choice=DDARTS.choice,
    strengths=None,
    skips=True,
)
