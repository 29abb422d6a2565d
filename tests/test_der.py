"""ASN.1 as CMS writes it: against another reader where both read, and refused where anything is missing or too much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from asn1crypto import core, parser
from hypothesis import given
from hypothesis import strategies as st

from verify.der import (
    CONTEXT,
    EXPLICIT,
    GENERALIZED_TIME,
    INTEGER,
    MAX_DEPTH,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    UTC_TIME,
    Element,
    Malformed,
    elements,
    encoded,
    first,
    instant,
    integer,
    optional,
    single,
)


def element(tag: int, value: bytes) -> Element:
    return Element(tag, b"", value)


# Elements, as another reader splits them.


def made(tag: int, value: bytes) -> bytes:
    """One element in DER, written by the other."""
    return bytes(parser.emit(tag >> 6, (tag >> 5) & 1, tag & 0x1F, value))


tags = st.integers(0, 255).filter(lambda tag: tag & 0x1F != 0x1F)
values = st.binary(max_size=40) | (st.integers(120, 300) | st.just(70_000)).map(bytes)
trees: Any = st.recursive(
    st.tuples(st.sampled_from([INTEGER, OCTET_STRING, OBJECT_IDENTIFIER, CONTEXT, CONTEXT | 1]), values),
    lambda inner: st.tuples(st.sampled_from([SEQUENCE, SET, EXPLICIT, EXPLICIT | 1]), st.lists(inner, max_size=4)),
    max_leaves=8,
)


def definite(tree: Any) -> bytes:  # noqa: ANN401 - a tag, and octets or more of the same
    tag, held = tree
    return made(tag, held if isinstance(held, bytes) else b"".join(map(definite, held)))


@given(parts=st.lists(st.tuples(tags, values), max_size=4))
def test_elements_are_split_as_another_reader_splits_them(parts: list[tuple[int, bytes]]) -> None:
    content = b"".join(made(*one) for one in parts)
    found = elements(content)
    assert [(one.tag, one.value) for one in found] == parts
    assert b"".join(one.raw for one in found) == content
    for one in found:
        class_, method, tag, header, value, trailer = parser.parse(one.raw, strict=True)
        assert (class_ << 6 | method << 5 | tag, header + value, value, trailer) == (one.tag, one.raw, one.value, b"")


@given(content=st.binary(max_size=40))
def test_whatever_is_read_is_read_alike(content: bytes) -> None:
    try:
        one = single(content)
    except Malformed:
        return
    class_, method, tag, _, value, trailer = parser.parse(content, strict=True)
    assert (class_ << 6 | method << 5 | tag, value, trailer) == (one.tag, one.value, b"")


@given(tree=trees)
def test_what_is_der_stays_as_it_is(tree: Any) -> None:  # noqa: ANN401 - a tree
    content = definite(tree)
    assert first(content) == (content, b"")
    assert first(content + b"\0tail") == (content, b"\0tail")
    assert single(content).raw == content


@given(data=st.data(), tree=trees)
def test_indefinite_lengths_become_definite(data: st.DataObject, tree: Any) -> None:  # noqa: ANN401 - a tree
    """Every constructed element may be indefinite if what it stands in is; strings may stand in pieces."""

    def indefinite(tree: Any) -> bytes:  # noqa: ANN401 - a tree
        tag, held = tree
        if isinstance(held, list):
            inner = b"".join(map(indefinite, held))
        elif tag == OCTET_STRING:
            cut = data.draw(st.integers(0, len(held)))
            tag, inner = tag | 0x20, made(OCTET_STRING, held[:cut]) + made(OCTET_STRING, held[cut:])
        else:
            return made(tag, held)
        return bytes([tag]) + b"\x80" + inner + b"\0\0"

    assert first(indefinite(tree) + b"tail") == (definite(tree), b"tail")


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_a_length_is_written_in_as_few_octets_as_there_can_be(size: int) -> None:
    whole = made(OCTET_STRING, bytes(size))
    assert first(b"\x24\x80" + whole + b"\0\0") == (whole, b"")


def test_an_indefinite_string_in_pieces_is_the_string() -> None:
    pieces = b"\x24\x80\x04\x01a\x24\x80\x04\x02bc\x04\x00\x00\x00\x04\x01d\x00\x00"
    assert first(pieces) == (b"\x04\x04abcd", b"")
    loaded: Any = core.OctetString.load(pieces)
    assert bytes(loaded) == b"abcd"


DAMAGED: dict[str, bytes] = {
    "a-tag-alone": b"\x02",
    "no-value": b"\x02\x01",
    "cut-short": b"\x04\x05abcd",
    "a-long-tag": b"\x1f\x81\x01\x00",
    "a-long-constructed-tag": b"\x3f\x81\x01\x00",
    "no-length": b"\x04\x82\x01",
    "too-many-octets-of-length": b"\x04\x85\x00\x00\x00\x00\x01a",
    "a-length-of-the-future": b"\x04\xff" + bytes(200),
    "a-length-past-the-end": b"\x04\x84\xff\xff\xff\xffabc",
    "an-indefinite-length": b"\x30\x80\x00\x00",
    "an-indefinite-length-within": b"\x30\x04\x30\x80\x00\x00\x02",
    "something-after": b"\x02\x01\x01\x02",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_cut_short_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        elements(DAMAGED[name])


def test_a_length_has_up_to_four_octets() -> None:
    for octets in (b"\x81\x01", b"\x82\x00\x01", b"\x83\x00\x00\x01", b"\x84\x00\x00\x00\x01"):
        assert single(b"\x04" + octets + b"a").value == b"a"


def nested(depth: int) -> bytes:
    return b"\x30\x80" * depth + b"\0\0" * depth


INDEFINITE: dict[str, bytes] = {
    "nothing": b"",
    "no-end": b"\x30\x80\x02\x01\x01",
    "half-an-end": b"\x30\x80\x02\x01\x01\x00",
    "a-primitive": b"\x04\x80abc\x00\x00",
    "a-primitive-of-elements": b"\x04\x80\x02\x01\x01\x00\x00",
    "a-long-tag": b"\x3f\x81\x80\x00\x00",
    "too-deep": nested(MAX_DEPTH + 2),
    "deeper-than-any-stack": nested(100_000),
    "pieces-of-another-type": b"\x24\x80\x02\x01\x01\x00\x00",
    "pieces-that-are-constructed": b"\x24\x80\x24\x03\x04\x01a\x00\x00",
}


@pytest.mark.parametrize("name", INDEFINITE)
def test_an_indefinite_length_has_an_end(name: str) -> None:
    with pytest.raises(Malformed):
        first(INDEFINITE[name])


def test_as_deep_as_may_be_is_read() -> None:
    assert first(nested(MAX_DEPTH + 1))[0].startswith(b"\x30")


@given(
    content=st.binary(max_size=60)
    | st.lists(st.sampled_from([b"\x30\x80", b"\x24\x80", b"\x04\x01a", b"\0\0"])).map(b"".join)
)
def test_whatever_stands_there_is_read_or_malformed(content: bytes) -> None:
    try:
        found, rest = first(content)
    except Malformed:
        return
    assert content.endswith(rest)
    assert len(found) <= len(content) - len(rest) + 8
    assert first(found) == (found, b"")


def test_one_element_is_one() -> None:
    assert single(b"\x02\x01\x05") == Element(INTEGER, b"\x02\x01\x05", b"\x05")
    for content in (b"", b"\x02\x01\x05\x02\x01\x05"):
        with pytest.raises(Malformed):
            single(content)


def test_an_element_is_of_its_type() -> None:
    (one,) = elements(b"\x30\x03\x02\x01\x05")
    assert one.of(SEQUENCE).inner() == [Element(INTEGER, b"\x02\x01\x05", b"\x05")]
    for tag in (SET, SEQUENCE & ~0x20, EXPLICIT | 16):
        with pytest.raises(Malformed):
            one.of(tag)


def test_what_is_optional_is_found_by_its_tag() -> None:
    found = elements(b"\xa0\x00\xa2\x01\x00")
    first_, second, third = optional(found, EXPLICIT, EXPLICIT | 1, EXPLICIT | 2)
    assert (first_, second, third) == (Element(EXPLICIT, b"\xa0\x00", b""), None, Element(0xA2, b"\xa2\x01\x00", b"\0"))
    assert optional([], EXPLICIT) == [None]


@pytest.mark.parametrize("told", [b"\xa0\x00\xa0\x00", b"\xa1\x00\xa0\x00", b"\xa0\x00\xa2\x00", b"\xa0\x00\x31\x00"])
def test_what_is_optional_comes_once_in_its_order_and_nothing_else(told: bytes) -> None:
    with pytest.raises(Malformed):
        optional(elements(told), EXPLICIT, EXPLICIT | 1)


# Integers and identifiers.


@given(number=st.integers(-(1 << 200), 1 << 200))
def test_integers_are_read_as_another_reader_writes_them(number: int) -> None:
    assert integer(single(core.Integer(number).dump())) == number


def test_an_integer_has_octets_and_its_type() -> None:
    for wrong in (element(INTEGER, b""), element(OCTET_STRING, b"\1")):
        with pytest.raises(Malformed):
            integer(wrong)


@given(
    start=st.tuples(st.integers(0, 1), st.integers(0, 39)) | st.tuples(st.just(2), st.integers(0, 39)),
    arcs=st.lists(st.integers(0, 1 << 70), max_size=12),
)
def test_identifiers_are_written_as_another_reader_reads_them(start: tuple[int, int], arcs: list[int]) -> None:
    dotted = ".".join(map(str, (*start, *arcs)))
    written = made(OBJECT_IDENTIFIER, encoded(dotted))
    assert core.ObjectIdentifier(dotted).dump() == written
    assert core.ObjectIdentifier.load(written).dotted == dotted


# Instants.


TIMES: dict[str, tuple[int, bytes, datetime]] = {
    "utc": (UTC_TIME, b"260601030000Z", datetime(2026, 6, 1, 3, tzinfo=UTC)),
    "utc-without-seconds": (UTC_TIME, b"2606010300Z", datetime(2026, 6, 1, 3, tzinfo=UTC)),
    "the-last-year-of-this-century": (UTC_TIME, b"491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
    "the-first-year-of-the-last": (UTC_TIME, b"500101000000Z", datetime(1950, 1, 1, tzinfo=UTC)),
    "a-zone": (UTC_TIME, b"260601100000+0700", datetime(2026, 6, 1, 3, tzinfo=UTC)),
    "a-zone-to-the-west": (UTC_TIME, b"2605312330-0330", datetime(2026, 6, 1, 3, tzinfo=UTC)),
    "generalized": (GENERALIZED_TIME, b"20260601030000Z", datetime(2026, 6, 1, 3, tzinfo=UTC)),
    "generalized-without-seconds": (GENERALIZED_TIME, b"202606010300Z", datetime(2026, 6, 1, 3, tzinfo=UTC)),
    "a-fraction": (GENERALIZED_TIME, b"20260601030000.5Z", datetime(2026, 6, 1, 3, 0, 0, 500_000, tzinfo=UTC)),
    "a-comma": (GENERALIZED_TIME, b"20260601030000,123Z", datetime(2026, 6, 1, 3, 0, 0, 123_000, tzinfo=UTC)),
    "nanoseconds": (GENERALIZED_TIME, b"20260601030000.123456789Z", datetime(2026, 6, 1, 3, 0, 0, 123_456, tzinfo=UTC)),
    "generalized-with-a-zone": (GENERALIZED_TIME, b"20260601100000+0700", datetime(2026, 6, 1, 3, tzinfo=UTC)),
}


@pytest.mark.parametrize("name", TIMES)
def test_an_instant_is_read(name: str) -> None:
    tag, value, wanted = TIMES[name]
    assert instant(element(tag, value)) == wanted


NO_TIMES: dict[str, tuple[int, bytes]] = {
    "nothing": (UTC_TIME, b""),
    "another-type": (OCTET_STRING, b"260601030000Z"),
    "no-zone": (UTC_TIME, b"260601030000"),
    "no-zone-generalized": (GENERALIZED_TIME, b"20260601030000"),
    "the-other-form": (UTC_TIME, b"20260601030000Z"),
    "the-other-form-generalized": (GENERALIZED_TIME, b"991231235959Z"),
    "a-fraction-in-utc": (UTC_TIME, b"260601030000.5Z"),
    "a-fraction-of-nothing": (GENERALIZED_TIME, b"20260601030000.Z"),
    "a-thirteenth-month": (UTC_TIME, b"261301030000Z"),
    "a-thirtieth-of-february": (UTC_TIME, b"260230030000Z"),
    "hour-24": (UTC_TIME, b"260601240000Z"),
    "second-60": (UTC_TIME, b"260601030060Z"),
    "the-year-0": (GENERALIZED_TIME, b"00000601030000Z"),
    "a-zone-of-a-day": (UTC_TIME, b"260601030000+2400"),
    "a-zone-of-60-minutes": (UTC_TIME, b"260601030000+0060"),
    "a-zone-in-hours": (UTC_TIME, b"260601030000+07"),
    "a-small-letter": (UTC_TIME, b"260601030000z"),
    "a-space": (UTC_TIME, b" 60601030000Z"),
    "something-after": (UTC_TIME, b"260601030000Z\n"),
    "digits-of-another-script": (UTC_TIME, "26060103000\u0660Z".encode()),
}


@pytest.mark.parametrize("name", NO_TIMES)
def test_what_is_no_instant_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        instant(element(*NO_TIMES[name]))


@given(
    at=st.datetimes(datetime(1950, 1, 1), datetime(2049, 12, 31)),  # noqa: DTZ001 - hypothesis adds the zone
    offset=st.integers(-12 * 60, 14 * 60),
)
def test_an_instant_is_what_another_reader_says(at: datetime, offset: int) -> None:
    at = at.replace(tzinfo=timezone(timedelta(minutes=offset)))
    sign, minutes = "-" if offset < 0 else "+", abs(offset)
    zone = f"{sign}{minutes // 60:02}{minutes % 60:02}"
    long = f"{at:%Y%m%d%H%M%S}.{at.microsecond:06}{zone}".encode()
    assert instant(element(GENERALIZED_TIME, long)) == at
    loaded: Any = core.GeneralizedTime.load(made(GENERALIZED_TIME, long))
    assert loaded.native == at
    short = f"{at:%y%m%d%H%M%S}{zone}".encode()
    loaded = core.UTCTime.load(made(UTC_TIME, short))
    assert instant(element(UTC_TIME, short)) == loaded.native == at.replace(microsecond=0)
