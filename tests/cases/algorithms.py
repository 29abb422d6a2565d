"""Algorithms that still hold, and those that do not: HB-1, section 2."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import world
from certificates import certificate, usage
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa
from envelopes import Recipe, enveloped
from world import DAY, LONG_AGO, NOW, appointment, cast, key

from cases import VALID, Given, each, expect, given
from cases.envelope import SOUND, by
from cases.time_table import plain
from issuers import certification, kit
from verify.trust import Role

WEAK = expect("invalid", "WEAK_ALGORITHM", principal="TOTAL-FAILED/CRYPTO_CONSTRAINTS_FAILURE")


@cache
def keyed(kind: str) -> kit.Signer:
    """A principal with a key of this kind, certified."""
    made: Any = KINDS[kind]()
    ca = cast().authority
    issued = certificate(
        cast().principal.certificate.subject,
        made.public_key(),
        ca.certificate.subject,
        ca.key,
        LONG_AGO,
        NOW + DAY,
        (usage(),),
    )
    return kit.Signer(issued, made, ca.chain, name="Hiệu trưởng thử")


KINDS: dict[str, Callable[[], Any]] = {
    "rsa-2048": certification.rsa_key,
    "rsa-1024": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505 - weak, to be refused
    "rsa-2047": lambda: rsa.generate_private_key(65537, 2047),  # noqa: S505 - the same
    "p256": certification.p256_key,
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "brainpool": lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
    "ed25519": certification.ed25519_key,
    "ed448": ed448.Ed448PrivateKey.generate,
    "dsa": lambda: dsa.generate_private_key(2048),
}

PSS = Recipe(scheme="rsassa_pss")


@each(
    "WEAK_ALGORITHM` (MD5, SHA-1, RSA below 2048, curves but P-256, P-384, Ed25519)",
    "CRYPTO_CONSTRAINTS_FAILURE (TOTAL-FAILED here, stricter than the standard)",
    rows={
        "rsa-2048": (("rsa-2048", Recipe()), SOUND),
        "rsa-2048-pss": (("rsa-2048", PSS), SOUND),
        "rsa-2048-pss-sha512": (
            ("rsa-2048", Recipe(scheme="rsassa_pss", hashed="sha512", mask="sha512", salt=64)),
            SOUND,
        ),
        "rsa-2047": (("rsa-2047", Recipe()), WEAK),
        "rsa-1024": (("rsa-1024", Recipe()), WEAK),
        "p256": (("p256", Recipe()), SOUND),
        "p256-sha384": (("p256", Recipe(hashed="sha384")), SOUND),
        "p256-sha512": (("p256", Recipe(hashed="sha512")), SOUND),
        "p384": (("p384", Recipe()), SOUND),
        "p521": (("p521", Recipe()), WEAK),
        "secp256k1": (("secp256k1", Recipe()), WEAK),
        "brainpool": (("brainpool", Recipe()), WEAK),
        "ed25519": (("ed25519", Recipe()), SOUND),
        "ed25519-sha512": (("ed25519", Recipe(hashed="sha512")), SOUND),
        "ed448": (("ed448", Recipe()), WEAK),
        "sha1": (("p256", Recipe(hashed="sha1")), WEAK),
        "md5": (("rsa-2048", Recipe(hashed="md5")), WEAK),
        "sha224": (("p256", Recipe(hashed="sha224")), WEAK),
        "ed25519-sha1": (("ed25519", Recipe(hashed="sha1")), WEAK),
        "rsa-scheme-without-its-hash": (("rsa-2048", Recipe(scheme="rsassa_pkcs1v15")), SOUND),
    },
)
def an_algorithm(handed: tuple[str, Recipe]) -> Given:
    """A weak algorithm is no proof of anything, though the arithmetic is right."""
    kind, recipe = handed
    signer = keyed(kind)
    return given(by(recipe, signer, hashed=recipe.hashed), **in_place_of_principal(signer))


def in_place_of_principal(signer: kit.Signer) -> dict[str, Any]:
    """This signer's key, and the principal's appointment for it."""
    appointments = (appointment(signer, Role.PRINCIPAL), *world.Trust().appointments[1:])
    return {"principal": key(signer), "appointments": appointments}


@each(
    "From signatures: HASH_FAILURE, SIG_CRYPTO_FAILURE, FORMAT_FAILURE -> `SIGNATURE_BROKEN`",
    rows={
        "pss-with-another-mask": (
            Recipe(scheme="rsassa_pss", mask="sha512"),
            expect("invalid", "SIGNATURE_BROKEN", notary="TOTAL-FAILED/FORMAT_FAILURE"),
        ),
        "pss-with-another-value": (
            Recipe(scheme="rsassa_pss", signer=lambda info: info | {"signature": b"\1" * 256}),
            expect("invalid", "SIGNATURE_BROKEN", notary="TOTAL-FAILED/SIG_CRYPTO_FAILURE"),
        ),
    },
)
def a_notary_with_pss(recipe: Recipe) -> Given:
    """The parameters of PSS are part of what is signed with."""
    return given(enveloped(plain(), keyed("rsa-2048"), "notary", recipe))


@each(
    "`WEAK_ALGORITHM` (in a required signature)",
    rows={
        "sha1": (Recipe(hashed="sha1"), VALID),
    },
)
def a_weak_notary(recipe: Recipe) -> Given:
    """Nothing rests on a signature that does not count."""
    return given(enveloped(plain(), cast().teacher, "notary", recipe, hashed="sha1"), more_keys=(key(cast().teacher),))
