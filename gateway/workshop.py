"""What an issuer with PDFs of its own runs on the command line: stamp with a QR code, sign, register.

Keys are read from files and used here; nothing but digests, number, version, level, day and amendment leaves the
machine. A password for a private key is read from the environment (KEY_PASSWORD), never from the command line.
"""

from __future__ import annotations

import argparse
import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway import remote

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from issuers.symbol import Code, Spot
    from verify.evidence import Evidence
    from verify.record import Record

DONE, NOT_DONE = 0, 2

NUMBERS = {"8": (8, 9, 10, 11), "8-11": (8, 9, 10, 11), "7": (7,), "6": (6,)}
"""What --leave-out may name: grades (8-11), date of birth (7), name (6)."""


class Unfit(Exception):  # noqa: N818 - a sentence for whoever runs the command
    """Why a file or an argument cannot be used, in one sentence; nothing of a pupil stands in it."""


def stamp(asked: argparse.Namespace) -> int:
    """Put a record's QR code on a page of its PDF, before anybody signs; prints number, version and qr_sha256."""
    import pikepdf  # noqa: PLC0415 (a worker loads the command line too, and stays small)
    import pypdfium2  # noqa: PLC0415

    from issuers import symbol  # noqa: PLC0415

    out = _out(asked, "stamped", asked.file, asked.record, asked.key)
    record = _record(asked.record)
    pdf = _read(asked.file)
    evidence = _opened(pdf, asked.file)
    _same_record(evidence, record)
    if evidence.codes:
        raise Unfit(f"{asked.file} bears a QR code already: a page with two says which to trust to nobody.")
    code = _code(asked, record)
    try:
        stamped = symbol.stamp(pdf, code, _spot(asked))
    except symbol.NoRoom:
        raise Unfit(
            "There is no blank place of that size on the page: name another with --page, --left, --top."
        ) from None
    except ValueError as why:
        raise Unfit(f"{asked.file} cannot be stamped: {why}.") from None
    except (pikepdf.PdfError, pypdfium2.PdfiumError):
        raise Unfit(f"{asked.file} cannot be opened as a PDF.") from None
    _write(out, stamped)
    _tell(number=code.number, version=code.version, qr_sha256=code.qr_sha256, out=out)
    if code.omitted:
        names = ", ".join(map(str, code.omitted))
        sys.stderr.write(f"The code lacks claims {names}: alone it will be QR_INCOMPLETE.\n")
    return DONE


def sign(asked: argparse.Namespace) -> int:
    """Sign a PDF with a certificate and its key, in an empty field or an invisible one of its own."""
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.sign.general import SigningError  # noqa: PLC0415

    from issuers import kit  # noqa: PLC0415

    chains = [asked.chain] if asked.chain else []
    out = _out(asked, "signed", asked.file, asked.certificate, asked.key, *chains)
    key = _key(asked.key)
    certificates = b"\n".join(_read(path) for path in (asked.certificate, *chains))
    try:
        signer = kit.signer_of(certificates, _read(asked.key), password=_password())
    except ValueError as why:
        raise Unfit(f"{asked.certificate} and {asked.key} cannot sign: {why}.") from None
    if signer.certificate.public_key() != key.public_key():
        raise Unfit(f"{asked.key} is not the key of {asked.certificate}.")
    pdf = _read(asked.file)
    try:
        field = asked.field or next(iter(kit.empty_fields(pdf)), None)
        if field is None:
            raise Unfit(f"{asked.file} has no empty signature field: name one to be added with --field.")
        signed = kit.sign(pdf, signer, field)
    except (PdfError, SigningError, ValueError) as why:
        raise Unfit(f"{asked.file} cannot be signed: {why}.") from None
    _write(out, signed)
    _tell(field=field, pdf_sha256=sha256(signed).hexdigest(), out=out)
    return DONE


