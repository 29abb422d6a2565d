"""Edits of records and PDFs that samples need beside writing and signing: corrections, forgeries, an archive's work."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import crl as asn1_crl
from pyhanko.pdf_utils import generic as pyhanko_objects
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import DocumentSecurityStore

from issuers import kit, pupils, symbol
from verify.claims import read_claims

generic: Any = pyhanko_objects  # half of its methods have no types

FREE = (60, 50, 270, 110)
"""A box at the foot of the last page, where nothing is printed; the QR code stands to the right of it."""


TEN = 100
"""The best score, as a code writes it."""


def corrected(first: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Version 2 of a record: half a point less in one semester, and what follows for the year."""
    record, reason = copy.deepcopy(dict(first)), "Nhập nhầm điểm học kì II (mẫu)"
    day = at.date().isoformat()
    year = record["years"][-1]
    subject = next(one for one in year["subjects"] if one["assessed_by"] == "score")
    first_term, second_term = (round(subject[term] * 10) for term in ("semester_1", "semester_2"))
    new = {"semester_2": second_term - 5, "year": pupils.year_average(first_term, second_term - 5)}
    for field, mark in new.items():
        change = {"subject": subject["code"], "field": field, "old": subject[field], "new": mark / 10}
        year["corrections"].append({**change, "on": day, "reason": reason})
        subject[field] = mark / 10
    year["learning_result"] = pupils.learning_result(pupils.averages(year["subjects"]))
    record["version"], record["issued_on"] = 2, day
    record["supersedes"] = {
        "number": record["number"],
        "version": 1,
        "record_digest": kit.digests(first, b"").record_digest,
    }
    record["amendment"] = {
        "reason_code": "entry_error",
        "reason": reason,
        "requested_by": "Giáo viên chủ nhiệm (mẫu)",
        "confirmed_by": "Hiệu trưởng (mẫu)",
        "reported_to": record["issuer"]["department_code"],
        "decision_no": "31/QĐ (mẫu)",
        "on": day,
    }
    return record


def better(record: Mapping[str, Any]) -> dict[str, Any]:
    """The same record with tens wherever marks are numbers: sums that add up, and still not what was signed."""
    better = copy.deepcopy(dict(record))
    for year in better["years"]:
        for subject in year["subjects"]:
            if subject["assessed_by"] == "score":
                subject.update(semester_1=10, semester_2=10, year=10)
    return better


def forged(code: symbol.Code, public_url: str) -> symbol.Code:
    """The code with a ten wherever it says a score, under the signature that stood under other grades."""
    claims = read_claims(code.claims)
    marks = bytes(max(TEN, mark) for mark in claims.marks or b"")
    payload = symbol.encode(replace(claims, marks=marks))
    envelope = code.envelope.replace(code.claims, payload)
    text = symbol.text_of(envelope, public_url)
    return replace(code, text=text, claims=payload, envelope=envelope, symbol=symbol.draw(text))


def with_record(pdf: bytes, record: Mapping[str, Any]) -> bytes:
    """The PDF with another record embedded, by an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    named = {generic.pdf_name("/Type"): generic.pdf_name("/EmbeddedFile")}
    files = writer.root["/AF"][0]["/EF"]
    files["/F"] = files["/UF"] = writer.add_object(generic.StreamObject(named, stream_data=kit.canonical(record)))
    writer.update_container(files)
    return _written(writer)


def with_second_record(pdf: bytes, record: Mapping[str, Any]) -> bytes:
    """The PDF with one record more beside its own, under the same name."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    named = {generic.pdf_name("/Type"): generic.pdf_name("/EmbeddedFile")}
    stream = writer.add_object(generic.StreamObject(named, stream_data=kit.canonical(record)))
    spec = generic.DictionaryObject({**writer.root["/AF"][0]})
    spec["/EF"] = generic.DictionaryObject({generic.pdf_name("/F"): stream, generic.pdf_name("/UF"): stream})
    reference = writer.add_object(spec)
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    writer.root["/AF"].append(reference)
    names.append(names[0])
    names.append(reference)
    for changed in (writer.root["/AF"], names):
        writer.update_container(changed)
    return _written(writer)


def with_script(pdf: bytes) -> bytes:
    """The PDF with a script that runs when it is opened."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    action = {generic.pdf_name("/S"): generic.pdf_name("/JavaScript"), generic.pdf_name("/JS"): generic.pdf_string("1")}
    root: Any = writer.root
    root["/OpenAction"] = writer.add_object(generic.DictionaryObject(action))
    writer.update_container(root)
    return _written(writer)


def archived(pdf: bytes, crls: Iterable[bytes], clock: TimeStamper) -> bytes:
    """The PDF with status data in its security store, and a document time-stamp over all of it: PAdES B-LTA."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    lists = [asn1_crl.CertificateList.load(one) for one in crls]
    DocumentSecurityStore.supply_dss_in_writer(writer, None, crls=lists)
    stored = BytesIO(_written(writer))
    stamped: BytesIO = PdfTimeStamper(clock).timestamp_pdf(IncrementalPdfFileWriter(stored), "sha256")
    return stamped.getvalue()


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()
