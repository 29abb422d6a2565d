"""Time lines: what is known of a signature or of an issuer, as rows of bars and marks along one line of time.

Geometry alone: places are percentages of the picture's width, so that it fits a telephone and a desk without growing or
shrinking its letters. Every row says in words what it shows; shapes, not colours, tell marks apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.grounds import Grounds
from gateway.reporting import SignatureShown, Verification
from gateway.vocabulary import Text
from verify.report import Sub
from verify.trust import PERSONS_ROLES, VIETNAM

LEFT, RIGHT = 3.0, 94.0
"""Where the first and the last instant stand, in percent: a mark keeps room on either side."""

MOST_ROWS = 3
"""Appointments and certificates of one key that are drawn, the newest: more is a list, and the issuer's page has it."""

MOST_TICKS = 6
"""Years written under a line: as many as fit a telephone."""

YEAR = timedelta(days=365)

Scale = Callable[[datetime], float]


class Mark(NamedTuple):
    """Something that happened: its shape says what."""

    shape: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name, what it says in words, a bar [since, until) if it lasts, and marks.

    `until` None: no end is set. `lasts` is the instant from which what happened still holds.
    """

    label: Text
    told: Text
    since: datetime | None = None
    until: datetime | None = None
    marks: tuple[Mark, ...] = ()
    lasts: datetime | None = None


class Bar(NamedTuple):
    """A bar as it is drawn; `open` has no end."""

    x: float
    width: float
    open: bool


class Drawn(NamedTuple):
    """A row as it is drawn: `marks` are (shape, x), `tail` where what still holds began."""

    label: Text
    told: Text
    bar: Bar | None
    marks: list[tuple[str, float]]
    tail: float | None


class Picture(NamedTuple):
    """A picture: rows, guides (shape, x) that cross all of them, years (x, year) below, and all of it in words.

    `unmarked`: a revocation counted that no row shows.
    """

    rows: list[Drawn]
    guides: list[tuple[str, float]]
    ticks: list[tuple[float, int]]
    label: Text
    unmarked: bool = False


def draw(name: Text, rows: Sequence[Row], guides: Iterable[Mark], scale: Scale, ticks: Iterable[int] = ()) -> Picture:
    """Rows at their places on a scale."""
    drawn = [
        Drawn(
            row.label,
            row.told,
            None if row.since is None else _bar(scale(row.since), scale(row.until) if row.until else None),
            [(mark.shape, scale(mark.at)) for mark in row.marks],
            None if row.lasts is None else scale(row.lasts),
        )
        for row in rows
    ]
    label = Text(
        f"{name.vi}: " + "; ".join(f"{row.label.vi}: {row.told.vi}" for row in rows) + ".",
        f"{name.en}: " + "; ".join(f"{row.label.en}: {row.told.en}" for row in rows) + ".",
    )
    years = [(scale(datetime(year, 1, 1, tzinfo=VIETNAM)), year) for year in ticks]
    return Picture(drawn, [(guide.shape, scale(guide.at)) for guide in guides], years, label)


def in_order(instants: Iterable[datetime]) -> Scale:
    """A scale that keeps the order alone: a signature of seconds beside an appointment of years, both to be seen."""
    places = sorted(set(instants))
    step = (RIGHT - LEFT) / max(1, len(places) - 1)
    return lambda at: round(LEFT + places.index(at) * step, 2)


def by_date(first: datetime, last: datetime) -> Scale:
    """A scale in proportion; what lies beyond its ends stands at them."""
    span = max((last - first).total_seconds(), 1.0)
    return lambda at: round(LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, (at - first).total_seconds() / span)), 2)


def years(first: datetime, last: datetime) -> list[int]:
    """The years to write under a scale: those that begin in it, thinned to a few."""
    inside = list(range(first.astimezone(VIETNAM).year + 1, last.astimezone(VIETNAM).year + 1))
    return inside[:: -(-len(inside) // MOST_TICKS) or 1]


def of(verification: Verification) -> list[Picture | None]:
    """A picture for each signature, in their order; None where no key is known to have signed."""
    return [
        None if one.grounds is None else _signature(one, one.grounds, _read(verification.verified_at))
        for one in verification.signatures
    ]


def _signature(signature: SignatureShown, grounds: Grounds, now: datetime) -> Picture:
    rows = [*_offices(grounds, signature.role), *_certificates(grounds), *_ends(grounds)]
    guides = [Mark("now", now)]
    if signature.signed_at.claimed:
        claimed = _read(signature.signed_at.claimed)
        rows.append(Row(CLAIMED, _at(claimed), marks=(Mark("claimed", claimed),)))
    if signature.signed_at.time:
        proven = _read(signature.signed_at.time)
        rows.append(Row(PROVEN, _at(proven), marks=(Mark("proven", proven),)))
        guides.insert(0, Mark("proven", proven))
    else:
        rows.append(Row(PROVEN, Text("chưa chứng minh được", "not proven")))
    rows.append(Row(VERIFIED, _at(now), marks=(Mark("now", now),)))
    instants = {mark.at for row in rows for mark in row.marks}
    instants |= {end for row in rows for end in (row.since, row.until) if end is not None}
    drawn = draw(Text("Dòng thời gian của chữ ký", "Time line of the signature"), rows, guides, in_order(instants))
    counted = [mark.at for row in rows for mark in row.marks if mark.shape in DOUBTS and mark.at <= guides[0].at]
    return drawn._replace(unmarked=signature.sub_indication in REVOKED and not counted)


DOUBTS = ("revoked", "suspended")
"""Marks from which a revocation may count: a suspension that ran into it counts from its start (HB-1, 3)."""

REVOKED = (Sub.REVOKED, Sub.REVOKED_NO_POE)

CLAIMED = Text("Tệp tự ghi là ký lúc", "The file claims")
PROVEN = Text("Ký muộn nhất lúc", "Signed no later than")
VERIFIED = Text("Kiểm tra lúc", "Verified at")


def _offices(grounds: Grounds, role: str | None) -> Iterable[Row]:
    name = Text("Bổ nhiệm", "Appointed") if role in PERSONS_ROLES else Text("Được giao dùng", "Assigned")
    for office in grounds.appointments[-MOST_ROWS:]:
        since, until = _read(office.valid_from), _maybe(office.valid_until)
        yield Row(name, interval(since, until), since, until)


def _certificates(grounds: Grounds) -> Iterable[Row]:
    for held in grounds.certificates[-MOST_ROWS:]:
        since, until = _read(held.valid_from), _read(held.valid_until)
        said = Text(f"{_day(since)} – {_day(until)}", f"{_day(since)} – {_day(until)}")
        yield Row(Text("Chứng thư số", "Certificate"), said, since, until)
        if held.revoked_at:
            yield _ended(Text("Thu hồi chứng thư", "Certificate revoked"), "revoked", held.revoked_at)
        elif held.suspended_since:
            yield _ended(Text("Tạm dừng chứng thư", "Certificate on hold"), "suspended", held.suspended_since)


def _ends(grounds: Grounds) -> Iterable[Row]:
    """What halted or ended the key, and the issuers above it."""
    if grounds.suspended_since:
        yield _ended(Text("Tạm dừng khóa", "Key suspended"), "suspended", grounds.suspended_since)
    if grounds.retired_at:
        yield _ended(Text("Thôi dùng khóa", "Key retired"), "ended", grounds.retired_at)
    if grounds.invalid_since:
        yield _ended(Text("Khóa mất tin cậy từ", "Key not trusted since"), "revoked", grounds.invalid_since)
    if grounds.revoked_at:
        yield _ended(Text("Thu hồi khóa", "Key revoked"), "revoked", grounds.revoked_at)
    for issuer in grounds.issuers:
        if issuer.suspended_since:
            name = Text(f"{issuer.code} tạm dừng", f"{issuer.code} suspended")
            yield _ended(name, "suspended", issuer.suspended_since)
        if issuer.valid_until:
            yield _ended(Text(f"{issuer.code} kết thúc", f"{issuer.code} ended"), "ended", issuer.valid_until)


def _ended(name: Text, shape: str, since: str) -> Row:
    at = _read(since)
    return Row(name, _at(at), marks=(Mark(shape, at),), lasts=at)


def interval(since: datetime, until: datetime | None) -> Text:
    """From a day to the day before which it ends, in words."""
    if until is None:
        return Text(f"từ {_day(since)}", f"since {_day(since)}")
    return Text(f"{_day(since)} – trước {_day(until)}", f"{_day(since)} – before {_day(until)}")


def _at(instant: datetime) -> Text:
    told = f"{instant.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    return Text(told, told)


def _day(instant: datetime) -> str:
    return f"{instant.astimezone(VIETNAM):%d/%m/%Y}"


def _bar(begin: float, end: float | None) -> Bar:
    return Bar(begin, round((100.0 if end is None else end) - begin, 2), end is None)


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return _read(text) if text else None
