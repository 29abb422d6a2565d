"""Settings: all listed, bad ones refused in one sentence, secrets never shown."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from gateway import settings
from gateway.settings import TABLE, SettingError, Settings, bound, describe, mask, read

CONTRACT = {
    *("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "HOST", "PORT", "WORKERS", "DATA_DIR", "MAX_UPLOAD_BYTES"),
    *("TRUSTED_PROXIES", "CONFORMANCE_SUITES"),
}
BESIDES = {"POLICY"}
"""Settings that the contract does not name."""


def test_the_table_the_class_and_the_contract_name_the_same() -> None:
    assert {setting.name for setting in TABLE} == CONTRACT | BESIDES
    assert {field.name.upper() for field in dataclasses.fields(Settings)} == CONTRACT | BESIDES
    assert all(re.fullmatch(r"[A-Z].+\.", setting.sentence) for setting in TABLE)


def test_defaults_serve_one_machine() -> None:
    chosen = read({})
    assert chosen.database_url == f"sqlite:///{Path('var').absolute()}/registry.sqlite3"
    assert (chosen.host, chosen.port, chosen.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert chosen.max_upload_bytes == 20 * 1024 * 1024
    assert chosen.workers >= 3
    assert chosen.redis_url is None
    assert chosen.trusted_proxies == ()


def test_the_registry_lies_in_the_data_directory() -> None:
    assert read({"DATA_DIR": "/srv/x"}).database_url == "sqlite:////srv/x/registry.sqlite3"
    assert read({"DATA_DIR": "/srv/x", "DATABASE_URL": "postgresql+psycopg://h/d"}).database_url.startswith("postg")


def test_a_bound_port_is_named_unless_the_operator_named_the_address() -> None:
    assert bound(read({"PORT": "0"}), 4711).public_url == "http://127.0.0.1:4711"
    assert bound(read({"PORT": "0", "HOST": "::1"}), 4711).public_url == "http://[::1]:4711"
    assert (
        bound(read({"PORT": "0", "PUBLIC_URL": "https://hocba.example/"}), 4711).public_url == "https://hocba.example"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "٨٠٠٠"),
        ("POLICY", "HB-2"),
        ("WORKERS", "0"),
        ("WORKERS", "1"),
        ("MAX_UPLOAD_BYTES", "20 MiB"),
        ("MAX_UPLOAD_BYTES", "99999999999"),
        ("DATABASE_URL", "mysql://u:secret@h/d"),
        ("DATABASE_URL", "registry.sqlite3"),
        ("REDIS_URL", "http://h"),
        ("PUBLIC_URL", "hocba.example"),
        ("PUBLIC_URL", "https://x/?y"),
        ("HOST", "a b"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "proxy"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_in_one_sentence(name: str, text: str) -> None:
    with pytest.raises(SettingError) as refusal:
        read({name: text})
    told = str(refusal.value)
    assert told.startswith(name)
    assert told.endswith(".")
    assert "\n" not in told
    assert "secret" not in told


def test_secrets_are_masked() -> None:
    chosen = read({"DATABASE_URL": "postgresql+psycopg://u:hush@h/d", "REDIS_URL": "redis://:hush@h"})
    shown = str(describe(chosen))
    assert "hush" not in shown
    assert "***" in shown
    assert mask("redis://h") == "redis://h"


def test_empty_means_unset() -> None:
    assert read({"PORT": "", "REDIS_URL": " "}) == read({})
    assert settings.read({"TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies[1].version == 6
