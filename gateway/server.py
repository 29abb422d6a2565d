"""Serving: what is taken is answered, on start, under load and on stop.

uvicorn with three changes. A request's head must arrive in time. On SIGTERM the connections that wait in the kernel
are still taken, requests on their way are still read, kept connections get time for a last one, and only then close.
And a stop that was asked for ends with exit code 0.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import signal
import socket
from collections.abc import Generator
from typing import Any

import uvicorn
from litestar.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 15.0
"""The longest a request's head may take, from the connection or from its first byte; also the rest of a body that was
refused before it ended."""

LINGER_SECONDS = 0.3
"""How long requests that are on their way may take to arrive once a stop was asked for."""

FAREWELL_SECONDS = 3.0
"""How long, beyond that, a kept connection may bring one more request, which is answered with `Connection: close`. To
close it at once would lose what a client on a slow line or a busy machine was just sending (RFC 9112, 9.5)."""

GRACE_SECONDS = 25
"""How long requests in hand may take after that; container managers commonly kill after 30 s."""

KEEP_ALIVE_SECONDS = 10
"""How long an idle connection is kept: a clerk's next file, or a program's."""

BACKLOG = 2048
"""Connections that may wait in the kernel while the server is busy."""


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, with a limit to how long a peer may keep a connection without a whole head."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection owes us a head."""
        super().connection_made(transport)
        self._expect()

    def on_message_begin(self) -> None:
        """A further request on the same connection owes us its own."""
        super().on_message_begin()
        self._expect()

    def on_headers_complete(self) -> None:
        """The head is there; the body has limits of its own."""
        self._relax()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Answered: what is left of a body that nobody wants must end soon."""
        super().on_response_complete()
        if self.cycle.more_body:
            self._expect()

    def on_message_complete(self) -> None:
        """The body has ended."""
        self._relax()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is owed any more."""
        self._relax()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._relax()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _relax(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Server(uvicorn.Server):
    """uvicorn's server, with a stop that loses nothing."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take SIGTERM and SIGINT as a wish to stop, not as a failure to be raised again at the end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in order: take who already waits, read what is on its way, answer it all, then end."""
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        waiting = [sock.dup() for sock in sockets or []]  # keeps the queue of connections while uvicorn closes its own
        for server in self.servers:
            server.close()
        for sock in waiting:
            await self._take_all(sock)
        await asyncio.sleep(LINGER_SECONDS)
        clock = asyncio.get_running_loop().time
        parting = clock() + FAREWELL_SECONDS
        while self.server_state.connections and clock() < parting:  # noqa: ASYNC110 (a plain set: nobody tells)
            await asyncio.sleep(LINGER_SECONDS / 10)
        await super().shutdown(sockets)

    async def _take_all(self, sock: socket.socket) -> None:
        """Accept every connection that the kernel has taken for us."""
        with sock, contextlib.suppress(BlockingIOError):
            sock.settimeout(0)
            while True:
                connection, _ = sock.accept()
                connection.settimeout(0)
                await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> Protocol:
        return Protocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; raises OSError, say for a port that is taken."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return socket.create_server(address[:2], family=family, backlog=BACKLOG)


def run(app: ASGIApp, sock: socket.socket) -> bool:
    """Serve until SIGTERM or SIGINT; False if the application did not start."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold what was uploaded (P6)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it would print requests and traces as they come
    application: Any = app
    config = uvicorn.Config(
        application,
        http=Protocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = Server(config)
    with sock, contextlib.suppress(SystemExit):  # uvicorn's way to say that the application did not start
        server.run(sockets=[sock])
    return server.started
