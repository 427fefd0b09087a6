"""The diagnostics for words that do not fit: the message, its place and the help."""

from collections.abc import Set

from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.source import Source, Span
from nasc.dsl.syntax_case import Advice, Case
from nasc.dsl.syntax_mistakes import ENDS_WITH_RETURN, RULES
from nasc.dsl.syntax_repairs import STARTS, Repair, begins_line, open_brackets
from nasc.dsl.syntax_tables import Stack, Word
from nasc.dsl.syntax_words import expected, shown


def explain(source: Source, text: str, repair: Repair, accepted: Set[str]) -> Diagnostic:
    """The diagnostic for a word that does not fit and the repair that was chosen for it.

    It is placed where the word stands if a statement could begin there; otherwise, if the word begins a line,
    just behind the word before it.
    """
    case = Case(source, text, repair, accepted)
    advice = next((a for rule in RULES if (a := rule(case)) is not None), Advice())
    word = advice.place or case.found
    span, where = Span(source, word.start, word.end), f", found {shown(case.found)}"
    behind = not accepted & STARTS and case.last.end and begins_line(text, case.found)
    if not advice.place and behind and repair.kind != "read":
        span, where = Span(source, case.last.end, case.last.end), f" behind {shown(case.last)}"
    message = advice.message or f"expected {expected(accepted, case.stack)}{where}"
    return Diagnostic("E103", message, span, help=advice.help)


def explain_end(source: Source, stack: Stack, accepted: Set[str], last: Word | None) -> Diagnostic:
    """The diagnostic for a text that ends too early."""
    at = last.end if last else 0
    opened = [f"`{entry.symbol}` of line {source.place(entry.start)[0]}" for entry in open_brackets(stack)]
    help = f"{opened[-1]} is not closed" if opened else ""
    if len(opened) > 1:
        help = f"not closed: {', '.join(opened[:-4:-1])}"
    if "RETURN" in accepted:
        help += f"; {ENDS_WITH_RETURN}"
    message = f"the text ends too early: expected {expected(accepted, stack)}"
    return Diagnostic("E104", message, Span(source, at, at), help=help)
