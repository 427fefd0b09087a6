"""The yardstick for GDAS (Dong and Yang, CVPR 2019): the plain search network, of which one operation an edge runs.

Every cell draws for itself, as in the authors' first code. Both passes go back to all parameters.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.plain_darts import EDGES, NODES, PlainSupernet, SearchCell

Batch = tuple[Tensor, Tensor]
"""Images (N, 3, H, W) and class numbers (N,)."""


class PlainGdas(PlainSupernet):
    """The search network under samples at temperature `tau`."""

    tau = 10.0

    def forward(self, x: Tensor) -> Tensor:
        s0 = s1 = self.stem(x)
        for cell in self.cells:
            assert isinstance(cell, SearchCell)
            weights = F.gumbel_softmax(self.alphas_reduce if cell.reduces else self.alphas_normal, self.tau, hard=True)
            s0, s1 = s1, sampled(cell, s0, s1, weights)
        logits: Tensor = self.classifier(s1.mean((2, 3)))
        return logits


def sampled(cell: SearchCell, s0: Tensor, s1: Tensor, weights: Tensor) -> Tensor:
    """A cell that runs what `weights`, (14, 8) and one or zero, say."""
    states = [cell.preprocess0(s0), cell.preprocess1(s1)]
    choices = weights.argmax(-1).tolist()
    for (node, source), edge, row, choice in zip(EDGES, cell._ops, weights, choices, strict=True):
        assert isinstance(edge._ops, nn.ModuleList)
        term = row[choice] * edge._ops[choice](states[source])
        if source == 0:
            states.append(term)
        else:
            states[node] = states[node] + term
    return torch.cat(states[-NODES:], dim=1)


def gdas_step(net: PlainGdas, weights: torch.optim.SGD, strengths: torch.optim.Adam, train: Batch, val: Batch) -> None:
    """One step of w, its gradient clipped to norm 5, and one of the strengths, each on a sample of its own."""
    for optimizer, batch in ((weights, train), (strengths, val)):
        net.zero_grad()
        torch.autograd.backward(net.loss(*batch))
        if optimizer is weights:
            nn.utils.clip_grad_norm_(net.weights(), 5.0)
        optimizer.step()
