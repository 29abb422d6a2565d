"""Corners of a CMS: certificates without extensions, key identifiers, algorithms that nobody here knows."""

from __future__ import annotations

from typing import Any

import pytest
import world
from asn1crypto import algos, cms, tsp, x509
from envelopes import Recipe, attribute, signed_data, token
from world import SIGNED, cast

from verify.cms import parse
from verify.der import Malformed, encoded, single
from verify.identifiers import scheme_of

DIGEST = b"\0" * 32


def version_1() -> bytes:
    """A certificate as before there were extensions; its signature is of no matter here."""
    made: Any = x509.Certificate.load(world.der(cast().seal))
    body = made["tbs_certificate"]
    plain = {name: body[name] for name in ("serial_number", "signature", "issuer", "validity", "subject")}
    again = x509.TbsCertificate(plain | {"subject_public_key_info": body["subject_public_key_info"]})
    made["tbs_certificate"] = again
    return bytes(made.dump(force=True))


def by_identifier(identifier: bytes) -> Recipe:
    """The signer named by the identifier of his key, among certificates of which one has none."""
    sid = cms.SignerIdentifier({"subject_key_identifier": identifier})
    return Recipe(signer=lambda info: info | {"version": "v3", "sid": sid}, certificates=(version_1(),))


def test_a_certificate_of_version_1_is_read() -> None:
    signed = parse(signed_data(cast().principal, DIGEST, Recipe(certificates=(version_1(),))))
    assert signed.certificates[0] == world.der(cast().principal)
    assert version_1() in signed.certificates[1:]
    assert x509.Certificate.load(version_1())["tbs_certificate"]["version"].native == "v1"


def test_a_signer_is_found_by_the_identifier_of_his_key() -> None:
    certificate: Any = x509.Certificate.load(world.der(cast().principal))
    signed = parse(signed_data(cast().principal, DIGEST, by_identifier(certificate.key_identifier)))
    assert signed.certificates[0] == world.der(cast().principal)
    with pytest.raises(Malformed, match="signer's certificate"):
        parse(signed_data(cast().principal, DIGEST, by_identifier(b"another")))


def test_a_token_is_taken_from_its_own_attribute_alone() -> None:
    at_signing, after = (
        cms.ContentInfo.load(token(cast().tsa, DIGEST, SIGNED, imprinted=one)) for one in ("sha256", "sha512")
    )
    recipe = Recipe(
        attributes=lambda found: [*found, attribute("content_time_stamp", at_signing)],
        unsigned=[("signature_time_stamp_token", after), ("content_time_stamp", at_signing)],
    )
    signed = parse(signed_data(cast().principal, DIGEST, recipe))
    assert (signed.timestamps, signed.content_timestamps) == ((after.dump(),), (at_signing.dump(),))


def test_a_named_certificate_may_say_its_hash() -> None:
    digest = bytes(64)
    named = tsp.ESSCertIDv2({"hash_algorithm": {"algorithm": "sha512"}, "cert_hash": digest})
    said = attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [named]}))
    recipe = Recipe(names_certificate="", attributes=lambda found: [*found, said])
    assert parse(signed_data(cast().principal, DIGEST, recipe)).named_certificate == ("sha512", digest)


def told(identifier: bytes) -> tuple[str, str, int]:
    """What the identifier of a signature algorithm says beside a digest of SHA-256 and a key of RSA."""
    return scheme_of(single(identifier), "sha256", encoded("1.2.840.113549.1.1.1"))


def scheme(algorithm: str, parameters: dict[str, Any] | None = None) -> tuple[str, str, int]:
    """The same, of an identifier that another library writes."""
    more = {} if parameters is None else {"parameters": parameters}
    return told(algos.SignedDigestAlgorithm({"algorithm": algorithm} | more).dump())


def test_an_identifier_says_its_scheme() -> None:
    assert scheme("ed25519") == ("ed25519", "sha256", 0)
    assert scheme("sha256_rsa") == scheme("rsassa_pkcs1v15") == ("rsassa_pkcs1v15", "sha256", 0)
    with pytest.raises(Malformed, match="disagree"):
        scheme("sha512_rsa")
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    named = {"hash_algorithm": sha256, "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": sha256}}
    assert scheme("rsassa_pss", named | {"salt_length": 7}) == ("rsassa_pss", "sha256", 7)
    with pytest.raises(Malformed, match="pss"):
        scheme("rsassa_pss", named | {"trailer_field": 2})


def test_what_an_identifier_of_pss_leaves_out_has_the_defaults_of_the_standard() -> None:
    """RFC 4055, 3.1: SHA-1, its mask, a salt of 20 octets."""
    pss = b"\x06\x09" + encoded("1.2.840.113549.1.1.10")
    for without in (b"\x30\x0b" + pss, b"\x30\x0d" + pss + b"\x30\x00"):
        assert told(without) == ("rsassa_pss", "sha1", 20)
    with pytest.raises(Malformed, match="pss"):
        scheme("rsassa_pss", {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"})})


def test_an_unknown_signature_algorithm_is_refused() -> None:
    unknown = Recipe(signer=lambda info: info | {"signature_algorithm": {"algorithm": "1.2.3.4"}})
    with pytest.raises(Malformed, match="signature algorithm"):
        parse(signed_data(cast().principal, DIGEST, unknown))
