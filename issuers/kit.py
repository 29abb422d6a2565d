"""What an issuer runs: compose a transcript's PDF, sign it, digest it for the register.

The kit believes nothing and decides nothing: whether a signature is good is the engine's to say. Signing is PAdES
(ETSI EN 319 142-1), baseline B-B, or B-T with a time-stamp.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import rfc8785
import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter, copy_into_new_writer
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers import Signer as PyhankoSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from verify.trust import VIETNAM

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

PDF_STANDARD: Literal["a-3u"] = "a-3u"
"""ISO 19005-3: files may be embedded, and every glyph maps to Unicode, so that names can be searched and read aloud."""

PAGE_HEIGHT = 841.8898
"""A4 in points: typst counts from the top of a page, PDF from its bottom."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base32 without I, L, O and U, which are misread from paper."""


WHOLE_FIELD = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, margins=Margins(0, 0, 0, 0))
"""A signature's drawing is made to measure: it fills its field to the edge."""


@dataclass(frozen=True, slots=True)
class Place:
    """A box on the last page for one signature: its field's name, and what is printed above and below it."""

    field: str
    label: str
    name: str = ""


PRINCIPAL = Place("principal", "HIỆU TRƯỞNG")
SCHOOL_SEAL = Place("school_seal", "CON DẤU CỦA NHÀ TRƯỜNG")


@dataclass(frozen=True, slots=True)
class Signer:
    """A signing certificate, its private key, and the CA certificates above it.

    `name`, `title` and `organisation` are what the signature shows; `seal`: it is an organisation's, drawn in red.
    """

    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...] = ()
    name: str = ""
    title: str = ""
    organisation: str = ""
    seal: bool = False


@dataclass(frozen=True, slots=True)
class Digests:
    """What the register is told of a transcript: both in lower-case hex (HB-1, 9)."""

    record_digest: str
    pdf_sha256: str


def number() -> str:
    """A new transcript number: 80 random bits as 16 characters of Crockford base32, highest bits first."""
    bits = secrets.randbits(80)
    return "".join(CROCKFORD[bits >> shift & 31] for shift in range(75, -1, -5))


def canonical(record: Mapping[str, Any]) -> bytes:
    """The record as RFC 8785 writes it: the bytes that are embedded and hashed."""
    return rfc8785.dumps(dict(record))


def digests(record: Mapping[str, Any], pdf: bytes) -> Digests:
    """The digests of a record and of the signed file that carries it."""
    return Digests(sha256(canonical(record)).hexdigest(), sha256(pdf).hexdigest())


def compose(
    record: Mapping[str, Any],
    *,
    places: Sequence[Place] = (PRINCIPAL, SCHOOL_SEAL),
    department: str = "",
    sample: bool = False,
) -> bytes:
    """An unsigned transcript: PDF/A-3u, the record embedded as transcript.json, an empty signature field per place.

    `department` is printed above the school's name (the record knows its code alone); `sample` prints on every page
    that the data is synthetic. One revision, no hybrid cross-references. Raises typst.TypstError for a record that the
    template cannot show.
    """
    printed = {"department": department, "places": [asdict(place) for place in places], "sample": sample}
    drawing = _compiler("transcript.typ", record=canonical(record).decode(), printed=json.dumps(printed))
    # Untagged: tags double the file and make reading it with pyHanko four times slower; who cannot see the page has the
    # record, and the page of whoever verifies it.
    drawn = drawing.compile(format="pdf", pdf_standards=[PDF_STANDARD], pdf_tags=False)
    writer = copy_into_new_writer(PdfFileReader(BytesIO(_one(drawn))))
    for box in json.loads(drawing.query("<place>", field="value")):
        left, top = box["x"], PAGE_HEIGHT - box["y"]
        corners = (round(left), round(top - box["height"]), round(left + box["width"]), round(top))
        label = next(place.label for place in places if place.field == box["field"])
        spec = SigFieldSpec(box["field"], on_page=box["page"] - 1, box=corners, readable_field_name=label)
        append_signature_field(writer, spec)
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def sign(
    pdf: bytes,
    signer: Signer,
    field: str,
    *,
    timestamper: TimeStamper | None = None,
    at: datetime | None = None,
    certify: bool = False,
    box: tuple[int, int, int, int] | None = None,
) -> bytes:
    """The PDF with one signature more, as an incremental update: B-T with a `timestamper`, else B-B.

    A field that is there is filled, and shows who signed, as what and when; one that is not is added: invisible, or in
    a `box` of the last page. `at` is the time that the signer claims, now by default. `certify`: the first signature of
    a file, which forbids all that is not filling fields and signing. Runs an event loop of its own, so not inside
    another. Raises pyhanko.sign.general.SigningError.
    """
    at = at or datetime.now(UTC)
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    size = (box[2] - box[0], box[3] - box[1]) if box else _size_of_field(writer.prev, field)
    style = None
    if size:
        drawn = _Drawn(_appearance(signer, at, *size))
        style = StaticStampStyle(background=drawn, background_layout=WHOLE_FIELD, border_width=0)
    meta = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, certify=certify)
    new = SigFieldSpec(field, on_page=-1, box=box) if box else None
    pen = _DatedSigner(meta, CmsSigner(signer), timestamper=timestamper, stamp_style=style, new_field_spec=new)
    pen.at = at
    signed: BytesIO = pen.sign_pdf(writer)
    return signed.getvalue()


