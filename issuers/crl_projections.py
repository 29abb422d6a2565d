"""What an imported CRL makes of the rows: revocations only add, holds follow the latest list; see `projections.py`."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, case, delete, insert, or_
from sqlalchemy.dialects import postgresql, sqlite

from issuers import listing
from issuers.event import Event
from issuers.listing import COMPROMISED, Entry, serial
from issuers.tables import crls, revoked_certificates


def crl_imported(connection: Connection, event: Event) -> None:
    """Enter a CRL, and what it lists, in three steps of whose order the law consists.

    What is revoked is entered first, and takes a hold that ran into it along. Then the latest list ends all other holds
    and enters its own, for whoever is not revoked.
    """
    body = event.body
    found = listing.read(b64decode(body["der"]))
    connection.execute(
        insert(crls).values(
            sha256=body["sha256"],
            authority=body["authority"],
            this_update=found.this_update,
            next_update=found.next_update,
            expired_since=found.expired_since,
            complete=found.complete,
            imported_at=event.at,
        )
    )
    made = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert(revoked_certificates)
    if found.revoked:
        connection.execute(_stricter(made), _revoked(found.revoked, body["authority"]))
    if body["latest"]:
        of_it = revoked_certificates.c.authority == body["authority"]
        connection.execute(delete(revoked_certificates).where(of_it, revoked_certificates.c.revoked_at.is_(None)))
        if found.held:
            connection.execute(made.on_conflict_do_nothing(), _held(found.held, body["authority"]))


def _stricter(made: Any) -> Any:  # noqa: ANN401 - an insert of either dialect
    """The earlier date of two, and keyCompromise above any other reason: in whatever order lists come."""
    old, new = revoked_certificates.c, made.excluded
    return made.on_conflict_do_update(
        index_elements=[old.serial, old.authority],
        set_={
            "revoked_at": case(
                (or_(old.revoked_at.is_(None), new.revoked_at < old.revoked_at), new.revoked_at), else_=old.revoked_at
            ),
            "reason": case((or_(old.revoked_at.is_(None), new.reason == COMPROMISED), new.reason), else_=old.reason),
            "invalidity_date": case(
                (or_(old.invalidity_date.is_(None), new.invalidity_date < old.invalidity_date), new.invalidity_date),
                else_=old.invalidity_date,
            ),
        },
    )


def _revoked(entries: Iterable[Entry], authority: str) -> list[dict[str, Any]]:
    return [
        {
            "serial": serial(one.serial),
            "authority": authority,
            "revoked_at": one.revoked_at,
            "reason": one.reason,
            "invalidity_date": one.invalidity_date,
        }
        for one in entries
    ]


def _held(entries: Iterable[Entry], authority: str) -> list[dict[str, Any]]:
    return [{"serial": serial(one.serial), "authority": authority, "held_since": one.revoked_at} for one in entries]
