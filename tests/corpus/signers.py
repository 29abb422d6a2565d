"""The envelope of a signature: several signers, attributes of another signature, certificates that do not belong."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import world
from asn1crypto import cms, core, x509
from cases.envelope import FORGED, by_key, dropping, naming, other_digest, protected, twice
from certificates import certificate
from envelopes import Recipe, attribute, enclose, enveloped, signed_data
from world import LONG_AGO, NOW, cast

from corpus import BROKEN, BROKEN_ROLE, signing, told
from corpus.genuine import sealed, unsigned

STRANGE = told("UNKNOWN_KEY", "ROLE_MISSING")
"""A sound signature of somebody whom the registry does not know."""


def by(recipe: Recipe, signer: Any = None) -> bytes:  # noqa: ANN401 - a signer of the kit
    """Principal by a recipe, then the seal as it should be."""
    return sealed(enveloped(unsigned(), signer or cast().principal, "principal", recipe, reserved=65536))


def signer_info(signer: Any, digest: bytes) -> cms.SignerInfo:  # noqa: ANN401 - a signer of the kit
    """The SignerInfo of a signature of its own."""
    return cms.ContentInfo.load(signed_data(signer, digest))["content"]["signer_infos"][0]


def together(first: Any, second: Any) -> bytes:  # noqa: ANN401 - signers of the kit
    """One SignedData over one digest, with two signers."""

    def make(digest: bytes) -> bytes:
        def whole(found: dict[str, Any]) -> dict[str, Any]:
            return found | {"signer_infos": [*found["signer_infos"], signer_info(second, digest)]}

        return signed_data(first, digest, Recipe(whole=whole, certificates=(world.der(second),)))

    return sealed(enclose(unsigned(), "principal", make, reserved=65536))


@signing(BROKEN_ROLE)
def principal_and_stranger_in_one_envelope() -> bytes:
    """The principal's certificate is shown, a stranger's signature is checked: one envelope has one signer."""
    return together(cast().principal, cast().stranger)


@signing(BROKEN_ROLE)
def stranger_and_principal_in_one_envelope() -> bytes:
    """The other way round: whichever a reader takes, another may take the other."""
    return together(cast().stranger, cast().principal)


@signing(BROKEN_ROLE)
def same_signer_twice() -> bytes:
    """One signer, twice: one of the two may be false, and nobody looks at it."""
    return by(Recipe(whole=twice))


@signing(BROKEN_ROLE)
def envelope_without_a_signer() -> bytes:
    """Certificates and no signer: an envelope that proves that certificates exist."""
    return by(Recipe(whole=lambda found: found | {"signer_infos": []}))


@signing(BROKEN_ROLE)
def envelope_without_certificates() -> bytes:
    """Nobody's certificate is there: whose key it was would have to be guessed."""
    return by(Recipe(whole=lambda found: found | {"certificates": []}))


@signing(BROKEN_ROLE)
def envelope_with_anothers_certificate() -> bytes:
    """The seal's certificate lies in the principal's envelope: the signer is who is named, not who is enclosed."""
    seal = x509.Certificate.load(world.der(cast().seal))
    return by(Recipe(whole=lambda found: found | {"certificates": [seal]}))


@signing(BROKEN_ROLE)
def two_certificates_of_one_number() -> bytes:
    """Two certificates of the same issuer and number, over two keys: the name leads to both."""
    mine = cast().principal.certificate
    made = certificate(mine.subject, cast().stranger.key.public_key(), mine.issuer, cast().stranger.key, LONG_AGO, NOW)
    parsed = x509.Certificate.load(world.der(replace(cast().stranger, certificate=made)))
    parsed["tbs_certificate"]["serial_number"] = mine.serial_number
    return by(Recipe(certificates=(parsed.dump(force=True),)))


@signing(BROKEN_ROLE)
def content_inside_the_envelope() -> bytes:
    """The envelope brings its own content, and the digest could be that one's: what is signed is the file."""
    return by(Recipe(content=b"TOAN 10"))


@signing(BROKEN_ROLE)
def envelope_in_an_envelope() -> bytes:
    """A signature of a signature: the outer one is checked, the inner one is read."""

    def make(digest: bytes) -> bytes:
        inner = signed_data(cast().stranger, digest)
        whole = {
            "encap_content_info": {"content_type": "signed_data", "content": cms.ContentInfo.load(inner)["content"]}
        }
        return signed_data(cast().principal, digest, Recipe(whole=lambda found: found | whole))

    return sealed(enclose(unsigned(), "principal", make, reserved=65536))


@signing(BROKEN_ROLE)
def something_behind_the_envelope() -> bytes:
    """Bytes behind the signature's value that are not zero: a second value, perhaps."""
    return sealed(
        enclose(unsigned(), "principal", lambda digest: signed_data(cast().principal, digest) + b"\x30\x00\x01")
    )


# Signed attributes.


@signing(BROKEN)
def digest_of_another_file() -> bytes:
    """A true signature over the attributes of another transcript: the digest in them is that one's."""
    return by(Recipe(attributes=other_digest))


