"""What has changed since a receipt: every kind of change is told, nothing that did not change is, and no person."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from running import DAY, DEPARTMENT, MINISTRY, SCHOOL, tiny
from sqlalchemy import Connection, Engine, text

from gateway import since
from gateway.act_words import ACTS
from gateway.receipts import Claims
from issuers import anchors, appointments, chronicle, keys, ledger, register, registry, store, successions
from issuers.event import Act
from issuers.register import WithdrawalReason
from issuers.revocations import Reason
from issuers.successions import Fate, Succession
from issuers.tables import appointments as offices
from issuers.tables import trust_anchors
from verify.trust import VIETNAM, Level

NUMBER = "000G40R40M30E209"
OTHER = "7N3Q8V5C1B9D2F4G"
AMENDMENT = register.Amendment(
    register.AmendmentReason.ENTRY_ERROR, "r", "a", "b", DEPARTMENT, decision_no="1/QĐ", on=date(2026, 5, 31)
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "registry.sqlite3"
    path.write_bytes(tiny().registry)
    opened = store.connect(f"sqlite:///{path}")
    yield opened
    opened.dispose()


def now() -> datetime:
    return datetime.now(UTC)


def receipt(engine: Engine, **changes: object) -> Claims:
    """What a receipt of this moment says, and what differs."""
    with store.reading(engine) as connection:
        generation, head = ledger.head(connection)
    said = Claims(
        sha256="0" * 64,
        verdict="valid",
        reasons=["UNREGISTERED"],
        policy="HB-1.0",
        generation=generation,
        ledger_head=head,
        number=NUMBER,
        version=1,
        issuer=SCHOOL,
        verified_at=now().isoformat(timespec="seconds"),
    )
    return msgspec.structs.replace(said, **changes)


def item(number: str = NUMBER, version: int = 1, pdf: str | None = None) -> register.Item:
    amendment = None if version == 1 else AMENDMENT
    return register.Item(
        number,
        version,
        f"{version:064x}",
        Level.UPPER_SECONDARY,
        date(2026, 5, 31),
        pdf_sha256=pdf,
        amendment=amendment,
    )


def registered(connection: Connection, *items: register.Item) -> None:
    register.register(connection, SCHOOL, [*items], actor="o1", at=now())


def withdrawn(connection: Connection) -> None:
    registered(connection, item())
    register.withdraw(connection, SCHOOL, NUMBER, WithdrawalReason.ISSUED_IN_ERROR, actor="o1", at=now())


def halted(connection: Connection) -> None:
    registry.suspend(connection, SCHOOL, actor="o1", at=now())
    registry.lift(connection, SCHOOL, actor="o1", at=now())


def ended(connection: Connection) -> None:
    office = connection.execute(offices.select().where(offices.c.key == tiny().seal)).one()
    appointments.end(connection, office.id, now(), actor="o1", at=now())


def distrusted(connection: Connection) -> None:
    anchor = connection.execute(trust_anchors.select()).one()
    anchors.distrust(connection, anchor.id, actor="o1", at=now())


CHANGES: dict[str, tuple[Callable[[Connection], object], str, str, list[tuple[str, str]]]] = {
    "nothing": (lambda _: None, "nothing", "unregistered", []),
    "registered": (lambda c: registered(c, item()), "changed", "current", []),
    "another number": (lambda c: registered(c, item(OTHER)), "nothing", "unregistered", []),
    "superseded": (lambda c: registered(c, item(), item(version=2)), "superseded", "superseded", []),
    "withdrawn": (withdrawn, "withdrawn", "withdrawn", []),
    "seal suspended": (
        lambda c: keys.suspend(c, tiny().seal, actor="o1", at=now()),
        *("changed", "unregistered", [(SCHOOL, "key_suspended")]),
    ),
    "principal revoked": (
        lambda c: keys.revoke(c, tiny().principal, Reason.KEY_COMPROMISE, actor="o1", at=now()),
        *("changed", "unregistered", [(SCHOOL, "key_revoked")]),
    ),
    "seal retired": (
        lambda c: keys.retire(c, tiny().seal, actor="o1", at=now()),
        *("changed", "unregistered", [(SCHOOL, "key_retired")]),
    ),
    "appointment ended": (ended, "changed", "unregistered", [(SCHOOL, "appointment_ended")]),
    "department suspended": (
        lambda c: registry.suspend(c, DEPARTMENT, actor="o1", at=now()),
        *("changed", "unregistered", [(DEPARTMENT, "issuer_suspended")]),
    ),
    "suspended and lifted": (
        halted,
        *("changed", "unregistered", [(SCHOOL, "issuer_suspended"), (SCHOOL, "issuer_suspension_lifted")]),
    ),
    "authority distrusted": (distrusted, "changed", "unregistered", [(MINISTRY, "anchor_distrusted")]),
    "telephone changed": (
        lambda c: registry.change(c, SCHOOL, {"contact": "other@mau.example"}, actor="o1", at=now()),
        *("nothing", "unregistered", []),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_is_told_and_nothing_else(engine: Engine, name: str) -> None:
    change, again, status, told = CHANGES[name]
    held = receipt(engine)
    with store.writing(engine) as connection:
        change(connection)
    found = since.read(engine, held)
    assert (found.again, [(one.issuer, one.kind) for one in found.changes]) == (again, told)
    assert found.register is not None
    assert (found.register.then, found.register.now) == ("unregistered", status)
    assert since.read(engine, receipt(engine)).changes == []  # a receipt of now knows it already


def test_a_key_is_told_by_its_role_and_no_person_is_named(engine: Engine) -> None:
    held = receipt(engine)
    with store.writing(engine) as connection:
        keys.suspend(connection, tiny().principal, actor="o1", at=now())
    found = since.read(engine, held)
    assert "Hiệu trưởng" in found.changes[0].told.vi
    assert "Principal" in found.changes[0].told.en
    told = json.dumps(msgspec.to_builtins(found), ensure_ascii=False)
    for person in ("Hiệu Trưởng Mẫu", "o1", tiny().principal):
        assert person not in told


def test_a_new_copy_of_the_version_is_worth_asking_again(engine: Engine) -> None:
    with store.writing(engine) as connection:
        registered(connection, item())
    held = receipt(engine)
    with store.writing(engine) as connection:
        registered(connection, item(pdf="ab" * 32))
    found = since.read(engine, held)
    assert found.register == since.Register("current", "current", 1, witnessed=True)
    assert found.again == "changed"


def test_a_status_that_was_so_already_is_no_news(engine: Engine) -> None:
    with store.writing(engine) as connection:
        registered(connection, item(), item(version=2))
    found = since.read(engine, receipt(engine))
    assert found.register == since.Register("superseded", "superseded", 2, witnessed=False)
    assert found.again == "nothing"
    assert since.read(engine, receipt(engine, version=2)).register == since.Register("current", "current", 2, False)  # noqa: FBT003 (a struct)
    assert since.read(engine, receipt(engine, version=3)).register == since.Register(
        "unregistered", "unregistered", 2, witnessed=False
    )


def test_a_clock_that_stood_still_hides_no_change(engine: Engine) -> None:
    """Events of one instant: what came after the receipt counts as since, whatever the clock says."""
    at = now() + DAY
    with store.writing(engine) as connection:
        register.register(connection, SCHOOL, [item(OTHER)], actor="o1", at=at)
    held = receipt(engine)
    with store.writing(engine) as connection:
        registered(connection, item())  # by an earlier clock: the ledger gives it the same instant
    found = since.read(engine, held)
    assert found.register is not None
    assert (found.register.then, found.register.now) == ("unregistered", "current")


@pytest.mark.parametrize(
    ("says", "again"),
    [
        ({"ledger_head": "f" * 64}, "other-history"),
        ({"generation": 10**9}, "other-history"),
        ({"generation": 0}, "other-history"),
        ({"policy": "HB-0.9"}, "policy"),
        ({"verdict": "invalid", "reasons": ["MODIFIED_AFTER_SIGNING"]}, "file"),
        ({"number": None, "version": None, "issuer": None}, "nothing-named"),
        ({"issuer": "NOBODY", "number": None}, "nothing"),
    ],
)
def test_what_a_receipt_says_decides_what_is_advised(engine: Engine, says: dict[str, object], again: str) -> None:
    found = since.read(engine, receipt(engine, **says))
    assert found.again == again
    assert found.advice.vi
    assert found.advice.en


def test_a_number_that_a_stranger_registered_is_not_this_one(engine: Engine) -> None:
    with store.writing(engine) as connection:
        registered(connection, item())
    found = since.read(engine, receipt(engine, issuer=DEPARTMENT))
    assert found.register == since.Register("unregistered", "unregistered", None, witnessed=False)


def test_a_key_that_another_issuer_brought_is_followed(engine: Engine) -> None:
    """A person's key may be appointed at two schools: its end stands in the history of the one that proposed it."""
    with store.writing(engine) as connection:
        connection.execute(
            text("UPDATE appointments SET issuer = :to WHERE key = :key"),
            {
                "to": DEPARTMENT,
                "key": tiny().principal,
            },
        )
    held = receipt(engine, issuer=DEPARTMENT, number=None)
    with store.writing(engine) as connection:
        keys.suspend(connection, tiny().principal, actor="o1", at=now())
        keys.suspend(connection, tiny().seal, actor="o1", at=now())
    found = since.read(engine, held)
    assert [(one.issuer, one.kind) for one in found.changes] == [(SCHOOL, "key_suspended")]


