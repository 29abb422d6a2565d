"""Pages that we set ourselves: typst, with the fonts that it brings."""

from __future__ import annotations

from pathlib import Path

import typst


def one_page(template: str, **inputs: str) -> bytes:
    """A PDF out of a template beside this file, the same on every machine: system fonts are not looked at."""
    drawing = typst.Compiler(Path(__file__).with_name(template), ignore_system_fonts=True, sys_inputs=inputs)
    compiled = drawing.compile(format="pdf", pdf_tags=False)
    if not isinstance(compiled, bytes):
        raise TypeError("typst gives a PDF as one run of bytes")
    return compiled
