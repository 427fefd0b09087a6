"""From a literal to what a format means by it: fields by name, numbers, edges. E109 stands at the literal."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nasc.dsl.diagnostic import Findings
from nasc.dsl.dialects.literal import Call, Items, Literal, Real, String, Whole, clipped
from nasc.dsl.nodes import Name, Number
from nasc.dsl.source import Span

_NAME = re.compile(
    r"(?!(?:use|op|ops|cell|recurrent|skeleton|network|return|require|keep|of)\Z)[A-Za-z_][A-Za-z0-9_]{0,99}"
)
_STRENGTH = re.compile(r"-?\d{1,18}(\.\d{1,18}([eE][+-]?\d{1,2})?|[eE][+-]?\d{1,2})")


def bind(call: Call, forms: Mapping[str, tuple[str, ...]], findings: Findings) -> dict[str, Literal]:
    """The fields of a call, given by position or by name. `forms` has the order of each known call."""
    if call.name.text not in forms:
        known = " or ".join(f"`{form}(...)`" for form in forms)
        findings.add(
            "E109",
            f"`{clipped(call.name.text)}` is not known in this format",
            call.name.span,
            f"expected {known}",
        )
        findings.raise_errors()
    names = forms[call.name.text]
    bound: dict[str, Literal] = {}
    by_name = False
    for place, field in enumerate(call.fields):
        if field.name is None and (by_name or place >= len(names)):
            text = "a field without a name follows one with a name" if by_name else "there are too many fields"
            findings.add("E109", text, field.span, help="fields: " + ", ".join(names))
            continue
        by_name = field.name is not None
        name = field.name.text if field.name else names[place]
        span = field.name.span if field.name else field.span
        if name not in names:
            findings.add("E109", f"the field `{clipped(name)}` is not known", span, help="fields: " + ", ".join(names))
        elif name in bound:
            findings.add("E109", f"the field `{name}` is given twice", span)
        else:
            bound[name] = field.value
    missing = [f"`{name}`" for name in names if name not in bound]
    if missing and not findings.failed:
        end = Span(call.span.source, call.span.end - 1, call.span.end)
        findings.add(
            "E109",
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing",
            end,
            help="fields: " + ", ".join(names),
        )
    findings.raise_errors()
    return bound


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whole numbers and their place: a list, or `range(a, b)`, which is never written out."""

    values: range | tuple[int, ...]
    span: Span
    members: tuple[Whole, ...] = ()

    def span_of(self, place: int) -> Span:
        """The span of one of the numbers."""
        return self.members[place].span if self.members else self.span

    def are(self, wanted: Iterable[int]) -> bool:
        """Whether these are the numbers, in their order."""
        listed = list(wanted)
        return len(listed) == len(self.values) and all(a == b for a, b in zip(listed, self.values, strict=True))


def numbers(value: Literal, what: str, findings: Findings) -> Numbers:
    """`[2, 3]` or `range(2, 4)`."""
    match value:
        case Call(name=name, fields=(first, last)) if name.text == "range":
            match first.value, last.value:
                case Whole(value=low), Whole(value=high) if not (first.name or last.name):
                    return Numbers(range(low, high), value.span)
        case Items(members=members):
            listed = tuple(m for m in members if isinstance(m, Whole))
            for member in members:
                if not isinstance(member, Whole):
                    findings.add("E109", f"`{what}` holds what is not a whole number", member.span)
            return Numbers(tuple(m.value for m in listed), value.span, listed)
    findings.add("E109", f"`{what}` is not a list of numbers", value.span, help="`[2, 3]` or `range(2, 4)`")
    return Numbers((), value.span)


def members(value: Literal, what: str, of: str, findings: Findings) -> tuple[Literal, ...]:
    """What a list holds."""
    if isinstance(value, Items):
        return value.members
    findings.add("E109", f"`{what}` is not a list of {of}", value.span)
    return ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """An edge as a foreign text has it. `state` is where it leads, None in formats that do not say so."""

    operation: Name
    source: Whole
    state: Whole | None
    strength: Number | None
    span: Span


class Form(StrEnum):
    """What the tuple of an edge holds."""

    PAIR = "(operation, source)"
    SCORED = "(operation, source) or (operation, source, strength)"
    TRIPLE = "(operation, state, source)"


def edge(value: Literal, form: Form, findings: Findings) -> Drawn | None:
    """One edge; None, and E109, where it is none."""
    drawn: Drawn | None = None
    match value, form:
        case Items(members=(String() as op, Whole() as source)), Form.PAIR | Form.SCORED:
            drawn = Drawn(Name(op.value, op.span), source, None, None, value.span)
        case Items(members=(String() as op, Whole() as source, Real() | Whole() as score)), Form.SCORED:
            drawn = Drawn(Name(op.value, op.span), source, None, _strength(score), value.span)
        case Items(members=(String() as op, Whole() as state, Whole() as source)), Form.TRIPLE:
            drawn = Drawn(Name(op.value, op.span), source, state, None, value.span)
    if drawn is None:
        findings.add("E109", "this is not an edge", value.span, f"expected `{form}`")
        return None
    good = named(drawn.operation, findings)
    for number in (drawn.source, drawn.state):
        if number is not None and number.value < 0:
            findings.add("E109", f"{number.value} cannot number a state", number.span)
            good = False
    return drawn if good else None


def named(operation: Name, findings: Findings) -> bool:
    """Whether this can name an operation; E109 where it cannot."""
    if _NAME.fullmatch(operation.text):
        return True
    findings.add("E109", f"`{clipped(operation.text)}` cannot name an operation", operation.span)
    return False


def _strength(score: Real | Whole) -> Number:
    """A strength as `.nas` can write it: as it stands, else to 17 digits, which is exact."""
    text = score.text if isinstance(score, Real) else f"{score.value}.0"
    if _STRENGTH.fullmatch(text):
        return Number(text, score.span)
    exact = f"{float(text):.16e}"
    return Number(exact if _STRENGTH.fullmatch(exact) else "0.0", score.span)