def register(asked: argparse.Namespace) -> int:
    """Register a signed PDF and the QR code on its pages, over the admin API."""
    record = _record(asked.record)
    pdf = _read(asked.file)
    evidence = _opened(pdf, asked.file)
    if not any(not one.timestamp for one in evidence.signatures):
        raise Unfit(f"{asked.file} is not signed: register what has been signed.")
    _same_record(evidence, record)
    content = record.content
    item: dict[str, Any] = {
        "number": content.number,
        "version": content.version,
        "record_digest": record.digest,
        "pdf_sha256": sha256(pdf).hexdigest(),
        "level": content.level.value,
        "issued_on": content.issued_on.isoformat(),
    }
    printed = _printed(evidence, record)
    if printed is None:
        sys.stderr.write(f"No QR code is on the pages of {asked.file}: registered without one.\n")
    else:
        item["qr_sha256"] = printed
    if "amendment" in record.plain:
        item["amendment"] = record.plain["amendment"]
    return remote.call(asked, "/v1/admin/transcripts", {"issuer": content.issuer.code, "items": [item]})


def add(commands: Any) -> None:  # noqa: ANN401 (argparse's own, which has no public name)
    """Add `kit …` to the command line."""
    kit = commands.add_parser("kit", help="What an issuer with PDFs of its own runs.")
    actions = kit.add_subparsers(required=True, metavar="ACTION")
    made = _action(actions, "stamp", stamp)
    made.add_argument("--record", type=Path, required=True, metavar="FILE.json", help="the record (vn.hocba/1)")
    made.add_argument("--key", type=Path, required=True, metavar="PEM", help="the QR key: Ed25519 or P-256")
    made.add_argument("--url", required=True, help="the gateway's PUBLIC_URL, which the code names")
    made.add_argument("--page", type=int, help="counted from 1; without a place, the last blank one is taken")
    made.add_argument("--left", type=float, metavar="MM", help="from the page's left edge")
    made.add_argument("--top", type=float, metavar="MM", help="from the page's upper edge")
    made.add_argument("--leave-out", default="", metavar="CLAIMS", help="8-11 (grades), 7 (birthday), 6 (name)")
    made.add_argument("--out", type=Path, metavar="PDF", help="without it FILE.stamped.pdf")
    made = _action(actions, "sign", sign)
    made.add_argument("--certificate", type=Path, required=True, metavar="PEM", help="those above it may follow it")
    made.add_argument("--key", type=Path, required=True, metavar="PEM")
    made.add_argument("--chain", type=Path, metavar="PEM", help="the certificates above it")
    made.add_argument("--field", help="without it the first empty one")
    made.add_argument("--out", type=Path, metavar="PDF", help="without it FILE.signed.pdf")
    made = _action(actions, "register", register)
    made.add_argument("--record", type=Path, required=True, metavar="FILE.json", help="the record (vn.hocba/1)")
    default = os.environ.get("GATEWAY_URL", "http://127.0.0.1:8000")
    made.add_argument("--gateway", dest="url", default=default, metavar="URL", help="token: GATEWAY_TOKEN")
    made.add_argument("--pick", default="", metavar="MEMBER", help="print one member of the answer alone")


def _action(commands: Any, name: str, run: Any) -> argparse.ArgumentParser:  # noqa: ANN401 (as above)
    added: argparse.ArgumentParser = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
    added.add_argument("file", type=Path, metavar="FILE.pdf")

    def told(asked: argparse.Namespace, _: object) -> int:
        try:
            code: int = run(asked)
        except Unfit as why:
            sys.stderr.write(f"{why}\n")
            return NOT_DONE
        return code

    added.set_defaults(run=told)
    return added


