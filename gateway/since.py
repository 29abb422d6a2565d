"""What has changed since a receipt: its number in the register, and the public history of its issuer and superiors.

With what ended by time alone (`gateway/expiry.py`). Public facts only, as codes: what `/v1/lookups` and
`/v1/issuers/{code}/history` tell too. The receipt's own ledger head is held against the ledger first: of another
history nothing can be told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Engine, Row, or_, select

from gateway import expiry
from gateway.act_words import ACTS, UNSPECIFIED
from gateway.receipts import Claims, instant
from gateway.reporting import Both, both
from gateway.vocabulary import ROLES, Text, word
from issuers import ledger, store
from issuers.event import GENESIS, Act
from issuers.tables import (
    appointments,
    issuer_periods,
    key_certificates,
    keys,
    revoked_certificates,
    successions,
    transcript_witnesses,
    transcripts,
    withdrawals,
)
from issuers.tables import ledger as events
from verify.policy import HB_1, Policy
from verify.report import Reason
from verify.trust import VIETNAM, Role

MOST = 50
"""Changes that an answer tells; the histories of the issuers have all."""

MAX_DEPTH = 8
"""Superiors above an issuer, as `issuers/scope.py` bounds them."""

FILE_FAULTS = frozenset(
    {
        *(Reason.NO_SIGNATURE, Reason.SIGNATURE_BROKEN, Reason.MODIFIED_AFTER_SIGNING, Reason.QR_BROKEN),
        *(Reason.WEAK_ALGORITHM, Reason.NO_QR_FOUND, Reason.QR_INCOMPLETE),
    }
)
"""Reasons that lie in the file alone: whatever the registry says later, they stay."""


class Change(Struct, frozen=True):
    """One public event, told; `issuer` is the one whose history has it, `seq` null of what time alone brought."""

    seq: int | None
    at: str
    issuer: str
    kind: str
    told: Both


class Register(Struct, frozen=True):
    """The status of a number and version, then and now; `newest` the newest version now, null if none is known.

    `witnessed` says whether another copy of this very version was registered since.
    """

    then: str
    now: str
    newest: int | None
    witnessed: bool


class Since(Struct, frozen=True):
    """What has changed, and whether it makes sense to verify again: `again` is a code, the two after it its words."""

    generation: int
    policy: str
    again: str
    headline: Both
    advice: Both
    register: Register | None
    changes: list[Change]
    more: bool


HEADLINES: dict[str, Text] = {
    "other-history": Text("không so sánh được", "it cannot be compared"),
    "withdrawn": Text("học bạ đã bị thu hồi", "the transcript was withdrawn"),
    "superseded": Text("đã có phiên bản mới hơn", "there is a newer version"),
    "file": Text("lỗi của tệp vẫn còn", "the file's fault remains"),
    "changed": Text("có thay đổi, nên kiểm tra lại", "something has changed, check again"),
    "policy": Text("quy tắc đã thay đổi, nên kiểm tra lại", "the rules have changed, check again"),
    "nothing": Text("không có gì thay đổi", "nothing has changed"),
    "nothing-named": Text("không có gì để so sánh", "there is nothing to compare"),
}

ADVICE: dict[str, Text] = {
    "other-history": Text(
        "Sổ đăng ký hiện nay không chứa trạng thái mà biên nhận nêu, nên không thể nói điều gì đã thay đổi. Hãy kiểm "
        "tra lại chính tệp đó, và báo cho đơn vị vận hành: sổ đăng ký có thể đã được khôi phục từ bản cũ.",
        "The registry of today does not contain the state that the receipt names, so nothing can be said of changes. "
        "Check the file itself again, and tell the operator: the registry may have been restored from an older copy.",
    ),
    "withdrawn": Text(
        "Nơi cấp đã thu hồi học bạ này sau lần kiểm tra đó. Đừng dựa vào biên nhận này để tiếp nhận.",
        "The issuer has withdrawn this transcript since then. Do not accept it on this receipt.",
    ),
    "superseded": Text(
        "Sau lần kiểm tra đó nhà trường đã đăng ký phiên bản mới hơn. Hãy đề nghị người nộp gửi phiên bản mới nhất và "
        "kiểm tra tệp đó.",
        "Since then the school has registered a newer version. Ask for the newest one, and check that file.",
    ),
    "file": Text(
        "Không cần kiểm tra lại tệp đó: lỗi nằm ở chính tệp, và sẽ không hết dù sổ đăng ký thay đổi. Hãy xin tệp gốc "
        "và kiểm tra tệp gốc.",
        "There is no need to check that file again: the fault lies in the file itself, and no change of the registry "
        "mends it. Ask for the original file, and check that.",
    ),
    "changed": Text(
        "Nên kiểm tra lại chính tệp đó: những thay đổi dưới đây có thể làm kết quả khác đi.",
        "Check the file itself again: the changes below may lead to another answer.",
    ),
    "policy": Text(
        "Nên kiểm tra lại chính tệp đó: quy tắc kiểm tra nay đã khác.",
        "Check the file itself again: the rules are others now.",
    ),
    "nothing": Text(
        "Không cần kiểm tra lại. Từ lần kiểm tra đó, sổ đăng ký không có gì thay đổi ở học bạ này, ở nơi cấp và các cơ "
        "quan quản lý nơi cấp; cũng không có chứng thư ký nào của nơi cấp hết hạn.",
        "There is no need to check again. Nothing of this transcript, its issuer or those above it has changed in the "
        "registry since, nor has a signing certificate of the issuer expired.",
    ),
    "nothing-named": Text(
        "Biên nhận không nêu học bạ hay nơi cấp nào, nên không có gì để so sánh. Nếu có tệp khác, hãy kiểm tra tệp đó.",
        "The receipt names no transcript and no issuer, so there is nothing to compare. If there is another file, "
        "check that.",
    ),
}


def read(engine: Engine, told: Claims, at: datetime | None = None, *, policy: Policy = HB_1) -> Since:
    """What has changed since a receipt was signed, as of now, in one transaction; `policy` is the one of now."""
    now = at or datetime.now(UTC)
    with store.reading(engine) as connection:
        generation, _ = ledger.head(connection)
        if not _of_this_ledger(connection, told):
            return _answer(generation, policy, "other-history", None, [])
        after = connection.scalar(
            select(events.c.at).where(events.c.seq > told.generation).order_by(events.c.seq).limit(1)
        )
        register = _register(connection, told, after) if told.number else None
        changes = _changes(connection, told, after) if told.issuer and after is not None else []
        changes += _ended(connection, told, now) if told.issuer else []
    changes.sort(key=lambda one: datetime.fromisoformat(one.at))
    return _answer(generation, policy, _again(told, policy, register, changes), register, changes)


def _answer(generation: int, policy: Policy, again: str, register: Register | None, changes: list[Change]) -> Since:
    return Since(
        generation,
        policy.name,
        again,
        both(HEADLINES[again]),
        both(ADVICE[again]),
        register,
        changes[:MOST],
        more=len(changes) > MOST,
    )


def _of_this_ledger(connection: Connection, told: Claims) -> bool:
    if not told.generation:
        return told.ledger_head == GENESIS
    found = connection.scalar(select(events.c.hash).where(events.c.seq == told.generation))
    return found == told.ledger_head


def _again(told: Claims, policy: Policy, register: Register | None, changes: list[Change]) -> str:
    """The one thing to say: what settles it comes first."""
    if register is not None and register.now != register.then and register.now in {"withdrawn", "superseded"}:
        return register.now
    if FILE_FAULTS.intersection(told.reasons):
        return "file"
    if changes or (register is not None and (register.now != register.then or register.witnessed)):
        return "changed"
    if told.policy != policy.name:
        return "policy"
    return "nothing" if told.issuer else "nothing-named"


def _register(connection: Connection, told: Claims, after: datetime | None) -> Register:
    """The register then and now. What was entered at the very instant of the next event counts as since."""
    kin = _family(connection, told.issuer)
    wanted = select(transcripts).where(transcripts.c.number == told.number).order_by(transcripts.c.version)
    rows = [row for row in connection.execute(wanted) if kin is None or row.issuer in kin]
    gone = connection.execute(select(withdrawals).where(withdrawals.c.number == told.number)).first()
    if gone is not None and kin is not None and gone.issuer not in kin:
        gone = None

    def status(until: datetime | None) -> str:
        known = [row.version for row in rows if until is None or row.registered_at < until]
        if gone is not None and (until is None or gone.at < until):
            return "withdrawn"
        if not known or (told.version or 1) > known[-1]:
            return "unregistered"
        return "superseded" if told.version and told.version < known[-1] else "current"

    witnesses = select(transcript_witnesses.c.at).where(
        transcript_witnesses.c.number == told.number, transcript_witnesses.c.version == told.version
    )
    seen = after is not None and any(at >= after for at in connection.scalars(witnesses))
    return Register(status(after), status(None), rows[-1].version if rows else None, seen)


def _family(connection: Connection, code: str | None) -> frozenset[str] | None:
    """An issuer, all before it and all after it: those whose entries count (HB-1, 9). None: whoever it is."""
    if code is None:
        return None
    found = {code}
    for here, there in (
        (successions.c.successor, successions.c.predecessor),
        (successions.c.predecessor, successions.c.successor),
    ):
        ahead = {code}
        while ahead:
            ahead = set(connection.scalars(select(there).where(here.in_(ahead)))) - found
            found |= ahead
    return frozenset(found)


def _changes(connection: Connection, told: Claims, after: datetime) -> list[Change]:
    """The public events of the issuer, of all above it then or now, and of keys that speak for them."""
    chain = _chain(connection, str(told.issuer), after)
    roles = {row.key: row.role for row in _offices(connection, chain)}
    owners = set(connection.scalars(select(keys.c.issuer).where(keys.c.id.in_(roles))))
    wanted = (
        select(events)
        .where(
            events.c.seq > told.generation,
            events.c.issuer.in_(chain | owners),
            events.c.kind.in_([act.value for act in ACTS]),
        )
        .order_by(events.c.seq)
    )
    certificates = select(key_certificates).where(key_certificates.c.key.in_(roles))
    held = {row.sha256: row.key for row in connection.execute(certificates)}
    offices = {row.id: row.key for row in _offices(connection, chain)}
    lists = Reason.STALE_DATA in told.reasons or _listed(connection, roles)
    changes = []
    for row in connection.execute(wanted):
        body = json.loads(row.body) if row.kind != Act.CRL_IMPORTED else {}
        key = body.get("key") or held.get(body.get("certificate", "")) or offices.get(body.get("appointment"))
        if (row.issuer in chain or key in roles) and (row.kind != Act.CRL_IMPORTED or lists) and not _idle(row, body):
            changes.append(_change(row, roles.get(str(key))))
        if len(changes) > MOST:
            break
    return changes


def _ended(connection: Connection, told: Claims, now: datetime) -> list[Change]:
    """What of the issuer's keys came to its end since, without an event."""
    issuer = str(told.issuer)
    return [
        Change(None, instant(one.at.astimezone(VIETNAM)), issuer, one.kind, both(one.told))
        for one in expiry.since(connection, issuer, told.generation, datetime.fromisoformat(told.verified_at), now)
    ]


