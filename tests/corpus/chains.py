"""Chains of revisions: hybrid tables, loops, generations, and numbers that come back from the free list."""

from __future__ import annotations

from functools import cache

import sheet
from cases.files import hybrid
from cases.record import both
from hostile import stream

from corpus import ANY_FAULT, EITHER, UNREAD, among, forgery, signing, told
from corpus.genuine import BETTER, CONTENT, FORM, MARK, PAGE, SEAL, TEXT, half, objects, sealed, signed_by, unsigned
from corpus.update import entry, packed, start_of, streamed, update

FORGED = stream(b"", TEXT.replace(MARK, BETTER))
BOTH = ("principal", "school_seal")
FREE = b"0000000000 00001 f \n"
LOST = among(
    "NO_SIGNATURE", "MODIFIED_AFTER_SIGNING", "SIGNATURE_BROKEN", "ROLE_MISSING", "CANNOT_BE_JUDGED", "REFUSED"
)
"""The chain of revisions is cut: for some readers nobody has ever signed."""


def beside(pdf: bytes, rows: dict[int, bytes], **objects_: bytes) -> bytes:
    """An update whose table is hybrid: beside it stands a stream with other entries."""
    held = {int(name[1:]): text for name, text in objects_.items()}
    numbers = b" ".join(b"%d 1" % number for number in sorted(rows))
    told = b"/Type /XRef /Size 300 /W [ 1 4 2 ] /Index [ %s ]" % numbers
    held[299] = stream(told, b"".join(row for _, row in sorted(rows.items())))
    made = update(pdf, held)
    place = made.rindex(b"299 0 obj")
    at = made.rindex(b"/Prev ")
    return made[:at] + b"/XRefStm %d " % place + made[at:]


# Hybrid tables.


@forgery(EITHER)
def hybrid_that_hides_the_page(pdf: bytes) -> bytes:
    """Newer readers look into the stream beside the table and find another page, older ones do not."""
    room = len(pdf) if pdf.endswith(b"\n") else len(pdf) + 1
    rows = {CONTENT: entry(1, room, 0)}
    return beside(pdf, rows, n200=FORGED).replace(b"200 0 obj", b"11  0 obj"[:9], 1)


@forgery(EITHER)
def hybrid_with_an_object_stream(pdf: bytes) -> bytes:
    """The stream beside the table says that the page is packed: half of the readers never hear of it."""
    page = objects()[PAGE].replace(b"11 0 R", b"201 0 R")
    return beside(pdf, {PAGE: entry(2, 200, 0)}, n200=packed({PAGE: page}), n201=FORGED)


@forgery(EITHER)
def hybrid_that_is_empty(pdf: bytes) -> bytes:
    """A stream beside the table with nothing in it: harmless today, and a form that readers disagree about."""
    return beside(pdf, {})


@signing(UNREAD)
def hybrid_from_the_beginning() -> bytes:
    """The draft is hybrid, both have signed it: what they saw depends on the age of their viewers."""
    return both(hybrid())


@forgery(EITHER)
def hybrid_that_leads_nowhere(pdf: bytes) -> bytes:
    """The stream beside the table is said to stand beyond the end."""
    made = update(pdf, {200: b"null"})
    at = made.rindex(b"/Prev ")
    return made[:at] + b"/XRefStm 99999999 " + made[at:]


# /Prev.


@forgery(LOST)
def chain_to_itself(pdf: bytes) -> bytes:
    """The last table's forerunner is itself: a reader goes round, or stops and has seen one revision."""
    made = update(pdf, {CONTENT: FORGED}, prev=b"0000000000")
    return made.replace(b"/Prev 0000000000", b"/Prev %010d" % start_of(made))


@forgery(LOST)
def chain_of_two_that_bite(pdf: bytes) -> bytes:
    """Two tables, each the other's forerunner: whoever follows them never gets to the signed ones."""
    first = update(pdf, {CONTENT: FORGED}, prev=b"0000000000")
    second = update(first, {200: b"null"})
    return second.replace(b"/Prev 0000000000", b"/Prev %010d" % start_of(second))


@forgery(LOST)
def chain_without_a_past(pdf: bytes) -> bytes:
    """The update has no forerunner: the file begins with it, and was never signed."""
    return update(pdf, {CONTENT: FORGED}, prev=b"")


@forgery(LOST)
def chain_that_skips_the_seal(pdf: bytes) -> bytes:
    """The update follows on the principal's revision: the seal's is left out, as if it had never been."""
    return update(pdf, {CONTENT: FORGED}, prev=b"%d" % start_of(half()))


@forgery(LOST)
def chain_beyond_the_end(pdf: bytes) -> bytes:
    """The forerunner is said to stand behind the end of the file."""
    return update(pdf, {CONTENT: FORGED}, prev=b"99999999")


@forgery(LOST)
def chain_below_zero(pdf: bytes) -> bytes:
    """The forerunner stands at a negative place: counted from the end, it is one of the forger's."""
    return update(pdf, {CONTENT: FORGED}, prev=b"-%d" % (len(pdf) - start_of(pdf)))


@forgery(LOST)
def chain_behind_a_reference(pdf: bytes) -> bytes:
    """The forerunner's place is an object: to find objects one would have to know it already."""
    return update(pdf, {CONTENT: FORGED, 200: b"%d" % start_of(pdf)}, prev=b"200 0 R")


