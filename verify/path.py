"""Does a certificate lead to an anchor of the registry? RFC 5280, section 6.

Candidate paths are found by names and bounded in number here; each is validated by pyhanko-certvalidator, with fetching
off. Time is not asked here but of every certificate of the path by the table of HB-1 section 3 (`validity.py`): the
library is given an instant at which the whole path was in force. Revocation is asked in `revocation.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from asn1crypto import x509
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import PathError, RevokedError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.validate import async_validate_path

from verify.algorithms import key_weakness
from verify.statusdata import MAX_CERTIFICATES, UNREADABLE, serial_of
from verify.trust import Anchor, Use

logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)  # it logs names out of certificates

MAX_DEPTH = 5
"""CA certificates between a signer and an anchor: the field has two; more invites cycles of cross-certificates."""
MAX_ANSWERS = 1024
"""Paths kept in a worker: a school's signers are asked about again and again in a season. About 10 KB each."""
MAX_CANDIDATES = 16
"""Candidate paths tried for one certificate: cross-certified cycles make thousands (hazards 5)."""

SIGNERS_USAGES = frozenset({"digital_signature", "non_repudiation"})
KNOWN_EXTENSIONS = frozenset(
    {
        "authority_information_access",
        "authority_key_identifier",
        "basic_constraints",
        "certificate_policies",
        "crl_distribution_points",
        "extended_key_usage",
        "key_identifier",
        "key_usage",
        "qc_statements",
        "subject_alt_name",
    }
)
"""A critical extension of the signer's certificate outside these is not understood, hence no path (RFC 5280, 4.2)."""

ILLEGIBLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises of malformed certificates and lists (hazards 6)."""

LAST_INSTANT = timedelta(seconds=1)
WEAK_HASHES = frozenset({"md2", "md5", "sha1", "sha224"})


@dataclass(frozen=True, slots=True)
class Path:
    """A validated path: the signer's certificate first, DER; the anchor last and apart.

    `helpers` are the other certificates at hand: CRLs may be signed by one of them.
    """

    certificates: tuple[bytes, ...]
    anchor: Anchor
    helpers: tuple[bytes, ...] = ()


class Paths:
    """Path building for one snapshot: its anchors and its intermediates."""

    def __init__(self, anchors: Iterable[Anchor], intermediates: Iterable[bytes]) -> None:
        # a distrusted anchor anchors nothing (HB-1, 2)
        self._anchors = tuple(anchor for anchor in anchors if anchor.distrusted_at is None)
        self._intermediates = tuple(intermediates)

    def find(self, certificates: tuple[bytes, ...], use: Use) -> Path | None:
        """A path for the first certificate (DER) to an anchor of this use, or None.

        The other certificates, and those seen at admission, are helpers and trusted for nothing.
        """
        return _search(certificates, use, self._anchors, self._intermediates)


@lru_cache(MAX_ANSWERS)
def _search(
    certificates: tuple[bytes, ...], use: Use, trusted: tuple[Anchor, ...], intermediates: tuple[bytes, ...]
) -> Path | None:
    """The path, kept under all that it follows from: neither a clock nor the registry's state has a part in it."""
    try:
        signers = [_load(der) for der in legible(certificates[:1])]
        if not signers or not _usable(signer := signers[0], use):
            return None
        helpers = [_load(der) for der in legible((*certificates[1:], *intermediates))]
        anchors = [(anchor, _load(anchor.der)) for anchor in trusted if anchor.use is use]
        for tried, (anchor, root, chain) in enumerate(_candidates(signer, helpers, anchors)):
            if tried >= MAX_CANDIDATES:
                return None
            if _validates(root, chain):
                return Path(tuple(one.dump() for one in chain), anchor, tuple(one.dump() for one in helpers))
    except ILLEGIBLE:  # a certificate that cannot be read leads nowhere
        return None
    return None


@lru_cache(MAX_CERTIFICATES)
def validity_of(der: bytes) -> tuple[datetime, datetime]:
    """NotBefore and notAfter of a certificate."""
    cert = _load(der)
    return cert.not_valid_before, cert.not_valid_after


def _load(der: bytes) -> x509.Certificate:
    return x509.Certificate.load(der, strict=True)


def legible(ders: Iterable[bytes]) -> Iterator[bytes]:
    """The certificates that can be read, each once: whoever adds another to a file must not take its path away.

    By both libraries: the other one, which reads their status data, takes nothing but DER.
    """
    for der in dict.fromkeys(ders):
        try:
            cert = _load(der)
            _ = cert.subject.hashable, cert.issuer.hashable, cert.key_identifier, cert.authority_key_identifier
            _ = cert.not_valid_before < cert.not_valid_after, serial_of(der)
        except (*ILLEGIBLE, *UNREADABLE):
            continue
        yield der


