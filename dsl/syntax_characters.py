"""Characters and spellings that no word of the language has: what they are, and what to write instead.

Each is found with a replacement of the same length, so that the search goes on in a corrected text whose
offsets are those of the original.
"""

import re
import unicodedata
from collections.abc import Callable, Set
from dataclasses import dataclass

from nasc.dsl.syntax_tables import Word

_SAME = {
    "-": "‐‑‒–—―−",
    '"': "“”„‟«»",
    "'": "‘’‚‛´",
    " ": "\u00a0\u1680\u180e\u2028\u2029\u202f\u205f\u2060\u200b\u200c\u200d\u200e\u200f\x0b\x85",
    "->": "→⟶➔➜⇒⟹",
    "..": "…‥",
    "*": "×·∗⋅✕",
    "<=": "≤⩽",
    ">=": "≥⩾",
    "~=": "≈≃",
    "|": "¦",
    ",": "、",
}
LOOK_ALIKE = {c: plain for plain, characters in _SAME.items() for c in characters}
LOOK_ALIKE |= {chr(n): " " for n in range(0x2000, 0x200B)} | {"\u3000": " "}
_FULL_WIDTH = {chr(n): chr(n - 0xFEE0) for n in range(0xFF01, 0xFF5F) if not chr(n).isalnum()}
LOOK_ALIKE |= _FULL_WIDTH
_QUOTES = ('"', "'")
_CONTROL = {
    "\0": " (NUL)",
    "\x1b": " (ESC)",
    "\x1a": " (end of file of DOS)",
    "\x08": " (BS)",
    "\x7f": " (DEL)",
}

