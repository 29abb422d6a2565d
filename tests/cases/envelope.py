"""The signature itself: format, arithmetic, and algorithms that still hold. HB-1, section 2, and the reason table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import sheet
import world
from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from envelopes import Recipe, attribute, enclose, enveloped, signed_data, token
from world import SIGNED, cast, key

from cases import VALID, Expected, Given, case, each, expect, given
from cases.time_table import plain
from issuers import kit

BROKEN = expect("invalid", "SIGNATURE_BROKEN")
HASH = expect("invalid", "SIGNATURE_BROKEN", principal="TOTAL-FAILED/HASH_FAILURE")
CRYPTO = expect("invalid", "SIGNATURE_BROKEN", principal="TOTAL-FAILED/SIG_CRYPTO_FAILURE")
SOUND = expect("valid", principal="TOTAL-PASSED")
MALFORMED = expect("invalid", "SIGNATURE_BROKEN", notary="TOTAL-FAILED/FORMAT_FAILURE")


def by(recipe: Recipe, signer: kit.Signer | None = None, **options: Any) -> bytes:  # noqa: ANN401 - of `enclose`
    """The principal's signature by a recipe, then the seal's as it should be."""
    pdf = enveloped(sheet.sheet(), signer or cast().principal, "principal", recipe, **options)
    return sheet.sign(pdf, cast().seal, "school_seal")


def dropping(name: str) -> Callable[[list[Any]], list[Any]]:
    """The attributes without one."""
    return lambda found: [one for one in found if one["type"].native != name]


def other_digest(found: list[Any]) -> list[Any]:
    return [*dropping("message_digest")(found), attribute("message_digest", b"\0" * 32)]


FORGED = replace(cast().principal, key=cast().teacher.key)
"""The principal's certificate over somebody else's key."""


@each(
    "From signatures: HASH_FAILURE, SIG_CRYPTO_FAILURE, FORMAT_FAILURE -> `SIGNATURE_BROKEN`",
    rows={
        "in-order": ((Recipe(), None), SOUND),
        "another-digest": ((Recipe(attributes=other_digest), None), HASH),
        "another-key": ((Recipe(), FORGED), CRYPTO),
        "another-hash-than-it-says": ((Recipe(used="sha512"), None), CRYPTO),
        "no-bytes": ((Recipe(signer=lambda info: info | {"signature": b""}), None), CRYPTO),
        "another-scheme-than-the-key": (
            (Recipe(signer=lambda info: info | {"signature_algorithm": {"algorithm": "sha256_rsa"}}), None),
            CRYPTO,
        ),
    },
)
def a_broken_signature(handed: tuple[Recipe, kit.Signer | None]) -> Given:
    """The record's signature does not hold: arithmetic, before anybody is asked whom to trust."""
    return given(by(*handed))


def twice(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"signer_infos": [*found["signer_infos"], *found["signer_infos"]]}


def protected(hashed: str, scheme: str) -> Callable[[list[Any]], list[Any]]:
    """An algorithm protection attribute (RFC 6211)."""
    told = cms.CMSAlgorithmProtection(
        {
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": hashed}),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": scheme}),
        }
    )
    return lambda found: [*found, attribute("cms_algorithm_protection", told)]


@cache
def notarised(recipe: str) -> bytes:
    """A transcript in order, and a notary's invisible signature by a recipe."""
    return enveloped(plain(), cast().teacher, "notary", ENVELOPES[recipe][0], reserved=65536)


ENVELOPES: dict[str, tuple[Recipe, Expected]] = {
    "in-order": (Recipe(), VALID),
    "two-signers": (Recipe(whole=twice), MALFORMED),
    "no-signer": (Recipe(whole=lambda found: found | {"signer_infos": []}), MALFORMED),
    "no-certificate": (Recipe(whole=lambda found: found | {"certificates": []}), MALFORMED),
    "certificates-left-out": (
        Recipe(whole=lambda found: {name: one for name, one in found.items() if name != "certificates"}),
        MALFORMED,
    ),
    "another-signers-certificate": (
        Recipe(whole=lambda found: found | {"certificates": [asn1_x509.Certificate.load(world.der(cast().seal))]}),
        MALFORMED,
    ),
    "the-same-certificate-twice": (Recipe(certificates=(world.der(cast().teacher),)), VALID),
    "too-many-certificates": (Recipe(certificates=(world.der(cast().seal),) * 40), MALFORMED),
    "content-inside": (Recipe(content=b"something else"), MALFORMED),
    "content-of-another-type": (
        Recipe(whole=lambda found: found | {"encap_content_info": {"content_type": "enveloped_data"}}),
        MALFORMED,
    ),
    "an-attribute-of-another-type": (
        Recipe(attributes=lambda found: [attribute("content_type", "enveloped_data"), *found[1:]]),
        MALFORMED,
    ),
    "no-attribute-of-a-type": (Recipe(attributes=dropping("content_type")), MALFORMED),
    "no-digest": (Recipe(attributes=dropping("message_digest")), MALFORMED),
    "two-digests": (Recipe(attributes=lambda found: [*found, attribute("message_digest", b"\0" * 32)]), MALFORMED),
    "a-digest-of-two-values": (
        Recipe(attributes=lambda found: [found[0], attribute("message_digest", b"\0" * 32, b"\1" * 32), *found[2:]]),
        MALFORMED,
    ),
    "no-attributes": (
        Recipe(signer=lambda info: {name: one for name, one in info.items() if name != "signed_attrs"}),
        MALFORMED,
    ),
    "protected": (Recipe(attributes=protected("sha256", "sha256_ecdsa")), VALID),
    "protected-with-another-hash": (Recipe(attributes=protected("sha512", "sha256_ecdsa")), MALFORMED),
    "protected-with-another-scheme": (Recipe(attributes=protected("sha256", "sha256_rsa")), MALFORMED),
    "two-hashes": (
        Recipe(signer=lambda info: info | {"signature_algorithm": {"algorithm": "sha512_ecdsa"}}),
        MALFORMED,
    ),
    "named-by-key": (Recipe(signer=lambda info: info | {"version": "v3", "sid": by_key(cast().teacher)}), VALID),
    "named-by-nobodys-key": (
        Recipe(signer=lambda info: info | {"version": "v3", "sid": by_key(cast().principal)}),
        MALFORMED,
    ),
    "the-older-signing-certificate": (Recipe(names_certificate="signing_certificate"), VALID),
    "no-signing-certificate": (Recipe(names_certificate=""), VALID),
    "another-signing-certificate": (
        Recipe(attributes=lambda found: [*found[:2], *naming(cast().principal)]),
        MALFORMED,
    ),
}


