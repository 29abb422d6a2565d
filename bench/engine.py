"""Time per document: this engine, pyHanko alone, and the arithmetic floor, in one run on one core.

`make bench`. Three ways over the same bytes and the same trust, interleaved round by round, so that a machine that
drifts drifts under all three. The floor is what no engine can leave out: SHA-256 over the signed ranges and one
signature verification per signature, time-stamp token and certificate. pyHanko validates with the same root, no
fetching, its standard difference policy. Beside them what the two other readers take (qpdf and pdfium: pages and
signatures), which must agree with ours. A registry's CRL of 100,000 entries is held against the same file without it.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import Engine

from issuers import anchors, certification, crls, keys, kit, pupils, registry, snapshot, store
from issuers.admission import Candidate, every_anchor
from issuers.appointments import Office
from verify.algorithms import verify_signature
from verify.case import open_signature
from verify.cms import SignedData, parse_token
from verify.documents import forget
from verify.drawn import read_drawn
from verify.pdf import open_pdf
from verify.policy import HB_1
from verify.procedure import judge
from verify.structure import read_structure
from verify.trust import Anchor, Kind, Level, Role, TrustSnapshot, Use

ROUNDS = 40
"""Enough for a median that two runs agree on to about five per cent."""

NOW = datetime.now(UTC)
ENTRIES = 100_000
"""Certificates on a large CA's list."""
SHARED, MANY = 12, 50
"""Portions that one process or two judge, and documents in each."""
PADDING = 128 * 1024
"""Bytes that bring the sample to the size of files seen in the field (about 194 KB and 257 KB)."""


@dataclass(frozen=True)
class Case:
    """One document and the roots it is judged under."""

    name: str
    pdf: bytes
    anchors: tuple[Anchor, ...]


def main() -> None:
    """Print one table."""
    logging.disable(logging.CRITICAL)  # pyHanko tells of every difference it meets
    heads = ("KB", "floor", "others", "ours", "pyHanko", "ours/floor", "pyHanko/ours")
    print(f"{'document':34} {heads[0]:>5}" + "".join(f"{one:>{max(len(one) + 1, 9)}}" for one in heads[1:]))
    for case in cases():
        ways = _floor(case), partial(_others, case), partial(_ours, case), partial(_peer, case)
        floor, others, ours, peer = interleaved(*ways)
        print(
            f"{case.name:34} {len(case.pdf) // 1024:5} {floor:7.2f}m {others:7.2f}m {ours:7.2f}m {peer:7.2f}m "
            f"{ours / floor:10.1f} {peer / ours:12.2f}"
        )
    print(f"{'by command, paths not kept':34} {'pdfsig':>8} {'start':>8}   {'two processes against one':>26}")
    for case in cases():
        print(f"{case.name:34} {_by_command(case)}   {_by_two(case):25.2f}x")
    print(f"{'registry, 2 signatures':34} {'MB':>5} {'import':>8} {'without':>8} {'with':>8} {'adds':>11}")
    with TemporaryDirectory() as folder:
        held = _held(Path(folder))
        without, with_it = interleaved(
            partial(_verified, held.pdf, held.without, snapshot.Held(), "indeterminate"),  # STALE_DATA: no list at all
            partial(_verified, held.pdf, held.with_it, snapshot.Held(), "valid"),
        )
        print(
            f"{f'a CRL of {ENTRIES} entries held':34} {held.size / 1e6:5.1f} {held.seconds:7.2f}s "
            f"{without:7.2f}m {with_it:7.2f}m {with_it / without - 1:11.1%}"
        )
    print(f"milliseconds, medians of {ROUNDS} interleaved rounds, one process, Python {sys.version.split()[0]}")


def interleaved(*ways: Callable[[], object]) -> list[float]:
    """The median milliseconds of each way, measured in turn."""
    times: list[list[float]] = [[] for _ in ways]
    for way in ways:
        way()
    for _ in range(ROUNDS):
        for index, way in enumerate(ways):
            begin = time.perf_counter()
            way()
            times[index].append((time.perf_counter() - begin) * 1000)
    return [statistics.median(each) for each in times]


