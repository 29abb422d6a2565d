"""Files encrypted with an empty password: read where all is encrypted alike and never changes, else told why not."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
import pytest
import sheet
import world
from corpus.update import packed, streamed, update
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from test_two_readers import plain, theirs
from world import SIGNED, cast

from issuers import kit
from verify import encryption
from verify.attachment import read_attachment
from verify.document import Document
from verify.encryption import Encryption, read_encryption
from verify.evidence import Unreadable
from verify.pdf import open_pdf
from verify.report import Verdict
from verify.syntax import Damaged, Ref, Stream

KINDS: dict[str, dict[str, Any]] = {
    "rc4-of-40-bits": {"R": 2, "aes": False, "metadata": False},
    "rc4-of-128-bits": {"R": 3, "aes": False, "metadata": False},
    "rc4-by-a-crypt-filter": {"R": 4, "aes": False, "metadata": False},
    "aes-128": {"R": 4},
    "aes-128-but-for-metadata": {"R": 4, "metadata": False},
    "aes-256": {"R": 6},
    "aes-256-but-for-metadata": {"R": 6, "metadata": False},
}


XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta><?xpacket end="w"?>'
)


@cache
def locked(
    kind: str = "aes-128",
    user: str = "",
    owner: str = "owner",
    *,
    described: bool = False,
    **options: Any,  # noqa: ANN401 - pikepdf's
) -> bytes:
    """A transcript with empty signature fields, and perhaps metadata, as qpdf encrypts it."""
    with pikepdf.open(BytesIO(sheet.sheet(bend=describe if described else None))) as opened:
        out = BytesIO()
        lock = pikepdf.Encryption(owner=owner, user=user, **KINDS.get(kind, {"R": 5}))
        opened.save(out, encryption=lock, **options)
    return out.getvalue()


def describe(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata = pdf.make_stream(XMP, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)


def writer(pdf: bytes) -> Any:  # noqa: ANN401 - pyHanko's
    made: Any = IncrementalPdfFileWriter(BytesIO(pdf))
    made.encrypt("")
    return made


def signed(pdf: bytes) -> bytes:
    """Signed by principal and seal, with a tool that knows the empty password."""
    for name, signer in (("principal", cast().principal), ("school_seal", cast().seal)):
        meta = PdfSignatureMetadata(field_name=name, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
        pdf = PdfSigner(meta, kit.CmsSigner(signer)).sign_pdf(writer(pdf), bytes_reserved=sheet.RESERVED).getvalue()
    return pdf


@cache
def transcript(kind: str = "aes-128") -> bytes:
    return signed(locked(kind))


def answer(pdf: bytes) -> tuple[Verdict, tuple[str, ...]]:
    """What comes of a file. Raises Unreadable."""
    report = world.judged(pdf, world.Trust(versions=(world.registration(),)))
    return report.verdict, report.reasons


def why(pdf: bytes) -> str:
    """The word with which our reader refuses a file."""
    return next((str(one.facts["reader"]) for one in open_pdf(pdf).faults if "reader" in one.facts), "")


# What is read.


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_file_that_opens_without_a_password_is_judged_like_any_other(kind: str) -> None:
    assert answer(transcript(kind)) == (Verdict.VALID, ())


@pytest.mark.parametrize(
    "options",
    [{"object_stream_mode": pikepdf.ObjectStreamMode.generate}, {"linearize": True}],
    ids=["with-object-streams", "linearized"],
)
@pytest.mark.parametrize("kind", ["rc4-of-128-bits", "aes-256"])
def test_it_may_be_packed_or_linearized(kind: str, options: dict[str, Any]) -> None:
    pdf = locked(kind, **options)
    assert answer(signed(pdf)) == (Verdict.VALID, ())


@pytest.mark.parametrize("kind", [*KINDS, "aes-256-of-an-earlier-draft"])
def test_every_object_is_what_qpdf_deciphers(kind: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Encryption R=5 is deprecated")
        pdf = transcript(kind) if kind in KINDS else locked(kind)
    view = Document(pdf).last
    numbers = {Ref(number, 0) for number in view.places} - {view.trailer["/Encrypt"]}
    found = {number: view.get(number) for number in numbers}
    read = theirs(pdf, found)
    assert len(found) > 8
    assert {number: plain(one) for number, one in found.items()} == {number: plain(one) for number, one in read.items()}
    streams = [
        view.decoded(one)
        for one in found.values()
        if isinstance(one, Stream) and one.dictionary.get("/Type") != "/Metadata"
    ]
    assert sheet.RECORD in streams
    assert any(b"SO DIEM" in one for one in streams)


def test_the_dictionary_may_stand_in_the_trailer() -> None:
    """Strings of a trailer are never encrypted (7.6.1)."""
    number, text = entry_of(locked())
    at = locked().rindex(b"trailer <<")
    pdf = locked()[:at] + locked()[at:].replace(b"/Encrypt %d 0 R" % number, b"/Encrypt " + text)
    assert Document(pdf).last.trailer["/Encrypt"]["/V"] == 4
    pdf = pdf.replace(text, b"null" + b" " * (len(text) - 4), 1)
    assert read_attachment(Document(pdf).last).content == sheet.RECORD
    assert answer(pdf) == (Verdict.INVALID, ("NO_SIGNATURE",))


def test_an_unsigned_one_is_an_unsigned_one() -> None:
    assert answer(locked()) == (Verdict.INVALID, ("NO_SIGNATURE",))


def test_metadata_may_be_plain_and_only_where_the_file_says_so() -> None:
    for kind in ("aes-256", "aes-256-but-for-metadata"):
        pdf = locked(kind, described=True, compress_streams=False)
        view = Document(pdf).last
        held = view.get(view.root["/Metadata"])
        assert pdf.startswith(b"<?xpacket", held.begin) is (kind != "aes-256")
        assert view.decoded(held).startswith(b"<?xpacket")


# What is not.


def test_a_file_that_needs_a_password_is_not_opened() -> None:
    for kind in KINDS:
        with pytest.raises(Unreadable) as refused:
            open_pdf(locked(kind, user="secret"))
        assert refused.value.code == "password"


def test_an_empty_owners_password_is_not_the_users() -> None:
    for kind in ("rc4-of-40-bits", "aes-128", "aes-256"):
        with pytest.raises(Damaged, match="with a password"):
            Document(locked(kind, user="secret", owner=""))


def entry_of(pdf: bytes) -> tuple[int, bytes]:
    """The number and text of a file's dictionary of encryption."""
    number = Document(pdf).last.trailer["/Encrypt"].number
    return number, sheet.text_of(pdf, number)


