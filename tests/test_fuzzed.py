"""What fuzzing found, made small, and the entries that it goes through, with a few inputs bent by chance.

`make fuzz` runs for long (`fuzzing.py`); here the same entries are asked for a second each, bent in the same places of
files whose keys are new at every run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
import sheet
import world
from bending import Node, nodes
from cases import status_data
from cases.algorithms import PSS, keyed
from corpus.genuine import ANNOTATIONS, NOTARY, genuine, unsigned
from entries import ENTRIES, NOTHING
from envelopes import Recipe, enclose, kit_der, signed_data
from world import cast, der

from verify.algorithms import verify_signature
from verify.cms import parse
from verify.der import CONSTRUCTED, OCTET_STRING, Malformed
from verify.path import Paths
from verify.pdf import open_pdf
from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Reason, Sub
from verify.trust import Use

BENT = 60
"""Inputs of each entry."""
DIGEST = bytes(32)
NO_TIME = (b"\x17\x0d", b"\x06\x0d")
"""The tag of a UTCTime, and what makes an identifier of the same octets."""
KEY_USAGE = b"\x55\x1d\x0f"


def damaged(content: bytes, random: Random) -> bytes:
    """A few octets otherwise, gone, or twice: what a fuzzer does where it knows nothing."""
    made = bytearray(content)
    for _ in range(random.choice((1, 2, 4))):
        at = random.randrange(len(made) + 1)
        made[at : at + random.randrange(3)] = random.choice((b"", random.randbytes(1), made[at : at + 9] * 2))
    return bytes(made)


@pytest.mark.filterwarnings("ignore")  # a library that warns of what it reads goes on reading
@pytest.mark.parametrize("name", ENTRIES)
def test_what_is_bent_is_answered(name: str) -> None:
    entry, random = ENTRIES[name], Random(1)  # noqa: S311 - it bends files
    seeds = [*entry.seeds()]
    for one in seeds:
        entry.ask(one)
    for _ in range(BENT):
        entry.ask(entry.bend(random.choice(seeds), random, lambda some: damaged(some, random)))


# What is no name and no reference, where one is looked for.


def test_a_note_that_is_no_object_of_its_own_is_a_change() -> None:
    note = b"<< /Type /Annot /Subtype /FreeText /Contents (10) /Rect [60 690 260 710] >>"
    listed = sheet.text_of(genuine(), ANNOTATIONS)
    content = sheet.appended(genuine(), {ANNOTATIONS: listed.removesuffix(b"]") + note + b"]"})
    assert open_pdf(content).revisions[-1].refused == "a page"
    assert world.judged(content).reasons == (Reason.MODIFIED_AFTER_SIGNING, Reason.UNREGISTERED)


@pytest.mark.parametrize("kind", [b"[ /Sig ]", b"<< /Sig 1 >>", b"(Sig)", b"1"])
def test_a_field_whose_type_is_no_name_is_none(kind: bytes) -> None:
    field = sheet.text_of(genuine(), NOTARY)
    content = sheet.appended(genuine(), {NOTARY: field.replace(b"/FT /Sig", b"/FT " + kind)})
    assert [one.facts for one in open_pdf(content).faults] == [{"qpdf": "", "reader": "a form field"}]


# Two readings of one envelope: each takes another of two, or passes over what it does not know.


def second_signers(whole: Node) -> None:
    """Another SET of signers behind the first."""
    signed = whole.inner[1].inner[0]
    signed.inner.append(signed.inner[-1])


def second_hash(whole: Node) -> None:
    """Another hash function among the parameters of PSS."""
    parameters = whole.inner[1].inner[0].inner[-1].inner[0].inner[4].inner[1]
    parameters.inner.insert(0, parameters.inner[0])


def second_attributes(whole: Node) -> None:
    """Something behind the signature that is no unsigned attribute."""
    signer = whole.inner[1].inner[0].inner[-1].inner[0]
    signer.inner.append(Node(0xA2, b"", []))


@pytest.mark.parametrize("bend", [second_signers, second_hash, second_attributes])
def test_an_envelope_with_a_part_twice_is_refused(bend: Callable[[Node], None]) -> None:
    content = signed_data(keyed("rsa-2048"), DIGEST, PSS)
    assert parse(content).scheme == "rsassa_pss"
    (whole,) = nodes(content)
    assert whole.told() == content
    bend(whole)
    with pytest.raises(Malformed):
        parse(whole.told())


# What a library raises of it, out of an arithmetic or a certificate.


@pytest.mark.parametrize(
    ("octets", "read"), [("02020800", True), ("02020801", False), ("02053fffffffff", False), ("0201ff", False)]
)
def test_a_salt_has_a_length_that_a_signature_can_hold(octets: str, read: bool) -> None:  # noqa: FBT001 - of a table
    (whole,) = nodes(signed_data(keyed("rsa-2048"), DIGEST, PSS))
    parameters = whole.inner[1].inner[0].inner[-1].inner[0].inner[4].inner[1]
    parameters.inner[2].inner = nodes(bytes.fromhex(octets))
    if read:
        assert not verify_signature(parse(whole.told()))
        return
    with pytest.raises(Malformed):
        parse(whole.told())


def without_dates(content: bytes) -> bytes:
    """Dates that are none, in every certificate."""
    return content.replace(*NO_TIME)


def without_uses(content: bytes) -> bytes:
    """A key usage of no bits, not even the number of those unused, in every certificate."""
    (whole,) = nodes(content)
    for one in whole.within():
        if one.inner and one.inner[0].value == KEY_USAGE:
            one.inner[-1] = Node(OCTET_STRING, b"\x03\x00", [])
    return whole.told()


@pytest.mark.parametrize("bend", [without_dates, without_uses])
def test_a_certificate_that_cannot_be_read_leads_nowhere(bend: Callable[[bytes], bytes]) -> None:
    """Judged as any stranger's; the answer is not that nobody could judge it."""
    plain = Recipe(names_certificate="")
    content = enclose(unsigned(), "principal", lambda digest: bend(signed_data(cast().principal, digest, plain)))
    for trust in (NOTHING, world.Trust().snapshot()):
        report = judge(open_pdf(content), trust, HB_1, world.NOW)
        assert [one.conclusion.sub for one in report.signatures] == [Sub.NO_CERTIFICATE_CHAIN_FOUND]
        assert Reason.CANNOT_BE_JUDGED not in report.reasons


