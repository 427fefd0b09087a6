"""NAS-Bench-201: operations in the order of the architecture string, `cells.K.layers.E`, `none` counted.

Its shared-weight networks name an edge by its states, `cells.K.edges.2<-0.CHOICE`, and hold the strengths. Their
convolutions have biases in front of batch-norms without weights, as all of AutoDL-Projects has it.
Checked against: D-X-Y/AutoDL-Projects (`TinyNetwork`, `TinyNetworkGDAS`).
"""

from nasc.runtime.weights.origin import Origin

NASBENCH201 = Origin(
    "nasbench201",
    "NAS-Bench-201 (Dong and Yang, ICLR 2020): networks, shared-weight network",
    edge="layers.{edge}",
    choice="edges.{into}<-{out_of}.{choice}",
    head=("lastact", "classifier"),
    strengths="arch_parameters",
    fixed={"residual": ("conv_a", "conv_b", "downsample")},
    biases=True,
)