def empty_fields(pdf: bytes) -> list[str]:
    """The names of signature fields that nobody has filled yet, in their order."""
    return [name for name, _, _ in enumerate_sig_fields(PdfFileReader(BytesIO(pdf)), filled_status=False)]


def signer_of(certificates: bytes, key: bytes, *, password: bytes | None = None) -> Signer:
    """A signer from PEM: the certificate first, then those above it, and the private key.

    It shows the certificate's common name; `dataclasses.replace` tells it more. Raises ValueError for what is no PEM,
    and for a kind of key that transcripts are not signed with.
    """
    certificate, *chain = x509.load_pem_x509_certificates(certificates)
    private = load_pem_private_key(key, password)
    if not isinstance(private, PrivateKey):
        raise ValueError("a transcript is signed with RSA, ECDSA or Ed25519")  # noqa: TRY004 (the file is wrong, not the caller's type)
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Signer(certificate, private, tuple(chain), name=str(name.value))


class CmsSigner(PyhankoSigner):
    """A signer as pyHanko wants it, holding the loaded key: loading an RSA key anew for each signature costs 50 ms."""

    def __init__(self, signer: Signer) -> None:
        above = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        above.register_multiple(translate_pyca_cryptography_cert_to_asn1(each) for each in signer.chain)
        super().__init__(
            signing_cert=translate_pyca_cryptography_cert_to_asn1(signer.certificate),
            cert_registry=above,
            embed_roots=False,  # a root is trusted for being known, not for being sent along
        )
        self._key = signer.key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: ARG002, FBT001, FBT002 (pyHanko's signature; a real signature has the right size)
    ) -> bytes:
        """The bare signature over `data`; PKCS #1 v1.5 for RSA, which every USB token knows."""
        hashed = getattr(hashes, digest_algorithm.upper())()
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashed)
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(hashed))
        return self._key.sign(data)


class _DatedSigner(PdfSigner):
    """pyHanko's signer, saying when it signed rather than reading the clock."""

    at: datetime

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002 (pyHanko's signature)
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


class _Drawn(PdfContent):
    """The one page of a PDF in memory, as content of another."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        drawn = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)))
        self.resources.xobject["/Drawn"] = drawn
        left, bottom, right, top = drawn.get_object()["/BBox"]
        self.box = BoxConstraints(width=right - left, height=top - bottom)
        return b"/Drawn Do"


def _appearance(signer: Signer, at: datetime, width: float, height: float) -> bytes:
    shown = {
        "name": signer.name,
        "title": signer.title,
        "organisation": signer.organisation,
        "time": at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S +07:00"),
        "seal": signer.seal,
    }
    drawing = _compiler("signature.typ", shown=json.dumps(shown), width=str(width), height=str(height))
    return _one(drawing.compile(format="pdf", pdf_tags=False))


def _size_of_field(pdf: PdfFileReader, field: str) -> tuple[float, float] | None:
    for name, _, reference in enumerate_sig_fields(pdf, filled_status=False):
        if name == field:
            left, bottom, right, top = reference.get_object()["/Rect"]
            return float(right - left), float(top - bottom)
    return None


def _compiler(template: str, **inputs: str) -> typst.Compiler:
    # System fonts differ from machine to machine; those that typst brings cover Vietnamese.
    return typst.Compiler(Path(__file__).with_name(template), ignore_system_fonts=True, sys_inputs=inputs)


def _one(compiled: bytes | list[bytes] | None) -> bytes:
    if not isinstance(compiled, bytes):
        raise TypeError("typst gives a PDF as one run of bytes")
    return compiled
