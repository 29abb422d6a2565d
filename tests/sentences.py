"""The sentences of the policy, each with an id: split mechanically, so that a test can ask which of them has a case.

A sentence ends at a full stop before a word that begins one; a row of a table is a sentence of its own. Ids count from
one within a section ("3.7"); cases quote a fragment instead, since a number moves when the text does.
"""

from __future__ import annotations

import re
from pathlib import Path

POLICY = Path(__file__).parent.parent / "docs" / "policy" / "HB-1.md"

SECTION = re.compile(r"^## (\d+)\. .*$", re.MULTILINE)
RULER = re.compile(r"^[|\-\s]+$")
END = re.compile(r"(?:(?<=[.!?])|(?<=\.\)))(?<! \d\.)(?<!\A\d\.)\s+(?=[A-Z0-9`*(])")
"""A full stop (inside a closing bracket, too) before a capital, a code or a number; the "1." of a list ends nothing."""


def sentences(text: str) -> dict[str, str]:
    """Every sentence of the numbered sections, by id."""
    parts = SECTION.split(text)
    found: dict[str, str] = {}
    for section, body in zip(parts[1::2], parts[2::2], strict=True):
        for number, sentence in enumerate(_split(body), start=1):
            found[f"{section}.{number}"] = sentence
    return found


def holding(fragment: str, known: dict[str, str]) -> list[str]:
    """The ids of the sentences in which a fragment stands."""
    return [name for name, sentence in known.items() if fragment in sentence]


def _split(body: str) -> list[str]:
    found: list[str] = []
    prose: list[str] = []
    for line in [*body.splitlines(), "|"]:
        if not line.startswith("|"):
            prose.append(line.removeprefix("- ").strip())
            continue
        found += [one for one in END.split(" ".join(prose).strip()) if one]
        prose = []
        if not RULER.match(line):
            found.append(line.strip())
    return found
