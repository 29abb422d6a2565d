"""The ByteRange rule, on raw bytes: what a signature covers, and that it covers all of its revision but itself.

ISO 32000-2, 12.8.1 leaves readers room; HB-1 does not. /ByteRange is exactly `[0 a b c]`, `b + c` is the end of a
revision, and the gap `[a, b)` is exactly one `<hex>` token that equals /Contents. Readers that add up lengths accept
ranges that run past the end of the file, and with them a whole new document.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from verify.algorithms import HASHES

if TYPE_CHECKING:
    from hashlib import _Hash

MAX_CONTENTS = 256 * 1024
"""Bytes of one CMS: with CRLs and OCSP responses inside, real ones stay below 100 KB."""
TAIL_WINDOW = 64
"""Bytes searched for the trailer of a revision: `startxref`, ten digits, `%%EOF` and line ends are shorter."""
NUMBERS = 4

TAIL = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF(\r\n|\n|\r)?\Z")
HEX = re.compile(rb"<[0-9A-Fa-f\s]*>")


def signed_range(numbers: Sequence[int], cms: bytes, content: bytes) -> tuple[str, int, int]:
    """(fault, gap, end) of a /ByteRange: why it is refused or "", where /Contents begins, the first byte after all."""
    if len(numbers) != NUMBERS:
        return "byte range", 0, 0
    start, gap, resume, length = numbers
    end = resume + length
    if start != 0 or not 0 < gap < resume <= end <= len(content):
        return "byte range", gap, end
    if not _is_contents(content[gap:resume], cms):
        return "gap of the byte range", gap, end
    if TAIL.search(content, max(resume, end - TAIL_WINDOW), end) is None:
        return "byte range does not end with a revision", gap, end
    return "", gap, end


def range_digests(
    content: bytes, gap: int, end: int, names: Iterable[str], begun: Mapping[int, _Hash] = MappingProxyType({})
) -> dict[str, bytes]:
    """The digest of a range that passed `signed_range`, by each known hash function named.

    `begun` are SHA-256 of beginnings of the file, by their ends: what was hashed once need not be hashed again.
    """
    view, resume = memoryview(content), content.index(b">", gap) + 1
    found = {}
    for name in sorted(HASHES.keys() & set(names)):
        done = max((one for one in begun if one <= gap), default=0) if name == "sha256" else 0
        running = begun[done].copy() if done else hashlib.new(name)
        running.update(view[done:gap])
        running.update(view[resume:end])
        found[name] = running.digest()
    return found


def _is_contents(hole: bytes, cms: bytes) -> bool:
    if len(hole) > 2 * MAX_CONTENTS or not HEX.fullmatch(hole):
        return False
    digits = b"".join(hole[1:-1].split())
    return len(digits) % 2 == 0 and bytes.fromhex(digits.decode("ascii")) == cms
