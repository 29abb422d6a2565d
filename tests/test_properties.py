"""Laws that hold of every world, whatever the engine says of it.

`ORACLE_EXAMPLES` raises the number of worlds.
"""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from typing import Any

import oracle
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st
from worlds import BEGINNING, INSTANTS, describe, realise, worlds

from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Reason, Report, Verdict

VERDICTS = list(Verdict)
"""The worst first."""

DEFAULT = 60
EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", DEFAULT))

often = settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES == DEFAULT,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


def report(world: oracle.World) -> Report:
    found, known, now = realise(world)
    return judge(found, known, HB_1, now)


def no_better(after: Report, before: Report) -> bool:
    return VERDICTS.index(after.verdict) <= VERDICTS.index(before.verdict)


# --- same input, same report ----------------------------------------------------------------------------------------


@often
@given(world=worlds())
def test_the_same_input_gives_the_same_report(world: oracle.World) -> None:
    found, known, now = realise(world)
    turned = replace(
        known,
        issuers=dict(reversed(list(known.issuers.items()))),
        keys=dict(reversed(list(known.keys.items()))),
        anchors=known.anchors[::-1],
    )
    first = judge(found, known, HB_1, now)
    assert judge(found, known, HB_1, now) == first
    assert judge(pickle.loads(pickle.dumps(found)), turned, HB_1, now) == first  # noqa: S301 - our own bytes


# --- a revocation ---------------------------------------------------------------------------------------------------


@st.composite
def revocations(draw: Any) -> tuple[oracle.World, oracle.World]:  # noqa: ANN401 - hypothesis's function
    """A world, and the same with a signer's key or certificate revoked."""
    world = draw(worlds())
    keys, certificates = ({getattr(one, part) for one in world.signatures} for part in ("key", "certificate"))
    known = {key.name for key in world.keys}
    choice = [
        *(key for key in world.keys if key.name in keys and key.admitted and not key.revoked_at),
        *(
            one
            for one in world.certificates
            if one.name in certificates and one.name.split("/")[0] in known and not one.revoked_at
        ),
    ]
    past = [at for at in INSTANTS if at <= world.now]
    assume(choice and past)
    one = draw(st.sampled_from(choice))
    now = replace(one, revoked_at=draw(st.sampled_from(past)))
    keys_after = tuple(now if key == one else key for key in world.keys)
    certificates_after = tuple(now if certificate == one else certificate for certificate in world.certificates)
    return world, replace(world, keys=keys_after, certificates=certificates_after)


@often
@given(pair=revocations())
def test_a_revocation_never_improves_a_verdict(pair: tuple[oracle.World, oracle.World]) -> None:
    """Adding a revocation (a time-stamp authority's excepted) never improves a verdict."""
    before, after = map(report, pair)
    if not no_better(after, before):
        note("\n\n".join(map(describe, pair)))
        note(f"{before.verdict} {before.reasons}, then {after.verdict} {after.reasons}")
    assert no_better(after, before)


# --- status data ---------------------------------------------------------------------------------------------------


@st.composite
def vouched(draw: Any) -> tuple[oracle.World, oracle.World]:  # noqa: ANN401 - hypothesis's function
    """A world in which anchors are in mode `crl` and nothing is on hold, and the same with fresh lists in the file.

    They carry expiredCertsOnCRL: they vouch for certificates that have ended, too.
    """
    world = draw(worlds())
    crls = tuple(replace(one, entries=tuple(each for each in one.entries if not each.held)) for one in world.crls)
    responses = tuple(one for one in world.responses if one.entry is None or not one.entry.held)
    world = replace(world, strict=world.roots | world.stamp_roots, crls=crls, responses=responses)
    fresh = tuple(
        oracle.Crl(f"{kind}/{root}", world.now - oracle.DAY, world.now + oracle.DAY, expired_since=BEGINNING)
        for root in ("document", "stamps")
        for kind in ("ca", "root")
    )
    return world, replace(world, crls=(*world.crls, *(one for one in fresh if one not in world.crls)))


@often
@given(pair=vouched())
def test_good_status_data_clears_stale_data_and_nothing_else(pair: tuple[oracle.World, oracle.World]) -> None:
    """Where no second candidate waits for the first to be in doubt."""
    before, after = map(report, pair)
    roles = [one.role for one in before.signatures if one.counts]
    assume(len(roles) == len(set(roles)))
    if set(after.reasons) != set(before.reasons) - {Reason.STALE_DATA}:
        note("\n\n".join(map(describe, pair)))
        note(f"{before.verdict} {before.reasons}, then {after.verdict} {after.reasons}")
    assert set(after.reasons) == set(before.reasons) - {Reason.STALE_DATA}
    assert no_better(before, after)


# --- a time-stamp ---------------------------------------------------------------------------------------------------


def late_enough(world: oracle.World, index: int) -> bool:
    """Whether a trusted signature time-stamp is not before any `from` asked nor before the day of issued_on, and the
    parents of its day are today's.
    """  # noqa: D205 - one sentence of the law
    known, token = oracle.identify(world), world.signatures[index].token
    if known is None or token is None or world.signatures[index].stamp or not oracle.trusted(known, index):
        return False
    world, at = known, token.gen_time
    covered = [one for one in world.signatures[: index + 1] if not one.stamp]
    then, today = oracle.hops(world, oracle.day_of(at)), oracle.hops(world, oracle.day_of(world.now))
    asked = [
        oracle.midnight(world.claims.issued_on),
        *(world.certificate(one.certificate).not_before for one in covered),
        *(one.valid_from for one in world.appointments if one.key in {signature.key for signature in covered}),
        *(hop.issuer.valid_from for hop in then[0]),
    ]
    parents = [[hop.issuer.code for hop in chain] for chain, _ in (then, today)]
    return at >= max(asked) and parents[0] == parents[1]


@st.composite
def stamps(draw: Any) -> tuple[oracle.World, oracle.World]:  # noqa: ANN401 - hypothesis's function
    """A world, and the same without one of its time-stamps."""
    world = draw(worlds())
    choice = [index for index in range(len(world.signatures)) if late_enough(world, index)]
    assume(choice)
    chosen = draw(st.sampled_from(choice))
    without = tuple(replace(one, token=None) if index == chosen else one for index, one in enumerate(world.signatures))
    return world, replace(world, signatures=without)


@often
@given(pair=stamps())
def test_a_time_stamp_is_never_worse_than_none(pair: tuple[oracle.World, oracle.World]) -> None:
    """[...] removing it never improves a verdict and adding it never turns `valid` to `invalid`."""
    with_it, without = map(report, pair)
    if not no_better(without, with_it):
        note("\n\n".join(map(describe, pair)))
        note(f"{with_it.verdict} {with_it.reasons}, without {without.verdict} {without.reasons}")
    assert no_better(without, with_it)
