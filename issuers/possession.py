"""Is it theirs? Challenges, and proofs that whoever proposes a key holds its private half (HB-1, 6).

A challenge begins with a line of its own, so that a signature over it is neither one over CMS attributes nor one over a
COSE structure. It is answered within minutes, once, by a raw signature or by signing the challenge's one-page PDF.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from sqlalchemy import Connection, Row, delete, insert, select, update

from issuers import approvals, keys, paper
from issuers.admission import Candidate
from issuers.appointments import Office, judge_office
from issuers.approvals import Proposal
from issuers.deeds import ProposalKind
from issuers.officers import Officer
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.scope import standing
from issuers.tables import challenges, key_certificates, stamp
from verify.trust import PERSONS_ROLES, VIETNAM, KeyState, Use

PREFIX = b"vn.hocba key challenge v1\n"

LIFE = timedelta(minutes=15)
"""How long a challenge may be answered (HB-1, 6)."""

KEPT = timedelta(days=1)
"""How long a challenge is remembered, so that a late answer is told that it is late."""

NONCE_BYTES = 32
SECRET_BYTES = 32
"""256 random bits each: nobody guesses the page's address, and no two challenges are alike."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is to be signed; `secret` is told once, to whoever proposed the key."""

    id: str
    content: bytes
    pdf: bytes
    expires_at: datetime
    secret: str = ""


@dataclass(frozen=True, slots=True)
class SignedChallenge:
    """A challenge PDF that came back signed, soundly: the signer's certificate first, and what the signature covers.

    `digests` are the hex SHA-256 of the file up to each possible end of a revision; `gap` is the first byte unsigned.
    """

    certificates: tuple[bytes, ...]
    digests: Mapping[int, str]
    gap: int


def propose(connection: Connection, asked: Mapping[str, Any], officer: Officer, *, at: datetime) -> Challenge:
    """Propose a key, and hand out its challenge.

    With neither certificate nor key the proof must bring the certificate; the challenge then has an id of its own.
    Refused and conflict: as `keys.propose`.
    """
    office = _office(asked)
    candidate = _candidate(asked)
    if candidate is None:
        judge_office(connection, office, Use(asked["use"]), at=at, past=False)
        if not asked["holder"] and office.role in PERSONS_ROLES:
            raise Refused(Why.HOLDER_MISSING, "holder")
        key, name = None, secrets.token_hex(NONCE_BYTES)
    else:
        key = name = keys.propose(connection, candidate, office, holder=asked["holder"], actor=officer.id, at=at)
    return _open(connection, name, key, asked, office, officer, at)


def propose_historical(connection: Connection, asked: Mapping[str, Any], officer: Officer, *, at: datetime) -> Proposal:
    """Propose a key of the past: four eyes, no proof."""
    candidate = _candidate(asked) or Candidate(Use(asked["use"]))
    key = keys.propose(
        connection, candidate, _office(asked), holder=asked["holder"], historical=True, actor=officer.id, at=at
    )
    return approvals.propose(
        connection, ProposalKind.HISTORICAL_KEY, _body(connection, key, asked), actor=officer.id, at=at
    )


def prove_raw(connection: Connection, name: str, signature: bytes, *, at: datetime) -> Proposal:
    """Prove by a signature over the challenge's bytes: RSA PKCS #1 v1.5 or ECDSA, with SHA-256, or Ed25519.

    Refused: PROOF_WRONG, CERTIFICATE_MISSING (nobody has shown the key yet). Conflict: CHALLENGE_EXPIRED, KEY_STATE.
    """
    row = _open_challenge(connection, name, at)
    if row.key is None:
        raise Refused(Why.CERTIFICATE_MISSING, "signature")
    if not _signed(keys.find(connection, row.key).spki, row.bytes, signature):
        raise Refused(Why.PROOF_WRONG, "signature")
    return _prove(connection, row, row.key, None, at)


def prove_pdf(connection: Connection, name: str, signed: SignedChallenge, *, at: datetime) -> Proposal:
    """Prove by the challenge PDF, signed; it brings the certificate.

    What was handed out must stand unchanged at the start of what came back, and the signature must cover it: a page of
    anybody else's, with our text hidden in it, proves nothing. Refused: CHALLENGE_OF_ANOTHER, PROOF_WRONG (by another
    key than the proposed one), and all of `admit`. Conflict: CHALLENGE_EXPIRED, KEY_STATE, KEY_KNOWN.
    """
    row = _open_challenge(connection, name, at)
    digest = signed.digests.get(len(row.pdf), "")
    if not compare_digest(digest, sha256(row.pdf).hexdigest()) or signed.gap < len(row.pdf):
        raise Refused(Why.CHALLENGE_OF_ANOTHER, "file")
    certificate, *chain = signed.certificates
    candidate = Candidate(Use(row.asked["use"]), certificate, chain=tuple(chain))
    key = row.key
    if key is None:
        office, holder = _office(row.asked), row.asked["holder"]
        key = keys.propose(connection, candidate, office, holder=holder, actor=row.officer, at=at)
    try:
        return _prove(connection, row, key, candidate, at)
    except Refused as refusal:
        if refusal.why is Why.CERTIFICATE_OF_ANOTHER_KEY:
            raise Refused(Why.PROOF_WRONG, "file") from None
        raise