def test_a_certificate_without_legible_dates_takes_no_path_away() -> None:
    certificates = (der(cast().principal),)
    above = kit_der(cast().authority.certificate)
    anchors = world.Trust().snapshot().anchors
    for helpers in ([above], [above.replace(*NO_TIME), above]):
        assert Paths(anchors, helpers).find(certificates, Use.DOCUMENT) is not None


def in_pieces(certificate: bytes) -> bytes:
    """The value of an extension in two pieces (BER): one library makes it whole, and the signature over it holds."""
    (whole,) = nodes(certificate)
    holder = whole.inner[0].inner[-1].inner[0].inner[0]
    octets = holder.inner[-1].told()[2:]
    pieces = [Node(OCTET_STRING, octets[:2], []), Node(OCTET_STRING, octets[2:], [])]
    holder.inner[-1] = Node(OCTET_STRING | CONSTRUCTED, b"", pieces, open=True)
    return whole.told()


@pytest.mark.parametrize("found", [False, True])
def test_a_certificate_that_is_no_der_leads_nowhere_and_takes_no_path_away(found: bool) -> None:  # noqa: FBT001 - of a table
    above = kit_der(cast().authority.certificate)
    carried = (in_pieces(above), above) if found else (in_pieces(above),)
    alone = replace(cast().principal, chain=())
    content = enclose(unsigned(), "principal", lambda digest: signed_data(alone, digest, Recipe(certificates=carried)))
    content = sheet.stored(content, CRLs=[status_data.GOOD_CRL])
    report = judge(open_pdf(content), world.Trust().snapshot(), HB_1, world.NOW)
    (signature,) = report.signatures
    assert (signature.conclusion.sub is Sub.NO_CERTIFICATE_CHAIN_FOUND) is not found
    assert Reason.CANNOT_BE_JUDGED not in report.reasons
