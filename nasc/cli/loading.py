"""Texts from the command line: read, checked, their warnings shown."""

from __future__ import annotations

from nasc.cli.reporting import report
from nasc.compiler.check import Checked, check
from nasc.dsl.diagnostic import Diagnostic
from nasc.dsl.nodes import Document
from nasc.dsl.reader import read
from nasc.runtime.files import open_source
from nasc.runtime.recipe import check_recipes


def checked(file: str, dialect: str | None = None) -> tuple[Document, Checked, list[Diagnostic]]:
    """The document of a file, what checking it found out, and everything there is to report."""
    reading = read(open_source(file), dialect)
    found = check(reading.document)
    check_recipes(found.program, found.findings)
    return reading.document, found, [*reading.warnings, *found.findings.in_order()]


def document(file: str, dialect: str | None = None, warn: bool = True) -> Document:
    """The document of a file without errors; its warnings are shown. Raises `NasError`."""
    found, about, diagnostics = checked(file, dialect)
    about.findings.raise_errors()
    if warn:
        report(diagnostics)
    return found
