"""Which format of plain data a text is in: objects by their keys, lists and tuples by what they hold first."""

import re

_BLANK = r"(?:[\s\ufeff]++|#[^\n]*+)*+"
_HEAD = re.compile(rf"{_BLANK}(?:[A-Za-z_]\w*+{_BLANK}={_BLANK})?(?P<opens>[{{\[(])")
_HUB = re.compile(r"""["'](?:normal|reduce)/(?:op|input)_\d+_\d+["']:""")
_BENCHMARK = re.compile(r"""["']NetworkSelectorDatasetInfo:darts:\w+["']:""")
_NNI = re.compile(r"""["'](?:normal|reduce)_n\d+_(?:p\d+|switch)["']:""")
_MASK = re.compile(r"""["'](?:normal|reduce)_n\d+_(?:p\d+|switch)["']:\[(?:[Tt]rue|[Ff]alse)""")
_RANKED = re.compile(r"""["'](?:normal|reduce)_n\d+_switch["']:\[\d""")
_SEARCHED = re.compile(r"""["'](?:normal|reduce)(?:_concat)?["']:[\[(]""")
_COMPACT = re.compile(r"[\[(][\[(][\[(]\d+,\d+[\])],")
_SIX = re.compile(r"[\[(]\d(?:,\d){5},?[\])]\Z")


def is_object(text: str) -> bool:
    """Whether a text begins with the brace of an object, with or without `name =` before it."""
    head = _HEAD.match(text)
    return head is not None and head["opens"] == "{"


def structure(text: str, look: int) -> str | None:
    """The dialect of a text, of which `look` characters are looked at before and behind its first bracket.

    >>> structure('{"normal_n2_p0": "sepconv3x3", "normal_n2_switch": ["normal_n2_p0"', 1000)
    'nni'
    >>> structure("(4, 3, 0, 1, 2, 3)", 1000)
    'naslib'
    """
    head = _HEAD.match(text, 0, look)
    if head is None:
        return None
    begins = head.start("opens")
    body = re.sub(r"#[^\n]*|[\s\ufeff]+", "", text[begins : begins + look])
    if head["opens"] != "{":
        return "naslib" if _COMPACT.match(body) or _SIX.match(body) else None
    if _HUB.search(body):
        return "nni3"
    if _BENCHMARK.search(body):
        return "nasbench301"
    if not _NNI.search(body):
        return "autodl" if _SEARCHED.search(body) else None
    if _MASK.search(body):
        return "nni_masks"
    return "nni2" if _RANKED.search(body) else "nni"
