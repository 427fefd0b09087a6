"""What recordings hold beside outputs: the second order of pt.darts, the genotypes that strengths say."""

import pytest
import torch

import nasc
from nasc.compiler.plan import cell_dag
from nasc.dsl.dialects import write
from nasc.runtime.derive import derive_supernet
from nasc.runtime.search.darts import second_order
from nasc.runtime.weights import import_weights
from tests.goldens.folder import whole
from tests.goldens.measure import apart
from tests.goldens.search import KINDS, PTDARTS, network, supernet
from tests.goldens.texts import space_text


@pytest.mark.slow
def test_ptdarts_with_its_mistake_corrected() -> None:
    golden = whole("darts/golden_ptdarts_search_f64.pt")
    made = golden["constructor"]
    space = supernet(space_text(PTDARTS, network("darts_search", made["C"], made["n_layers"])), optimize=True)
    import_weights(space, golden["state_dict"], "ptdarts")
    weights = torch.optim.SGD(
        space.weights(), golden["eta"], momentum=golden["momentum"], weight_decay=golden["weight_decay"]
    )
    train, valid = ((golden[f"x_{part}"], golden[f"y_{part}"]) for part in ("train", "val"))
    slopes, _ = second_order(space.train(), weights, train, valid)
    rows = [part for slope in slopes for part in torch.split(slope, [2, 3, 4, 5])]
    assert max(apart(a, b) for a, b in zip(rows, golden["second_order_fixed"], strict=True)) <= 1e-10
    found = derive_supernet(space, "ptdarts")
    for kind in KINDS:
        wanted = [edge for row in golden["genotype_raw_alpha_rule"][kind] for edge in row]
        assert [[e.operations[0], int(e.source[1:])] for e in cell_dag(found, kind).edges] == wanted


def test_the_genotype_of_nasbench201() -> None:
    golden = whole("gdas/golden_nb201_gdas_supernet_clean.pt")
    space = nasc.supernet(nasc.load("spaces/nasbench201"), channels=4, layers=5, input=(3, 16, 16))
    import_weights(space, golden["state_dict"], "nasbench201")
    assert "none" in golden["genotype"]
    assert write(nasc.derive(space), "nasbench201") == golden["genotype"]
