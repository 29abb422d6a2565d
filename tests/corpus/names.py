"""Other people's keys under the right names: a name in a certificate says nothing, the key does."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import world
from cases.roles import other_school
from certificates import certificate, usage
from cryptography import x509
from envelopes import Recipe, enveloped
from world import DAY, LONG_AGO, NOW, OTHER, appointment, cast, key

from corpus import signing, told
from corpus.genuine import half, sealed, signed_by, unsigned
from issuers import certification, kit
from verify.trust import Key, KeyState, Role

UNKNOWN = told("UNKNOWN_KEY", "ROLE_MISSING")
MISSING = told("ROLE_MISSING")
ELSEWHERE = told("ISSUER_MISMATCH", "ROLE_MISSING")

MINE = cast().principal.certificate


@cache
def forger() -> kit.PrivateKey:
    """The forger's key."""
    return certification.p256_key()


def certified(
    issuer: x509.Name, issuer_key: kit.PrivateKey, *chain: x509.Certificate, more: tuple[Any, ...] = ()
) -> kit.Signer:
    """The forger under the principal's name, certified by somebody."""
    made = certificate(
        MINE.subject,
        forger().public_key(),
        issuer,
        issuer_key,
        LONG_AGO,
        NOW + DAY,
        (usage(), *more),
    )
    return kit.Signer(made, forger(), chain or (MINE, MINE), name="Hiệu trưởng thử")


def by(signer: kit.Signer, recipe: Recipe | None = None) -> bytes:
    """Signed by this principal, then sealed."""
    return sealed(enveloped(unsigned(), signer, "principal", recipe or Recipe(), reserved=32768))


@signing(UNKNOWN)
def principals_name_from_another_authority() -> bytes:
    """The same name from an authority that nobody trusts: the registry knows keys, not names."""
    return by(cast().stranger)


@signing(UNKNOWN)
def principals_name_from_an_authority_of_the_same_name() -> bytes:
    """An authority that calls itself like the true one: its key is another."""
    authority = certification.authority(cast().authority.name, certification.p256_key(), NOW)
    return by(certified(authority.certificate.subject, authority.key, *authority.chain))


@signing(UNKNOWN)
def principals_name_signed_by_himself() -> bytes:
    """The forger certifies himself: he is his own authority."""
    return by(certified(MINE.subject, forger()))


@signing(UNKNOWN)
def principals_name_in_the_true_authoritys_name() -> bytes:
    """The certificate names the true authority, and was signed by the forger: a name is no signature."""
    return by(certified(MINE.issuer, forger(), *cast().authority.chain))


@signing(UNKNOWN)
def principals_key_identifier() -> bytes:
    """The certificate bears the identifier of the principal's key: an identifier can be copied, a key cannot."""
    identifier = MINE.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return by(certified(MINE.issuer, forger(), *cast().authority.chain, more=((identifier, False),)))


@signing(UNKNOWN)
def principals_name_under_a_teachers_certificate() -> bytes:
    """A teacher's certificate as an authority: it is no authority, and may issue nothing."""
    teacher = cast().teacher
    return by(certified(teacher.certificate.subject, teacher.key, teacher.certificate, *cast().authority.chain))


@signing(UNKNOWN)
def principals_name_from_the_true_authority() -> bytes:
    """The true authority was deceived, and certified the forger: the registry has never heard of his key."""
    return by(certified(MINE.issuer, cast().authority.key, *cast().authority.chain))


@signing(UNKNOWN)
def strangers_chain_with_the_true_authority_enclosed() -> bytes:
    """The true authority's certificates lie in the stranger's envelope: a path leads from the signer, or nowhere."""
    true = tuple(world.der(replace(cast().principal, certificate=one)) for one in cast().authority.chain)
    return by(cast().stranger, Recipe(certificates=true))


@signing(told("UNKNOWN_KEY", "ROLE_MISSING"))
def strangers_for_both() -> bytes:
    """Both signatures are a stranger's, both certificates bear the right names."""
    pdf = enveloped(unsigned(), cast().stranger, "principal")
    return enveloped(pdf, certified(MINE.subject, forger()), "school_seal", reserved=32768)


# Keys that are known, and not for this.


@signing(MISSING)
def principal_in_both_fields() -> bytes:
    """The principal signs in the seal's field as well: a field's name gives nobody a role."""
    return enveloped(half(), cast().principal, "school_seal")


@signing(MISSING)
def seal_in_both_fields() -> bytes:
    """The school's seal in the principal's field: a stolen seal is no principal."""
    return sealed(enveloped(unsigned(), cast().seal, "principal"))


@signing(MISSING)
def time_stamp_authority_as_the_principal() -> bytes:
    """A key of the ministry's, and the best known of all: it stamps times, and takes no role."""
    return by(cast().tsa)


TEACHER = {
    "more_keys": (key(cast().teacher),),
    "appointments": (*world.Trust().appointments, appointment(cast().teacher, Role.HOMEROOM_TEACHER)),
}


@signing(MISSING, trust=TEACHER)
def teacher_as_the_principal() -> bytes:
    """A teacher of the school, known and appointed, in the principal's field: appointed as a teacher."""
    return by(cast().teacher)


@signing(told("ROLE_MISSING"), trust={"more_keys": (key(cast().teacher),)})
def known_key_without_an_office() -> bytes:
    """A key of the registry without any appointment here: known is not appointed."""
    return by(cast().teacher)


def elsewhere(role: Role) -> dict[str, Any]:
    """The teacher's key holds this role at another school."""
    there = appointment(cast().teacher, role, OTHER)
    return {"more_keys": (key(cast().teacher),), "appointments": (*world.Trust().appointments, there), **other_school()}


@signing(ELSEWHERE, trust=elsewhere(Role.PRINCIPAL))
def principal_of_another_school() -> bytes:
    """A true principal, of another school: he signs what is not his to sign."""
    return by(cast().teacher)


@signing(
    told("ISSUER_MISMATCH", "ROLE_MISSING", perhaps=("MODIFIED_AFTER_SIGNING",)), trust=elsewhere(Role.SCHOOL_SEAL)
)
def seal_of_another_school() -> bytes:
    """A true seal, of another school: it seals what is not its own, and draws over the page what does not count."""
    return enveloped(half(), cast().teacher, "school_seal")


def proposed(state: KeyState) -> dict[str, Any]:
    """The teacher's key is to become a principal's, and was not admitted."""
    waiting: Key = key(cast().teacher, state=state, admitted=False)
    held = (*world.Trust().appointments, appointment(cast().teacher, Role.PRINCIPAL))
    return {"more_keys": (waiting,), "appointments": held}


@signing(UNKNOWN, trust=proposed(KeyState.PROPOSED))
def key_that_is_only_proposed() -> bytes:
    """A key that somebody proposed yesterday: nobody has approved it."""
    return by(cast().teacher)


@signing(UNKNOWN, trust=proposed(KeyState.REJECTED))
def key_that_was_rejected() -> bytes:
    """A key that was refused: it is in the registry, so that it stays refused."""
    return by(cast().teacher)


@signing(MISSING)
def seal_alone() -> bytes:
    """The school's seal, and nobody who answers for the marks."""
    return signed_by("school_seal")


@signing(MISSING)
def principal_alone() -> bytes:
    """The principal, and no seal of the school: half a transcript is none."""
    return signed_by("principal")
