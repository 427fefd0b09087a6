"""nasc: write, search, train and explain neural cells as text.

>>> doc = loads('''
... use std.darts
... cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return concat(s2) }
... cell reduce(s0, s1) { s2 = max_pool_3x3(s0, s1)  return concat(s2) }
... network tiny: darts_cifar { channels: 4  layers: 3 }
... ''')
>>> stats(doc).params
1286

Importing this package imports neither torch nor networkx; `build`, `supernet`, `derive` and `import_weights` do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Literal

from nasc.compiler.check import Checked, check
from nasc.compiler.plan import Stats
from nasc.dsl.diagnostic import Diagnostic, NasError
from nasc.dsl.nodes import Document

if TYPE_CHECKING:
    import networkx as nx
    import torch

    from nasc.compiler.build import Network
    from nasc.compiler.language_model import LanguageModel
    from nasc.compiler.language_supernet import LanguageSupernet
    from nasc.compiler.supernet import Mixing, Supernet
    from nasc.runtime.weights import Imported

__version__ = "0.1.0"

__all__ = [
    "Diagnostic",
    "Document",
    "NasError",
    "Stats",
    "build",
    "check",
    "derive",
    "dumps",
    "for_inference",
    "graph",
    "identity",
    "import_weights",
    "load",
    "loads",
    "stats",
    "supernet",
]


def load(path: str | PathLike[str], dialect: str | None = None) -> Document:
    """The document of a `.nas` file, of a foreign genotype, or of a shipped name such as `darts_v2`.

    Raises `NasError` carrying every diagnostic: unreadable, not well formed, or against a rule of the language.
    """
    from nasc.runtime.files import open_source

    return _checked(open_source(fspath(path)), dialect)


def loads(text: str, dialect: str | None = None) -> Document:
    """The document of a text; `dialect` names its format where the text alone cannot tell. Raises `NasError`."""
    from nasc.dsl.source import Source

    return _checked(Source("<text>", text.removeprefix("\ufeff")), dialect)


def _checked(source: Any, dialect: str | None) -> Document:
    from nasc.dsl.reader import read
    from nasc.runtime.recipe import check_recipes

    document = read(source, dialect).document
    checked: Checked = check(document)
    check_recipes(checked.program, checked.findings)
    checked.findings.raise_errors()
    return document


def dumps(document: Document) -> str:
    """The text of a document in its canonical layout, comments kept: `loads(dumps(doc)) == doc`."""
    from nasc.dsl.printer import to_text

    return to_text(document)


def stats(
    document: Document,
    network: str | None = None,
    *,
    channels: int | None = None,
    layers: int | None = None,
    classes: int | None = None,
    input: tuple[int, int, int] | None = None,
    vocabulary: int | None = None,
) -> Stats:
    """What a network costs: `.params`, `.params_aux`, `.macs`, `.cells`; without torch. Raises `NasError`."""
    from nasc.compiler.plan import any_plan
    from nasc.compiler.plan import stats as count
    from nasc.compiler.stack import Options

    return count(any_plan(document, network, Options(channels, layers, classes, input, vocabulary=vocabulary)))


def graph(document: Document, cell: str) -> nx.MultiDiGraph[str]:
    """One cell as a networkx DAG; its edges carry `edge`, with `operations`, `strength` and `factor`."""
    from nasc.compiler.plan import cell_dag

    return cell_dag(document, cell).graph


def identity(document: Document, network: str | None = None) -> str:
    """What a genotype is, as `arch:` and 32 hexadecimal digits: equal exactly for equal genotypes.

    Two genotypes are the same when they are the same function with the same weights to learn, however they are
    written. Depth, width and everything around the cells do not count. Of several networks that counts which `train`
    names, else the widest; `network` names another. Raises `NasError`.
    """
    from nasc.compiler.identity import identity as of

    return of(document, network)


def build(
    document: Document,
    network: str | None = None,
    *,
    channels: int | None = None,
    layers: int | None = None,
    classes: int | None = None,
    input: tuple[int, int, int] | None = None,
    vocabulary: int | None = None,
    auxiliary: bool = False,
    optimize: bool = True,
    passes: Sequence[str] | None = None,
) -> Network | Any:  # a union of both would make every caller tell them apart
    """The torch module of a network without open edges.

    It takes pictures (N, channels, height, width) and gives logits (N, classes); in training, built with
    `auxiliary=True`, the pair (logits, auxiliary logits). `optimize=False` runs one module a layer as written;
    the default is the same function, faster, with the same `state_dict()`; `passes` names those that run instead.
    Of a language model it gives a `LanguageModel`: words (time, batch) in, a `LanguageOutput` out.
    Raises `NasError`: the network cannot be built (E3..), or still has choices (E310).
    """
    from nasc.compiler.build import decided
    from nasc.compiler.language_plan import LanguagePlan
    from nasc.compiler.passes import passes as chosen
    from nasc.compiler.plan import any_plan
    from nasc.compiler.stack import Options

    changes = chosen(optimize, names=passes)
    found = any_plan(document, network, Options(channels, layers, classes, input, vocabulary=vocabulary))
    if isinstance(found, LanguagePlan):
        from nasc.compiler.language_model import decided_language

        return decided_language(found, optimize)
    return decided(found, auxiliary, changes)


def for_inference(model: Network, *, channels_last: bool = True) -> Network:
    """A copy of a network of `build` that gives the logits of `model.eval()`, faster; it cannot be trained.

    Batch-norm becomes part of the convolutions before it; the auxiliary head and drop path are left out.
    `channels_last=False` keeps the layout (N, C, H, W) in memory, for what exports or compiles the network further.
    Raises `NasError` (E311): a language model, which has nothing to fold.
    """
    from nasc.compiler.build import Network
    from nasc.compiler.fold import for_inference as fold
    from nasc.dsl.diagnostic import fail

    if not isinstance(model, Network):
        raise fail("E311", "a language model has nothing to fold", help="`model.eval()` is how it is used")
    return fold(model, channels_last)


def supernet(
    document: Document,
    network: str | None = None,
    *,
    channels: int | None = None,
    layers: int | None = None,
    classes: int | None = None,
    input: tuple[int, int, int] | None = None,
    vocabulary: int | None = None,
    mixing: Mixing | None = None,
    optimize: bool = True,
    passes: Sequence[str] | None = None,
) -> Supernet | Any:  # of a language model a `LanguageSupernet`
    """The shared-weight network of a space, strengths as parameters (`.alphas`, `.strengths()`, `.weights()`).

    Without a name the network that `search` names is meant. `mixing` says how strengths become weights, `softmax`
    or `sigmoid`; by default as the document's search algorithm has it. `optimize` and `passes` are those of `build`.
    Of a language model it gives a `LanguageSupernet`.
    Raises `NasError`.
    """
    from nasc.compiler.passes import passes as chosen
    from nasc.compiler.stack import Options
    from nasc.runtime.search import open_any

    options = Options(channels, layers, classes, input, vocabulary=vocabulary)
    return open_any(document, network, options, mixing, optimize, chosen(optimize, names=passes))


def derive(
    source: Supernet | LanguageSupernet | Document | str | PathLike[str],
    rule: str | None = None,
    *,
    threshold: float = 0.85,
    layers: int | None = None,
    reductions: Literal["move", "keep"] = "move",
    network: str | None = None,
) -> Document:
    """The genotype that strengths say, by a rule: a document without open edges.

    The strengths are those of a shared-weight network, of the run directory of a search (a path), or of the edges of
    a document. Without a name the rule is that of the document's search algorithm; `threshold` is for the rules that
    have one. With `layers` the cells of a network (`network`, else the one that `train` names) are written out at that
    depth, as D-DARTS derives it; a document without a rule stays as it is but for that.
    Raises `NasError`: no such rule (E404), nothing is left (E405), there are no strengths (E406), no such depth (E306).
    """
    from nasc.compiler.stack import Options
    from nasc.runtime.derive_saved import derive_any

    return derive_any(source, rule, threshold, Options(layers=layers, reductions=reductions), network)


def import_weights(
    model: Network | LanguageModel, state_dict: Mapping[str, torch.Tensor], origin: str, *, strict: bool = True
) -> Imported:
    """Put weights of the original authors' code into a compiled network, by position in the genotype.

    Raises `NasError` (E7..) naming the first key that does not fit.
    """
    from nasc.runtime.weights import import_weights as into

    return into(model, state_dict, origin, strict=strict)
