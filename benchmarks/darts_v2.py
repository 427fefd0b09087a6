"""The genotype of DARTS, second order, for the plain network, and the same network of ours with the same weights."""

from __future__ import annotations

import nasc
from benchmarks.plain_network import Genotype, PlainNetwork
from nasc.compiler.build import Network, decided
from nasc.compiler.passes import passes
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options

DARTS_V2 = Genotype(
    normal=(
        *(("sep_conv_3x3", 0), ("sep_conv_3x3", 1), ("sep_conv_3x3", 0), ("sep_conv_3x3", 1)),
        *(("sep_conv_3x3", 1), ("skip_connect", 0), ("skip_connect", 0), ("dil_conv_3x3", 2)),
    ),
    reduce=(
        *(("max_pool_3x3", 0), ("max_pool_3x3", 1), ("skip_connect", 2), ("max_pool_3x3", 1)),
        *(("max_pool_3x3", 0), ("skip_connect", 2), ("skip_connect", 2), ("max_pool_3x3", 1)),
    ),
)


def plain_and_ours(channels: int, layers: int, auxiliary: bool) -> tuple[PlainNetwork, Network]:
    """The plain network, and ours as `nasc train` runs it, with the weights of the plain one."""
    plain = PlainNetwork(DARTS_V2, channels, layers, auxiliary=auxiliary)
    found = plan(nasc.load("darts_v2"), "cifar", Options(channels=channels, layers=layers))
    ours = decided(found, auxiliary, passes(rounding=True), channels_last=True)
    nasc.import_weights(ours, plain.state_dict(), "darts")
    return plain, ours
