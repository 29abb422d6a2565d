"""Reports signed as receipts: compact JWS, EdDSA with Ed25519.

A receipt says what was verified, when, under which policy and registry generation, with what result; nothing of the
pupil. The key is made on first start and stays in DATA_DIR; who writes it can forge receipts, but no verdict. `alg` is
`EdDSA`, not yet the `Ed25519` of RFC 9864, because that is what libraries in use can check.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from joserfc import jws
from joserfc.jwa import EdDSAAlgorithm
from joserfc.jwk import OKPKey

from verify.report import Report

FILE = "receipt-key.pem"
ALGORITHM = "EdDSA"


class _Quiet(EdDSAAlgorithm):
    """The algorithm without joserfc's warning that RFC 9864 renames it."""

    security_warning = ""


class _Registry(jws.JWSRegistry):
    """The one algorithm that receipts use."""

    algorithms = {ALGORITHM: _Quiet()}  # noqa: RUF012 (the base class declares it so)


REGISTRY = _Registry(algorithms=[ALGORITHM])


class ReceiptKey:
    """The key that signs receipts."""

    def __init__(self, key: OKPKey, issuer: str) -> None:
        self._key = key
        self._issuer = issuer
        self.kid = key.thumbprint()

    def sign(self, report: Report) -> str:
        """The receipt of a report."""
        return jws.serialize_compact(
            {"alg": ALGORITHM, "kid": self.kid, "typ": "receipt+jwt"},
            msgspec.json.encode(claims(report) | {"iss": self._issuer}),
            self._key,
            registry=REGISTRY,
        )

    def jwks(self) -> dict[str, Any]:
        """The public half, as served under /.well-known/jwks.json."""
        public = self._key.as_dict(private=False)
        return {"keys": [public | {"kid": self.kid, "use": "sig", "alg": ALGORITHM}]}


def claims(report: Report) -> dict[str, Any]:
    """What a receipt says."""
    transcript = report.transcript
    return {
        "sha256": report.sha256,
        "verdict": report.verdict,
        "reasons": report.reasons,
        "policy": report.policy,
        "generation": report.generation,
        "ledger_head": report.ledger_head,
        "number": transcript.number if transcript else None,
        "version": transcript.version if transcript else None,
        "issuer": transcript.issuer if transcript else None,
        "verified_at": instant(report.at),
    }


def instant(at: datetime) -> str:
    """RFC 3339 with offset, to the second."""
    return at.isoformat(timespec="seconds")


def load(data_dir: Path, issuer: str) -> ReceiptKey:
    """The key of DATA_DIR, made if there is none; two processes that start at once agree on one.

    Raises OSError, or ValueError if the file is no Ed25519 key or others may read it.
    """
    path = data_dir / FILE
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{FILE} may be read by others than its owner; chmod 600 it, or remove it for a new one")
    pem = path.read_bytes()
    if not isinstance(load_pem_private_key(pem, password=None), Ed25519PrivateKey):
        raise ValueError(f"{FILE} holds no Ed25519 key")  # noqa: TRY004 (a file of the wrong content)
    return ReceiptKey(OKPKey.import_key(pem), issuer)


def _make(path: Path) -> None:
    """Write a new key beside its place and link it there: whole, or not at all, and never over another's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=FILE)  # mode 0600, O_EXCL
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
