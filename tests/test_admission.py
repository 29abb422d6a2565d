"""May this key enter? Every rule of HB-1 section 6 by a key or certificate that breaks it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from founding import (
    DAY,
    HOST,
    NOW,
    ca,
    certificate,
    chain,
    der,
    founded,
    private,
    refused,
    spki,
)
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from issuers import anchors, store
from issuers.admission import (
    MAX_CHAIN,
    MAX_DER,
    Candidate,
    admit,
    authority,
    close_primes,
    every_anchor,
    judge_key,
    read,
)
from issuers.refusals import Refused, Why
from verify.trust import Use

DOCUMENT = Use.DOCUMENT


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with store.writing(founded(tmp_path)) as connection:
        yield connection


# Keys


def rsa_numbers(modulus: int, exponent: int = 65537) -> bytes:
    return spki(rsa.RSAPublicNumbers(exponent, modulus).public_key())


def short() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is the point


@cache
def prime() -> int:
    return rsa.generate_private_key(65537, 2048).private_numbers().p


def next_prime(number: int) -> int:
    number += 1 + number % 2
    while pow(2, number - 1, number) != 1:
        number += 2
    return number


def compressed() -> bytes:
    """The same point as `private("principal")`'s, written in its other way."""
    key = private("principal").public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    algorithm = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
    return b"\x30\x39" + algorithm + b"\x03\x22\x00" + point


def off_its_curve() -> bytes:
    good = bytearray(spki(private("principal").public_key()))
    good[-1] ^= 1
    return bytes(good)


def pss() -> bytes:
    """An RSA key that says it is for PSS alone: the same key under another algorithm would have another id."""
    good = spki(rsa.generate_private_key(65537, 2048).public_key())
    plain, pss_only = bytes.fromhex("06092a864886f70d0101010500"), bytes.fromhex("06092a864886f70d01010a")
    shorter = good.replace(plain, pss_only)
    algorithm = shorter.index(pss_only) - 2
    body = bytearray(shorter)
    body[algorithm + 1] -= 2
    body[2:4] = (int.from_bytes(body[2:4], "big") - 2).to_bytes(2, "big")
    return bytes(body)


def wide() -> bytes:
    return rsa_numbers((1 << 8200) + 0x1D5)


@pytest.mark.parametrize(
    ("key", "use", "why"),
    [
        (lambda: spki(short().public_key()), DOCUMENT, Why.KEY_WEAK),
        (lambda: spki(rsa.generate_private_key(3, 2048).public_key()), DOCUMENT, Why.KEY_WEAK),
        (lambda: rsa_numbers(prime() * next_prime(prime())), DOCUMENT, Why.KEY_WEAK),
        (lambda: rsa_numbers(1 << 2047), DOCUMENT, Why.KEY_WEAK),
        (wide, DOCUMENT, Why.KEY_TOO_LARGE),
        (pss, DOCUMENT, Why.KEY_ENCODING),
        (compressed, DOCUMENT, Why.KEY_ENCODING),
        (off_its_curve, DOCUMENT, Why.KEY_UNREADABLE),
        (lambda: b"", DOCUMENT, Why.KEY_UNREADABLE),
        (lambda: spki(private("principal").public_key()) + b"\x00", DOCUMENT, Why.KEY_UNREADABLE),
        (lambda: spki(ec.generate_private_key(ec.SECP521R1()).public_key()), DOCUMENT, Why.KEY_KIND),
        (lambda: spki(ec.generate_private_key(ec.SECP256K1()).public_key()), DOCUMENT, Why.KEY_KIND),
        (lambda: spki(ed448.Ed448PrivateKey.generate().public_key()), DOCUMENT, Why.KEY_KIND),
        (lambda: spki(dsa.generate_private_key(2048).public_key()), DOCUMENT, Why.KEY_KIND),
        (lambda: spki(ec.generate_private_key(ec.SECP384R1()).public_key()), Use.QR, Why.KEY_KIND),
        (lambda: spki(private("rsa").public_key()), Use.QR, Why.KEY_KIND),
    ],
)
def test_a_key_is_refused(key: Callable[[], bytes], use: Use, why: Why) -> None:
    with refused(Refused, why, "public_key"):
        judge_key(key(), use, field="public_key")


@pytest.mark.parametrize(
    ("key", "use"),
    [
        (lambda: private("rsa").public_key(), DOCUMENT),
        (lambda: rsa.generate_private_key(65537, 3072).public_key(), Use.TIMESTAMP),
        (lambda: private("principal").public_key(), DOCUMENT),
        (lambda: ec.generate_private_key(ec.SECP384R1()).public_key(), DOCUMENT),
        (lambda: private("ed").public_key(), DOCUMENT),
        (lambda: private("principal").public_key(), Use.QR),
        (lambda: private("ed").public_key(), Use.QR),
    ],
)
def test_a_key_may_enter(key: Callable[[], Any], use: Use) -> None:
    judge_key(spki(key()), use, field="public_key")