def unlocked(pdf: bytes) -> bytes:
    """An update that says nothing of encryption, and writes in the plain."""
    return update(pdf, {90: b"(plain)"}, trailer=told(pdf, "/Root", "/ID"))


def told(pdf: bytes, *keys: str) -> bytes:
    trailer = Document(pdf).last.trailer
    identifier = b"[ %s ]" % b" ".join(b"<%s>" % one.hex().encode() for one in trailer["/ID"])
    values = {"/Root": b"%d 0 R" % trailer["/Root"].number, "/ID": identifier}
    values["/Encrypt"] = b"%d 0 R" % entry_of(pdf)[0]
    return b" ".join(b"%s %s" % (key.encode(), values[key]) for key in keys)


def another(pdf: bytes) -> bytes:
    _, text = entry_of(pdf)
    return update(pdf, {90: text}, trailer=told(pdf, "/Root", "/ID") + b" /Encrypt 90 0 R")


def written_anew(pdf: bytes) -> bytes:
    number, text = entry_of(pdf)
    return update(pdf, {number: text}, trailer=told(pdf, "/Root", "/ID", "/Encrypt"))


def direct(pdf: bytes) -> bytes:
    _, text = entry_of(pdf)
    return update(pdf, {}, trailer=told(pdf, "/Root", "/ID") + b" /Encrypt " + text)


