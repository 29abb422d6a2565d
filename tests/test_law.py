"""Every sentence of the policy has a case, every cell of its time table, and every code of its table of reasons."""

from __future__ import annotations

import re
from itertools import product

import pytest
import test_cases  # noqa: F401 - it imports the rooms of cases
from cases import CASES
from cases.time_table import COLUMNS, IMPOSSIBLE, ROWS, THINGS, cell_name
from sentences import POLICY, holding, sentences

from verify.report import Reason, Sub

TEXT = POLICY.read_text(encoding="utf-8")
SENTENCES = sentences(TEXT)
PROVED = ("2", "3", "4", "5", "8", "9")
"""The sections of which every sentence has a case."""

WITHOUT_CASE = {
    "| reason codes | verdict |": "the head of a table",
    "| key, certificate, appointment, issuer | T_poe < from |": "the head of a table",
    "The advice always says: compare name and grades": "what the gateway says: its tests",
    "`merge | split | rename | end`, with successors": "what the registry writes (issuers/): its tests",
    "Issuers register what they issue, after signing": "what the registry writes (issuers/): its tests",
    "The same item again changes nothing": "what the registry writes (issuers/): its tests",
    "A correction after the grade lock registers version n+1": "what the registry writes (issuers/): its tests",
    "(Not stopped: a second number for the same pupil": "what the policy does not do",
}
"""Sentences that no case can prove, by a fragment, each with its reason."""

WANTED = [name for name in SENTENCES if name.partition(".")[0] in PROVED]
EXPECTED_REASONS = {reason for one in CASES for reason in one.expected.reasons}


def proved() -> set[str]:
    """The ids of all sentences that some case names."""
    return {name for one in CASES for fragment in one.proves for name in holding(fragment, SENTENCES)}


@pytest.mark.parametrize("fragment", sorted({fragment for one in CASES for fragment in one.proves}))
def test_what_a_case_quotes_stands_in_one_sentence_of_the_policy(fragment: str) -> None:
    assert len(holding(fragment, SENTENCES)) == 1


@pytest.mark.parametrize("fragment", WITHOUT_CASE)
def test_what_is_left_out_stands_in_the_policy(fragment: str) -> None:
    (name,) = holding(fragment, SENTENCES)
    assert name not in proved(), "it has a case: leave it out no more"


@pytest.mark.parametrize("name", WANTED)
def test_every_sentence_has_a_case(name: str) -> None:
    left_out = {found for fragment in WITHOUT_CASE for found in holding(fragment, SENTENCES)}
    assert name in proved() | left_out, SENTENCES[name]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_expected_by_a_case(reason: Reason) -> None:
    assert reason in EXPECTED_REASONS


@pytest.mark.parametrize("sub", Sub)
def test_every_sub_indication_is_expected_by_a_case(sub: Sub) -> None:
    assert sub in {answer for one in CASES for _, answer in one.expected.signatures.values()}


def test_reasons_stand_in_the_order_of_the_table() -> None:
    rows = [SENTENCES[name] for name in SENTENCES if name.startswith("2.") and SENTENCES[name].startswith("| `")]
    listed = [code for row in rows for code in re.findall(r"`([A-Z_]+)`", re.sub(r"\([^()]*\)", "", row))]
    assert listed == [reason.value for reason in Reason]


def test_indeterminate_answers_stand_in_the_order_of_the_policy() -> None:
    (name,) = holding("Of several INDETERMINATE answers", SENTENCES)
    listed = re.findall(r"[A-Z_]{8,}", SENTENCES[name].partition("first to last")[2])
    assert listed == [sub.value for sub in Sub if sub.value in listed]


@pytest.mark.parametrize(
    "cell", [cell_name(*cell) for cell in product(THINGS, ROWS, COLUMNS) if cell not in IMPOSSIBLE]
)
def test_every_cell_of_the_time_table_has_a_case(cell: str) -> None:
    assert [one for one in CASES if one.id.startswith(f"life[{cell}-")]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 250
