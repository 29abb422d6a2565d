"""The algorithms of HB-1, section 6: which are strong enough, and the arithmetic of a signature.

Nothing here asks whose key it is. Computed by `cryptography`, whatever the strength, so that a broken signature is not
called merely weak.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key

from verify.cms import KEPT, SignedData

STRONG_HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
"""Hash functions of HB-1 section 6 (SHA-256 and up)."""
WEAK_HASHES = {"md5": hashes.MD5, "sha1": hashes.SHA1, "sha224": hashes.SHA224}
"""Verified all the same, so that a broken signature is not called merely weak."""
HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {**STRONG_HASHES, **WEAK_HASHES}

PREHASHED = frozenset({"ecdsa", "rsassa_pkcs1v15", "rsassa_pss"})
"""Schemes that sign a digest."""

MIN_RSA_BITS = 2048
STRONG_CURVES = frozenset({"secp256r1", "secp384r1"})


def weakness(signed: SignedData) -> str:
    """The first of its weaknesses, "" if it has none."""
    return next(iter(weaknesses(signed)), "")


def weaknesses(signed: SignedData) -> tuple[str, ...]:
    """Why the algorithms or the key fall short of HB-1 section 6, a word for each; nothing if they do not."""
    used = [signed.digest_name, *([signed.scheme_hash] if signed.scheme != "ed25519" else [])]
    words = [*(one for one in used if one not in STRONG_HASHES), key_weakness(signed.spki)]
    return tuple(dict.fromkeys(filter(None, words)))


def key_weakness(spki: bytes) -> str:
    """Why a public key is too weak or of a kind that is not admitted; "" if it is neither."""
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        return "unsupported key"
    if isinstance(key, rsa.RSAPublicKey):
        return "" if key.key_size >= MIN_RSA_BITS else f"rsa {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "" if key.curve.name in STRONG_CURVES else key.curve.name
    return "" if isinstance(key, ed25519.Ed25519PublicKey) else "unsupported key"


@lru_cache(maxsize=KEPT)  # of one document each is asked twice or more
def verify_signature(signed: SignedData, digest: bytes = b"") -> bool:
    """Whether the signature value is the key's, over the signed attributes: arithmetic only.

    Without signed attributes it stands over a document, of which only the `digest` is here. An algorithm that we cannot
    compute is not verified: False.
    """
    try:
        key = load_der_public_key(signed.spki)
        if not signed.bare:
            scheme_hash = HASHES[signed.scheme_hash]() if signed.scheme_hash in HASHES else None
            return _verify(key, signed, signed.signed_attributes, scheme_hash)
        if signed.scheme_hash != signed.digest_name or signed.scheme not in PREHASHED or not digest:
            return False  # the digest is another's, or none can stand for the document
        return _verify(key, signed, digest, utils.Prehashed(HASHES[signed.scheme_hash]()))
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _verify(
    key: object, signed: SignedData, data: bytes, scheme_hash: hashes.HashAlgorithm | utils.Prehashed | None
) -> bool:
    """True, or InvalidSignature; False for a scheme that is not the key's."""
    value = signed.signature
    if isinstance(key, ed25519.Ed25519PublicKey) and signed.scheme == "ed25519":
        key.verify(value, data)
    elif isinstance(key, ed448.Ed448PublicKey) and signed.scheme == "ed448":
        key.verify(value, data)  # genuine, and refused as none of ours by `weakness`
    elif scheme_hash is None:
        return False
    elif isinstance(key, ec.EllipticCurvePublicKey) and signed.scheme == "ecdsa":
        key.verify(value, data, ec.ECDSA(scheme_hash))
    elif isinstance(key, rsa.RSAPublicKey) and signed.scheme == "rsassa_pkcs1v15":
        key.verify(value, data, padding.PKCS1v15(), scheme_hash)
    elif isinstance(key, rsa.RSAPublicKey) and signed.scheme == "rsassa_pss":
        key.verify(
            value, data, padding.PSS(padding.MGF1(HASHES[signed.scheme_hash]()), signed.salt_length), scheme_hash
        )
    else:
        return False
    return True
