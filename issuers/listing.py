"""One CRL as it was handed in: whose word, of which instant, whether the whole of it, and what it lists.

RFC 5280, 5. Nothing here is believed: whose signature it bears is asked in `crls.py`. A projector reads it again out of
the ledger, so what is read here follows from the bytes alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from asn1crypto import pem
from asn1crypto.core import GeneralizedTime
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID

from issuers.refusals import Refused, Why
from verify.revocation import HOLD
from verify.statusdata import EXPIRED_CERTS_ON_CRL

MAX_CRL = 16 * 1024 * 1024
"""Bytes: 100,000 entries make 5 MB, and each list is kept for ever. Three times the largest is room enough."""

UNDERSTOOD = frozenset({ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER})
"""Extensions that a complete CRL may carry as critical: any other says that it is a part, or more than is known."""

PARTIAL = frozenset({ExtensionOID.DELTA_CRL_INDICATOR, ExtensionOID.ISSUING_DISTRIBUTION_POINT})
"""Extensions that say so, marked critical as RFC 5280 has it or not."""

COMPROMISED, LIFTED = x509.ReasonFlags.key_compromise.name, x509.ReasonFlags.remove_from_crl.name
UNREADABLE = (ValueError, TypeError, KeyError, UnsupportedAlgorithm, x509.DuplicateExtension, OverflowError)
"""What `cryptography` and asn1crypto raise at bytes that are no CRL."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A certificate that a CRL lists."""

    serial: int
    revoked_at: datetime
    reason: str | None
    invalidity_date: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A CRL that could be read.

    `complete` False: a delta, a part (IssuingDistributionPoint), or something critical that is not understood. Such a
    one can add revocations; it can neither tell that all is well nor lift a hold.
    """

    der: bytes
    parsed: x509.CertificateRevocationList
    this_update: datetime
    next_update: datetime | None
    expired_since: datetime | None
    complete: bool
    revoked: tuple[Entry, ...]
    held: tuple[Entry, ...]

    @property
    def sha256(self) -> str:
        """What it is known by."""
        return sha256(self.der).hexdigest()


def serial(number: int) -> str:
    """A serial number as stored: 160 bits are more than a column of numbers holds."""
    return f"{number:x}"


def read(data: bytes) -> Listing:
    """Read a CRL, DER or PEM. Refused: CRL_TOO_LARGE, CRL_UNREADABLE, CRL_INDIRECT (it lists another CA's)."""
    if len(data) > MAX_CRL:
        raise Refused(Why.CRL_TOO_LARGE, "crl", limit=MAX_CRL)
    try:
        der = _der(data)
        parsed = x509.load_der_x509_crl(der)
        return _listing(der, parsed)
    except UNREADABLE as error:
        raise Refused(Why.CRL_UNREADABLE, "crl") from error


def _der(data: bytes) -> bytes:
    if not pem.detect(data):
        return data
    kind, _, der = pem.unarmor(data)
    if kind != "X509 CRL":
        raise ValueError("something else in PEM")
    return bytes(der)


def _listing(der: bytes, parsed: x509.CertificateRevocationList) -> Listing:
    this_update, next_update = parsed.last_update_utc, parsed.next_update_utc
    if next_update is not None and next_update < this_update:
        raise ValueError("it ends before it begins")
    expired_since, complete = None, True
    for extension in parsed.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint) and value.indirect_crl:
            raise Refused(Why.CRL_INDIRECT, "crl")
        if extension.oid in PARTIAL or (extension.critical and extension.oid not in UNDERSTOOD):
            complete = False
        if extension.oid == EXPIRED_CERTS_ON_CRL:
            expired_since = GeneralizedTime.load(value.public_bytes(), strict=True).native
    found: dict[tuple[int, bool], Entry] = {}
    for entry, understood in _entries(parsed):
        complete = complete and understood
        if entry.reason == LIFTED:
            continue
        named = entry.serial, entry.reason == HOLD
        twice = found.get(named)
        if twice is None or entry.revoked_at < twice.revoked_at:
            found[named] = entry
    return Listing(
        der,
        parsed,
        this_update,
        next_update,
        expired_since,
        complete,
        revoked=tuple(entry for (_, held), entry in found.items() if not held),
        # Who may lift a hold that a part tells of cannot be known: it is left out.
        held=tuple(entry for (_, held), entry in found.items() if held and complete),
    )


def _entries(parsed: x509.CertificateRevocationList) -> Iterator[tuple[Entry, bool]]:
    """Every entry, and whether all that is critical in it is understood."""
    for one in parsed:
        reason, invalidity_date, understood = None, None, True
        for extension in one.extensions:
            value = extension.value
            if isinstance(value, x509.CRLReason):
                reason = value.reason.name
            elif isinstance(value, x509.InvalidityDate):
                invalidity_date = value.invalidity_date_utc
            elif isinstance(value, x509.CertificateIssuer):
                raise Refused(Why.CRL_INDIRECT, "crl")
            elif extension.critical:
                understood = False
        yield Entry(one.serial_number, one.revocation_date_utc, reason, invalidity_date), understood