def _usable(cert: x509.Certificate, use: Use) -> bool:
    """DigitalSignature or nonRepudiation; for a time-stamp authority the sole, critical purpose of RFC 3161, 2.3."""
    extensions = cert["tbs_certificate"]["extensions"]
    critical = {one["extn_id"].native for one in extensions if one["critical"].native}
    if critical - KNOWN_EXTENSIONS:
        return False
    usage = cert.key_usage_value
    if usage is not None and not (SIGNERS_USAGES & usage.native):
        return False
    if use is Use.TIMESTAMP:
        purposes = cert.extended_key_usage_value
        return purposes is not None and purposes.native == ["time_stamping"] and "extended_key_usage" in critical
    return True


def _candidates(
    signer: x509.Certificate,
    helpers: list[x509.Certificate],
    anchors: list[tuple[Anchor, x509.Certificate]],
) -> Iterator[tuple[Anchor, x509.Certificate, list[x509.Certificate]]]:
    """Chains by name and key identifier, the shortest first, without repeating a certificate or passing MAX_DEPTH."""
    queue = [[signer]]
    while queue:
        chain = queue.pop(0)
        last = chain[-1]
        for anchor, root in anchors:
            if _issued(root, last):
                yield anchor, root, chain
        if len(chain) > MAX_DEPTH:
            continue
        queue.extend([*chain, helper] for helper in helpers if helper not in chain and _issued(helper, last))
        if len(queue) > MAX_CANDIDATES * MAX_DEPTH:
            return


def _issued(parent: x509.Certificate, child: x509.Certificate) -> bool:
    names = parent.subject, child.issuer
    if names[0].dump() != names[1].dump() and names[0].hashable != names[1].hashable:  # RFC 5280, 7.1
        return False
    wanted, own = child.authority_key_identifier, parent.key_identifier
    return wanted is None or own is None or wanted == own


@dataclass(frozen=True, slots=True)
class Listed:
    """A revocation that the library found, of the signer's certificate (`own`) or of one above it."""

    own: bool
    at: datetime
    reason: str | None


def vouched(path: Path, at: datetime, crls: Iterable[bytes], ocsps: Iterable[bytes]) -> Listed | bool:
    """Whether the status data of a file vouches for a whole path at `at`, by the library's reading of it.

    For CRLs in parts, deltas, and CRLs by another key of the CA (RFC 5280, 6.3), which `statusdata.py` leaves alone:
    True, False (not known), or the first revocation that it found, from the anchor down.
    """
    try:
        chain = [_load(der) for der in path.certificates]
        root = _load(path.anchor.der)
        context = ValidationContext(
            trust_roots=[root],
            other_certs=[_load(der) for der in path.helpers],
            moment=at,
            allow_fetching=False,
            revocation_mode="require",  # not "hard-fail", which lets a certificate without distribution point pass
            crls=list(crls),
            ocsps=list(ocsps),
            weak_hash_algos=WEAK_HASHES,
        )
        asyncio.run(async_validate_path(context, ValidationPath(CertTrustAnchor(root), chain[:0:-1], chain[0])))
    except RevokedError as revoked:
        if revoked.is_side_validation:  # of whoever signed a list
            return False
        return Listed(revoked.is_ee_cert, revoked.revocation_dt, revoked.reason.native)
    except (PathError, ValidationError, *ILLEGIBLE):
        # Lists that are none, or by a key that nobody has: the library raises what it likes, and knows nothing.
        return False
    return True


def _validates(root: x509.Certificate, chain: list[x509.Certificate]) -> bool:
    """RFC 5280, 6.1 over the chain, at an instant when all of it was in force; a chain that cannot be read is none."""
    try:
        return _in_force(root, chain)
    except (PathError, ValidationError, *ILLEGIBLE):
        return False


def _in_force(root: x509.Certificate, chain: list[x509.Certificate]) -> bool:
    begin = max(one.not_valid_before for one in chain)
    end = min(one.not_valid_after for one in chain)
    if begin > end or any(key_weakness(one.public_key.dump()) for one in (*chain[1:], root)):
        return False
    moment = max(begin, end - LAST_INSTANT)
    context = ValidationContext(
        trust_roots=[root],  # always given: without, the library would take the system's
        other_certs=[],
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",  # nothing is supplied, nothing fetched: asked in revocation.py instead
        weak_hash_algos=WEAK_HASHES,
    )
    path = ValidationPath(CertTrustAnchor(root), chain[:0:-1], chain[0])
    asyncio.run(async_validate_path(context, path))
    return True
