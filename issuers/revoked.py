"""What the imported CRLs say of the certificates that a slice of the registry is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from cryptography import x509
from sqlalchemy import Connection, Row, bindparam, select

from issuers.listing import serial
from issuers.tables import crls, revoked_certificates
from verify.revocation import HOLD
from verify.statusdata import spki_sha256
from verify.trust import HeldCrl, Names, RegisteredCertificate, RevokedCertificate

CRLS = select(crls).where(crls.c.complete).order_by(crls.c.authority, crls.c.this_update, crls.c.sha256)
REVOKED = (
    select(revoked_certificates)
    .where(revoked_certificates.c.serial.in_(bindparam("asked", expanding=True)))
    .order_by(revoked_certificates.c.authority, revoked_certificates.c.serial)
)


def held_crls(connection: Connection) -> tuple[HeldCrl, ...]:
    """All complete CRLs that are held, whosesoever: a path may lead over any intermediate."""
    return tuple(
        HeldCrl(row.authority, row.this_update, row.next_update, row.expired_since) for row in connection.execute(CRLS)
    )


def listed_for(
    connection: Connection, names: Names, certificates: Iterable[Row[Any]], helpers: Iterable[bytes]
) -> tuple[RevokedCertificate, ...]:
    """What CRLs list of the certificates in the file, of the named keys' own, and of the intermediates at hand.

    A path may lead over one of the last that the file leaves out.
    """
    asked = {serial(one) for one in names.serials} | {row.serial for row in certificates}
    asked |= {serial(_issued(der)[0]) for der in helpers}
    rows = connection.execute(REVOKED, {"asked": [*asked]}) if asked else ()
    return tuple(
        RevokedCertificate(
            authority=row.authority,
            serial=int(row.serial, 16),
            # A hold that ran into the revocation counts from its start (C of HB-1, 3).
            revoked_at=min(one for one in (row.revoked_at, row.held_since) if one is not None),
            reason=row.reason if row.revoked_at else HOLD,
            invalidity_date=row.invalidity_date,
        )
        for row in rows
    )


def with_entries(
    certificate: RegisteredCertificate, revoked: Iterable[RevokedCertificate], authorities: Sequence[bytes]
) -> RegisteredCertificate:
    """A registered certificate with what CRLs have told of it: asked where a signature does not say which it is of."""
    for entry in revoked:
        if entry.serial != _issued(certificate.der)[0] or not _of(entry.authority, certificate.der, authorities):
            continue
        if entry.reason == HOLD:
            certificate = replace(certificate, held_since=entry.revoked_at)
        else:
            revoked_at = min(entry.revoked_at, certificate.revoked_at or entry.revoked_at)
            reason = certificate.reason or entry.reason
            certificate = replace(
                certificate, revoked_at=revoked_at, reason=reason, invalidity_date=entry.invalidity_date
            )
    return certificate


def _of(authority: str, der: bytes, authorities: Iterable[bytes]) -> bool:
    """Whether a certificate is of an authority: its issuer's name, with that key."""
    issuer = _issued(der)[1]
    return any(_subject(ca) == (issuer, authority) for ca in authorities)


@lru_cache(maxsize=4096)
def _issued(der: bytes) -> tuple[int, bytes]:
    """Serial number and issuer of a certificate."""
    parsed = x509.load_der_x509_certificate(der)
    return parsed.serial_number, parsed.issuer.public_bytes()


@lru_cache(maxsize=1024)
def _subject(ca: bytes) -> tuple[bytes, str]:
    """Name and key of a CA."""
    return x509.load_der_x509_certificate(ca).subject.public_bytes(), spki_sha256(ca)
