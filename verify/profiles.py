"""Colour profiles that change no colour, blanked before pages are drawn.

The two that Typst puts into every file take pdfium longer to make ready than the pages take to draw. They say what the
plain colours of a screen mean, so without them every pixel is the same (`tests/test_glance.py`). Which profiles these
are is known by the digest of all their bytes, so nothing that draws anything can be among them.
"""

from __future__ import annotations

import hashlib
import re
import zlib

KNOWN = frozenset(
    {
        "00c0f94e09127520a17dc0e1d9264b5702081d96dbdb1549ee88e3631ce42a9d",  # sGrey-v4.icc
        "c56e1685d888f5edb92fe07f2750f387f8fe8e91b32ff8fb0b56bfbbb9458353",  # sRGB-v4.icc
    }
)
"""SHA-256 of the grey and the coloured one of the Compact ICC Profiles, version 4, in the public domain."""

LARGEST = 480
"""Bytes of the larger one."""

MOST = 8
"""So many places of a file are looked at; what names more is drawn as it is."""

NAMED = re.compile(rb"/ICCBased\s+(\d{1,7} \d{1,5}) R")
WITHIN = 512
"""Between an object's number and its data there is a small dictionary."""


def without_plain_profiles(content: bytes) -> bytes:
    """A copy of a PDF, to be drawn only, in which these profiles are illegible: the plain colours take their place."""
    drawn = bytearray(content)
    for number in sorted(set(NAMED.findall(content)))[:MOST]:
        begin = content.find(b"\n%b obj" % number)
        while begin >= 0:
            data = re.compile(rb"stream\r?\n").search(content, begin, begin + WITHIN)
            if data and _known(content[data.end() : data.end() + LARGEST]):
                drawn[data.end() : data.end() + 2] = bytes(2)  # where a compressed stream says that it is one
            begin = content.find(b"\n%b obj" % number, begin + 1)
    return bytes(drawn)


def _known(data: bytes) -> bool:
    try:
        profile = zlib.decompressobj().decompress(data, LARGEST + 1)
    except zlib.error:
        return False
    return hashlib.sha256(profile).hexdigest() in KNOWN
