"""The slice of the registry that a document names: all of it, nothing else of it, one moment of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from founding import (
    APPOINTED,
    DAY,
    DEPARTMENT,
    FOUNDED,
    HOST,
    MINISTRY,
    NOW,
    OTHER,
    SCHOOL,
    appointed,
    by_certificate,
    ca,
    certificate,
    chain,
    der,
    digest,
    enrolment,
    founded,
    item,
    key_id,
    office,
)
from sqlalchemy import Engine, event, insert, update

from issuers import appointments, certificates, keys, ledger, register, registry, snapshot, store
from issuers.register import Amendment, AmendmentReason, Item, WithdrawalReason
from issuers.revocations import Reason
from issuers.snapshot import Held
from issuers.tables import issuer_periods, successions
from issuers.tables import keys as key_rows
from verify.trust import (
    Anchor,
    Appointment,
    Capacity,
    Issuer,
    Key,
    KeyState,
    Kind,
    Level,
    Names,
    Period,
    RegisteredCertificate,
    RegisteredVersion,
    Role,
    TrustSnapshot,
    Use,
    Withdrawal,
    Witness,
)

BY: dict[str, Any] = {"actor": HOST, "at": NOW}
AMENDMENT = Amendment(AmendmentReason.ENTRY_ERROR, "r", "a", "b", DEPARTMENT, "1/QĐ", date(2026, 6, 1))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = founded(tmp_path)
    yield engine
    engine.dispose()


def registered(engine: Engine, *items: Item, issuer: str = SCHOOL) -> None:
    with store.writing(engine) as connection:
        register.register(connection, issuer, items, **BY)


def test_a_slice_is_what_was_written_and_nothing_else(engine: Engine) -> None:
    with store.writing(engine) as connection:
        principal = appointed(connection, "principal")
        seal = appointed(connection, "seal", office(Role.SCHOOL_SEAL, levels=frozenset({Level.UPPER_SECONDARY})))
        tsa = appointed(connection, "tsa", office(Role.TIME_STAMP_AUTHORITY, MINISTRY))
        appointed(connection, "elsewhere", office(issuer=OTHER))
    registered(engine, item(1, pdf_sha256=digest("p"), qr_sha256=digest("q")), item(2))
    names = Names(frozenset({principal, seal, "f" * 64}), SCHOOL, item(1).number, item(1).record_digest)

    found = snapshot.read(engine, names)

    with store.reading(engine) as connection:
        generation, head = ledger.head(connection)
    anchors = tuple(
        Anchor(f"t{5 + place}", der(ca().root), use, "registry")
        for place, use in enumerate((Use.DOCUMENT, Use.TIMESTAMP))
    )

    def key(made: str, name: str, holder: str, use: Use = Use.DOCUMENT) -> Key:
        held = certificate(name, time_stamps=use is Use.TIMESTAMP)
        given = (RegisteredCertificate(sha256(held).hexdigest(), held),)
        spki = (
            load_der_x509_certificate(held).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
        return Key(made, use, holder, KeyState.ACTIVE, admitted=True, certificates=given, spki=spki)

    def issuer(code: str, kind: Kind, name: str, parent: str | None, territory: frozenset[str] | None = None) -> Issuer:
        return Issuer(code, kind, (Period(FOUNDED, None, name, parent, territory=territory),), FOUNDED)

    def seat(made: str, key: str, issuer: str, role: Role, levels: frozenset[Level] | None = None) -> Appointment:
        return Appointment(made, key, issuer, role, Capacity.SUBSTANTIVE, APPOINTED, None, levels, "12/QĐ")

    assert replace(found, appointments=()) == TrustSnapshot(
        generation=generation,
        ledger_head=head,
        synthetic=True,
        issuers={
            MINISTRY: issuer(MINISTRY, Kind.MINISTRY, "Bộ mẫu", None),
            DEPARTMENT: issuer(DEPARTMENT, Kind.DEPARTMENT, f"Trường {DEPARTMENT}", MINISTRY, frozenset({"97"})),
            SCHOOL: issuer(SCHOOL, Kind.SCHOOL, f"Trường {SCHOOL}", DEPARTMENT),
        },
        keys={
            principal: key(principal, "principal", "principal"),
            seal: key(seal, "seal", "seal"),
            tsa: key(tsa, "tsa", "tsa", Use.TIMESTAMP),
        },
        anchors=anchors,
        intermediates=chain(),
        versions=(
            RegisteredVersion(
                SCHOOL,
                item(1).number,
                1,
                item(1).record_digest,
                Level.UPPER_SECONDARY,
                item(1).issued_on,
                NOW,
                (Witness(digest("p"), NOW),),
                (Witness(digest("q"), NOW),),
            ),
        ),
    )
    assert sorted(found.appointments, key=lambda one: one.key) == sorted(
        (
            seat("a9", principal, SCHOOL, Role.PRINCIPAL),
            seat("a12", seal, SCHOOL, Role.SCHOOL_SEAL, frozenset({Level.UPPER_SECONDARY})),
            seat("a15", tsa, MINISTRY, Role.TIME_STAMP_AUTHORITY),
        ),
        key=lambda one: one.key,
    )


def test_nothing_named_is_nothing_but_anchors(engine: Engine) -> None:
    found = snapshot.read(engine, Names())
    assert (found.issuers, found.keys, found.appointments, found.versions) == ({}, {}, (), ())
    assert len(found.anchors) == 2


def test_the_key_s_own_issuers_come_with_it(engine: Engine) -> None:
    """Else ISSUER_MISMATCH could not be told: whose key is it, if not this school's?"""
    with store.writing(engine) as connection:
        stranger = appointed(connection, "stranger", office(issuer=OTHER))
    found = snapshot.read(engine, Names(keys=frozenset({stranger}), issuer=SCHOOL))
    assert set(found.issuers) == {SCHOOL, OTHER, DEPARTMENT, MINISTRY}


