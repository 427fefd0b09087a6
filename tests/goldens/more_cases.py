"""Golden networks of GDAS, EDNAS and NAS-Bench-201 in the form of `cases`; cells on their own."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

import nasc
from nasc.compiler.build import Network, decided
from nasc.compiler.plan import plan
from nasc.compiler.stack import Options
from nasc.runtime.weights import ORIGINS, import_weights
from tests.goldens import texts
from tests.goldens.cases import Case, Dropped
from tests.goldens.measure import apart


def gdas_case(golden: dict[str, Any]) -> Case:
    """A retrained network of GDAS."""
    made = golden["constructor"]
    network = f"network golden: gdas_cifar {{ channels: {made['C']}  layers: {made['layers']} }}"
    state = golden["state_dict"]
    return Case(
        "gdas",
        nasc.loads(texts.pairs_text(golden["genotype"], network, "std.gdas")),
        Options(classes=made["num_classes"]),
        state,
        golden["x"],
        golden["y"],
        golden["eval_logits"],
        [(shape, numbers) for shape, *numbers in golden["cell_eval_stats(shape,mean,absmean)"]],
        lambda x: torch.stack([x.mean(), x.abs().mean()]),
        golden["train_dp0_logits"],
        golden["train_dp0_aux"],
        golden["train_loss(CE+0.4*aux)"],
        golden["grad_norms"] | dict.fromkeys(golden["params_without_grad"]),
        golden["running_stats_after_1_train_forward_of_first_bn"],
        Dropped(
            0.3, golden["train_dp0.3_masks_in_call_order"], golden["train_dp0.3_logits"], golden["train_dp0.3_aux"]
        ),
        golden["params_total"],
    )


def ednas_case(golden: dict[str, Any]) -> Case:
    """A retrained network of EDNAS. Its file has no loss and no gradients."""
    made, drop, x = golden["args"], golden["train_drop"], golden["input"]
    settings = f"channels: {made['C']}  layers: {made['layers']}  input: 3x{x.shape[2]}x{x.shape[3]}"
    shapes, numbers = golden["cell_eval_shapes"], golden["cell_eval_mean_std"]
    return Case(
        "ednas",
        nasc.loads(texts.pairs_text(made["genotype"], f"network golden: darts_cifar {{ {settings} }}")),
        Options(classes=made["num_classes"]),
        golden["state_dict"],
        x,
        torch.zeros(len(x), dtype=torch.long),
        golden["eval_output"],
        list(zip(shapes, numbers, strict=True)),
        lambda x: torch.stack([x.mean(), x.std()]),
        golden["train_output"],
        golden["train_aux_output"],
        None,
        {},
        golden["running_mean_after_train"],
        Dropped(drop["prob"], list(drop["masks"]), drop["output"], drop["aux_output"]),
        golden["params_with_aux"],
    )


def nasbench201_case(golden: dict[str, Any], name: str) -> Case:
    """One network of NAS-Bench-201. Its file has no loss and no gradients."""
    made, net, x = golden["constructor"], golden["nets"][name], golden["x"]
    settings = f"channels: {made['C']}  layers: {3 * made['N'] + 2}  input: 3x{x.shape[2]}x{x.shape[3]}"
    return Case(
        "nasbench201",
        nasc.loads(texts.arch_text(net["arch"], f"network golden: nasbench201 {{ {settings} }}")),
        Options(classes=made["num_classes"]),
        net["state_dict"],
        x,
        torch.zeros(len(x), dtype=torch.long),
        net["eval_logits"],
        [],
        lambda x: x,
        net["train_logits"],
        None,
        None,
        {},
        {},
        None,
        net["params"],
    )


def ednas_cells(golden: dict[str, Any]) -> Iterator[tuple[str, dict[str, float]]]:
    """Every cell of EDNAS on its own, and how far ours is off in both modes."""
    for name in ("normal", "reduction", "normal_after_reduction"):
        case = golden[name]
        made, (older, newer) = case["args"], case["input"]
        stride = older.shape[2] // newer.shape[2]
        channels = made["C"] // 2 if made["reduction"] else made["C"]
        network = f"""network golden: darts_cifar {{
  input: 3x{older.shape[2]}x{older.shape[3]}
  channels: {channels}
  align: {"factorized_reduce" if made["reduction_prev"] else "relu_conv_bn(1)"}
  stem: conv(3, out={made["C_prev_prev"]})
  stem2: conv(3, stride={stride}, out={made["C_prev"]})
  cells: {"reduce/2" if made["reduction"] else "normal"}
}}"""
        model = decided(plan(nasc.loads(texts.pairs_text(golden["genotype"], network))))
        yield name, _cell(model, "ednas", case, (older, newer))


def nasbench201_cells(golden: dict[str, Any]) -> Iterator[tuple[str, dict[str, float]]]:
    """Every cell of NAS-Bench-201 on its own."""
    for name, case in golden["cells"].items():
        network = "network golden: nasbench201 { input: 3x8x8  channels: 4  cells: normal }"
        model = decided(plan(nasc.loads(texts.arch_text(case["arch"], network))))
        yield name, _cell(model, "nasbench201", case, (golden["xc"],))


def _cell(model: Network, origin: str, case: dict[str, Any], inputs: tuple[Tensor, ...]) -> dict[str, float]:
    """Put the weights of a cell into a network of it alone, and run the cell."""
    state = {f"cells.0.{key}": value for key, value in case["state_dict"].items()}
    import_weights(model, state | dict(_around(model, origin)), origin)
    cell = model.cells[0]
    params = sum(parameter.numel() for parameter in cell.parameters())
    found = {"params": float(abs(params - case["params"]))}
    with torch.no_grad():
        for key in ("eval_out", "eval_output", "train_output"):
            if key in case:
                found[key] = apart(cell.train(key == "train_output")(*inputs), case[key])
    return found


def _around(model: Network, origin: str) -> Iterator[tuple[str, Tensor]]:
    """Everything but the cells, as it is, under names of the origin."""
    for block in ORIGINS[origin].blocks(model):
        for key, value in model.state_dict().items():
            if not key.startswith("cells.") and key.startswith(f"{block.ours}."):
                yield f"{block.theirs}.op{key.removeprefix(block.ours)}", value
