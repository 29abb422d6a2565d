"""Every code has words in both languages; whoever reads a "no" learns why and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway import verdicts, vocabulary
from gateway.vocabulary import Text, word
from gateway.wording import ADVISORY, REASONS, advice, summary
from verify.checks import CHECKS
from verify.policy import HB_1
from verify.report import Indication, Outcome, Reason, Report, Sub, Verdict
from verify.trust import Capacity, KeyState, Kind, Level, Role
from verify.verdict import INDETERMINATE, INVALID

VIETNAMESE = re.compile(r"[ăâđêôơưạảãàáầấậẩẫằắặẳẵẹẻẽèéềếệểễịỉĩìíọỏõòóồốộổỗờớợởỡụủũùúừứựửữỳýỵỷỹ]", re.IGNORECASE)
TABLES: list[tuple[Mapping[Any, Text], Any]] = [
    (vocabulary.VERDICTS, Verdict),
    (vocabulary.INDICATIONS, Indication),
    (vocabulary.SUBS, Sub),
    (vocabulary.ROLES, Role),
    (vocabulary.CAPACITIES, Capacity),
    (vocabulary.KINDS, Kind),
    (vocabulary.LEVELS, Level),
    (vocabulary.KEY_STATES, KeyState),
    (vocabulary.OUTCOMES, Outcome),
]


def report(verdict: Verdict, *reasons: Reason) -> Report:
    return Report(
        verdict=verdict,
        reasons=reasons,
        signatures=(),
        findings=(),
        transcript=None,
        policy="HB-1.0",
        at=datetime(2026, 11, 23, tzinfo=UTC),
        generation=1,
        ledger_head="0" * 64,
        kind="pdf",
        sha256="0" * 64,
        size=1,
    )


def both_languages(text: Text) -> None:
    assert VIETNAMESE.search(text.vi)
    assert text.en
    assert not VIETNAMESE.search(text.en)


@pytest.mark.parametrize(("table", "codes"), TABLES)
def test_every_code_has_a_word(table: Mapping[Any, Text], codes: Any) -> None:  # noqa: ANN401 (an enumeration)
    assert set(table) == set(codes)
    for text in table.values():
        assert text.vi
        assert text.en


@pytest.mark.parametrize("code", Reason)
def test_every_reason_says_what_it_means_and_what_to_do(code: Reason) -> None:
    for text in REASONS[code]:
        both_languages(text)
        assert text.vi.endswith(".")
        assert text.en.endswith(".")


@pytest.mark.parametrize("code", Verdict)
def test_every_verdict_says_what_it_means_and_what_to_do(code: Verdict) -> None:
    for text in verdicts.VERDICTS[code]:
        both_languages(text)
    both_languages(vocabulary.VERDICTS[code])


def named(pattern: str) -> set[str]:
    """What the engine's source names in this way."""
    source = "".join(path.read_text() for path in (Path(__file__).parent.parent / "verify").glob("*.py"))
    found = set(re.findall(pattern, source))
    assert found
    return found


def test_every_check_and_every_limit_has_a_name() -> None:
    checks = {check.name for check in CHECKS} | named(r'Finding\(\s*"([a-z_]+)"') | HB_1.switched_off
    assert checks <= set(vocabulary.CHECKS)
    limits = named(r'Unreadable\("limit", "([a-z_]+)"\)') | {"time", "cpu", "memory", "depth", "answer"}
    assert limits <= set(vocabulary.LIMITS)
    assert word(vocabulary.CHECKS, "unheard of") == Text("unheard of", "unheard of")


def test_the_advisory_reasons_are_those_that_decide_nothing() -> None:
    either = {Reason.WEAK_ALGORITHM, Reason.KEY_REVOKED, Reason.NOT_AUTHORISED_AT_TIME, Reason.TRANSCRIPT_SUPERSEDED}
    assert set(Reason) - INVALID - INDETERMINATE - either == ADVISORY


def test_a_no_names_what_is_wrong_and_not_what_is_merely_missing() -> None:
    told = report(Verdict.INVALID, Reason.SIGNATURE_BROKEN, Reason.ROLE_MISSING, Reason.UNREGISTERED)
    for text in (summary(told), advice(told)):
        both_languages(text)
    assert REASONS[Reason.SIGNATURE_BROKEN].means.vi in summary(told).vi
    assert REASONS[Reason.ROLE_MISSING].means.vi not in summary(told).vi
    assert REASONS[Reason.UNREGISTERED].means.vi not in advice(told).vi
    assert REASONS[Reason.SIGNATURE_BROKEN].todo.en in advice(told).en


def test_what_is_missing_is_named_when_it_decides() -> None:
    told = report(Verdict.INDETERMINATE, Reason.UNKNOWN_KEY, Reason.ROLE_MISSING)
    for reason in told.reasons:
        assert REASONS[reason].means.vi in summary(told).vi
    odd = report(Verdict.INVALID, Reason.ROLE_MISSING)
    assert REASONS[Reason.ROLE_MISSING].means.en in summary(odd).en


def test_a_yes_tells_what_to_mind() -> None:
    told = report(Verdict.VALID, Reason.UNREGISTERED, Reason.APPEARANCE_ADDED)
    assert REASONS[Reason.UNREGISTERED].means.vi in advice(told).vi
    assert REASONS[Reason.APPEARANCE_ADDED].todo.vi in advice(told).vi
    assert summary(told) == verdicts.VERDICTS[Verdict.VALID].means


@pytest.mark.parametrize("code", Verdict)
def test_of_a_code_alone_it_says_what_to_compare_unless_the_code_is_false(code: Verdict) -> None:
    told = report(code, Reason.QR_ONLY)
    compares = code is not Verdict.INVALID
    assert (REASONS[Reason.QR_ONLY].todo.vi in advice(told).vi) is compares
    assert (REASONS[Reason.QR_ONLY].todo.en in advice(told).en) is compares
    for text in (*verdicts.ON_PAPER[code], summary(told)):
        both_languages(text)


def test_a_valid_code_is_not_called_a_signed_file() -> None:
    assert verdicts.VERDICTS[Verdict.VALID].means.vi not in summary(report(Verdict.VALID, Reason.QR_ONLY)).vi


def test_nothing_is_said_twice() -> None:
    told = advice(report(Verdict.INVALID, Reason.SIGNATURE_BROKEN, Reason.MODIFIED_AFTER_SIGNING))
    sentences = re.split(r"(?<=\.) ", told.vi)
    assert len(sentences) == len(set(sentences))
