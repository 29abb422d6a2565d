"""Time-stamps of another signature, of another clock, of another day: the principal's key has retired since.

A forger who got hold of the retired key signs today, and wants it to be June.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC
from functools import cache
from typing import Any

import sheet
from asn1crypto import cms, core
from cases.existence import JULY, retired
from envelopes import Recipe, attribute, enclose, enveloped, signed_data, token
from world import DAY, NOW, SIGNED, cast

from corpus import Expected, Sign, told
from corpus import signing as signed_anew
from corpus.genuine import sealed, stamped, unsigned, value_of
from issuers import certification, kit

AFTER = (JULY + DAY).astimezone(UTC)
UNPROVED = told("NO_PROOF_OF_EXISTENCE")
Make = Callable[[bytes], Any]
"""Makes a token of the value that it shall stand beside."""


def signing(expected: Expected = UNPROVED) -> Callable[[Sign], Sign]:
    """A forgery against a file with true time-stamps."""
    return signed_anew(expected, of=stamped, trust=retired())


def value(pdf: bytes, field: int) -> cms.SignerInfo:
    """The SignerInfo in a field of a genuine file."""
    text = sheet.text_of(pdf, value_of(pdf, field))
    digits = text.split(b"/Contents <")[1].split(b">")[0]
    return cms.ContentInfo.load(bytes.fromhex(digits.decode()))["content"]["signer_infos"][0]


@cache
def genuine_token(field: int) -> cms.ContentInfo:
    """The token of a genuine signature."""
    attributes = {one["type"].native: one["values"] for one in value(stamped(), field)["unsigned_attrs"]}
    return attributes["signature_time_stamp_token"][0]


def with_token(make: Make) -> bytes:
    """The principal signs, and beside the signature stands the token that `make` makes of its value; then the seal."""

    def beside(info: dict[str, Any]) -> dict[str, Any]:
        made = make(info["signature"])
        parsed = made if isinstance(made, cms.ContentInfo) else cms.ContentInfo.load(made)
        return info | {"unsigned_attrs": cms.CMSAttributes([attribute("signature_time_stamp_token", parsed)])}

    recipe = Recipe(signer=beside)
    return sealed(enveloped(unsigned(), cast().principal, "principal", recipe, reserved=65536))


def imprint(signature: bytes) -> bytes:
    """What a token over a signature is over."""
    return hashlib.sha256(signature).digest()


@signing()
def no_token() -> bytes:
    """No proof of any time: a retired key passes only with one."""
    return with_claim()


def with_claim(*more: Any) -> bytes:  # noqa: ANN401 - attributes
    """The principal signs without a token, and with these attributes."""
    return sealed(
        enveloped(unsigned(), cast().principal, "principal", Recipe(attributes=lambda found: [*found, *more]))
    )


@signing()
def claimed_time() -> bytes:
    """The signature says that it was made in June: what a signer says of the time is shown, never trusted."""
    return with_claim(attribute("signing_time", cms.Time({"utc_time": core.UTCTime(SIGNED)})))


@signing()
def token_of_the_genuine_signature() -> bytes:
    """The token of the genuine signature, copied: it is over that signature's value."""
    return with_token(lambda _: genuine_token(5))


@signing()
def token_of_the_seal() -> bytes:
    """The token of the genuine seal, copied: it is over a seal, in another file."""
    return with_token(lambda _: genuine_token(6))


@signing()
def token_over_something_else() -> bytes:
    """A true token, and an old one, over any bytes that somebody had stamped once."""
    return with_token(lambda _: token(cast().tsa, hashlib.sha256(b"TOAN 5.0").digest(), SIGNED))


@signing()
def token_after_the_end() -> bytes:
    """A true token of today: it proves that the signature is as young as it looks."""
    return with_token(lambda signature: token(cast().tsa, imprint(signature), AFTER))


@signing()
def token_from_the_future() -> bytes:
    """A token of tomorrow: a clock that is wrong proves nothing."""
    return with_token(lambda signature: token(cast().tsa, imprint(signature), NOW + DAY))


