"""The exception for old tools, `docs/policy/HB-1-legacy.md`: indeterminate where HB-1 says invalid, never more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sheet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from envelopes import Change, Recipe, enclose, signed_data
from world import NOW, cast

from cases import Expected, Given, case, each, expect, given, shown
from cases.algorithms import in_place_of_principal, keyed
from cases.changes import annotation
from cases.envelope import by
from issuers import kit
from verify.policy import BARE, HB_1, HB_1_LEGACY, Policy
from verify.report import Finding, Outcome, Sub

TOLERATED = expect("indeterminate", "WEAK_ALGORITHM", principal="INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
WEAK = expect("invalid", "WEAK_ALGORITHM", principal="TOTAL-FAILED/CRYPTO_CONSTRAINTS_FAILURE")
BROKEN = expect("invalid", "SIGNATURE_BROKEN", "WEAK_ALGORITHM", principal="TOTAL-FAILED/SIG_CRYPTO_FAILURE")
MALFORMED = expect("invalid", "SIGNATURE_BROKEN", "ROLE_MISSING", principal="TOTAL-FAILED/FORMAT_FAILURE")

STRICTER = "CRYPTO_CONSTRAINTS_FAILURE (TOTAL-FAILED here, stricter than the standard)"
LAST_DAY = datetime(2027, 12, 31, 16, 59, 59, tzinfo=UTC)
"""The last second of it in Vietnam."""


def found(*weaknesses: str) -> tuple[Finding, ...]:
    """A finding for each weakness."""
    told = [{"algorithm": one, "tolerated_by": "HB-1.0-legacy"} for one in weaknesses]
    sub = Sub.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
    return tuple(Finding("algorithms", Outcome.INDETERMINATE, sub, facts) for facts in told)


@each(
    STRICTER,
    rows={
        "p256": (("p256", Recipe(hashed="sha1")), TOLERATED),
        "rsa": (("rsa-2048", Recipe(hashed="sha1")), TOLERATED),
        "pss": (("rsa-2048", Recipe(scheme="rsassa_pss", hashed="sha1", mask="sha1", salt=20)), TOLERATED),
        "ed25519": (("ed25519", Recipe(hashed="sha1")), TOLERATED),
        "sha256": (("p256", Recipe()), expect("valid", principal="TOTAL-PASSED")),
        "short-key": (("rsa-1024", Recipe(hashed="sha1")), WEAK),
        "another-curve": (("p521", Recipe(hashed="sha1")), WEAK),
        "md5": (("rsa-2048", Recipe(hashed="md5")), WEAK),
        "sha224": (("p256", Recipe(hashed="sha224")), WEAK),
        "another-hash-than-it-says": (("p256", Recipe(hashed="sha1", used="sha256")), BROKEN),
    },
    shows={"p256": shown("principal", *found("sha1"))},
)
def sha_1_by_exception(handed: tuple[str, Recipe]) -> Given:
    """SHA-1 alone is tolerated, and said; what is weak beside it is not."""
    kind, recipe = handed
    signer = keyed(kind)
    pdf = by(recipe, signer, hashed=recipe.hashed)
    return given(pdf, policy=HB_1_LEGACY, **in_place_of_principal(signer))


@each(
    STRICTER,
    rows={
        "last-second": (timedelta(0), TOLERATED),
        "a-second-later": (timedelta(seconds=1), WEAK),
    },
)
def after_the_exception(later: timedelta) -> Given:
    """The exception ends by itself, with a day in Vietnam."""
    signer = keyed("p256")
    old = in_place_of_principal(signer)
    # So late that the certificates of this world would have ended: a registered digest proves the signature in time.
    pdf = by(Recipe(hashed="sha1"), signer, hashed="sha1")
    return given(pdf, at=LAST_DAY + later, poe=NOW - timedelta(days=1), policy=HB_1_LEGACY, **old)


def bare(signer: kit.Signer, recipe: Recipe = Recipe(), **options: Any) -> bytes:  # noqa: ANN401, B008 - of `enclose`; frozen
    """The principal's signature over the document itself (RFC 5652, 5.4), then the seal's as it should be."""

    def make(digest: bytes) -> bytes:
        def drop(info: dict[str, Any]) -> dict[str, Any]:
            kept = {name: one for name, one in info.items() if name != "signed_attrs"}
            return kept | {"signature": over(signer.key, digest, recipe)}

        return signed_data(signer, digest, replace(recipe, signer=lambda info: recipe.signer(drop(info))))

    return sheet.sign(
        enclose(sheet.sheet(), "principal", make, hashed=recipe.hashed, **options), cast().seal, "school_seal"
    )


def over(key: Any, digest: bytes, recipe: Recipe) -> bytes:  # noqa: ANN401 - a private key
    """The value over a document of this digest."""
    hashed: Any = getattr(hashes, recipe.hashed.upper())()
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(hashed), recipe.salt)
        return key.sign(digest, pss if recipe.scheme else padding.PKCS1v15(), utils.Prehashed(hashed))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(digest, ec.ECDSA(utils.Prehashed(hashed)))
    value: bytes = key.sign(digest)
    return value


def of_other_digest(name: str) -> Change:
    """The hash that is named is another than the signature's."""
    return lambda info: info | {"digest_algorithm": {"algorithm": name}}


