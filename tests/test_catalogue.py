"""The public directory: who was what on a day, and nothing that is not the public's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from founding import (
    APPOINTED,
    DEPARTMENT,
    FOUNDED,
    HOST,
    MINISTRY,
    OTHER,
    SCHOOL,
    appointed,
    ca,
    certificate,
    chain,
    der,
    enrolment,
    founded,
    key_id,
    office,
    private,
    refused,
)
from sqlalchemy import Engine

from issuers import appointments, catalogue, certificates, keys, registry, store
from issuers.admission import Candidate
from issuers.refusals import NotThere, Why
from issuers.revocations import Reason
from verify.trust import KeyState, Kind, Level, Role, Use, start_of_day

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def at(days: int) -> datetime:
    """An hour after a day begins, that many days from now: writers write the future here, the clock is the reader's."""
    return start_of_day(on(days)) + timedelta(hours=1)


def on(days: int) -> date:
    return (NOW + days * DAY).date()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = founded(tmp_path)
    yield engine
    engine.dispose()


def life_of(engine: Engine, day: int) -> tuple[KeyState | None, bool, bool, bool]:
    (seat,) = catalogue.issuer(engine, SCHOOL, on(day)).appointments
    key = seat.key
    return key.state, key.suspended_since is not None, key.retired_at is not None, key.revoked_at is not None


def test_a_key_is_shown_as_it_stood_on_the_day(engine: Engine) -> None:
    with store.writing(engine) as connection:
        made = appointed(connection, "principal", at=at(10))
        keys.suspend(connection, made, actor=HOST, at=at(20))
        keys.lift(connection, made, actor=HOST, at=at(30))
        keys.suspend(connection, made, actor=HOST, at=at(40))
        keys.retire(connection, made, actor=HOST, at=at(50))
        keys.revoke(connection, made, Reason.KEY_COMPROMISE, invalid_since=at(35), actor=HOST, at=at(60))
        keys.decide_invalid_since(connection, made, accepted=True, actor=HOST, at=at(61))
    assert [life_of(engine, day) for day in (5, 15, 25, 35, 45, 55, 65)] == [
        (None, False, False, False),  # appointed by a decision older than the registry's entry
        (KeyState.ACTIVE, False, False, False),
        (KeyState.SUSPENDED, True, False, False),
        (KeyState.ACTIVE, False, False, False),
        (KeyState.SUSPENDED, True, False, False),
        (KeyState.RETIRED, True, True, False),
        (KeyState.REVOKED, True, True, True),
    ]
    (seat,) = catalogue.issuer(engine, SCHOOL, on(65)).appointments
    assert (seat.key.revocation_reason, seat.key.invalid_since) == ("keyCompromise", at(35))
    (seat,) = catalogue.issuer(engine, SCHOOL, on(55)).appointments
    assert (seat.key.revocation_reason, seat.key.invalid_since) == (None, None)


def test_a_day_begins_at_midnight_in_vietnam(engine: Engine) -> None:
    with store.writing(engine) as connection:
        appointed(connection, "principal", office(valid_from=start_of_day(on(-5)), valid_until=start_of_day(on(-2))))
    held = [bool(catalogue.issuer(engine, SCHOOL, on(day)).appointments) for day in (-6, -5, -3, -2)]
    assert held == [False, True, True, False]


def test_an_appointment_says_by_whom_and_by_what(engine: Engine) -> None:
    levels = frozenset({Level.PRIMARY})
    with store.writing(engine) as connection:
        appointed(connection, "principal", office(levels=levels))
        more = appointments.appoint(connection, key_id("principal"), office(issuer=OTHER), actor=HOST, at=NOW)
        renewed = certificates.add(
            connection, key_id("principal"), certificate("principal", renewal=1), actor=HOST, at=NOW
        )
        certificates.revoke(connection, renewed, Reason.SUPERSEDED, actor=HOST, at=NOW)
    (seat,) = catalogue.issuer(engine, SCHOOL).appointments
    assert (seat.holder, seat.role, seat.levels, seat.decision_no) == ("principal", Role.PRINCIPAL, levels, "12/QĐ")
    assert (seat.valid_from, seat.valid_until, seat.key.use) == (APPOINTED, None, Use.DOCUMENT)
    assert {one.revoked_at for one in seat.key.certificates} == {None, NOW}
    assert {one.subject for one in seat.key.certificates} == {"principal"}
    assert [one.id for one in catalogue.issuer(engine, OTHER).appointments] == [more]


def test_what_is_only_proposed_is_not_public(engine: Engine) -> None:
    with store.writing(engine) as connection:
        candidate = Candidate(Use.DOCUMENT, certificate("principal"), chain=chain())
        keys.propose(connection, candidate, office(), holder="A", actor=HOST, at=NOW)
    assert catalogue.issuer(engine, SCHOOL).appointments == ()


