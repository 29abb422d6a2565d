"""One signature, with everything that may be asked about it.

`Opened` is a signature whose CMS was parsed; a `Case` adds what the caller believes and what was concluded on the way
(the proof of existence, the paths): the one argument of every check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verify.cms import SignedData, Token, parse, parse_token
from verify.der import Malformed
from verify.envelope import Sealed
from verify.evidence import Signature
from verify.path import Path
from verify.policy import BARE, Policy
from verify.revocation import StatusData
from verify.subject import Subject
from verify.trust import Key, Role, TrustSnapshot


@dataclass(frozen=True, slots=True)
class Proof:
    """T_poe: the earliest trusted proof that a signature existed, and whose it is (`timestamp`, `register`, `none`).

    `stale`: the time-stamp authority's own certificate lacks fresh status data. `after`: a content time-stamp, made
    before signing: the signature is not older than that.
    """

    time: datetime | None = None
    kind: str = "none"
    stale: bool = False
    after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A signature or document time-stamp with its CMS parsed; `flaw` says why it is malformed, "" if it is not."""

    signature: Signature
    signed: SignedData | None = None
    token: Token | None = None
    flaw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What authority is asked about: a registered key, its certificates, and a claim to speak for a subject.

    `key` is None if the registry lacks it or never trusted it. `paths` are those of the signer's certificate (of a QR
    key: of each that is registered), None where there is none; `certificates` all that are asked of the time table.
    """

    key: Key | None
    subject: Subject | None
    role: Role | None
    proof: Proof
    paths: tuple[Path | None, ...]
    certificates: tuple[bytes, ...]
    status: StatusData
    trust: TrustSnapshot
    policy: Policy
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCase(Case):
    """A signature in a PDF."""

    opened: Opened

    @property
    def signature(self) -> Signature:
        """The signature as it stands in the file."""
        return self.opened.signature

    @property
    def signed(self) -> SignedData | None:
        """Its CMS, None if malformed."""
        return self.opened.signed


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCase(Case):
    """A QR code."""

    sealed: Sealed


def open_signature(signature: Signature, *, bare: bool = False) -> Opened:
    """Parse the CMS of a signature; a malformed one is kept, with its flaw.

    `bare`: one without signed attributes is taken as well; else that is a flaw (HB-1-legacy, 2).
    """
    if signature.fault:
        return Opened(signature, flaw=signature.fault)
    try:
        if signature.timestamp:
            token = parse_token(signature.cms)
            return Opened(signature, signed=token.signed, token=token)
        signed = parse(signature.cms)
    except Malformed as flaw:
        return Opened(signature, flaw=str(flaw))
    if signed.content is not None:
        # A detached signature that also carries content signs two things at once.
        return Opened(signature, flaw="encapsulated content")
    if signed.bare and not bare:
        return Opened(signature, flaw=BARE)
    return Opened(signature, signed=signed)


def known_key(key_id: str | None, trust: TrustSnapshot) -> Key | None:
    """The registered and once trusted key of this identity, or None."""
    key = trust.keys.get(key_id) if key_id else None
    return key if key is not None and key.admitted else None
