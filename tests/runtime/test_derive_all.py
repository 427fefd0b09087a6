"""What searches write of all their strengths: texts from which the genotype of their epoch is derived again."""

from pathlib import Path

import pytest
import torch

import nasc
from nasc.compiler.plan import cell_dag
from nasc.dsl.printer import to_text
from nasc.runtime.derive_all import all_strengths
from nasc.runtime.derive_saved import derive_document
from tests.runtime import words
from tests.runtime.tiny import SPACE

SPACES = {
    "pictures": (SPACE, "small"),
    "weights of edges": (SPACE.replace("darts_search { channels: 2", "pcdarts_search { channels: 4"), "small"),
    "numbered cells": (
        SPACE.replace("layers: 3 }\nnetwork cifar", "cells: normal[0], reduce/2 }\nnetwork cifar"),
        "small",
    ),
    "independent operations": (SPACE.replace("search darts", "search fairdarts"), "small"),
    "words": (words.SPACE, "search"),
}


def kept(document: nasc.Document, cell: str) -> list[tuple[object, ...]]:
    """The edges of a cell in their order, with what a reader sees of their strengths."""
    return [(e.state, e.sources, e.operations, f"{e.strength or 0.0:.4f}") for e in cell_dag(document, cell).edges]


def test_each_epoch_is_derived_from_its_strengths(searched: Path) -> None:
    files = sorted((searched / "epochs").iterdir())
    assert len(files) == 3
    for file in files:
        strengths = searched / "strengths" / file.name
        found, wanted = derive_document(nasc.load(strengths), "darts"), nasc.load(file)
        assert list(found.cells) == list(wanted.cells)
        for name in wanted.cells:
            assert kept(found, name) == kept(wanted, name)
        head = strengths.read_text().splitlines()[0]
        assert head.endswith(f"epoch {int(file.stem)} of 3, what every operation counts for")


@pytest.mark.parametrize("name", SPACES)
def test_no_operation_is_left_out(name: str) -> None:
    text, network = SPACES[name]
    space = nasc.supernet(nasc.loads(text), network)
    with torch.no_grad():
        for parameter in space.strengths():
            parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(len(parameter))))
    document = nasc.loads(to_text(all_strengths(space)))
    assert list(document.cells) == list(space.dags)
    assert not document.networks
    shares = space.shares()
    assert bool(shares) == (name == "weights of edges")
    if name == "words":  # one edge a state, as its search keeps it
        again, wanted_again = derive_document(document, "darts"), nasc.derive(space, rule="darts")
        assert [kept(again, cell) for cell in space.dags] == [kept(wanted_again, cell) for cell in space.dags]
    for cell, dag in space.dags.items():
        rows = [row.tolist() for row in space.mixed()[cell]]
        weights = shares[cell].tolist() if shares else [1.0] * len(rows)
        wanted = [
            (edge.sources, edge.state, operation, f"{value * weight:.4f}")
            for edge, row, weight in zip(dag.open_edges, rows, weights, strict=True)
            for operation, value in zip(edge.operations, row, strict=True)
        ]
        found = [edge for edge in cell_dag(document, cell).edges if edge.strength is not None]
        assert [(e.sources, e.state, *e.operations, f"{e.strength:.4f}") for e in found] == wanted
