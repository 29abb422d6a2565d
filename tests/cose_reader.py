"""Another library's reading of COSE_Sign1, one envelope a line: run by the interpreter of `.venv/cose`.

Each line of standard input is JSON: `cose` (hex, tagged), `key` (hex of the raw public key), `algorithm`. Each line of
standard output is JSON: the payload (hex) and whether the signature is the key's, or null for what it refuses.
"""

from __future__ import annotations

import json
import sys

from pycose.keys import EC2Key, OKPKey
from pycose.messages import CoseMessage


def read(line: str) -> dict[str, object] | None:
    """What the library says of one envelope."""
    asked = json.loads(line)
    raw = bytes.fromhex(asked["key"])
    key = (
        OKPKey(crv="ED25519", x=raw) if asked["algorithm"] == "EDDSA" else EC2Key(crv="P_256", x=raw[1:33], y=raw[33:])
    )
    try:
        message = CoseMessage.decode(bytes.fromhex(asked["cose"]))
        message.key = key
        return {"payload": message.payload.hex(), "signed": bool(message.verify_signature())}
    except Exception:  # noqa: BLE001 - whatever it raises, it refuses
        return None


for one in sys.stdin:
    print(json.dumps(read(one)))  # noqa: T201 - its answer
