"""The register of transcripts, HB-1 section 9: idempotent, all or nothing, and no evidence ever changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from founding import (
    DAY,
    DEPARTMENT,
    HOST,
    MINISTRY,
    NOW,
    OTHER,
    SCHOOL,
    SECOND,
    digest,
    enrolment,
    founded,
    item,
    refused,
)
from sqlalchemy import Connection, Engine, select

from issuers import ledger, register, registry, store
from issuers.audit import audit
from issuers.event import Act
from issuers.refusals import Conflict, Forbidden, NotThere, Refusal, Refused, Why
from issuers.register import MAX_ITEMS, Amendment, AmendmentReason, Item, Result, WithdrawalReason
from issuers.tables import issuers, successions, transcript_witnesses, transcripts, withdrawals
from issuers.tables import ledger as events
from verify.trust import Level

BY: dict[str, Any] = {"actor": HOST, "at": NOW}
AMENDMENT = Amendment(AmendmentReason.ENTRY_ERROR, "lý do", "A", "B", DEPARTMENT, "1/QĐ", date(2026, 6, 1))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return founded(tmp_path)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with store.writing(engine) as connection:
        yield connection


def registered(connection: Connection, *items: Item, issuer: str = SCHOOL, **by: Any) -> list[Result]:  # noqa: ANN401 - at
    return register.register(connection, issuer, items, **{**BY, **by})


def second(number: int = 1, **changes: Any) -> Item:  # noqa: ANN401 - its fields
    return item(number, **{"version": 2, "amendment": AMENDMENT, **changes})


def witnesses(connection: Connection) -> list[tuple[Any, ...]]:
    rows = connection.execute(select(transcript_witnesses).order_by(*transcript_witnesses.c))
    return [(row.version, row.kind, row.sha256, row.at) for row in rows]


def test_the_same_item_again_changes_nothing(connection: Connection) -> None:
    whole = item(1, pdf_sha256=digest("p"), qr_sha256=digest("q"))
    assert registered(connection, whole, second()) == [Result.REGISTERED] * 2
    before = ledger.head(connection)
    for again in ((whole, second()), (whole,), (item(1),), (item(1, qr_sha256=digest("q")),), ()):
        assert registered(connection, *again, at=NOW + DAY) == [Result.UNCHANGED] * len(again)
    assert ledger.head(connection) == before


def test_a_further_hash_has_a_time_of_its_own(connection: Connection) -> None:
    registered(connection, item(1, pdf_sha256=digest("p")))
    later = item(1, pdf_sha256=digest("p again"), qr_sha256=digest("q"))
    assert registered(connection, later, at=NOW + DAY) == [Result.WITNESSED]
    assert sorted(witnesses(connection)) == sorted(
        [
            (1, "pdf", digest("p"), NOW),
            (1, "pdf", digest("p again"), NOW + DAY),
            (1, "qr", digest("q"), NOW + DAY),
        ]
    )
    assert connection.execute(select(transcripts.c.registered_at)).scalar_one() == NOW


@pytest.mark.parametrize(
    "different",
    [
        item(1, record_digest=digest("another")),
        item(1, level=Level.PRIMARY),
        item(1, issued_on=date(2026, 6, 1)),
        item(1, record_digest=digest("another"), pdf_sha256=digest("p")),
    ],
)
def test_what_differs_is_a_conflict_that_names_its_row(connection: Connection, different: Item) -> None:
    registered(connection, item(1))
    before = ledger.head(connection)
    with refused(Conflict, Why.ITEM_DIFFERS, "items[2]"):
        registered(connection, item(7), item(8), different)
    assert ledger.head(connection) == before
    assert connection.execute(select(transcripts.c.number)).scalars().all() == [item(1).number]


def test_an_amendment_is_part_of_what_was_said(connection: Connection) -> None:
    registered(connection, item(1), second())
    with refused(Conflict, Why.ITEM_DIFFERS, "items[0]"):
        registered(connection, second(amendment=replace(AMENDMENT, reason="another")))


def amended(**changes: Any) -> Amendment:  # noqa: ANN401 - its fields
    return replace(AMENDMENT, **changes)


BAD: list[tuple[dict[str, Any], Why, str]] = [
    ({"number": "000000000000000I"}, Why.MALFORMED, "number"),
    ({"number": "000000000000000o"}, Why.MALFORMED, "number"),
    ({"number": "0000-0000-0000-0000"}, Why.MALFORMED, "number"),
    ({"number": "0" * 15}, Why.MALFORMED, "number"),
    ({"number": "0" * 17}, Why.MALFORMED, "number"),
    ({"number": "0" * 16 + "\n"}, Why.MALFORMED, "number"),
    ({"number": "٠" * 16}, Why.MALFORMED, "number"),
    ({"version": 0}, Why.MALFORMED, "version"),
    ({"version": 65_536, "amendment": AMENDMENT}, Why.MALFORMED, "version"),
    ({"record_digest": "A" * 64}, Why.MALFORMED, "record_digest"),
    ({"record_digest": ""}, Why.MALFORMED, "record_digest"),
    ({"pdf_sha256": "0" * 63}, Why.MALFORMED, "pdf_sha256"),
    ({"qr_sha256": ""}, Why.MALFORMED, "qr_sha256"),
    ({"version": 2}, Why.AMENDMENT_MISSING, "amendment"),
    ({"amendment": AMENDMENT}, Why.AMENDMENT_UNASKED, "amendment"),
    *(
        ({"version": 2, "amendment": amended(**{field: text})}, Why.MALFORMED, f"amendment.{field}")
        for field in ("reason", "requested_by", "confirmed_by", "decision_no")
        for text in ("", " ", "a\nb", "x" * 501)
    ),
    *(
        ({"version": 2, "amendment": replace(AMENDMENT, reported_to=code)}, Why.UNKNOWN_ISSUER, "amendment.reported_to")
        for code in ("", SCHOOL, OTHER, "NO")
    ),
]


@pytest.mark.parametrize(("changes", "why", "field"), BAD)
def test_one_bad_item_refuses_all_and_is_named(
    connection: Connection, changes: dict[str, Any], why: Why, field: str
) -> None:
    with refused(Refused, why, f"items[1].{field}"):
        registered(connection, item(1), replace(item(2), **changes), item(3))
    assert connection.execute(select(transcripts)).all() == []


def test_an_item_stands_once_in_a_call(connection: Connection) -> None:
    with refused(Refused, Why.ITEM_REPEATED, "items[2]"):
        registered(connection, item(1), item(2), item(1, pdf_sha256=digest("p")))


def test_versions_may_come_in_any_order_and_leave_gaps(connection: Connection) -> None:
    assert registered(connection, second(version=5)) == [Result.REGISTERED]
    assert registered(connection, item(1), second()) == [Result.REGISTERED] * 2


def test_a_correction_may_be_reported_to_any_superior(connection: Connection) -> None:
    registered(connection, second(amendment=replace(AMENDMENT, reported_to=MINISTRY)))


def test_the_register_keeps_what_the_public_sees_apart(connection: Connection) -> None:
    registered(connection, second())
    row = connection.execute(select(transcripts)).one()
    assert row.reason_code == "entry_error"
    assert row.amendment == {
        "reason_code": "entry_error",
        "reason": "lý do",
        "requested_by": "A",
        "confirmed_by": "B",
        "reported_to": DEPARTMENT,
        "decision_no": "1/QĐ",
        "on": "2026-06-01",
    }


def test_only_schools_that_stand_register(connection: Connection) -> None:
    with refused(Refused, Why.ROLE_NOT_FOR_KIND):
        registered(connection, item(1), issuer=DEPARTMENT)
    with refused(Refused, Why.UNKNOWN_ISSUER):
        registered(connection, item(1), issuer="NO")
    registry.suspend(connection, DEPARTMENT, **BY)
    with refused(Conflict, Why.ISSUER_SUSPENDED):
        registered(connection, item(1))
    registry.lift(connection, DEPARTMENT, **BY)
    registry.change(connection, SCHOOL, {"valid_until": NOW + SECOND}, **BY)
    registered(connection, item(1))
    with refused(Conflict, Why.ISSUER_ENDED):
        registered(connection, item(2), at=NOW + SECOND)


def test_a_number_belongs_to_its_first_registrant(connection: Connection) -> None:
    registered(connection, item(1))
    for claimed in (item(1, pdf_sha256=digest("p")), second()):
        with refused(Conflict, Why.NUMBER_OF_ANOTHER, "items[1]"):
            registered(connection, item(2), claimed, issuer=OTHER)
    with refused(Conflict, Why.NUMBER_OF_ANOTHER, "number"):
        register.withdraw(connection, OTHER, item(1).number, WithdrawalReason.OTHER, **BY)


def test_successors_inherit_numbers_and_the_first_of_two_keeps_one(engine: Engine) -> None:
    with store.writing(engine) as connection:
        for code in ("HEIR1", "HEIR2", "GRANDHEIR"):
            registry.enrol(connection, enrolment(code), **BY)
        registered(connection, item(1), item(2))
        # Made by hand, in no time: how long it takes is asked in test_successions.py.
        connection.execute(issuers.update().where(issuers.c.code.in_([SCHOOL, "HEIR1"])).values(succession_on=NOW))
        for pair in ((SCHOOL, "HEIR1"), (SCHOOL, "HEIR2"), ("HEIR1", "GRANDHEIR")):
            connection.execute(successions.insert().values(predecessor=pair[0], successor=pair[1]))
        registered(connection, second(), issuer="HEIR1")
        with refused(Conflict, Why.NUMBER_OF_ANOTHER):
            registered(connection, second(version=3), issuer="HEIR2")
        registered(connection, second(2), issuer="HEIR2")
        with refused(Conflict, Why.NUMBER_OF_ANOTHER):
            registered(connection, second(2, version=3), issuer="GRANDHEIR")
        registered(connection, second(version=3), issuer="GRANDHEIR")
        rows = connection.execute(select(transcripts.c.version, transcripts.c.issuer).order_by(transcripts.c.version))
        assert {(1, SCHOOL), (2, "HEIR1"), (3, "GRANDHEIR")} <= {tuple(row) for row in rows}
        register.withdraw(connection, "GRANDHEIR", item(1).number, WithdrawalReason.FRAUD, **BY)


def test_withdrawal_is_final_and_covers_all_versions(connection: Connection) -> None:
    registered(connection, item(1), second())
    number = item(1).number
    register.withdraw(
        connection, SCHOOL, number, WithdrawalReason.ISSUED_IN_ERROR, reason="nhầm", decision_no="9/QĐ", **BY
    )
    row = connection.execute(select(withdrawals)).one()
    assert (row.issuer, row.number, row.at, row.reason_code) == (SCHOOL, number, NOW, "issued_in_error")
    with refused(Conflict, Why.WITHDRAWN):
        register.withdraw(connection, SCHOOL, number, WithdrawalReason.OTHER, **BY)
    for more in (second(version=3), item(1, pdf_sha256=digest("late"))):
        with refused(Conflict, Why.WITHDRAWN, "items[0]"):
            registered(connection, more)
    assert registered(connection, item(1)) == [Result.UNCHANGED]


def test_only_what_was_registered_is_withdrawn(connection: Connection) -> None:
    with refused(NotThere, Why.NOT_THERE):
        register.withdraw(connection, SCHOOL, item(1).number, WithdrawalReason.OTHER, **BY)


@pytest.mark.parametrize("text", ["a\nb", "x" * 501])
@pytest.mark.parametrize("field", ["reason", "decision_no"])
def test_a_withdrawal_is_refused(connection: Connection, field: str, text: str) -> None:
    registered(connection, item(1))
    with refused(Refused, Why.MALFORMED, field):
        register.withdraw(connection, SCHOOL, item(1).number, WithdrawalReason.OTHER, **{field: text, **BY})


def test_ten_thousand_items_are_one_event_and_one_more_is_refused(engine: Engine) -> None:
    items = [item(number, pdf_sha256=digest(f"p{number}"), qr_sha256=digest("q")) for number in range(MAX_ITEMS)]
    with store.writing(engine) as connection:
        with refused(Refused, Why.ITEMS_TOO_MANY, "items"):
            registered(connection, *items, item(MAX_ITEMS))
        started = time.perf_counter()
        assert registered(connection, *items) == [Result.REGISTERED] * MAX_ITEMS
        assert time.perf_counter() - started < 20, "a bulk call holds the writers' line"
        bulk = events.c.kind == Act.TRANSCRIPTS_REGISTERED
        assert len(connection.execute(select(events.c.seq).where(bulk)).all()) == 1
    with store.writing(engine) as connection:
        assert registered(connection, *items) == [Result.UNCHANGED] * MAX_ITEMS
        bad = [*items[: MAX_ITEMS - 1], item(MAX_ITEMS - 1, level=Level.PRIMARY)]
        with refused(Conflict, Why.ITEM_DIFFERS, f"items[{MAX_ITEMS - 1}]"):
            registered(connection, *bad)
    assert audit(engine).disagreements == ()


def test_refusals_are_of_one_family() -> None:
    assert {Refused, Conflict, Forbidden, NotThere} == set(Refusal.__subclasses__())
