"""What departments and schools do daily, on the command line: the admin API, called with a token.

The token is read from the environment (GATEWAY_TOKEN), never from the command line, where others could read it.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

SECONDS = 60
"""The longest a call may take: a bulk call of 10,000 items takes a few seconds."""


def register_key(asked: argparse.Namespace) -> int:
    """Propose a key; prints its challenge, and where the page to sign is."""
    said: dict[str, Any] = {
        "issuer": asked.issuer,
        "role": asked.role,
        "use": asked.use,
        "holder": asked.holder,
        "decision_no": asked.decision,
        "valid_from": asked.valid_from,
    }
    if asked.certificate:
        said["certificate"] = asked.certificate.read_text()
    if asked.public_key:
        said["public_key"] = asked.public_key.read_text()
    return call(asked, "/v1/admin/keys", said)


def prove_key(asked: argparse.Namespace) -> int:
    """Hand in a raw signature over the challenge's bytes, or make it with a key file."""
    told = json.loads(asked.challenge.read_text()) if asked.challenge else {"id": asked.key}
    if asked.signature and asked.key:
        signature = asked.signature.read_bytes()
    elif asked.challenge and asked.with_key:
        signature = _signature(asked.with_key.read_bytes(), base64.b64decode(told["challenge"]["bytes"]))
    else:
        sys.stderr.write("Name KEY and --signature, or --challenge and --with-key.\n")
        return 2
    said = {"signature": base64.b64encode(signature).decode()}
    return call(asked, f"/v1/admin/keys/{quote(asked.key or told['id'], safe='')}/proof", said)


def approve(asked: argparse.Namespace) -> int:
    """Approve a proposal."""
    return call(asked, f"/v1/admin/proposals/{quote(asked.proposal, safe='')}/approval", {})


def suspend_key(asked: argparse.Namespace) -> int:
    """Suspend a key, at once."""
    return call(asked, f"/v1/admin/keys/{quote(asked.key, safe='')}/suspension", {})


def revoke_key(asked: argparse.Namespace) -> int:
    """Revoke a key, at once."""
    said = {"reason": asked.reason} | ({"invalid_since": asked.invalid_since} if asked.invalid_since else {})
    return call(asked, f"/v1/admin/keys/{quote(asked.key, safe='')}/revocation", said)


def register_transcripts(asked: argparse.Namespace) -> int:
    """Register the items of a JSON file, all or nothing."""
    return call(asked, "/v1/admin/transcripts", {"items": json.loads(asked.items.read_text())})


def withdraw_transcript(asked: argparse.Namespace) -> int:
    """Withdraw a transcript."""
    path = f"/v1/admin/transcripts/{quote(asked.number, safe='')}/withdrawal"
    return call(asked, path, {"reason_code": asked.reason, "decision_no": asked.decision})


def anything(asked: argparse.Namespace) -> int:
    """Call any address of the API; what it takes stands at /schema."""
    said = None if asked.body is None else json.loads(asked.body)
    return call(asked, asked.path, said, method=asked.method)


def call(asked: argparse.Namespace, path: str, said: Any = None, *, method: str = "POST") -> int:  # noqa: ANN401 (JSON)
    """Call the API once, however often it is tried; prints the answer. 0 done, 1 refused, 2 not reached."""
    import urllib.error  # noqa: PLC0415 (a worker loads the command line too, and stays small)
    import urllib.request  # noqa: PLC0415

    token = os.environ.get("GATEWAY_TOKEN", "")
    request = urllib.request.Request(  # noqa: S310 (the operator's own address)
        asked.url.rstrip("/") + path,
        data=None if said is None else json.dumps(said).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310 (as above)
            sys.stdout.write(_told(json.load(response), asked.pick) + "\n")
            return 0
    except urllib.error.HTTPError as refusal:
        with refusal:
            sys.stderr.write(refusal.read().decode(errors="replace") + "\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"The gateway at {asked.url} cannot be reached: {type(error).__name__}.\n")
        return 2


def _told(answer: Any, pick: str) -> str:  # noqa: ANN401 (any JSON)
    """An answer, or one member of it alone, such as `proposals.0.id`."""
    for step in pick.split(".") if pick else ():
        answer = answer[int(step)] if isinstance(answer, list) else answer[step]
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


def _signature(pem: bytes, content: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 (as above)
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    key = load_pem_private_key(pem, None)
    match key:
        case rsa.RSAPrivateKey():
            return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        case ec.EllipticCurvePrivateKey():
            return key.sign(content, ec.ECDSA(hashes.SHA256()))
        case ed25519.Ed25519PrivateKey():
            return key.sign(content)
    raise SystemExit("the key is neither RSA nor ECDSA nor Ed25519")


def add(commands: Any) -> None:  # noqa: ANN401 (argparse's own, which has no public name)
    """Add `key …`, `transcript …` and `call` to the command line."""
    key = commands.add_parser("key", help="Keys, over the admin API.").add_subparsers(required=True, metavar="ACTION")
    made = _action(key, "register", register_key)
    for name in ("issuer", "role", "valid-from"):
        made.add_argument(f"--{name}", required=True)
    made.add_argument("--use", choices=["document", "qr", "timestamp"], default="document")
    made.add_argument("--holder", default="")
    made.add_argument("--decision", default="")
    made.add_argument("--certificate", type=Path, help="PEM, its chain behind it")
    made.add_argument("--public-key", type=Path, help="PEM")
    made = _action(key, "prove", prove_key)
    made.add_argument("key", nargs="?")
    made.add_argument("--signature", type=Path, help="the raw signature over the challenge's bytes")
    made.add_argument("--challenge", type=Path, help="or what `key register` answered")
    made.add_argument("--with-key", type=Path, help="and the private key to sign it with, PEM")
    _action(key, "approve", approve).add_argument("proposal")
    _action(key, "suspend", suspend_key).add_argument("key")
    made = _action(key, "revoke", revoke_key)
    made.add_argument("key")
    made.add_argument("--reason", required=True)
    made.add_argument("--invalid-since", default="")
    made = _action(commands, "call", anything)
    made.add_argument("method", choices=["GET", "POST", "PATCH", "DELETE"])
    made.add_argument("path", help="such as /v1/admin/proposals?state=open")
    made.add_argument("body", nargs="?", help="JSON")
    transcript = commands.add_parser("transcript", help="The register, over the admin API.")
    transcripts = transcript.add_subparsers(required=True, metavar="ACTION")
    _action(transcripts, "register", register_transcripts).add_argument("items", type=Path)
    made = _action(transcripts, "withdraw", withdraw_transcript)
    made.add_argument("number")
    made.add_argument("--reason", required=True)
    made.add_argument("--decision", default="")


def _action(commands: Any, name: str, run: Any) -> argparse.ArgumentParser:  # noqa: ANN401 (as above)
    added: argparse.ArgumentParser = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
    added.add_argument("--pick", default="", metavar="MEMBER", help="print one member alone, such as proposal.id")
    added.add_argument("--url", default=os.environ.get("GATEWAY_URL", "http://127.0.0.1:8000"))
    added.set_defaults(run=lambda asked, _: run(asked))
    return added
