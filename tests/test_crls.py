"""CRLs in the registry: whose are believed, what sticks, who is on hold, and what a slice says of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from founding import (
    DAY,
    FOUNDED,
    HOST,
    NOW,
    SECOND,
    appointed,
    by_certificate,
    ca,
    certificate,
    chain,
    der,
    every_row,
    founded,
    office,
    refused,
)
from sqlalchemy import Connection, Engine, select

from issuers import anchors, certification, crls, keys, listing, snapshot, store
from issuers.admission import Candidate
from issuers.audit import audit
from issuers.certification import Authority, crl, revoked
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.tables import crls as crl_rows
from issuers.tables import keys as key_rows
from issuers.tables import revoked_certificates, trust_anchors
from verify.revocation import HOLD
from verify.statusdata import EXPIRED_CERTS_ON_CRL, spki_sha256
from verify.trust import HeldCrl, KeyState, Names, RevokedCertificate, Use

BY: dict[str, Any] = {"actor": HOST, "at": NOW}
MARCH, APRIL, MAY, JUNE = (NOW - days * DAY for days in (240, 210, 180, 150))
ON_HOLD, COMPROMISE = x509.ReasonFlags.certificate_hold, x509.ReasonFlags.key_compromise
LIFTED, SUPERSEDED = x509.ReasonFlags.remove_from_crl, x509.ReasonFlags.superseded


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = founded(tmp_path)
    with store.writing(engine) as connection:
        appointed(connection, "principal")  # with its certificate the registry learns of the issuing CA
    yield engine
    engine.dispose()


def anchor(connection: Connection) -> str:
    return str(connection.scalar(select(trust_anchors.c.id).order_by(trust_anchors.c.id)))


def number(name: str = "principal", renewal: int = 0) -> int:
    return x509.load_der_x509_certificate(certificate(name, renewal=renewal)).serial_number


def listed(this_update: datetime, *entries: x509.RevokedCertificate, by: Authority | None = None) -> bytes:
    return crl(by or ca(), this_update, this_update + 30 * DAY, entries)


def imported(engine: Engine, *lists: bytes) -> None:
    for one in lists:
        with store.writing(engine) as connection:
            crls.import_crl(connection, anchor(connection), one, **BY)


def told(engine: Engine, *numbers: int) -> tuple[RevokedCertificate, ...]:
    return snapshot.read(engine, Names(serials=frozenset(numbers or {number()}))).revoked


def authority(of: Authority | None = None) -> str:
    return spki_sha256(der((of or ca()).certificate))


def test_a_list_is_held_and_what_it_lists_is_revoked(engine: Engine) -> None:
    data = listed(MAY, revoked(number(), APRIL, SUPERSEDED, MARCH), revoked(7, MARCH))
    with store.writing(engine) as connection:
        assert crls.import_crl(connection, anchor(connection), data, **BY) == sha256(data).hexdigest()
    found = snapshot.read(engine, Names(serials=frozenset({number()})))
    assert found.crls == (HeldCrl(authority(), MAY, MAY + 30 * DAY),)
    assert found.revoked == (RevokedCertificate(authority(), number(), APRIL, "superseded", MARCH),)
    assert told(engine, 7, 8) == (RevokedCertificate(authority(), 7, MARCH),)
    assert told(engine, 8) == ()
    assert audit(engine).disagreements == ()


def test_a_list_comes_as_pem_too_and_by_the_anchor_itself(engine: Engine) -> None:
    data = crl(ca().above, MAY, JUNE, [revoked(9, APRIL)])
    imported(engine, x509.load_der_x509_crl(data).public_bytes(Encoding.PEM))
    assert told(engine, 9) == (RevokedCertificate(authority(ca().above), 9, APRIL),)


def test_one_event_holds_the_list_as_evidence(engine: Engine) -> None:
    before = snapshot.generation(engine)[0]
    imported(engine, listed(MAY, *(revoked(each, APRIL) for each in range(1, 50))))
    assert snapshot.generation(engine)[0] == before + 1


def test_what_expired_may_stay_listed(engine: Engine) -> None:
    text = FOUNDED.strftime("%Y%m%d%H%M%SZ").encode()
    value = b"\x18" + bytes([len(text)]) + text
    extension = x509.UnrecognizedExtension(EXPIRED_CERTS_ON_CRL, value)
    imported(engine, crl(ca(), MAY, JUNE, extensions=[(extension, False)]))
    assert snapshot.read(engine, Names()).crls == (HeldCrl(authority(), MAY, JUNE, FOUNDED),)


class TestRevocationSticks:
    """A revocation once imported sticks; older CRLs only add (HB-1, 3)."""

    def test_also_if_a_later_list_drops_it(self, engine: Engine) -> None:
        imported(engine, listed(MAY, revoked(number(), APRIL)), listed(JUNE))
        assert [one.revoked_at for one in told(engine)] == [APRIL]

    def test_also_if_a_later_list_takes_it_back(self, engine: Engine) -> None:
        imported(engine, listed(MAY, revoked(number(), APRIL)), listed(JUNE, revoked(number(), MAY, LIFTED)))
        assert [one.revoked_at for one in told(engine)] == [APRIL]

    def test_also_if_a_later_list_has_it_on_hold(self, engine: Engine) -> None:
        imported(engine, listed(MAY, revoked(number(), APRIL)), listed(JUNE, revoked(number(), MAY, ON_HOLD)))
        assert told(engine) == (RevokedCertificate(authority(), number(), APRIL),)

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in-order", "older-last"])
    def test_in_any_order_the_stricter_word_holds(self, engine: Engine, order: tuple[int, int]) -> None:
        lists = (
            listed(MAY, revoked(number(), APRIL, SUPERSEDED, APRIL)),
            listed(JUNE, revoked(number(), MAY, COMPROMISE, MARCH)),
        )
        imported(engine, *(lists[each] for each in order))
        assert told(engine) == (RevokedCertificate(authority(), number(), APRIL, "key_compromise", MARCH),)

    def test_older_lists_are_kept_and_add(self, engine: Engine) -> None:
        imported(engine, listed(JUNE), listed(MAY, revoked(number(), APRIL)))
        found = snapshot.read(engine, Names(serials=frozenset({number()})))
        assert [one.this_update for one in found.crls] == [MAY, JUNE]
        assert [one.revoked_at for one in found.revoked] == [APRIL]
        assert audit(engine).disagreements == ()

    def test_twice_in_one_list_the_earlier_counts(self, engine: Engine) -> None:
        imported(engine, listed(JUNE, revoked(number(), MAY), revoked(number(), APRIL)))
        assert [one.revoked_at for one in told(engine)] == [APRIL]


class TestHold:
    """A certificateHold follows the CRL with the latest thisUpdate (HB-1, 3)."""

    def test_is_a_suspension_while_the_latest_list_says_so(self, engine: Engine) -> None:
        imported(
            engine, listed(APRIL, revoked(number(), MARCH, ON_HOLD)), listed(MAY, revoked(number(), APRIL, ON_HOLD))
        )
        assert told(engine) == (RevokedCertificate(authority(), number(), APRIL, HOLD),)

    @pytest.mark.parametrize("entries", [(), (LIFTED,)], ids=["dropped", "taken-back"])
    def test_is_lifted_without_a_mark(self, engine: Engine, entries: tuple[x509.ReasonFlags, ...]) -> None:
        imported(engine, listed(MAY, revoked(number(), APRIL, ON_HOLD)))
        imported(engine, listed(JUNE, *(revoked(number(), MAY, reason) for reason in entries)))
        assert told(engine) == ()
        imported(engine, listed(JUNE + DAY, revoked(number(), JUNE)))
        assert told(engine) == (RevokedCertificate(authority(), number(), JUNE),)

    def test_of_an_older_list_is_nothing(self, engine: Engine) -> None:
        imported(engine, listed(JUNE), listed(MAY, revoked(number(), APRIL, ON_HOLD)))
        assert told(engine) == ()

    def test_is_not_lifted_by_an_older_list(self, engine: Engine) -> None:
        imported(engine, listed(JUNE, revoked(number(), MAY, ON_HOLD)), listed(MAY))
        assert [one.reason for one in told(engine)] == [HOLD]

    def test_of_two_lists_of_one_instant_the_last_to_come_counts(self, engine: Engine) -> None:
        imported(engine, listed(MAY), listed(MAY, revoked(number(), APRIL, ON_HOLD)))
        assert [one.reason for one in told(engine)] == [HOLD]

    def test_that_ran_into_a_revocation_counts_from_its_start(self, engine: Engine) -> None:
        imported(
            engine, listed(MAY, revoked(number(), APRIL, ON_HOLD)), listed(JUNE, revoked(number(), MAY, SUPERSEDED))
        )
        assert told(engine) == (RevokedCertificate(authority(), number(), APRIL, "superseded"),)
        assert audit(engine).disagreements == ()

    def test_of_one_authority_is_not_another_s_to_lift(self, engine: Engine) -> None:
        imported(engine, listed(MAY, revoked(7, APRIL, ON_HOLD)), listed(JUNE, by=ca().above))
        assert [one.reason for one in told(engine, 7)] == [HOLD]

    def test_is_told_of_the_registered_certificate_too(self, engine: Engine) -> None:
        """Asked where a signature does not say which certificate it is of."""
        imported(engine, listed(MAY, revoked(number(), APRIL, ON_HOLD)))
        (key,) = (one for one in snapshot.read(engine, Names(keys=frozenset({key_of(engine)}))).keys.values())
        assert [(one.revoked_at, one.held_since) for one in key.certificates] == [(None, APRIL)]


def key_of(engine: Engine) -> str:
    with store.reading(engine) as connection:
        return str(connection.scalar(select(key_rows.c.id)))


def state_of(engine: Engine) -> Any:  # noqa: ANN401 - a row
    with store.reading(engine) as connection:
        return connection.execute(select(key_rows)).one()


def part(*, indirect: bool = False) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint(
        None,
        None,
        only_contains_user_certs=not indirect,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=indirect,
        only_contains_attribute_certs=False,
    )


class TestParts:
    """A part of a list, a delta, or one not understood adds revocations; it vouches for nothing and lifts no hold."""

    @pytest.mark.parametrize(
        "extension",
        [
            (part(), True),
            (part(), False),
            (x509.DeltaCRLIndicator(1), True),
            (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.32473.9"), b"\x05\x00"), True),
        ],
        ids=["part", "part-not-critical", "delta", "unknown"],
    )
    def test_adds_only(self, engine: Engine, extension: tuple[x509.ExtensionType, bool]) -> None:
        imported(engine, listed(APRIL, revoked(8, MARCH, ON_HOLD)))
        entries = [revoked(number(), APRIL), revoked(7, APRIL, ON_HOLD)]
        imported(engine, crl(ca(), MAY, JUNE, entries, [extension]))
        assert [one.this_update for one in snapshot.read(engine, Names()).crls] == [APRIL]
        assert {one.serial: one.reason for one in told(engine, number(), 7, 8)} == {number(): None, 8: HOLD}
        assert len(every_row(engine, crl_rows)["crls"]) == 2

    def test_an_entry_that_is_not_understood_makes_it_one(self, engine: Engine) -> None:
        strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.32473.9"), b"\x05\x00")
        builder = x509.RevokedCertificateBuilder().serial_number(number()).revocation_date(APRIL)
        imported(engine, crl(ca(), MAY, JUNE, [builder.add_extension(strange, critical=True).build()]))
        assert snapshot.read(engine, Names()).crls == ()
        assert [one.revoked_at for one in told(engine)] == [APRIL]

    def test_a_number_and_a_key_identifier_make_none(self, engine: Engine) -> None:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca().key.public_key())
        imported(engine, crl(ca(), MAY, JUNE, extensions=[(x509.CRLNumber(5), False), (identifier, False)]))
        assert len(snapshot.read(engine, Names()).crls) == 1


class TestCompromise:
    """Revoking a certificate touches its key only for compromise (HB-1, 6)."""

    def test_takes_the_key_along(self, engine: Engine) -> None:
        imported(engine, listed(MAY, revoked(number(), APRIL, COMPROMISE, MARCH)))
        key = state_of(engine)
        assert (key.state, key.revocation_reason, key.revoked_at) == (KeyState.REVOKED, "keyCompromise", NOW)
        assert (key.invalid_since, key.proposed_invalid_since) == (None, None)
        (known,) = snapshot.read(engine, Names(keys=frozenset({key.id}))).keys[key.id].certificates
        assert (known.revoked_at, known.reason, known.invalidity_date) == (APRIL, "keyCompromise", MARCH)
        assert audit(engine).disagreements == ()

    def test_said_again_changes_nothing_more(self, engine: Engine) -> None:
        imported(engine, listed(MAY, revoked(number(), APRIL, COMPROMISE)))
        generation = snapshot.generation(engine)[0]
        imported(engine, listed(MAY + DAY, revoked(number(), APRIL, COMPROMISE)))
        assert snapshot.generation(engine)[0] == generation + 1

    def test_of_a_key_never_active_rejects_it(self, engine: Engine) -> None:
        with store.writing(engine) as connection:
            key = keys.propose(connection, by_certificate("new"), office(), holder="N", **BY)
        imported(engine, listed(MAY, revoked(number("new"), APRIL, COMPROMISE)))
        with store.writing(engine) as connection:
            assert keys.find(connection, key).state == KeyState.REJECTED
            with refused(Conflict, Why.KEY_COMPROMISED):
                keys.propose(connection, by_certificate("new"), office(), holder="N", **BY)
            with refused(Conflict, Why.KEY_COMPROMISED):  # under another certificate, too
                again = Candidate(Use.DOCUMENT, certificate("new", renewal=1), chain=chain())
                keys.propose(connection, again, office(), holder="N", **BY)

    def test_known_before_the_key_is_refused(self, engine: Engine) -> None:
        imported(engine, listed(MAY, revoked(number("later"), APRIL, COMPROMISE)))
        with store.writing(engine) as connection, refused(Conflict, Why.KEY_COMPROMISED):
            keys.propose(connection, by_certificate("later"), office(), holder="N", **BY)

    def test_of_another_reason_leaves_it(self, engine: Engine) -> None:
        imported(engine, listed(MAY, revoked(number(), APRIL, SUPERSEDED)))
        assert state_of(engine).state == KeyState.ACTIVE

    def test_of_the_same_number_by_another_authority_leaves_it(self, engine: Engine) -> None:
        imported(engine, listed(MAY, revoked(number(), APRIL, COMPROMISE), by=ca().above))
        assert state_of(engine).state == KeyState.ACTIVE
        found = snapshot.read(engine, Names(keys=frozenset({key_of(engine)})))
        assert [one.authority for one in found.revoked] == [authority(ca().above)]
        assert [one.revoked_at for one in found.keys[key_of(engine)].certificates] == [None]


def test_a_named_key_brings_what_is_said_of_its_certificates_and_those_above(engine: Engine) -> None:
    """A path may lead over an intermediate that the file leaves out."""
    imported(engine, crl(ca().above, MAY, JUNE, [revoked(ca().certificate.serial_number, APRIL)]))
    imported(engine, listed(MAY, revoked(number(), APRIL, SUPERSEDED, MARCH)))
    found = snapshot.read(engine, Names(keys=frozenset({key_of(engine)})))
    assert {one.serial for one in found.revoked} == {ca().certificate.serial_number, number()}
    (certificate_,) = found.keys[key_of(engine)].certificates
    assert (certificate_.revoked_at, certificate_.reason, certificate_.invalidity_date) == (APRIL, "superseded", MARCH)


class TestRefusals:
    def refused(self, engine: Engine, data: bytes, why: Why) -> None:
        kind = Conflict if why in {Why.ALREADY_SO, Why.ANCHOR_DISTRUSTED} else Refused
        generation = snapshot.generation(engine)
        with store.writing(engine) as connection, refused(kind, why):
            crls.import_crl(connection, anchor(connection), data, **BY)
        assert snapshot.generation(engine) == generation
        assert every_row(engine, revoked_certificates) == {"revoked_certificates": []}

    @pytest.mark.parametrize(
        "data",
        [b"", b"x", b"\x30\x80", certificate("principal"), b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"],
        ids=["empty", "text", "ber", "certificate", "pem"],
    )
    def test_no_list(self, engine: Engine, data: bytes) -> None:
        self.refused(engine, data, Why.CRL_UNREADABLE)

    def test_something_else_in_pem(self, engine: Engine) -> None:
        pem = x509.load_der_x509_certificate(certificate("principal")).public_bytes(Encoding.PEM)
        self.refused(engine, pem, Why.CRL_UNREADABLE)

    def test_a_list_that_ends_before_it_begins(self, engine: Engine) -> None:
        good = crl(ca(), MAY, MAY + DAY)
        day = (MAY + DAY).strftime("%y%m%d").encode()
        assert good.count(day) == 1
        self.refused(engine, good.replace(day, b"200101"), Why.CRL_UNREADABLE)

    def test_too_large(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        data = listed(MAY)
        monkeypatch.setattr(listing, "MAX_CRL", len(data))
        imported(engine, data)
        self.refused(engine, data + b"\0", Why.CRL_TOO_LARGE)

    def test_a_broken_signature(self, engine: Engine) -> None:
        data = bytearray(listed(MAY))
        data[-1] ^= 1
        self.refused(engine, bytes(data), Why.CRL_SIGNER_UNKNOWN)

    def test_another_authority_of_the_same_name(self, engine: Engine) -> None:
        other = certification.authority("CA", certification.p256_key(), NOW)
        self.refused(engine, listed(MAY, by=other), Why.CRL_SIGNER_UNKNOWN)

    def test_another_name_with_the_same_key(self, engine: Engine) -> None:
        other = certification.authority("Another", ca().key, NOW)
        self.refused(engine, listed(MAY, by=other), Why.CRL_SIGNER_UNKNOWN)

    def test_an_intermediate_of_another_anchor(self, engine: Engine) -> None:
        other = certification.authority("Two", certification.p256_key(), NOW)
        with store.writing(engine) as connection:
            mode = anchors.Revocation.CRL
            second = anchors.admit(connection, der(other.root), Use.DOCUMENT, mode, **BY)
            with refused(Refused, Why.CRL_SIGNER_UNKNOWN):
                crls.import_crl(connection, second, listed(MAY), **BY)
            crls.import_crl(connection, second, listed(MAY, by=other.above), **BY)

    def test_a_weak_hash(self, engine: Engine) -> None:
        builder = x509.CertificateRevocationListBuilder().issuer_name(ca().certificate.subject)
        made = builder.last_update(MAY).next_update(JUNE).sign(ca().key, hashes.SHA224())
        self.refused(engine, made.public_bytes(Encoding.DER), Why.SIGNATURE_WEAK)

    @pytest.mark.parametrize("how", ["point", "entry"])
    def test_an_indirect_list(self, engine: Engine, how: str) -> None:
        builder = x509.RevokedCertificateBuilder().serial_number(7).revocation_date(APRIL)
        issuer = x509.CertificateIssuer([x509.DirectoryName(ca().root.subject)])
        if how == "point":
            data = crl(ca(), MAY, JUNE, [builder.build()], [(part(indirect=True), True)])
        else:
            data = crl(ca(), MAY, JUNE, [builder.add_extension(issuer, critical=True).build()])
        self.refused(engine, data, Why.CRL_INDIRECT)

    def test_a_list_of_the_future(self, engine: Engine) -> None:
        self.refused(engine, listed(NOW + SECOND), Why.CRL_OF_THE_FUTURE)
        imported(engine, listed(NOW))

    def test_the_same_list_again(self, engine: Engine) -> None:
        data = listed(MAY)
        imported(engine, data)
        self.refused(engine, data, Why.ALREADY_SO)

    def test_an_anchor_that_is_distrusted_or_unknown(self, engine: Engine) -> None:
        with store.writing(engine) as connection:
            anchors.distrust(connection, anchor(connection), **BY)
            with refused(NotThere, Why.NOT_THERE, "anchor"):
                crls.import_crl(connection, "t999", listed(MAY), **BY)
        self.refused(engine, listed(MAY), Why.ANCHOR_DISTRUSTED)


def test_many_entries_are_stored_and_one_is_found(engine: Engine) -> None:
    imported(engine, listed(MAY, *(revoked(each, APRIL) for each in range(1, 3_000)), revoked(number(), APRIL)))
    assert len(told(engine, *range(2_990, 3_010))) == 10
    assert len(told(engine)) == 1
    assert audit(engine).disagreements == ()
