"""The engine and the second reading of section 5 say the same of random worlds of QR codes.

`ORACLE_EXAMPLES` raises the number of worlds, of which a tenth are signed pages; with `--hypothesis-show-statistics`,
pytest prints how they are distributed over verdicts, reason codes and the answers about codes.
"""

from __future__ import annotations

import os
from pprint import pformat
from typing import Any

import oracle_codes
from hypothesis import HealthCheck, event, given, note, settings
from oracle import Judgement
from worlds_of_codes import describe, on_record, realise, realise_page, worlds_of_pages, worlds_of_paper

from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Report

DEFAULT = 600
EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", DEFAULT))
QUIET = [HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def told(report: Report) -> dict[str, Any]:
    """What the engine says."""
    return {
        "verdict": str(report.verdict),
        "reasons": [str(reason) for reason in report.reasons],
        "signatures": [
            (str(one.conclusion.indication), str(one.conclusion.sub or ""), one.taken, one.proven_at)
            for one in report.signatures
        ],
    }


def expected(found: Judgement, stamps: tuple[int, ...] = ()) -> dict[str, Any]:
    """What the second reading says."""
    return {
        "verdict": str(found.verdict),
        "reasons": [str(reason) for reason in found.reasons],
        "signatures": [
            (str(one.indication), str(one.sub or ""), index in found.taken.values(), one.poe)
            for index, one in enumerate(found.signatures)
            if index not in stamps
        ],
    }


def agree(said: dict[str, Any], should: dict[str, Any], world: str) -> None:
    """Whether they do; else both are printed, and the world."""
    for happened in (should["verdict"], *should["reasons"], *{"/".join(one[:2]) for one in should["signatures"]}):
        event(happened)
    if said != should:
        note(world)
        note(f"engine: {pformat(said)}")
        note(f"oracle: {pformat(should)}")
    assert said == should


@settings(max_examples=EXAMPLES * 9 // 10, derandomize=EXAMPLES == DEFAULT, suppress_health_check=QUIET)
@given(world=worlds_of_paper())
def test_the_engine_says_of_codes_alone_what_the_second_reading_says(world: oracle_codes.World) -> None:
    found, known, now = realise(world)
    said = told(judge(found, known, HB_1, now))
    agree(said, expected(oracle_codes.judge(world)), describe(world))


@settings(max_examples=EXAMPLES // 10, derandomize=EXAMPLES == DEFAULT, suppress_health_check=QUIET)
@given(world=worlds_of_pages())
def test_the_engine_says_of_codes_on_signed_pages_what_the_second_reading_says(world: oracle_codes.World) -> None:
    found, known, now = realise_page(world)
    stamps = tuple(index for index, one in enumerate(world.registry.signatures) if one.stamp)
    should = oracle_codes.judge_page(world, on_record(world.registry))
    agree(told(judge(found, known, HB_1, now)), expected(should, stamps), describe(world, page=True))