def renamed(pdf: bytes) -> bytes:
    return update(pdf, {}, trailer=told(pdf, "/Root", "/Encrypt") + b" /ID [ <00> <00> ]")


def unnamed(pdf: bytes) -> bytes:
    return update(pdf, {}, trailer=told(pdf, "/Root", "/Encrypt"))


def later(_: bytes) -> bytes:
    return update(sheet.sheet(), {90: entry_of(locked())[1]}, trailer=b"/Root 1 0 R /Encrypt 90 0 R")


def forgotten(pdf: bytes) -> bytes:
    """The older of two sections of one revision is locked, and the newer is not."""
    at = pdf.rindex(b"%%EOF")
    return unlocked(pdf).replace(pdf, pdf[:at] + b"%%EOX" + pdf[at + 5 :])


def inside(pdf: bytes) -> bytes:
    """The dictionary moves into an object stream, which is encrypted by it."""
    number, text = entry_of(pdf)
    entries = told(pdf, "/ID", "/Encrypt")
    return streamed(pdf, {91: packed({number: text})}, inside={number: (91, 0)}, entries=entries)


def elsewhere(pdf: bytes) -> bytes:
    """The dictionary stands where another number does."""
    return pdf.replace(b"\n%d 0 obj" % entry_of(pdf)[0], b"\n77 0 obj")


CHANGES = "encryption that begins or changes later"
TRICKS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "an-update-drops-it": (unlocked, CHANGES),
    "an-update-names-another": (another, CHANGES),
    "an-update-writes-it-anew": (written_anew, CHANGES),
    "an-update-writes-it-into-the-trailer": (direct, CHANGES),
    "an-update-packs-it": (inside, CHANGES),
    "an-update-brings-it": (later, CHANGES),
    "an-older-section-alone-has-it": (forgotten, CHANGES),
    "an-update-changes-the-identifier": (renamed, "an identifier that changes"),
    "an-update-drops-the-identifier": (unnamed, "an identifier that changes"),
    "it-is-another-object": (elsewhere, "an object that is another"),
}


@pytest.mark.parametrize("name", TRICKS)
def test_encryption_begins_with_the_file_and_never_changes(name: str) -> None:
    trick, word = TRICKS[name]
    with pytest.raises(Damaged) as refused:
        Document(trick(locked()))
    assert str(refused.value) == word


@pytest.mark.parametrize("name", [one for one in TRICKS if one.startswith("an-update-") and "brings" not in one])
def test_an_update_that_plays_with_the_encryption_is_never_valid(name: str) -> None:
    try:
        verdict, reasons = answer(TRICKS[name][0](transcript()))
    except Unreadable:  # qpdf does not open it either
        return
    assert (verdict, "CANNOT_BE_JUDGED" in reasons) == (Verdict.INDETERMINATE, True)


def test_a_change_that_is_encrypted_well_is_a_change() -> None:
    def change(made: Any) -> None:  # noqa: ANN401 - pyHanko's
        page = made.root["/Pages"]["/Kids"][0].get_object()
        page["/Rotate"] = sheet.generic.NumberObject(90)
        made.mark_update(page.container_ref)

    made, out = writer(transcript()), BytesIO()
    change(made)
    made.write(out)
    assert answer(out.getvalue()) == (Verdict.INVALID, ("MODIFIED_AFTER_SIGNING",))


