"""Does the signer's certificate lead to an anchor of the registry? HB-1, section 2; RFC 5280, section 6."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import sheet
import world
from certificates import certificate, name_of, renewed, usage
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from envelopes import Recipe, enveloped
from world import DAY, LONG_AGO, NOW, SIGNED, cast

from cases import VALID, Given, case, each, expect, given
from cases.envelope import by
from cases.existence import UNPROVED, retired
from cases.status_data import PRINCIPAL, REVOKED, SEAL, listed
from cases.time_ends import SEPTEMBER
from cases.time_table import plain
from issuers import certification, kit
from verify.trust import Anchor, Use

ASTRAY = expect("indeterminate", "UNKNOWN_KEY", principal="INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND")
NEITHER = expect(
    "indeterminate",
    "UNKNOWN_KEY",
    principal="INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND",
    school_seal="INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND",
)
CA = cast().authority
Extensions = tuple[tuple[x509.ExtensionType, bool], ...]


def anchored(made: Given, change: Callable[[Anchor], Anchor | None]) -> Given:
    """The same with the anchors changed, or taken away."""
    changed = [change(one) for one in made.trust.anchors]
    return replace(made, trust=replace(made.trust, anchors=tuple(one for one in changed if one)))


@each(
    "NO_CERTIFICATE_CHAIN_FOUND (a distrusted anchor too) -> `UNKNOWN_KEY`",
    "also NO_CERTIFICATE_CHAIN_FOUND of a taken signature",
    rows={
        "in-order": (lambda one: one, VALID),
        "distrusted": (lambda one: replace(one, distrusted_at=NOW - DAY), NEITHER),
        "distrusted-before-signing": (lambda one: replace(one, distrusted_at=LONG_AGO), NEITHER),
        "none": (lambda _: None, NEITHER),
        "of-another-use": (lambda one: replace(one, use=Use.TIMESTAMP), NEITHER),
        "another": (lambda one: replace(one, der=world.der(cast().stranger)), NEITHER),
        "the-issuing-authority-itself": (lambda one: replace(one, der=world.der(issuing())), VALID),
    },
)
def an_anchor(change: Callable[[Anchor], Anchor | None]) -> Given:
    """Registered keys, appointments in force: without an anchor above the certificate nothing holds."""
    return anchored(given(plain()), change)


def issuing() -> kit.Signer:
    """The authority under the root."""
    return kit.Signer(CA.certificate, CA.key)


def issued(*extensions: tuple[x509.ExtensionType, bool], **by: Any) -> kit.Signer:  # noqa: ANN401 - of `certificate`
    """The principal's key under another certificate."""
    made = certificate(
        cast().principal.certificate.subject,
        cast().principal.key.public_key(),
        by.get("issuer", CA.certificate.subject),
        by.get("issuer_key", CA.key),
        LONG_AGO,
        NOW + DAY,
        extensions,
    )
    return replace(cast().principal, certificate=made, chain=by.get("chain", CA.chain))


def signed_by(signer: kit.Signer) -> Given:
    """The principal signs under that certificate, which is registered."""
    pdf = enveloped(sheet.sheet(), signer, "principal", Recipe())
    return given(sheet.sign(pdf, cast().seal, "school_seal"), principal=world.key(signer))


def purposes(*oids: x509.ObjectIdentifier, critical: bool = False) -> tuple[x509.ExtensionType, bool]:
    """An extended key usage."""
    return x509.ExtendedKeyUsage(oids), critical


MYSTERY = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.32473.9"), b"\x05\x00")


@each(
    "also NO_CERTIFICATE_CHAIN_FOUND of a taken signature",
    rows={
        "no-extensions": ((), VALID),
        "for-signatures": ((usage(),), VALID),
        "for-encryption-alone": ((usage(sign=False),), ASTRAY),
        "for-mail": ((usage(), purposes(ExtendedKeyUsageOID.EMAIL_PROTECTION)), VALID),
        "a-mystery": ((usage(), (MYSTERY, False)), VALID),
        "a-critical-mystery": ((usage(), (MYSTERY, True)), ASTRAY),
    },
)
def a_certificate_of_a_signer(extensions: Extensions) -> Given:
    """What the certificate says that its key is for; what is critical and not understood leads nowhere."""
    return signed_by(issued(*extensions))


