"""The guides do what they say: their commands, run from top to bottom against a gateway."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from founding import SCHOOL, key_id, private
from office import pem, served, token

DOCS = Path(__file__).parents[1] / "docs"
FENCED = re.compile(r"^```(sh|json) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

SCHOOLS = {"": "s1", "registrar": "s-registrar", "department": "d1"}
DEPARTMENTS = {"": "d1", "colleague": "d2", "school": "s1"}
"""Whose token is at hand, by the word behind the fence."""


def run(guide: str, tokens: dict[str, str], folder: Path, url: str) -> str:
    """Run a guide as one script, each block with the token of who would; what it printed."""
    script = ["set -euo pipefail"]
    for kind, word, text in FENCED.findall((DOCS / guide).read_text()):
        if kind == "json":
            (folder / word).write_text(text)
        else:
            script += [f"export GATEWAY_TOKEN={token(tokens[word])}", text]
    for name in ("principal", "next"):
        key = private(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.cert.pem").write_text(pem(name))
        (folder / f"{name}.key.pem").write_bytes(key)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],  # noqa: S607 (whichever the reader has)
        cwd=folder,
        env={"PATH": path, "GATEWAY_URL": url, "LANG": "C.UTF-8"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def look(client: httpx.Client, path: str, who: str) -> Any:  # noqa: ANN401 - JSON
    return client.get(path, headers={"authorization": f"Bearer {token(who)}"}).json()


def test_docs_a_schools_day(tmp_path: Path) -> None:
    (tmp_path / "gateway").mkdir()
    with served(tmp_path / "gateway") as client:
        said = run("guide-school.md", SCHOOLS, tmp_path, str(client.base_url))
        assert '{"version": 2, "on": "2026-06-15", "reason_code": "entry_error"}' in said
        (new,) = client.get(f"/v1/issuers/{SCHOOL}").json()["appointments"]
        (old,) = client.get(f"/v1/issuers/{SCHOOL}", params={"on": "2026-09-15"}).json()["appointments"]
        assert (old["key"]["id"], old["valid_until"]) == (key_id("principal"), "2026-10-31T17:00:00Z")
        assert (new["key"]["id"], new["key"]["state"], new["holder"]) == (key_id("next"), "active", "Trần Thị Mẫu")
        history = client.get(f"/v1/issuers/{SCHOOL}/history").json()["history"]
        assert [one["facts"]["key"] for one in history if one["kind"] == "key_revoked"] == [key_id("principal")]
        assert client.post("/v1/lookups", json={"number": "0" * 15 + "1"}).json()["status"] == "withdrawn"


def test_docs_a_departments_day(tmp_path: Path) -> None:
    (tmp_path / "gateway").mkdir()
    with served(tmp_path / "gateway") as client:
        said = run("guide-department.md", DEPARTMENTS, tmp_path, str(client.base_url))
        assert re.search(r"^\d{4} \d{4}$", said, re.MULTILINE), "the fingerprint"
        school = client.get("/v1/issuers/97000888").json()
        assert (school["name"], school["contact"]) == ("Trường THPT Mẫu", "vanthu@mau.example")
        (held,) = client.get(f"/v1/issuers/{SCHOOL}").json()["appointments"]
        key = held["key"]
        assert (key["state"], key["revocation_reason"]) == ("revoked", "keyCompromise")
        assert key["invalid_since"] == "2026-09-30T17:00:00Z"
        assert look(client, "/v1/admin/proposals?state=open", "d1")["proposals"] == []
        mine = look(client, "/v1/admin/officers", "d1")["officers"]
        assert [one["withdrawn_at"] is not None for one in mine if one["name"] == "Lê Thị Mẫu"] == [True]


@pytest.mark.parametrize("guide", ["guide-school.md", "guide-department.md"])
def test_docs_every_fence_of_a_guide_is_run(guide: str) -> None:
    text = (DOCS / guide).read_text()
    assert len(FENCED.findall(text)) * 2 == len(re.findall(r"^```", text, re.MULTILINE))
