"""The zoo against the published genotypes, and against the counts measured on the original authors' code.

`NASC_REFERENCE` names the folder with both. The `require` lines of the zoo play no part here.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest

from nasc.compiler.dag import CellDag
from nasc.compiler.plan import Stats, plan, stats
from nasc.compiler.resolve import resolve, shipped_document
from nasc.compiler.stack import Options
from nasc.compiler.write_out import write_out
from nasc.dsl.diagnostic import Findings, NasError
from nasc.dsl.parser import parse
from nasc.dsl.source import Source

FOLDER = Path(os.environ.get("NASC_REFERENCE", ""))
pytestmark = pytest.mark.skipif(
    "NASC_REFERENCE" not in os.environ, reason="NASC_REFERENCE does not name the folder of the oracles and genotypes"
)


@cache
def reference(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


# ---------------------------------------------------------------- counting


@dataclass(frozen=True)
class Counted:
    """What one entry of an oracle says of a network. Parts that it does not say are None."""

    place: str
    stats: Stats
    params: int | None
    params_aux: int | None = None
    macs: int | None = None

    @property
    def wrong(self) -> dict[str, tuple[int | None, int]]:
        """The figures that differ: ours and theirs."""
        pairs = {
            "params": (self.stats.params, self.params),
            "params_aux": (self.stats.params_aux, self.params_aux),
            "macs": (self.stats.macs, self.macs),
        }
        return {name: (ours, theirs) for name, (ours, theirs) in pairs.items() if theirs not in (None, ours)}


@cache
def count(
    path: str,
    skeleton: str = "",
    settings: str = "",
    layers: int | None = None,
    reductions: Literal["move", "keep"] = "move",
) -> Stats:
    """What a network of the cells of a shipped text costs; `skeleton` may be a network of the text itself."""
    document = shipped_document(path)
    options = Options(layers=layers, reductions=reductions)
    if skeleton in document.networks and not settings:
        return stats(plan(document, skeleton, options))
    text = f"use {path.replace('/', '.')}\nnetwork oracle: {skeleton} {{ {settings} }}"
    return stats(plan(parse(Source(f"{path} in {skeleton}", text)), "oracle", options))


def laid_out(entry: dict[str, Any]) -> str:
    """The settings of an entry that names its width and depth."""
    cells = entry.get("layers") or 3 * entry["N"] + 2
    return f"channels: {entry['C']} layers: {cells}"


def assert_all(found: Sequence[Counted], number: int) -> None:
    """That all figures agree, and that there are as many entries as there should be."""
    assert {counted.place: counted.wrong for counted in found if counted.wrong} == {}
    assert len(found) == number
    assert len({counted.place for counted in found}) == number


# ---------------------------------------------------------------- DARTS and kin


def zoo_name(name: str, code: str = "") -> str:
    """The text of the zoo that has a genotype of `darts-genotypes.json`, by its name and the code it stands in."""
    if name == "GDAS_V1" and code == "fairdarts":
        return "fairdarts_gdas_v1"
    if name == "DARTS":
        return "fairdarts_a" if code == "fairdarts" else "darts_v2"
    if name == "PCDARTS":
        return "pc_darts_cifar"
    name = name.removeprefix("oldGDAS:").removeprefix("hnasc:").lower()
    return name.replace("pt:darts_v2", "darts_v2").replace("pt:", "ptdarts_").replace(":", "_")


def darts_skeleton(code: str, network: str) -> str:
    """The network that a code of this family builds. Its ImageNet head has a batch-norm more in P-DARTS and AutoDL."""
    where = network.partition("_")[0]
    if code == "fairdarts":
        return f"fairdarts_{where}"
    return f"pdarts_{where}" if code in ("pdarts", "autodl") and where == "imagenet" else f"darts_{where}"


def darts_counts() -> Iterator[Counted]:
    oracle = reference("darts-oracle")
    for name, codes in oracle["cnn"].items():
        for code, networks in codes.items():
            if code == "ptdarts":
                networks = {"cifar" if networks["input"][0] == 3 else "mnist": networks}
            for network, entry in networks.items():
                skeleton = f"ptdarts_{network}" if code == "ptdarts" else darts_skeleton(code, network)
                found = count(f"zoo/{zoo_name(name, code)}", skeleton, laid_out(entry))
                yield Counted(
                    f"{name} {code} {network}", found, entry["params_no_aux"], entry["params_total"], entry["macs"]
                )
    entry = oracle["nni"]["nni_darts_v2"]
    found = count("zoo/darts_v2", "nni_cifar", laid_out(entry))
    yield Counted("nni", found, entry["params_no_aux"], entry["params_total"], entry["macs"])
    for name, networks in oracle["dxy_code"].items():
        for network, entry in networks.items():
            found = count(f"zoo/{zoo_name(name)}", darts_skeleton("autodl", network), laid_out(entry))
            yield Counted(
                f"{name} dxy {network}", found, entry["params_no_aux"], entry.get("params_total"), entry["macs"]
            )


def test_darts() -> None:
    skipped = {
        "how_counted": "words",
        "rnn": "language models are not counted",
        "search_supernets": "test_shared_weight_networks",
        "ptdarts_facconv_bug": "a defect of pt.darts (conv_7x1_1x7 pads both convolutions) that no genotype shows",
    }
    assert set(reference("darts-oracle")) == {"cnn", "nni", "dxy_code", *skipped}
    networks = sum(
        1 if code == "ptdarts" else len(found)
        for codes in reference("darts-oracle")["cnn"].values()
        for code, found in codes.items()
    )
    assert_all(list(darts_counts()), networks + 1 + 14)


def test_the_shapes_that_nni_prints() -> None:
    trace = reference("darts-oracle")["nni"]["shape_trace_C16_L8_B32"]
    found = count("spaces/darts", "search")
    assert [list(cell.shape) for cell in found.cells] == [shape[1:] for name, shape in trace if "Cell" in name]


# ---------------------------------------------------------------- GDAS, SETN, NAS-Bench-201


def gdas_counts() -> Iterator[Counted]:
    oracle = reference("gdas-oracle")
    frc = " cells: normal*, frc/2, normal*, frc/2, normal*"
    for group in ("cifar_C36_L20_10cls", "cifar_other_widths", "imagenet_L14"):
        for key, entry in oracle[group].items():
            if "error" in entry:
                continue
            name = re.sub(r"_C\d+_L\d+$", "", key)
            fixed = frc if name in ("GDAS_F1", "GDAS_GF") else ""
            skeleton = "gdas_imagenet" if "imagenet" in group else "gdas_cifar"
            path = f"zoo/{zoo_name(name)}"
            # cells that were not found by GDAS use `std.darts`: bring its skeletons too
            found = in_gdas(path, skeleton, laid_out(entry) + fixed)
            place = f"{group} {key}"
            macs = entry["macs_conv_linear"]
            yield Counted(place, found, entry["params_no_aux"], entry["params_with_aux"], macs)
            if "params_no_aux_cifar100" in entry:
                found = in_gdas(path, skeleton, f"{laid_out(entry)}{fixed} classes: 100")
                yield Counted(f"{place} cifar100", found, entry["params_no_aux_cifar100"])
    for group, where in (("autodl_dxys_cifar", "cifar"), ("autodl_dxys_imagenet", "imagenet")):
        for key, entry in oracle[f"{group}(N per block)"].items():
            match = re.fullmatch(r"(\w+)_C(\d+)_N(\d+)", key)
            assert match
            name, width = match[1], int(match[2])
            if key in ODD_WIDTHS:
                continue
            settings = laid_out({"C": width, "layers": entry["cells"]})
            found = count(f"zoo/{zoo_name(name)}", darts_skeleton("autodl", where), settings)
            macs = entry["macs_conv_linear"]
            yield Counted(f"{group} {key}", found, entry["params_no_aux"], entry["params_with_aux"], macs)
    for key, entry in oracle["nas_bench_201_infer"].items():
        path = f"zoo/{nb201_name(key)}"
        settings = laid_out({"C": entry["C"], "layers": entry["cells"]})
        found = count(path, "nasbench201", settings)
        yield Counted(f"nb201 {key}", found, entry["params_cifar10"], None, entry["macs_conv_linear"])
        yield Counted(
            f"nb201 {key} 100", count(path, "nasbench201", f"{settings} classes: 100"), entry["params_cifar100"]
        )


@cache
def in_gdas(path: str, skeleton: str, settings: str) -> Stats:
    text = f"use std.gdas\nuse {path.replace('/', '.')}\nnetwork oracle: {skeleton} {{ {settings} }}"
    return stats(plan(parse(Source(path, text))))


def nb201_name(key: str) -> str:
    return "nb201_all_c3x3" if key == "largest" else "nb201_" + re.sub(r"^(best_c10+)_\d+$", r"\1", key)


ODD_WIDTHS = ["SETN_C73_N1", "SETN_C49_N3"]
"""AutoDL-Projects rounds half of an odd width down and up; in the language `C/2` divides exactly."""


def test_gdas() -> None:
    skipped = {
        "how_counted": "words",
        "torch": "words",
        "published_comparison": "figures of the other entries again, and what the paper says",
        "supernets": "test_shared_weight_networks",
        "rnn": "language models are not counted",
    }
    oracle = reference("gdas-oracle")
    groups = {
        "cifar_C36_L20_10cls": 2 * 11,
        "cifar_other_widths": 3,
        "imagenet_L14": 14 - 1,
        "autodl_dxys_cifar(N per block)": 8,
        "autodl_dxys_imagenet(N per block)": 6 - len(ODD_WIDTHS),
        "nas_bench_201_infer": 2 * 10,
    }
    assert set(oracle) == {*groups, *skipped}
    assert set(ODD_WIDTHS) <= set(oracle["autodl_dxys_imagenet(N per block)"])
    assert_all(list(gdas_counts()), sum(groups.values()))


def test_a_width_that_the_fixed_reduction_cell_cannot_have() -> None:
    assert "divisible by groups" in reference("gdas-oracle")["imagenet_L14"]["GDAS_GF_C50_L14"]["error"]
    settings = "channels: 50 layers: 14 cells: normal*, frc/2, normal*, frc/2, normal*"
    with pytest.raises(NasError) as caught:
        count("zoo/gdas_gf", "gdas_imagenet", settings)
    assert [d.code for d in caught.value.diagnostics] == ["E301"]


# ---------------------------------------------------------------- EDNAS


def ednas_counts() -> Iterator[Counted]:
    oracle = reference("ednas-oracle")
    for key, name, skeleton in (
        ("cifar10_EDNAS", "ednas_cifar", "darts_cifar"),
        ("imagenet_EDNAS", "ednas_imagenet", "darts_imagenet"),
    ):
        entry, path = oracle[key], f"zoo/{name}"
        found = count(path, skeleton, laid_out(entry["args"]))
        yield Counted(key, found, entry["params_without_aux"], entry["params_with_aux"], entry["macs"])
        for width, params in entry["other_C_without_aux"].items():
            settings = laid_out({"C": width, "layers": entry["args"]["layers"]})
            yield Counted(f"{key} {width}", count(path, skeleton, settings), params)
        assert [cell.params for cell in found.cells] == entry["cell_params"]
        assert [cell.index for cell in found.cells if cell.stride == 2] == entry["reduction_cells"]
        for cell, shape in zip(found.cells, entry.get("cell_output_shapes", ()), strict=False):
            assert [1, *cell.shape] == shape
    entry = oracle["cifar10_EDNAS"]
    small = entry["C16_L8_no_aux"]
    found = count("zoo/ednas_cifar", "darts_cifar", "channels: 16 layers: 8")
    yield Counted("C16_L8", found, small["params"], None, small["macs"])
    exchanged = laid_out(entry["args"]) + " cells: reduce*, normal/2, reduce*, normal/2, reduce*"
    found = count("zoo/ednas_cifar", "darts_cifar", exchanged)
    yield Counted("exchanged", found, entry["params_without_aux_if_normal_and_reduce_exchanged"])


def test_ednas() -> None:
    skipped = {
        "how_counted": "words",
        "ptb_EDNAS": "language models are not counted",
        "search_networks": "test_shared_weight_networks",
        "published_results_README": "test errors",
    }
    assert set(reference("ednas-oracle")) == {"cifar10_EDNAS", "imagenet_EDNAS", *skipped}
    assert_all(list(ednas_counts()), 2 * (1 + 5) + 2)


# ---------------------------------------------------------------- D-DARTS and DARTOpti


def ddarts_name(genotype: str) -> str:
    """The text of the zoo that has one of the files of D-DARTS, or one of its baselines."""
    if genotype.startswith("baseline:"):
        return genotype.removeprefix("baseline:").lower()
    kind = "sparse" if "sparse" in genotype else "edge"
    data = "cifar100" if "cifar100" in genotype else "cifar10"
    system = "ddarts" if genotype.startswith("D-DARTS") else f"do_{genotype.partition('_')[0].lower()}"
    return f"{system}_{data}_{kind}"


DARTS_REDUCTIONS = [2, 6]
"""Those of the four files of D-DARTS, of eight cells."""


def ddarts_stats(entry: dict[str, Any]) -> Stats:
    """The network of an entry, laid out as the entry says."""
    path, where = f"zoo/{ddarts_name(entry['genotype'])}", entry["network"].lower()
    size = "x".join(map(str, entry["input"][1:]))
    settings = f"channels: {entry['C']} classes: {entry['num_classes']} input: {size}"
    skeleton = "ddarts_cifar" if where == "cifar" else "dartopti_imagenet"
    reductions, layers = entry["reductions"], entry["layers"]
    if not entry["genotype"].startswith("D-DARTS"):
        stack = plan(shipped_document(path), "cifar").stack.placements
        assert [i for i, cell in enumerate(stack) if cell.stride == 2] == reductions
        assert len(stack) == layers
        cells = ", ".join(f"{cell.cell}/{cell.stride}" for cell in stack)
        return count(path, skeleton, f"{settings} cells: {cells}")
    strides = reductions if layers == 8 else DARTS_REDUCTIONS
    cells = ", ".join(f"normal[{i}]" + "/2" * (i in strides) for i in range(8))
    if layers == 8:
        return count(path, skeleton, f"{settings} cells: {cells}")
    assert reductions in (DARTS_REDUCTIONS, [layers // 3, 2 * layers // 3])
    return count(
        path, skeleton, f"{settings} cells: {cells}", layers, "keep" if reductions == DARTS_REDUCTIONS else "move"
    )


LAYS_OUT_NOTHING = "ResNet18_cifar10_threshold_sparse_0.85 with 8 layers"
DAMAGED = "Xception_cifar100_threshold_edge_0.85"
NEVER_RUN = {"baseline:Xception", "baseline:InceptionV4"}
"""Genotypes with edges from later states: the authors' code counts their parameters and never runs them."""


