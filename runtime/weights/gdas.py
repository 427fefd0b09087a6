"""The names of DARTS, and those of the fixed reduction cell: GDAS.

Its retrained networks and the shared-weight networks of its first code (`acc_search_v2.py`), whose checkpoints hold
the strengths. Their later form in AutoDL-Projects has the names of `autodl`.
Checked against: D-X-Y/GDAS.
"""

from nasc.runtime.weights.autodl import AUTODL
from nasc.runtime.weights.darts import DARTS
from nasc.runtime.weights.origin import Origin

GDAS = Origin(
    "gdas",
    "GDAS (Dong and Yang, CVPR 2019): networks, shared-weight network",
    edge=DARTS.edge,
    choice=DARTS.choice,
    fixed=AUTODL.fixed,
    versions=(AUTODL,),
)