@cache
def unbounded() -> certification.Authority:
    """A root without a bound on the length of paths."""
    key = certification.p256_key()
    name = name_of("CA gốc thử khác")
    extensions = ((x509.BasicConstraints(ca=True, path_length=None), True), usage(sign=False, ca=True))
    root = certificate(name, key.public_key(), name, key, LONG_AGO, NOW + 365 * DAY, extensions)
    return replace(CA, certificate=root, key=key, root=root)


def chain(length: int, *, broken: str = "") -> kit.Signer:
    """The principal under a chain of authorities below `unbounded()`; something is wrong with the lowest."""
    above = unbounded()
    name, key = above.root.subject, above.key
    chained: list[x509.Certificate] = []
    for index in range(length):
        lowest = index == length - 1
        own: Any = certification.rsa_key(1024) if lowest and broken == "weak-key" else certification.p256_key()
        until = SIGNED if lowest and broken == "ended" else NOW + DAY
        since = NOW + 2 * DAY if lowest and broken == "disjoint" else LONG_AGO
        extensions: Extensions = ((x509.BasicConstraints(ca=True, path_length=None), True), usage(sign=False, ca=True))
        if lowest and broken == "no-authority":
            extensions = (usage(),)
        signing = cast().stranger.key if lowest and broken == "forged" else key
        made = certificate(
            name_of(f"CA {index} thử"), own.public_key(), name, signing, since, max(until, since + DAY), extensions
        )
        name, key, chained = made.subject, own, [made, *chained]
    return issued(usage(), issuer=name, issuer_key=key, chain=(*chained, above.root))


DEEP: dict[str, tuple[tuple[int, str], Any]] = {
    "none-between": ((0, ""), VALID),
    "one-between": ((1, ""), VALID),
    "five-between": ((5, ""), VALID),
    "six-between": ((6, ""), ASTRAY),
    "one-that-is-no-authority": ((1, "no-authority"), ASTRAY),
    "one-that-is-forged": ((1, "forged"), ASTRAY),
    "one-with-a-weak-key": ((1, "weak-key"), ASTRAY),
    "one-that-began-after-the-signers-ended": ((1, "disjoint"), ASTRAY),
    "one-that-ended": ((1, "ended"), expect("indeterminate", "NO_PROOF_OF_EXISTENCE")),
}


@each("also NO_CERTIFICATE_CHAIN_FOUND of a taken signature", rows=DEEP)
def a_chain_of_authorities(handed: tuple[int, str]) -> Given:
    """A path is as good as its weakest certificate, and not too long."""
    length, broken = handed
    signer = chain(length, broken=broken)
    made = signed_by(signer)
    root = Anchor("another", signer.chain[-1].public_bytes(Encoding.DER), Use.DOCUMENT, "registry")
    return replace(made, trust=replace(made.trust, anchors=(*made.trust.anchors, root)))


@each(
    "also NO_CERTIFICATE_CHAIN_FOUND of a taken signature",
    rows={"known-to-the-registry": (True, VALID), "unknown": (False, ASTRAY)},
)
def a_signature_without_its_chain(known: bool) -> Given:  # noqa: FBT001 - a row
    """The authority's certificate is not in the file; the registry saw it at admission, or nobody did."""
    alone = replace(cast().principal, chain=())
    pdf = enveloped(sheet.sheet(), alone, "principal", Recipe())
    intermediates = (world.der(issuing()),) if known else ()
    return given(sheet.sign(pdf, cast().seal, "school_seal"), intermediates=intermediates)


@case("also NO_CERTIFICATE_CHAIN_FOUND of a taken signature", expected=VALID)
def a_chain_in_the_security_store() -> Given:
    """PAdES B-LT: the certificates above travel in the file's security store."""
    alone = replace(cast().principal, chain=())
    pdf = sheet.sign(enveloped(sheet.sheet(), alone, "principal", Recipe()), cast().seal, "school_seal")
    return given(sheet.stored(pdf, Certs=[world.der(issuing())]))


