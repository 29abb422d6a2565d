"""What every test stands on: no network but this machine's own, and the same examples on every run of CI."""

import ipaddress
import os
import socket
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("local", deadline=None)  # a slow machine is no failing test
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def is_local(address: Any) -> bool:  # noqa: ANN401 (an address has a shape of its own in each family)
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return bool(address[0] == "localhost")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(connect: Any) -> Any:  # noqa: ANN401 (connect and connect_ex return different things)
        def refuse(sock: socket.socket, address: Any) -> Any:  # noqa: ANN401 (as above)
            if not is_local(address):
                message = f"a test must not reach beyond this machine: {address!r}"
                raise AssertionError(message)
            return connect(sock, address)

        return refuse

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
