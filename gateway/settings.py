"""Every setting with its name, default and one sentence.

Settings come from the environment alone. A value that cannot be meant stops the program with one sentence; nothing is
guessed.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from issuers.address import host_of
from verify.policy import POLICIES

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MEBIBYTE = 1 << 20

MOST_UPLOAD = 256 * MEBIBYTE
"""More than this in memory, several at once, is no setting but an accident."""

SPARE_WORKERS = 2
"""Workers beyond the number of processors: while files that hang wait for their limit, honest ones need a place."""


class SettingError(ValueError):
    """A setting that cannot be meant; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator chose."""

    data_dir: Path
    database_url: str
    redis_url: str | None
    public_url: str
    host: str
    port: int
    workers: int
    max_upload_bytes: int
    trusted_proxies: tuple[Network, ...]
    policy: str
    conformance_suites: Path | None


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: `read` turns the text into the value, or raises ValueError."""

    name: str
    default: str
    sentence: str
    read: Callable[[str], Any]


def _directory(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _optional_directory(text: str) -> Path | None:
    return _directory(text) if text else None


def _database(text: str) -> str:
    if text and urlsplit(text).scheme.partition("+")[0] not in {"sqlite", "postgresql"}:
        raise ValueError("it must begin with sqlite: or postgresql:")
    return text


def _redis(text: str) -> str | None:
    if text and urlsplit(text).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("it must begin with redis:, rediss: or unix:")
    return text or None


def _public(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("it must be an http or https address without query")
    if text:
        host_of(text)  # every QR code names it
    return text.rstrip("/")


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise ValueError(f"it must be a whole number from {least} to {most}")
        return int(text)

    return read


def _host(text: str) -> str:
    if not text or any(mark in text for mark in "/ ?#@"):
        raise ValueError("it must be a host name or an address")
    return text


def _policy(text: str) -> str:
    if text not in POLICIES:
        raise ValueError(f"it must be one of {', '.join(POLICIES)}")
    return text


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


TABLE = (
    Setting(
        "DATA_DIR",
        "var",
        "Where the SQLite registry, the receipt key and former-receipt-keys.json (public keys of earlier ones) lie.",
        _directory,
    ),
    Setting(
        "DATABASE_URL",
        "",
        "The registry's database, sqlite:///… or postgresql+psycopg://…; empty: registry.sqlite3 in DATA_DIR.",
        _database,
    ),
    Setting(
        "REDIS_URL", "", "Where limits are counted for all replicas together; empty: in this process alone.", _redis
    ),
    Setting(
        "PUBLIC_URL", "", "The address under which everybody reaches the service; empty: http://HOST:PORT.", _public
    ),
    Setting("HOST", "127.0.0.1", "The address to listen on.", _host),
    Setting("PORT", "8000", "The port to listen on; 0: any free one.", _between(0, 65535)),
    Setting(
        "WORKERS",
        str((os.cpu_count() or 1) + SPARE_WORKERS),
        "How many processes read and judge documents; each may use up to one gibibyte.",
        _between(2, 256),
    ),
    Setting(
        "MAX_UPLOAD_BYTES",
        str(20 * MEBIBYTE),
        "The largest file that is taken, in bytes.",
        _between(1024, MOST_UPLOAD),
    ),
    Setting(
        "TRUSTED_PROXIES",
        "",
        "Addresses or networks of reverse proxies whose X-Forwarded-For is believed, separated by commas.",
        _networks,
    ),
    Setting(
        "POLICY",
        "HB-1",
        "The rules to judge by; HB-1-legacy makes SHA-1 and signatures without signed attributes indeterminate.",
        _policy,
    ),
    Setting("CONFORMANCE_SUITES", "", "Where the public conformance suites lie, for tests alone.", _optional_directory),
)


def read(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment; raises SettingError."""
    values: dict[str, Any] = {}
    for setting in TABLE:
        text = environ.get(setting.name, "").strip() or setting.default
        try:
            values[setting.name.lower()] = setting.read(text)
        except ValueError as error:
            raise SettingError(f"{setting.name} cannot be used: {error}.") from None
    values["database_url"] = values["database_url"] or f"sqlite:///{values['data_dir'] / 'registry.sqlite3'}"
    settings = Settings(**values)
    return settings if settings.public_url else replace(settings, public_url=address(settings))


def address(settings: Settings) -> str:
    """Where the server listens, as an address."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def bound(settings: Settings, port: int) -> Settings:
    """The settings once a port is bound: of PORT=0 the one that was free."""
    public = settings.public_url if settings.public_url != address(settings) else ""
    settings = replace(settings, port=port)
    return replace(settings, public_url=public or address(settings))


def describe(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Name, value (secrets masked), default and sentence of every setting."""
    return [
        (setting.name, _shown(getattr(settings, setting.name.lower())), setting.default, setting.sentence)
        for setting in TABLE
    ]


def mask(text: str) -> str:
    """An address without its password."""
    secret = urlsplit(text).password if "://" in text else None
    return text.replace(f":{secret}@", ":***@") if secret else text


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "" if value is None else mask(str(value))
