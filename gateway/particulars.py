"""What a reason means in this very case: what ended and when, which two codes disagree; out of findings and grounds.

The general sentences of `gateway/wording.py` name every way to a reason; a clerk who reads one of these knows which way
it was. No person is named: the role is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import UNSET

from gateway.grounds import Grounds
from gateway.verdicts import Saying
from gateway.vocabulary import ROLES, WITHDRAWALS, Text, word
from gateway.wording import REASONS, joined
from verify.report import Indication, Reason, Sub
from verify.trust import PERSONS_ROLES, VIETNAM, Role

if TYPE_CHECKING:
    from gateway.reporting import FindingShown, SignatureShown, TranscriptShown, WithdrawnShown

NUMBER, VERSION = 2, 3
"""The claims of a code that say which transcript it is of (docs/qr.md, 5)."""

UNPROVEN = Text(
    "Không có bằng chứng tin cậy rằng chữ ký được tạo trước đó.",
    "No trusted proof shows that the signature was made before.",
)

ASK_WHOEVER_WITHDREW = Text(
    "Nếu cần biết thêm về việc thu hồi, hãy hỏi nơi đứng tên thu hồi.",
    "If you need to know more of it, ask the institution in whose name it was withdrawn.",
)

ENDED = frozenset({Sub.OUT_OF_BOUNDS_NO_POE})
REVOKED = frozenset({Sub.REVOKED, Sub.REVOKED_NO_POE})


def of(
    signatures: Iterable[SignatureShown], findings: Sequence[FindingShown], transcript: TranscriptShown | None, at: str
) -> dict[Reason, Saying]:
    """The reasons of which more can be said than `REASONS` does, as of the instant of judging."""
    counted = [one for one in signatures if one.counts and one.role]
    passed = {one.role for one in counted if one.indication == Indication.TOTAL_PASSED}
    doubted = [one for one in counted if one.role not in passed]
    told: dict[Reason, Saying] = {}
    for reason, subs in ((Reason.NO_PROOF_OF_EXISTENCE, ENDED), (Reason.KEY_REVOKED, REVOKED)):
        said = [text for one in doubted for text in _ends(one, subs, datetime.fromisoformat(at))]
        if said:
            missing = any(_unproven(found) for one in doubted for found in one.findings if found.code in subs)
            told[reason] = Saying(joined([*said, *([UNPROVEN] if missing else [])]), REASONS[reason].todo)
    if transcript is not None and transcript.withdrawn is not UNSET:
        told[Reason.TRANSCRIPT_WITHDRAWN] = Saying(_gone_back(transcript.withdrawn), ASK_WHOEVER_WITHDREW)
    return told | _codes(findings)


def _gone_back(withdrawn: WithdrawnShown) -> Text:
    """When a transcript was withdrawn, in whose name, and why: what is public of it."""
    by, day = withdrawn.issuer.name or withdrawn.issuer.code, day_of(withdrawn.at)
    why = word(WITHDRAWALS, withdrawn.reason_code)
    return Text(
        f"Học bạ này đã bị thu hồi ngày {day}, lý do: {why.vi}; đứng tên thu hồi: {by}.",
        f"This transcript was withdrawn on {day}; reason: {why.en}; in the name of {by}.",
    )


def _unproven(found: FindingShown) -> bool:
    """Whether an earlier proof would have helped: not against a day of issue, nor where a later time is proven."""
    return "issued_on" not in found.facts and found.code != Sub.REVOKED


def _ends(signature: SignatureShown, subs: frozenset[Sub], at: datetime) -> Iterator[Text]:
    """One sentence for a signature: all of its grounds that ended, each with its day."""
    held = signature.grounds
    if held is None:
        return
    tellers = [(one, ENDS.get((one.check, subs is REVOKED))) for one in signature.findings if one.code in subs]
    parts = list(dict.fromkeys(tell(one, signature, held, at) for one, tell in tellers if tell is not None))
    if parts:
        role = word(ROLES, signature.role or "")
        yield Text(
            f"{role.vi}: {'; '.join(part.vi for part in parts)}.", f"{role.en}: {'; '.join(part.en for part in parts)}."
        )


def _expired(_: FindingShown, __: SignatureShown, held: Grounds, at: datetime) -> Text:
    ends = _gone([one.valid_until for one in held.certificates], at)
    return _dated("chứng thư chữ ký số đã hết hạn ngày", "the signing certificate expired on", ends)


def _retired(_: FindingShown, __: SignatureShown, held: Grounds, ___: datetime) -> Text:
    return _dated("khóa ký đã thôi dùng từ", "the signing key was retired on", held.retired_at)


def _left(found: FindingShown, signature: SignatureShown, held: Grounds, at: datetime) -> Text:
    """The end of an appointment; or a day of issue that lies outside of it."""
    person = Role(signature.role or "") in PERSONS_ROLES
    vi, en = ("bổ nhiệm", "appointment") if person else ("việc giao dùng", "assignment")
    if "issued_on" in found.facts:
        day = day_of(found.facts["issued_on"])
        return Text(f"ngày cấp {day} nằm ngoài thời gian {vi}", f"the day of issue, {day}, lies outside the {en}")
    return _dated(
        f"{vi} đã kết thúc từ", f"the {en} ended on", _gone([one.valid_until for one in held.appointments], at)
    )


def _closed(found: FindingShown, _: SignatureShown, held: Grounds, __: datetime) -> Text:
    code = found.facts.get("issuer", "")
    if "issued_on" in found.facts:
        day = day_of(found.facts["issued_on"])
        return Text(f"ngày cấp {day} nằm ngoài thời gian hoạt động của {code}", f"{code} was not in force on {day}")
    ends = {one.code: one.valid_until for one in held.issuers}
    return _dated(f"{code} đã kết thúc hoạt động từ", f"{code} ended on", ends.get(code))


def _revoked(_: FindingShown, __: SignatureShown, held: Grounds, ___: datetime) -> Text:
    told = _dated("khóa ký đã bị thu hồi ngày", "the signing key was revoked on", held.revoked_at)
    if held.invalid_since is None:
        return told
    day = day_of(held.invalid_since)
    return Text(f"{told.vi}, không được tin cậy từ {day}", f"{told.en}, not trusted since {day}")


def _withdrawn(_: FindingShown, __: SignatureShown, held: Grounds, ___: datetime) -> Text:
    days = [one.revoked_at for one in held.certificates if one.revoked_at]
    told = "chứng thư chữ ký số đã bị thu hồi ngày", "the signing certificate was revoked on"
    return _dated(*told, min(days, default=None))


ENDS: dict[tuple[str, bool], Callable[[FindingShown, SignatureShown, Grounds, datetime], Text]] = {
    ("certificate", False): _expired,
    ("key", False): _retired,
    ("appointment", False): _left,
    ("issuer", False): _closed,
    ("key", True): _revoked,
    ("certificate", True): _withdrawn,
}
"""How each check tells its end; True: of a revocation."""


def _codes(findings: Sequence[FindingShown]) -> dict[Reason, Saying]:
    """What is wrong with the codes of a page, if it is that there are several, or another transcript's."""
    told: dict[Reason, Saying] = {}
    for one in findings:
        if one.code == Reason.QR_MISMATCH and Reason.QR_MISMATCH not in told:
            means = _mismatch(one)
            if means is not None:
                told[Reason.QR_MISMATCH] = Saying(means, REASONS[Reason.QR_MISMATCH].todo)
    open_ones = [one for one in findings if one.code == Reason.CANNOT_BE_JUDGED]
    if open_ones and all("numbers" in one.facts for one in open_ones):
        told[Reason.CANNOT_BE_JUDGED] = SEVERAL_TRANSCRIPTS
    return told


