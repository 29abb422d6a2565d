"""The sample world: a synthetic registry, its keys, and transcripts of every verdict with what is expected of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import URL, select

from issuers import store, tables
from issuers.cast import ORGANISATIONS, Cast, QrHolder, assemble
from issuers.desk import Desk
from issuers.history import History, begin
from issuers.kit import PrivateKey
from issuers.refusals import Conflict, Why
from issuers.scenes import SCENES
from verify.picture import format_of
from verify.trust import Use

DATABASE = "registry.sqlite3"
"""Where `serve` looks under its DATA_DIR."""

PRIVATE = 0o600
"""A private key, even a worthless one, is for its owner to read."""

CLEAN = frozenset({"valid", "superseded"})
"""Verdicts of files that nobody has tampered with: these are also left unsigned, to be signed by others."""

SUFFIXES = {"PNG": ".png", "JPEG": ".jpg"}
"""What a picture is called; all else is a PDF."""

Progress = Callable[[str], None]


def make(out: Path, *, seed: int | None = None, progress: Progress = lambda _: None) -> None:
    """Make a world under `out`: registry.sqlite3, keys/, transcripts/, expected.json and world.json.

    Keys are fresh at every call; `seed` repeats names and grades alone. `progress` is told each step in a few words. A
    world left unfinished is made anew; where a registry stands already it raises Conflict (REGISTRY_EXISTS) and touches
    nothing.
    """
    out.mkdir(parents=True, exist_ok=True)
    engine = store.connect(URL.create("sqlite", database=str(out / DATABASE)))
    try:
        store.migrate(engine)
        with store.reading(engine) as connection:
            if connection.execute(select(tables.registry.c.id)).first():
                raise Conflict(Why.REGISTRY_EXISTS)
        progress("keys and certificates")
        cast = assemble(datetime.now(UTC), seed)
        history = begin(cast)
        expected = _play(out, Desk(cast, history), progress)
        progress("the registry and its ledger")
        with store.writing(engine) as connection:
            history.carry_out(connection)
            states = {row.id: row.state for row in connection.execute(select(tables.keys.c.id, tables.keys.c.state))}
    finally:
        engine.dispose()
    world = _world(out, cast, history, states)
    _write(out / "expected.json", expected)
    _write(out / "world.json", world)  # the last, for it says that the world is whole


def _play(out: Path, desk: Desk, progress: Progress) -> list[dict[str, Any]]:
    """Make the transcripts, scene by scene; the rows of expected.json."""
    folder, rows = out / "transcripts", []
    folder.mkdir(exist_ok=True)
    for count, scene in enumerate(SCENES, start=1):
        progress(f"transcript {count} of {len(SCENES)}: {scene.name}")
        desk.made[scene.name] = made = scene.play(desk)
        file = scene.name + SUFFIXES.get(format_of(made.pdf) or "", ".pdf")
        (folder / file).write_bytes(made.pdf)
        if made.unsigned is not None and scene.verdict in CLEAN:
            (folder / f"{scene.name}.unsigned.pdf").write_bytes(made.unsigned)
        rows.append({"file": file, "verdict": scene.verdict, "reasons": list(scene.reasons), "why": scene.why})
    return rows


def _world(out: Path, cast: Cast, history: History, states: Mapping[str, str]) -> dict[str, Any]:
    """world.json: whatever somebody needs who makes files of his own. Writes the keys and certificates it names."""
    (out / "keys").mkdir(exist_ok=True)
    keys: list[dict[str, Any]] = []
    for slug, holder in cast.everybody.items():
        key, part = history.keys[slug], holder.part
        said = {"id": key, "issuer": part.issuer, "role": part.role, "use": part.use, "holder": holder.name}
        if isinstance(holder, QrHolder):
            files: dict[str, str | None] = {"certificate": None, "key": _private(out, slug, holder.key)}
        else:
            files = _pair(out, slug, holder.signer.certificate, holder.signer.key)
        keys.append({**said, "state": states[key], **files})
    authorities: list[dict[str, Any]] = []
    for slug, one in cast.authorities.items():
        root = _certificate(out, f"ca-{slug}-root", one.root)
        pair = _pair(out, f"ca-{slug}", one.certificate, one.key)
        use = Use.TIMESTAMP if slug == "time-stamps" else Use.DOCUMENT
        authorities.append({"name": one.name, "use": use, **pair, "chain": [root]})
    clock = next(key for key in keys if key["use"] == Use.TIMESTAMP)
    above = next(one for one in authorities if one["use"] == Use.TIMESTAMP)
    return {
        "synthetic": True,
        "issuers": [{"code": one.code, "kind": one.kind, "parent": one.parent or None} for one in ORGANISATIONS],
        "officers": [
            {"issuer": one.issuer, "name": one.name, "role": one.role, "token": one.token} for one in history.officers
        ],
        "keys": keys,
        "authorities": authorities,
        "timestamp": {
            "certificate": clock["certificate"],
            "key": clock["key"],
            "chain": [above["certificate"], *above["chain"]],
        },
    }


def _pair(out: Path, slug: str, certificate: x509.Certificate, key: PrivateKey) -> dict[str, str | None]:
    return {"certificate": _certificate(out, slug, certificate), "key": _private(out, slug, key)}


def _private(out: Path, slug: str, key: PrivateKey) -> str:
    path = f"keys/{slug}.key.pem"
    (out / path).touch(PRIVATE)
    (out / path).chmod(PRIVATE)  # one that an unfinished world left behind
    (out / path).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def _certificate(out: Path, slug: str, certificate: x509.Certificate) -> str:
    path = f"keys/{slug}.cert.pem"
    (out / path).write_bytes(certificate.public_bytes(Encoding.PEM))
    return path


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
