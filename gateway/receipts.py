"""Reports signed as receipts: compact JWS, EdDSA with Ed25519.

A receipt says what was verified, when, under which policy and registry generation, with what result; nothing of the
pupil. The key is made on first start and stays in DATA_DIR; who writes it can forge receipts, but no verdict. `alg` is
`EdDSA`, not yet the `Ed25519` of RFC 9864, because that is what libraries in use can check. They are read generously
(`found`) and judged strictly (`ReceiptKey.read`). When the key is replaced, the public half of the one before is kept
beside it (`FORMER`), and what it signed is still vouched for.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import EdDSAAlgorithm
from joserfc.jwk import OKPKey

from verify.report import Report

FILE = "receipt-key.pem"
FORMER = "former-receipt-keys.json"
"""Public keys that signed before, as /.well-known/jwks.json told them; a key that others had is left out of it."""

ALGORITHM = "EdDSA"
TYPE = "receipt+jwt"

WRITTEN = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{0,86}")
"""A compact JWS in a text: its header is a JSON object, so it begins like this; a signature has 64 bytes."""

DEEPEST = 4
"""How far down a document a `receipt` is looked for: a report may lie in a list, or in a program's own envelope."""


class _Quiet(EdDSAAlgorithm):
    """The algorithm without joserfc's warning that RFC 9864 renames it."""

    security_warning = ""


class _Registry(jws.JWSRegistry):
    """The one algorithm that receipts use."""

    algorithms = {ALGORITHM: _Quiet()}  # noqa: RUF012 (the base class declares it so)


REGISTRY = _Registry(algorithms=[ALGORITHM])


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt says; nothing of the pupil."""

    sha256: str
    verdict: str
    reasons: list[str]
    policy: str
    generation: int
    ledger_head: str
    number: str | None
    version: int | None
    issuer: str | None
    verified_at: str


class FormerKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public key of the set; a private half (`d`) is an unknown field."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str = ""
    use: str = ""
    alg: str = ""


class KeySet(msgspec.Struct, frozen=True):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[FormerKey]


class Why(StrEnum):
    """Why a text is no receipt that this service vouches for."""

    ABSENT = "absent"
    SEVERAL = "several"
    ALTERED = "altered"
    RETIRED_KEY = "retired-key"
    FOREIGN = "foreign"


class NoReceipt(Exception):  # noqa: N818 - says what is wrong with a text, not with the program
    """A text that is no receipt of this service; `why` says in what way."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class ReceiptKey:
    """The key that signs receipts, and the public keys of those before it."""

    def __init__(self, key: OKPKey, issuer: str, former: Iterable[OKPKey] = ()) -> None:
        self._key = key
        self._issuer = issuer
        self.kid = key.thumbprint()
        self._known = {one.thumbprint(): one for one in (key, *former)}

    def sign(self, report: Report) -> str:
        """The receipt of a report."""
        return jws.serialize_compact(
            {"alg": ALGORITHM, "kid": self.kid, "typ": TYPE},
            msgspec.json.encode(claims(report) | {"iss": self._issuer}),
            self._key,
            registry=REGISTRY,
        )

    def read(self, receipt: str) -> Claims:
        """What a receipt says that this key or one before it signed.

        Raises NoReceipt: ALTERED, RETIRED_KEY, FOREIGN.
        """
        kid, issuer = _named(receipt)
        key = self._known.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise NoReceipt(Why.RETIRED_KEY if issuer == self._issuer else Why.FOREIGN)
        try:
            checked = jws.deserialize_compact(receipt, key, registry=REGISTRY)
            if checked.headers().get("typ") != TYPE:
                raise NoReceipt(Why.ALTERED)
            return msgspec.json.decode(checked.payload, type=Claims)
        except (JoseError, ValueError):
            raise NoReceipt(Why.ALTERED) from None

    def jwks(self) -> dict[str, Any]:
        """The public halves, as served under /.well-known/jwks.json; the one that signs comes first."""
        said = {"use": "sig", "alg": ALGORITHM}
        return {"keys": [one.as_dict(private=False) | {"kid": kid} | said for kid, one in self._known.items()]}


def found(content: bytes) -> str:
    """The one receipt in a text, in a file of one, or in a report as JSON; raises NoReceipt: ABSENT, SEVERAL.

    White space, quotation marks of letters and what stands before and after are passed over.
    """
    text = content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig", "replace")
    try:
        told = set(_receipts(json.loads(text), DEEPEST))
    except (ValueError, RecursionError):
        told = set()
    bare = re.sub(r"^[>\s]+|\s+", "", text, flags=re.MULTILINE)
    told = told or set(WRITTEN.findall(bare))
    if len(told) != 1:
        raise NoReceipt(Why.SEVERAL if told else Why.ABSENT)
    return told.pop()


def _receipts(value: Any, depth: int) -> list[str]:  # noqa: ANN401 (whatever JSON holds)
    """Every `receipt` of a document, and a document that is one."""
    if isinstance(value, str):
        return WRITTEN.findall("".join(value.split()))
    if not depth:
        return []
    if isinstance(value, list):
        return [one for item in value for one in _receipts(item, depth - 1)]
    if isinstance(value, dict):
        if isinstance(value.get("receipt"), str):
            return _receipts(value["receipt"], depth)
        return [one for item in value.values() if not isinstance(item, str) for one in _receipts(item, depth - 1)]
    return []


def _named(receipt: str) -> tuple[Any, Any]:
    """The key and the service that a receipt names, believed of nothing yet; raises NoReceipt (ALTERED)."""
    try:
        head, payload = (json.loads(urlsafe_b64decode(part + "==")) for part in receipt.split(".")[:2])
        return head["kid"], payload["iss"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NoReceipt(Why.ALTERED) from None


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

    Raises OSError, or ValueError if the file is no Ed25519 key or others may read it, or if FORMER is no key set.
    """
    path = data_dir / FILE
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{FILE} may be read by others than its owner; chmod 600 it, or remove it for a new one")
    pem = path.read_bytes()
    if not isinstance(load_pem_private_key(pem, password=None), Ed25519PrivateKey):
        raise ValueError(f"{FILE} holds no Ed25519 key")  # noqa: TRY004 (a file of the wrong content)
    return ReceiptKey(OKPKey.import_key(pem), issuer, _former(data_dir / FORMER))


def _former(path: Path) -> list[OKPKey]:
    """The keys before, of which nothing but the public half may be there; raises OSError, ValueError."""
    if not path.exists():
        return []
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=KeySet).keys
        return [OKPKey.import_key({"kty": "OKP", "crv": one.crv, "x": one.x}) for one in kept]
    except (msgspec.MsgspecError, JoseError, ValueError):
        raise ValueError(f"{FORMER} is not what /.well-known/jwks.json says: public Ed25519 keys alone") from None


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