@pytest.mark.parametrize("kind", ["rc4-of-40-bits", "aes-256"])
def test_readers_disagree_about_a_document_time_stamp(kind: str) -> None:
    """Its octets are plain like a signature's (7.6.2); qpdf and pdfium decipher them, and have others."""
    stamper = world.stamper(SIGNED + timedelta(days=1))
    assert stamper is not None
    made: BytesIO = PdfTimeStamper(stamper).timestamp_pdf(
        writer(transcript(kind)), "sha256", bytes_reserved=sheet.RESERVED
    )
    evidence = open_pdf(made.getvalue())
    assert [(one.timestamp, one.fault) for one in evidence.signatures] == [(False, ""), (False, ""), (True, "")]
    assert {"readers": "signatures"} in [dict(one.facts) for one in evidence.faults]


# The dictionary.


def dictionary(kind: str = "aes-128", **changes: Any) -> tuple[dict[str, Any], bytes]:  # noqa: ANN401 - PDF objects
    """What a file says under /Encrypt, bent; and its identifier."""
    view = Document(locked(kind)).last
    bent = view.dictionary(view.trailer["/Encrypt"]) | {f"/{key}": held for key, held in changes.items()}
    return {key: held for key, held in bent.items() if held is not None}, view.trailer["/ID"][0]


def filtered(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - PDF objects
    return {"/StdCF": {"/CFM": "/AESV2"} | {f"/{key}": held for key, held in changes.items()}}


GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "as-written": ("aes-128", {}),
    "no-length": ("aes-128", {"Length": None}),
    "no-length-of-40-bits": ("rc4-of-40-bits", {"Length": None}),
    "permissions-without-a-sign": ("aes-128", {"P": (1 << 32) - 1028}),
    "bits-for-octets": ("aes-128", {"CF": filtered(Length=128)}),
    "no-word-on-when": ("aes-128", {"CF": filtered()}),
    "attachments-alike": ("aes-128", {"EFF": "/StdCF"}),
    "filled-up": ("aes-256", {"U": dictionary("aes-256")[0]["/U"] + bytes(79)}),
}


@pytest.mark.parametrize("name", GOOD)
def test_one_way_of_reading_is_enough(name: str) -> None:
    kind, changes = GOOD[name]
    assert read_encryption(*dictionary(kind, **changes)) == read_encryption(*dictionary(kind))


def test_nothing_at_all_may_be_enciphered() -> None:
    found = read_encryption(*dictionary(StmF=None, StrF=None, CF=None))
    assert found == read_encryption(*dictionary(StmF="/Identity", StrF="/Identity"))
    assert found.plain(Ref(1, 0), [b"abc"]) == [b"abc"]
    assert found.stream(Ref(1, 0), {}, b"abc") == b"abc"


