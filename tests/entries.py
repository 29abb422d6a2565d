"""Where hostile bytes come in, what may come of them, and what to begin with.

Each entry takes any bytes. What is not allowed is an AssertionError; so is more than SECONDS of the processor. Whatever
else is raised is a finding as well.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import cbor2
import pyhanko_reader
import sheet
import world
from bending import ENVELOPE, Raw, bend_code, bend_der, bend_pdf
from cases import status_data
from cases.algorithms import PSS
from corpus.genuine import genuine, half, stamped, unsigned
from corpus.validation import fresh
from envelopes import Recipe, signed_data, token
from hostile import FILES
from test_differential import fields_of, grown, theirs_of, with_data, with_streams
from test_encryption import KINDS, transcript
from test_qr import SOUND
from test_symbol import ED25519, P256, spki
from world import cast

from verify import procedure
from verify.algorithms import HASHES, verify_signature, weaknesses
from verify.cbor import read_map
from verify.cms import parse, parse_token
from verify.der import Malformed
from verify.documents import open_text
from verify.evidence import Evidence, Unreadable
from verify.pdf import open_pdf
from verify.policy import HB_1
from verify.qr import Refused
from verify.report import Report, Verdict
from verify.trust import TrustSnapshot

NOTHING = TrustSnapshot(generation=0, ledger_head="0" * 64)
"""A registry that knows nobody: by it nothing is valid."""
LARGEST_SEED = 64 << 10
"""A fuzzer finds what is in a small file sooner."""
GROWN = 60
"""Files grown by the grammar of updates."""
SIGNERS = (cast().principal, cast().seal)


def judged(evidence: Evidence, trust: TrustSnapshot) -> Report:
    """A report; `judge` would make one of an unexpected error too."""
    return procedure._judge(evidence, trust, HB_1, world.NOW)


def pdf(content: bytes) -> None:
    """A PDF is evidence or Unreadable; by an empty registry it is never valid, by another only with its record."""
    try:
        evidence = open_pdf(content)
    except Unreadable:
        return
    # The reader says itself what it cannot read; an error that it did not foresee is told by its name.
    assert not any(str(fault.facts.get("reader")).endswith("Error") for fault in evidence.faults), evidence.faults
    assert judged(evidence, NOTHING).verdict not in {Verdict.VALID, Verdict.SUPERSEDED}
    said = judged(evidence, registry()).verdict
    digests = {one.attachment.record.digest for one in evidence.revisions if one.attachment.record}
    assert said is not Verdict.VALID or digests == {world.registration().record_digest}


@cache
def registry() -> TrustSnapshot:
    """The registry in which the seeds' signers are in order, and status data is asked for."""
    return world.Trust(versions=(world.registration(),), revocation="crl").snapshot()


def qr(content: bytes) -> None:
    """A scanned text is a code or none of ours, its CBOR what another library makes of it, and never valid."""
    try:
        evidence = open_text(content.decode("utf-8", "replace"), world.HOST)
    except Refused as why:
        if why.item != 1:
            raise
        return
    assert judged(evidence, NOTHING).verdict not in {Verdict.VALID, Verdict.SUPERSEDED}
    judged(evidence, registry())
    for code in evidence.codes:
        if code.sealed is not None:
            assert not code.sealed.signed_by(b"")
            for key in (ED25519, P256):
                code.sealed.signed_by(spki(key))
            _read_alike(code.sealed.payload)


def _read_alike(payload: bytes) -> None:
    try:
        found = read_map(payload)
    except Refused:
        return
    assert cbor2.loads(payload) == found
    assert cbor2.dumps(found, canonical=True) == payload


def cms(content: bytes) -> None:
    """An envelope or a token is read or Malformed; what both we and asn1crypto read is the same."""
    found: list[Any] = []
    for read in (parse, parse_token):
        try:
            found.append(read(content))
        except Malformed:
            continue
    for one in found:
        signed = getattr(one, "signed", one)
        weaknesses(signed)
        verify_signature(signed, hashlib.new(signed.digest_name).digest() if signed.digest_name in HASHES else b"")
    mine = fields_of(content)
    if mine is None:
        return
    try:
        theirs: dict[str, Any] = theirs_of(content, mine)
    except pyhanko_reader.Unfollowed:
        return
    # Tokens are envelopes of their own; a certificate that only helps to build a path is read by who builds it.
    for one in (theirs, mine):
        one["certificates"] = one["certificates"][0]
        one |= {kind: len(one[kind]) for kind in ("timestamps", "content_timestamps")}
    assert theirs == mine, {key for key in mine if theirs.get(key) != mine[key]}


# What to begin with.


def suites() -> Iterator[bytes]:
    """The public malformed files, where they are to be had."""
    root = os.environ.get("CONFORMANCE_SUITES")
    for path in sorted((Path(root) / "pdf-malformed").rglob("*.pdf")) if root else ():
        yield path.read_bytes()


def answered() -> bytes:
    """Signed, with a list and answers of the authority."""
    return sheet.stored(genuine(), CRLs=[status_data.GOOD_CRL], OCSPs=[*map(status_data.good, SIGNERS)])


def files() -> Iterator[bytes]:
    """PDFs: the suites', the tests' own, signed and unsigned, hostile, encrypted and grown ones."""
    made = (genuine, half, stamped, unsigned, with_streams, with_data, sheet.sheet, world.signed, fresh, answered)
    every = [*suites(), *(make() for make in made), *(make() for make in FILES.values())]
    every += map(transcript, KINDS)
    every += [grown(Random(seed))[1] for seed in range(GROWN)]  # noqa: S311 - it bends files
    yield from (one for one in every if len(one) <= LARGEST_SEED)


def texts() -> Iterator[bytes]:
    """QR codes: the vectors of the format, and what their reader must refuse."""
    yield from (one["text"].encode() for one in SOUND.values())
    yield from (b"https://hb.example.vn/V#1", b"123", b"HTTPS://A/V#", b"hello")


def messages() -> Iterator[bytes]:
    """CMS: of the suites' files and of our own, tokens, and every scheme."""
    for content in (*suites(), genuine(), stamped(), with_data()):
        yield from (bytes.fromhex(match[1].decode()).rstrip(b"\0") for match in ENVELOPE.finditer(content))
    signed = parse(open_pdf(stamped()).signatures[0].cms)
    yield from signed.timestamps
    recipes = (Recipe(), PSS, Recipe(hashed="sha512"), Recipe(names_certificate="signing_certificate"))
    yield from (signed_data(one, bytes(32), recipe) for one in (*SIGNERS, cast().tsa) for recipe in recipes)
    yield token(cast().tsa, bytes(32), world.SIGNED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what is asked, how its inputs are bent, and what to begin with."""

    ask: Callable[[bytes], None]
    bend: Callable[[bytes, Random, Raw], bytes]
    seeds: Callable[[], Iterator[bytes]]
    largest: int


ENTRIES = {
    "pdf": Entry(pdf, bend_pdf, files, LARGEST_SEED),
    "qr": Entry(qr, bend_code, texts, 4096),
    "cms": Entry(cms, bend_der, messages, 16384),
}
"""By the name that `make fuzz` has for them."""