def _chain(connection: Connection, code: str, after: datetime) -> set[str]:
    found, ahead = {code}, {code}
    for _ in range(MAX_DEPTH):
        parents = select(issuer_periods.c.parent).where(
            issuer_periods.c.issuer.in_(ahead), or_(issuer_periods.c.until.is_(None), issuer_periods.c.until >= after)
        )
        ahead = {parent for parent in connection.scalars(parents) if parent is not None} - found
        found |= ahead
    return found


def _offices(connection: Connection, chain: Iterable[str]) -> list[Row[Any]]:
    return list(connection.execute(select(appointments).where(appointments.c.issuer.in_(chain))))


def _listed(connection: Connection, held: Iterable[str]) -> bool:
    """Whether a revocation list names a certificate of these keys."""
    serials = select(key_certificates.c.serial).where(key_certificates.c.key.in_([*held]))
    return (
        connection.execute(
            select(revoked_certificates.c.serial).where(revoked_certificates.c.serial.in_(serials)).limit(1)
        ).first()
        is not None
    )


def _idle(row: Row[Any], body: dict[str, Any]) -> bool:
    """A change of how the issuer is reached, and of nothing else."""
    return row.kind == Act.ISSUER_CHANGED and set(body) <= {"code", "contact"}


def _change(row: Row[Any], role: str | None) -> Change:
    saying, what = ACTS[Act(row.kind)], word(ROLES, role) if role in set(Role) else UNSPECIFIED
    told = Both(saying.vi.format(what=what.vi), saying.en.format(what=what.en))
    return Change(row.seq, instant(row.at.astimezone(VIETNAM)), row.issuer, row.kind, told)
