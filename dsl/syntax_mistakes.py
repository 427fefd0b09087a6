"""Typical mistakes: how each is told from the word that does not fit and the repair of it, and what helps."""

from collections.abc import Callable

from nasc.dsl.syntax_case import Advice, Case
from nasc.dsl.syntax_repairs import (
    CLOSING,
    ITEMS,
    PAIRS,
    RESERVED,
    STARTS,
    begins_line,
    block_of,
    misspelt,
    open_brackets,
)
from nasc.dsl.syntax_tables import KEYWORDS
from nasc.dsl.syntax_words import SIGNS, shown

_FOREIGN = {
    **dict.fromkeys(("def", "fn", "func", "function", "class", "block"), "cell"),
    **dict.fromkeys(("import", "include", "from", "using", "load"), "use"),
    **dict.fromkeys(("model", "net", "arch"), "network"),
    **dict.fromkeys(("operation", "define", "let"), "op"),
    **dict.fromkeys(("operations", "set", "primitives"), "ops"),
    **dict.fromkeys(("assert", "constraint"), "require"),
    **dict.fromkeys(("out", "output", "yield", "ret"), "return"),
}
_ITEMS = "`use`, `op`, `ops`, `cell`, `recurrent`, `skeleton`, `network`, `search` or `train`"
ENDS_WITH_RETURN = "a cell ends with what it returns, for example `return concat(s2..s5)`"
_EXTENDS = "what is extended stands behind `:`, as in `network cifar: darts_cifar {`"
_EVERY = "`s2..s5 = ...` writes a statement once for each state"


def _misread(c: Case) -> Advice | None:
    """A misspelt keyword, a reserved word as a name, a keyword of another language."""
    word = c.found.text
    if c.repair.kind == "read":
        if c.repair.put[0] in KEYWORDS.values():
            return Advice(f"did you mean `{misspelt(word)}`?")
        if word in RESERVED:
            return Advice("choose another name", f"`{word}` is a reserved word and cannot be a name")
    if c.found.kind != "NAME" or not c.accepted & STARTS:
        return None
    if word.startswith("Genotype") and c.accepted & ITEMS:
        return Advice("a genotype in Python is read by `nasc import`")
    if (keyword := _FOREIGN.get(word.lower())) and KEYWORDS[keyword] in c.accepted:
        return Advice(f"did you mean `{keyword}`?")
    if word in ("for", "while", "if") and c.block == "cell":
        return Advice(f"there are no loops or conditions; {_EVERY}")
    if word == "as" and c.item[0] == "use":
        return Advice("what is used keeps its names")
    for keyword in ("cell", "network", "skeleton", "return", "require", "recurrent"):
        rest = word.removeprefix(keyword)
        if rest not in ("", word) and KEYWORDS[keyword] in c.accepted:
            return Advice(f"a space is missing: `{keyword} {rest}`")
    if c.repair.kind in ("skip", "replace") and "USE" in c.accepted:
        return Advice(f"an item begins with {_ITEMS}")
    return None


def _unclosed(c: Case) -> Advice | None:
    """A block that is not closed before the next item, a `return` that is missing or not last."""
    keyword, name = c.item
    if c.found.kind in ITEMS and c.block and c.repair.kind in ("up", "insert"):
        opening = c.stack[block_of(c.stack) or 0]
        message = f"{keyword} `{name}` is not closed before `{c.found.text}`" if name else ""
        help = f"`{{` of line {c.line(opening.start)} needs its `}}`"
        help += f"; {ENDS_WITH_RETURN}" if "RETURN" in c.accepted else ""
        return Advice(help, message, None if begins_line(c.text, c.found) else c.found)
    if c.block == "cell" and c.found.kind == "}" and "RETURN" in c.accepted:
        return Advice(ENDS_WITH_RETURN, f"cell `{name}` has no `return`", c.found)
    if "RETURN" in c.symbols and c.repair.kind == "up" and c.found.kind in STARTS:
        return Advice("`return` is the last statement of a cell", "a statement stands behind `return`", c.found)
    return None


def _outside(c: Case) -> Advice | None:
    """A statement, a setting or a bracket where no block is open."""
    word = c.found.text
    if c.block or not c.accepted & ITEMS or c.repair.kind in ("read", "insert"):
        return None
    match c.found.kind:
        case "KEY" if word in KEYWORDS:
            return Advice(f"a name stands between: `{word} NAME ... {{`")
        case "KEY":
            help = "settings stand in the `{ }` of a network, skeleton, search or train"
            return Advice(help, f"the setting `{word}` stands outside of a block")
        case "DEF" | "FROM":
            return Advice("states stand in the `{ }` of a cell", f"`{word} =` stands outside of a cell")
        case "RETURN":
            return Advice("it ends a cell, inside of its `{ }`", "`return` stands outside of a cell")
        case "REQUIRE":
            return Advice("it stands in the `{ }` of a network", "`require` stands outside of a network")
        case "NAS":
            return Advice("the version stands first in the text", "`nas` stands behind an item")
        case "," if c.item[0] == "use":
            return Advice("every file has its own `use`")
        case "/" if c.item[0] == "use":
            return Advice("the parts of a name are joined with `.`")
    return None


