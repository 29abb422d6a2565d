"""The issuer's kit on the command line: a PDF of its own, stamped, signed by two and registered, is valid."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from running import gateway

from gateway import cli
from issuers import camera, cast, kit, pupils, sample, scenes
from verify.trust import VIETNAM, Level

SECRET = "for this test alone"  # noqa: S105 (it guards a key made here)


def record(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    """A record of a school of the sample world, issued today."""
    school, today = cast.BY_CODE[cast.SONG_MAY], datetime.now(VIETNAM).date()
    issuer = {"code": school.code, "name": school.name, "department_code": school.parent, "province_code": "97"}
    made = pupils.record(
        Random(3),  # noqa: S311 (it invents names and marks)
        issuer,
        Level.UPPER_SECONDARY,
        number=kit.number(),
        issued_on=today,
        last_year=today.year - 1,
        place_of_birth=school.place,
    )
    return made | changes


@dataclass(frozen=True)
class Desk:
    """A folder with a sample world's keys, a record, and a PDF of the issuer's own without a code."""

    folder: Path
    world: dict[str, Any]

    def key(self, slug: str) -> dict[str, str]:
        """The files of a key of the school."""
        (found,) = (one for one in self.world["keys"] if one["key"] == f"keys/song-may-{slug}.key.pem")
        return {name: str(self.folder / found[name]) for name in ("certificate", "key") if found[name]}

    @property
    def token(self) -> str:
        """A registrar's."""
        officers = self.world["officers"]
        return next(
            str(one["token"]) for one in officers if (one["issuer"], one["role"]) == (cast.SONG_MAY, "registrar")
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample, "SCENES", scenes.SCENES[1:2])
        sample.make(folder)
    made = record()
    (folder / "record.json").write_text(json.dumps(made))
    (folder / "own.pdf").write_bytes(kit.compose(made))
    return Desk(folder, json.loads((folder / "world.json").read_text()))