@each(
    "from a time-stamp authority of the registry",
    rows={
        "for-time-stamps-alone": ((usage(), purposes(ExtendedKeyUsageOID.TIME_STAMPING, critical=True)), VALID),
        "not-critical": ((usage(), purposes(ExtendedKeyUsageOID.TIME_STAMPING)), UNPROVED),
        "for-more": (
            (usage(), purposes(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION, critical=True)),
            UNPROVED,
        ),
        "for-nothing-in-particular": ((usage(),), UNPROVED),
    },
)
def a_certificate_of_a_time_stamp_authority(extensions: Extensions) -> Given:
    """RFC 3161, 2.3: time-stamping is its only purpose, and says so critically."""
    tsa = renewed(cast().tsa, cast().stamps, LONG_AGO, NOW + DAY, *extensions)
    stamper = certification.TimeStampAuthority(tsa, SIGNED)
    pdf = kit.sign(sheet.sheet(), cast().principal, "principal", timestamper=stamper, at=SIGNED)
    return given(sheet.sign(pdf, cast().seal, "school_seal"), **retired())


@case(
    "Of several INDETERMINATE answers the sub-indication shown is, first to last",
    expected=expect("valid", stranger="INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND"),
)
def a_stranger_beside_principal_and_seal() -> Given:
    """Neither the certificate nor the key leads anywhere: what is shown is the first of the list."""
    return given(enveloped(plain(), cast().stranger, "stranger", Recipe()))


WORST: dict[str, tuple[dict[str, Any], Any]] = {
    "no-chain-before-revoked": (
        {"principal": world.key(cast().principal, revoked_at=SIGNED)},
        expect("indeterminate", "UNKNOWN_KEY", "KEY_REVOKED", principal="INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND"),
    ),
    "no-chain-before-suspended": (
        {"principal": world.key(cast().principal, suspended_since=SIGNED)},
        expect("indeterminate", "UNKNOWN_KEY", "KEY_SUSPENDED", principal="INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND"),
    ),
}


@each("Of several INDETERMINATE answers the sub-indication shown is, first to last", rows=WORST)
def two_answers_of_one_signature(changes: dict[str, Any]) -> Given:
    """All reasons are told; the first of the list is shown."""
    return anchored(given(plain(), **changes), lambda _: None)


@case(
    "Then, in this order: 1. `invalid`: a document-level fault of the table below, or a required role that took a",
    expected=expect("invalid", "SIGNATURE_BROKEN", "TRANSCRIPT_SUPERSEDED"),
)
def invalid_comes_before_superseded() -> Given:
    """A broken notary's signature in a transcript that was replaced."""
    forged = replace(cast().teacher, key=cast().stranger.key)
    newer = world.registration(version=2, record_digest="2" * 64)
    return given(enveloped(plain(), forged, "notary", Recipe()), versions=(world.registration(), newer))


@case(
    "2. `indeterminate`: a required role without a candidate",
    expected=expect("indeterminate", "KEY_SUSPENDED", "TRANSCRIPT_SUPERSEDED"),
)
def indeterminate_comes_before_superseded() -> Given:
    """Suspended and replaced: nobody can say yet that it was authentic."""
    newer = world.registration(version=2, record_digest="2" * 64)
    principal = world.key(cast().principal, suspended_since=SIGNED)
    return given(plain(), principal=principal, versions=(world.registration(), newer))


@each(
    "Without a signing-certificate(-v2) attribute the worst of the key's certificates is judged",
    rows={
        "with-it": (Recipe(), VALID),
        "without-it": (Recipe(names_certificate=""), REVOKED),
        "with-the-older-one": (Recipe(names_certificate="signing_certificate"), VALID),
    },
)
def a_renewed_certificate_whose_predecessor_was_revoked(recipe: Recipe) -> Given:
    """Without the attribute, nobody can say which of the certificates the signer meant."""
    older = renewed(PRINCIPAL, CA, LONG_AGO, NOW + DAY)
    made = world.key(PRINCIPAL)
    revoked = replace(world.key(older).certificates[0], revoked_at=SEPTEMBER)
    return given(by(recipe), principal=replace(made, certificates=(*made.certificates, revoked)))


@case("asked one by one", expected=REVOKED)
def an_unregistered_certificate_of_a_registered_key() -> Given:
    """The certificate in the signature is not the registered one, and its authority has revoked it."""
    newer = renewed(PRINCIPAL, CA, LONG_AGO, NOW + 30 * DAY)
    pdf = sheet.sign(sheet.sign(sheet.sheet(), newer, "principal"), SEAL, "school_seal")
    return given(pdf, revoked=(listed(serial=newer.certificate.serial_number),))
