"""Distil the small golden files of this folder from the whole ones: `python -m tests.goldens.make FOLDER`.

FOLDER holds `darts/`, `ddarts/`, `gdas/` and `ednas/` as the original code left them; README.md says what is kept.
"""

import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tests.goldens.cases import leave_out_auxiliary
from tests.goldens.folder import SMALL, packed

NETWORKS = {"pdarts": "PDARTS", "fairdarts_edge": "DCO_EDGE"}
SEARCH = (
    *("constructor", "x_val", "y_val", "eval_logits_val", "train_logits_val", "loss_val"),
    *("alphas_normal", "alphas_reduce", "first_order_alpha_grads"),
)
NETWORK = (
    *("constructor", "genotype", "input", "target", "eval_logits", "eval_cells", "train_logits"),
    *("train_aux_logits", "train_loss_main_plus_0.4aux", "grad_norms", "bn_after_train", "droppath"),
    "params_total",
)


def operations(golden: dict[str, Any]) -> dict[str, Any]:
    """All operations; the input once, the weights packed."""
    cases = {key: case | {"state_dict": packed(case["state_dict"])} for key, case in golden.items() if key != "_meta"}
    return cases | {"_meta": {"input": golden["_meta"]["input"]}}


def network(golden: dict[str, Any]) -> dict[str, Any]:
    """A network of the DARTS family, whole but for the counters of batch-norm."""
    kept: dict[str, Any] = {key: golden[key] for key in NETWORK}
    kept["droppath"] = {key: golden["droppath"][key] for key in ("prob", "masks_in_call_order", "logits", "aux_logits")}
    return kept | {"state_dict": packed(golden["state_dict"])}


def without_auxiliary(golden: dict[str, Any]) -> dict[str, Any]:
    """The same without its auxiliary head, and so without the gradients, which are of both."""
    kept = network(golden)
    kept |= {"train_aux_logits": None, "grad_norms": {}, "params_total": golden["params_no_aux"]}
    kept["train_loss_main_plus_0.4aux"] = golden["train_loss_main"]
    kept["droppath"] |= {"aux_logits": None}
    return kept | {"state_dict": packed(leave_out_auxiliary(golden["state_dict"]))}


def supernet(golden: dict[str, Any]) -> dict[str, Any]:
    """The shared-weight network and its first-order gradients; its weights rounded to float32."""
    state = {key: value.float() for key, value in golden["state_dict"].items() if value.is_floating_point()}
    return {key: golden[key] for key in SEARCH} | {"state_dict": packed(state)}


def nested(golden: dict[str, Any]) -> dict[str, Any]:
    """A file whole but for the counters of batch-norm."""
    return golden | {"state_dict": packed(golden["state_dict"])}


def benchmark(golden: dict[str, Any]) -> dict[str, Any]:
    """Two networks of NAS-Bench-201."""
    nets = {name: golden["nets"][name] for name in ("mixed", "doc_example")}
    packed_nets = {name: net | {"state_dict": packed(net["state_dict"])} for name, net in nets.items()}
    return {"constructor": golden["constructor"], "x": golden["x"], "nets": packed_nets}


def cell(golden: dict[str, Any]) -> dict[str, Any]:
    """A recurrent cell or its shared-weight network, whole."""
    return golden | {"state_dict": packed(golden["state_dict"])}


def words(golden: dict[str, Any]) -> dict[str, Any]:
    """The cell of GDAS, its weights and gradients packed."""
    net = golden["nets"]["GDAS"]
    net = net | {"state_dict": packed(net["state_dict"]), "grads": packed(net["grads"])}
    return {key: golden[key] for key in ("x", "h0", "targets", "x_mask", "h_mask")} | {"nets": {"GDAS": net}}


def distil(folder: Path) -> dict[str, dict[str, Any]]:
    """The small files by name."""

    def load(name: str) -> dict[str, Any]:
        found: dict[str, Any] = torch.load(folder / f"{name}.pt", weights_only=True)
        return found

    return {
        "operations": operations(load("darts/golden_ops")),
        "darts_v2": without_auxiliary(load("darts/golden_cnn_DARTS_V2")),
        **{name: network(load(f"darts/golden_cnn_{whole}")) for name, whole in NETWORKS.items()},
        "darts_search": supernet(load("darts/golden_search_darts_f64")),
        "xception": nested(load("ddarts/golden_baseline_xception_C4")),
        "gdas_fg": nested(load("gdas/golden_cifar_GDAS_FG")),
        "nasbench201": benchmark(load("gdas/golden_nb201")),
        "nasbench201_search": nested(load("gdas/golden_nb201_gdas_supernet_clean")),
        "rnn_darts_v2": cell(load("darts/golden_rnn_cells_f64")["DARTS_V2"]),
        "rnn_search": cell(load("darts/golden_rnn_search_f64")),
        "rnn_gdas": words(load("gdas/golden_rnn")),
        "rnn_ednas": cell(load("ednas/golden_rnn_cell")),
        "rnn_ednas_search": cell(load("ednas/golden_rnn_search_cell")),
    }


def _own(value: Any) -> Any:
    """The same with every tensor in a storage of its own: a view is saved with all that it is a view of."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: _own(inner) for key, inner in value.items()}
    return type(value)(map(_own, value)) if isinstance(value, list | tuple) else value


def main() -> None:
    """Write the files."""
    for name, content in distil(Path(sys.argv[1])).items():
        torch.save(_own(content), SMALL / f"{name}.pt")


if __name__ == "__main__":
    main()
