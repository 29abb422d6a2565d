"""The picture of when: its places keep the order of time, its words say all that its shapes do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import grounds, pages, reporting, timeline
from gateway.pages import Pages
from gateway.timeline import LEFT, MOST_TICKS, RIGHT, Mark, Row
from gateway.vocabulary import Text
from verify.report import Conclusion, Finding, Indication, JudgedSignature, Outcome, Report, Sub, Verdict
from verify.trust import Appointment, Capacity, Issuer, Key, KeyState, Kind, Period, Role, TrustSnapshot, Use

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = NOW - 2000 * DAY
KEY = "ab" * 32
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)

MOST_LETTERS = 41
"""What fits one line of a telephone of 360 pixels beside the card's own edges (`test_issuer_pages.py` looks)."""


def world(**key: Any) -> TrustSnapshot:  # noqa: ANN401 (columns of a key)
    return TrustSnapshot(
        1,
        "0" * 64,
        issuers={
            "S": Issuer("S", Kind.SCHOOL, (Period(LONG_AGO, None, "Trường", "D"),), LONG_AGO, contact="school@x"),
            "D": Issuer("D", Kind.DEPARTMENT, (Period(LONG_AGO, None, "Sở", "M"),), LONG_AGO, contact="so@x"),
        },
        keys={KEY: Key(KEY, Use.DOCUMENT, "Holder", KeyState.ACTIVE, admitted=True, **key)},
        appointments=(
            Appointment("a", KEY, "S", Role.PRINCIPAL, Capacity.ACTING, LONG_AGO, NOW - 30 * DAY, decision_no="1/QĐ"),
            Appointment("b", KEY, "S", Role.PRINCIPAL, Capacity.SUBSTANTIVE, NOW - 20 * DAY),
            Appointment("c", KEY, "T", Role.PRINCIPAL, Capacity.SUBSTANTIVE, LONG_AGO),
            Appointment("d", KEY, "S", Role.HOMEROOM_TEACHER, Capacity.SUBSTANTIVE, LONG_AGO),
        ),
    )


def signed(sub: Sub | None = None, proven: datetime | None = NOW - 5 * DAY, key: str = KEY) -> JudgedSignature:
    indication = Indication.TOTAL_PASSED if sub is None else Indication.TOTAL_FAILED
    conclusion = Conclusion(indication, sub, (Finding("key", Outcome.PASSED),))
    claimed = NOW - 5 * DAY - timedelta(minutes=1)
    return JudgedSignature(
        *("f", "principal", "substantive", True, True, "Holder", "S", key, proven),
        *("timestamp" if proven else "none", claimed, conclusion),
    )


def shown(trust: TrustSnapshot, *signatures: JudgedSignature) -> reporting.Verification:
    report = Report(
        *(Verdict.VALID, (), signatures, (), None, "HB-1.0", NOW, 1, "0" * 64, "pdf", "0" * 64, 1),
    )
    return reporting.show(report, trust)


def picture(trust: TrustSnapshot, signature: JudgedSignature) -> timeline.Picture:
    (drawn,) = timeline.of(shown(trust, signature))
    assert drawn is not None
    return drawn


def told(drawn: timeline.Picture) -> dict[str, timeline.Drawn]:
    return {row.label.en: row for row in drawn.rows}


@given(st.lists(INSTANTS, min_size=1, max_size=40))
def test_places_keep_the_order_of_time_whatever_the_scale(instants: list[datetime]) -> None:
    for scale in (timeline.in_order(instants), timeline.by_date(min(instants), max(instants))):
        places = [scale(at) for at in sorted(instants)]
        assert places == sorted(places)
        assert all(LEFT <= place <= RIGHT for place in places)
    order = timeline.in_order(instants)
    assert len({order(at) for at in instants}) == len(set(instants))  # two instants are never drawn as one


@given(INSTANTS, INSTANTS)
def test_a_scale_of_dates_has_few_years_and_they_lie_in_it(one: datetime, other: datetime) -> None:
    first, last = sorted((one, other))
    written = timeline.years(first, last)
    assert len(written) <= MOST_TICKS
    assert written == sorted(set(written))
    assert all(first.year <= year <= last.year + 1 for year in written)


def test_the_proof_stands_in_the_bars_that_it_lies_in() -> None:
    drawn = picture(world(), signed())
    proven = dict(drawn.guides)["proven"]
    earlier, later = [row.bar for row in drawn.rows if row.label.en == "Appointed"]
    assert earlier is not None
    assert later is not None
    assert not earlier.open
    assert later.open
    assert earlier.x + earlier.width < later.x < proven < dict(drawn.guides)["now"]
    claimed = told(drawn)["The file claims"].marks
    assert [shape for shape, _ in claimed] == ["claimed"]
    assert claimed[0][1] < proven


def test_a_person_is_appointed_and_a_seal_assigned() -> None:
    trust = world()
    held = Appointment("e", KEY, "S", Role.SCHOOL_SEAL, Capacity.SUBSTANTIVE, LONG_AGO)
    seal = picture(replace(trust, appointments=(held,)), replace(signed(), role="school_seal"))
    assert "Assigned" in told(seal)
    assert "Appointed" not in told(seal)
    assert "Appointed" in told(picture(trust, signed()))


