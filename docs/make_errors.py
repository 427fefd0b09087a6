"""Writes `errors.md` beside this file from the table of codes: `python docs/make_errors.py`."""

from pathlib import Path

from nasc.dsl.codes import CODES, GROUPS, Code

PAGE = Path(__file__).parent / "errors.md"
HEAD = """# Errors and warnings

Every problem is reported at its place, with a code, what is wrong, and what to do. `nasc explain E203` prints what
this page says of a code. Codes do not change their meaning. Errors have an E and end a command with exit code 1;
warnings have a W and do not.

This page is made from `dsl/codes.py` by `docs/make_errors.py`.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for group, title in GROUPS.items():
        codes = {code: said for code, said in CODES.items() if code.startswith(group)}
        parts.append(f"## {title}\n")
        parts += [_entry(code, said) for code, said in codes.items()]
    return "\n".join(parts)


def _entry(code: str, said: Code) -> str:
    lines = [f"### {code}: {said.title}", "", said.meaning, ""]
    if said.wrong or said.right:
        lines.append("```nas")
        if said.wrong:
            lines += ["# wrong", *said.wrong.split("\n")]
        if said.right:
            lines += ["# right", *said.right.split("\n")]
        lines += ["```", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
