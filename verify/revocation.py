"""Was a certificate revoked or held, and is that known well enough? HB-1, section 3; EN 319 102-1, 5.2.5.

What the registry was once told sticks; what a file carries may add a revocation for that report alone, and never
removes one. Under an anchor of mode `crl` each certificate also needs one statement of its own CA that is fresh: not
overtaken, or made when the signature was already there. Under `registry` that question is switched off, and listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from verify.path import Listed, Path, validity_of, vouched
from verify.statusdata import Statement, serial_of, spki_sha256, statements
from verify.trust import HeldCrl, RevokedCertificate, TrustSnapshot
from verify.validity import earliest

HOLD = "certificate_hold"


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of one certificate: C (`revoked`), the start of a hold, and whether fresh data vouches for it."""

    revoked: datetime | None = None
    held: datetime | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class StatusData:
    """The CRLs and OCSP responses of a file (DER), and the registry's."""

    trust: TrustSnapshot
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def of(self, path: Path, index: int, poe: datetime | None, at: datetime) -> Status:
        """The status of one certificate of a path, for a proof of existence and at an instant."""
        der = path.certificates[index]
        above = path.certificates[index + 1] if index + 1 < len(path.certificates) else path.anchor.der
        said = statements(der, above, self.crls, self.ocsps)
        authority, serial = spki_sha256(above), serial_of(der)
        known = [one for one in self.trust.revoked if (one.authority, one.serial) == (authority, serial)]
        fresh = any(
            _fresh(this, following, late, der, poe, at)
            for this, following, late in (*_held(self.trust.crls, authority), *_carried(said))
        )
        on_hold = [one for one in said if one.reason == HOLD]
        dates = {one.revoked_at for one in said}
        if (not fresh or on_hold) and (self.crls or self.ocsps):
            answer = vouched(path, at, self.crls, self.ocsps)
            fresh = fresh or (answer is True and all(_timely(one.this_update, one.expired_since, der) for one in said))
            said = [one for one in said if not _lifted(one, said, at, vouched_for=answer is True)]
            if isinstance(answer, Listed) and answer.own == (index == 0) and answer.at not in dates:
                said.append(Statement(answer.at, None, complete=False, revoked_at=answer.at, reason=answer.reason))
        listed: list[Statement | RevokedCertificate] = [*known, *said]
        return Status(
            revoked=earliest(*(date for one in listed if one.reason != HOLD for date in _dates(one))),
            held=earliest(*(one.revoked_at for one in listed if one.reason == HOLD)),
            fresh=fresh,
        )


def _dates(one: Statement | RevokedCertificate) -> tuple[datetime | None, datetime | None]:
    return one.revoked_at, one.invalidity_date


def _lifted(hold: Statement, said: Iterable[Statement], at: datetime, *, vouched_for: bool) -> bool:
    """Whether a later statement of the file ends a hold: a whole one, or a delta by the library's reading of it."""
    return hold.reason == HOLD and any(
        hold.this_update < one.this_update <= at and one.revoked_at is None and (one.complete or vouched_for)
        for one in said
    )


def _held(crls: Iterable[HeldCrl], authority: str) -> Iterable[tuple[datetime, datetime | None, datetime | None]]:
    return ((one.this_update, one.next_update, one.expired_since) for one in crls if one.authority == authority)


def _carried(said: Iterable[Statement]) -> Iterable[tuple[datetime, datetime | None, datetime | None]]:
    for one in said:
        if one.complete:
            yield one.this_update, one.next_update, one.expired_since


def _fresh(
    this_update: datetime,
    next_update: datetime | None,
    expired_since: datetime | None,
    der: bytes,
    poe: datetime | None,
    at: datetime,
) -> bool:
    """NextUpdate ahead of now, or thisUpdate at or after T_poe; said while the certificate was valid, or of expired.

    A statement from the future is nobody's.
    """
    if this_update > at or not _timely(this_update, expired_since, der):
        return False
    return (next_update is not None and at < next_update) or (poe is not None and poe <= this_update)


def _timely(this_update: datetime, expired_since: datetime | None, der: bytes) -> bool:
    """Said while the certificate was valid, or of expired ones, too."""
    begin, end = validity_of(der)
    return begin <= this_update < end or (expired_since is not None and expired_since <= end)
