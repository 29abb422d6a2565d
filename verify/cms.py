"""One CMS SignedData with one signer, and one RFC 3161 token: parsed strictly, verified against a digest.

RFC 5652, RFC 5035 (signing-certificate-v2), RFC 6211 (algorithm protection), RFC 3161. Nothing here asks who the signer
is: that is `path.py`, and with what authority: `authority.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp, x509
from asn1crypto.core import OctetString, ParsableOctetString, Sequence, SequenceOf, SetOf
from asn1crypto.parser import peek
from asn1crypto.pdf import RevocationInfoArchival
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

MAX_CERTIFICATES = 32
"""Certificates read out of one CMS: a real one carries 1 to 5; more is a way to make path building slow."""

STRONG_HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
"""Hash functions of HB-1 section 6 (SHA-256 and up)."""
WEAK_HASHES = {"md5": hashes.MD5, "sha1": hashes.SHA1, "sha224": hashes.SHA224}
"""Verified all the same, so that a broken signature is not called merely weak."""
HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {**STRONG_HASHES, **WEAK_HASHES}

CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
SIGNATURE_TIME_STAMP, CONTENT_TIME_STAMP = "1.2.840.113549.1.9.16.2.14", "1.2.840.113549.1.9.16.2.20"
ALGORITHM_PROTECTION, REVOCATION_VALUES = "1.2.840.113549.1.9.52", "1.2.840.113583.1.1.8"
"""Attribute types: RFC 5652, 11; RFC 5035; RFC 3161; ETSI EN 319 122-1; RFC 6211; Adobe's revocation archive."""

MIN_RSA_BITS = 2048
STRONG_CURVES = frozenset({"secp256r1", "secp384r1"})


class Malformed(Exception):  # noqa: N818 - a statement about the input
    """The bytes are not one SignedData of one signer, as RFC 5652 and HB-1 want it. The argument is a stable word."""


@dataclass(frozen=True, slots=True)
class SignedData:
    """What one SignedData says; nothing of it is believed before `verify`.

    DER throughout. `certificates` are all that it carries, the signer's first; `signed_attributes` is the SET that the
    signature covers; `named_certificate` the (hash name, hash) of signing-certificate(-v2), None without one;
    `timestamps` are RFC 3161 tokens over `signature`, `content_timestamps` tokens made before signing.
    """

    certificates: tuple[bytes, ...]
    key_id: str
    spki: bytes
    digest_name: str
    scheme: str
    scheme_hash: str
    salt_length: int
    signed_attributes: bytes
    message_digest: bytes
    signature: bytes
    named_certificate: tuple[str, bytes] | None
    content: bytes | None
    timestamps: tuple[bytes, ...] = ()
    content_timestamps: tuple[bytes, ...] = ()
    claimed_at: datetime | None = None
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """An RFC 3161 time-stamp token: the SignedData around it, and what its TSTInfo says."""

    signed: SignedData
    imprint_name: str
    imprint: bytes
    time: datetime


def key_id(spki: bytes) -> str:
    """The identity of a key: hex SHA-256 of its SubjectPublicKeyInfo (HB-1, 6)."""
    return hashlib.sha256(spki).hexdigest()


def parse(der: bytes, *, content_type: str = "data") -> SignedData:
    """Read one SignedData of one signer; `content_type` is what its content must be (`data`, `tst_info`).

    Raises Malformed for anything that two readers could read differently: several signers, an attribute twice, a
    signer whose certificate is missing, bytes after the end (zero padding of /Contents excepted).
    """
    try:
        return _read(_strip_padding(der), content_type)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        # asn1crypto raises these on malformed input (hazards 6); the text of theirs is never shown.
        raise Malformed("asn1") from error


