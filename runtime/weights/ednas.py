"""The names of DARTS: EDNAS. The logits of its policy are no part of its checkpoints.

Checked against: logue311/EDNAS.
"""

from nasc.runtime.weights.darts import DARTS
from nasc.runtime.weights.origin import Origin

EDNAS = Origin(
    "ednas",
    "EDNAS (Lee, Kim and Han, 2019): networks, shared-weight network",
    edge=DARTS.edge,
    choice=DARTS.choice,
    strengths=None,
)
