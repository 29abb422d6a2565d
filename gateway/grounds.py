"""What the registry says of the key that made a signature: the grounds on which its authority was judged, as dates.

Out of the very snapshot that was judged by. Nothing of a person but what the report already names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from msgspec import Struct

from gateway.receipts import instant
from verify.report import JudgedSignature, Sub
from verify.trust import Issuer, RegisteredCertificate, TrustSnapshot
from verify.validity import earliest

BROKEN = frozenset({Sub.HASH_FAILURE, Sub.SIG_CRYPTO_FAILURE, Sub.FORMAT_FAILURE})
"""Where the signature itself fails, no key has signed, and none has a history to show."""

MOST_SUPERIORS = 8
"""Issuers between a school and the ministry: there is one; the bound ends a loop in the tree."""


class OfficeHeld(Struct, frozen=True):
    """An appointment of the key, for this issuer in this role; `valid_until` is exclusive."""

    capacity: str
    decision_no: str
    valid_from: str
    valid_until: str | None


class CertificateHeld(Struct, frozen=True):
    """A registered certificate of the key; `revoked_at` is the earliest date that counts against it."""

    valid_from: str
    valid_until: str
    revoked_at: str | None
    suspended_since: str | None


class IssuerHalted(Struct, frozen=True):
    """An issuer between the signer and the ministry, itself included, that was suspended or has ended."""

    code: str
    suspended_since: str | None
    valid_until: str | None


class Grounds(Struct, frozen=True):
    """The life of a key as the registry has it."""

    appointments: list[OfficeHeld]
    certificates: list[CertificateHeld]
    suspended_since: str | None
    retired_at: str | None
    revoked_at: str | None
    invalid_since: str | None
    issuers: list[IssuerHalted]


def of(signature: JudgedSignature, trust: TrustSnapshot) -> Grounds | None:
    """The grounds of one signature; None for a broken one, an unknown key, and a key without a role."""
    key = trust.keys.get(signature.key or "")
    if key is None or signature.role is None or signature.conclusion.sub in BROKEN:
        return None
    held = [
        OfficeHeld(one.capacity.value, one.decision_no, instant(one.valid_from), _told(one.valid_until))
        for one in trust.appointments
        if (one.key, one.issuer, one.role.value) == (key.id, signature.issuer, signature.role)
    ]
    return Grounds(
        appointments=sorted(held, key=lambda one: one.valid_from),
        certificates=[_certificate(one) for one in key.certificates],
        suspended_since=_told(key.suspended_since),
        retired_at=_told(key.retired_at),
        revoked_at=_told(key.revoked_at),
        invalid_since=_told(key.invalid_since) if key.revoked_at else None,
        issuers=[
            IssuerHalted(one.code, _told(one.suspended_since), _told(one.valid_until))
            for one in _upwards(signature.issuer, trust)
            if one.suspended_since or one.valid_until
        ],
    )


def superior(code: str | None, trust: TrustSnapshot) -> Issuer | None:
    """The issuer above one, as of its newest period."""
    below = trust.issuers.get(code or "")
    return trust.issuers.get(below.latest.parent or "") if below else None


def _upwards(code: str | None, trust: TrustSnapshot) -> Iterator[Issuer]:
    issuer = trust.issuers.get(code or "")
    for _ in range(MOST_SUPERIORS):
        if issuer is None:
            return
        yield issuer
        issuer = superior(issuer.code, trust)


def _certificate(one: RegisteredCertificate) -> CertificateHeld:
    parsed = x509.load_der_x509_certificate(one.der)
    revoked = earliest(one.revoked_at, one.invalidity_date, one.invalid_since) if one.revoked_at else None
    return CertificateHeld(
        instant(parsed.not_valid_before_utc), instant(parsed.not_valid_after_utc), _told(revoked), _told(one.held_since)
    )


def _told(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
