"""What may be handed in, and who reads it: PDFs, pictures, scanned texts. All become `Evidence`.

A signed PDF is read by its signatures, and its pages are looked at once for codes to compare with the record. All else
is paper: judged by the QR code on it, which is looked for on a ladder of attempts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from verify.algorithms import verify_signature
from verify.cms import parse, parse_token
from verify.code import Code, read_code
from verify.drawn import Drawing
from verify.evidence import Evidence, Fault, Unreadable
from verify.pdf import open_pdf
from verify.picture import format_of
from verify.profiles import without_plain_profiles
from verify.report import Reason
from verify.scan import Scan, scan_drawn, scan_pages, scan_picture
from verify.sight import unlike_pages
from verify.syntax import name
from verify.trust import Names

KEPT = (name, parse, parse_token, verify_signature)
"""What keeps its answers from the reading of a document to its judgement, for it is asked several times."""


def forget() -> None:
    """Forget the document that was read last: nothing uploaded outlives its request (P6).

    Paths to anchors are kept: they are made of certificates alone, and the school's next document asks for the same.
    """
    for one in KEPT:
        one.cache_clear()


def open_document(content: bytes, host: str = "") -> Evidence:
    """Read what was uploaded; `host` is this gateway's own, as its codes name it.

    Raises Unreadable: nobody can open it, or it passes a limit.
    """
    if format_of(content):
        scan = scan_picture(content)
        return _paper(content, "image", _read(scan, host), len(scan.foreign))
    evidence = open_pdf(content)
    if not evidence.signatures and any(one.code == Reason.CANNOT_BE_JUDGED for one in evidence.faults):
        return evidence  # one of two readers cannot open it: that it is not signed, nobody has said
    signed = any(not one.timestamp for one in evidence.signatures)
    paper = not (signed or evidence.visible_text)
    with Drawing(content if paper else without_plain_profiles(content)) as drawing:
        if pages := unlike_pages(drawing, evidence.revisions):
            facts = {"why": "pages look different after an update", "pages": list(pages)}
            evidence = replace(evidence, faults=(*evidence.faults, Fault(Reason.CANNOT_BE_JUDGED, facts)))
        try:
            scan = scan_pages(content) if paper else scan_drawn(drawing)
        except Unreadable as why:
            # What signatures or a text say is answered without: an unread code proves nothing, for or against.
            if paper:
                raise
            return replace(evidence, unscanned=why.limit or why.code)
    read = _read(scan, host)
    names = _named(read, evidence.names, alone=not signed)
    kind = "scan" if paper else evidence.kind
    return replace(evidence, kind=kind, names=names, codes=read, foreign_codes=len(scan.foreign))


def open_text(text: str, host: str = "") -> Evidence:
    """Read a text that somebody scanned. Raises Refused, item 1: it is no code of ours."""
    read = (read_code(text, host),)
    return _paper(text.encode(), "qr", read)


def _paper(content: bytes, kind: str, read: tuple[Code, ...], foreign: int = 0) -> Evidence:
    names = _named(read, Names(), alone=True)
    digest = hashlib.sha256(content).hexdigest()
    return Evidence(kind, digest, len(content), names, codes=read, foreign_codes=foreign)


def _read(scan: Scan, host: str) -> tuple[Code, ...]:
    return tuple(dict.fromkeys(read_code(text, host) for text in scan.ours))


def _named(read: Iterable[Code], names: Names, *, alone: bool) -> Names:
    """What the snapshot is asked for besides: the keys, and of a code that stands alone the issuer and the number."""
    names = replace(names, kids=frozenset(one.sealed.kid for one in read if one.sealed))
    claims = [one.claims for one in read if one.claims]
    if alone and len({one.number for one in claims}) == 1:
        first = claims[0]
        return replace(names, issuer=first.issuer, number=first.number, record_digest=first.record_digest)
    return names
