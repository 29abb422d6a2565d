"""The law as a table of cases, each judged by the engine."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

import cases
import pytest
from cases import CASES, Case
from world import opened

from verify.procedure import judge

for module in pkgutil.iter_modules(cases.__path__):
    importlib.import_module(f"cases.{module.name}")


@pytest.mark.parametrize("one", [pytest.param(one, id=one.id) for one in CASES])
def test_the_engine_answers_as_the_law_does(one: Case) -> None:
    given = one.build()
    report = judge(opened(given.pdf), given.trust, given.policy, given.at)
    found = {judged.field: (judged.conclusion.indication, judged.conclusion.sub) for judged in report.signatures}
    wanted = one.expected
    assert (report.verdict, report.reasons) == (wanted.verdict, wanted.reasons)
    assert {name: found.get(name) for name in wanted.signatures} == wanted.signatures
    assert one.shows is None or one.shows(report)


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(one.id for one in CASES).items() if times > 1] == []


def test_every_case_says_why() -> None:
    assert [one.id for one in CASES if not one.why.strip().endswith((".", "?"))] == []
