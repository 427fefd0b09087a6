"""Edges by their states, `cells.K.edges.NODE<-SOURCE`: AutoDL-Projects, the later code of GDAS.

Its shared-weight networks of the space of NASNet hold the strengths; with the fixed reduction cell there is one set of
them. Those of NAS-Bench-201 have names of their own: `nasbench201`.
Names read in: the specification of D-X-Y/AutoDL-Projects' `NASNetworkGDAS`; counts and outputs agree with it.
"""

from nasc.runtime.weights.origin import Origin

AUTODL = Origin(
    "autodl",
    "AutoDL-Projects (Dong): shared-weight networks of GDAS in its later code",
    edge="edges.{state}<-{source}",
    choice="edges.{node}<-{source}._ops.{choice}",
    head=("lastact", "classifier"),
    strengths=("arch_{kind}_parameters", "arch_parameters"),
    fixed={"frc": ("ops1.0", "ops1.1", "ops2.0", "ops2.1")},
)
