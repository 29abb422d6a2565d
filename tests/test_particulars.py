"""A "no" says which way it came about: what ended and when, who withdrew it, whose code it is; and whom to ask now."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from html import unescape
from typing import Any

import pytest
import world
from cases import Given
from cases.codes import alone, code, png, said, signed
from world import DAY, DEPARTMENT, NOW, SCHOOL, SIGNED, Trust

from gateway import contacts, pages, particulars, reporting, rows, wording
from gateway.pages import Pages
from gateway.reporting import Verification
from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Reason, Verdict
from verify.trust import KeyState, Kind, Role, Withdrawal

ENDED = NOW - 60 * DAY
DATED = f"{ENDED:%d/%m/%Y}"


def answered(given: bytes | str | None = None, **changes: Any) -> Verification:  # noqa: ANN401 (fields of Trust)
    """The answer about a signed file, in a registry in which something differs."""
    trust = Trust(**({"versions": (world.registration(),)} | changes)).snapshot()
    report = judge(world.opened(world.signed() if given is None else given), trust, HB_1, NOW)
    return reporting.show(report, trust)


def told(given: Given) -> Verification:
    """The answer about what a case hands in."""
    return reporting.show(judge(world.opened(given.pdf), given.trust, given.policy, given.at), given.trust)


@cache
def made() -> Pages:
    return Pages(20 << 20, synthetic=False)


def shown(answer: Verification, lang: str = "vi", path: str = "/") -> str:
    return unescape(made().result(lang, answer, path=path))


def left(role: Role, signer: Any) -> dict[str, Any]:  # noqa: ANN401 (a signer of the cast)
    """Whoever held this role held it until then."""
    before = Trust().appointments
    held = tuple(replace(one, valid_until=ENDED) if one.role is role else one for one in before)
    assert any(one.key == world.key_of(signer) for one in held)
    return {"appointments": held}


FORMER: dict[str, tuple[dict[str, Any], str, str]] = {
    "appointment": (
        left(Role.PRINCIPAL, world.cast().principal),
        f"Hiệu trưởng: bổ nhiệm đã kết thúc từ {DATED}.",
        f"Principal: the appointment ended on {DATED}.",
    ),
    "assignment": (
        left(Role.SCHOOL_SEAL, world.cast().seal),
        f"Con dấu của nhà trường: việc giao dùng đã kết thúc từ {DATED}.",
        f"School seal: the assignment ended on {DATED}.",
    ),
    "retired": (
        {"principal": world.key(world.cast().principal, state=KeyState.RETIRED, retired_at=ENDED)},
        f"Hiệu trưởng: khóa ký đã thôi dùng từ {DATED}.",
        f"Principal: the signing key was retired on {DATED}.",
    ),
    "revoked": (
        {"principal": world.key(world.cast().principal, state=KeyState.REVOKED, revoked_at=ENDED)},
        f"Hiệu trưởng: khóa ký đã bị thu hồi ngày {DATED}.",
        f"Principal: the signing key was revoked on {DATED}.",
    ),
}


@pytest.mark.parametrize("name", FORMER)
def test_what_ended_is_named_with_its_day(name: str) -> None:
    changes, vi, en = FORMER[name]
    answer = answered(**changes)
    assert answer.verdict == "indeterminate"
    assert vi in answer.summary.vi
    assert en in answer.summary.en
    assert "trước đó" in answer.summary.vi
    general = {Reason.NO_PROOF_OF_EXISTENCE, Reason.KEY_REVOKED}
    assert not any(wording.REASONS[reason].means.vi in answer.summary.vi for reason in general)
    assert rows.row(answer, "vi", "").why.startswith(vi)
    assert "Hiệu trưởng thử" not in answer.summary.vi  # the role alone: no person


def test_an_expired_certificate_is_told_from_an_appointment_that_ended() -> None:
    later = NOW + 4000 * DAY
    trust = Trust(versions=(world.registration(),)).snapshot()
    answer = reporting.show(judge(world.opened(world.signed()), trust, HB_1, later), trust)
    expires = world.cast().principal.certificate.not_valid_after_utc
    assert f"Hiệu trưởng: chứng thư chữ ký số đã hết hạn ngày {expires:%d/%m/%Y}" in answer.summary.vi
    assert "bổ nhiệm" not in answer.summary.vi


def test_a_day_of_issue_before_the_appointment_lacks_no_proof() -> None:
    since = NOW - 30 * DAY
    held = tuple(replace(one, valid_from=since) if one.role is Role.PRINCIPAL else one for one in Trust().appointments)
    answer = answered(appointments=held)
    assert f"ngày cấp {world.ISSUED_ON:%d/%m/%Y} nằm ngoài thời gian bổ nhiệm" in answer.summary.vi
    assert particulars.UNPROVEN.vi not in answer.summary.vi


def test_a_signature_that_another_of_its_role_makes_up_for_is_not_blamed() -> None:
    (ended, _), (passed, _) = answered(**FORMER["retired"][0]).signatures, answered().signatures
    assert ended.role == passed.role
    assert Reason.NO_PROOF_OF_EXISTENCE in particulars.of([ended], [], None, NOW.isoformat())
    assert particulars.of([ended, passed], [], None, NOW.isoformat()) == {}


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_a_withdrawal_says_when_why_and_by_whom(lang: str) -> None:
    gone = Withdrawal(SCHOOL, world.NUMBER, ENDED, "issued_in_error")
    answer = answered(withdrawals=(gone,))
    why = {"vi": "cấp nhầm", "en": "issued in error"}[lang]
    for text in (shown(answer, lang), getattr(answer.summary, lang), rows.row(answer, lang, "").why):
        assert DATED in text
        assert why in text
        assert world.NAME in text
    assert answer.transcript is not None
    assert answer.transcript.withdrawn == reporting.WithdrawnShown(
        ENDED.isoformat(), "issued_in_error", reporting.IssuerNamed(SCHOOL, world.NAME)
    )


def compares(text: str) -> bool:
    return "ối chiếu" in text or "ompare" in text


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_nobody_is_asked_to_compare_a_code_that_is_false(lang: str) -> None:
    gone = Withdrawal(SCHOOL, world.NUMBER, ENDED, "fraud")
    for answer in (
        told(alone(png(code().text), withdrawals=(gone,))),
        answered(png(code().text, said(full_name="Trần Thị Khác"))),
        answered(withdrawals=(gone,)),
    ):
        assert answer.verdict == "invalid"
        assert not compares(getattr(answer.advice, lang))
        assert not compares(shown(answer, lang))
    genuine = told(alone(png(code().text)))
    assert genuine.verdict == "valid"
    assert compares(getattr(genuine.advice, lang))
    assert shown(genuine, lang).count("<caption>") == shown(told(alone(png(code().text), withdrawals=(gone,)))).count(
        "<caption>"
    )


def test_codes_of_several_transcripts_and_codes_that_contradict_each_other_are_told_apart() -> None:
    several = answered(png(code().text, said(number="7N3Q8V5C1B9D2F4G")))
    assert several.verdict == "indeterminate"
    assert "nhiều học bạ khác nhau" in several.summary.vi
    assert "từng học bạ một" in several.advice.vi
    assert not compares(several.advice.vi)
    assert "nhiều học bạ khác nhau" in rows.row(several, "vi", "").why
    torn = answered(png(code().text, said(full_name="Trần Thị Khác")))
    assert "mâu thuẫn với nhau" in torn.summary.vi
    assert "contradict each other" in torn.summary.en
    another = answered(signed(said(number="7N3Q8V5C1B9D2F4G")))
    assert another.verdict == "invalid"
    assert particulars.OF_ANOTHER.vi in another.summary.vi
    unknown = told(alone(png(said(full_name="Trần Thị Khác"))))
    assert particulars.UNREGISTERED_CODE.vi in unknown.summary.vi


def test_whoever_answers_for_a_school_that_is_no_more_is_named_with_its_contact() -> None:
    heir = world.issuer("79000799", Kind.SCHOOL, "Trường kế thừa", DEPARTMENT, contact="heir@mau.example")
    over = {"valid_until": NOW - DAY, "succession_on": NOW - DAY, "successors": ("79000799",), "contact": "old@x"}
    answer = answered(school=world.school(**over), more_issuers=(heir,))
    text = shown(answer)
    assert "heir@mau.example" in text
    assert "old@x" not in text
    assert "không còn hoạt động" in text
    assert "Trường kế thừa" in text
    silent = answered(school=world.school(**over), more_issuers=(replace(heir, contact=""),))
    assert [one.label for one in contacts.reached(silent)] == [contacts.DEPARTMENT]
    later = over | {"valid_until": NOW + DAY, "succession_on": NOW + DAY}
    coming = answered(school=world.school(**later), more_issuers=(heir,))
    assert "old@x" in shown(coming)


def test_several_steps_are_a_list_and_one_is_a_sentence() -> None:
    several = answered(appointments=Trust().appointments[:1])
    assert len(several.advice.steps) > 1
    text = shown(several)
    for step in several.advice.steps:
        assert f"<li>{step.vi}</li>" in text
        assert step.vi in several.advice.vi
    one = answered(world.signed(SIGNED, SIGNED))
    assert (one.verdict, len(one.advice.steps)) == (Verdict.VALID, 1)
    assert '<ol class="steps">' not in shown(one)