BARE_ROWS: dict[str, tuple[tuple[str, Recipe, Policy], Expected]] = {
    "not-under-hb-1": (("p256", Recipe(), HB_1), MALFORMED),
    "p256": (("p256", Recipe(), HB_1_LEGACY), TOLERATED),
    "rsa": (("rsa-2048", Recipe(), HB_1_LEGACY), TOLERATED),
    "pss": (("rsa-2048", Recipe(scheme="rsassa_pss"), HB_1_LEGACY), TOLERATED),
    "sha1-too": (("rsa-2048", Recipe(hashed="sha1"), HB_1_LEGACY), TOLERATED),
    "md5": (("rsa-2048", Recipe(hashed="md5"), HB_1_LEGACY), WEAK),
    "short-key": (("rsa-1024", Recipe(), HB_1_LEGACY), WEAK),
    "ed25519": (("ed25519", Recipe(), HB_1_LEGACY), BROKEN),
    "another-value": (
        ("rsa-2048", Recipe(signer=lambda info: info | {"signature": b"\1" * 256}), HB_1_LEGACY),
        BROKEN,
    ),
    "two-hashes": (("p256", Recipe(signer=of_other_digest("sha512")), HB_1_LEGACY), MALFORMED),
    "two-hashes-with-pss": (
        ("rsa-2048", Recipe(scheme="rsassa_pss", signer=of_other_digest("sha512")), HB_1_LEGACY),
        BROKEN,
    ),
    "unknown-hash": (
        ("rsa-2048", Recipe(scheme="rsassa_pkcs1v15", signer=of_other_digest("sha3_256")), HB_1_LEGACY),
        BROKEN,
    ),
    "other-content": (
        ("p256", Recipe(content_type="tst_info"), HB_1_LEGACY),
        MALFORMED,
    ),
}


@each(
    STRICTER,
    "From signatures: HASH_FAILURE, SIG_CRYPTO_FAILURE, FORMAT_FAILURE -> `SIGNATURE_BROKEN`",
    rows=BARE_ROWS,
    shows={
        "p256": shown("principal", *found(BARE)),
        "sha1-too": shown("principal", *found(BARE, "sha1")),
    },
)
def no_signed_attributes(handed: tuple[str, Recipe, Policy]) -> Given:
    """A signature over the document itself is one reading more: tolerated by exception, and said."""
    kind, recipe, policy = handed
    signer = keyed(kind)
    return given(bare(signer, recipe), policy=policy, **in_place_of_principal(signer))


@case(STRICTER, expected=expect("invalid", "MODIFIED_AFTER_SIGNING", "WEAK_ALGORITHM"))
def a_note_after_a_weak_signature() -> Given:
    """What follows a tolerated signature is watched as after any other."""
    signer = keyed("p256")
    pdf = sheet.updated(by(Recipe(hashed="sha1"), signer, hashed="sha1"), annotation)
    return given(pdf, policy=HB_1_LEGACY, **in_place_of_principal(signer))
