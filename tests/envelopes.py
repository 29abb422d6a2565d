"""CMS SignedData made by hand (RFC 5652): sound by default, and wrong in just the place that a case wants."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import cms_embedder
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from world import der

from issuers import kit

Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Recipe:
    """What differs from a plain signature: every field has the ordinary value.

    `attributes` changes the list of signed attributes before they are signed, `signer` the SignerInfo and `whole` the
    SignedData after that; `hashed` is the hash that is named, `used` the one that is used.
    """

    hashed: str = "sha256"
    used: str = ""
    scheme: str = ""
    names_certificate: str = "signing_certificate_v2"
    attributes: Change = lambda found: found
    signer: Change = lambda found: found
    whole: Change = lambda found: found
    salt: int = 32
    mask: str = "sha256"
    content: bytes | None = None
    content_type: str = "data"
    unsigned: Sequence[tuple[str, Any]] = ()
    certificates: Sequence[bytes] = ()


PLAIN = Recipe()


def attribute(name: str, *values: Any) -> cms.CMSAttribute:  # noqa: ANN401 - ASN.1 values
    """One attribute."""
    return cms.CMSAttribute({"type": name, "values": list(values)})


def signed_data(signer: kit.Signer, digest: bytes, recipe: Recipe = PLAIN) -> bytes:
    """The DER of a SignedData over a digest."""
    certificate = x509.Certificate.load(der(signer))
    attributes = [
        attribute("content_type", recipe.content_type),
        attribute("message_digest", digest),
        *_named(certificate, recipe),
    ]
    signed_attributes = cms.CMSAttributes(recipe.attributes(attributes))
    value = signature(signer.key, signed_attributes.dump(), recipe)
    sid = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": recipe.hashed}),
        "signed_attrs": signed_attributes,
        "signature_algorithm": algorithm(signer.key, recipe),
        "signature": value,
    }
    if recipe.unsigned:
        info["unsigned_attrs"] = cms.CMSAttributes([attribute(name, one) for name, one in recipe.unsigned])
    encapsulated: dict[str, Any] = {"content_type": recipe.content_type}
    if recipe.content is not None:
        kind = core.OctetString if recipe.content_type == "data" else cms.ParsableOctetString
        encapsulated["content"] = kind(recipe.content)
    chain = [der(signer), *(kit_der(one) for one in signer.chain[:-1]), *recipe.certificates]
    made = recipe.whole(
        {
            "version": "v1" if recipe.content_type == "data" else "v3",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": recipe.hashed})],
            "encap_content_info": encapsulated,
            "certificates": [x509.Certificate.load(one) for one in chain],
            "signer_infos": [cms.SignerInfo(recipe.signer(info))],
        }
    )
    dumped: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(made)}).dump()
    return dumped


def kit_der(certificate: Any) -> bytes:  # noqa: ANN401 - a certificate of `cryptography`
    """The DER of a certificate."""
    return der(kit.Signer(certificate, None))  # type: ignore[arg-type]


def _named(certificate: x509.Certificate, recipe: Recipe) -> list[cms.CMSAttribute]:
    whole = certificate.dump()
    if recipe.names_certificate == "signing_certificate_v2":
        named = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(whole).digest()})
        return [attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [named]}))]
    if recipe.names_certificate == "signing_certificate":
        old = tsp.ESSCertID({"cert_hash": hashlib.sha1(whole).digest()})  # noqa: S324 - RFC 2634 knows no other
        return [attribute("signing_certificate", tsp.SigningCertificate({"certs": [old]}))]
    return []


def algorithm(key: Any, recipe: Recipe) -> algos.SignedDigestAlgorithm:  # noqa: ANN401 - a private key
    """How the signature says it was made."""
    if recipe.scheme == "rsassa_pss":
        mask = {"algorithm": "mgf1", "parameters": algos.DigestAlgorithm({"algorithm": recipe.mask})}
        parameters = {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": recipe.hashed}),
            "mask_gen_algorithm": algos.MaskGenAlgorithm(mask),
            "salt_length": recipe.salt,
        }
        return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)})
    if recipe.scheme:
        return algos.SignedDigestAlgorithm({"algorithm": recipe.scheme})
    if isinstance(key, rsa.RSAPrivateKey):
        return algos.SignedDigestAlgorithm({"algorithm": f"{recipe.hashed}_rsa"})
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return algos.SignedDigestAlgorithm({"algorithm": f"{recipe.hashed}_ecdsa"})
    if isinstance(key, dsa.DSAPrivateKey):
        return algos.SignedDigestAlgorithm({"algorithm": f"{recipe.hashed}_dsa"})
    return algos.SignedDigestAlgorithm({"algorithm": "ed25519" if "25519" in type(key).__name__ else "ed448"})


def signature(key: Any, data: bytes, recipe: Recipe) -> bytes:  # noqa: ANN401 - a private key
    """The value over the signed attributes."""
    used: Any = getattr(hashes, (recipe.used or recipe.hashed).upper())()
    if isinstance(key, rsa.RSAPrivateKey) and recipe.scheme == "rsassa_pss":
        mask: Any = getattr(hashes, recipe.mask.upper())()
        return key.sign(data, padding.PSS(padding.MGF1(mask), recipe.salt), used)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), used)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(used))
    value: bytes = key.sign(data, used) if isinstance(key, dsa.DSAPrivateKey) else key.sign(data)
    return value


def token(
    signer: kit.Signer, imprint: bytes, at: datetime, recipe: Recipe = PLAIN, *, imprinted: str = "sha256"
) -> bytes:
    """An RFC 3161 token over an imprint; the recipe differs in the envelope around it."""
    told = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.3.6.1.4.1.32473.1.1",
            "message_imprint": {"hash_algorithm": {"algorithm": imprinted}, "hashed_message": imprint},
            "serial_number": 1,
            "gen_time": at,
        }
    ).dump()
    made = Recipe(**(vars(recipe) | {"content": told, "content_type": "tst_info"}))
    return signed_data(signer, hashlib.new(recipe.hashed, told).digest(), made)


def enclose(
    pdf: bytes,
    name: str,
    make: Callable[[bytes], bytes],
    *,
    hashed: str = "sha256",
    sub_filter: str = "/ETSI.CAdES.detached",
    reserved: int = 16384,
    entries: dict[str, Any] | None = None,
) -> bytes:
    """One signature more, of which `make` gives the DER for the digest of the ranges."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    steps = cms_embedder.PdfCMSEmbedder().write_cms(field_name=name, writer=writer)
    next(steps)
    made = SignatureObject(bytes_reserved=reserved)
    made["/SubFilter"] = generic.pdf_name(sub_filter)
    for key, value in (entries or {}).items():
        made[key] = value
    steps.send(cms_embedder.SigObjSetup(sig_placeholder=made))
    prepared, output = steps.send(cms_embedder.SigIOSetup(md_algorithm=hashed, in_place=False))
    digest = prepared.document_digest
    steps.send(make(digest))
    written: bytes = output.getvalue()
    return written


def enveloped(pdf: bytes, signer: kit.Signer, name: str, recipe: Recipe = PLAIN, **options: Any) -> bytes:  # noqa: ANN401
    """One signature more, by a recipe."""
    return enclose(pdf, name, lambda digest: signed_data(signer, digest, recipe), **options)
