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
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
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

from verify.attachment import read_attachment
from verify.evidence import FieldChange, Revision, Unreadable
from verify.objects import entries, value

MAX_REVISIONS = 64
"""Revisions compared: a transcript has two to ten; each comparison reads the whole document."""


def _rule(*, metadata: bool) -> StandardDiffPolicy:
    rules = [XrefStreamRule(), ObjectStreamRule(), DSSCompareRule()]
    if metadata:
        rules += [DocInfoRule(), MetadataUpdateRule()]
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(),
            *(rule.as_qualified(ModificationLevel.LTA_UPDATES) for rule in rules),
        ],
        form_rule=FormUpdatingRule(
            field_rules=[
                SigFieldCreationRule(allow_new_visible_after_certify=True),
                SigFieldModificationRule(allow_in_place_appearance_stream_changes=False),
            ]
        ),
        ignore_orphaned_objects=False,
    )


RULE = _rule(metadata=True)
NO_METADATA = _rule(metadata=False)
"""For what follows a certification signature that forbids all changes (DocMDP 1)."""

TRAILER = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF(\r\n|\n|\r)?")


@dataclass(frozen=True, slots=True)
class Field:
    """A signature field as it stands in some revision; `value` is the object and generation number of its signature."""

    name: str
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
    signed = False
    for index in range(total):
        resolver = reader.get_historical_resolver(index)
        end = ends.get(reader.xrefs.get_startxref_for_revision(index), 0)
        now = {one.name: one for one in fields_of(resolver)}
        # Only what follows a signature is compared: nothing protects what came before.
        earlier = reader.get_historical_resolver(index - 1) if signed else resolver
        revisions.append(
            Revision(
                end=end,
                sha256=hashlib.sha256(memoryview(content)[:end]).hexdigest(),
                attachment=read_attachment(resolver),
                fields=tuple(_changed(before, now)),
                refused=_refused(RULE, earlier, resolver) if signed else "",
                described=bool(certified and signed and _refused(NO_METADATA, earlier, resolver)),
            )
        )
        before, signed = now, any(one.value for one in now.values())
    return tuple(revisions)


def _field(name: str, reference: generic.IndirectObject) -> Field:
    field: Any = reference.get_object()
    signature = field.raw_get("/V") if "/V" in field else None
    if signature is None:
        return Field(name, None, _visible(field))
    if not isinstance(signature, generic.IndirectObject):
        raise PdfReadError("a signature that is no indirect object")
    return Field(name, (signature.idnum, signature.generation), _visible(field))


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


def _refused(rule: StandardDiffPolicy, old: HistoricalResolver, new: HistoricalResolver) -> str:
    """Why a rule refuses a revision, in one word; "" if it does not."""
    try:
        rule.apply(old, new)
    except SuspiciousModification:
        return "more than signatures, validation data and metadata"
    except (PdfReadError, ValueError, TypeError, AttributeError, KeyError, AssertionError, NotImplementedError):
        # What the comparison cannot follow, it cannot clear.
        return "not comparable"
    return ""