def test_superiors_of_all_days_come_too(engine: Engine) -> None:
    """Authority is judged against the tree of that day. A move comes with succession: its row is made by hand."""
    with store.writing(engine) as connection:
        registry.enrol(connection, enrolment("SO-98", Kind.DEPARTMENT, MINISTRY), **BY)
        connection.execute(issuer_periods.update().where(issuer_periods.c.issuer == SCHOOL).values(until=NOW))
        moved = {"issuer": SCHOOL, "seq": 99, "since": NOW, "name": "Trường mới", "parent": "SO-98"}
        connection.execute(insert(issuer_periods).values(**moved))
    found = snapshot.read(engine, Names(issuer=SCHOOL))
    assert set(found.issuers) == {SCHOOL, DEPARTMENT, "SO-98", MINISTRY}
    assert [period.parent for period in found.issuers[SCHOOL].periods] == [DEPARTMENT, "SO-98"]
    assert found.issuers[SCHOOL].latest.name == "Trường mới"


def test_predecessors_and_successors_come_however_far(engine: Engine) -> None:
    with store.writing(engine) as connection:
        for code in ("OLDEST", "OLD", "NEW"):
            registry.enrol(connection, enrolment(code), **BY)
        for pair in (("OLDEST", "OLD"), ("OLD", SCHOOL), (SCHOOL, "NEW")):
            connection.execute(insert(successions).values(predecessor=pair[0], successor=pair[1]))
    found = snapshot.read(engine, Names(issuer="OLDEST")).issuers
    assert set(found) == {"OLDEST", "OLD", SCHOOL, "NEW", DEPARTMENT, MINISTRY}
    assert (found["OLD"].predecessors, found["OLD"].successors) == (("OLDEST",), (SCHOOL,))


def test_versions_come_by_number_and_by_the_digest_of_a_file(engine: Engine) -> None:
    registered(engine, item(1), item(1, version=2, pdf_sha256=digest("p"), amendment=AMENDMENT))
    registered(engine, item(2), issuer=OTHER)
    by_number = snapshot.read(engine, Names(number=item(1).number))
    by_file = snapshot.read(engine, Names(files=frozenset({digest("p"), digest("no")})))
    assert [version.version for version in by_file.versions] == [1, 2]
    assert by_file.versions == by_number.versions
    assert by_file.versions[1].reason_code == "entry_error"
    # The register's issuer stands in for a record's: it comes with its superiors.
    assert set(by_file.issuers) == {SCHOOL, DEPARTMENT, MINISTRY}
    both = snapshot.read(engine, Names(number=item(2).number, files=frozenset({digest("p")})))
    assert [version.number for version in both.versions] == [item(1).number, item(1).number, item(2).number]


def test_a_file_is_known_by_its_own_digest_alone(engine: Engine) -> None:
    registered(engine, item(1, qr_sha256=digest("q")))
    hashes = frozenset({digest("q"), item(1).record_digest})
    assert snapshot.read(engine, Names(files=hashes, record_digest=item(1).record_digest)).versions == ()


def test_withdrawals_come_with_the_number(engine: Engine) -> None:
    registered(engine, item(1, pdf_sha256=digest("p")))
    with store.writing(engine) as connection:
        register.withdraw(connection, SCHOOL, item(1).number, WithdrawalReason.FRAUD, **BY)
    expected = (Withdrawal(SCHOOL, item(1).number, NOW, "fraud"),)
    for names in (Names(number=item(1).number), Names(files=frozenset({digest("p")}))):
        assert snapshot.read(engine, names).withdrawals == expected