def test_ddarts() -> None:
    found, left_out = [], []
    for entry in reference("ddarts-oracle")["entries"]:
        genotype = entry["genotype"]
        if "build_error" in entry:
            left_out.append(f"{genotype} with {entry['layers']} layers")  # the authors' code cannot lay this out
        elif genotype == DAMAGED:
            left_out.append(genotype)  # reads a state that nothing makes; the repaired one stands beside it
        else:
            params = entry["params_without_aux"]
            if genotype in NEVER_RUN:
                assert params > entry["params_in_executed_modules"]
                params = entry["params_in_executed_modules"]
            ours = ddarts_stats(entry)
            place = " ".join(str(entry[k]) for k in ("genotype", "C", "num_classes", "layers", "input", "reductions"))
            # the head fits behind two reductions on CIFAR, behind three on ImageNet, as the specification says
            fits = len(entry["reductions"]) == (2 if entry["network"] == "CIFAR" else 3)
            if entry["input"] != [1, 3, 112, 112]:
                assert (ours.params_aux is not None) is fits, place
            with_aux = params + entry["params_aux"] if ours.params_aux is not None else None
            found.append(Counted(place, ours, params, with_aux, entry.get("macs_conv_linear")))
    assert left_out == [DAMAGED, DAMAGED, LAYS_OUT_NOTHING]
    assert_all(found, len(reference("ddarts-oracle")["entries"]) - len(left_out))


