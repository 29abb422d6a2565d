"""How QR codes name a gateway (docs/qr.md, 1)."""

from __future__ import annotations

from urllib.parse import urlsplit

from verify.qr import HOST


def host_of(public_url: str) -> str:
    """The host, with its port, that the codes of a gateway name: in capitals, IDN as punycode.

    Raises ValueError for an address that is more than scheme, host and port, or too long for a code.
    """
    url = urlsplit(public_url)
    host = (url.hostname or "").encode("idna").decode("ascii").upper() + (f":{url.port}" if url.port else "")
    bare = url.path in {"", "/"} and not (url.query or url.fragment or url.username)
    if url.scheme not in {"http", "https"} or not bare or not HOST.fullmatch(host):
        raise ValueError("the public address is a scheme, a host of at most 40 characters, and a port")
    return host