def test_witnesses_stand_in_the_order_of_their_time(engine: Engine) -> None:
    registered(engine, item(1, pdf_sha256="f" * 64))
    with store.writing(engine) as connection:
        register.register(connection, SCHOOL, [item(1, pdf_sha256="a" * 64)], actor=HOST, at=NOW + DAY)
    (version,) = snapshot.read(engine, Names(number=item(1).number)).versions
    assert version.pdfs == (Witness("f" * 64, NOW), Witness("a" * 64, NOW + DAY))


def test_the_life_of_a_key_and_its_certificates(engine: Engine) -> None:
    with store.writing(engine) as connection:
        made = appointed(connection, "principal")
        renewed = certificates.add(connection, made, certificate("principal", renewal=1), **BY)
        certificates.revoke(connection, renewed, Reason.SUPERSEDED, invalid_since=NOW - 3 * DAY, **BY)
        keys.suspend(connection, made, **BY)
        keys.revoke(connection, made, Reason.SUPERSEDED, invalid_since=NOW - DAY, actor=HOST, at=NOW + DAY)
        proposed = keys.propose(connection, by_certificate("new"), office(), holder="N", **BY)
        past = office(valid_until=NOW - DAY)
        old = keys.propose(connection, by_certificate("old"), past, holder="O", historical=True, **BY)
        keys.admit_historical(connection, old, actor=HOST, at=NOW + DAY)
    found = snapshot.read(engine, Names(keys=frozenset({made, proposed, old}))).keys
    key = found[made]
    assert (key.state, key.suspended_since, key.revoked_at) == (KeyState.REVOKED, NOW, NOW + DAY)
    assert (key.revocation_reason, key.invalid_since, key.proposed_invalid_since) == ("superseded", None, NOW - DAY)
    (again,) = (one for one in key.certificates if one.sha256 == renewed)
    assert (again.revoked_at, again.reason) == (NOW, "superseded")
    assert (again.invalid_since, again.proposed_invalid_since) == (None, NOW - 3 * DAY)
    assert (found[proposed].state, found[proposed].admitted) == (KeyState.PROPOSED, False)
    assert (found[old].state, found[old].admitted, found[old].historical) == (KeyState.RETIRED, True, True)
    assert found[old].retired_at == NOW + DAY


def test_issuers_bring_what_the_engine_asks_of_them(engine: Engine) -> None:
    with store.writing(engine) as connection:
        registry.change(connection, SCHOOL, {"levels": frozenset({Level.PRIMARY}), "registers_all": True}, **BY)
        registry.change(connection, SCHOOL, {"contact": "số 1", "valid_until": NOW + 99 * DAY}, **BY)
        registry.suspend(connection, DEPARTMENT, **BY)
    found = snapshot.read(engine, Names(issuer=SCHOOL)).issuers
    school = found[SCHOOL]
    assert (school.registers_all_since, school.valid_until, school.contact) == (NOW, NOW + 99 * DAY, "số 1")
    assert [period.levels for period in school.periods] == [None, frozenset({Level.PRIMARY})]
    assert school.during(NOW) is school.latest
    assert found[DEPARTMENT].suspended_since == NOW


def test_a_slice_is_one_moment(engine: Engine) -> None:
    """P2: what is written between two queries is not half in it."""
    with store.reading(engine) as connection:
        before = snapshot.read(connection, Names(issuer=SCHOOL))
        with store.writing(engine) as writer:
            registry.suspend(writer, SCHOOL, **BY)
        assert snapshot.read(connection, Names(issuer=SCHOOL)) == before
        assert snapshot.generation(connection)[0] == before.generation
    after = snapshot.read(engine, Names(issuer=SCHOOL))
    assert after.generation == before.generation + 1 == snapshot.generation(engine)[0]
    assert after.issuers[SCHOOL].suspended_since == NOW


def test_the_same_slice_of_the_same_generation_is_equal(engine: Engine) -> None:
    with store.writing(engine) as connection:
        made = appointed(connection, "principal")
    names = Names(keys=frozenset({made}), issuer=SCHOOL)
    assert snapshot.read(engine, names) == snapshot.read(engine, names)


