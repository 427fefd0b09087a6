"""The compiler against the original code, small cases: operations, networks, a shared-weight network."""

import pytest
import torch

from tests.goldens import operations, sampled, search
from tests.goldens.cases import Case, darts_case, ddarts_case
from tests.goldens.folder import small
from tests.goldens.measure import measure
from tests.goldens.more_cases import gdas_case, nasbench201_case

FLOAT = 1e-5
"""What networks in float32 may be off."""
both = pytest.mark.parametrize("optimize", [True, False], ids=["optimized", "plain"])


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@both
def test_operations(optimize: bool) -> None:
    cases = list(operations.darts_operations(small("operations")))
    assert len(cases) == 44
    for case in cases:
        for kind, difference in operations.measure(case, optimize).items():
            assert difference <= 1e-6, (case.key, kind)


@both
@pytest.mark.parametrize(
    ("name", "origin", "skeleton", "kinds"),
    [
        ("darts_v2", "darts", "darts_cifar", {"drop path", "batch-norm", "cells"}),
        ("pdarts", "pdarts", "darts_cifar", {"drop path", "gradients", "cells"}),
        ("fairdarts_edge", "fairdarts", "fairdarts_cifar", {"drop path", "gradients", "cells"}),
    ],
)
def test_networks(name: str, origin: str, skeleton: str, kinds: set[str], optimize: bool) -> None:
    found = measure(darts_case(small(name), origin, skeleton), optimize)
    assert found.keys() >= kinds | {"params", "logits", "train", "loss"}
    assert max(found.values()) <= FLOAT, found


@both
def test_nested_network_with_operations_that_never_run(optimize: bool) -> None:
    case: Case = ddarts_case(small("xception"), double=True)
    found = measure(case, optimize, torch.float64)
    # The file has these two in float32 only.
    assert found.pop("cells") <= 2e-5
    assert found.pop("batch-norm") <= 1e-6
    assert found.keys() >= {"params", "logits", "train", "loss", "gradients", "drop path"}
    assert max(found.values()) <= 1e-9, found


@both
def test_supernet(optimize: bool) -> None:
    found = search.measure_darts(small("darts_search"), optimize)
    # Its weights are rounded to float32 here, the outputs are those of the weights in float64.
    assert max(found.values()) <= 1e-6, found


@both
def test_gdas(optimize: bool) -> None:
    found = measure(gdas_case(small("gdas_fg")), optimize)
    assert found.keys() >= {"params", "logits", "cells", "train", "loss", "gradients", "batch-norm", "drop path"}
    assert max(found.values()) <= FLOAT, found


@both
@pytest.mark.parametrize("name", ["mixed", "doc_example"])
def test_nasbench201(name: str, optimize: bool) -> None:
    found = measure(nasbench201_case(small("nasbench201"), name), optimize)
    assert max(found.values()) <= FLOAT, found


@both
@pytest.mark.parametrize("only", [True, False], ids=["chosen", "all"])
def test_sampled_supernet(optimize: bool, only: bool) -> None:
    found = sampled.measure_nasbench201(small("nasbench201_search"), optimize, only)
    assert max(found.values()) <= FLOAT, found