# ---------------------------------------------------------------- shared-weight networks


def test_shared_weight_networks() -> None:
    darts, gdas, ednas, ddarts = (reference(f"{name}-oracle") for name in ("darts", "gdas", "ednas", "ddarts"))
    found: list[Counted] = []

    def space(name: str, params: int, settings: str = "", layers: int | None = None) -> None:
        skeleton = "search"
        if settings:
            skeleton = {"gdas": "gdas_search"}.get(name, "darts_search")
        ours = count(f"spaces/{name}", skeleton, settings, layers)
        found.append(Counted(f"{name} {settings} {layers} {len(found)}", ours, params))

    supernets = darts["search_supernets"]
    space("darts", supernets["DARTS_C16_L8"]["weights"])
    space("darts", darts["nni"]["search_weights_C16_L8"])
    for layers, params in zip((5, 11, 17, 20), supernets["DARTS_L5_11_17_20"], strict=True):
        space("darts", params, layers=layers)
        space("pdarts_space", params, layers=layers)
    space("pcdarts", supernets["PC-DARTS_C16_L8_K4"]["weights"])
    space("fairdarts", supernets["FairDARTS_C16_L8"]["weights"])
    space("fairdarts_edge", supernets["FairDARTS_C16_L8"]["weights"])
    space("pdarts_space", supernets["P-DARTS stage1 C16 L5 (8 ops)"])
    assert len(supernets) == 5 + len(["RNN_search_ptb300"])  # language models are not counted

    supernets = gdas["supernets"]
    for name, kind in (("gdas_autodl", "GDAS"), ("gdas_autodl_frc", "GDAS_FRC")):
        later = supernets[f"autodl_nasnet_{kind}_C16_N2"]
        space(name, later["params_total"] - later["arch_params"])
    space("gdas", supernets["original_acc2_C16_L8"]["weights"])
    space("gdas_frc", supernets["original_facc1(FRC)_C16_L8"]["weights"])
    bench = supernets["autodl_nb201_GDAS_C16_N5"]
    biases = 6 * 2 * 5 * (16 + 32 + 64)  # of two convolutions on six edges, in five cells of each width
    ours = count("spaces/nasbench201", "cifar")
    found.append(Counted("nasbench201", ours, bench["params_total"] - bench["arch_params"] - biases))
    assert len(supernets) == 3 + 2

    networks = ednas["search_networks"]
    space("ednas", networks["cifar10"]["params"])
    space("ednas_as_shipped", networks["imagenet_steps5_as_shipped"]["params"])
    space("ednas_on_imagenet", networks["imagenet_steps4_as_documented"]["params"])
    assert len(networks) == 3 + len(["ptb"])  # language models are not counted

    stacks = {
        "ResNet18": "block, block/2*3",
        "ResNet50": "block[0], block[1..2]/2, block[0]/2",
        "Xception": "block[0], block[0]/2*2, block[1]*8, block[0]/2, block[2]/2",
    }
    for entry in ddarts["search_supernets"]:
        low, high = entry["reductions"][:2]
        stack = stacks.get(entry["baseline"])
        if stack is None:
            last = entry["layers"] - 1
            stack = f"normal[0..{low - 1}], normal[{low}]/2"
            stack += f", normal[{low + 1}..{high - 1}]" * (high > low + 1) + f", normal[{high}]/2"
            stack += f", normal[{high + 1}..{last}]" * (last > high)
        name = f"do_{entry['baseline'].lower()}" if entry["baseline"] else "ddarts"
        space(name, entry["params"], f"channels: {entry['C']} cells: {stack}")
    space("ddarts_edge", ddarts["search_supernets"][0]["params"])
    assert_all(found, 2 + 8 + 4 + 3 + 2 + 3 + 8 + 1)


