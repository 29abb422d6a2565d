"""A department's day on the command line, as the guides tell it, against a running gateway."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from founding import SCHOOL, digest, key_id, private
from office import pem, served, sign, token


def run(url: str, who: str, *words: str, code: int = 0) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", *words, "--url", url],
        env=os.environ | {"GATEWAY_TOKEN": token(who)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == code, done.stderr
    told: dict[str, Any] = json.loads(done.stdout if code == 0 else done.stderr)
    return told


def test_a_day(tmp_path: Path) -> None:
    (tmp_path / "gateway").mkdir()
    with served(tmp_path / "gateway") as client:
        url = str(client.base_url).rstrip("/")
        certificate, signature = tmp_path / "principal.pem", tmp_path / "challenge.sig"
        certificate.write_text(pem("principal"))
        asked = [
            *("key", "register", "--issuer", SCHOOL, "--role", "principal", "--holder", "Hiệu Trưởng Mẫu"),
            *("--decision", "12/QĐ", "--valid-from", "2026-08-01T00:00:00+07:00", "--certificate", str(certificate)),
        ]
        told = run(url, "s1", *asked)
        signature.write_bytes(
            base64.b64decode(sign(private("principal"), base64.b64decode(told["challenge"]["bytes"])))
        )
        proven = run(url, "s1", "key", "prove", told["id"], "--signature", str(signature))
        proposal = proven["proposal"]["id"]
        assert run(url, "s1", "key", "approve", proposal, code=1)["type"] == "/problems/own-proposal"
        assert run(url, "d1", "key", "approve", proposal)["key"] == key_id("principal")
        assert run(url, "s1", "key", "suspend", told["id"])["state"] == "suspended"
        said = ["key", "revoke", told["id"], "--reason", "keyCompromise"]
        assert run(url, "s1", *said, "--invalid-since", "2026-10-01T00:00:00+07:00")["state"] == "revoked"
        items = tmp_path / "items.json"
        number = "0" * 15 + "1"
        item = {"number": number, "version": 1, "record_digest": digest("r"), "level": "upper_secondary"}
        items.write_text(json.dumps([item | {"issued_on": "2026-05-31"}]))
        assert run(url, "s-registrar", "transcript", "register", str(items))["results"][0]["result"] == "registered"
        withdrawn = run(url, "s-registrar", "transcript", "withdraw", number, "--reason", "issued_in_error")
        assert withdrawn["status"] == "withdrawn"
        assert run(url, "nobody", "key", "suspend", told["id"], code=1)["status"] == 401


@pytest.mark.parametrize("guide", ["guide-department.md", "guide-school.md"])
def test_docs_guides_name_only_commands_that_there_are(guide: str) -> None:
    text = (Path(__file__).parent.parent / "docs" / guide).read_text()
    commands = [line.split() for line in text.splitlines() if line.startswith("transcript-gateway ")]
    assert commands
    for words in commands:
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli", *words[1:3], "--help"], capture_output=True, check=False, text=True
        )
        assert done.returncode == 0, words
        for word in words[3:]:
            assert not word.startswith("--") or word in done.stdout, word