_COMPARISONS = "comparisons are `==`, `<=`, `>=` and `~=`"
_NUMBER = re.compile(r"-?\d[\w.]*(?:(?<=[eE])[+-]\d+)?%?")
_QUOTED = re.compile(r"""["'][^\s"'(){},|]*""")
_NAME = re.compile(r"[^\W\d]\w*")
_ARROW = re.compile(r"-+[ \t]*>")
_DASHES = re.compile(r"--[^\n]*")
_UNIT = re.compile(r"(-?\d+(?:\.\d+)?)([^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Fix:
    """A wrong stretch of text and what is read in its place; `everywhere` are characters replaced at once."""

    code: str
    start: int
    end: int
    message: str
    help: str
    new: str
    everywhere: str = ""

    def apply(self, text: str) -> str:
        """The text without it, of the same length."""
        for character in self.everywhere:
            plain = LOOK_ALIKE.get(character, " ")
            if len(plain) == 2:  # takes a blank along, where there is one
                text = text.replace(character + " ", plain)
            if character == "×":
                text = re.sub(r"(?<=\d)×(?=\d)", "x", text)
            text = text.replace(character, plain if len(plain) == 1 else " ")
        if self.everywhere:
            return text
        new = self.new.ljust(self.end - self.start)
        return text[: self.start] + new + text[self.start + len(new) :]


def unreadable(text: str, at: int, accepted: Set[str]) -> Fix:
    """What is wrong at a place where no word can be read."""
    for pattern, explain in ((_NUMBER, _number), (_QUOTED, _quoted)):
        if match := pattern.match(text, at):
            message, help, new = explain(match[0], accepted)
            return Fix("E102", at, match.end(), message, help, new)
    if name := _NAME.match(text, at):
        return _name(at, name[0])
    if arrow := _ARROW.match(text, at):
        return Fix("E102", at, arrow.end(), f"unexpected `{arrow[0]}`", "an arrow is written `->`", "->")
    if comment := _DASHES.match(text, at):
        blank = " " * len(comment[0])
        return Fix("E102", at, at + 2, "`--` begins no comment", "a comment begins with `#`", blank)
    character = text[at]
    if character in LOOK_ALIKE:
        return _look_alike(text, at, accepted)
    help, everywhere = _plain(text, at, accepted), ""
    if not character.isascii() or character in ";$&?\\^!`" or ord(character) < 32:
        everywhere = character
        help = _places(text, at, help, everywhere)
    return Fix("E102", at, at + 1, f"unexpected character {called(character)}", help, " ", everywhere)


def called(character: str) -> str:
    """How a message names a character: `;`, or with code point and name where the eye may be deceived."""
    if character.isascii() and character.isprintable():
        return f"`{character}`"
    point = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    if not character.isprintable():
        return point + (f" ({name})" if name else _CONTROL.get(character, ""))
    return f"`{character}` ({point} {name})".replace(" )", ")")


def _number(number: str, accepted: Set[str]) -> tuple[str, str, str]:
    shown = number if len(number) <= 24 else number[:20] + "..."
    longest = max(map(len, re.findall(r"\d+", number)))
    if re.fullmatch(r"\d+(x\d+)+", number):
        new = "3x3" if len(number) >= 3 else "1"
        if longest <= 9:
            return f"`{shown}` is no size", "a size has two or three numbers, as `3x32x32`", new
        return f"a number of the size `{shown}` has {longest} digits", "at most 9 digits are read", new
    if longest > 18:
        return f"a number of {longest} digits", "at most 18 digits are read", "1"
    if "_" in number and re.fullmatch(r"[\d_.-]+", number):
        return f"`_` inside the number `{shown}`", f"write `{number.replace('_', '')}`", "1"
    if re.fullmatch(r"-?[\d.]+[eE][+-]?\d{3,}", number):
        return f"the exponent of `{shown}` is too large", "at most two digits are read", "1"
    if unit := _UNIT.fullmatch(number):
        if unit[2] in ("k", "m", "g"):
            help = f"write `{unit[1]}{unit[2].upper()}`"
        elif accepted & {"DEF", "MUL"} or unit[2] == "C":
            help = f"a product is written `{unit[1]}*{unit[2]}`"
        else:
            help = "numbers are written bare; only `K`, `M`, `G` and `%` may stand behind them"
        return f"no unit may be glued to a number: `{shown}`", help, "1"
    return f"`{shown}` is neither a number nor a name", "a name begins with a letter or `_`", "1"


def _quoted(begun: str, _: Set[str]) -> tuple[str, str, str]:
    quote, body = begun[0], begun[1:]
    help = f"write `{quote}{body}{quote}`" if 0 < len(body) < 40 else f"end the text with `{quote}`"
    return f"`{quote}` is not closed on its line", help, (begun[:-1] + quote if body else " ")


def _name(at: int, name: str) -> Fix:
    shown = name if len(name) <= 40 else name[:36] + "..."
    wrong = next((i for i, c in enumerate(name) if not c.isascii()), 0)
    message = f"unexpected character {called(name[wrong])}" + (f" in the name `{shown}`" if len(name) > 1 else "")
    help = "names are made of the letters A-Z and a-z, digits and `_`"
    plain = re.sub(r"[^A-Za-z0-9_]", "x", name[wrong:])
    return Fix("E102", at + wrong, at + wrong + 1, message, help, plain)


def _look_alike(text: str, at: int, accepted: Set[str]) -> Fix:
    character = text[at]
    plain = LOOK_ALIKE[character]
    write = ".." if plain == "-" and ".." in accepted else plain
    if character == "×" and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit():
        write = "x"
    if plain == "-" and text[at + 1 : at + 2] == ">":
        write = "->"
    help = "write an ordinary space" if plain == " " else f"write `{write}`"
    message = f"unexpected character {called(character)}"
    family = character
    if character in _FULL_WIDTH:
        family = "".join(c for c in _FULL_WIDTH if c in text)
        help = f"{help}, and all full-width signs likewise" if len(family) > 1 else help
    elif plain in _QUOTES:
        family = "".join(c for c in _SAME[plain] if c in text)
    return Fix("E102", at, at + 1, message, _places(text, at, help, family), plain, family)


def _places(text: str, at: int, help: str, characters: str) -> str:
    """The help with the other lines that have the same."""
    lines: list[str] = []
    number, start = text.count("\n", 0, at) + 1, text.rfind("\n", 0, at) + 1
    rest = text[start : at + 100_000].split("\n")
    for offset, line in enumerate(rest[1:], 1):
        if any(c in line.partition("#")[0] for c in characters):
            lines.append(str(number + offset))
    if not lines:
        return help
    more = ", ".join(lines[:5]) + (", ..." if len(lines) > 5 else "")
    return (help + "; " if help else "") + f"the same in line{'s' if len(lines) > 1 else ''} {more}"


def _plain(text: str, at: int, accepted: Set[str]) -> str:
    match text[at]:
        case ";":
            return "no sign ends a statement; blanks and line ends separate"
        case "<" | ">" | "!" | "~" if "COMPARE" in accepted:
            return _COMPARISONS
        case ">" if "->" in accepted:
            return "an arrow is written `->`"
        case "-" if "(" in accepted and text[at - 1 : at + 2].replace("-", "").isidentifier():
            return "names are made of the letters A-Z and a-z, digits and `_`"
        case "-" if ".." in accepted:
            return "a stretch of states is written `s2..s5`"
        case "-" if "->" in accepted:
            return "operations are composed with `->`"
        case "-" if "+" in accepted:
            return "edges are joined with `+`"
        case "%":
            return "`%` stands directly behind its number: `50%`"
        case "&" if "+" in accepted:
            return "edges are joined with `+`"
        case "\\":
            return "a statement goes on over line ends without a sign"
        case "\ufffd":
            return "the file is not encoded as UTF-8 here"
    return "" if text[at].isprintable() else "leave it out"


Spelling = tuple[re.Pattern[str], str, str, Callable[[Set[str]], bool]]


def _always(_: Set[str]) -> bool:
    return True


_SPELLINGS: tuple[Spelling, ...] = (
    (re.compile(r"//[^\n]*"), "#", "a comment begins with `#`", _always),
    (
        re.compile(r"/\*(?s:.*?)\*/|/\*[^\n]*"),
        "",
        "a comment begins with `#` and ends with its line",
        _always,
    ),
    (re.compile(r"=<"), "<=", _COMPARISONS, lambda a: "COMPARE" in a),
    (re.compile(r"=>"), ">=", _COMPARISONS, lambda a: "COMPARE" in a),
    (re.compile(r"={3,}"), "==", _COMPARISONS, lambda a: "COMPARE" in a),
    (re.compile(r"=>"), "->", "an arrow is written `->`", _always),
    (re.compile(r":=|={2,}"), ":", "a setting is given with `:`", lambda a: "KEY" in a),
    (re.compile(r":="), "=", "write `=`", _always),
    (re.compile(r"={2,}"), "=", "write `=`", lambda a: "COMPARE" not in a),
    (re.compile(r"\+="), "=", "a state is defined once, by the sum of its edges", _always),
    (re.compile(r"\*{2,}"), "*", "write one `*`", _always),
    (re.compile(r"\.{3,}"), "..", "a stretch has two dots", _always),
    (re.compile(r":{2,}"), ":", "write one `:`", _always),
    (re.compile(r"\|{2,}"), "|", "write one `|`", _always),
    (re.compile(r"\+{2,}"), "+", "write one `+`", _always),
)
_BLANK = re.compile(r"\s*")


def spelling(text: str, word: Word, accepted: Set[str]) -> Fix | None:
    """A sign of another language at, just before or right behind a word that does not fit."""
    places = [word.start]
    if word.text[:1].isidentifier():
        places.append(_BLANK.match(text, word.end).end())  # type: ignore[union-attr]
    elif word.start and text[word.start - 1] == text[word.start]:
        places.insert(0, word.start - 1 - (text[word.start - 2 : word.start] == word.text * 2))
    for at in places:
        for pattern, new, help, applies in _SPELLINGS:
            match = pattern.match(text, at)
            if match and len(match[0]) > 1 and applies(accepted):
                sign = match[0] if len(match[0]) < 4 else match[0][:2]
                end = at + len(sign)
                if new in ("#", ""):
                    blank = re.sub(r"[^\n]+", lambda stretch: " " * len(stretch[0]), match[0])
                    return Fix("E103", at, end, f"`{sign}` begins no comment", help, blank)
                return Fix("E103", at, end, f"unexpected `{sign}`", help, new.rjust(len(sign)))
    return None