def _by_command(case: Case) -> str:
    """Milliseconds of pdfsig (poppler, NSS) on the file, and of its start alone, if it is here; it asks no root."""
    if (pdfsig := shutil.which("pdfsig")) is None:
        return f"{'not here':>17}"
    with TemporaryDirectory() as folder:
        file = Path(folder) / "signed.pdf"
        file.write_bytes(case.pdf)

        def asked(*words: str) -> None:
            subprocess.run([pdfsig, *words], capture_output=True, check=False)  # noqa: S603 - our own words

        whole, start = interleaved(partial(asked, "-nocert", str(file)), partial(asked, "-v"))
    return f"{whole:7.1f}m {start:7.1f}m"


def _by_two(case: Case) -> float:
    """How many times as many documents two processes judge as one does."""
    seconds = []
    for processes in (1, 2):
        with ProcessPoolExecutor(processes, get_context("forkserver")) as pool:
            list(pool.map(_many, [case] * 2 * processes))  # warm: modules read, paths found
            begin = time.perf_counter()
            list(pool.map(_many, [case] * SHARED))
            seconds.append(time.perf_counter() - begin)
    one, two = seconds
    return one / two


def _many(case: Case) -> None:
    for _ in range(MANY):
        _ours(case)


def cases() -> list[Case]:
    """One signature, and two with time-stamps."""
    authority = certification.authority("CA đo", certification.rsa_key(), NOW)
    stamps = certification.authority("CA dấu thời gian đo", certification.rsa_key(), NOW)
    principal, seal = (_signer(name, authority) for name in ("Hiệu trưởng đo", "Con dấu đo"))
    tsa = certification.TimeStampAuthority(_signer("Dấu thời gian đo", stamps, stamp=True))
    unsigned = _padded(kit.compose(_record(), sample=True))
    one = kit.sign(unsigned, principal, "principal", at=NOW)
    two = kit.sign(unsigned, principal, "principal", timestamper=tsa, at=NOW)
    two = kit.sign(two, seal, "school_seal", timestamper=tsa, at=NOW)
    anchors = tuple(
        Anchor(use.value, each.root.public_bytes(Encoding.DER), use, "registry")
        for each, use in ((authority, Use.DOCUMENT), (stamps, Use.TIMESTAMP))
    )
    return [Case("1 signature, B-B, RSA-2048", one, anchors), Case("2 signatures, B-T, RSA-2048", two, anchors)]


@dataclass(frozen=True)
class Held:
    """A file, and two registries that know its signers: one holds a large CRL, read in so many seconds."""

    pdf: bytes
    without: Engine
    with_it: Engine
    size: int
    seconds: float


def _held(folder: Path) -> Held:
    """The same registry twice, its anchor in mode `crl`; one is given the lists of both CAs, of which one is long."""
    authority = certification.authority("CA đo", certification.p256_key(), NOW)
    people = {role: _signer(role.value, authority) for role in (Role.PRINCIPAL, Role.SCHOOL_SEAL)}
    record = _record()
    pdf = _padded(kit.compose(record, sample=True))
    for role, signer in people.items():
        pdf = kit.sign(pdf, signer, role.value, at=NOW)
    without, with_it = (store.connect(f"sqlite:///{folder / name}.sqlite3") for name in ("without", "with"))
    for engine in (without, with_it):
        store.migrate(engine)
        _found(engine, authority, people, record)
    draw = Random(3)  # noqa: S311 - serial numbers, no secret
    yesterday, tomorrow = NOW - timedelta(days=1), NOW + timedelta(days=1)
    # Twenty octets each, as RFC 5280 allows and CAs of the field use.
    entries = [certification.revoked(draw.getrandbits(158) | 1 << 157, yesterday) for _ in range(ENTRIES)]
    crl = certification.crl(authority, yesterday, tomorrow, entries)
    begin = time.perf_counter()
    with store.writing(with_it) as connection:
        anchor = every_anchor(connection)[0].id
        for one in (crl, certification.crl(authority.above, yesterday, tomorrow)):
            crls.import_crl(connection, anchor, one, actor="bench", at=NOW)
    return Held(pdf, without, with_it, len(crl), time.perf_counter() - begin)