@given(st.integers(min_value=2, max_value=1 << 64), st.integers(min_value=0, max_value=1 << 16))
def test_fermat_finds_what_lies_close(first: int, apart: int) -> None:
    """Of two odd factors a few thousand apart, the mean is within a step or two of the root, once they are large."""
    one = (first << 1 | 1) + (1 << 200)
    assert close_primes(one * (one + 2 * apart))


def test_fermat_does_not_take_good_keys_for_weak() -> None:
    assert not any(close_primes(short().public_key().public_numbers().n) for _ in range(20))


# Certificates


def made(  # noqa: PLR0913 - one for each thing that can be wrong
    name: str = "made",
    *,
    by: Any = None,  # noqa: ANN401 - an authority, or none for its own
    since: datetime = NOW - 100 * DAY,
    until: datetime = NOW + 100 * DAY,
    basic: x509.BasicConstraints | None = None,
    usage: tuple[str, ...] | None = ("digital_signature",),
    purposes: list[x509.ObjectIdentifier] | None = None,
    critical: bool = True,
    padding: int = 0,
) -> bytes:
    """A certificate by the CA of these tests, with one thing wrong."""
    by, key = by or ca(), private(name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
    )
    if basic is not None:
        builder = builder.add_extension(basic, critical=True)
    if usage is not None:
        builder = builder.add_extension(key_usage(*usage), critical=True)
    if purposes is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
    if padding:
        alternatives = [x509.DNSName("a" * 60 + f"{number}.example") for number in range(padding)]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return der(builder.sign(by.key, hashes.SHA256()))


def key_usage(*said: str) -> x509.KeyUsage:
    bits = [
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    ]
    return x509.KeyUsage(**{bit: bit in said for bit in bits})


TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING


@cache
def same_name() -> Any:  # noqa: ANN401 - an authority
    """An authority that bears the CA's name and holds another key."""
    return replace(ca(), key=private("impostor"))