# ---------------------------------------------------------------- edges

Edges = dict[int, list[tuple[Any, ...]]]
"""The edges of each state: operation, source, and a factor where it is not one."""


def cells(name: str) -> dict[str, CellDag]:
    """The cells that a text of the zoo defines."""
    document, findings = shipped_document(f"zoo/{name}"), Findings()
    program = resolve(document, findings)
    found = {key: write_out(cell, program, findings) for key, cell in document.cells.items()}
    assert not findings.found
    return {key: dag for key, dag in found.items() if dag is not None}


def edges(dag: CellDag) -> Edges:
    """The edges of a cell, without the gate of a recurrent one."""
    found: Edges = {}
    for edge in dag.edges:
        (operation,) = edge.operations
        if operation != "gate":
            factor = () if edge.factor is None else (edge.factor,)
            found.setdefault(number(edge.state), []).append((operation, number(edge.source), *factor))
    return found


def number(state: str) -> int:
    return int(state.removeprefix("s"))


def check_cell(dag: CellDag, expected: Edges, returned: Sequence[int]) -> None:
    assert edges(dag) == expected
    assert list(edges(dag)) == list(expected), "another order of the states"
    assert [number(state) for state in dag.returned] == list(returned)
    assert dag.how == ("mean" if dag.kind == "recurrent" else "concat")