def test_of_a_subject_the_common_name_alone_is_public(engine: Engine) -> None:
    """Certificates for public duty carry the holder's identity number beside the name."""
    name = [(NameOID.COMMON_NAME, "Nguyễn Văn A"), (NameOID.USER_ID, "CCCD:001122334455")]
    usage = [bit == "digital_signature" for bit in ("digital_signature", *"abcdefgh")]
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(kind, value) for kind, value in name]))
        .issuer_name(ca().certificate.subject)
        .public_key(private("numbered").public_key())
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 100 * DAY)
        .add_extension(x509.KeyUsage(*usage), critical=True)
        .sign(ca().key, hashes.SHA256())
    )
    with store.writing(engine) as connection:
        candidate = Candidate(Use.DOCUMENT, der(made), chain=chain())
        key = keys.propose(connection, candidate, office(), holder="Nguyễn Văn A", actor=HOST, at=NOW)
        keys.prove(connection, key, actor=HOST, at=NOW)
        keys.activate(connection, key, actor=HOST, at=NOW)
    shown = catalogue.issuer(engine, SCHOOL)
    assert shown.appointments[0].key.certificates[0].subject == "Nguyễn Văn A"
    assert "001122334455" not in repr(shown)


def test_an_issuer_is_shown_as_it_stood_on_the_day(engine: Engine) -> None:
    with store.writing(engine) as connection:
        registry.suspend(connection, SCHOOL, actor=HOST, at=at(10))
        registry.lift(connection, SCHOOL, actor=HOST, at=at(20))
        registry.change(connection, SCHOOL, {"levels": frozenset({Level.PRIMARY})}, actor=HOST, at=at(30))
    shown = [catalogue.issuer(engine, SCHOOL, on(day)).issuer for day in (5, 15, 25, 35)]
    assert [one.suspended_since for one in shown] == [None, at(10), None, None]
    assert [one.levels for one in shown] == [None, None, None, frozenset({Level.PRIMARY})]
    assert {(one.parent, one.kind, one.valid_from) for one in shown} == {(DEPARTMENT, Kind.SCHOOL, FOUNDED)}


@pytest.mark.parametrize(("code", "day"), [("NO", None), (SCHOOL, date(1990, 1, 1)), ("' OR 1=1 --", None)])
def test_who_is_not_there(engine: Engine, code: str, day: date | None) -> None:
    with refused(NotThere, Why.NOT_THERE):
        catalogue.issuer(engine, code, day)


def test_pages_follow_each_other(engine: Engine) -> None:
    with store.writing(engine) as connection:
        for number in range(25):
            registry.enrol(connection, enrolment(f"N{number:02d}"), actor=HOST, at=NOW)
    codes, cursor = [], None
    for _ in range(3):
        page = catalogue.issuers(engine, cursor=cursor, limit=10)
        codes += [one.code for one in page.issuers]
        cursor = page.cursor
    assert cursor is None
    assert codes == sorted([MINISTRY, DEPARTMENT, SCHOOL, OTHER, *(f"N{number:02d}" for number in range(25))])
    assert len(catalogue.issuers(engine, limit=-3).issuers) == 1
    assert len(catalogue.issuers(engine, limit=10_000).issuers) == 29


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [SCHOOL, OTHER, "DD", MINISTRY, DEPARTMENT]),
        ({"kind": Kind.DEPARTMENT}, [DEPARTMENT]),
        ({"parent": MINISTRY}, [DEPARTMENT]),
        ({"q": "dong DA"}, ["DD"]),
        ({"q": "ĐỐNG ĐA"}, ["DD"]),
        ({"q": SCHOOL[:5]}, [SCHOOL, OTHER]),
        ({"q": SCHOOL, "kind": Kind.MINISTRY}, []),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "  "}, [SCHOOL, OTHER, "DD", MINISTRY, DEPARTMENT]),
    ],
)
def test_a_search(engine: Engine, asked: dict[str, Any], found: list[str]) -> None:
    with store.writing(engine) as connection:
        registry.enrol(connection, enrolment("DD", name="Trường Đống Đa", contact="x"), actor=HOST, at=NOW)
    assert [one.code for one in catalogue.issuers(engine, **asked).issuers] == found


def test_what_begins_later_is_not_yet_listed(engine: Engine) -> None:
    with store.writing(engine) as connection:
        registry.enrol(connection, enrolment("LATER", valid_from=NOW + 5 * DAY), actor=HOST, at=NOW)
    assert "LATER" not in [one.code for one in catalogue.issuers(engine).issuers]
    assert catalogue.issuer(engine, "LATER", on(7)).issuer.code == "LATER"