def queries(engine: Engine, names: Names) -> list[tuple[str, Any]]:
    """What a slice asks of the database, with the parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, *said: Any) -> None:  # noqa: ANN401 - as SQLAlchemy says it
        asked.append((said[0], said[1]))

    event.listen(engine, "before_cursor_execute", note)
    snapshot.read(engine, names)
    event.remove(engine, "before_cursor_execute", note)
    return asked


def test_the_number_of_queries_does_not_grow_with_the_registry(engine: Engine) -> None:
    with store.writing(engine) as connection:
        made = appointed(connection, "principal")
        tsa = appointed(connection, "tsa", office(Role.TIME_STAMP_AUTHORITY, MINISTRY))
    registered(engine, item(1, pdf_sha256=digest("p")))
    names = Names(frozenset({made, tsa}), SCHOOL, item(1).number, None, frozenset({digest("p")}))
    before = queries(engine, names)
    with store.writing(engine) as connection:
        for number in range(50):
            registry.enrol(connection, enrolment(f"N{number}"), **BY)
        for number in range(5):
            key = appointed(connection, f"p{number}", office(issuer=f"N{number}"))
            appointments.appoint(connection, key, office(issuer=OTHER), **BY)
    registered(engine, *(item(number) for number in range(100, 400)))
    after = queries(engine, names)
    assert len(before) == len(after) <= 16


def test_every_query_of_a_slice_goes_by_an_index(engine: Engine) -> None:
    with store.writing(engine) as connection:
        made = appointed(connection, "principal")
    registered(engine, item(1, pdf_sha256=digest("p")))
    names = Names(frozenset({made}), SCHOOL, item(1).number, None, frozenset({digest("p")}))
    scanned = set()
    plans = queries(engine, names)
    with store.reading(engine) as connection:
        for statement, parameters in plans:
            if statement.startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                scanned |= {row.detail for row in plan if row.detail.startswith("SCAN")}
    # Read whole: the one row of `registry`, the handful of anchors, what is said of CRLs, and the end of the ledger.
    assert {detail.split()[1] for detail in scanned} == {"registry", "trust_anchors", "crls", "ledger"}


def test_the_keys_that_a_slice_names_are_known_by_their_spki(engine: Engine) -> None:
    with store.writing(engine) as connection:
        appointed(connection, "principal")
    assert set(snapshot.read(engine, Names(keys=frozenset({key_id("principal")}))).keys) == {key_id("principal")}


def test_what_is_held_is_not_read_again_and_equal(engine: Engine) -> None:
    with store.writing(engine) as connection:
        keys_of = {name: appointed(connection, name) for name in ("principal", "other")}
    registered(engine, item(1), item(2))
    held = Held()
    asked = [
        Names(frozenset({key}), SCHOOL, item(number).number, kids=kids, serials=serials)
        for key in keys_of.values()
        for number in (1, 2)
        for kids in (frozenset[str](), frozenset({keys_of["other"][:16]}))
        for serials in (frozenset[int](), frozenset({7}))
    ]
    asked += [Names(), Names(issuer=OTHER), Names(keys=frozenset(keys_of.values()))]
    for _ in range(2):
        for names in asked:
            assert snapshot.read(engine, names, held) == snapshot.read(engine, names)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    snapshot.read(engine, asked[0], held)
    assert len(statements) == 6  # BEGIN, the ledger's head, three that tell of the transcript, and the keys
    assert not any("appointments" in one or "certificates" in one for one in statements)


def test_the_rows_of_keys_are_read_each_time(engine: Engine) -> None:
    """Whatever was written past the ledger: a key is never better than its row."""
    with store.writing(engine) as connection:
        key = appointed(connection, "principal")
    held, names = Held(), Names(frozenset({key}), SCHOOL)
    assert snapshot.read(engine, names, held).keys[key].revoked_at is None
    with store.writing(engine) as connection:
        connection.execute(update(key_rows).values(revoked_at=NOW))
    assert snapshot.read(engine, names, held).keys[key].revoked_at == NOW


def test_what_is_held_ends_with_its_generation(engine: Engine) -> None:
    with store.writing(engine) as connection:
        key = appointed(connection, "principal")
    held, names = Held(), Names(frozenset({key}), SCHOOL)
    assert snapshot.read(engine, names, held).keys[key].state is KeyState.ACTIVE
    with store.writing(engine) as connection:
        keys.suspend(connection, key, **BY)
        assert snapshot.read(engine, names, held).keys[key].state is KeyState.ACTIVE  # nobody has said so yet (P2)
    suspended = snapshot.read(engine, names, held)
    assert suspended.keys[key].state is KeyState.SUSPENDED
    assert suspended == snapshot.read(engine, names)


def test_of_one_generation_so_much_is_held(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MOST_HELD", 3)
    held = Held()
    for number in range(10):
        snapshot.read(engine, Names(serials=frozenset({number})), held)
        assert 1 <= len(held._now[1]) <= 3