@signing(BROKEN)
def digest_cut_short() -> bytes:
    """Half a digest: what is compared is the whole of it."""

    def cut(found: list[Any]) -> list[Any]:
        return [attribute("message_digest", one["values"][0].native[:16]) if is_digest(one) else one for one in found]

    return by(Recipe(attributes=cut))


def is_digest(one: Any) -> bool:  # noqa: ANN401 - an attribute
    return bool(one["type"].native == "message_digest")


@signing(BROKEN)
def empty_digest() -> bytes:
    """A digest of no bytes: it is the beginning of every digest."""
    return by(Recipe(attributes=lambda found: [*dropping("message_digest")(found), attribute("message_digest", b"")]))


@signing(BROKEN_ROLE)
def two_digests() -> bytes:
    """Two digests, the file's and another: one is compared, the other may be believed."""
    return by(Recipe(attributes=lambda found: [*found, attribute("message_digest", b"\0" * 32)]))


@signing(BROKEN_ROLE)
def digest_of_two_values() -> bytes:
    """One attribute with two values: which of them was signed for?"""

    def both(found: list[Any]) -> list[Any]:
        told_of = next(one for one in found if is_digest(one))["values"][0].native
        return [*dropping("message_digest")(found), attribute("message_digest", b"\0" * 32, told_of)]

    return by(Recipe(attributes=both))


@signing(BROKEN_ROLE)
def digest_among_what_nobody_signed() -> bytes:
    """The file's digest stands among the unsigned attributes: everybody can write there."""

    def make(digest: bytes) -> bytes:
        recipe = Recipe(attributes=dropping("message_digest"), unsigned=[("message_digest", core.OctetString(digest))])
        return signed_data(cast().principal, digest, recipe)

    return sealed(enclose(unsigned(), "principal", make))


@signing(BROKEN_ROLE)
def no_signed_attributes() -> bytes:
    """The value is over attributes that were taken out: attributes of one signature are not the content of another."""

    def without(info: dict[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in info.items() if name != "signed_attrs"}

    return by(Recipe(signer=without))


@signing(BROKEN_ROLE)
def attributes_about_something_else() -> bytes:
    """The attributes say that what is signed is a time-stamp: a signature is for one kind of content."""
    return by(Recipe(attributes=lambda found: [attribute("content_type", "tst_info"), *found[1:]]))


@signing(BROKEN_ROLE)
def certificate_named_is_anothers() -> bytes:
    """The signed attribute names the teacher's certificate, the envelope the principal's: they are to be one."""
    return by(Recipe(attributes=lambda found: [*found[:2], *naming(cast().teacher)]))


@signing(BROKEN_ROLE)
def certificate_named_twice() -> bytes:
    """Two attributes name two certificates: one for each reader."""
    return by(Recipe(attributes=lambda found: [*found, *naming(cast().teacher)]))


@signing(BROKEN_ROLE)
def protected_algorithms_that_are_others() -> bytes:
    """The signer protected his algorithms, and outside others are named: what he meant stands inside."""
    return by(Recipe(attributes=protected("sha512", "sha512_ecdsa")))


# Whose value it is.


@signing(BROKEN)
def principals_certificate_over_anothers_key() -> bytes:
    """The principal's own certificate, a stranger's signature: a certificate is public, its key is not."""
    return by(Recipe(), FORGED)


@signing(BROKEN_ROLE)
def principals_name_on_a_strangers_signature() -> bytes:
    """The signer is named as the principal, the certificate enclosed is the stranger's."""
    sid = signer_info(cast().principal, b"\0" * 32)["sid"]
    return by(Recipe(signer=lambda info: info | {"sid": sid}), cast().stranger)


@signing(told("SIGNATURE_BROKEN", perhaps=("UNKNOWN_KEY", "ROLE_MISSING")))
def principals_key_on_a_strangers_signature() -> bytes:
    """The signer is named by the principal's key identifier: the key that verifies is another."""
    named = {"version": "v3", "sid": by_key(cast().principal)}
    return by(Recipe(signer=lambda info: info | named, certificates=(world.der(cast().principal),)), cast().stranger)


@signing(STRANGE)
def principal_who_signs_against_a_stranger() -> bytes:
    """A stranger signs, and the principal's signature stands among what nobody signed, as if he had countersigned."""

    def make(digest: bytes) -> bytes:
        counter = signer_info(cast().principal, hashlib.sha256(digest).digest())
        return signed_data(cast().stranger, digest, Recipe(unsigned=[("counter_signature", counter)]))

    return sealed(enclose(unsigned(), "principal", make, reserved=65536))


@signing(STRANGE)
def strangers_envelope_with_the_principals_certificate() -> bytes:
    """The principal's certificate lies beside the stranger's, in front of it: who signs is not who is enclosed."""

    def before(found: dict[str, Any]) -> dict[str, Any]:
        return found | {"certificates": [x509.Certificate.load(world.der(cast().principal)), *found["certificates"]]}

    return by(Recipe(whole=before), cast().stranger)
