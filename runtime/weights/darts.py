"""Operations as a flat list, `cells.K._ops.E`: DARTS and those that built on its code.

Shared-weight networks have a list of operations on every edge. DARTS and PC-DARTS do not save their
strengths; keys of their names are taken where somebody added them.
Checked against: quark0/darts, yuhuixu1993/PC-DARTS, chenxin061/pdarts.
"""

from nasc.runtime.weights.origin import Origin

DARTS = Origin(
    "darts",
    "DARTS (Liu, Simonyan, Yang, ICLR 2019): CIFAR and ImageNet networks, shared-weight network",
    edge="_ops.{edge}",
    choice="_ops.{edge}._ops.{choice}",
)
PCDARTS = Origin(
    "pcdarts",
    "PC-DARTS (Xu et al., ICLR 2020): the names of DARTS",
    edge=DARTS.edge,
    choice=DARTS.choice,
    betas="betas_{kind}",
)
PDARTS = Origin(
    "pdarts",
    "P-DARTS (Chen et al., ICCV 2019): the shared-weight network has names of its own",
    edge=DARTS.edge,
    choice="cell_ops.{edge}.m_ops.{choice}",
)
