"""Foreign formats: the table of them, and which one a text is in. lark is imported when a text is read."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.dialects.recognise import structure
from nasc.dsl.nodes import Document
from nasc.dsl.source import Source


@dataclass(frozen=True)
class Reading:
    """The document of a foreign text, and warnings about what its reference implementation does with it."""

    document: Document
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Dialect:
    """One foreign format. `read` raises `NasError` (E105, E109, E203), `write` likewise (E110)."""

    name: str
    title: str
    example: str
    recognises: Callable[[str], bool]
    read: Callable[[Source], Reading]
    write: Callable[[Document], str]


def _dialect(name: str, title: str, example: str) -> Dialect:
    """The dialect of the module of its name, which is imported when it is first needed."""

    def recognises(text: str) -> bool:
        return structure(text) == name

    def read(source: Source) -> Reading:
        reading: Reading = import_module(f"{__name__}.{name}").read(source)
        return reading

    def write(document: Document) -> str:
        text: str = import_module(f"{__name__}.{name}").write(document)
        return text

    return Dialect(name, title, example, recognises, read, write)


DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        _dialect(
            "ddarts",
            "D-DARTS and DARTOpti: one gene for every cell",
            "Genotype_nested(genes=[[('sep_conv_3x3', 2, 0), ('skip_connect', 2, 1)]], "
            "concat=range(2, 3), reductions=[])",
        ),
        _dialect(
            "darts",
            "DARTS, PC-DARTS, P-DARTS, EDNAS: pairs, two for every state",
            "Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1)], normal_concat=[2], "
            "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1)], reduce_concat=[2])",
        ),
        _dialect(
            "gdas",
            "GDAS: pairs with the strength of each edge; `reduce=None` is the fixed reduction cell",
            "Genotype(normal=[('sep_conv_3x3', 0, 0.16), ('skip_connect', 1, 0.13)], normal_concat=[2], "
            "reduce=None, reduce_concat=[2, 3, 4, 5])",
        ),
        _dialect(
            "ptdarts",
            "pt.darts: a list of pairs for every state",
            "Genotype(normal=[[('sep_conv_3x3', 0), ('skip_connect', 1)]], normal_concat=[2], "
            "reduce=[[('max_pool_3x3', 0), ('max_pool_3x3', 1)]], reduce_concat=[2])",
        ),
        _dialect(
            "autodl",
            "AutoDL-Projects: a tuple of pairs for every state, and two fields without use; or what its searches print",
            "Genotype(normal=[(('sep_conv_3x3', 0), ('skip_connect', 1))], normal_concat=[2], "
            "reduce=[(('max_pool_3x3', 0), ('max_pool_3x3', 1))], reduce_concat=[2], connectN=None, connects=None)",
        ),
        _dialect(
            "fairdarts",
            "FairDARTS: triples of operation, state and source, any number for a state",
            "Genotype(normal=[('sep_conv_3x3', 2, 0), ('skip_connect', 2, 1)], normal_concat=[2], "
            "reduce=[('max_pool_3x3', 2, 0)], reduce_concat=[2])",
        ),
        _dialect(
            "rnn",
            "recurrent cells of DARTS, GDAS, EDNAS: one activation for every state",
            "Genotype(recurrent=[('tanh', 0), ('relu', 1)], concat=[1, 2])",
        ),
        _dialect(
            "nasbench201",
            "NAS-Bench-201: a string of operation and source for every edge",
            "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|",
        ),
        _dialect(
            "nni",
            "NNI from 1.6 on: the operation of each edge, `[]` where it is pruned",
            '{"normal_n2_p0": "sepconv3x3", "normal_n2_p1": "skipconnect", '
            '"normal_n2_switch": ["normal_n2_p0", "normal_n2_p1"], '
            '"reduce_n2_p0": "maxpool", "reduce_n2_p1": "maxpool", '
            '"reduce_n2_switch": ["reduce_n2_p0", "reduce_n2_p1"]}',
        ),
        _dialect(
            "nni_masks",
            "NNI up to 1.5: seven booleans for each edge",
            '{"normal_n2_p0": [false, false, false, true, false, false, false], '
            '"normal_n2_p1": [false, false, true, false, false, false, false], "normal_n2_switch": [true, true], '
            '"reduce_n2_p0": [true, false, false, false, false, false, false], '
            '"reduce_n2_p1": [true, false, false, false, false, false, false], "reduce_n2_switch": [true, true]}',
        ),
        _dialect(
            "nni2",
            "NNI 2: an operation for each edge, and the sources of a state by strength",
            '{"normal_n2_p0": "sepconv3x3", "normal_n2_p1": "skipconnect", "normal_n2_switch": [1, 0], '
            '"reduce_n2_p0": "maxpool", "reduce_n2_p1": "maxpool", "reduce_n2_switch": [0, 1]}',
        ),
        _dialect(
            "nni3",
            "the hub of NNI 2.9 and 3: two operations and two inputs for each state",
            '{"normal/op_2_0": "sep_conv_3x3", "normal/op_2_1": "skip_connect", '
            '"normal/input_2_0": [0], "normal/input_2_1": [1], '
            '"reduce/op_2_0": "max_pool_3x3", "reduce/op_2_1": "max_pool_3x3", '
            '"reduce/input_2_0": [0], "reduce/input_2_1": [1]}',
        ),
        _dialect(
            "naslib",
            "NASLib: pairs of numbers for cells of DARTS, six numbers for one of NAS-Bench-201",
            "(((0, 3), (1, 3), (0, 3), (1, 3), (1, 3), (0, 2), (0, 2), (2, 5)), "
            "((0, 0), (1, 0), (2, 2), (1, 0), (0, 0), (2, 2), (2, 2), (1, 0)))",
        ),
        _dialect(
            "nasbench301",
            "NAS-Bench-301: a configuration with the operations and inputs of each state",
            '{"NetworkSelectorDatasetInfo:darts:edge_normal_0": "sep_conv_3x3", '
            '"NetworkSelectorDatasetInfo:darts:edge_normal_1": "sep_conv_3x3", '
            '"NetworkSelectorDatasetInfo:darts:edge_normal_2": "sep_conv_3x3", '
            '"NetworkSelectorDatasetInfo:darts:edge_normal_3": "sep_conv_3x3", '
            '"NetworkSelectorDatasetInfo:darts:inputs_node_normal_3": "0_1", '
            '"NetworkSelectorDatasetInfo:darts:edge_normal_5": "skip_connect", '
            '"NetworkSelectorDatasetInfo:darts:edge_normal_6": "sep_conv_3x3", '
            '"NetworkSelectorDatasetInfo:darts:inputs_node_normal_4": "0_1", '
            '"NetworkSelectorDatasetInfo:darts:edge_normal_9": "skip_connect", '
            '"NetworkSelectorDatasetInfo:darts:edge_normal_11": "dil_conv_3x3", '
            '"NetworkSelectorDatasetInfo:darts:inputs_node_normal_5": "0_2", '
            '"NetworkSelectorDatasetInfo:darts:edge_reduce_0": "max_pool_3x3", '
            '"NetworkSelectorDatasetInfo:darts:edge_reduce_1": "max_pool_3x3", '
            '"NetworkSelectorDatasetInfo:darts:edge_reduce_3": "max_pool_3x3", '
            '"NetworkSelectorDatasetInfo:darts:edge_reduce_4": "skip_connect", '
            '"NetworkSelectorDatasetInfo:darts:inputs_node_reduce_3": "1_2", '
            '"NetworkSelectorDatasetInfo:darts:edge_reduce_5": "max_pool_3x3", '
            '"NetworkSelectorDatasetInfo:darts:edge_reduce_7": "skip_connect", '
            '"NetworkSelectorDatasetInfo:darts:inputs_node_reduce_4": "0_2", '
            '"NetworkSelectorDatasetInfo:darts:edge_reduce_10": "max_pool_3x3", '
            '"NetworkSelectorDatasetInfo:darts:edge_reduce_11": "skip_connect", '
            '"NetworkSelectorDatasetInfo:darts:inputs_node_reduce_5": "1_2"}',
        ),
    )
}


def recognise(text: str) -> str | None:
    """The format a text is in, from a look at its beginning; None for `.nas` and everything unknown."""
    return next((name for name, dialect in DIALECTS.items() if dialect.recognises(text)), None)


def read(source: Source, dialect: str) -> Reading:
    """The document of a text in the named format."""
    return DIALECTS[dialect].read(source)


def write(document: Document, dialect: str) -> str:
    """A document in the named format, without a line end behind it."""
    return DIALECTS[dialect].write(document)
