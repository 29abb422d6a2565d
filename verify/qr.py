"""The text of a QR code, and its digits back into bytes (docs/qr.md, 1 and 3).

Nothing of the text is believed: the host is only compared, never asked. What the bytes are: `envelope.py`; what they
say: `claims.py`. Every refusal of the format is one exception with the number of the item that refuses.
"""

from __future__ import annotations

import re

MAX_DIGITS = 2487
"""1,024 bytes: three times what version 14 of the symbol can carry."""

GROUP = 17
"""Decimal digits of a full group of 7 bytes."""

TAILS = {0: 0, 3: 1, 5: 2, 8: 3, 10: 4, 13: 5, 15: 6}
"""Digits of the last group to its bytes; a last group of 7 bytes is a full one."""

ADDRESS = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://([A-Za-z0-9.:-]{1,40})/V#(.*)", re.DOTALL)
"""Item 1. Cases are spelled out: Python's IGNORECASE would also take a long s."""
HOST = re.compile(r"[A-Z0-9.:-]{1,40}")
"""What a maker may write there."""
DIGITS = re.compile(r"[0-9]+")
SPACE = " \t\n\v\f\r"


class Refused(Exception):  # noqa: N818 - a statement about the input
    """The text, the bytes or the claims are not what docs/qr.md demands.

    `item` is its item: 1 is a text that is no code of ours (a foreign one), 3 to 5 are QR_BROKEN. `code` is a stable
    word: `text`, `digits`, `length`, `group`, `envelope`, `payload`, `cbor`, `key`, `missing`, `claim-1` to `claim-12`.
    """

    def __init__(self, item: int, code: str) -> None:
        super().__init__(item, code)
        self.item = item
        self.code = code


def read_text(text: str) -> tuple[str | None, str]:
    """The host (in capitals; None for bare digits) and the digits of a scanned text. Raises Refused, item 1.

    What follows the address is not looked at here: after our `/V#`, anything but digits is a broken code, not a
    foreign one.
    """
    text = text.strip(SPACE)
    found = ADDRESS.fullmatch(text)
    if found:
        return found[1].upper(), found[2]
    if DIGITS.fullmatch(text):
        return None, text
    raise Refused(1, "text")


def unpack(digits: str) -> bytes:
    """The bytes that the digits stand for: groups of 7, little-endian. Raises Refused, item 3."""
    if not (digits.isascii() and digits.isdecimal()):  # int() takes full-width digits, signs and underscores
        raise Refused(3, "digits")
    whole, tail = divmod(len(digits), GROUP)
    if len(digits) > MAX_DIGITS or tail not in TAILS:
        raise Refused(3, "length")
    end = whole * GROUP
    try:
        groups = [int(digits[at : at + GROUP]).to_bytes(7, "little") for at in range(0, end, GROUP)]
        if tail:
            groups.append(int(digits[end:]).to_bytes(TAILS[tail], "little"))
    except OverflowError:
        raise Refused(3, "group") from None
    return b"".join(groups)


def pack(data: bytes) -> str:
    """The digits of bytes."""
    widths = {size: width for width, size in TAILS.items()} | {7: GROUP}
    groups = (data[at : at + 7] for at in range(0, len(data), 7))
    return "".join(f"{int.from_bytes(group, 'little'):0{widths[len(group)]}}" for group in groups)
