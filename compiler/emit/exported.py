"""A network as a file for other programs: torch's exported program (.pt2), or ONNX. The size of a batch stays free."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram, export

from nasc.compiler.build import Network
from nasc.compiler.fold import for_inference
from nasc.dsl.diagnostic import fail

ONNX_PACKAGES = ("onnx", "onnxscript")
"""What writing ONNX needs besides torch: the extra `nasc[onnx]`, which brings the program that runs it too."""
INPUT, OUTPUT, BATCH = "pictures", "logits", "N"


class Logits(nn.Module):
    """A network in evaluation: `pictures` (N, channels, height, width) to `logits` (N, classes)."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        logits = self.network(pictures)
        assert isinstance(logits, Tensor)
        return logits


def to_pt2(model: Network) -> bytes:
    """The bytes of a .pt2 file, for `torch.export.load`; the network in evaluation, batch-norm folded."""
    file = BytesIO()
    torch.export.save(_exported(model), file)
    return file.getvalue()


def to_onnx(model: Network) -> bytes:
    """The bytes of an .onnx file; the network in evaluation, batch-norm folded.

    Raises `NasError` (E901): a package of the extra `nasc[onnx]` is missing.
    """
    missing = [name for name in ONNX_PACKAGES if find_spec(name) is None]
    if missing:
        help = "pip install 'nasc[onnx]'; `--emit pt2` and `--emit python` need torch alone"
        raise fail("E901", f"ONNX is written by the package `{missing[0]}`, which is not installed", help=help)
    program = torch.onnx.export(
        _exported(model), dynamo=True, input_names=[INPUT], output_names=[OUTPUT], external_data=False, verbose=False
    )
    assert program is not None
    proto = program.model_proto
    _name_batch(proto)
    data: bytes = proto.SerializeToString()
    return data


def _name_batch(proto: Any) -> None:
    """Call the size of a batch `N`, as messages and shapes of the file show it; torch gives it a number."""
    for value in (*proto.graph.input, *proto.graph.output, *proto.graph.value_info):
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param:
                dimension.dim_param = BATCH


def _exported(model: Network) -> ExportedProgram:
    """The network of an evaluation, traced by torch; with an example of two pictures, so that N stays free."""
    folded = Logits(for_inference(model, channels_last=False)).eval()
    weight = next(model.parameters())
    example = torch.zeros(2, *model.plan.stack.input, dtype=weight.dtype, device=weight.device)
    with torch.no_grad():
        return export(folded, (example,), dynamic_shapes={INPUT: {0: Dim(BATCH)}}, strict=False)
