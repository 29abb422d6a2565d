"""Algorithms: weak ones, ones that are not what they say, and values that are nobody's."""

from __future__ import annotations

from typing import Any

import world
from asn1crypto import algos
from cases.algorithms import keyed
from envelopes import Recipe, enveloped
from world import appointment, cast, key

from corpus import BROKEN, BROKEN_ROLE, signing, told
from corpus.genuine import sealed, unsigned
from corpus.signers import by
from verify.trust import Role

WEAK = told("WEAK_ALGORITHM")


def hashed(name: str) -> bytes:
    """The principal signs with this hash function."""
    recipe = Recipe(hashed=name)
    return sealed(enveloped(unsigned(), cast().principal, "principal", recipe, hashed=name))


def valued(value: bytes) -> bytes:
    """The principal's signature with another value."""
    return by(Recipe(signer=lambda info: info | {"signature": value}))


def named(scheme: str) -> bytes:
    """The principal's signature under another name of its algorithm."""
    return by(Recipe(signer=lambda info: info | {"signature_algorithm": {"algorithm": scheme}}))


def appointed(kind: str) -> dict[str, Any]:
    """A second principal, with a key of this kind, as if a registry had let it in."""
    signer = keyed(kind)
    return {
        "more_keys": (key(signer),),
        "appointments": (*world.Trust().appointments, appointment(signer, Role.PRINCIPAL)),
    }


def keyed_by(kind: str) -> bytes:
    """Signed by that principal."""
    return sealed(enveloped(unsigned(), keyed(kind), "principal"))


@signing(WEAK)
def hash_that_collides() -> bytes:
    """SHA-1: a second file with the same hash can be made, and the signature would be for both."""
    return hashed("sha1")


@signing(WEAK)
def hash_that_is_too_short() -> bytes:
    """SHA-224: shorter than the law allows, however sound the arithmetic."""
    return hashed("sha224")


@signing(WEAK, trust=appointed("rsa-1024"))
def key_that_can_be_factored() -> bytes:
    """RSA of 1024 bits, in the registry by mistake: whoever can factor it is the principal."""
    return keyed_by("rsa-1024")


@signing(WEAK, trust=appointed("secp256k1"))
def curve_of_another_world() -> bytes:
    """A curve that is not admitted, in the registry by mistake: admitted are those of the law."""
    return keyed_by("secp256k1")


@signing(WEAK, trust=appointed("brainpool"))
def curve_that_is_not_ours() -> bytes:
    """A sound curve, and none of ours: the list is closed."""
    return keyed_by("brainpool")


@signing(BROKEN)
def hash_that_was_not_used() -> bytes:
    """SHA-256 is named and SHA-512 used: what is named is computed, never what would fit."""
    return by(Recipe(used="sha512"))


@signing(BROKEN_ROLE)
def two_hashes() -> bytes:
    """One hash for the file and another for the attributes: they are to be one."""
    return named("sha512_ecdsa")


@signing(BROKEN_ROLE)
def scheme_of_another_key() -> bytes:
    """RSA is named, and the key is on a curve: a scheme is its key's."""
    return named("sha256_rsa")


@signing(BROKEN_ROLE)
def scheme_without_a_hash() -> bytes:
    """Ed25519 is named for a key on P-256: the value is of as many bytes, and of another kind."""
    return named("ed25519")


@signing(BROKEN_ROLE)
def digest_algorithm_of_another_family() -> bytes:
    """MD5 is named for the digest, and SHA-256 was used: a weak name does not excuse a false one."""
    return by(Recipe(signer=lambda info: info | {"digest_algorithm": algos.DigestAlgorithm({"algorithm": "md5"})}))


@signing(BROKEN)
def value_of_two_zeros() -> bytes:
    """Nought and nought: careless arithmetic accepts them for every key and every file."""
    return valued(algos.DSASignature({"r": 0, "s": 0}).dump())


@signing(BROKEN)
def value_of_the_order() -> bytes:
    """Both numbers are the order of the curve: that is nought again, in other clothes."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return valued(algos.DSASignature({"r": order, "s": order}).dump())


@signing(BROKEN)
def value_of_ones() -> bytes:
    """One and one: a value that some keys would have to accept, and this is none of them."""
    return valued(algos.DSASignature({"r": 1, "s": 1}).dump())


@signing(BROKEN)
def value_that_is_empty() -> bytes:
    """No value at all: nothing is not the signature of anything."""
    return valued(b"")


@signing(BROKEN)
def value_that_is_the_hash() -> bytes:
    """The value is a hash: who computes and compares the wrong thing finds it equal."""
    return valued(b"\x20" * 32)