def find(connection: Connection, name: str) -> Row[Any]:
    """A challenge by the id of its key or its own, or `NotThere`."""
    return _row(connection, challenges.c.id == name, name)


def find_secret(connection: Connection, secret: str) -> Row[Any]:
    """A challenge by the secret of its page, or `NotThere`."""
    return _row(connection, challenges.c.secret_sha256 == sha256(secret.encode()).hexdigest(), "")


def _row(connection: Connection, which: Any, name: str) -> Row[Any]:  # noqa: ANN401 - SQLAlchemy's condition
    row = connection.execute(select(challenges).where(which)).first()
    if row is None:
        raise NotThere("key", name)
    return row


def _open_challenge(connection: Connection, name: str, at: datetime) -> Row[Any]:
    row = find(connection, name)
    if row.proven_at is not None:  # replayed: a nonce is good once
        raise Conflict(Why.KEY_STATE, key=row.key, state=KeyState.PROVEN.value, step=keys.Step.PROVE.value)
    if row.expires_at <= at:
        raise Conflict(Why.CHALLENGE_EXPIRED)
    return row


def _prove(connection: Connection, row: Row[Any], key: str, candidate: Candidate | None, at: datetime) -> Proposal:
    """The key is proven, and proposed for approval by the officer who proposed it, whoever carried the proof."""
    keys.prove(connection, key, candidate=candidate, actor=row.officer, at=at)
    connection.execute(update(challenges).where(challenges.c.id == row.id).values(proven_at=at, key=key))
    body = _body(connection, key, row.asked)
    return approvals.propose(connection, ProposalKind.KEY, body, actor=row.officer, at=at)


def _open(
    connection: Connection,
    name: str,
    key: str | None,
    asked: Mapping[str, Any],
    office: Office,
    officer: Officer,
    at: datetime,
) -> Challenge:
    secret, expires = secrets.token_urlsafe(SECRET_BYTES), at + LIFE
    content = text(office.issuer, office.role.value, secrets.token_hex(NONCE_BYTES), expires)
    issuer = standing(connection, office.issuer)
    shown = {
        "issuer": issuer.code,
        "name": issuer.name,
        "role": office.role.value,
        "holder": asked["holder"] or issuer.name,
        "text": content.decode(),
        "expires": expires.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y"),
    }
    pdf = paper.one_page("challenge.typ", asked=json.dumps(shown))
    connection.execute(delete(challenges).where((challenges.c.id == name) | (challenges.c.expires_at <= at - KEPT)))
    connection.execute(
        insert(challenges).values(
            id=name,
            secret_sha256=sha256(secret.encode()).hexdigest(),
            key=key,
            asked=dict(asked),
            officer=officer.id,
            bytes=content,
            pdf=pdf,
            expires_at=expires,
        )
    )
    return Challenge(name, content, pdf, expires, secret)


def text(issuer: str, role: str, nonce: str, expires: datetime) -> bytes:
    """The bytes of a challenge."""
    return PREFIX + "\n".join((issuer, role, nonce, stamp(expires))).encode()


def _signed(spki: bytes, content: bytes, signature: bytes) -> bool:
    key = load_der_public_key(spki)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, content)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


def _office(asked: Mapping[str, Any]) -> Office:
    return msgspec.convert({name: asked[name] for name in Office.__dataclass_fields__}, Office)


def _candidate(asked: Mapping[str, Any]) -> Candidate | None:
    certificate, public_key = asked["certificate"], asked["public_key"]
    if certificate is None and public_key is None:
        return None
    return Candidate(
        Use(asked["use"]),
        None if certificate is None else certificate.encode(),
        None if public_key is None else public_key.encode(),
    )


def _body(connection: Connection, key: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the approver is asked: the key, its office, and the certificates it has by now."""
    brought = select(key_certificates.c.sha256).where(key_certificates.c.key == key)
    office = {name: asked[name] for name in Office.__dataclass_fields__}
    holder = keys.find(connection, key).holder
    certificates = sorted(connection.scalars(brought))
    return {"key": key, "use": asked["use"], "holder": holder, "certificates": certificates, **office}
