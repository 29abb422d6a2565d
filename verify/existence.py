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

from verify.case import Opened, Proof
from verify.cms import STRONG_HASHES, Malformed, Token, parse_token, verify_signature, weakness
from verify.evidence import Evidence
from verify.integrity import broken, names_its_certificate, token_whole
from verify.path import Paths, validity_of
from verify.trust import Kind, Role, TrustSnapshot, Use
from verify.validity import earliest

MAX_TOKENS = 8
"""Tokens asked per signature: a real one carries one or two; each costs a path and two signatures."""


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


def prove(
    opened: Sequence[Opened],
    evidence: Evidence,
    family: frozenset[str],
    trust: TrustSnapshot,
    paths: Paths,
    at: datetime,
) -> list[Proof]:
    """The proof of existence of each signature, in their order.

    `family` are the issuers whose register entries are read: the record's, its predecessors and successors (HB-1, 9).
    """
    said = [*_registered(evidence, family, trust)]
    for index, one in enumerate(opened):
        if broken(one) is None:
            said.extend(_stamped(index, one, trust, paths, at))
    believed = _believed(said)
    return [_earliest(index, one, believed) for index, one in enumerate(opened)]


def _registered(evidence: Evidence, family: frozenset[str], trust: TrustSnapshot) -> Iterable[_Witness]:
    ends = {digest: end for end, digest in evidence.digests.items()}
    for version in trust.versions:
        if version.issuer in family:
            for witness in version.pdfs:
                if witness.sha256 in ends:
                    yield _Witness(witness.at, "register", ends[witness.sha256])


def _stamped(index: int, one: Opened, trust: TrustSnapshot, paths: Paths, at: datetime) -> Iterable[_Witness]:
    """Tokens over a sound signature, or the document time-stamp itself."""
    if one.token is not None:
        candidates: Iterable[tuple[Token, bool]] = [(one.token, True)]
    else:
        candidates = _tokens(one)
    for token, imprinted in candidates:
        if imprinted and token.time <= at:
            accepted, doubted = _authority(token, trust, paths)
            if accepted:
                place = one.signature
                yield _Witness(token.time, "timestamp", place.gap, index, place.end, doubted)


def _tokens(one: Opened) -> Iterable[tuple[Token, bool]]:
    """The tokens in the unsigned attributes, and whether each is over this signature's value and sound."""
    if one.signed is None:
        return
    for der in one.signed.timestamps[:MAX_TOKENS]:
        try:
            token = parse_token(der)
        except Malformed:
            continue
        if token.imprint_name not in STRONG_HASHES:
            continue
        value = hashlib.new(token.imprint_name, one.signed.signature).digest()
        alone = Opened(one.signature, signed=token.signed, token=token)
        sound = token_whole(alone) and names_its_certificate(alone) and verify_signature(token.signed)
        yield token, sound and hmac.compare_digest(value, token.imprint)


def _authority(token: Token, trust: TrustSnapshot, paths: Paths) -> tuple[bool, datetime | None]:
    """Whether the ministry's registry knows this time-stamp authority at genTime, and since when it is in doubt."""
    key = trust.keys.get(token.signed.key_id)
    if key is None or not key.admitted or key.use is not Use.TIMESTAMP:
        return False, None
    if weakness(token.signed) or token.imprint_name not in STRONG_HASHES:
        return False, None
    path = paths.find(token.signed.certificates, Use.TIMESTAMP)
    if path is None or path.anchor.revocation != "registry":
        return False, None
    if not all(begin <= token.time < end for begin, end in map(validity_of, path.certificates)):
        return False, None
    if key.retired_at is not None and key.retired_at <= token.time:
        return False, None
    appointed = any(
        one.key == key.id
        and one.role is Role.TIME_STAMP_AUTHORITY
        and _is_ministry(one.issuer, trust)
        and one.valid_from <= token.time
        and (one.valid_until is None or token.time < one.valid_until)
        for one in trust.appointments
    )
    own = [one for one in key.certificates if one.der == token.signed.certificates[0]]
    doubts = [key.revoked_at, key.invalid_since, key.proposed_invalid_since, key.suspended_since]
    for certificate in own:
        doubts += [certificate.revoked_at, certificate.invalidity_date, certificate.invalid_since]
        doubts.append(certificate.held_since)
    return appointed, earliest(*doubts)


def _is_ministry(code: str, trust: TrustSnapshot) -> bool:
    issuer = trust.issuers.get(code)
    return issuer is not None and issuer.kind is Kind.MINISTRY


def _believed(said: list[_Witness]) -> list[_Witness]:
    """Those beyond doubt, then those that a believed *other* witness places before the doubt began, until no more."""
    believed = [one for one in said if one.doubted is None]
    doubtful = [one for one in said if one.doubted is not None]
    while True:
        vouched = [one for one in doubtful if any(_vouches(other, one) for other in believed)]
        if not vouched:
            return believed
        believed += vouched
        doubtful = [one for one in doubtful if one not in vouched]


def _vouches(other: _Witness, one: _Witness) -> bool:
    """Whether `other` covers the bytes in which the token of `one` stands, at a time before the doubt about it."""
    return one.doubted is not None and other.time < one.doubted and one.end <= other.reach


def _earliest(index: int, one: Opened, believed: list[_Witness]) -> Proof:
    mine = [witness for witness in believed if witness.index == index or one.signature.end <= witness.reach]
    if not mine:
        return Proof()
    first = min(mine, key=lambda witness: witness.time)
    return Proof(first.time, first.kind)