def _found(
    engine: Engine, authority: certification.Authority, people: dict[Role, kit.Signer], record: dict[str, Any]
) -> None:
    """A ministry, a department, the record's school, and its signers."""
    by: dict[str, Any] = {"actor": "bench", "at": NOW}
    school, since = record["issuer"], NOW - timedelta(days=900)
    with store.writing(engine) as connection:
        registry.initialise(connection, "MOET", "Bộ đo", valid_from=since, **by)
        for code, kind, parent, name in (
            (school["department_code"], Kind.DEPARTMENT, "MOET", "Sở đo"),
            (school["code"], Kind.SCHOOL, school["department_code"], school["name"]),
        ):
            registry.enrol(connection, registry.Enrolment(code, kind, parent, name, since), **by)
        root = authority.root.public_bytes(Encoding.DER)
        anchors.admit(connection, root, Use.DOCUMENT, anchors.Revocation.CRL, **by)
        chain = (authority.certificate.public_bytes(Encoding.DER),)
        for role, signer in people.items():
            candidate = Candidate(Use.DOCUMENT, signer.certificate.public_bytes(Encoding.DER), chain=chain)
            key = keys.propose(connection, candidate, Office(school["code"], role, since), holder=signer.name, **by)
            keys.prove(connection, key, **by)
            keys.activate(connection, key, **by)


def _verified(pdf: bytes, engine: Engine, held: snapshot.Held, verdict: str) -> None:
    """One verification as the gateway does it: the file, its slice of the registry, the judgement."""
    forget()
    evidence = open_pdf(pdf)
    report = judge(evidence, snapshot.read(engine, evidence.names, held), HB_1, NOW)
    if report.verdict != verdict:
        raise AssertionError(report)


def _signer(name: str, authority: certification.Authority, *, stamp: bool = False) -> kit.Signer:
    key = certification.rsa_key()
    certificate = certification.certify(authority, name, "Trường đo", key, NOW, time_stamps=stamp)
    return kit.Signer(certificate, key, authority.chain, name=name)


def _record() -> dict[str, Any]:
    issuer = {"code": "79000701", "name": "Trường đo", "department_code": "SGD79", "province_code": "79"}
    return pupils.record(
        Random(1),  # noqa: S311 - sample names, no secret
        issuer,
        Level.UPPER_SECONDARY,
        number=kit.number(),
        issued_on=(NOW - timedelta(days=30)).date(),
        last_year=2025,
        place_of_birth="Nơi mẫu",
    )


def _padded(pdf: bytes) -> bytes:
    """The same document, its size that of a real one: incompressible bytes before the first revision's trailer."""
    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdf)))
    padding = Random(2).randbytes(PADDING)  # noqa: S311 - padding, no secret
    writer.root["/Padding"] = writer.add_object(generic.StreamObject(stream_data=padding))
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def _ours(case: Case) -> None:
    forget()  # to a server each file is new: only paths may be known to it
    report = judge(open_pdf(case.pdf), TrustSnapshot(0, "", anchors=case.anchors), HB_1, NOW)
    if not all(one.conclusion.findings for one in report.signatures):
        raise AssertionError(report)


def _others(case: Case) -> None:
    if read_structure(case.pdf).failed or read_drawn(case.pdf).failed:
        raise AssertionError(case.name)


def _peer(case: Case) -> None:
    roots = [x509.Certificate.load(anchor.der) for anchor in case.anchors]
    reader = PdfFileReader(BytesIO(case.pdf))
    for embedded in reader.embedded_signatures:
        status = validate_pdf_signature(
            embedded,
            signer_validation_context=ValidationContext(trust_roots=roots, allow_fetching=False),
            ts_validation_context=ValidationContext(trust_roots=roots, allow_fetching=False),
        )
        if not status.bottom_line:
            raise AssertionError(embedded.field_name)


def _floor(case: Case) -> Callable[[], None]:
    """Hash what is signed, verify what is verified; everything parsed beforehand."""
    work: list[tuple[int, int, list[SignedData]]] = []
    for signature in open_pdf(case.pdf).signatures:
        signed = open_signature(signature).signed
        if signed is None:
            raise AssertionError(signature.field)
        tokens = [parse_token(der).signed for der in signed.timestamps]
        work.append((signature.gap, signature.end, [signed, *tokens]))

    def floor() -> None:
        view = memoryview(case.pdf)
        for gap, end, signatures in work:
            running = hashlib.sha256(view[:gap])
            running.update(view[gap:end])
            # Each signature's own verification, and those of the two certificates of its path: about as dear.
            if not all(verify_signature.__wrapped__(signed) for signed in signatures for _ in range(3)):
                raise AssertionError(case.name)

    return floor


if __name__ == "__main__":
    main()
