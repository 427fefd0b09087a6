"""Which foreign format a text is in, from its first characters, without parsing it."""

import re

from nasc.dsl.dialects import recognise_data

_LOOK = 1 << 16
"""How many characters are looked at, before the opening bracket and behind it."""
_BLANK = r"(?:[\s\ufeff]++|#[^\n]*+)*+"
_HEAD = re.compile(
    rf"{_BLANK}(?:[A-Za-z_]\w*+{_BLANK}={_BLANK})?(?P<name>Genotype_nested|Genotype_opt|Genotype){_BLANK}\("
)
_FIRST = re.compile(
    r"""(?:^|,)(?:\w+=)?[\[(](?P<row>[\[(])
        (?: (?P<nested>[\[(])
          | (?P<quote>['"])(?P<op>\w*)(?P=quote),[+-]?\d+(?:,[+-]?(?P<third>[\d.]+(?P<exponent>[eE])?))? )""",
    re.VERBOSE,
)
"""The first edge of the first list, in a text without blanks."""
_BARS = re.compile(rf"{_BLANK}\|\s*+[A-Za-z_]\w*+\s*+~\s*+\d++\s*+\|")
"""The first edge of a cell of NAS-Bench-201."""
_ACTIVATIONS = ("tanh", "relu", "sigmoid", "identity")


def structure(text: str) -> str | None:
    """The dialect a text is in; None where it is no foreign genotype. What cannot be told is `darts`.

    >>> structure("DARTS = Genotype([('sep_conv_3x3', 0), ('none', 1)], [2], [], [2])")
    'darts'
    >>> structure("Genotype(normal=[('sep_conv_3x3', 0, 0.25)")
    'gdas'
    """
    head = _HEAD.match(text, 0, _LOOK)
    if head is None:
        return "nasbench201" if _BARS.match(text, 0, _LOOK) else recognise_data.structure(text, _LOOK)
    if head["name"] != "Genotype":
        return "ddarts"
    body = re.sub(r"#[^\n]*|[\s\ufeff]+", "", text[head.end() : head.end() + _LOOK])
    first = _FIRST.search(body)
    if re.search(r"(?:^|,)recurrent=", body) or (first and first["op"] in _ACTIVATIONS):
        return "rnn"
    if first and first["nested"] and re.search(r"(?:^|,)connect(?:N|s)=|,None,None,?\)", body):
        return "autodl"
    if re.search(r"(?:^|,)reduce=None|[\])],None\b", body):
        return "gdas"
    if first is None:
        return "darts"
    if first["nested"]:
        return "ptdarts" if first["row"] == "[" else "autodl"  # pt.darts appends to lists, AutoDL-Projects nests tuples
    match first["third"]:
        case None:
            return "darts"
        case third:
            return "gdas" if "." in third or first["exponent"] else "fairdarts"
