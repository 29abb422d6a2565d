"""What ended by time alone: certificates that expired and appointments that ended, in no event of that day.

Their ends were known when they were entered, so the ledger says nothing when they come; a receipt that lies before such
an end was given while it was in force.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from sqlalchemy import Connection, select

from gateway.vocabulary import ROLES, Text, word
from issuers.event import Act
from issuers.tables import appointments, key_certificates, keys, ledger
from verify.trust import PERSONS_ROLES

CERTIFICATE, APPOINTMENT = "certificate_expired", "appointment_expired"


class Ended(NamedTuple):
    """What ended, when, and what to say of it."""

    at: datetime
    kind: str
    told: Text


def since(connection: Connection, issuer: str, generation: int, first: datetime, last: datetime) -> list[Ended]:
    """What ended of an issuer's keys in (first, last], the earliest first; what an event after `generation` ended not.

    A key that was retired or revoked ended by that, and a certificate without an appointment bears on nothing.
    """
    office = select(appointments).join(keys, keys.c.id == appointments.c.key)
    lasting = (keys.c.admitted_at.is_not(None), keys.c.retired_at.is_(None), keys.c.revoked_at.is_(None))
    held = connection.execute(office.where(appointments.c.issuer == issuer, *lasting)).all()
    decided = _decided(connection, issuer, generation)
    found = {
        Ended(one.valid_until, APPOINTMENT, _office(one.role))
        for one in held
        if one.valid_until is not None and one.id not in decided
    }
    roles = {(one.key, one.role): one.valid_until for one in sorted(held, key=lambda one: one.valid_from)}
    certificates = select(key_certificates).where(key_certificates.c.key.in_({key for key, _ in roles}))
    for row in connection.execute(certificates):
        end = x509.load_der_x509_certificate(row.der).not_valid_after_utc
        for (key, role), until in roles.items():
            if key == row.key and (until is None or until > end):
                found.add(Ended(end, CERTIFICATE, _certificate(role)))
    return sorted(one for one in found if first < one.at <= last)


def _decided(connection: Connection, issuer: str, generation: int) -> set[str]:
    """The appointments that an event ended since, or ended at once: the ledger's to tell."""
    asked = select(ledger.c.seq, ledger.c.at, ledger.c.body).where(
        ledger.c.issuer == issuer, ledger.c.kind.in_([Act.APPOINTMENT_ENDED.value, Act.ISSUER_SUCCEEDED.value])
    )
    decided: set[str] = set()
    for seq, at, text in connection.execute(asked):
        body = json.loads(text)
        own = [{"id": body["appointment"], "until": body["until"]}] if "appointment" in body else []
        ends = body.get("appointments", own)  # a renaming ends none
        decided |= {one["id"] for one in ends if seq > generation or datetime.fromisoformat(one["until"]) <= at}
    return decided


def _certificate(role: str) -> Text:
    what = word(ROLES, role)
    return Text(f"Chứng thư ký hết hạn ({what.vi})", f"A signing certificate expired ({what.en})")


def _office(role: str) -> Text:
    what = word(ROLES, role)
    if role in PERSONS_ROLES:
        return Text(f"Hết thời gian bổ nhiệm ({what.vi})", f"An appointment came to its end ({what.en})")
    return Text(f"Hết thời gian giao dùng khóa ({what.vi})", f"The assignment of a key came to its end ({what.en})")