BROKEN: dict[str, tuple[Callable[[], bytes], Use, Why]] = {
    "a CA's": (lambda: made(basic=x509.BasicConstraints(ca=True, path_length=None)), DOCUMENT, Why.CERTIFICATE_IS_CA),
    "no usage": (lambda: made(usage=None), DOCUMENT, Why.KEY_USAGE),
    "another usage": (lambda: made(usage=("key_encipherment",)), DOCUMENT, Why.KEY_USAGE),
    "no purpose": (made, Use.TIMESTAMP, Why.KEY_USAGE),
    "two purposes": (
        lambda: made(purposes=[TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH]),
        Use.TIMESTAMP,
        Why.KEY_USAGE,
    ),
    "not critical": (lambda: made(purposes=[TIME_STAMPING], critical=False), Use.TIMESTAMP, Why.NO_PATH_TO_ANCHOR),
    "ended": (lambda: made(until=NOW), DOCUMENT, Why.CERTIFICATE_EXPIRED),
    "by a stranger": (lambda: made(by=ca("Stranger")), DOCUMENT, Why.NO_PATH_TO_ANCHOR),
    "by a stranger of the same name": (lambda: made(by=same_name()), DOCUMENT, Why.NO_PATH_TO_ANCHOR),
    "a weak key": (lambda: certificate_of(short()), DOCUMENT, Why.KEY_WEAK),
    "too large": (lambda: made(padding=MAX_DER // 50), DOCUMENT, Why.CERTIFICATE_UNREADABLE),
    "no certificate": (lambda: b"no", DOCUMENT, Why.CERTIFICATE_UNREADABLE),
    "nothing": (lambda: b"", DOCUMENT, Why.CERTIFICATE_UNREADABLE),
    "one byte more": (lambda: made() + b"\x00", DOCUMENT, Why.CERTIFICATE_UNREADABLE),
    "PEM of something else": (
        lambda: b"-----BEGIN X-----\nAAAA\n-----END X-----\n",
        DOCUMENT,
        Why.CERTIFICATE_UNREADABLE,
    ),
    "too many": (lambda: pem(made()) * (MAX_CHAIN + 2), DOCUMENT, Why.CHAIN_TOO_LONG),
}


def certificate_of(key: Any) -> bytes:  # noqa: ANN401 - any private key
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(ca().certificate.subject)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
    return der(builder.sign(ca().key, hashes.SHA256()))


def pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(("certificate", "use", "why"), BROKEN.values(), ids=BROKEN)
def test_a_certificate_is_refused(connection: Connection, certificate: Callable[[], bytes], use: Use, why: Why) -> None:
    with refused(Refused, why, "certificate"):
        admit(connection, Candidate(use, certificate(), chain=chain()), at=NOW)


def test_a_weak_signature_of_the_ca_is_refused(connection: Connection) -> None:
    """SHA-1 collides: a CA's signature over it may have been made for another certificate."""
    good = certificate("rsa")
    with_sha1 = sha1_signed()
    admit(connection, Candidate(DOCUMENT, good, chain=chain()), at=NOW)
    with refused(Refused, Why.SIGNATURE_WEAK, "certificate"):
        admit(connection, Candidate(DOCUMENT, with_sha1, chain=chain()), at=NOW)


def sha1_signed() -> bytes:
    """One whose algorithm says SHA-1: refused before the signature itself is asked."""
    parsed = asn1.Certificate.load(made())
    parsed["signature_algorithm"]["algorithm"] = "sha1_ecdsa"
    parsed["tbs_certificate"]["signature"]["algorithm"] = "sha1_ecdsa"
    return bytes(parsed.dump(force=True))


def test_a_certificate_enters_with_the_intermediates_of_its_path(connection: Connection) -> None:
    stray = der(ca("Stranger").certificate)
    candidate = Candidate(DOCUMENT, pem(made()) + pem(stray), chain=(*chain(), stray))
    entrant = admit(connection, candidate, at=NOW)
    assert entrant.key == sha256(spki(private("made").public_key())).hexdigest()
    assert entrant.certificate is not None
    assert [one["sha256"] for one in entrant.certificate["chain"]] == [sha256(chain()[0]).hexdigest()]


def test_the_root_itself_in_a_chain_does_no_harm(connection: Connection) -> None:
    admit(connection, Candidate(DOCUMENT, made(), chain=(*chain(), der(ca().root))), at=NOW)


def test_without_its_intermediate_a_certificate_has_no_path(connection: Connection) -> None:
    with refused(Refused, Why.NO_PATH_TO_ANCHOR):
        admit(connection, Candidate(DOCUMENT, made()), at=NOW)


def test_an_anchor_serves_its_own_use_and_only_while_it_is_trusted(connection: Connection) -> None:
    (document,) = (anchor for anchor in every_anchor(connection) if anchor.use is DOCUMENT)
    anchors.distrust(connection, document.id, actor=HOST, at=NOW)
    with refused(Refused, Why.NO_PATH_TO_ANCHOR):
        admit(connection, Candidate(DOCUMENT, made(), chain=chain()), at=NOW)
    stamping = made(purposes=[TIME_STAMPING])
    admit(connection, Candidate(Use.TIMESTAMP, stamping, chain=chain()), at=NOW)


def test_a_certificate_that_begins_later_may_enter(connection: Connection) -> None:
    admit(connection, Candidate(DOCUMENT, made(since=NOW + DAY), chain=chain()), at=NOW)


@pytest.mark.parametrize(
    ("past", "enters"),
    [
        ((NOW - 50 * DAY, NOW - 40 * DAY), True),
        ((NOW - 99 * DAY, NOW - 20 * DAY), True),
        ((NOW - 200 * DAY, NOW - 99 * DAY), True),
        ((NOW - 200 * DAY, NOW - 100 * DAY), False),
        ((NOW - 20 * DAY, NOW), False),
    ],
)
def test_a_historical_certificate_was_in_force_in_its_interval(
    connection: Connection, past: tuple[datetime, datetime], *, enters: bool
) -> None:
    candidate = Candidate(DOCUMENT, made(until=NOW - 20 * DAY), chain=chain())
    if enters:
        admit(connection, candidate, at=NOW, past=past)
    else:
        with refused(Refused, Why.CERTIFICATE_OUTSIDE_INTERVAL):
            admit(connection, candidate, at=NOW, past=past)


def test_bare_keys_come_in_two_forms_and_are_one_key(connection: Connection) -> None:
    key = private("ed").public_key()
    forms = spki(key), key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert len({admit(connection, Candidate(Use.QR, public_key=form), at=NOW).key for form in forms}) == 1


@pytest.mark.parametrize("data", [b"", b"no", b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"])
def test_a_bare_key_that_is_none(connection: Connection, data: bytes) -> None:
    with refused(Refused, Why.KEY_UNREADABLE, "public_key"):
        admit(connection, Candidate(Use.QR, public_key=data), at=NOW)


def test_a_candidate_brings_something_and_nothing_that_disagrees(connection: Connection) -> None:
    with refused(Refused, Why.CERTIFICATE_MISSING):
        admit(connection, Candidate(DOCUMENT), at=NOW)
    other = spki(private("other").public_key())
    with refused(Refused, Why.CERTIFICATE_OF_ANOTHER_KEY):
        admit(connection, Candidate(DOCUMENT, made(), public_key=other, chain=chain()), at=NOW)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with refused(Refused, Why.CERTIFICATE_UNREADABLE):
        read(data)


def test_no_flipped_byte_breaks_the_reader() -> None:
    good = certificate("principal")
    found = set()
    for place in range(len(good)):
        for flip in (0x01, 0x80, 0xFF):
            broken = bytearray(good)
            broken[place] ^= flip
            try:
                judge_key(read(bytes(broken))[0].spki, DOCUMENT, field="certificate")
            except Refused as refusal:
                found.add(refusal.why)
    assert found <= {Why.CERTIFICATE_UNREADABLE, Why.KEY_UNREADABLE, Why.KEY_ENCODING, Why.KEY_KIND}


def test_a_ca_and_nothing_else_is_an_authority() -> None:
    assert authority(der(ca().root)).der == der(ca().root)
    for data in (certificate("principal"), pem(der(ca().root)) * 2):
        with refused(Refused, Why.CERTIFICATE_NOT_A_CA):
            authority(data)
