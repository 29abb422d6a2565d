"""Headers that every response carries, and the last net under every request.

Answers may show a child's record: nothing stores them, frames them, or learns from which page a link was followed. Most
pages load nothing but our own style sheet; the few that ask or scan also load our own scripts, and reach nobody else.
"""

from __future__ import annotations

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from gateway import problems

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

ASKING = {"content-security-policy": f"{CONTENT_SECURITY_POLICY}; script-src 'self'; connect-src 'self'"}
"""What a page says whose scripts ask this service, and nobody else."""

SCANNING = {
    "content-security-policy": f"{CONTENT_SECURITY_POLICY}; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}
"""What a page says that reads QR codes: the decoder is WebAssembly of our own, and the camera is asked for."""

HSTS = "max-age=31536000"
"""A year of TLS alone; said only where PUBLIC_URL is https."""

ALWAYS = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

UNLESS_SAID = {
    "cache-control": "no-store",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Headers:
    """The application, with headers on whatever it sends; what escapes it becomes a problem, never a 500."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        always = ALWAYS | ({"strict-transport-security": HSTS} if secure else {})
        self._always = [(name.encode(), value.encode()) for name, value in always.items()]
        self._unless_said = [(name.encode(), value.encode()) for name, value in UNLESS_SAID.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on (ASGI)."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # answered as GET; the server leaves the body out
            scope = {**scope, "method": "GET"}
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                said = list(message["headers"])
                names = {name.lower() for name, _ in said}
                message["headers"] = [
                    *said,
                    *self._always,
                    *(header for header in self._unless_said if header[0] not in names),
                ]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 (the last net: whatever it is, it is no 500)
            problem = problems.of(error)
            if started:
                raise RuntimeError("an answer broke off") from None
            body = msgspec.json.encode(problem.document())
            headers = {"content-type": problems.MEDIA_TYPE, "content-length": str(len(body))} | problem.headers()
            raw = [(name.encode(), value.encode()) for name, value in headers.items()]
            await sending({"type": "http.response.start", "status": problem.kind.status, "headers": raw})
            await sending({"type": "http.response.body", "body": body, "more_body": False})
