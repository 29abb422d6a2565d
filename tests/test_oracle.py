"""The engine and the oracle say the same of random worlds.

`ORACLE_EXAMPLES` raises the number of worlds; with `--hypothesis-show-statistics`, pytest prints how they are
distributed over verdicts, reason codes and the answers about signatures.
"""

from __future__ import annotations

import os
from pprint import pformat
from typing import Any

import oracle
from hypothesis import HealthCheck, event, given, note, settings
from worlds import describe, realise, worlds

from verify.policy import HB_1
from verify.procedure import judge

DEFAULT = 200
EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", DEFAULT))


def engine(world: oracle.World) -> dict[str, Any]:
    """What the engine says."""
    found, known, now = realise(world)
    report = judge(found, known, HB_1, now)
    return {
        "verdict": str(report.verdict),
        "reasons": [str(reason) for reason in report.reasons],
        "signatures": [
            (str(one.conclusion.indication), str(one.conclusion.sub or ""), one.taken, one.proven_at)
            for one in report.signatures
        ],
    }


def expected(world: oracle.World) -> dict[str, Any]:
    """What the oracle says."""
    found = oracle.judge(world)
    return {
        "verdict": str(found.verdict),
        "reasons": [str(reason) for reason in found.reasons],
        "signatures": [
            (str(one.indication), str(one.sub or ""), index in found.taken.values(), one.poe)
            for index, one in enumerate(found.signatures)
            if not world.signatures[index].stamp
        ],
    }


@settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES == DEFAULT,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large],
)
@given(world=worlds())
def test_the_engine_says_what_the_oracle_says(world: oracle.World) -> None:
    said, should = engine(world), expected(world)
    for happened in (should["verdict"], *should["reasons"], *{"/".join(one[:2]) for one in should["signatures"]}):
        event(happened)
    if said != should:
        note(describe(world))
        note(f"engine: {pformat(said)}")
        note(f"oracle: {pformat(should)}")
    assert said == should