def test_many_changes_are_cut_and_it_is_said(engine: Engine) -> None:
    held = receipt(engine)
    with store.writing(engine) as connection:
        for _ in range(since.MOST):
            keys.suspend(connection, tiny().seal, actor="o1", at=now())
            keys.lift(connection, tiny().seal, actor="o1", at=now())
    found = since.read(engine, held)
    assert (len(found.changes), found.more) == (since.MOST, True)


def test_what_time_alone_ended_is_told(engine: Engine) -> None:
    """A certificate expires in no event: a receipt given before tells it, one given after does not."""
    held = receipt(engine)
    with store.writing(engine) as connection:
        found = connection.execute(text("SELECT der FROM key_certificates WHERE key = :key"), {"key": tiny().seal})
        expires = x509.load_der_x509_certificate(found.scalar_one()).not_valid_after_utc
    assert since.read(engine, held, expires - DAY).again == "nothing"
    later = since.read(engine, held, expires + DAY)
    assert later.again == "changed"
    told = [(one.seq, one.issuer, one.kind, one.told.vi) for one in later.changes]
    assert (None, SCHOOL, "certificate_expired", "Chứng thư ký hết hạn (Con dấu của nhà trường)") in told
    assert len(told) == 2  # the principal's, of the same day
    after = receipt(engine, verified_at=(expires + DAY).isoformat(timespec="seconds"))
    assert since.read(engine, after, expires + 2 * DAY).again == "nothing"


