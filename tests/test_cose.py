"""An independent COSE library reads our envelopes as we do (RFC 9052): pycose, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from test_symbol import ED25519, P256, drawn, spki

from issuers import symbol
from verify.envelope import open_envelope
from verify.qr import Refused

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv" / "cose" / "bin" / "python"
"""Installed by `install.sh test`."""
PAYLOADS = 1000
TAG = b"\xd2"
"""COSE_Sign1 (RFC 9052, 4.2), which our format leaves out."""


def raw(key: symbol.QrKey) -> str:
    """The public key as the other library takes it."""
    if key is ED25519:
        return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()


def other(envelopes: Iterable[tuple[bytes, symbol.QrKey]]) -> list[dict[str, Any] | None]:
    """What the other library says of each."""
    lines = [
        json.dumps(
            {"cose": (TAG + envelope).hex(), "key": raw(key), "algorithm": "EDDSA" if key is ED25519 else "ES256"}
        )
        for envelope, key in envelopes
    ]
    ran = subprocess.run(
        [PYTHON, Path(__file__).with_name("cose_reader.py")],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def made() -> list[tuple[bytes, symbol.QrKey]]:
    """Random claims, signed by one of two keys."""
    found = []
    for seed in range(PAYLOADS):
        draw = Random(seed)  # noqa: S311 - samples, no secret
        key = draw.choice((ED25519, P256))
        found.append((symbol.seal(symbol.encode(drawn(draw)), key), key))
    return found


def ours(envelope: bytes, key: symbol.QrKey) -> dict[str, Any] | None:
    try:
        sealed = open_envelope(envelope)
    except Refused:
        return None
    return {"payload": sealed.payload.hex(), "signed": sealed.signed_by(spki(key))}


def test_another_library_reads_a_thousand_envelopes_as_we_do() -> None:
    envelopes = made()
    said = other(envelopes)
    assert said == [ours(*one) for one in envelopes]
    assert all(one and one["signed"] for one in said)


def test_we_accept_nothing_that_another_library_refuses() -> None:
    """A bit turned in each of a thousand: what we call signed, it must call signed; we may refuse more."""
    draw, turned = Random(1), []  # noqa: S311 - samples, no secret
    for envelope, key in made():
        changed = bytearray(envelope)
        bit = draw.randrange(8 * len(changed))
        changed[bit // 8] ^= 1 << bit % 8
        turned.append((bytes(changed), key))
    for one, said in zip(turned, other(turned), strict=True):
        mine = ours(*one)
        assert mine is None or not mine["signed"] or (said is not None and said["signed"])
