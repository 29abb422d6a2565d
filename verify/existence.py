"""Since when did this signature exist? T_poe of HB-1, section 3; EN 319 102-1, 5.4 and 5.6.2.3.

An upper bound, from trusted witnesses only: RFC 3161 tokens of the registry's time-stamp authorities, and ledger
entries that registered the digest of a revision. A token of a key that was revoked or is suspended needs another
witness that it existed before. An untrusted token is no proof and no fault. The signer's claimed time is never asked.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from verify.algorithms import STRONG_HASHES, verify_signature, weakness
from verify.case import Opened, Proof
from verify.cms import Token, parse_token
from verify.der import Malformed
from verify.evidence import Evidence
from verify.integrity import broken, names_its_certificate, token_whole
from verify.path import Paths, validity_of
from verify.revocation import StatusData
from verify.trust import REGISTRY, Key, Kind, Role, TrustSnapshot, Use
from verify.validity import earliest

MAX_TOKENS = 8
"""Tokens asked per signature: a real one carries one or two; each costs a path and two signatures."""


@dataclass(frozen=True, slots=True)
class Believer:
    """Who is asked whether a time-stamp authority is to be believed: the registry, its paths, status data, and now."""

    trust: TrustSnapshot
    paths: Paths
    status: StatusData
    at: datetime


@dataclass(frozen=True, slots=True)
class _Witness:
    """Something said: "what is covered existed at `time`", and until when (`doubted` = C) the speaker was beyond doubt.

    What ends at or before `reach` is covered: for a ledger entry the end of the registered revision, for a token over a
    signature the gap of its byte ranges. `index` is that signature (None: a ledger entry), `end` where it ends.
    """

    time: datetime
    kind: str
    reach: int
    index: int | None = None
    end: int = 0
    doubted: datetime | None = None
    stale: bool = False


def prove(
    opened: Sequence[Opened],
    evidence: Evidence,
    family: frozenset[str],
    believer: Believer,
) -> list[Proof]:
    """The proof of existence of each signature, in their order.

    `family` are the issuers whose register entries are read: the record's, its predecessors and successors (HB-1, 9).
    """
    said = [*_registered(evidence, family, believer.trust)]
    for index, one in enumerate(opened):
        if broken(one) is None:
            said.extend(_stamped(index, one, believer))
    believed = _believed(said)
    return [_earliest(index, one, believed, believer) for index, one in enumerate(opened)]


def _registered(evidence: Evidence, family: frozenset[str], trust: TrustSnapshot) -> Iterable[_Witness]:
    ends = {digest: end for end, digest in evidence.digests.items()}
    for version in trust.versions:
        if version.issuer in family:
            for witness in version.pdfs:
                if witness.sha256 in ends:
                    yield _Witness(witness.at, "register", ends[witness.sha256])


def _stamped(index: int, one: Opened, believer: Believer) -> Iterable[_Witness]:
    """Tokens over a sound signature, or the document time-stamp itself."""
    if one.token is not None:
        candidates: Iterable[tuple[Token, bool]] = [(one.token, True)]
    else:
        candidates = _over_value(one)
    place = one.signature
    for token, imprinted in candidates:
        authority = _authority(token, believer) if imprinted else None
        if authority is not None:
            doubted, stale = authority
            yield _Witness(token.time, "timestamp", place.gap, index, place.end, doubted, stale)


def _over_value(one: Opened) -> Iterable[tuple[Token, bool]]:
    """The tokens in the unsigned attributes, and whether each is sound and over this signature's value."""
    if one.signed is None:
        return
    for token in _tokens(one, one.signed.timestamps):
        value = hashlib.new(token.imprint_name, one.signed.signature).digest()
        yield token, hmac.compare_digest(value, token.imprint)


def _over_content(one: Opened) -> Iterable[Token]:
    """The content time-stamps that are sound and over the signed bytes: made before signing (EN 319 122-1, 5.2.8)."""
    if one.signed is None or one.signature.timestamp:
        return
    for token in _tokens(one, one.signed.content_timestamps):
        content = one.signature.digests.get(token.imprint_name, b"")
        if hmac.compare_digest(content, token.imprint):
            yield token


