"""What people type: numbers and days are read however they are written, and never by guessing."""

from __future__ import annotations

from datetime import date

import pytest

from gateway import days, lookups

NUMBER = "01VJ7N3Q8V5C1B9D"


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER.lower(),
        "01VJ-7N3Q-8V5C-1B9D",
        " 01vj 7n3q 8v5c 1b9d\r\n",
        "OIVJ-7N3Q-8V5C-LB9D",
        "01VJ–7N3Q—8V5C‑1B9D",
        "01VJ\N{NO-BREAK SPACE}7N3Q\N{THIN SPACE}8V5C\t1B9D",
        "01VJ.7N3Q_8V5C·1B9D",
        "\N{ZERO WIDTH NO-BREAK SPACE}01VJ7N3Q\N{ZERO WIDTH SPACE}8V5C1B9D",
        "\uff10\uff11\uff36\uff2a7N3Q8V5C1B9D",  # in full width
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str) -> None:
    assert lookups.plain(typed) == NUMBER


@pytest.mark.parametrize("typed", ["01VJ7N3Q8V5C1B9E", "01VJ/7N3Q/8V5C/1B9D", "01VJ,7N3Q", "*01VJ7N3Q8V5C1B9D"])
def test_no_other_number_is_read_as_this_one(typed: str) -> None:
    assert lookups.plain(typed) != NUMBER


THE_DAY = date(2026, 5, 31)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "31/5/2026",
            "31-05-2026",
            "31.5.2026",
            "31 5 2026",
            "2026-05-31",
            "2026/5/31",
            " 31/05/2026 ",
            "31 / 5 / 2026",
        ),
        *("ngày 31 tháng 5 năm 2026", "Ngày 31 tháng 05 năm 2026", "31 tháng 5 năm 2026", "31–5–2026"),
        "nga\u0300y 31 tha\u0301ng 5 na\u0306m 2026",  # as some keyboards compose it
    ],
)
def test_a_day_is_read_however_it_is_written(typed: str) -> None:
    assert days.read(typed) == THE_DAY


@pytest.mark.parametrize(
    "typed",
    [
        *("", "31/5/26", "5/31/2026", "31/5-2026", "31052026", "31/02/2026", "0/5/2026", "31/5/1899", "31/5/2200"),
        *("2026-05-31T00:00", "mai", "31/5/2026 x", "1" * 100_000, "31//5//2026", "٣١/٥/٢٠٢٦x"),
    ],
)
def test_a_day_in_doubt_is_not_guessed(typed: str) -> None:
    assert days.read(typed) is None
