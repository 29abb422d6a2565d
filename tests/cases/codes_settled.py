"""Where the second reading of section 5 (`tests/oracle_codes.py`) once disagreed with the engine: mended. HB-1, 5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from world import Paper

from cases import Given, each, expect
from cases.codes import OTHER_NUMBER, URL, alone, claims, code, pen, png, said
from issuers import symbol


def failing(**changes: Any) -> str:  # noqa: ANN401 - fields of Claims
    """Claims that say something else, under a signature whose last byte is changed."""
    sealed = symbol.seal(symbol.encode(replace(claims(), **changes)), pen())
    return symbol.text_of(sealed[:-1] + bytes([sealed[-1] ^ 1]), URL)


@each(
    "a signature that fails: `SIGNATURE_BROKEN`",
    "Two payloads of one number on a scan: `QR_MISMATCH`; different numbers: `CANNOT_BE_JUDGED` (split the file)",
    "Reports carry every reason code that holds",
    rows={
        "one-number-and-one-fails": (
            lambda: png(code().text, failing(full_name="Trần Thị Khác")),
            expect("invalid", "SIGNATURE_BROKEN", "QR_MISMATCH", "QR_ONLY"),
        ),
        "two-numbers-and-one-fails": (
            lambda: png(code().text, failing(number=OTHER_NUMBER)),
            expect("invalid", "SIGNATURE_BROKEN", "CANNOT_BE_JUDGED", "QR_ONLY"),
        ),
        "two-numbers-and-one-twice": (
            lambda: png(code().text, said(full_name="Trần Thị Khác"), said(number=OTHER_NUMBER)),
            expect("invalid", "QR_MISMATCH", "CANNOT_BE_JUDGED", "QR_ONLY"),
        ),
    },
)
def several_payloads(handed: Callable[[], Paper]) -> Given:
    """What holds of one code holds of the paper, whatever else is on it: a third code must not soften a verdict."""
    return alone(handed())
