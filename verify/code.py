"""One QR code as a reader sees it: its text taken apart, and nothing of it believed (docs/qr.md, 1 and 3 to 5)."""

from __future__ import annotations

from dataclasses import dataclass

from verify.claims import Claims, read_claims
from verify.envelope import Sealed, open_envelope
from verify.qr import Refused, read_text, unpack


@dataclass(frozen=True, slots=True)
class Code:
    """A code of ours: its envelope and claims, or why there are none.

    `foreign_host`: its address is another gateway's. `refused` is (item of docs/qr.md, stable word) and stands alone,
    None for a code that is whole.
    """

    foreign_host: bool
    sealed: Sealed | None = None
    claims: Claims | None = None
    refused: tuple[int, str] | None = None


def read_code(text: str, host: str = "") -> Code:
    """Take a scanned text apart; `host` is this gateway's own, with its port ("": none to compare with).

    Raises Refused, item 1, for a text that is no code of ours; what items 3 to 5 refuse is told in the Code.
    """
    named, digits = read_text(text)
    foreign = bool(host) and named not in {None, host.upper()}
    try:
        sealed = open_envelope(unpack(digits))
        return Code(foreign, sealed, read_claims(sealed.payload))
    except Refused as why:
        return Code(foreign, refused=(why.item, why.code))