def run(*words: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """The real command, as its own process."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gateway.cli", "kit", *map(str, words)],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines())


def test_stamped_signed_by_two_and_registered_it_is_valid(
    desk: Desk, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own, said = desk.folder / "own.pdf", ("--record", desk.folder / "record.json")
    stamped, once, twice = (tmp_path / f"{name}.pdf" for name in ("stamped", "once", "twice"))
    pupil = json.loads((desk.folder / "record.json").read_text())["pupil"]
    with gateway(
        tmp_path_factory.mktemp("served"), registry=(desk.folder / "registry.sqlite3").read_bytes()
    ) as running:
        qr = desk.key("qr")["key"]
        code = told(run("stamp", own, *said, "--key", qr, "--url", running.url, "--out", stamped))
        assert code["version"] == "1"
        for slug, role, before, after in (
            ("principal", "principal", stamped, once),
            ("seal", "school_seal", once, twice),
        ):
            pair = desk.key(slug)
            signed = told(
                run("sign", before, "--certificate", pair["certificate"], "--key", pair["key"], "--out", after)
            )
            assert signed["field"] == role
        registered = run("register", twice, *said, "--gateway", running.url, GATEWAY_TOKEN=desk.token)
        assert registered.returncode == 0, registered.stderr[-1500:]
        assert json.loads(registered.stdout)["results"][0] == {
            "number": code["number"],
            "version": 1,
            "result": "registered",
        }
        assert not any(str(value) in registered.stdout for value in pupil.values())
        valid = running.verify(twice.read_bytes()).json()
        assert (valid["verdict"], valid["reasons"]) == ("valid", [])
        photo = running.verify(camera.photo(twice.read_bytes())).json()
        assert (photo["verdict"], photo["reasons"]) == ("valid", ["QR_ONLY"])
        nobody = run("register", twice, *said, "--gateway", running.url, GATEWAY_TOKEN=code["number"])
        assert (nobody.returncode, nobody.stdout) == (1, "")


@dataclass
class Told:
    """What a command said in this process."""

    code: int
    out: str
    err: str


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 - a function
    def run(*words: object, **environ: str) -> Told:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            capfd.readouterr()
            code = cli.main(["kit", *map(str, words)])
            return Told(code, *capfd.readouterr())

    return run


def without_record(pdf: bytes) -> bytes:
    """A PDF as an issuer makes it who has never heard of transcript.json."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        del document.Root.AF, document.Root.Names
        document.save(out)
    return out.getvalue()


def stamping(desk: Desk, *more: object, **changes: object) -> list[object]:
    """The words of a stamp that works, with what differs."""
    words = {"record": desk.folder / "record.json", "key": desk.key("qr")["key"], "url": "http://127.0.0.1:8000"}
    chosen: dict[str, object] = {"file": desk.folder / "own.pdf", **words, **changes}
    options = [part for name in words for part in (f"--{name}", chosen[name])]
    return ["stamp", chosen["file"], *options, *more]


def test_a_code_without_grades_says_what_it_lacks(desk: Desk, here: Any, tmp_path: Path) -> None:  # noqa: ANN401
    done = here(*stamping(desk, "--leave-out", "8-11,7", "--out", tmp_path / "x.pdf"))
    assert done.code == 0
    assert "lacks claims 7, 8, 9, 10, 11" in done.err
    where = ("--page", 2, "--left", 20, "--top", 200)
    assert here(*stamping(desk, *where, "--out", tmp_path / "y.pdf")).code == 0
    assert "bears a QR code already" in here(*stamping(desk, file=tmp_path / "y.pdf")).err
    printed = ("--page", 1, "--left", 20, "--top", 100)
    assert here(*stamping(desk, *printed)).err.startswith("There is no blank place")


def test_what_cannot_be_stamped_is_one_sentence_and_changes_nothing(desk: Desk, here: Any, tmp_path: Path) -> None:  # noqa: ANN401
    signed, garbage, other = tmp_path / "signed.pdf", tmp_path / "garbage", tmp_path / "other.json"
    pair = desk.key("principal")
    signer = kit.signer_of(Path(pair["certificate"]).read_bytes(), Path(pair["key"]).read_bytes())
    own = (desk.folder / "own.pdf").read_bytes()
    signed.write_bytes(kit.sign(own, signer, "principal"))
    garbage.write_bytes(b"no such thing")
    other.write_text(json.dumps(record()))
    wide = tmp_path / "wide.pem"
    wide.write_bytes(
        ec.generate_private_key(ec.SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    link = tmp_path / "link.pdf"
    link.symlink_to(desk.folder / "own.pdf")
    before = {path: path.read_bytes() for path in (*tmp_path.iterdir(), desk.folder / "own.pdf")}
    for words, sentence in (
        (stamping(desk, "--out", desk.folder / "own.pdf"), "is an input"),
        (stamping(desk, "--out", link), "is an input"),
        (stamping(desk, file=tmp_path / "none.pdf"), "cannot be read"),
        (stamping(desk, file=garbage), "cannot be opened as a PDF"),
        (stamping(desk, file=signed), "signed already"),
        (stamping(desk, record=garbage), "is no record"),
        (stamping(desk, record=other), "is not the one that was named"),
        (stamping(desk, key=garbage), "is no private key"),
        (stamping(desk, key=wide), "P-256 or Ed25519"),
        (stamping(desk, key=pair["key"], url="http://127.0.0.1/x"), "public address"),
        (stamping(desk, "--leave-out", "5"), "8-11, 7 and 6"),
        (stamping(desk, "--page", 1), "go together"),
    ):
        done = here(*words)
        assert (done.code, done.out) == (2, ""), sentence
        assert sentence in done.err
        assert done.err.count("\n") == 1
    assert {path: path.read_bytes() for path in before} == before
    assert set(tmp_path.iterdir()) | {desk.folder / "own.pdf"} == set(before)


def test_a_code_too_large_says_what_to_leave_out(
    desk: Desk,
    here: Any,  # noqa: ANN401
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("issuers.symbol.MAX_VERSION", 11)
    done = here(*stamping(desk, "--out", tmp_path / "x.pdf"))
    assert (done.code, "--leave-out 8-11." in done.err) == (2, True)
    assert here(*stamping(desk, "--leave-out", "8-11", "--out", tmp_path / "x.pdf")).code == 0


def test_what_cannot_sign_is_one_sentence(desk: Desk, here: Any, tmp_path: Path) -> None:  # noqa: ANN401
    principal, seal, own = desk.key("principal"), desk.key("seal"), desk.folder / "own.pdf"
    out = tmp_path / "signed.pdf"

    def sign(file: Path, certificate: str, key: object, *more: object, **environ: str) -> Told:
        told: Told = here("sign", file, "--certificate", certificate, "--key", key, "--out", out, *more, **environ)
        return told

    for done, sentence in (
        (sign(own, principal["certificate"], seal["key"]), "is not the key of"),
        (sign(own, principal["key"], principal["key"]), "cannot sign"),
        (sign(tmp_path / "none.pdf", **principal), "cannot be read"),
        (sign(desk.folder / "record.json", **principal), "cannot be signed"),
    ):
        assert (done.code, done.out) == (2, "")
        assert sentence in done.err
        assert done.err.count("\n") == 1
    assert not out.exists()
    locked = tmp_path / "locked.pem"
    made = kit.signer_of(Path(principal["certificate"]).read_bytes(), Path(principal["key"]).read_bytes())
    form = (Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET.encode()))
    locked.write_bytes(made.key.private_bytes(*form))
    assert "KEY_PASSWORD" in sign(own, principal["certificate"], locked).err
    assert sign(own, principal["certificate"], locked, "--field", "school_seal", KEY_PASSWORD=SECRET).code == 0
    assert kit.empty_fields(out.read_bytes()) == ["principal"]


def test_what_contradicts_itself_is_not_registered(desk: Desk, here: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Nothing is sent: the address given is nobody's, and the refusal is about the file."""
    one, two = (record(number=kit.number()) for _ in range(2))
    (tmp_path / "one.json").write_text(json.dumps(one))
    pair = desk.key("principal")
    signer = kit.signer_of(Path(pair["certificate"]).read_bytes(), Path(pair["key"]).read_bytes())
    (tmp_path / "two.json").write_text(json.dumps(two))
    (tmp_path / "plain.pdf").write_bytes(paper := kit.compose(one))
    (tmp_path / "bare.pdf").write_bytes(without_record(paper))
    wrong = tmp_path / "wrong.pdf"
    made = here(*stamping(desk, "--out", wrong, file=tmp_path / "bare.pdf", record=tmp_path / "two.json"))
    assert made.code == 0
    (tmp_path / "wrong-signed.pdf").write_bytes(kit.sign(wrong.read_bytes(), signer, "principal"))
    (tmp_path / "signed.pdf").write_bytes(kit.sign(paper, signer, "principal"))
    nobody = ("--gateway", "http://127.0.0.1:1")
    for file, said, sentence in (
        ("plain.pdf", "one.json", "is not signed"),
        ("signed.pdf", "two.json", "is not the one that was named"),
        ("wrong-signed.pdf", "one.json", "says something else"),
        ("wrong-signed.pdf", "two.json", "cannot be reached"),
    ):
        done = here("register", tmp_path / file, "--record", tmp_path / said, *nobody)
        assert (done.code, done.out) == (2, ""), sentence
        assert sentence in done.err, done.err
