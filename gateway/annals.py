"""The public history of an issuer in words: one sentence for each kind of change, and what it was about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from gateway.timeline import interval
from gateway.vocabulary import ROLES, Text, word
from issuers.chronicle import Entry
from issuers.event import Act
from verify.trust import VIETNAM

SHORT_KEY = 8
"""Hexadecimal digits of a key that tell it from an issuer's other ones; the page of the issuer has all 64."""

TOLD: dict[Act, Text] = {
    Act.REGISTRY_INITIALISED: Text("Sổ đăng ký được lập", "The registry was founded"),
    Act.ISSUER_ENROLLED: Text("Được ghi vào sổ đăng ký", "Entered into the registry"),
    Act.ISSUER_CHANGED: Text("Thông tin hoặc phạm vi thay đổi", "Facts or scope changed"),
    Act.ISSUER_SUCCEEDED: Text("Sắp xếp lại tổ chức", "Reorganised"),
    Act.ISSUER_SUSPENDED: Text("Bị tạm dừng", "Suspended"),
    Act.ISSUER_SUSPENSION_LIFTED: Text("Hết tạm dừng", "The suspension was lifted"),
    Act.OFFICER_ADDED: Text("Thêm một cán bộ quản lý", "An officer was added"),
    Act.OFFICER_WITHDRAWN: Text("Một cán bộ quản lý thôi nhiệm vụ", "An officer was withdrawn"),
    Act.ANCHOR_ADMITTED: Text("Tin cậy một cơ quan chứng thực", "A certification authority was admitted"),
    Act.ANCHOR_DISTRUSTED: Text("Thôi tin cậy một cơ quan chứng thực", "A certification authority was distrusted"),
    Act.KEY_ACTIVATED: Text("Khóa ký có hiệu lực", "A signing key became active"),
    Act.HISTORICAL_KEY_ADMITTED: Text("Ghi nhận một khóa ký trước đây", "A key of the past was entered"),
    Act.KEY_SUSPENDED: Text("Khóa ký bị tạm dừng", "A signing key was suspended"),
    Act.KEY_SUSPENSION_LIFTED: Text("Khóa ký hết tạm dừng", "The suspension of a key was lifted"),
    Act.KEY_RETIRED: Text("Khóa ký thôi dùng", "A signing key was retired"),
    Act.KEY_REVOKED: Text("Khóa ký bị thu hồi", "A signing key was revoked"),
    Act.KEY_INVALIDITY_DECIDED: Text(
        "Quyết định khóa mất tin cậy từ khi nào", "Since when a key is not trusted: decided"
    ),
    Act.APPOINTMENT_MADE: Text("Giao thêm việc ký cho một khóa", "A further appointment of a key"),
    Act.APPOINTMENT_ENDED: Text("Việc giao ký cho một khóa kết thúc", "An appointment was ended"),
    Act.CERTIFICATE_ADDED: Text("Thêm chứng thư cho một khóa", "A certificate was added to a key"),
    Act.CERTIFICATE_REVOKED: Text("Một chứng thư bị thu hồi", "A certificate was revoked"),
    Act.CERTIFICATE_INVALIDITY_DECIDED: Text(
        "Quyết định chứng thư mất tin cậy từ khi nào", "Since when a certificate is not trusted: decided"
    ),
}
"""What is public (`issuers/chronicle.py`), in words."""

FATES: dict[str, Text] = {
    "merge": Text("Sáp nhập", "Merged"),
    "split": Text("Chia tách", "Split"),
    "rename": Text("Đổi tên", "Renamed"),
    "end": Text("Giải thể", "Ended"),
}

REVOCATIONS: dict[str, Text] = {
    "unspecified": Text("không nêu lý do", "no reason given"),
    "keyCompromise": Text("lộ khóa", "key compromise"),
    "cACompromise": Text("cơ quan chứng thực bị lộ khóa", "compromise of the authority"),
    "affiliationChanged": Text("thay đổi nơi công tác", "affiliation changed"),
    "superseded": Text("đã thay bằng khóa khác", "superseded"),
    "cessationOfOperation": Text("thôi hoạt động", "cessation of operation"),
    "privilegeWithdrawn": Text("thôi thẩm quyền", "privilege withdrawn"),
}


class Told(NamedTuple):
    """One change as it is read: when, what, about what, by whose hand (an issuer's code, None: whoever runs this)."""

    at: datetime
    what: Text
    about: Text
    by: str | None


def tell(entry: Entry) -> Told:
    """A change in words; a kind without words is told by its code."""
    what = TOLD.get(Act(entry.kind)) or Text(entry.kind, entry.kind)
    parts = [*_about(entry.facts)]
    about = Text("; ".join(part.vi for part in parts), "; ".join(part.en for part in parts))
    return Told(entry.at, what, about, None if entry.by == "host" else entry.by)


def _about(facts: Mapping[str, Any]) -> Iterator[Text]:
    """What the facts of a change say to a reader; the rest is for programs."""
    if facts.get("kind") in FATES:
        yield FATES[facts["kind"]]
    if "successors" in facts:
        codes = ", ".join(facts["successors"])
        yield Text(f"kế thừa: {codes}", f"successor: {codes}")
    if isinstance(facts.get("period"), Mapping) and facts["period"].get("name"):
        yield Text(facts["period"]["name"], facts["period"]["name"])
    if isinstance(facts.get("appointment"), Mapping):
        yield from _office(facts["appointment"])
    for name, said in DATES.items():
        if facts.get(name):
            day = f"{datetime.fromisoformat(facts[name]).astimezone(VIETNAM):%d/%m/%Y}"
            yield Text(f"{said.vi} {day}", f"{said.en} {day}")
    if facts.get("reason"):
        reason = word(REVOCATIONS, facts["reason"])
        yield Text(f"lý do: {reason.vi}", f"reason: {reason.en}")
    if facts.get("decision_no"):
        yield Text(f"quyết định {facts['decision_no']}", f"decision {facts['decision_no']}")
    if isinstance(facts.get("key"), str):
        yield Text(f"khóa {facts['key'][:SHORT_KEY]}…", f"key {facts['key'][:SHORT_KEY]}…")


def _office(held: Mapping[str, Any]) -> Iterator[Text]:
    until = held.get("valid_until")
    time = interval(datetime.fromisoformat(held["valid_from"]), datetime.fromisoformat(until) if until else None)
    role = word(ROLES, held["role"])
    yield Text(f"{role.vi}, {time.vi}", f"{role.en}, {time.en}")
    if held.get("decision_no"):
        yield Text(f"quyết định {held['decision_no']}", f"decision {held['decision_no']}")


DATES: dict[str, Text] = {
    "on": Text("từ ngày", "from"),
    "until": Text("kết thúc trước ngày", "ends before"),
    "valid_from": Text("từ ngày", "from"),
    "valid_until": Text("đến trước ngày", "until before"),
    "invalid_since": Text("không tin cậy từ ngày", "not trusted since"),
}
