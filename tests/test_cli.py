"""The command line: exit codes, what goes to which stream, and the same report as over HTTP."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from running import gateway, tiny

from gateway import cli, settings, tokens
from issuers import sample, store
from issuers.refusals import Conflict, Why

DIFFERS = {"id", "verified_at", "receipt"}


@dataclass
class Told:
    """What a command said, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Told]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process, which has loaded everything already."""

    def run(*arguments: object, **environ: str) -> Told:
        with monkeypatch.context() as patch:
            for name in settings_names():
                patch.delenv(name, raising=False)
            for name, value in environ.items():
                patch.setenv(name, value)
            capfd.readouterr()
            try:
                code = cli.main([*map(str, arguments)])
            except SystemExit as usage:
                code = int(str(usage.code))
            return Told(code, *capfd.readouterr())

    return run


def settings_names() -> list[str]:
    return [setting.name for setting in settings.TABLE]


def process(*arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command as its own process."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gateway.cli", *map(str, arguments)],
        env=kept | {"LANG": "C.UTF-8"} | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A folder with the tiny world's registry and a file of each kind."""
    (tmp_path / "registry.sqlite3").write_bytes(tiny().registry)
    (tmp_path / "valid.pdf").write_bytes(tiny().pdf)
    (tmp_path / "invalid.pdf").write_bytes(tiny().unsigned)
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "text.pdf").write_text("hello")
    return tmp_path


def test_a_registry_from_its_first_day(command: Command, tmp_path: Path) -> None:
    data = {"DATA_DIR": str(tmp_path / "new")}
    named = ("init", "--code", "MOET", "--name", "Bộ Giáo dục và Đào tạo")
    assert command(*named, **data).returncode == 0
    again = command(*named, **data)
    assert (again.returncode, again.stdout) == (1, "")
    assert "registry_exists" in again.stderr
    added = command("officer", "add", "--issuer", "MOET", "--name", "Nguyễn Văn Mẫu", "--role", "registrar", **data)
    assert added.returncode == 0
    token = added.stdout.strip()
    assert len(token) >= 43
    assert token not in added.stderr
    for path in (tmp_path / "new").iterdir():
        assert token.encode() not in path.read_bytes()
    wrong = command("officer", "add", "--issuer", "NONE", "--name", "x", **data)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    clean = command("audit", **data)
    assert (clean.returncode, clean.stdout.rpartition(": ")[2]) == (0, "clean\n")
    head = re.search(r"head ([0-9a-f]{64})", clean.stdout)
    assert head is not None
    assert command("audit", "--head", head[1], **data).returncode == 0
    assert command("audit", "--head", "0" * 63 + "1", **data).returncode == 1


def test_audit_tells_an_edit(command: Command, world: Path) -> None:
    engine = store.connect(f"sqlite:///{world / 'registry.sqlite3'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE issuers SET contact = 'x' WHERE code = 'MOET'")
    engine.dispose()
    told = command("audit", "--json", DATA_DIR=str(world))
    assert told.returncode == 1
    assert json.loads(told.stdout)["disagreements"][0]["table"] == "issuers"
    assert "not clean" in command("audit", DATA_DIR=str(world)).stdout


def test_a_token_and_its_fingerprint(command: Command) -> None:
    lines = command("token", "new").stdout.splitlines()
    made = dict(line.split(maxsplit=1) for line in lines)
    assert made["sha256"] == sha256(made["token"].encode()).hexdigest()
    assert made["fingerprint"] == tokens.fingerprint(made["sha256"])
    assert re.fullmatch(r"\d{4} \d{4}", made["fingerprint"])
    assert json.loads(command("token", "new", "--json").stdout)["token"] != made["token"]
    assert tokens.fingerprint("0" * 64) == "0000 0000"


