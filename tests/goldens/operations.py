"""Golden operations: one operation alone, written out, built and filled with the original's weights."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import torch
from torch import Tensor, fx

from nasc.compiler.graph import GraphBuilder, LayerGraph
from nasc.compiler.lower import to_module
from nasc.compiler.operations import write_chain
from nasc.compiler.passes import passes
from nasc.compiler.resolve import Program, resolve
from nasc.compiler.scope import Scope
from nasc.dsl.diagnostic import Findings
from nasc.dsl.parser import parse
from nasc.dsl.source import Source
from nasc.runtime.weights.matching import Layers, Match, pair
from nasc.runtime.weights.origin import Block
from tests.goldens.measure import apart

WIDER = {"ReLUConvBN 4->6 k1": "relu_conv_bn(1, out=6)", "FactorizedReduce 4->6": "factorized_reduce(out=6)"}
"""The cases that are no operations of a set: preprocess chains from 4 to 6 channels."""
SPELLED = {"simple_conv_5x5": "simple_conv(5)"}
"""Operations of the original's table that no search uses and std does not name."""


@dataclass(frozen=True)
class Operation:
    """One case: what to write, and what the original gave."""

    key: str
    chain: str
    stride: int
    affine: bool
    state: dict[str, Tensor]
    input: Tensor
    evaluated: Tensor
    trained: Tensor
    params: int


def darts_operations(golden: dict[str, Any]) -> Iterator[Operation]:
    """The cases of the DARTS file: `op|s1|affine0`."""
    for key, case in golden.items():
        if key != "_meta":
            name, stride, affine = key.split("|") if "|" in key else (WIDER[key], "s1", "affine1")
            yield _operation(key, name, stride, affine, case, golden["_meta"]["input"])


def ddarts_operations(golden: dict[str, Any]) -> Iterator[Operation]:
    """The cases of the D-DARTS file: `op|stride1|affine0`. One operation is broken: it shrinks the map."""
    for key, case in golden["ops"].items():
        name, stride, affine = key.split("|")
        if name != "bottleneck_1x5x1":
            yield _operation(key, SPELLED.get(name, name), stride, affine, case, golden["input"])


def _operation(key: str, chain: str, stride: str, affine: str, case: dict[str, Any], x: Tensor) -> Operation:
    outputs = case["eval"], case["train"]
    return Operation(key, chain, int(stride[-1]), affine[-1] == "1", case["state_dict"], x, *outputs, case["params"])


def build(case: Operation, optimize: bool) -> tuple[fx.GraphModule, LayerGraph]:
    """Our module for a case, in the type of its input."""
    width = case.input.shape[1]
    program = _program(f"use std.ddarts\nop golden = {case.chain}\n")
    builder = GraphBuilder()
    at = builder.input(tuple(case.input.shape[1:]))
    scope = Scope(program.ops, {}, width, 10, case.stride, case.affine)
    out = write_chain(builder, program.ops["golden"].body, at, scope, "op")
    graph = reduce(lambda g, change: change(g), passes(optimize), LayerGraph(tuple(builder.steps), (at,), out))
    return to_module(graph).to(case.input.dtype), graph


def measure(case: Operation, optimize: bool) -> dict[str, float]:
    """How far our operation is from the original's."""
    module, graph = build(case, optimize)
    names = {f"op.{key}": key for key in case.state}
    ours, theirs = Layers(module.state_dict()), Layers({f"op.{k}": v for k, v in case.state.items()})
    found = Match()
    pair(Block("op", "op", None), ours, theirs, names, found)
    assert not found.diagnostics(strict=True)
    with torch.no_grad():
        state = module.state_dict()
        for matched in found.pairs:
            state[matched.ours].copy_(case.state[matched.theirs])
        assert len(found.pairs) == len(case.state)
        module.eval()
        evaluated = module(case.input)
        module.train()
        trained = module(case.input)
    return {
        "eval": apart(evaluated, case.evaluated),
        "train": apart(trained, case.trained),
        "params": float(abs(sum(p.numel() for p in module.parameters()) - case.params)),
        "counted": float(abs(graph.params - case.params)),
    }


@cache
def _program(text: str) -> Program:
    findings = Findings()
    program = resolve(parse(Source("golden.nas", text)), findings)
    findings.raise_errors()
    return program
