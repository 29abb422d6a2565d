"""The documents say what the code does: steps, checks, policy version, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verify.checks import CHECKS, CODE_CHECKS
from verify.policy import HB_1

ROOT = Path(__file__).parents[1]
HOW = (ROOT / "docs" / "how-it-works.md").read_text()


def test_docs_number_the_steps_as_the_code_does() -> None:
    code = (ROOT / "verify" / "procedure.py").read_text()
    steps = re.findall(r"^    # (\d)\. (.+?)(?: \(|:|,| are | take |\.$)", code, re.MULTILINE)
    told = re.findall(r"^### (\d)\. (.+)$", HOW, re.MULTILINE)
    assert [number for number, _ in steps] == [number for number, _ in told] == list("1234567")
    assert [title.split(" is ")[0] for _, title in steps] == [title for _, title in told]


def test_docs_list_the_checks_in_running_order() -> None:
    told = re.findall(r"^\| `(\w+)` \| (.+?) \|", HOW, re.MULTILINE)
    assert told == [(one.name, one.citation) for one in CHECKS] + [(one.name, one.citation) for one in CODE_CHECKS]


def test_docs_policy_version_is_the_engines() -> None:
    policy = (ROOT / "docs" / "policy" / "HB-1.md").read_text()
    assert f"`{HB_1.name}`" in policy


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_docs_name_files_that_exist(page: Path) -> None:
    named = re.findall(r"`((?:verify|issuers|gateway|tests|bench|docs|templates)/[\w./-]+\.\w+)`", page.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []
    linked = re.findall(r"\]\(((?!https?:)[^)#]+)", page.read_text())
    assert [link for link in linked if not (page.parent / link).exists()] == []