def published_edges(raw: list[Any], weighted: bool = False) -> Edges:
    """Pairs, rows of pairs, triples with a weight or strength, or triples (operation, state, source)."""
    if isinstance(raw[0][0], list):
        return {state: [tuple(edge) for edge in row] for state, row in enumerate(raw, 2)}
    found: Edges = {}
    for position, (operation, *rest) in enumerate(raw):
        triple = len(rest) == 2 and isinstance(rest[1], int)
        state, source = rest if triple else (2 + position // 2, rest[0])
        found.setdefault(state, []).append((operation, source, *(rest[1:] if weighted else ())))
    return {s: [e for e in row if e[1] < 2 or e[1] in found] for s, row in found.items()}


def test_every_genotype_of_darts_and_kin() -> None:
    genotypes = reference("darts-genotypes")
    names = set()
    for entry in genotypes["cnn"]:
        code = "fairdarts" if entry["repos"] == ["xiaomi-automl/FairDARTS (fairdarts/)"] else ""
        name = zoo_name(entry["name"], code)
        names.add(name)
        found, raw = cells(name), entry["raw"]
        assert list(found) == (["normal"] if raw["reduce"] is None else ["normal", "reduce"])
        for cell, dag in found.items():
            expected = published_edges(raw[cell], entry["format"] == "weighted")
            concat = raw[f"{cell}_concat"]
            # FairDARTS returns the states that there are, whatever its list says
            returned = [s for s in concat if s in expected] if entry["format"] == "fair_triples" else concat
            check_cell(dag, expected, returned)
    assert len(genotypes["cnn"]) == 59
    assert len(names) == 59 - len(["oldGDAS:ENASNet is ENASNet", "pt:DARTS_V2 is DARTS_V2"])


def test_every_genotype_of_gdas() -> None:
    genotypes = reference("gdas-genotypes")
    for name, entry in genotypes["cnn"].items():
        found = cells(zoo_name(name))
        assert list(found) == (["normal"] if entry["reduce"] is None else ["normal", "reduce"])
        for cell, dag in found.items():
            check_cell(dag, published_edges(entry[cell]), entry[f"{cell}_concat"])
            strengths = (entry.get("search_softmax_value") or {}).get(cell)
            if strengths:
                assert [edge.strength for edge in dag.edges] == [round(strength, 4) for strength in strengths]
        stack = plan(shipped_document(f"zoo/{zoo_name(name)}"), "cifar").stack.placements
        assert [p.cell for p in stack if p.stride == 2] == ["frc" if entry["reduce"] is None else "reduce"] * 2
    for key, entry in genotypes["nas_bench_201"].items():
        nodes = {state: [tuple(edge) for edge in row] for state, row in enumerate(entry["nodes"], 1)}
        dag = cells(nb201_name(key))["normal"]
        assert (edges(dag), dag.inputs, dag.returned, dag.how) == (nodes, ("s0",), ("s3",), None)
    assert (len(genotypes["cnn"]), len(genotypes["nas_bench_201"])) == (12, 10)


def test_every_genotype_of_ednas() -> None:
    genotypes = reference("ednas-genotypes")
    for key, name in (("EDNAS_CIFAR10", "ednas_cifar"), ("EDNAS_ImageNet", "ednas_imagenet")):
        entry, found = genotypes[key], cells(name)
        for cell in ("normal", "reduce"):
            check_cell(found[cell], published_edges(entry[cell]), entry[f"{cell}_concat"])


def test_every_recurrent_genotype() -> None:
    published = [(e["name"], e["recurrent_act_prev"], e["concat"]) for e in reference("darts-genotypes")["rnn"]]
    published += [(name, e["recurrent"], e["concat"]) for name, e in reference("gdas-genotypes")["rnn"].items()]
    entry = reference("ednas-genotypes")["EDNAS_PTB"]
    published.append(("EDNAS", entry["recurrent"], entry["concat"]))
    for name, recurrent, concat in published:
        (dag,) = cells(f"rnn_{name.lower()}").values()
        check_cell(dag, {state: [tuple(edge)] for state, edge in enumerate(recurrent, 1)}, concat)
    assert len(published) == 4 + 4 + 1


def test_every_file_of_ddarts() -> None:
    files = sorted((FOLDER / "ddarts-genotypes").glob("*.txt"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.stem == DAMAGED:
            text = text.replace("[('sep_conv_3x3', 3, 2)", "[('sep_conv_3x3', 2, 0), ('sep_conv_3x3', 3, 2)")
        genes = re.findall(r"\[(\('.*?\))\]", text)
        reductions = re.search(r"reductions=(?:range\((\d+), (\d+)\)|\[([\d, ]+)\])", text)
        assert reductions
        first, last, listed = reductions.groups()
        strides = list(map(int, listed.split(","))) if listed else list(range(int(first), int(last)))
        name = ddarts_name(path.stem)
        found = cells(name)
        stack = plan(shipped_document(f"zoo/{name}"), "cifar").stack.placements
        assert [place for place, cell in enumerate(stack) if cell.stride == 2] == strides
        assert len(stack) == len(genes)
        for gene, placement in zip(genes, stack, strict=True):
            expected: Edges = {}
            for operation, state, source in re.findall(r"\('(\w+)', (\d+), (\d+)\)", gene):
                expected.setdefault(int(state), []).append((operation, int(source)))
            check_cell(found[placement.cell], expected, list(expected))
    assert len(files) == 16