def by_key(signer: kit.Signer) -> cms.SignerIdentifier:
    """A signer named by the identifier of a key."""
    made = asn1_x509.Certificate.load(world.der(signer))
    return cms.SignerIdentifier({"subject_key_identifier": made.key_identifier})


def naming(signer: kit.Signer) -> list[Any]:
    """The signing-certificate attribute of somebody else's signature."""
    info = cms.ContentInfo.load(signed_data(signer, b"\0" * 32))["content"]["signer_infos"][0]
    return [one for one in info["signed_attrs"] if one["type"].native == "signing_certificate_v2"]


@each(
    "`SIGNATURE_BROKEN` (any signature or document time-stamp in the file; malformed ones too)",
    rows={name: (name, expected) for name, (_, expected) in ENVELOPES.items()},
)
def an_envelope(name: str) -> Given:
    """One reading, or none: what two programs could read differently is malformed, whoever signed it."""
    return given(notarised(name), more_keys=(key(cast().teacher),))


def raw(der: bytes) -> Callable[[bytes], bytes]:
    """These bytes, whatever the digest."""
    return lambda _: der


def garbled(digest: bytes) -> bytes:
    return signed_data(cast().teacher, digest) + b"\1"


@each(
    "malformed ones too",
    rows={
        "nothing": (raw(b""), MALFORMED),
        "one-byte": (raw(b"\x30"), MALFORMED),
        "no-asn1": (raw(b"hello, world"), MALFORMED),
        "another-asn1": (raw(b"\x30\x03\x02\x01\x01"), MALFORMED),
        "another-content": (
            raw(cms.ContentInfo({"content_type": "data", "content": b"hello"}).dump()),
            MALFORMED,
        ),
        "a-length-of-many-bytes": (raw(b"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff"), MALFORMED),
        "a-length-that-is-not-there": (raw(b"\x30\x84"), MALFORMED),
        "something-after-it": (garbled, MALFORMED),
    },
)
def no_envelope(make: Callable[[bytes], bytes]) -> Given:
    """What is no signature at all stands where one should."""
    return given(enclose(plain(), "notary", make), more_keys=(key(cast().teacher),))


@case(
    "malformed ones too",
    expected=expect("invalid", "SIGNATURE_BROKEN", "ROLE_MISSING", principal="TOTAL-FAILED/FORMAT_FAILURE"),
)
def a_malformed_principal() -> Given:
    """The principal's place is filled with garbage: nobody can say whose it is."""
    return given(sheet.sign(enclose(sheet.sheet(), "principal", garbled), cast().seal, "school_seal"))


@each(
    "any signature or document time-stamp in the file",
    rows={
        "a-strangers": ("stranger", BROKEN),
        "a-teachers": ("teacher", BROKEN),
    },
)
def a_broken_signature_that_does_not_count(name: str) -> Given:
    """A file with a broken signature in it is not what somebody signed."""
    signer: kit.Signer = getattr(cast(), name)
    pdf = enveloped(plain(), signer, "notary", Recipe(attributes=other_digest))
    return given(pdf, more_keys=(key(cast().teacher),))


@case(
    "an unknown SubFilter",
    expected=expect("indeterminate", "CANNOT_BE_JUDGED", notary="INDETERMINATE/CUSTOM"),
)
def an_unknown_sub_filter() -> Given:
    """A signature of a kind that nobody here can read: it may say anything."""
    pdf = enclose(plain(), "notary", raw(b"\4\4abcd"), sub_filter="/adbe.x509.rsa_sha1")
    return given(pdf)


@case("an unknown SubFilter", expected=expect("indeterminate", "CANNOT_BE_JUDGED"))
def a_known_signature_under_an_unknown_sub_filter() -> Given:
    """Sound as it is, its kind is unknown, and so is what it says."""
    return given(enveloped(plain(), cast().teacher, "notary", sub_filter="/Example.detached"))


@case("one signature in role `principal`", expected=SOUND)
def the_older_sub_filter() -> Given:
    """PKCS #7 detached: what older tools write."""
    return given(by(Recipe(), sub_filter="/adbe.pkcs7.detached"))


@case("malformed ones too", expected=BROKEN)
def a_broken_document_time_stamp() -> Given:
    """A document time-stamp over something else."""

    def make(_: bytes) -> bytes:
        return token(cast().tsa, b"\0" * 32, SIGNED)

    return given(enclose(plain(), "stamp", make, sub_filter="/ETSI.RFC3161"))