@forgery(LOST)
def chain_of_a_real_number(pdf: bytes) -> bytes:
    """The forerunner's place has a point in it."""
    return update(pdf, {CONTENT: FORGED}, prev=b"%d.0" % start_of(pdf))


@forgery(LOST)
def chain_that_starts_in_the_past(pdf: bytes) -> bytes:
    """Startxref leads to the principal's table: the last revision is there, and is not read."""
    return update(pdf, {CONTENT: FORGED}, start=start_of(half()))


@forgery(LOST)
def chain_that_starts_nowhere(pdf: bytes) -> bytes:
    """Startxref leads into a page: whoever mends the file looks for tables himself."""
    return update(pdf, {CONTENT: FORGED}, start=17)


@forgery(ANY_FAULT)
def start_of_the_signed_chain_changed(pdf: bytes) -> bytes:
    """The number behind the last startxref is another: it is the last thing that the seal covers."""
    place = pdf.rindex(b"startxref") + 10
    return pdf[:place] + b"%d" % start_of(half()) + pdf[pdf.index(b"\n", place) :]


# Generations.


@forgery(EITHER)
def next_generation_of_the_content(pdf: bytes) -> bytes:
    """The content's number comes in a second generation: who goes by the number alone takes it."""
    return update(pdf, {CONTENT: FORGED}, generation=1)


@forgery(EITHER)
def last_generation_of_the_content(pdf: bytes) -> bytes:
    """The highest generation that there can be: a number that is never given again, given again."""
    return update(pdf, {CONTENT: FORGED}, generation=65535)


@forgery(EITHER)
def page_of_another_generation(pdf: bytes) -> bytes:
    """The page names the second generation of its content, which is there."""
    made = update(pdf, {CONTENT: FORGED}, generation=1)
    return sheet.appended(made, {PAGE: sheet.text_of(pdf, PAGE).replace(b"11 0 R", b"11 1 R")})


@forgery(EITHER)
def generation_that_the_table_does_not_know(pdf: bytes) -> bytes:
    """The table says generation 0 and the object says 1: one of them is believed."""
    made = sheet.appended(pdf, {CONTENT: FORGED})
    place = made.rindex(b"11 0 obj")
    return made[:place] + b"11 1 obj" + made[place + 8 :]


@signing(UNREAD)
def generation_that_waits() -> bytes:
    """The signed page names a generation of its content that is not there: viewers show the other one, or nothing."""
    page = objects()[PAGE].replace(b"11 0 R", b"11 1 R")
    return signed_by(*BOTH, pdf=unsigned({PAGE: page}))


@signing(EITHER)
def generation_that_arrives() -> bytes:
    """The generation that the signed page waited for is given out by an update: it is a new object, and is seen."""
    return update(generation_that_waits(), {CONTENT: FORGED}, generation=1)


# The free list.


@cache
def freed() -> bytes:
    """The draft frees number 40, which the page names; both sign it."""
    page = objects()[PAGE].replace(b"/Contents 11 0 R", b"/Contents [ 11 0 R 40 0 R ]")
    made = unsigned({PAGE: page, 40: FORGED})
    return signed_by(*BOTH, pdf=update(made, {}, rows={40: FREE}))


@signing(EITHER)
def freed_number_given_again() -> bytes:
    """A number that was free when both signed is given out again: and the page names it."""
    return sheet.appended(freed(), {40: FORGED})


@signing(EITHER)
def freed_number_of_the_next_generation() -> bytes:
    """The same in the generation that the free list promised."""
    return update(freed(), {40: FORGED}, generation=1)


@signing(EITHER)
def freed_object_brought_back_by_its_place() -> bytes:
    """No object is new: the table leads to the one that was freed, which still stands there."""
    pdf = freed()
    return update(pdf, {}, rows={40: b"%010d 00000 n \n" % pdf.index(b"40 0 obj")})


@forgery(EITHER)
def seal_set_free(pdf: bytes) -> bytes:
    """The seal's field is given back: the file has one signature, of a principal who went alone."""
    return update(pdf, {}, rows={SEAL: FREE})


@forgery(EITHER)
def free_list_in_a_circle(pdf: bytes) -> bytes:
    """Free numbers point at each other, and one of them is the content's."""
    return update(pdf, {}, rows={0: b"0000000011 65535 f \n", CONTENT: b"0000000011 00001 f \n"})


@forgery(EITHER)
def freed_between_and_back(pdf: bytes) -> bytes:
    """Freed in one revision and back in the next: the content is what it was, and what lay between was not."""
    made = update(pdf, {}, rows={CONTENT: FREE})
    return sheet.appended(made, {CONTENT: sheet.text_of(pdf, CONTENT)})


@signing(EITHER)
def seal_over_a_freed_note() -> bytes:
    """A note is freed between the signatures, and the seal signs that it is gone."""
    return sealed(update(half(), {}, rows={8: FREE}))


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("APPEARANCE_ADDED", "CANNOT_BE_JUDGED")))
def form_in_the_future(pdf: bytes) -> bytes:
    """The form comes twice, under a stream and under a table, in one revision: the second one wins, or the first."""
    made = streamed(pdf, {FORM: objects()[FORM].replace(b"5 0 R 6 0 R ", b"")})
    return update(made, {FORM: sheet.text_of(pdf, FORM)})