def _code(asked: argparse.Namespace, record: Record) -> Code:
    from issuers import symbol  # noqa: PLC0415

    left_out = [one for one in asked.leave_out.split(",") if one]
    unknown = [one for one in left_out if one not in NUMBERS]
    if unknown:
        raise Unfit(f"--leave-out takes 8-11, 7 and 6, not {unknown[0]}.")
    key = _key(asked.key)
    if not isinstance(key, symbol.QrKey):
        raise Unfit(f"{asked.key} is no QR key: it must be Ed25519 or P-256.")
    try:
        return symbol.make(record.plain, key, asked.url, leave_out=[n for one in left_out for n in NUMBERS[one]])
    except symbol.TooLarge as large:
        names = ",".join(name for name in ("8-11", "7", "6") if set(NUMBERS[name]) <= set(large.leave_out))
        raise Unfit(f"The code would be too large for paper: use --leave-out {names}.") from None
    except ValueError as why:
        raise Unfit(f"No code can be made: {why}.") from None


def _spot(asked: argparse.Namespace) -> Spot | None:
    from issuers.symbol import Spot  # noqa: PLC0415

    place = (asked.page, asked.left, asked.top)
    if all(one is None for one in place):
        return None
    if any(one is None for one in place) or asked.page < 1:
        raise Unfit("--page (from 1), --left and --top go together.")
    return Spot(asked.page - 1, asked.left, asked.top)


def _record(path: Path) -> Record:
    from verify import record  # noqa: PLC0415

    try:
        return record.read(_read(path))
    except record.Inconsistent as why:
        raise Unfit(f"{path} is no record of schema vn.hocba/1: {why.fact}.") from None


def _opened(pdf: bytes, path: Path) -> Evidence:
    """The PDF as the gateway will read it."""
    from verify.documents import open_document  # noqa: PLC0415
    from verify.evidence import Unreadable  # noqa: PLC0415

    try:
        evidence = open_document(pdf)
    except Unreadable:
        evidence = None
    if evidence is None or evidence.kind == "image":
        raise Unfit(f"{path} cannot be opened as a PDF.")
    return evidence


def _same_record(evidence: Evidence, record: Record) -> None:
    """A PDF need not carry a record; one that does carries this one, or what is made of it would contradict itself."""
    from verify import record as records  # noqa: PLC0415

    attachment = evidence.revisions[-1].attachment
    if attachment.content is None and not attachment.fault:
        return
    try:
        carried = records.read(attachment.content or b"").digest
    except records.Inconsistent:
        carried = ""
    if carried != record.digest:
        raise Unfit("The record in the PDF is not the one that was named.")


def _printed(evidence: Evidence, record: Record) -> str | None:
    """The qr_sha256 of the code on the pages, None without one."""
    from verify.agreement import disagreements  # noqa: PLC0415

    if evidence.unscanned:
        raise Unfit("The pages cannot be searched for a QR code.")
    digests = set()
    for one in evidence.codes:
        if one.sealed is None or one.claims is None:
            raise Unfit("A QR code on the pages is broken.")
        if disagreements(one.claims, record):
            raise Unfit("A QR code on the pages says something else than the record.")
        digests.add(one.sealed.qr_sha256)
    if len(digests) > 1:
        raise Unfit("Two different QR codes are on the pages.")
    return next(iter(digests), None)


def _key(path: Path) -> PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        return load_pem_private_key(_read(path), _password())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Unfit(f"{path} is no private key in PEM, or not under the password in KEY_PASSWORD.") from None


def _password() -> bytes | None:
    return os.environ.get("KEY_PASSWORD", "").encode() or None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unfit(f"{path} cannot be read: {error.strerror}.") from None


def _out(asked: argparse.Namespace, done: str, *inputs: Path) -> Path:
    """Where the result goes: never over what it is made from."""
    out: Path = asked.out or asked.file.with_suffix(f".{done}.pdf")
    if out.exists() and any(one.exists() and out.samefile(one) for one in inputs):
        raise Unfit(f"{out} is an input: name another file with --out.")
    return out


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Unfit(f"{path} cannot be written: {error.strerror}.") from None


def _tell(**told: object) -> None:
    for name, value in told.items():
        sys.stdout.write(f"{name:12}{value}\n")
