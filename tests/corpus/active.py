"""Hidden before signing, where it can be seen: both signed in good faith, and the file acts on its own.

What a program shows is not what was signed. The law names programs, forms in XML and launch actions.
"""

from __future__ import annotations

from functools import cache

import sheet
from cases.record import both
from hostile import stream

from corpus import EITHER, UNREAD, among, forgery, signing, told
from corpus.genuine import CATALOG, CLASS, FORM, NOTE, PAGE, objects, unsigned
from corpus.update import edited

ACTIVE = told("ACTIVE_CONTENT", perhaps=("CANNOT_BE_JUDGED",))
AFTERWARDS = among("MODIFIED_AFTER_SIGNING", "ACTIVE_CONTENT", "CANNOT_BE_JUDGED")


def acting(number: int, entry: bytes, more: dict[int, bytes] | None = None) -> bytes:
    """Signed by both, with an entry more in a dictionary."""
    return both(unsigned({number: objects()[number].removesuffix(b">>") + entry + b" >>"} | (more or {})))


@signing(ACTIVE)
def program_when_opened() -> bytes:
    """A program runs when the file is opened: it may fill the page with what it likes."""
    return acting(CATALOG, b"/OpenAction << /S /JavaScript /JS (this.getField('class').value = '12A9') >>")


@signing(ACTIVE)
def program_under_an_escaped_name() -> bytes:
    """The same program, its name written with numbers: a name is what it stands for."""
    return acting(CATALOG, b"/OpenAction << /S /J#61vaScript /J#53 (x) >>")


@signing(ACTIVE)
def program_behind_references() -> bytes:
    """The action stands behind two references, and its text in a stream."""
    return acting(
        CATALOG, b"/OpenAction 40 0 R", {40: b"<< /S 41 0 R /JS 42 0 R >>", 41: b"/JavaScript", 42: stream(b"", b"x")}
    )


@signing(ACTIVE)
def program_of_a_page() -> bytes:
    """A program runs when the page is shown."""
    return acting(PAGE, b"/AA << /O << /S /JavaScript /JS (x) >> >>")


@signing(ACTIVE)
def program_of_a_field() -> bytes:
    """A field's face is made by a program: the value is signed, the face is reckoned."""
    return acting(CLASS, b"/AA << /F << /S /JavaScript /JS (event.value='12A9') >> >>")


@signing(ACTIVE)
def program_among_the_names() -> bytes:
    """A program by name: it runs without being asked when the file is opened."""
    root = objects()[CATALOG].replace(b"/Names << ", b"/Names << /JavaScript << /Names [ (a) 40 0 R ] >> ")
    return both(unsigned({CATALOG: root, 40: b"<< /S /JavaScript /JS (x) >>"}))


@signing(ACTIVE)
def program_behind_another_action() -> bytes:
    """A harmless action first, and a program as the next."""
    entry = b"/OpenAction << /S /GoTo /D [ 3 0 R /Fit ] /Next [ << /S /JavaScript /JS (x) >> ] >>"
    return acting(CATALOG, entry)


@signing(ACTIVE)
def form_in_xml() -> bytes:
    """A form in XML beside the page: some viewers show the form, others the page."""
    return acting(FORM, b"/XFA 40 0 R", {40: stream(b"", b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")})


@signing(ACTIVE)
def program_to_start() -> bytes:
    """The note starts a program of the machine's."""
    return acting(NOTE, b"/A << /S /Launch /F (calc.exe) >>")


@signing(told("ACTIVE_CONTENT", perhaps=("CANNOT_BE_JUDGED",)))
def film_on_the_page() -> bytes:
    """A film lies over the page: it shows what it likes, second by second."""
    return acting(NOTE, b"/A << /S /Rendition /OP 0 /JS (x) >>")


@forgery(AFTERWARDS)
def program_added_afterwards(pdf: bytes) -> bytes:
    """The program comes after the signatures: it is a change, and it acts."""
    root = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/OpenAction << /S /JavaScript /JS (x) >> >>"
    return sheet.appended(pdf, {CATALOG: root})


@forgery(AFTERWARDS)
def action_added_to_a_note_afterwards(pdf: bytes) -> bytes:
    """A signed note gets an action: it leads to a page of the forger's."""
    text = sheet.text_of(pdf, NOTE).removesuffix(b">>") + b"/A << /S /URI /URI (https://mau.example) >> >>"
    return sheet.appended(pdf, {NOTE: text})


@cache
def linked() -> bytes:
    """A draft with a link, which is allowed, signed by both."""
    return acting(NOTE, b"/A 40 0 R", {40: b"<< /S /URI /URI (https://truong.mau.example) >>"})


@forgery(EITHER, of=linked)
def link_led_elsewhere(pdf: bytes) -> bytes:
    """A signed link leads elsewhere since: what it led to was signed."""
    return edited(pdf, 40, (b"truong.mau.example", b"khac.example"))


@signing(UNREAD)
def content_hidden_in_the_draft() -> bytes:
    """The mark that counts lies on a layer that is off: it can be seen that there are layers."""
    root = b"/OCProperties << /OCGs [ 40 0 R ] /D << /OFF [ 40 0 R ] >> >>"
    return acting(CATALOG, root, {40: b"<< /Type /OCG /Name (x) >>"})
