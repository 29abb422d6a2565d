"""What somebody sees: pdfium as the third voice, and pages before and after an update."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import sheet
from pikepdf import Array, Name, Pdf
from sheet import generic
from world import NOW, cast

from verify import documents, drawn, revisions, sight
from verify.documents import open_document
from verify.drawn import Drawing, Drawn, read_drawn
from verify.evidence import Evidence, Revision
from verify.pdf import open_pdf

SEAL = (320, 100, 520, 160)
SEEN = {"why": "pages look different after an update", "pages": [1]}


def unlike_pages(content: bytes, told: Sequence[Revision]) -> tuple[int, ...]:
    """What is seen of a whole file."""
    with Drawing(content) as drawing:
        return sight.unlike_pages(drawing, told)


def pages_unlike(before: bytes, after: bytes, spared: list[drawn.Rectangle]) -> tuple[int, ...]:
    """Two files, page by page."""
    with Drawing(before) as one, Drawing(after) as other:
        return drawn.pages_unlike(one, other, spared)


def redrawn(writer: Any) -> None:  # noqa: ANN401 - untyped
    """Another line on the page, put in the place of the old one."""
    page = writer.root["/Pages"]["/Kids"][-1]
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf 60 700 Td (SO DIFM) Tj ET")
    page["/Contents"] = writer.add_object(stream)
    writer.update_container(page)


def with_store(pdf: bytes) -> bytes:
    """A security store with nothing in it."""
    number = sheet.size_of(pdf)
    root = sheet.text_of(pdf, 1).removesuffix(b">>") + b"/DSS %d 0 R >>" % number
    return sheet.appended(pdf, {1: root, number: b"<< /Certs [ ] >>"})


def passed(evidence: Evidence) -> Evidence:
    """As if the revision rule had let every update pass."""
    return replace(evidence, revisions=tuple(replace(one, refused="", unclear="") for one in evidence.revisions))


def turned(degrees: int) -> Callable[[Pdf], None]:
    """A page that is shown on its side, and cut."""

    def bend(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = degrees
        pdf.pages[0].CropBox = Array([20, 40, 560, 800])

    return bend


def by_both(pdf: bytes, **first: Any) -> bytes:  # noqa: ANN401 - of `sign`
    return sheet.sign(sheet.sign(pdf, cast().principal, "principal", **first), cast().seal, "school_seal")


@cache
def both() -> bytes:
    """A sheet signed by principal and seal."""
    return by_both(sheet.sheet())


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_seal_that_is_seen_changes_nothing_but_its_own_place(degrees: int) -> None:
    pdf = by_both(sheet.sheet(bend=turned(degrees)))
    evidence = open_pdf(pdf)
    assert unlike_pages(pdf, evidence.revisions) == ()
    before = pdf[: evidence.revisions[1].end]
    assert pages_unlike(before, pdf, []) == (1,), "the seal is seen, so its place matters"
    assert pages_unlike(before, pdf, [(SEAL[2], SEAL[3], SEAL[0], SEAL[1])]) == (), "by any two corners"
    assert pages_unlike(before, pdf, [(SEAL[0], SEAL[1], SEAL[2], SEAL[3] + 1)]) == (1,), "a place that no widget has"


def test_the_place_of_what_is_no_widget_is_not_spared() -> None:
    plain = sheet.sheet(fields=())

    def stamped(writer: Any) -> None:  # noqa: ANN401 - untyped
        look = generic.StreamObject(stream_data=b"0 0 200 60 re f")
        look.update({generic.pdf_name("/Type"): generic.pdf_name("/XObject")})
        look[generic.pdf_name("/Subtype")] = generic.pdf_name("/Form")
        look[generic.pdf_name("/BBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 60)))
        note = generic.DictionaryObject({generic.pdf_name("/Type"): generic.pdf_name("/Annot")})
        note[generic.pdf_name("/Subtype")] = generic.pdf_name("/Stamp")
        note[generic.pdf_name("/F")] = generic.NumberObject(4)
        note[generic.pdf_name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, SEAL))
        note[generic.pdf_name("/AP")] = generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(look)})
        page = writer.root["/Pages"]["/Kids"][-1]
        page["/Annots"] = generic.ArrayObject([writer.add_object(note)])
        writer.update_container(page)

    assert pages_unlike(plain, sheet.updated(plain, stamped), [SEAL]) == (1,)


def test_another_grade_is_another_picture() -> None:
    for text in ("SO DIEM 5", "SO DIEM 9"):
        assert pages_unlike(sheet.sheet(text="SO DIEM 6"), sheet.sheet(text=text), []) == (1,)
    assert pages_unlike(sheet.sheet(), sheet.sheet(), []) == ()


def test_a_page_more_or_of_another_size_is_unlike(monkeypatch: pytest.MonkeyPatch) -> None:
    def wider(pdf: Pdf) -> None:
        pdf.pages[0].MediaBox = Array([0, 0, 700, 842])

    def longer(pdf: Pdf) -> None:
        for _ in range(7):
            pdf.add_blank_page()

    assert pages_unlike(sheet.sheet(), sheet.sheet(bend=wider), []) == (1,)
    monkeypatch.setattr(drawn, "MAX_PAGES", 5)
    assert pages_unlike(sheet.sheet(), sheet.sheet(bend=longer), []) == (2, 3, 4, 5, 6)
    assert pages_unlike(sheet.sheet(bend=longer), sheet.sheet(bend=longer), []) == (6,), "nobody looks at the others"
    monkeypatch.setattr(drawn, "MAX_PAGES", 8)
    assert pages_unlike(sheet.sheet(bend=longer), sheet.sheet(bend=longer), []) == ()
    assert pages_unlike(sheet.sheet(), b"%PDF-1.7 nothing", []) == (1,)


def test_a_wall_map_is_drawn_small() -> None:
    def large(pdf: Pdf) -> None:
        pdf.pages[0].MediaBox = Array([0, 0, 14000, 14000])

    assert pages_unlike(sheet.sheet(bend=large), sheet.sheet(bend=large), []) == ()


@pytest.mark.parametrize(
    ("pdf", "unlike"),
    [
        pytest.param(lambda: sheet.updated(both(), redrawn), (1,), id="after-both"),
        pytest.param(lambda: by_both(sheet.sheet(fields=("principal", "school_seal"))), (), id="in-order"),
        pytest.param(
            lambda: sheet.sign(
                sheet.sign(sheet.sheet(), cast().principal, "principal"), cast().seal, "school_seal", change=redrawn
            ),
            (1,),
            id="with-the-seal",
        ),
        pytest.param(lambda: sheet.updated(sheet.sheet(), redrawn), (), id="before-any-signature"),
        pytest.param(lambda: by_both(sheet.updated(sheet.sheet(), redrawn)), (), id="before-the-first-signature"),
    ],
)
def test_what_the_rule_let_pass_is_looked_at(pdf: Callable[[], bytes], unlike: tuple[int, ...]) -> None:
    """The rule refuses these itself; here it is taken to have failed."""
    content = pdf()
    evidence = passed(open_pdf(content))
    if unlike and not any(one.described for one in evidence.revisions):
        evidence = replace(
            evidence, revisions=(*evidence.revisions[:-1], replace(evidence.revisions[-1], described=True))
        )
    assert unlike_pages(content, evidence.revisions) == unlike


def test_what_the_rule_refused_is_no_news() -> None:
    content = sheet.sign(sheet.updated(both(), redrawn), cast().teacher, "notary", place=(0, 0, 0, 0))
    evidence = open_pdf(content)
    assert [bool(one.refused) for one in evidence.revisions] == [False, False, False, True, False]
    assert unlike_pages(content, evidence.revisions) == ()


def test_a_security_store_alone_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    one = sheet.sign(sheet.sheet(), cast().principal, "principal")
    asked: list[Any] = []

    def look(*those: Any) -> tuple[int, ...]:  # noqa: ANN401 - as the real one
        asked.append(those)
        return ()

    monkeypatch.setattr("verify.sight.pages_unlike", look)
    for content, looks in ((one, 0), (with_store(one), 0), (sheet.stamp(one, NOW), 1), (both(), 1)):
        asked.clear()
        unlike_pages(content, open_pdf(content).revisions)
        assert len(asked) == looks


def test_a_file_that_looks_different_cannot_be_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hole in the rule: it lets every update pass, and the record in the file is the old one."""
    content = sheet.sign(
        sheet.sign(sheet.sheet(), cast().principal, "principal"), cast().seal, "school_seal", change=redrawn
    )
    assert [one.facts for one in open_document(content).faults] == []
    monkeypatch.setattr(revisions, "refused", lambda *_: "")
    assert [one.facts for one in open_document(content).faults if one.code == "CANNOT_BE_JUDGED"] == [SEEN]
    monkeypatch.setattr(documents, "unlike_pages", lambda *_: ())
    assert open_document(content).faults == ()


