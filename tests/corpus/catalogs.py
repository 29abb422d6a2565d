"""Two catalogs, two files, a file within a file: which of them is the document?"""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO

import pikepdf
import sheet
from hostile import document, stream

from corpus import EITHER, REFUSED, UNREAD, among, forgery, signing, told
from corpus.genuine import (
    BETTER,
    CATALOG,
    CONTENT,
    FORM,
    MARK,
    TEXT,
    genuine,
    objects,
    unsigned,
)
from corpus.update import grown, start_of, update

FORGED = stream(b"", TEXT.replace(MARK, BETTER))
TREE = b"<< /Type /Pages /Kids [ 201 0 R ] /Count 1 /MediaBox [0 0 595 842] /Resources 10 0 R >>"
OTHER = {200: TREE, 201: b"<< /Type /Page /Parent 200 0 R /Contents 202 0 R >>", 202: FORGED}
ROOT = b"<< /Type /Catalog /Pages 200 0 R /AcroForm 4 0 R /AF [ 20 0 R ] >>"

CUT_OFF = among(
    "NO_SIGNATURE", "SIGNATURE_BROKEN", "MODIFIED_AFTER_SIGNING", "CANNOT_BE_JUDGED", "ROLE_MISSING", REFUSED
)
"""The genuine file is a part of another: its signatures are somebody else's, or nobody's."""
UNSIGNED = told("NO_SIGNATURE", perhaps=("CANNOT_BE_JUDGED",))


# Two catalogs.


@forgery(EITHER)
def catalog_of_another_number(pdf: bytes) -> bytes:
    """The trailer names a new catalog, with the signed form and other pages."""
    return update(pdf, OTHER | {203: ROOT}, trailer=b"/Root 203 0 R")


@forgery(EITHER)
def catalog_rewritten_beside_the_old_one(pdf: bytes) -> bytes:
    """The new catalog comes under a number of its own, and the next update names the old one again."""
    return update(update(pdf, OTHER | {203: ROOT}, trailer=b"/Root 203 0 R"), {204: b"null"})


@forgery(EITHER)
def catalog_of_another_generation(pdf: bytes) -> bytes:
    """The trailer names the second generation of the catalog: the number is the signed one's."""
    return update(pdf, {CATALOG: ROOT}, generation=1, trailer=b"/Root 1 1 R")


@forgery(EITHER)
def catalog_that_is_the_page(pdf: bytes) -> bytes:
    """The trailer names the page: readers that look for a catalog go and search for one."""
    return update(pdf, {}, trailer=b"/Root 3 0 R")


@forgery(EITHER)
def catalog_that_is_missing(pdf: bytes) -> bytes:
    """The trailer names no catalog: each reader finds one of its own."""
    return update(pdf, OTHER | {203: ROOT}, trailer=b"/Info 12 0 R")


@forgery(EITHER)
def catalog_in_the_trailer(pdf: bytes) -> bytes:
    """The catalog is written into the trailer itself, where no object can be compared."""
    return update(pdf, OTHER, trailer=b"/Root %s" % ROOT)


@forgery(EITHER)
def version_of_the_catalog(pdf: bytes) -> bytes:
    """The catalog says that the file follows another version: and readers switch between rules."""
    text = re.sub(rb"/Version /[0-9.]+", b"", sheet.text_of(pdf, CATALOG))
    text = text.replace(b"/Pages 2 0 R", b"/Version /9.9 /Pages 200 0 R")
    return sheet.appended(pdf, OTHER | {CATALOG: text})


@forgery(EITHER)
def requirements_of_the_catalog(pdf: bytes) -> bytes:
    """Only a certain viewer may show the file: the forger's."""
    return grown(pdf, CATALOG, b"/Requirements [ << /S /EnableJavaScripts >> ]")


@forgery(EITHER)
def catalog_with_rights_of_its_own(pdf: bytes) -> bytes:
    """Usage rights appear that say that changes are allowed: rights are given before signing, by the signer."""
    return grown(pdf, CATALOG, b"/Perms << /UR3 200 0 R >>", {200: b"<< /Type /Sig /Filter /Adobe.PPKLite >>"})


@forgery(EITHER)
def legal_attestation(pdf: bytes) -> bytes:
    """The catalog attests that the file has nothing that could change: it is the forger who attests."""
    return grown(pdf, CATALOG, b"/Legal << /Attestation (Da kiem tra) >>")


# A file in a file.


@cache
def carrier() -> bytes:
    """An unsigned file with better marks, that says that a signed one is attached."""
    return unsigned({CONTENT: FORGED, FORM: b"<< /Fields [ ] >>"})