DICTIONARY, PARTS = "a dictionary of encryption", "encryption that leaves something out"
KIND, LENGTH, FILTER = "encryption of another kind", "the length of a key", "a crypt filter"
BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "another-handler": ("aes-128", {"Filter": "/Adobe.PubSec"}, "encryption by another handler"),
    "no-handler": ("aes-128", {"Filter": None}, "encryption by another handler"),
    "a-form-of-another-handler": ("aes-128", {"SubFilter": "/adbe.pkcs7.s5"}, "encryption by another handler"),
    "no-version": ("aes-128", {"V": None}, KIND),
    "version-3": ("aes-128", {"V": 3}, KIND),
    "version-6": ("aes-256", {"V": 6}, KIND),
    "another-revision": ("aes-128", {"R": 3}, KIND),
    "revision-7": ("aes-256", {"R": 7}, KIND),
    "a-version-that-is-a-fraction": ("aes-128", {"V": 4.0}, KIND),
    "a-revision-that-is-a-list": ("aes-128", {"R": [4]}, KIND),
    "too-short": ("rc4-of-128-bits", {"Length": 32}, LENGTH),
    "too-long": ("rc4-of-128-bits", {"Length": 256}, LENGTH),
    "no-octets": ("rc4-of-128-bits", {"Length": 60}, LENGTH),
    "another-length-of-40-bits": ("rc4-of-40-bits", {"Length": 128}, LENGTH),
    "another-length-of-aes": ("aes-128", {"Length": 40}, LENGTH),
    "a-length-that-is-a-fraction": ("aes-128", {"Length": 128.0}, LENGTH),
    "another-length-of-a-filter": ("aes-128", {"CF": filtered(Length=32)}, LENGTH),
    "strings-left-out": ("aes-128", {"StrF": "/Identity"}, PARTS),
    "strings-not-named": ("aes-128", {"StrF": None}, PARTS),
    "streams-left-out": ("aes-128", {"StmF": "/Identity"}, PARTS),
    "attachments-left-out": ("aes-128", {"EFF": "/Identity"}, PARTS),
    "attachments-alone": ("aes-128", {"StmF": None, "StrF": None, "EFF": "/StdCF"}, PARTS),
    "attachments-when-they-are-opened": ("aes-128", {"CF": filtered(AuthEvent="/EFOpen")}, PARTS),
    "no-filters": ("aes-128", {"CF": None}, FILTER),
    "another-filter": ("aes-128", {"CF": {"/Other": {"/CFM": "/AESV2"}}}, FILTER),
    "a-filter-that-is-a-name": ("aes-128", {"CF": {"/StdCF": "/AESV2"}}, FILTER),
    "a-filter-named-by-a-list": ("aes-128", {"StmF": ["/StdCF"], "StrF": ["/StdCF"]}, FILTER),
    "no-method": ("aes-128", {"CF": filtered(CFM="/None")}, FILTER),
    "the-method-a-list": ("aes-128", {"CF": filtered(CFM=["/AESV2"])}, FILTER),
    "the-method-of-another-version": ("aes-128", {"CF": filtered(CFM="/AESV3")}, FILTER),
    "an-older-method": ("aes-256", {"CF": filtered()}, FILTER),
    "metadata-by-a-word": ("aes-128", {"EncryptMetadata": "/false"}, "encryption of metadata"),
    "no-owner": ("aes-128", {"O": None}, DICTIONARY),
    "half-a-user": ("aes-128", {"U": bytes(31)}, DICTIONARY),
    "more-of-a-user": ("aes-128", {"U": bytes(32) + b"\1"}, DICTIONARY),
    "no-key": ("aes-256", {"UE": None}, DICTIONARY),
    "permissions-that-are-a-fraction": ("aes-128", {"P": -4.0}, DICTIONARY),
    "permissions-that-are-true": ("aes-128", {"P": True}, DICTIONARY),
    "other-permissions": ("aes-128", {"P": -4}, "encryption with a password"),
    "metadata-said-to-be-plain": ("aes-128", {"EncryptMetadata": False}, "encryption with a password"),
    "another-user": ("rc4-of-40-bits", {"U": bytes(32)}, "encryption with a password"),
    "another-user-of-aes-256": ("aes-256", {"U": bytes(48)}, "encryption with a password"),
}


@pytest.mark.parametrize("name", BAD)
def test_another_dictionary_is_refused(name: str) -> None:
    kind, changes, word = BAD[name]
    with pytest.raises(Damaged) as refused:
        read_encryption(*dictionary(kind, **changes))
    assert str(refused.value) == word


@pytest.mark.parametrize("entry", [b"<</V 1>>", None, Ref(1, 0), ["/V"]])
def test_a_dictionary_of_encryption_is_one(entry: object) -> None:
    with pytest.raises(Damaged, match="a dictionary of encryption"):
        read_encryption(entry, b"")


def test_an_identifier_is_octets() -> None:
    at = locked().rindex(b"trailer <<")
    for identifier, word in ((b"/ID [ /A ]", "an identifier that changes"), (b"/ID 7", "with a password")):
        with pytest.raises(Damaged, match=word):
            Document(locked()[:at] + re.sub(rb"/ID \[.*?\]", identifier, locked()[at:]))


# Strings and streams.