def _header(c: Case) -> Advice | None:
    """The line that begins an item."""
    if c.block:
        return None
    found, (keyword, _) = c.found.kind, c.item
    if found == ":" and c.symbols[-1] in ("NETWORK", "SKELETON", "KIND"):
        return Advice(f"a name stands between: `{c.last.text} NAME: ...`")
    if keyword in ("network", "skeleton"):
        if found == "{" and c.last.kind == ":":
            return Advice("name the skeleton that is extended, or leave out the `:`")
        return Advice(_EXTENDS) if found in ("(", "=", "NAME") and c.accepted <= {":", "{"} else None
    if keyword in ("cell", "recurrent"):
        if found == ":" and "{" in c.accepted:
            return Advice("a block stands in `{ }`")
        if c.symbols[-1] == "NAME" and "{" not in c.accepted and c.inside != "(":
            return Advice(f"a cell names its inputs: `{keyword} {c.last.text}(s0, s1) {{`")
        if found in ("..", ")") and c.repair.kind != "delete last":
            return Advice("inputs are named one by one: `(s0, s1)`")
    if keyword in ("op", "ops") and "=" not in c.symbols:
        if "=" in c.accepted and found == ":":
            return Advice("an operation is defined with `=`")
        if c.inside == "(" and "NAME" in c.accepted:
            return Advice("parameters are names: `op conv_bn(k) = conv(k) -> bn`")
    if keyword == "ops" and found in PAIRS:
        return Advice("a set is written without brackets: `ops NAME = a | b | c`")
    return None


def _statement(c: Case) -> Advice | None:
    """The statements of a cell."""
    if c.block != "cell":
        return None
    found, last = c.found, c.last
    if c.symbols[-1] == "RETURN":
        return Advice(ENDS_WITH_RETURN.replace("a cell ends with", "write"))
    if "RETURN" in c.symbols and c.inside == "{" and found.kind in ("..", "+", ",", "NAME"):
        return Advice(f"several states: `return {'sum(s2, s3)' if found.kind == '+' else 'concat(s2..s5)'}`")
    if found.kind == "KEEP" and "DEF" in c.accepted:
        return Advice("a statement begins with its state: `s2 = keep 2 of darts(*)`")
    if last.kind == "KEEP":
        return Advice("say how many stay: `keep 2 of darts(*)`")
    if "_OF" in c.accepted and found.kind == "NAME":
        return Advice("write `keep 2 of darts(*)`")
    if found.kind == "," and c.accepted <= {"..", "="}:
        return Advice(f"a statement defines one state; {_EVERY}")
    if found.kind == ":" and c.accepted & {"=", ".."}:
        stretch = "a stretch of states is written `s2..s5`"
        return Advice("a state is defined with `=`" if "=" in c.accepted else stretch)
    if found.kind == "->" and "+" in c.accepted:
        return Advice("edges are joined with `+`; operations are composed with `->` in an `op`")
    if found.kind == "|" and "+" in c.accepted:
        return Advice("edges are joined with `+`; `|` stands in a set: `{a | b}`")
    if found.kind == "[" and "DEF" in c.accepted:
        return Advice("triples stand one behind the other, without a list")
    if found.kind in ("[", "{") and c.repair.put == ("(",):
        return Advice("what an operation reads stands in round brackets: `skip_connect(s0)`")
    if found.kind == "(" and c.inside == "(":
        return Advice("edges are not nested; give the inner one a state of its own", place=last)
    if c.repair.kind == "wrap":
        return Advice(f"write `{last.text}({found.text})`")
    if found.kind == ")" and last.kind == "(":
        return Advice("say what it reads: a state, or `*` for every state before")
    if c.accepted == {"("} and last.kind == "NAME":
        return Advice(f"say what it reads: `{last.text}(s0)`, or `{last.text}(*)` for every state before")
    if found.kind == ")" and c.symbols[-1] == "INT":
        return Advice("a triple is an operation, a state and its source: `('sep_conv_3x3', 2, 1)`")
    if found.kind == "INT" and last.kind == "..":
        return Advice(f"states are named: `s{found.text}`")
    return None