# The third voice.


def test_pdfium_counts_what_we_count() -> None:
    found = read_drawn(both())
    assert (found.pages, len(found.signatures), found.failed) == (1, 2, False)
    assert read_drawn(sheet.sheet()) == Drawn(pages=1)
    assert read_drawn(b"nothing") == Drawn(failed=True)


def test_too_many_signatures_are_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "MAX_SIGNATURES", 2)
    assert not read_drawn(both()).failed
    monkeypatch.setattr(drawn, "MAX_SIGNATURES", 1)
    assert read_drawn(both()).failed


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (Drawn(failed=True), "pages drawn"),
        (Drawn(pages=2), "pages drawn"),
        (Drawn(pages=1, signatures=("0" * 64,)), "signatures drawn"),
        (Drawn(pages=1), ""),
    ],
)
def test_another_voice_than_pdfium_s_cannot_be_judged(told: Drawn, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.pdf.read_drawn", lambda _: told)
    assert [one.facts for one in open_pdf(both()).faults] == ([{"readers": what}] if what else [])


def test_the_name_of_a_page_s_size_is_no_matter() -> None:
    def inherited(pdf: Pdf) -> None:
        pdf.Root.Pages.MediaBox = pdf.pages[0].obj.MediaBox
        del pdf.pages[0].obj[Name.MediaBox]

    assert pages_unlike(sheet.sheet(), sheet.sheet(bend=inherited), []) == ()