@signing()
def token_of_a_strangers_clock() -> bytes:
    """An authority of the right name and a key of its own: only the ministry's clocks are believed."""
    authority = certification.authority("CA dấu thời gian thử", certification.p256_key(), NOW)
    made = certification.p256_key()
    issued = certification.certify(authority, "Dấu thời gian thử", "Trường thử", made, NOW, time_stamps=True)
    signer = kit.Signer(issued, made, authority.chain, name="Dấu thời gian thử")
    return with_token(lambda signature: token(signer, imprint(signature), SIGNED))


@signing()
def token_of_the_principals_own() -> bytes:
    """The principal stamps his own signature: a document's key is no clock."""
    return with_token(lambda signature: token(cast().principal, imprint(signature), SIGNED))


@signing()
def token_that_was_changed() -> bytes:
    """A true token whose time was set back: its own signature does not hold any more."""

    def earlier(signature: bytes) -> bytes:
        made = token(cast().tsa, imprint(signature), AFTER)
        old, new = (one.strftime("%Y%m%d%H%M%S").encode() for one in (AFTER, SIGNED))
        if old not in made:
            raise LookupError(old)
        return made.replace(old, new)

    return with_token(earlier)


@signing()
def token_with_a_weak_imprint() -> bytes:
    """A token over a SHA-1 of the signature: two signatures may have the same."""

    def weak(signature: bytes) -> bytes:
        imprinted = hashlib.sha1(signature).digest()  # noqa: S324 - the weak imprint itself
        return token(cast().tsa, imprinted, SIGNED, imprinted="sha1")

    return with_token(weak)


@signing()
def token_from_before_signing() -> bytes:
    """A content time-stamp of June among the signed attributes: it proves that the file is old, not the signature."""

    def make(digest: bytes) -> bytes:
        made = cms.ContentInfo.load(token(cast().tsa, digest, SIGNED))
        recipe = Recipe(attributes=lambda found: [*found, attribute("content_time_stamp", made)])
        return signed_data(cast().principal, digest, recipe)

    return sealed(enclose(unsigned(), "principal", make, reserved=65536))


@signing()
def token_of_a_seal_that_came_first() -> bytes:
    """The seal was set and stamped in June, the principal signed behind it: a stamp proves what it covers."""
    pdf = sheet.sign(unsigned(), cast().seal, "school_seal", SIGNED)
    return sheet.sign(pdf, cast().principal, "principal")


@signing()
def document_time_stamp_that_came_first() -> bytes:
    """A document time-stamp of June over the draft: it covers no signature."""
    return sealed(sheet.sign(sheet.stamp(unsigned(), SIGNED), cast().principal, "principal"))


@signing(told("NO_PROOF_OF_EXISTENCE", perhaps=("SIGNATURE_BROKEN",)))
def token_as_the_principals_signature_value() -> bytes:
    """A token where a token should be, with another token's time around it: each speaks for what it is over."""
    return with_token(lambda _: token(cast().tsa, genuine_token(5).dump()[:32], SIGNED))


@signing(told("SIGNATURE_BROKEN", perhaps=("NO_PROOF_OF_EXISTENCE", "CANNOT_BE_JUDGED")))
def document_time_stamp_of_the_genuine_file() -> bytes:
    """The genuine file's document time-stamp, copied behind the forged one: it is over another file, and so broken."""
    genuine = sheet.stamp(stamped(), SIGNED)
    begin = genuine.rindex(b"/Contents <") + len(b"/Contents <")
    held = bytes.fromhex(genuine[begin : genuine.index(b">", begin)].decode()).rstrip(b"\0")
    return enclose(no_token(), "stamp", lambda _: held, sub_filter="/ETSI.RFC3161")


@signing(told("SIGNATURE_BROKEN", "NO_PROOF_OF_EXISTENCE", perhaps=("CANNOT_BE_JUDGED", "MODIFIED_AFTER_SIGNING")))
def document_time_stamp_over_nothing() -> bytes:
    """A true token of June over the digest of nothing, set as a document time-stamp: one that does not hold breaks."""
    empty = hashlib.sha256(b"").digest()
    return enclose(no_token(), "stamp", lambda _: token(cast().tsa, empty, SIGNED), sub_filter="/ETSI.RFC3161")
