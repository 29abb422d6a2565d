"""Corners of the engine that no file of the table reaches, asked directly."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
import world
from corpus.update import packed, streamed, update
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448
from hostile import PAGE, document, stream
from test_updates import SIGNED, asked, information, nothing_old, updated
from test_updates import base as signed

from verify import existence, references, statusdata
from verify.case import Opened, open_signature
from verify.cms import parse_token
from verify.document import Document
from verify.existence import Believer
from verify.fields import Field
from verify.path import Paths
from verify.pdf import _revision
from verify.report import Reason, Sub
from verify.revisions import read_revisions
from verify.revocation import StatusData
from verify.syntax import Damaged, Ref
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
    assert asked(updated(FORMLESS, information)) == ""
    assert asked(updated(FORMLESS, information, information)) == ""
    assert asked(updated(FORMLESS, nothing_old)) == "an object that nothing refers to"


def test_a_page_tree_has_so_many_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    described = updated(FORMLESS, information)
    monkeypatch.setattr(references, "MAX_PAGES", 2)
    with pytest.raises(Damaged):
        asked(described)
    monkeypatch.setattr(references, "MAX_PAGES", 3)
    assert asked(described) == ""


def test_an_empty_field_has_no_revision() -> None:
    with pytest.raises(IndexError):
        _revision(Field("empty", Ref(1, 0), None, visible=False), Document(FORMLESS))


def unclear(base: bytes, **bent: Any) -> list[str]:  # noqa: ANN401 - how an update is written
    """Why readers may read each revision differently, the first signed one left out."""
    objects = {4: b"<< /Fields [] /SigFlags 3 >>"}
    found = read_revisions(Document(update(base, objects, **bent)), {})
    return [one.unclear for one in found]


def test_a_section_that_readers_may_read_differently() -> None:
    base = document(PAGE)
    catalog = b"%010d 00000 n \n" % base.index(b"1 0 obj")
    assert unclear(base) == ["", ""]
    assert unclear(base, rows={3: b"0000000000 00001 f \n"}) == ["", "freed objects"]
    assert unclear(base, rows={0: b"0000000000 65535 f \n"}) == ["", ""]
    assert unclear(base, size=b"4") == ["", "an object number beyond /Size"]
    assert unclear(base, rows={1: catalog + b"1 1\n" + catalog}) == ["", "an object number twice"]
    hidden = document(PAGE | {6: stream(b"/Type /XRef /W [1 1 1] /Index [0 1] /Size 9", b"\0\0\0")})
    assert unclear(hidden, trailer=b"/Root 1 0 R /XRefStm %d" % hidden.index(b"6 0 obj")) == [
        "",
        "hybrid cross-references that list nothing",
    ]


def test_a_freed_number_that_nothing_refers_to_is_missed_by_nobody() -> None:
    freed = {5: b"0000000000 00001 f \n"}
    base = document(PAGE | {5: b"1", 6: b"2"})
    assert unclear(base, rows=freed) == ["", ""]
    assert unclear(base, rows=freed | {6: b"0000000003 00000 n \n"}) == ["", "freed objects"]


def test_what_follows_a_signature_is_compared_or_cannot_be() -> None:
    def last(content: bytes) -> str:
        return read_revisions(Document(content), {})[-1].unclear

    form = {4: b"<< /Fields 16 0 R /SigFlags 1 >>"}
    assert last(update(signed(), form, trailer=b"/Root 1 0 R /Info 18 0 R")) == ""
    assert last(streamed(signed(), {40: packed(form)}, inside={4: (40, 0)})) == ""
    twice = SIGNED[6].replace(b"seal", b"principal")
    assert last(update(signed(_6=twice), {}, trailer=b"/Root 1 0 R /Info 18 0 R")) == "not comparable"


def test_a_responder_with_another_kind_of_key_signs_nothing() -> None:
    key = ed448.Ed448PrivateKey.generate().public_key()
    response: Any = SimpleNamespace(signature_hash_algorithm=hashes.SHA256(), signature=b"", tbs_response_bytes=b"")
    signer: Any = SimpleNamespace(public_key=lambda: key)
    assert not statusdata._verifies(response, signer)