def _tokens(one: Opened, ders: Sequence[bytes]) -> Iterable[Token]:
    """Tokens with a strong imprint that are whole, and by the key they name."""
    for der in ders[:MAX_TOKENS]:
        try:
            token = parse_token(der)
        except Malformed:
            continue
        alone = Opened(one.signature, signed=token.signed, token=token)
        sound = token_whole(alone) and names_its_certificate(alone) and verify_signature(token.signed)
        if sound and token.imprint_name in STRONG_HASHES:
            yield token


def _authority(token: Token, believer: Believer) -> tuple[datetime | None, bool] | None:
    """(since when in doubt, whether its status data is stale) of a time-stamp authority of the registry, else None.

    Only the ministry's count, in the interval of key, certificate and appointment; never a token from the future.
    """
    trust, time = believer.trust, token.time
    key = trust.keys.get(token.signed.key_id)
    if key is None or not key.admitted or key.use is not Use.TIMESTAMP or time > believer.at:
        return None
    if weakness(token.signed) or token.imprint_name not in STRONG_HASHES:
        return None
    path = believer.paths.find(token.signed.certificates, Use.TIMESTAMP)
    if path is None or not all(begin <= time < end for begin, end in map(validity_of, path.certificates)):
        return None
    if (key.retired_at is not None and key.retired_at <= time) or not _appointed(key, time, trust):
        return None
    doubts = [key.revoked_at, key.invalid_since, key.proposed_invalid_since, key.suspended_since]
    for certificate in key.certificates:
        if certificate.der == token.signed.certificates[0]:
            doubts += [certificate.revoked_at, certificate.invalidity_date, certificate.invalid_since]
            doubts += [certificate.proposed_invalid_since, certificate.held_since]
    statuses = [believer.status.of(path, index, time, believer.at) for index in range(len(path.certificates))]
    for status in statuses:
        doubts += [status.revoked, status.held]
    strict = path.anchor.revocation != REGISTRY and not key.historical
    stale = strict and not all(status.fresh for status in statuses)
    return earliest(*doubts), stale


def _appointed(key: Key, time: datetime, trust: TrustSnapshot) -> bool:
    return any(
        one.key == key.id
        and one.role is Role.TIME_STAMP_AUTHORITY
        and _is_ministry(one.issuer, trust)
        and one.valid_from <= time
        and (one.valid_until is None or time < one.valid_until)
        for one in trust.appointments
    )


def _is_ministry(code: str, trust: TrustSnapshot) -> bool:
    issuer = trust.issuers.get(code)
    return issuer is not None and issuer.kind is Kind.MINISTRY


def _believed(said: list[_Witness]) -> list[_Witness]:
    """Those beyond doubt, then those that a believed *other* witness places before the doubt began, until no more."""
    believed = [one for one in said if one.doubted is None]
    while vouched := [one for one in said if one not in believed and any(_vouches(other, one) for other in believed)]:
        believed += vouched
    return believed


def _vouches(other: _Witness, one: _Witness) -> bool:
    """Whether `other` covers the bytes in which the token of `one` stands, at a time before the doubt about it."""
    return one.doubted is not None and other.time < one.doubted and one.end <= other.reach


def _earliest(index: int, one: Opened, believed: list[_Witness], believer: Believer) -> Proof:
    mine = [witness for witness in believed if witness.index == index or one.signature.end <= witness.reach]
    first = min(mine, key=lambda witness: (witness.time, witness.stale), default=None)
    known = first.time if first else None
    after = max((token.time for token in _over_content(one) if _undoubted(token, known, believer)), default=None)
    return Proof(first.time, first.kind, first.stale, after) if first else Proof(after=after)


def _undoubted(token: Token, known: datetime | None, believer: Believer) -> bool:
    """Whether a content time-stamp counts; it existed when its signature did, which is known since an instant."""
    authority = _authority(token, believer)
    if authority is None:
        return False
    doubted, _ = authority
    return doubted is None or (known is not None and known < doubted)
