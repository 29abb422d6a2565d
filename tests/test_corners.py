"""Corners of the engine that no file of the table reaches, asked directly."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
import world
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448
from hostile import PAGE, document
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType
from test_overrides import asked, information, nothing_old, updated

from verify import existence, overrides, revisions, statusdata
from verify.case import Opened, open_signature
from verify.cms import parse_token
from verify.existence import Believer
from verify.path import Paths
from verify.pdf import _revision
from verify.report import Reason, Sub
from verify.revisions import Field
from verify.revocation import StatusData
from verify.trust import Kind


def test_a_stale_time_stamp_authority_is_told() -> None:
    report = world.judged(world.signed(world.SIGNED, world.SIGNED), world.Trust(revocation="crl"))
    assert Reason.STALE_DATA in report.reasons


def test_a_signature_without_cms_has_no_tokens() -> None:
    signature = world.opened(world.signed()).signatures[0]
    assert list(existence._over_value(Opened(signature))) == []
    assert list(existence._tokens(Opened(signature), [b"junk"])) == []


def test_a_token_that_is_not_whole_says_nothing() -> None:
    signature = world.opened(world.signed(world.SIGNED, world.SIGNED)).signatures[0]
    signed = open_signature(signature).signed
    assert signed is not None
    token = signed.timestamps[0]
    assert len(list(existence._tokens(Opened(signature), [token]))) == 1
    assert list(existence._tokens(Opened(signature), [token[:-1] + bytes([token[-1] ^ 1])])) == []


def test_eight_tokens_of_a_signature_are_asked() -> None:
    signature = world.opened(world.signed(world.SIGNED, world.SIGNED)).signatures[0]
    signed = open_signature(signature).signed
    assert signed is not None
    assert len(list(existence._tokens(Opened(signature), [b"junk"] * 7 + [signed.timestamps[0]]))) == 1
    assert list(existence._tokens(Opened(signature), [b"junk"] * 8 + [signed.timestamps[0]])) == []


def test_a_token_with_a_weak_imprint_is_nobodys_word() -> None:
    signature = world.opened(world.signed(world.SIGNED, world.SIGNED)).signatures[0]
    signed = open_signature(signature).signed
    assert signed is not None
    trust = world.Trust().snapshot()
    believer = Believer(trust, Paths(trust.anchors, ()), StatusData(trust), world.NOW)
    token = parse_token(signed.timestamps[0])
    assert existence._authority(token, believer) is not None
    assert existence._authority(replace(token, imprint_name="sha1"), believer) is None


@pytest.mark.parametrize(("departments", "linked"), [(6, True), (7, False)])
def test_eight_issuers_are_climbed(departments: int, linked: bool) -> None:  # noqa: FBT001 - a column
    codes = [world.SCHOOL, *(f"SGD{number}" for number in range(departments)), world.MINISTRY]
    tower = [world.issuer(code, Kind.DEPARTMENT, "Sở (mẫu)", above) for code, above in pairwise(codes[1:])]
    whole = world.school()
    school = replace(whole, periods=(replace(whole.periods[0], parent=codes[1]),))
    trust = world.Trust(school=school, more_issuers=tuple(tower))
    found = world.judged(world.signed(), trust).signatures[0].conclusion.findings
    assert (Sub.HB_NOT_APPOINTED_AT_TIME not in {one.code for one in found}) is linked


FORMLESS = document(PAGE | {1: b"<< /Type /Catalog /Pages 2 0 R >>"})


def test_a_file_without_a_form_may_be_described() -> None:
    assert asked(updated(FORMLESS, information, information)) == ""
    assert asked(updated(FORMLESS, nothing_old)) == ""
    bare = PdfFileReader(BytesIO(FORMLESS)).get_historical_resolver(0)
    assert overrides._plain_information(bare)


def test_a_page_tree_has_so_many_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overrides, "MAX_PAGES", 0)
    with pytest.raises(PdfReadError):
        asked(updated(FORMLESS, information))


def test_an_empty_field_has_no_revision() -> None:
    with pytest.raises(PdfReadError):
        _revision(Field("empty", (1, 0), None, visible=False), PdfFileReader(BytesIO(FORMLESS)))


def section(**changes: Any) -> str:  # noqa: ANN401 - fields of a reader's section
    """Why a cross-reference section of such data is ambiguous."""
    data = {"standard_xrefs": {1: (0, 9)}, "xrefs_in_objstm": {}, "hybrid": None, "freed": {}, "obj_streams_used": ()}
    meta = SimpleNamespace(xref_section_type=XRefSectionType.STANDARD, declared_startxref=9, size=5, stream_ref=None)
    xrefs = SimpleNamespace(
        get_xref_data=lambda _: SimpleNamespace(**(data | changes)), get_xref_container_info=lambda _: meta
    )
    reader: Any = SimpleNamespace(xrefs=xrefs)
    return revisions._section(reader, 1)[1]


def test_a_section_that_readers_may_read_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    assert section() == ""
    assert section(hybrid=object()) == "hybrid cross-references"
    assert section(xrefs_in_objstm={1: object()}) == "an object number twice"
    assert section(standard_xrefs={5: (0, 9)}) == "an object number beyond /Size"
    assert section(freed={1: 1}) == "freed objects"
    monkeypatch.setattr(revisions, "_shadowed", lambda *_: True)
    assert section(obj_streams_used=(3,)) == "an object number twice in an object stream"


def test_a_stream_section_without_a_stream_repeats_nothing() -> None:
    meta: Any = SimpleNamespace(stream_ref=None)
    reader: Any = None
    assert not revisions._repeated(reader, meta)


def test_a_responder_with_another_kind_of_key_signs_nothing() -> None:
    key = ed448.Ed448PrivateKey.generate().public_key()
    response: Any = SimpleNamespace(signature_hash_algorithm=hashes.SHA256(), signature=b"", tbs_response_bytes=b"")
    signer: Any = SimpleNamespace(public_key=lambda: key)
    assert not statusdata._verifies(response, signer)