def carrying(pdf: bytes, name: bytes = b"transcript.pdf", entry: bytes = b"", form: bytes = b"") -> bytes:
    """The carrier with the genuine file attached."""
    spec = b"<< /Type /Filespec /F (%s) /UF (%s) /EF << /F 41 0 R >> >>" % (name, name)
    tree = b"/Names << /EmbeddedFiles << /Names [ (%s) 40 0 R ] >> >>" % name
    root = b"<< /Type /Catalog /Pages 2 0 R %s %s %s >>" % (tree, entry, form)
    return unsigned({CATALOG: root, CONTENT: FORGED, 40: spec, 41: stream(b"/Type /EmbeddedFile", pdf)})


def compressed(pdf: bytes) -> bytes:
    """The same file with every stream compressed."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf), attempt_recovery=False) as opened:
        opened.save(out, compress_streams=True, static_id=True)
    return out.getvalue()


@forgery(CUT_OFF)
def genuine_file_attached(pdf: bytes) -> bytes:
    """The genuine, signed file is attached to a forged page: its signatures are its own."""
    return carrying(pdf)


@forgery(CUT_OFF)
def genuine_file_attached_and_compressed(pdf: bytes) -> bytes:
    """The same, compressed, so that no byte of a signature stands in the open."""
    return compressed(carrying(pdf, form=b"/AcroForm 4 0 R"))


@forgery(CUT_OFF)
def genuine_file_in_a_portfolio(pdf: bytes) -> bytes:
    """A portfolio opens the genuine file first: what is judged is the file that was handed in."""
    return carrying(pdf, entry=b"/Collection << /Type /Collection /D (transcript.pdf) /View /D >>")


@forgery(CUT_OFF)
def genuine_file_behind_a_forged_one(pdf: bytes) -> bytes:
    """Two files in one: the forged one first, the genuine one behind it."""
    return carrier() + pdf


@forgery(CUT_OFF)
def forged_file_behind_the_genuine_one(pdf: bytes) -> bytes:
    """Two files in one: the genuine one first, the forged one behind it."""
    return pdf + carrier()


@forgery(CUT_OFF)
def genuine_file_in_a_comment(pdf: bytes) -> bytes:
    """The genuine file stands in front, and the forged one's table leads to objects behind it, shifted by as much."""
    shift = len(pdf)
    text = carrier()
    start = start_of(text)
    head, table = text[:start], text[start:]
    moved = table
    for line in table.split(b"\n"):
        if line.endswith(b" n "):
            moved = moved.replace(line, b"%010d 00000 n " % (int(line[:10]) + shift), 1)
    return pdf + head + moved.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + shift))


@forgery(CUT_OFF)
def genuine_file_twice(pdf: bytes) -> bytes:
    """The genuine file twice in a row: every offset of the second is one of the first."""
    return pdf + pdf


@forgery(CUT_OFF)
def forged_file_as_an_update(pdf: bytes) -> bytes:
    """A whole new file, written as an update: each old object is there, and none is used."""
    moved = {number + 300: text for number, text in OTHER.items()}
    renamed = {
        number: text.replace(b"200 0 R", b"500 0 R").replace(b"201 0 R", b"501 0 R").replace(b"202 0 R", b"502 0 R")
        for number, text in (moved | {503: ROOT}).items()
    }
    return update(pdf, renamed, trailer=b"/Root 503 0 R")


@signing(UNSIGNED)
def printed_from_the_screen() -> bytes:
    """A new file that looks like the genuine one, signatures drawn and all: drawn is not signed."""
    drawn = TEXT.replace(MARK, BETTER) + b" BT /F1 9 Tf 60 120 Td (Da ky so: Hieu truong) Tj ET"
    return document(objects() | {CONTENT: stream(b"", drawn), FORM: b"<< /Fields [ ] >>"})


@forgery(
    among("NO_SIGNATURE", "SIGNATURE_BROKEN", "CANNOT_BE_JUDGED", "ROLE_MISSING", "MODIFIED_AFTER_SIGNING", REFUSED)
)
def saved_as_a_new_file(pdf: bytes) -> bytes:
    """Saved anew by a tool that knows nothing of signatures: the fields are there, the ranges are not."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return sheet.written(opened)


@signing(UNREAD)
def pages_of_a_second_catalog_in_the_draft() -> bytes:
    """The draft's trailer names no catalog, and two are there: both signed, each in his own viewer."""
    made = unsigned({40: ROOT.replace(b"200 0 R", b"2 0 R")}).replace(b"/Root 1 0 R", b"/Toor 1 0 R")
    return made + genuine()[len(unsigned()) :]
