"""Small pieces of the emitted Python file: docstrings and signatures."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from nasc.compiler.emit.python_calls import WIDTH


def signature(parameters: Sequence[str], *more: str) -> str:
    """What a constructor takes: `self, c: int`."""
    return ", ".join(["self", *(f"{name}: int" for name in parameters), *more])


def docstring(about: str, indent: int = 4) -> str:
    """A docstring in lines that fit; comments of the language are left out."""
    about = re.sub(r"\s+", " ", re.sub(r"#[^\n]*", "", about)).replace("\\", "\\\\").strip()
    wrapped = textwrap.wrap(about, WIDTH - indent - 6, break_long_words=False, break_on_hyphens=False)
    end = '"""' if len(wrapped) == 1 else f'\n{" " * indent}"""'
    return " " * indent + '"""' + f"\n{' ' * indent}".join(wrapped) + end


def joined(lead: str, terms: Sequence[str], sign: str, tail: str = "", indent: int = 8) -> list[str]:
    """`lead` and the terms with a sign between them, in one line if it fits, else in brackets, or a term a line."""
    margin = " " * indent
    flat = f"{margin}{lead}{f' {sign} '.join(terms)}{tail}"
    if len(flat) <= WIDTH:
        return [flat]
    begin, end = (lead, "") if lead.endswith("(") else (f"{lead}(", ")")
    inner = [f"{margin}    {f' {sign} '.join(terms)}"]
    if len(inner[0]) > WIDTH:
        inner = [f"{margin}    {'' if index == 0 else f'{sign} '}{term}" for index, term in enumerate(terms)]
    return [f"{margin}{begin}", *inner, f"{margin}{end}{tail}"]
