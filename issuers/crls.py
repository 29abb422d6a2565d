"""CRLs of the anchors' authorities: what they list is revoked for good (HB-1, 3).

Nothing is fetched: an officer brings the list. Its bytes stay in the ledger as evidence, and the rows are derived from
them. A part of a list (IssuingDistributionPoint), a delta, or a list with something critical that is not understood is
taken for the revocations that it adds, and vouches for nothing; an indirect one is refused, for it lists certificates
of others than its signer.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, func, select

from issuers import certificates, ledger, listing
from issuers.event import Act
from issuers.listing import COMPROMISED, Listing, serial
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.registry import ministry
from issuers.revocations import Reason
from issuers.tables import crls, intermediates, key_certificates, trust_anchors
from verify.statusdata import STRONG, spki_sha256

CHUNK = 1_000
"""Serial numbers asked for in one query, as in `register.py`."""

MAX_DEPTH = 5
"""CA certificates between an anchor and whoever signs a list under it: as deep as paths are followed."""


def import_crl(connection: Connection, anchor: str, crl: bytes, *, actor: str, at: datetime) -> str:
    """Import a CRL, DER or PEM, signed by an anchor or by an intermediate that is known under it; its SHA-256.

    Older lists are welcome, and only add; the latest decides who is on hold. A registered certificate that it lists for
    keyCompromise is revoked by name too, and takes its key along. Refused: what `listing.read` refuses,
    CRL_SIGNER_UNKNOWN, SIGNATURE_WEAK, CRL_OF_THE_FUTURE. Conflict: ANCHOR_DISTRUSTED, ALREADY_SO (it is held).
    """
    row = connection.execute(select(trust_anchors).where(trust_anchors.c.id == anchor)).first()
    if row is None:
        raise NotThere("anchor", anchor)
    if row.distrusted_at is not None:
        raise Conflict(Why.ANCHOR_DISTRUSTED, "anchor", anchor=anchor)
    found = listing.read(crl)
    if found.this_update > at:
        raise Refused(Why.CRL_OF_THE_FUTURE, "crl")
    signer = _signer(found.parsed, row.der, connection.scalars(select(intermediates.c.der)))
    if connection.execute(select(crls.c.sha256).where(crls.c.sha256 == found.sha256)).first():
        raise Conflict(Why.ALREADY_SO, "crl")
    authority = spki_sha256(signer.public_bytes(Encoding.DER))
    newest = connection.scalar(
        select(func.max(crls.c.this_update)).where(crls.c.authority == authority, crls.c.complete)
    )
    body = {
        "anchor": anchor,
        "authority": authority,
        "sha256": found.sha256,
        "der": b64encode(found.der).decode(),
        "latest": found.complete and (newest is None or found.this_update >= newest),
    }
    ledger.append(connection, Act.CRL_IMPORTED, body, actor=actor, issuer=ministry(connection), at=at)
    _compromised(connection, found, signer, actor=actor, at=at)
    return found.sha256


def _signer(crl: x509.CertificateRevocationList, anchor: bytes, known: Iterable[bytes]) -> x509.Certificate:
    """The CA whose signature the list bears: the anchor itself, or an intermediate under it."""
    root = x509.load_der_x509_certificate(anchor)
    others = [x509.load_der_x509_certificate(der) for der in known]
    for ca in (root, *others):
        if ca.subject != crl.issuer or not _may_sign(ca) or not _signed(crl, ca):
            continue
        if ca == root or _under(ca, root, others, MAX_DEPTH):
            if not _strong(crl):
                raise Refused(Why.SIGNATURE_WEAK, "crl")
            return ca
    raise Refused(Why.CRL_SIGNER_UNKNOWN, "crl")


def _signed(crl: x509.CertificateRevocationList, ca: x509.Certificate) -> bool:
    try:
        return crl.is_signature_valid(ca.public_key())  # type: ignore[arg-type] # a key of another kind is a TypeError
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        return False


def _strong(crl: x509.CertificateRevocationList) -> bool:
    function: hashes.HashAlgorithm | None = crl.signature_hash_algorithm
    return function is None or isinstance(function, STRONG)  # None: Ed25519 brings its own


def _may_sign(ca: x509.Certificate) -> bool:
    try:
        return ca.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _under(ca: x509.Certificate, root: x509.Certificate, others: list[x509.Certificate], depth: int) -> bool:
    """Whether signatures lead from a CA to the root, whatever the day: older lists are welcome."""
    if _issued(root, ca):
        return True
    above = [one for one in others if one != ca and _issued(one, ca)] if depth else []
    return any(_under(one, root, others, depth - 1) for one in above)


def _issued(parent: x509.Certificate, child: x509.Certificate) -> bool:
    try:
        child.verify_directly_issued_by(parent)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True


def _compromised(connection: Connection, found: Listing, ca: x509.Certificate, *, actor: str, at: datetime) -> None:
    """Revoke the registered certificates that the list gives up for compromise, and with them their keys (HB-1, 6).

    The CA's own dates stand in the list; an earlier `invalid_since` of the key is an officer's to propose.
    """
    listed = [serial(one.serial) for one in found.revoked if one.reason == COMPROMISED]
    for start in range(0, len(listed), CHUNK):
        chunk = key_certificates.c.serial.in_(listed[start : start + CHUNK])
        for row in connection.execute(select(key_certificates).where(chunk).order_by(key_certificates.c.sha256)).all():
            if _issued(ca, x509.load_der_x509_certificate(row.der)) and row.reason != Reason.KEY_COMPROMISE:
                certificates.revoke(connection, row.sha256, Reason.KEY_COMPROMISE, actor=actor, at=at)