def _value(c: Case) -> Advice | None:
    """Settings, arguments, quotes, numbers and sizes."""
    follows = c.text[c.found.end : c.found.end + 20]
    number = follows[:1].isdigit()
    match c.found.kind, c.last.kind:
        case (("QUOTED" | "STRING"), _) if "NAME" in c.accepted and "STRING" not in c.accepted:
            return Advice("names stand without quotes")
        case "QUOTED", _ if "STRING" in c.accepted:
            return Advice(f'write `"{c.found.text[1:-1]}"`')
        case (("INT" | "NUMBER"), _) if "COMPARE" in c.accepted:
            return Advice(f"write `{c.last.text} == {c.found.text}`")
        case _ if "COMPARE" in c.accepted:
            return Advice("comparisons are `==`, `<=`, `>=` and `~=`")
        case ".", _ if number:
            return Advice("a number begins with a digit: `0.5`")
        case ".", "INT":
            return Advice("a number ends with a digit: `5.0`")
        case ",", "INT" if number and c.accepted & STARTS:
            return Advice("digits are not grouped; write `3349342` or `3.3M`")
        case ",", ("INT" | "NUMBER") if c.block != "cell" and follows.strip()[:1].isdigit():
            return Advice("several values stand in brackets: `(10, 1)`")
        case (("INT" | "NUMBER" | "STRING"), "["):
            return Advice("several values stand in round brackets: `(10, 1)`")
        case "NAME", "INT" if c.found.text[0] == "x" and "KEY" in c.accepted:
            return Advice("a size is written without spaces: `3x32x32`")
        case "NUMBER", "NAS":
            return Advice("write `nas 1`")
        case ":", _ if c.inside == "(":
            return Advice("an argument is named with `=`")
        case ":", _ if "=" in c.accepted:
            return Advice("an operation is defined with `=`")
        case ":", _ if c.inside == "[":
            return Advice("a range of cells is written `normal[0..1]`")
        case "=", _ if ":" in c.accepted:
            return Advice("a setting is given with `:`")
        case ")", "(":
            return Advice("empty brackets are left out")
        case "[", _ if "CELLS" in c.symbols:
            return Advice("the cells are listed without brackets")
        case "/", _ if "CELLS" in c.symbols and c.inside == "{":
            return Advice("the stride stands before the repetition: `reduce/2*3`")
        case "NAME", "NAME" if "CELLS" in c.symbols and c.found.text in ("x", "times"):
            return Advice("a cell is repeated with `*`: `normal*6`")
    return None


def _sign(c: Case) -> Advice | None:
    """A comma, a bracket or another sign that is missing, too many, or not the right one."""
    found, last, repair = c.found, c.last, c.repair
    put = repair.put[0] if len(repair.put) == 1 else ""
    if found.kind == "," and "|" in c.accepted:
        return Advice("the operations of a set are separated by `|`")
    if found.kind == "," and c.accepted & STARTS:
        return Advice("statements, settings and items are not separated by commas")
    if last.kind == found.kind == ",":
        return Advice("one comma too many")
    if repair.kind == "delete last":
        if found.kind in CLOSING:
            return Advice(f"leave out the {shown(last)}", f"a {shown(last)} too many before {shown(found)}", last)
        return Advice(f"something is missing behind the {shown(last)}, or it is one too many")
    if found.kind == "]" and "->" in c.accepted:
        return Advice("`[a, b]` joins at least two chains")
    if found.kind == ")" and "+" in c.accepted and c.inside == "(" and "," not in c.accepted:
        return Advice("brackets around a single term are left out")
    if found.kind in CLOSING and repair.kind == "replace" and c.inside:
        return Advice(f"`{c.inside}` is closed by `{PAIRS[c.inside]}`")
    if found.kind in CLOSING and repair.kind == "delete":
        return Advice(f"one {shown(found)} too many")
    if repair.kind == "insert" and put in CLOSING:
        opening = next((e for e in reversed(open_brackets(c.stack)) if PAIRS[e.symbol] == put), None)
        if opening and c.line(opening.start) != c.line(found.start):
            return Advice(f"`{opening.symbol}` of line {c.line(opening.start)} is not closed")
    if found.kind == ")" and {"MUL", ","} <= c.accepted and ")" not in c.accepted:
        return Advice("brackets around a single value are left out")
    if repair.kind == "insert" and put in ("KEY", "DEF"):
        return Advice(f"a name is missing before {shown(found)}")
    if repair.kind == "insert" and put in ("KIND", "NETWORK"):
        return Advice(f"`{'cell' if put == 'KIND' else 'network` or `skeleton'}` is missing")
    if repair.kind == "insert" and put == ",":
        return Advice("a comma is missing")
    if repair.kind == "insert" and put in (*SIGNS, "RETURN"):
        return Advice(f"`{put.lower().removeprefix('_')}` is missing")
    return None


RULES: tuple[Callable[[Case], Advice | None], ...] = (
    _misread,
    _unclosed,
    _outside,
    _header,
    _statement,
    _value,
    _sign,
)
"""The first that has something to say is heard."""