def parse_token(der: bytes) -> Token:
    """Read an RFC 3161 token. Raises Malformed."""
    signed = parse(der, content_type="tst_info")
    if signed.content is None:
        raise Malformed("token without content")
    try:
        info = tsp.TSTInfo.load(signed.content, strict=True)
        imprint = info["message_imprint"]
        return Token(
            signed=signed,
            imprint_name=imprint["hash_algorithm"]["algorithm"].native,
            imprint=imprint["hashed_message"].native,
            time=info["gen_time"].native,
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Malformed("tst_info") from error


def _strip_padding(der: bytes) -> bytes:
    """Cut the zero padding after the DER in /Contents; anything but zeros stays and fails the strict parse."""
    end = peek(der)  # indefinite lengths too: some signing tools write BER
    return der[:end] if not der[end:].strip(b"\x00") else der


def _read(der: bytes, content_type: str) -> SignedData:
    info = cms.ContentInfo.load(der, strict=True)
    if info["content_type"].native != "signed_data":
        raise Malformed("not signed data")
    signed = info["content"]
    if len(signed["signer_infos"]) != 1:
        raise Malformed("not one signer")
    signer = signed["signer_infos"][0]
    content = signed["encap_content_info"]
    if content["content_type"].native != content_type:
        raise Malformed("content type")
    certificates = _certificates(signed)
    own = _signers_certificate(signer["sid"], certificates)
    attributes = _attributes(signer["signed_attrs"])
    if _single(attributes, CONTENT_TYPE).native != content_type:
        raise Malformed("content-type attribute")
    digest_name = signer["digest_algorithm"]["algorithm"].native
    scheme, scheme_hash, salt_length = _scheme(signer["signature_algorithm"], digest_name, own)
    _check_protection(attributes, signer)
    stamps = [one["values"] for one in signer["unsigned_attrs"] or () if one["type"].dotted == SIGNATURE_TIME_STAMP]
    spki = own.public_key.dump()
    archive = _archive(attributes)
    encapsulated = content["content"]
    return SignedData(
        certificates=(own.dump(), *(one.dump() for one in certificates if one is not own)),
        key_id=key_id(spki),
        spki=spki,
        digest_name=digest_name,
        scheme=scheme,
        scheme_hash=scheme_hash,
        salt_length=salt_length,
        signed_attributes=b"\x31" + signer["signed_attrs"].dump()[1:],
        message_digest=_single(attributes, MESSAGE_DIGEST).native,
        signature=signer["signature"].native,
        named_certificate=_named_certificate(attributes),
        content=bytes(encapsulated) if isinstance(encapsulated, (OctetString, ParsableOctetString)) else None,
        timestamps=tuple(value.dump() for values in stamps for value in values),
        content_timestamps=tuple(value.dump() for value in attributes.get(CONTENT_TIME_STAMP, ())),
        claimed_at=_claimed(attributes),
        crls=(*_crls(signed), *(one.dump() for one in archive["crl"] or ())),
        ocsps=tuple(one.dump() for one in archive["ocsp"] or ()),
    )


def _certificates(signed: cms.SignedData) -> list[x509.Certificate]:
    choices = list(signed["certificates"] or ())
    if len(choices) > MAX_CERTIFICATES:
        raise Malformed("too many certificates")
    return [choice.chosen for choice in choices if choice.name == "certificate"]


def _signers_certificate(sid: cms.SignerIdentifier, certificates: list[x509.Certificate]) -> x509.Certificate:
    """The certificate that the SignerInfo names; two that fit would be two readings."""
    if sid.name == "issuer_and_serial_number":
        wanted = (sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native)
        found = [one for one in certificates if (one.issuer.dump(), one.serial_number) == wanted]
    else:
        found = [one for one in certificates if one.key_identifier == sid.chosen.native]
    if len({one.dump() for one in found}) != 1:
        raise Malformed("signer's certificate")
    return found[0]


def _attributes(attributes: SetOf) -> dict[str, SetOf]:
    """Attributes by type; one type twice is refused (RFC 5652, 5.3)."""
    found: dict[str, SetOf] = {}
    for attribute in attributes or ():
        name = attribute["type"].dotted  # names depend on which modules are loaded
        if name in found:
            raise Malformed("attribute twice")
        found[name] = attribute["values"]
    return found


def _single(attributes: dict[str, SetOf], name: str) -> Sequence:
    values = attributes.get(name, ())
    if len(values) != 1:
        raise Malformed(f"{name} attribute")
    return values[0]


def _archive(attributes: dict[str, SetOf]) -> RevocationInfoArchival:
    """CRLs and OCSP responses that the signer put among his signed attributes; empty without."""
    if REVOCATION_VALUES not in attributes:
        return RevocationInfoArchival({})
    return RevocationInfoArchival.load(_single(attributes, REVOCATION_VALUES).dump())


def _crls(signed: cms.SignedData) -> Iterator[bytes]:
    """CRLs beside the certificates of the SignedData (RFC 5652, 10.2.1)."""
    for choice in signed["crls"] or ():
        if choice.name == "crl":
            yield choice.chosen.dump()


def _claimed(attributes: dict[str, SetOf]) -> datetime | None:
    values = attributes.get(SIGNING_TIME, ())
    return values[0].native if len(values) == 1 else None


def _named_certificate(attributes: dict[str, SetOf]) -> tuple[str, bytes] | None:
    """Hash name and hash of the first ESSCertID: the signer's own certificate (RFC 5035, 5.4.1)."""
    named: list[tuple[str, bytes]] = []
    for name in (SIGNING_CERTIFICATE_V2, SIGNING_CERTIFICATE):
        if name not in attributes:
            continue
        certs: SequenceOf = _single(attributes, name)["certs"]
        first = certs[0]
        algorithm = "sha1" if name == SIGNING_CERTIFICATE else first["hash_algorithm"]["algorithm"].native
        named.append((algorithm, first["cert_hash"].native))
    return named[0] if named else None


def _check_protection(attributes: dict[str, SetOf], signer: cms.SignerInfo) -> None:
    """RFC 6211: where the signer protected his algorithms, those outside must be the same."""
    if ALGORITHM_PROTECTION not in attributes:
        return
    inner = _single(attributes, ALGORITHM_PROTECTION)
    same_digest = inner["digest_algorithm"].dump() == signer["digest_algorithm"].dump()
    # [1] IMPLICIT inside, a SEQUENCE outside: compared without the tag byte.
    same_scheme = inner["signature_algorithm"].dump()[1:] == signer["signature_algorithm"].dump()[1:]
    if not (same_digest and same_scheme):
        raise Malformed("algorithm protection")


def _scheme(algorithm: cms.SignedDigestAlgorithm, digest: str, own: x509.Certificate) -> tuple[str, str, int]:
    """(scheme, hash name, PSS salt length): what the algorithm identifier says, never what would make it fit."""
    name = algorithm.signature_algo
    if name == "rsassa_pss":
        parameters = algorithm["parameters"]
        scheme_hash = parameters["hash_algorithm"]["algorithm"].native
        if parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native != scheme_hash:
            raise Malformed("pss mask")
        return name, scheme_hash, parameters["salt_length"].native
    if name in {"ed25519", "ed448"}:
        return name, digest, 0
    named = algorithm["algorithm"].native
    scheme_hash = digest if named in {"rsassa_pkcs1v15", "ecdsa", "dsa"} else algorithm.hash_algo
    if scheme_hash != digest or own.public_key.algorithm not in {"rsa", "ec", "dsa", "rsassa_pss"}:
        raise Malformed("algorithms disagree")
    return name, scheme_hash, 0


def weakness(signed: SignedData) -> str:
    """Why the algorithms or the key fall short of HB-1 section 6, in one word; "" if they do not."""
    if signed.digest_name not in STRONG_HASHES:
        return signed.digest_name
    if signed.scheme != "ed25519" and signed.scheme_hash not in STRONG_HASHES:
        return signed.scheme_hash
    return key_weakness(signed.spki)


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


def verify_signature(signed: SignedData) -> bool:
    """Whether the signature value is the key's, over the signed attributes: arithmetic only.

    An algorithm that we cannot compute is not verified: False.
    """
    try:
        key = load_der_public_key(signed.spki)
        scheme_hash = HASHES[signed.scheme_hash]() if signed.scheme_hash in HASHES else None
        return _verify(key, signed, scheme_hash)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _verify(key: object, signed: SignedData, scheme_hash: hashes.HashAlgorithm | None) -> bool:
    """True, or InvalidSignature; False for a scheme that is not the key's."""
    value, data = signed.signature, signed.signed_attributes
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
        key.verify(value, data, padding.PSS(padding.MGF1(scheme_hash), signed.salt_length), scheme_hash)
    else:
        return False
    return True
