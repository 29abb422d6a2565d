"""Optional content: what is shown depends on switches, and a switch can be turned after signing."""

from __future__ import annotations

from functools import cache

import sheet
from hostile import stream

from corpus import UNJUDGED, forgery, signing, told
from corpus.genuine import CATALOG, CONTENT, DRAWING, NOTE, PAGE, RESOURCES, TEXT, objects, signed_by, unsigned
from corpus.update import grown

LAYERED = told("MODIFIED_AFTER_SIGNING", perhaps=("CANNOT_BE_JUDGED",))
"""Changed after signing; and a page with layers has no one look that could be judged."""
BOTH = ("principal", "school_seal")
GROUP = b"<< /Type /OCG /Name (Diem) >>"
SWITCHES = b"/OCProperties << /OCGs [ 40 0 R ] /D << /OFF [ 40 0 R ] /Order [ 40 0 R ] >> >>"


def layered(number: int, entry: bytes, more: dict[int, bytes] | None = None, switches: bytes = SWITCHES) -> bytes:
    """Signed by both, with one layer, that an object belongs to."""
    root = objects()[CATALOG].removesuffix(b">>") + switches + b" >>"
    text = objects()[number].replace(b"<<", b"<< " + entry, 1)
    return signed_by(*BOTH, pdf=unsigned({CATALOG: root, number: text, 40: GROUP} | (more or {})))


@signing(UNJUDGED)
def layer_of_a_drawing() -> bytes:
    """The conduct is in a layer that is off: the signers saw one page, the clerk sees another, by one click."""
    return layered(DRAWING, b"/OC 40 0 R")


@signing(UNJUDGED)
def layer_of_an_annotation() -> bytes:
    """A note in a layer: whether it covers the marks depends on the viewer."""
    return layered(NOTE, b"/OC 40 0 R")


@signing(UNJUDGED)
def layer_within_the_content() -> bytes:
    """Half of the line is marked as a layer: the file holds both marks, and shows one."""
    marked = stream(b"", TEXT + b" /OC /La BDC BT /F1 12 Tf 60 640 Td (TOAN 10) Tj ET EMC")
    return layered(RESOURCES, b"/Properties << /La 40 0 R >>", {CONTENT: marked})


@signing(UNJUDGED)
def layer_that_shows_in_print_alone() -> bytes:
    """On the screen one mark, on paper another: a usage is a switch that turns itself."""
    usage = b"/AS [ << /Event /Print /Category [ /Print ] /OCGs [ 40 0 R ] >> ]"
    switches = b"/OCProperties << /OCGs [ 40 0 R ] /D << %s >> >>" % usage
    group = {40: b"<< /Type /OCG /Name (Diem) /Usage << /Print << /PrintState /OFF >> >> >>"}
    return layered(DRAWING, b"/OC 40 0 R", group, switches)


@signing(UNJUDGED)
def layer_by_membership() -> bytes:
    """The drawing belongs to no layer, but to a rule over layers: a rule is a switch."""
    return layered(DRAWING, b"/OC 41 0 R", {41: b"<< /Type /OCMD /OCGs [ 40 0 R ] /P /AllOff >>"})


@signing(UNJUDGED)
def layer_under_escaped_names() -> bytes:
    """The same with letters written as numbers: a name is what it stands for."""
    return layered(
        DRAWING, b"/O#43 40 0 R", {40: b"<< /Type /O#43G /Name (Diem) >>"}, SWITCHES.replace(b"OCP", b"O#43P")
    )


@forgery(LAYERED)
def switches_added_after_signing(pdf: bytes) -> bytes:
    """The page's parts become layers after signing, and one is off: what was seen is not seen any more."""
    root = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + SWITCHES.replace(b"40", b"200") + b" >>"
    text = sheet.text_of(pdf, DRAWING).replace(b"<<", b"<< /OC 200 0 R", 1)
    return sheet.appended(pdf, {CATALOG: root, DRAWING: text, 200: GROUP})


@cache
def with_a_layer() -> bytes:
    """A page in which a layer is named, and nothing is switched: no catalog entry says that there are layers."""
    return signed_by(*BOTH, pdf=unsigned({PAGE: objects()[PAGE]}))


@forgery(LAYERED, of=with_a_layer)
def switch_in_the_catalog_alone(pdf: bytes) -> bytes:
    """Only the catalog changes: a catalog takes validation data after signing, and no switches."""
    return grown(pdf, CATALOG, b"/OCProperties << /OCGs [ ] /D << /BaseState /OFF >> >>")
