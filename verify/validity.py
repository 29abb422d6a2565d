"""The time table of HB-1, section 3: one life, one proof of existence, one instant of judging.

Every key, certificate, appointment and issuer is asked by the same table. All intervals are half-open [since, until).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from verify.report import Sub
from verify.trust import start_of_day


@dataclass(frozen=True, slots=True)
class Life:
    """When something was in force, and how it ended.

    `until` is the ordinary end (expiry, retirement, end of an appointment or issuer). `revoked` is C: the earliest of
    revocation date, invalidityDate, `invalid_since` and the start of a suspension that ran into the revocation.
    `disputed` is an earlier `invalid_since`, proposed and not yet decided. `suspended` is the start of a suspension
    that lasts.
    """

    since: datetime | None = None
    until: datetime | None = None
    revoked: datetime | None = None
    disputed: datetime | None = None
    suspended: datetime | None = None


def answers(life: Life, poe: datetime | None, at: datetime, after: datetime | None = None) -> tuple[Sub, ...]:
    """Every answer but "passes" that the table gives for T_poe = `poe` (None: no proof) judged at `at`.

    What both ended and was revoked answers in both rows; in the row "revoked" the end is C alone. `after` is a content
    time-stamp: at or after C it proves that the signature was made after the revocation.
    """
    if life.since is not None and (at if poe is None else poe) < life.since:
        return (Sub.NOT_YET_VALID,)
    found = []
    doubted = earliest(life.revoked, life.disputed)
    if life.revoked is not None and after is not None and after >= life.revoked:
        found.append(Sub.REVOKED)
    elif doubted is not None and not _before(poe, doubted):
        found.append(Sub.REVOKED_NO_POE)
    if life.until is not None and life.until <= at and not _before(poe, life.until):
        found.append(Sub.OUT_OF_BOUNDS_NO_POE)
    if life.suspended is not None and not _before(poe, life.suspended):
        found.append(Sub.TRY_LATER)
    return tuple(found)


def day_outside(day: date, since: datetime, until: datetime | None) -> bool:
    """Whether a whole day (+07:00) lies outside [since, until): `issued_on` counts against, never for (HB-1, 3)."""
    begin = start_of_day(day)
    return begin + timedelta(days=1) <= since or (until is not None and begin >= until)


def earliest(*instants: datetime | None) -> datetime | None:
    """The earliest of the instants that are there; None if none is."""
    return min((instant for instant in instants if instant is not None), default=None)


def _before(poe: datetime | None, end: datetime) -> bool:
    return poe is not None and poe < end
