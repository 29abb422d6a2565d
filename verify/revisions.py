"""The revisions of a PDF, and what each changed against the one before.

pyHanko compares; the rule is ours: adding signatures, validation data, document time-stamps, document information and
metadata, nothing else. Its rule that lets ordinary form fields change is left out (a "replace" shadow attack passes
with it), and objects that nothing refers to are refused (a signed page may refer to a number not yet given out).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionMetaInfo, XRefSectionType
from pyhanko.sign.diff_analysis import FormUpdatingRule, ModificationLevel, StandardDiffPolicy, SuspiciousModification
from pyhanko.sign.diff_analysis.rules.file_structure_rules import (
    CatalogModificationRule,
    ObjectStreamRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    DSSCompareRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.diff_analysis.rules.metadata_rules import DocInfoRule, MetadataUpdateRule
from pyhanko.sign.fields import enumerate_sig_fields

from verify.appended import Section, fault
from verify.attachment import read_attachment
from verify.evidence import FieldChange, Revision, Unreadable
from verify.objects import entries, value
from verify.overrides import replaced

MAX_REVISIONS = 64
"""Revisions compared: a transcript has two to ten; each comparison reads the whole document."""


@cache
def rule(*, metadata: bool, signatures_only: bool) -> StandardDiffPolicy:
    """What a revision may change: `metadata`, and in a form with `signatures_only` its defaults for text fields.

    With other fields in the form, defaults and /NeedAppearances would change what those show.
    """
    described = [DocInfoRule(), MetadataUpdateRule()] if metadata else []
    exempt = {"/Fields", "/SigFlags"} | ({"/DR", "/DA", "/Q"} if signatures_only else set())
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(),
            *(
                one.as_qualified(ModificationLevel.LTA_UPDATES)
                for one in (XrefStreamRule(), ObjectStreamRule(), DSSCompareRule(), *described)
            ),
        ],
        form_rule=FormUpdatingRule(
            field_rules=[
                SigFieldCreationRule(allow_new_visible_after_certify=True),
                SigFieldModificationRule(allow_in_place_appearance_stream_changes=False),
            ],
            ignored_acroform_keys=frozenset(exempt),
        ),
        ignore_orphaned_objects=False,
    )


UNREADABLE = (PdfReadError, ValueError, TypeError, AttributeError, KeyError, AssertionError, NotImplementedError)
"""What the comparison raises on a tree that it cannot follow: what it cannot follow, it cannot clear."""

TRAILER = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF(\r\n|\n|\r)?")


@dataclass(frozen=True, slots=True)
class Field:
    """A signature field as it stands in some revision; `number` is its object's, `value` its signature's."""

    name: str
    number: tuple[int, int]
    value: tuple[int, int] | None
    visible: bool


def fields_of(handler: PdfFileReader | HistoricalResolver) -> list[Field]:
    """All signature fields, filled or not. Raises PdfReadError for a signature that is not an indirect object."""
    return [_field(str(name), reference) for name, _, reference in enumerate_sig_fields(handler)]


def signature_of(reader: PdfFileReader, field: Field) -> generic.DictionaryObject:
    """The signature dictionary of a filled field. Raises PdfReadError if it is none."""
    if field.value is None:
        raise PdfReadError("an empty field")
    dictionary = reader.get_object(generic.Reference(*field.value, pdf=reader))
    if not isinstance(dictionary, generic.DictionaryObject):
        raise PdfReadError("a signature that is no dictionary")
    return dictionary


def read_revisions(reader: PdfFileReader, content: bytes, *, certified: bool) -> tuple[Revision, ...]:
    """Every revision, oldest first; `certified`: some signature forbids all changes. Raises Unreadable past a limit."""
    total = reader.xrefs.total_revisions
    if total > MAX_REVISIONS:
        raise Unreadable("limit", "revisions")
    ends = {int(match[1]): match.end() for match in TRAILER.finditer(content)}
    revisions: list[Revision] = []
    before: dict[str, Field] = {}
    begin, signed = 0, False
    for index in range(total):
        resolver = reader.get_historical_resolver(index)
        section, unclear = _section(reader, index)
        end = ends.get(reader.xrefs.get_startxref_for_revision(index), 0)
        now = {one.name: one for one in fields_of(resolver)}
        refused, described = "", False
        if signed:
            # Only what follows a signature is compared: nothing protects what came before.
            unclear = unclear or fault(content, begin, end, section)
            earlier = reader.get_historical_resolver(index - 1)
            filled = {name: one.number for name, one in now.items() if one.value and not _filled(before, name)}
            try:
                refused = replaced(earlier, resolver, filled) or _refused(earlier, resolver, metadata=True)
                described = certified and bool(_refused(earlier, resolver, metadata=False))
            except UNREADABLE:
                unclear = unclear or "not comparable"
        revisions.append(
            Revision(
                end=end,
                sha256=hashlib.sha256(memoryview(content)[:end]).hexdigest(),
                attachment=read_attachment(resolver),
                fields=tuple(_changed(before, now)),
                refused=refused,
                described=described,
                unclear=unclear,
            )
        )
        begin, before, signed = end, now, any(one.value for one in now.values())
    return tuple(revisions)


def _filled(before: dict[str, Field], name: str) -> bool:
    return name in before and before[name].value is not None


def _section(reader: PdfFileReader, index: int) -> tuple[Section, str]:
    """The cross-reference section of a revision, and why two readers may read it differently."""
    data, meta = reader.xrefs.get_xref_data(index), reader.xrefs.get_xref_container_info(index)
    stream = meta.xref_section_type is XRefSectionType.STREAM
    section = Section(
        start=meta.declared_startxref,
        objects={offset: (number, generation) for number, (generation, offset) in data.standard_xrefs.items()},
        stream=stream,
    )
    numbers = [*data.standard_xrefs, *data.xrefs_in_objstm]
    if data.hybrid is not None:
        return section, "hybrid cross-references"
    if (stream and _repeated(reader, meta)) or len(set(numbers)) != len(numbers):
        return section, "an object number twice"
    if max(numbers, default=0) >= meta.size:
        return section, "an object number beyond /Size"
    if index and data.freed:
        return section, "freed objects"
    if any(_shadowed(reader, number) for number in data.obj_streams_used):
        return section, "an object number twice in an object stream"
    return section, ""


def _repeated(reader: PdfFileReader, meta: XRefSectionMetaInfo) -> bool:
    """Whether the ranges of /Index of a cross-reference stream overlap."""
    if meta.stream_ref is None:
        return False
    index = [int(one) for one in entries(value(reader.get_object(meta.stream_ref), "/Index"))]
    ranges = sorted(zip(index[::2], index[1::2], strict=True))
    return any(first + count > following for (first, count), (following, _) in pairwise(ranges))


def _shadowed(reader: PdfFileReader, number: int) -> bool:
    """Whether the header of an object stream gives one number twice: readers take the first or the last."""
    stream = reader.get_object(generic.Reference(number, pdf=reader))
    header = stream.data[: int(value(stream, "/First"))].split()
    numbers = header[::2]
    return len(set(numbers)) != len(numbers)


def _field(name: str, reference: generic.IndirectObject) -> Field:
    field: Any = reference.get_object()
    number = (reference.idnum, reference.generation)
    signature = field.raw_get("/V") if "/V" in field else None
    if signature is None:
        return Field(name, number, None, _visible(field))
    if not isinstance(signature, generic.IndirectObject):
        raise PdfReadError("a signature that is no indirect object")
    return Field(name, number, (signature.idnum, signature.generation), _visible(field))


def _visible(field: Any) -> bool:  # noqa: ANN401 - a PDF dictionary
    """Whether any widget of the field has a rectangle with an area; what cannot be read counts as seen."""
    widgets = [field, *entries(value(field, "/Kids"))]
    return any(_has_area(widget) for widget in widgets if "/Rect" in widget)


def _has_area(widget: Any) -> bool:  # noqa: ANN401 - a PDF dictionary
    try:
        left, bottom, right, top = (float(one) for one in widget["/Rect"])
    except (TypeError, ValueError):
        return True
    return (right - left) * (top - bottom) != 0


def _changed(before: dict[str, Field], now: dict[str, Field]) -> Iterator[FieldChange]:
    for name, field in now.items():
        old = before.get(name)
        created = old is None
        filled = field.value is not None and (old is None or old.value is None)
        if created or filled:
            yield FieldChange(name, created, filled, field.visible)


def _refused(old: HistoricalResolver, new: HistoricalResolver, *, metadata: bool) -> str:
    """Why the reader's rules refuse a revision, in a few words; "" if they do not. Raises one of UNREADABLE."""
    form = value(old.root, "/AcroForm")
    fields = entries(value(form, "/Fields")) if form is not None else ()
    signatures_only = all(value(one, "/FT") == "/Sig" for one in fields)
    try:
        rule(metadata=metadata, signatures_only=signatures_only).apply(old, new)
    except SuspiciousModification:
        return "more than signatures, validation data and metadata"
    return ""
