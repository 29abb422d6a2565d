"""What was handed in, parsed but not yet believed.

The boundary between readers and judges: `pdf.py` makes an `Evidence` out of bytes, everything after it knows nothing of
PDF libraries. Frozen, picklable, and free of any opinion: facts that a reader can see without the registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from verify.code import Code
from verify.record import Record
from verify.trust import Names


class Unreadable(Exception):  # noqa: N818 - a refusal of the input, answered as 422, not an error of the program
    """The input cannot become evidence: no parser opens it, or it passes a limit.

    `code` is a stable word (`unreadable`, `password`, `no_pages`, `limit`, `unsupported`), `limit` the limit's name.
    """

    def __init__(self, code: str, limit: str = "") -> None:
        super().__init__(code, limit)
        self.code = code
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Fault:
    """Something a reader saw that the law has a code for: a reason code, and facts without pupil data."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attachment:
    """The bytes of the one `transcript.json` of a revision, or the fault that stands in its place.

    `content` None and `fault` "" means that the revision carries none. `record` is what the bytes say, if a reader has
    read them already and they are a record; it is no part of what is compared.
    """

    content: bytes | None = None
    fault: str = ""
    record: Record | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A signature field that a revision created or filled; `rectangles` are its widgets', two opposite corners each."""

    field: str
    created: bool
    filled: bool
    visible: bool
    rectangles: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a file: where it ends, what it carries, and what it changed against the one before.

    `refused` says, in the reader's words, why its changes are more than adding signatures, validation data, document
    information or metadata; "" if they are not. `described`: document information or metadata are among them, asked
    only where a certification signature forbids all changes. `unclear` says why readers may differ about the revision.
    """

    end: int
    sha256: str
    attachment: Attachment
    fields: tuple[FieldChange, ...] = ()
    refused: str = ""
    described: bool = False
    unclear: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature or document time-stamp as it stands in the file, in file order.

    `cms` is the DER in /Contents; `digests` the hash of the signed byte ranges by algorithm name (`sha256`, ...), for
    each algorithm the CMS names; `revision` indexes `Evidence.revisions`; `gap` is the first byte not signed (the `<`
    of /Contents), `end` the first byte after the signed range. `fault` says why the ByteRange or the dictionary is not
    what the format demands; `unknown` that the SubFilter is none we judge. `certifies` is the DocMDP level of a
    certification signature (1 to 3), None for an approval signature.
    """

    field: str
    timestamp: bool
    sub_filter: str
    cms: bytes
    digests: Mapping[str, bytes]
    revision: int
    gap: int
    end: int
    visible: bool
    fault: str = ""
    unknown: bool = False
    claimed_at: datetime | None = None
    certifies: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A parsed document.

    `digests` are the hex SHA-256 of the file up to each possible end of a revision, by that end: a registered
    `pdf_sha256` among them proves that every signature before that end existed (HB-1, 3b). `certificates`, `crls`
    and `ocsps` are the DER of the document security store (PAdES B-LT); those inside a CMS stay there. `kind` is `pdf`,
    `scan` (a PDF with neither signature nor visible text), `image` or `qr`. `codes` are the QR codes of ours, each
    once, `foreign_codes` how many others there are; `unscanned` says why a PDF's pages could not be looked at for them.
    """

    kind: str
    sha256: str
    size: int
    names: Names
    signatures: tuple[Signature, ...] = ()
    revisions: tuple[Revision, ...] = ()
    digests: Mapping[int, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    visible_text: bool = False
    codes: tuple[Code, ...] = ()
    foreign_codes: int = 0
    unscanned: str = ""