def _mismatch(found: FindingShown) -> Text | None:
    claims = found.facts.get("claims", ())
    if "payloads" in found.facts:
        return CONTRADICTING
    if "registered" in found.facts:
        return UNREGISTERED_CODE
    if tuple(claims) == (NUMBER, VERSION):
        return OF_EITHER
    if NUMBER in claims:
        return OF_ANOTHER
    return OF_ANOTHER_VERSION if VERSION in claims else None


SEVERAL_TRANSCRIPTS = Saying(
    Text(
        "Trên giấy có mã QR của nhiều học bạ khác nhau, nên không biết phải xét học bạ nào.",
        "There are QR codes of several transcripts on this paper, so nobody knows which one is asked about.",
    ),
    Text(
        "Kiểm tra từng học bạ một: mỗi lần chỉ gửi trang của một học bạ, hoặc chỉ quét một mã QR.",
        "Check one transcript at a time: hand in the pages of one alone, or scan one QR code alone.",
    ),
)
CONTRADICTING = Text(
    "Trên giấy có nhiều mã QR cùng một số học bạ nhưng nội dung khác nhau: chúng mâu thuẫn với nhau.",
    "There are several QR codes of one number on this paper that say different things: they contradict each other.",
)
UNREGISTERED_CODE = Text(
    "Mã QR này khác với mã mà nhà trường đã đăng ký cho cùng số học bạ và phiên bản.",
    "This QR code is another than the one that the school registered for this number and version.",
)
OF_ANOTHER = Text(
    "Mã QR trên trang là của một học bạ khác, không phải của học bạ đã ký trong tệp này.",
    "The QR code on the page is another transcript's, not that of the transcript signed in this file.",
)
OF_EITHER = Text(
    "Mã QR trên trang là của một học bạ khác, hoặc của một phiên bản khác.",
    "The QR code on the page is another transcript's, or that of another version.",
)
OF_ANOTHER_VERSION = Text(
    "Mã QR trên trang là của một phiên bản khác của học bạ này.",
    "The QR code on the page is that of another version of this transcript.",
)


def _gone(ends: Iterable[str | None], at: datetime) -> str | None:
    """The latest of the ends that have come."""
    return max((end for end in ends if end and datetime.fromisoformat(end) <= at), default=None)


def _dated(vi: str, en: str, at: str | None) -> Text:
    """What happened and its day; where the registry has no day, without the word that leads to it."""
    if at is None:
        return Text(vi.rpartition(" ")[0], en.rpartition(" ")[0])
    return Text(f"{vi} {day_of(at)}", f"{en} {day_of(at)}")


def day_of(text: str) -> str:
    """The day of a date or an instant, as read in Vietnam."""
    at = datetime.fromisoformat(text)
    return f"{at if at.tzinfo is None else at.astimezone(VIETNAM):%d/%m/%Y}"
