"""The signed envelope of a QR code: one profile of COSE_Sign1, read byte for byte (docs/qr.md, 4; RFC 9052).

There is nothing to choose in it but the algorithm, the key and the payload, so it is matched, not parsed: two readers
cannot differ about what was signed. Whose key it is, and what it may speak for, is not asked here.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from verify.qr import Refused

KID_BYTES = 8
"""The first bytes of a key's identity; a registry admits no two keys of one kid."""

HEAD = re.compile(
    rb"\x84(\x4d\xa2\x01([\x26\x27])\x04\x48(.{8}))\xa0"  # array of 4; protected {1: alg, 4: kid}; nothing unprotected
    rb"(?:([\x41-\x57])|\x58([\x18-\xff])|\x59((?!\x00)..))",  # the payload's length, the shortest way, not zero
    re.DOTALL,
)
TAIL = b"\x58\x40"
"""A byte string of 64: the signature, and the end."""
SIGNATURE = 64
CONTEXT = b"\x84\x6aSignature1"
LOADED_KEYS = 256
"""Public keys kept loaded, about a kilobyte each: the codes of one pile come from a few schools."""
SHORT = 0x40
"""The initial byte of a byte string of up to 23 bytes, its length added."""


class Algorithm(IntEnum):
    """COSE algorithm identifiers of the profile; ES256 is with P-256 alone."""

    ES256 = -7
    EDDSA = -8


ALGORITHMS = {b"\x26": Algorithm.ES256, b"\x27": Algorithm.EDDSA}


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope as read: nothing of it is believed before `signed_by`.

    `kid` is 16 hex digits, the beginning of a key's identity; `payload` the claims; `signed` the bytes that the
    signature covers.
    """

    kid: str
    algorithm: Algorithm
    payload: bytes
    signed: bytes
    signature: bytes

    @property
    def qr_sha256(self) -> str:
        """What the register knows a QR code by: the SHA-256 of its claims (docs/qr.md, 6)."""
        return hashlib.sha256(self.payload).hexdigest()

    def signed_by(self, spki: bytes) -> bool:
        """Whether the signature is this key's (DER SubjectPublicKeyInfo) and the key fits the algorithm.

        Arithmetic only: neither the kid nor the registry is asked. A key that we cannot compute with has not signed.
        """
        try:
            key = _public_key(spki)
            if isinstance(key, ed25519.Ed25519PublicKey) and self.algorithm is Algorithm.EDDSA:
                key.verify(self.signature, self.signed)
                return True
            if isinstance(key, ec.EllipticCurvePublicKey) and self.algorithm is Algorithm.ES256:
                return self._signed_by_p256(key)
        except (InvalidSignature, ValueError, UnsupportedAlgorithm):
            return False
        return False

    def _signed_by_p256(self, key: ec.EllipticCurvePublicKey) -> bool:
        """ECDSA with r and s side by side, s high or low."""
        if not isinstance(key.curve, ec.SECP256R1) or len(self.signature) != SIGNATURE:
            return False
        r, s = (int.from_bytes(half) for half in (self.signature[:32], self.signature[32:]))
        key.verify(encode_dss_signature(r, s), self.signed, ec.ECDSA(hashes.SHA256()))
        return True


@lru_cache(maxsize=LOADED_KEYS)
def _public_key(spki: bytes) -> object:
    return load_der_public_key(spki)


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure (RFC 9052, 4.4); both are byte strings with their heads, no external data."""
    return CONTEXT + protected + b"\x40" + payload


def open_envelope(data: bytes) -> Sealed:
    """Read an envelope that fills `data`. Raises Refused, item 4."""
    head = HEAD.match(data)
    if head is None:
        raise Refused(4, "envelope")
    protected, algorithm, kid, short, *longer = head.groups()
    length = short[0] - SHORT if short else int.from_bytes(longer[0] or longer[1])
    end = head.end() + length
    if len(data) != end + len(TAIL) + SIGNATURE or data[end : end + len(TAIL)] != TAIL:
        raise Refused(4, "payload")
    begin = head.end() - 1 - (0 if short else len(longer[0] or longer[1]))
    return Sealed(
        kid=kid.hex(),
        algorithm=ALGORITHMS[algorithm],
        payload=data[head.end() : end],
        signed=to_be_signed(protected, data[begin:end]),
        signature=data[-SIGNATURE:],
    )