def test_an_appointment_that_was_to_end_is_told_when_it_has(engine: Engine) -> None:
    with store.writing(engine) as connection:
        office = connection.execute(offices.select().where(offices.c.key == tiny().seal)).one()
        appointments.end(connection, office.id, now() + 9 * DAY, actor="o1", at=now())
        tomorrow = (now() + DAY).astimezone(VIETNAM).date()
        renamed = Succession(SCHOOL, Fate.RENAME, "1/QĐ", tomorrow, name="Trường đổi tên")
        successions.succeed(connection, renamed, actor="o1", at=now())
    held = receipt(engine)
    assert since.read(engine, held, now() + 8 * DAY).again == "nothing"
    later = since.read(engine, held, now() + 10 * DAY)
    assert [(one.kind, one.told.vi) for one in later.changes] == [
        ("appointment_expired", "Hết thời gian giao dùng khóa (Con dấu của nhà trường)")
    ]


def test_every_public_act_has_its_sentence() -> None:
    assert set(chronicle.PUBLIC) - set(ACTS) == {Act.OFFICER_ADDED, Act.OFFICER_WITHDRAWN}
    assert set(ACTS) - set(chronicle.PUBLIC) == {Act.CRL_IMPORTED}
    for told in ACTS.values():
        assert told.vi.format(what="x")
        assert told.en.format(what="x")
