"""The corpus of forgeries: every file that is forged was valid, and no forgery is."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from functools import cache
from typing import Any

import corpus
import pytest
import world
from corpus import FORGERIES, INVALID, REFUSED, Forgery

from verify.documents import open_document
from verify.evidence import Evidence, Unreadable
from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Verdict

for module in pkgutil.iter_modules(corpus.__path__):
    importlib.import_module(f"corpus.{module.name}")

FEWEST = 450
"""Forgeries that the corpus holds at the least."""


@cache
def opened(pdf: bytes) -> Evidence:
    """A genuine file, read once."""
    return open_document(pdf, world.HOST)


@cache
def in_order(pdf: bytes) -> tuple[Verdict, tuple[str, ...]]:
    """What comes of a genuine file where nothing of the registry differs, judged once."""
    return answered(opened(pdf))


def answered(evidence: Evidence, **changes: Any) -> tuple[Verdict, tuple[str, ...]]:  # noqa: ANN401 - of Trust
    """Verdict and reasons, by a registry in which everything is in order but what the entry changes."""
    trust = world.Trust(**({"versions": (world.registration(),)} | changes))
    report = judge(evidence, trust.snapshot(), HB_1, world.NOW)
    return report.verdict, report.reasons


def answer(pdf: bytes, one: Forgery) -> tuple[Verdict, tuple[str, ...]]:
    """What comes of a forgery, read anew; a refusal is told as one."""
    try:
        evidence = open_document(pdf, world.HOST)
    except Unreadable:
        return Verdict.INDETERMINATE, (REFUSED,)
    return answered(evidence, **one.trust)


@pytest.mark.parametrize("one", [pytest.param(one, id=f"{one.kind}-{one.id}") for one in FORGERIES])
def test_what_was_valid_is_forged_in_vain(one: Forgery) -> None:
    genuine = one.of()
    assert (answered(opened(genuine), **one.trust) if one.trust else in_order(genuine)) == (Verdict.VALID, ())
    forged = one.forge(genuine)
    assert forged != genuine
    verdict, reasons = answer(forged, one)
    assert verdict not in {Verdict.VALID, Verdict.SUPERSEDED}
    assert one.expected.admits(reasons), (verdict, reasons)
    assert (verdict is Verdict.INVALID) is bool(INVALID & {*reasons})


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(FORGERIES) >= FEWEST
    assert [name for name, times in Counter(one.id for one in FORGERIES).items() if times > 1] == []


def test_every_forgery_says_what_is_to_be_believed_and_why_it_must_not_work() -> None:
    assert [one.id for one in FORGERIES if len(one.why.split()) < 8 or not one.why.strip().endswith((".", "?"))] == []


def test_nothing_is_expected_that_could_be_valid() -> None:
    harmless = {"QR_ONLY", "QR_FOREIGN_HOST", "APPEARANCE_ADDED", "UNREGISTERED", "SCORES_DISAGREE"}
    for one in FORGERIES:
        assert one.expected.must or one.expected.perhaps
        assert not harmless & (one.expected.must or one.expected.perhaps), one.id
