"""Corners of a CMS: certificates without extensions, key identifiers, algorithms that nobody here knows."""

from __future__ import annotations

from typing import Any

import pytest
import world
from asn1crypto import cms, x509
from envelopes import Recipe, attribute, signed_data, token
from world import SIGNED, cast

from verify.cms import parse
from verify.der import Malformed

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


def test_an_unknown_signature_algorithm_is_refused() -> None:
    unknown = Recipe(signer=lambda info: info | {"signature_algorithm": {"algorithm": "1.2.3.4"}})
    with pytest.raises(Malformed, match="signature algorithm"):
        parse(signed_data(cast().principal, DIGEST, unknown))
