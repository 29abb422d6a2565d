"""Was a certificate revoked or held, and is that known well enough? HB-1, section 3; EN 319 102-1, 5.2.5.

What the registry was once told sticks; what a file carries may add a revocation for that report alone, and never
removes one. Under an anchor of mode `crl` each certificate also needs one statement of its own CA that is fresh: not
overtaken, or made when the signature was already there. Under `registry` that question is switched off, and listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from verify.path import Path, validity_of, vouched
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
        if (not fresh or on_hold) and (self.crls or self.ocsps):
            answer = vouched(path, at, self.crls, self.ocsps)
            fresh = fresh or answer is True
            if answer is True:  # a delta CRL of the file lifted the hold that its base tells of
                said = [one for one in said if one.reason != HOLD]
            if isinstance(answer, datetime):
                said.append(Statement(answer, None, complete=False, revoked_at=answer))
        listed: list[Statement | RevokedCertificate] = [*known]
        listed += [one for one in said if one.revoked_at is not None]
        return Status(
            revoked=earliest(*(date for one in listed if one.reason != HOLD for date in _dates(one))),
            held=earliest(*(one.revoked_at for one in listed if one.reason == HOLD)),
            fresh=fresh,
        )


def _dates(one: Statement | RevokedCertificate) -> tuple[datetime | None, datetime | None]:
    return one.revoked_at, one.invalidity_date


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
    if this_update > at:
        return False
    begin, end = validity_of(der)
    if not begin <= this_update < end and (expired_since is None or end < expired_since):
        return False
    return (next_update is not None and at < next_update) or (poe is not None and poe <= this_update)