def test_times_are_those_of_vietnam() -> None:
    drawn = picture(world(), signed())
    assert told(drawn)["Verified at"].told == Text("10:00 23/11/2026", "10:00 23/11/2026")
    assert told(drawn)["Signed no later than"].told.vi == "10:00 18/11/2026"


def test_nothing_is_marked_where_no_time_is_proven() -> None:
    drawn = picture(world(), signed(proven=None))
    row = told(drawn)["Signed no later than"]
    assert (row.told.en, row.marks, row.bar) == ("not proven", [], None)
    assert [shape for shape, _ in drawn.guides] == ["now"]


@pytest.mark.parametrize(
    ("life", "label", "shape"),
    [
        ({"revoked_at": NOW - 3 * DAY}, "Key revoked", "revoked"),
        ({"revoked_at": NOW - 3 * DAY, "invalid_since": NOW - 9 * DAY}, "Key not trusted since", "revoked"),
        ({"suspended_since": NOW - 3 * DAY}, "Key suspended", "suspended"),
        ({"retired_at": NOW - 3 * DAY}, "Key retired", "ended"),
    ],
)
def test_what_ended_a_key_is_marked_and_lasts(life: dict[str, datetime], label: str, shape: str) -> None:
    drawn = picture(world(**life), signed())
    row = told(drawn)[label]
    assert [mark for mark, _ in row.marks] == [shape]
    assert row.tail == row.marks[0][1]
    before = life.get("invalid_since", NOW - 3 * DAY) < NOW - 5 * DAY
    assert (row.marks[0][1] < dict(drawn.guides)["proven"]) is before


def test_a_suspended_superior_is_marked_by_its_code() -> None:
    trust = world()
    halted = replace(trust.issuers["D"], suspended_since=NOW - 2 * DAY)
    drawn = picture(replace(trust, issuers={**trust.issuers, "D": halted}), signed())
    assert [mark for mark, _ in told(drawn)["D suspended"].marks] == ["suspended"]


@pytest.mark.parametrize(
    "signature",
    [signed(sub) for sub in sorted(grounds.BROKEN)] + [signed(key="cd" * 32), replace(signed(), role=None)],
)
def test_no_key_is_shown_to_have_made_a_broken_or_unknown_signature(signature: JudgedSignature) -> None:
    assert timeline.of(shown(world(), signature)) == [None]
    text = Pages(20 << 20, synthetic=False).result("vi", shown(world(), signature))
    assert 'class="timeline"' not in text


def test_grounds_are_of_the_role_and_issuer_that_signed_alone() -> None:
    (one,) = shown(world(), signed()).signatures
    assert one.grounds is not None
    assert [(held.capacity, held.decision_no) for held in one.grounds.appointments] == [
        ("acting", "1/QĐ"),
        ("substantive", ""),
    ]
    assert one.grounds.issuers == []


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_picture_has_a_name_that_says_all_its_rows(lang: str) -> None:
    life = {"revoked_at": NOW - 3 * DAY, "invalid_since": NOW - 9 * DAY, "suspended_since": NOW - 4 * DAY}
    answer = shown(world(**life), signed())
    text = Pages(20 << 20, synthetic=False).result(lang, answer)
    found = re.findall(r'<svg class="timeline" role="img" aria-label="([^"]+)"', text)
    assert len(found) == 1
    drawn = timeline.of(answer)[0]
    assert drawn is not None
    for row in drawn.rows:
        label, said = (getattr(one, lang) for one in (row.label, row.told))
        assert f"{label}: {said}" in unescape(found[0])
        assert len(f"{label} {said}") <= MOST_LETTERS
    assert "style=" not in text


def test_a_mark_of_every_shape_is_drawn_in_its_own_way() -> None:
    shapes = ("claimed", "proven", "now", "activated", "suspended", "revoked", "ended")
    macros = Pages(20 << 20, synthetic=False)._templates["vi"]("timeline.html").module
    drawn = {str(macros.sign(shape)) for shape in shapes}  # type: ignore[attr-defined]
    assert len(drawn) == len(shapes)


def test_what_lies_beyond_a_scale_stands_at_its_ends() -> None:
    rows = [Row(Text("a", "a"), Text("b", "b"), NOW - 9 * DAY, NOW + 9 * DAY, (Mark("now", NOW),))]
    drawn = timeline.draw(Text("n", "n"), rows, [], timeline.by_date(NOW - DAY, NOW + DAY), [2026])
    assert drawn.rows[0].bar == timeline.Bar(LEFT, RIGHT - LEFT, open=False)
    assert drawn.ticks == [(LEFT, 2026)]


def test_a_revocation_that_no_mark_shows_is_said_to_be_missing() -> None:
    uncertain = signed(Sub.REVOKED_NO_POE)
    uncertain = replace(uncertain, conclusion=replace(uncertain.conclusion, indication=Indication.INDETERMINATE))
    missing = "the picture does not have it"
    for life, unmarked in (({}, True), ({"revoked_at": NOW - 3 * DAY}, True), ({"revoked_at": NOW - 6 * DAY}, False)):
        answer = shown(world(**life), uncertain)
        drawn = timeline.of(answer)[0]
        assert drawn is not None
        assert drawn.unmarked is unmarked
        assert (missing in Pages(20 << 20, synthetic=False).result("en", answer)) is unmarked
    assert not picture(world(), signed()).unmarked