def test_the_octets_of_a_signature_are_never_deciphered() -> None:
    found = read_encryption(*dictionary())
    value = {"/ByteRange": [0, 1], "/Contents": b"\x30\x00", "/Reason": b""}
    assert found.plain(Ref(1, 0), value) == value
    with pytest.raises(Damaged, match="an encrypted string"):
        found.plain(Ref(1, 0), {"/Contents": b"\x30\x00"})


def test_streams_of_cross_references_are_as_they_stand() -> None:
    found = read_encryption(*dictionary())
    held = Stream({"/Type": "/XRef", "/ID": [b"1"]}, 9)
    assert found.plain(Ref(1, 0), held) is held
    assert found.stream(Ref(1, 0), held.dictionary, b"1") == b"1"


@pytest.mark.parametrize("filters", ["/Crypt", ["/Crypt", "/FlateDecode"], ["/FlateDecode", Ref(9, 0)], Ref(9, 0)])
def test_a_stream_names_no_crypt_filter_of_its_own(filters: object) -> None:
    found = read_encryption(*dictionary())
    with pytest.raises(Damaged, match="a crypt filter of a stream's own"):
        found.plain(Ref(1, 0), Stream({"/Filter": filters}, 9))
    named = Stream({"/Type": "/Metadata", "/Filter": filters}, 9)
    assert found.plain(Ref(1, 0), named) == named


def test_a_page_that_is_left_plain_cannot_be_judged() -> None:
    """What is plain in an encrypted file can be written by whoever has no key."""
    added = b"<< /Length 3 /Filter /Crypt /DecodeParms << /Name /Identity >> >>\nstream\nq Q\nendstream"
    made = update(locked(), {90: added}, trailer=told(locked(), "/Root", "/ID", "/Encrypt"))
    assert why(signed(made)) == "a crypt filter of a stream's own"


@pytest.mark.parametrize("length", [1, 15, 16, 17, 31, 33, 47])
def test_what_is_enciphered_has_whole_blocks(length: int) -> None:
    with pytest.raises(Damaged, match="an encrypted string or stream"):
        read_encryption(*dictionary()).deciphered(Ref(1, 0), bytes(length))


def test_what_is_enciphered_is_filled_up_as_the_standard_says() -> None:
    found = Encryption(bytes(32), "/AESV3", metadata=True)
    block = Cipher(AES(bytes(32)), CBC(bytes(16)))

    def sealed(content: bytes) -> bytes:
        return bytes(16) + block.encryptor().update(content)

    assert found.deciphered(Ref(1, 0), sealed(b"\x10" * 16)) == b""
    assert found.deciphered(Ref(1, 0), sealed(b"abcdefghijklmno\x01")) == b"abcdefghijklmno"
    assert found.deciphered(Ref(1, 0), b"") == b""
    for filled in (b"abcdefghijklmno\x00", b"abcdefghijklmno\x02", b"abcdefghijklmno" + b"\x11" * 17):
        with pytest.raises(Damaged, match="an encrypted string or stream"):
            found.deciphered(Ref(1, 0), sealed(filled))


def test_so_many_strings_are_deciphered_and_no_more() -> None:
    found = Encryption(b"", "/Identity", metadata=True, left=2)
    assert found.plain(Ref(1, 0), [b"a", {"/B": b"b"}]) == [b"a", {"/B": b"b"}]
    with pytest.raises(Damaged, match="too many encrypted strings"):
        found.plain(Ref(1, 0), [b"c"])
    assert 1000 * locked().count(b" obj") < encryption.MAX_ENCRYPTED


def test_a_library_without_rc4_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: bytes) -> None:
        raise UnsupportedAlgorithm("RC4")

    monkeypatch.setattr(encryption, "ARC4", missing)
    with pytest.raises(Damaged, match="RC4, which is disabled here"):
        Document(locked("rc4-of-128-bits"))