def test_verify_says_all_some_or_none(command: Command, world: Path) -> None:
    data = {"DATA_DIR": str(world)}
    fine = command("verify", world / "valid.pdf", **data)
    assert (fine.returncode, fine.stderr) == (0, "")
    assert fine.stdout.startswith(f"{world / 'valid.pdf'}: valid")
    some = command("verify", *(world / f"{name}.pdf" for name in ("valid", "invalid", "empty", "text")), **data)
    assert some.returncode == 1
    assert [line.partition(": ")[2].split()[0] for line in some.stdout.splitlines()][:2] == ["valid", "invalid"]
    none = command("verify", world / "valid.pdf", world / "missing.pdf", **data)
    assert (none.returncode, none.stdout) == (2, "")
    assert "missing.pdf" in none.stderr
    away = command("verify", world / "valid.pdf", DATABASE_URL=f"sqlite:///{world}/no/such/x.sqlite3")
    assert (away.returncode, away.stdout) == (2, "")
    small = command("verify", world / "valid.pdf", MAX_UPLOAD_BYTES="2048", **data)
    assert small.returncode == 1
    assert "too large" in small.stdout


def test_verify_json_is_what_http_answers(
    command: Command, tmp_path_factory: pytest.TempPathFactory, world: Path
) -> None:
    folder = tmp_path_factory.mktemp("served")
    with gateway(folder) as running:
        for name, status in (("valid", 0), ("invalid", 1), ("text", 1), ("empty", 1)):
            path = world / f"{name}.pdf"
            over_http = running.verify(path.read_bytes()).json()
            told = command("verify", "--json", path, DATA_DIR=str(folder / "data"))
            assert told.returncode == status
            here = json.loads(told.stdout)
            assert set(here) == set(over_http)
            assert {key for key in here if here[key] != over_http[key]} <= DIFFERS


def test_settings_are_listed_with_secrets_masked(command: Command) -> None:
    told = process("settings", REDIS_URL="redis://:hush@h", PORT="9000")
    assert told.returncode == 0
    assert "PORT=9000" in told.stdout
    assert "hush" not in told.stdout
    listed = {row["name"]: row for row in json.loads(command("settings", "--json").stdout)}
    assert listed["MAX_UPLOAD_BYTES"]["value"] == str(20 << 20)


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (("settings",), {"PORT": "many"}),
        (("serve",), {"WORKERS": "0"}),
        (("verify",), {}),
        (("sing",), {}),
        (("officer",), {}),
        (("audit",), {"DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/none"}),
        (("migrate",), {"DATABASE_URL": "sqlite:////no/such/folder/x.sqlite3"}),
    ],
)
def test_what_cannot_be_done_is_two_and_one_sentence(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str]
) -> None:
    told = command(*arguments, DATA_DIR=str(tmp_path), **environ)
    assert (told.returncode, told.stdout) == (2, "")
    assert "Traceback" not in told.stderr
    assert told.stderr


def test_serve_refuses_what_it_cannot_use(world: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = process("serve", DATA_DIR=str(world), PORT=str(taken.getsockname()[1]))
    assert told.returncode == 2
    assert "Cannot listen" in told.stderr
    (world / "receipt-key.pem").write_text("rubbish")
    (world / "receipt-key.pem").chmod(0o600)
    told = process("serve", DATA_DIR=str(world), PORT="0")
    assert told.returncode == 2
    assert "receipt key" in told.stderr
    assert "Traceback" not in told.stderr


def test_an_older_registry_is_migrated_by_migrate_alone(command: Command, world: Path) -> None:
    engine = store.connect(f"sqlite:///{world / 'registry.sqlite3'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    engine.dispose()
    told = command("serve", DATA_DIR=str(world), PORT="0")
    assert told.returncode == 2
    assert "migrate" in told.stderr
    assert command("migrate", DATA_DIR=str(world / "fresh")).returncode == 0
    assert command("audit", DATA_DIR=str(world / "fresh")).returncode == 0


def test_sample_tells_its_steps_and_refuses_a_folder_with_a_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(out: Path, *, seed: int | None, progress: Any) -> None:  # noqa: ANN401 (a callable)
        progress(f"to {out} with {seed}")

    monkeypatch.setattr(sample, "make", make)
    assert cli.main(["sample", "--out", str(tmp_path), "--seed", "5"]) == 0
    said = capsys.readouterr()
    assert said.err == f"to {tmp_path} with 5\n"
    assert str(tmp_path) in said.out

    def refuse(*_: object, **__: object) -> None:
        raise Conflict(Why.REGISTRY_EXISTS)

    monkeypatch.setattr(sample, "make", refuse)
    assert cli.main(["sample", "--out", str(tmp_path)]) == 1
    assert "registry_exists" in capsys.readouterr().err
