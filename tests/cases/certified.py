"""Certification signatures that forbid changes, and content that acts: HB-1, section 2."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import sheet
import world
from pikepdf import Array, Dictionary, Name, Pdf
from pyhanko.sign.fields import MDPPerm
from world import SIGNED, appointment, cast, key

from cases import VALID, Given, case, each, expect, given
from cases.changes import ALLOWED, HERE, MODIFIED, annotation, information
from verify.trust import Role


@cache
def certified(level: MDPPerm) -> bytes:
    """Certified by the principal."""
    return sheet.sign(sheet.sheet(), cast().principal, "principal", certifies=level)


@each(
    "A certification signature's DocMDP is honoured where it is narrower",
    rows={
        "no-changes": (MDPPerm.NO_CHANGES, MODIFIED),
        "fill-forms": (MDPPerm.FILL_FORMS, VALID),
        "annotate": (MDPPerm.ANNOTATE, VALID),
    },
)
def a_seal_after_a_certification(level: MDPPerm) -> Given:
    """Who certifies "no changes" forbids the seal that the law asks for."""
    return given(sheet.sign(certified(level), cast().seal, "school_seal"))


@case("A certification signature's DocMDP is honoured where it is narrower", expected=MODIFIED)
def a_note_after_a_certification_that_allows_it() -> Given:
    """DocMDP 3 allows annotations; the law does not: nothing is widened."""
    pdf = sheet.sign(certified(MDPPerm.ANNOTATE), cast().seal, "school_seal")
    return given(sheet.updated(pdf, annotation))


@each(
    "A certification signature's DocMDP is honoured where it is narrower",
    rows={
        "document-time-stamp": ("stamp", expect("indeterminate", "ROLE_MISSING")),
        "security-store": ("store", expect("indeterminate", "ROLE_MISSING")),
        "document-information": ("info", expect("invalid", "MODIFIED_AFTER_SIGNING", "ROLE_MISSING")),
        "metadata": ("xmp", expect("invalid", "MODIFIED_AFTER_SIGNING", "ROLE_MISSING")),
        "invisible-notary": ("notary", expect("invalid", "MODIFIED_AFTER_SIGNING", "ROLE_MISSING")),
    },
)
def an_update_after_no_changes(what: str) -> Given:
    """DocMDP 1 forbids everything but validation data and document time-stamps (ISO 32000-2, 12.8.2.2)."""
    pdf = certified(MDPPerm.NO_CHANGES)
    if what == "stamp":
        return given(sheet.stamp(pdf, SIGNED))
    if what == "notary":
        return given(sheet.sign(pdf, cast().teacher, "notary"), more_keys=(key(cast().teacher),))
    if what == "store":
        return given(sheet.stored(pdf, Certs=[world.der(cast().principal)]))
    return given(ALLOWED[{"info": "document-information", "xmp": "metadata"}[what]](pdf))


@case(
    "A certification signature's DocMDP is honoured where it is narrower",
    expected=expect("indeterminate", "ROLE_MISSING"),
)
def a_title_with_a_document_time_stamp_after_no_changes() -> Given:
    """A time-stamp may come then, and honest writers tell the file's new date with it."""
    return given(sheet.stamp(certified(MDPPerm.NO_CHANGES), SIGNED, change=information))


@case(
    "A certification signature's DocMDP is honoured where it is narrower",
    expected=expect("indeterminate", "ROLE_MISSING"),
)
def a_title_in_the_revision_that_certifies() -> Given:
    """What came with the certification was certified with it, whoever had signed a draft."""
    drafted = sheet.sign(sheet.sheet(), cast().teacher, "teacher")
    pdf = sheet.sign(drafted, cast().principal, "principal", certifies=MDPPerm.NO_CHANGES, change=information)
    return given(pdf, more_keys=(key(cast().teacher),))


@case("A certification signature's DocMDP is honoured where it is narrower", expected=MODIFIED)
def a_teachers_certification() -> Given:
    """It does not count, and is honoured all the same: "no changes" was said of the whole file."""
    pdf = sheet.sign(sheet.sheet(), cast().teacher, "teacher", certifies=MDPPerm.NO_CHANGES, place=HERE)
    pdf = sheet.sign(pdf, cast().principal, "principal")
    mine = appointment(cast().teacher, Role.HOMEROOM_TEACHER)
    appointments = (*world.Trust().appointments, mine)
    return given(
        sheet.sign(pdf, cast().seal, "school_seal"), appointments=appointments, more_keys=(key(cast().teacher),)
    )


@each(
    "A certification signature's DocMDP is honoured where it is narrower",
    rows={
        level.name.lower(): (level, MODIFIED) for level in (MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE)
    },
)
def a_change_after_a_strangers_certification(level: MDPPerm) -> Given:
    """Nobody who counts had signed yet; the page that was certified is another one all the same."""
    pdf = sheet.sign(sheet.sheet(), cast().stranger, "stranger", certifies=level)
    pdf = sheet.sign(sheet.updated(pdf, annotation), cast().principal, "principal")
    return given(sheet.sign(pdf, cast().seal, "school_seal"))


@case(
    "A certification signature's DocMDP is honoured where it is narrower",
    expected=expect("invalid", "MODIFIED_AFTER_SIGNING", "NOT_IDENTIFIED"),
)
def a_certified_letter() -> Given:
    """No transcript, and signed again after "no changes": that is told, too."""

    def bare(pdf: Any) -> None:  # noqa: ANN401 - pikepdf's
        del pdf.Root.AF, pdf.Root.Names

    pdf = sheet.sign(sheet.sheet(bend=bare), cast().principal, "principal", certifies=MDPPerm.NO_CHANGES)
    return given(sheet.sign(pdf, cast().seal, "school_seal"))


ACTIVE = expect("indeterminate", "ACTIVE_CONTENT")


def opening(action: Dictionary) -> Callable[[Pdf], None]:
    """Something done when the file is opened."""

    def bend(pdf: Pdf) -> None:
        pdf.Root.OpenAction = action

    return bend


def form_of_xml(pdf: Pdf) -> None:
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")


def buried_script(pdf: Pdf) -> None:
    """In an annotation, behind a reference."""
    action = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"app.alert(1)")))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].Annots.append(pdf.make_indirect(link))


def named_script(pdf: Pdf) -> None:
    pdf.Root.Names.JavaScript = Dictionary(Names=Array(["a", Dictionary(S=Name.JavaScript, JS="app.alert(1)")]))


@each(
    "`ACTIVE_CONTENT` (JavaScript, XFA, launch actions)",
    rows={
        "javascript": (opening(Dictionary(S=Name.JavaScript, JS="app.alert(1)")), ACTIVE),
        "named-javascript": (named_script, ACTIVE),
        "javascript-in-a-link": (buried_script, ACTIVE),
        "launch": (opening(Dictionary(S=Name.Launch, F="calc.exe")), ACTIVE),
        "xfa": (form_of_xml, ACTIVE),
        "link": (opening(Dictionary(S=Name.URI, URI="https://mau.example/JavaScript")), VALID),
        "a-word-in-a-string": (opening(Dictionary(S=Name.URI, URI="/JavaScript /Launch (a) /XFA")), VALID),
    },
)
def active_content(bend: Callable[[Pdf], None]) -> Given:
    """What a page shows may depend on a program: nobody knows what the clerk saw. A link does nothing by itself."""
    pdf = sheet.sign(sheet.sheet(bend=bend), cast().principal, "principal")
    return given(sheet.sign(pdf, cast().seal, "school_seal"))
