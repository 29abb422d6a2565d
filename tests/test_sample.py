"""The sample world: a whole registry, transcripts of every verdict, and keys for whoever makes files of his own."""

from __future__ import annotations

import json
import stat
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from sqlalchemy import Engine, select
from test_differential import Compared, envelopes_alike, held

from gateway import settings
from issuers import (
    cast,
    desk,
    doubtful,
    forged,
    genuine,
    history,
    kit,
    printouts,
    pupils,
    sample,
    scenes,
    snapshot,
    store,
    symbol,
    tables,
)
from issuers.address import host_of
from issuers.audit import audit
from issuers.refusals import Conflict
from verify import record
from verify.documents import open_document
from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Reason, Report
from verify.trust import Level, Names

HOST = host_of(desk.PUBLIC_URL)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world") / "var"
    sample.make(folder, seed=1)
    return folder


@pytest.fixture(scope="module")
def engine(out: Path) -> Engine:
    return store.connect(f"sqlite:///{out / 'registry.sqlite3'}")


@pytest.fixture(scope="module")
def world(out: Path) -> dict[str, Any]:
    world: dict[str, Any] = json.loads((out / "world.json").read_text())
    return world


@pytest.fixture(scope="module")
def expected(out: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((out / "expected.json").read_text())
    return rows


def judged(engine: Engine, content: bytes, host: str = HOST) -> Report:
    evidence = open_document(content, host)
    return judge(evidence, snapshot.read(engine, evidence.names), HB_1, datetime.now(UTC))


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def random(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (it invents names and marks)


def test_every_file_is_judged_as_the_law_says(out: Path, engine: Engine, expected: list[dict[str, Any]]) -> None:
    said = {}
    for row in expected:
        report = judged(engine, (out / "transcripts" / row["file"]).read_bytes())
        said[row["file"]] = (report.verdict.value, [reason.value for reason in report.reasons])
        assert report.synthetic
    assert said == {row["file"]: (row["verdict"], row["reasons"]) for row in expected}


def test_all_four_verdicts_and_their_reasons_are_there_in_the_law_s_order(expected: list[dict[str, Any]]) -> None:
    assert len(expected) >= 30
    assert Counter(row["verdict"] for row in expected).keys() == {"valid", "superseded", "indeterminate", "invalid"}
    order = [reason.value for reason in Reason]
    for row in expected:
        assert set(row) == {"file", "verdict", "reasons", "why"}
        assert row["reasons"] == sorted(row["reasons"], key=order.index)
        assert row["why"].endswith(".")
        assert row["file"].startswith(row["verdict"])


def test_clean_transcripts_are_there_unsigned_too(out: Path, expected: list[dict[str, Any]]) -> None:
    files = {path.name for path in (out / "transcripts").iterdir()}
    clean = {
        row["file"] for row in expected if row["verdict"] in {"valid", "superseded"} and "QR_ONLY" not in row["reasons"]
    }
    assert files == {row["file"] for row in expected} | {name.replace(".pdf", ".unsigned.pdf") for name in clean}
    for name in clean:
        unsigned = (out / "transcripts" / name.replace(".pdf", ".unsigned.pdf")).read_bytes()
        assert (out / "transcripts" / name).read_bytes().startswith(unsigned)


def test_somebody_else_can_sign_with_the_keys_of_the_world(out: Path, engine: Engine, world: dict[str, Any]) -> None:
    pdf = (out / "transcripts" / "valid-unregistered.unsigned.pdf").read_bytes()
    for role in ("principal", "school_seal"):
        (key,) = [
            one for one in world["keys"] if (one["issuer"], one["role"], one["state"]) == ("98000502", role, "active")
        ]
        signer = kit.signer_of((out / key["certificate"]).read_bytes(), (out / key["key"]).read_bytes())
        pdf = kit.sign(pdf, signer, role)
    assert judged(engine, pdf).verdict == "valid"


def test_world_json_names_what_a_maker_of_files_needs(out: Path, engine: Engine, world: dict[str, Any]) -> None:
    kinds = Counter(issuer["kind"] for issuer in world["issuers"])
    assert kinds == {"ministry": 1, "department": 2, "school": 4}
    for issuer in world["issuers"]:
        assert set(issuer) == {"code", "kind", "parent"}
        admins = [one for one in world["officers"] if (one["issuer"], one["role"]) == (issuer["code"], "admin")]
        assert len(admins) >= 2
    with store.reading(engine) as connection:
        hashes = set(connection.execute(select(tables.officers.c.token_sha256)).scalars())
    assert hashes == {sha256(officer["token"].encode()).hexdigest() for officer in world["officers"]}
    assert {key["use"] for key in world["keys"]} == {"document", "timestamp", "qr"}
    assert len({key["issuer"] for key in world["keys"] if (key["use"], key["state"]) == ("qr", "active")}) >= 2
    assert {key["state"] for key in world["keys"]} == {"active", "suspended", "revoked", "retired"}
    for key in world["keys"]:
        assert set(key) == {"id", "issuer", "role", "use", "holder", "state", "certificate", "key"}
        spki = load_pem_private_key((out / key["key"]).read_bytes(), None).public_key()
        assert key["id"] == sha256(spki.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
        assert (key["certificate"] is None) == (key["use"] == "qr")
    for one in (*world["authorities"], world["timestamp"]):
        issued, *above = (certificate(out / path) for path in (one["certificate"], *one["chain"]))
        for issuer in above:
            issued.verify_directly_issued_by(issuer)
            issued = issuer


def test_private_keys_fit_their_certificates_and_are_their_owner_s_to_read(out: Path, world: dict[str, Any]) -> None:
    for one in (*world["keys"], *world["authorities"], world["timestamp"]):
        path = out / one["key"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        key = load_pem_private_key(path.read_bytes(), None)
        if one["certificate"] is not None:
            assert key.public_key() == certificate(out / one["certificate"]).public_key()


def certified(world: dict[str, Any]) -> list[dict[str, Any]]:
    return [key for key in world["keys"] if key["certificate"] is not None]


def test_certificates_are_good_for_years_to_come_and_gone_by(out: Path, world: dict[str, Any]) -> None:
    for one in (*certified(world), *world["authorities"]):
        found = certificate(out / one["certificate"])
        assert found.not_valid_before_utc < datetime.now(UTC) - timedelta(days=3 * 365)
        assert found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=2 * 365)


def test_keys_are_of_all_kinds(out: Path, world: dict[str, Any]) -> None:
    kinds = {type(certificate(out / key["certificate"]).public_key()).__name__ for key in certified(world)}
    assert kinds == {"RSAPublicKey", "ECPublicKey", "Ed25519PublicKey"}
    bare = [load_pem_private_key((out / key["key"]).read_bytes(), None) for key in world["keys"] if key["use"] == "qr"]
    assert {type(key.public_key()).__name__ for key in bare} == {"ECPublicKey", "Ed25519PublicKey"}


def test_somebody_else_can_make_codes_with_the_keys_of_the_world(
    out: Path, engine: Engine, world: dict[str, Any]
) -> None:
    """All is in order with such a code, but that nobody has registered it."""
    (key,) = [one for one in world["keys"] if (one["issuer"], one["use"]) == (cast.SONG_MAY, "qr")]
    private = load_pem_private_key((out / key["key"]).read_bytes(), None)
    assert isinstance(private, symbol.QrKey)
    (said,) = open_document((out / "transcripts" / "valid.pdf").read_bytes(), HOST).revisions[-1:]
    assert said.attachment is not None
    assert said.attachment.content is not None
    other = json.loads(said.attachment.content) | {"number": kit.number()}
    report = judged(engine, symbol.picture(symbol.make(other, private, desk.PUBLIC_URL)))
    assert (report.verdict, report.reasons) == ("indeterminate", ("NOT_REGISTERED", "QR_ONLY"))


def test_every_signed_transcript_of_a_school_with_a_qr_key_bears_its_code(out: Path) -> None:
    for name in ("valid", "valid-unregistered", "valid-primary-of-a-private-school", "superseded"):
        evidence = open_document((out / "transcripts" / f"{name}.pdf").read_bytes(), HOST)
        (code,) = evidence.codes
        assert code.claims is not None
        assert code.claims.complete
        assert not code.foreign_host


def test_a_code_of_this_world_is_foreign_to_another_gateway(out: Path, engine: Engine) -> None:
    report = judged(engine, (out / "transcripts" / "valid-photo.jpg").read_bytes(), "HOCBA.EXAMPLE")
    assert (report.verdict, report.reasons) == ("valid", ("QR_ONLY", "QR_FOREIGN_HOST"))


def test_files_are_named_by_what_they_are(out: Path, expected: list[dict[str, Any]]) -> None:
    begins = {".pdf": b"%PDF-", ".png": b"\x89PNG", ".jpg": b"\xff\xd8\xff"}
    kinds = Counter(Path(row["file"]).suffix for row in expected)
    assert kinds.keys() == begins.keys()
    for row in expected:
        content = (out / "transcripts" / row["file"]).read_bytes()
        assert content.startswith(begins[Path(row["file"]).suffix])


def test_the_registry_is_synthetic_and_its_ledger_clean(engine: Engine) -> None:
    assert snapshot.read(engine, Names()).synthetic
    found = audit(engine)
    assert found.events > 50
    assert found.disagreements == ()


def test_all_that_the_law_knows_of_a_registry_happened_in_it(engine: Engine) -> None:
    """A school merged, anchors of both modes, CRLs held: fresh ones for a month to come, and stale ones."""
    found = snapshot.read(engine, Names(issuer=cast.SUOI_MO))
    assert found.issuers[cast.SUOI_MO].successors == (cast.SONG_MAY,)
    assert found.issuers[cast.SUOI_MO].succession_on is not None
    assert {anchor.revocation for anchor in found.anchors} == {"crl", "registry"}
    soon = datetime.now(UTC) + timedelta(days=30)
    assert Counter(one.next_update is not None and one.next_update > soon for one in found.crls) == {True: 2, False: 2}


def test_scenes_are_named_once_and_by_their_verdict() -> None:
    names = [scene.name for scene in scenes.SCENES]
    assert len(names) == len(set(names))
    for room, verdicts in (
        (genuine, {"valid", "superseded"}),
        (doubtful, {"indeterminate"}),
        (forged, {"invalid"}),
        (printouts, {"valid", "superseded", "indeterminate", "invalid"}),
    ):
        assert {scene.verdict for scene in room.SCENES} == verdicts


def test_serve_finds_the_registry_where_sample_put_it(out: Path) -> None:
    assert settings.read({"DATA_DIR": str(out)}).database_url == f"sqlite:///{out / sample.DATABASE}"


def test_every_name_of_an_organisation_says_that_it_is_a_sample(out: Path, world: dict[str, Any]) -> None:
    assert all(one.name.endswith("(mẫu)") for one in cast.ORGANISATIONS)
    for key in (*certified(world), *world["authorities"]):
        subject = certificate(out / key["certificate"]).subject
        (organisation,) = subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
        assert str(organisation.value).endswith("(mẫu)")


def test_a_registry_that_stands_is_not_touched(out: Path) -> None:
    before = (out / "world.json").read_bytes()
    with pytest.raises(Conflict):
        sample.make(out)
    assert (out / "world.json").read_bytes() == before


def test_a_world_left_unfinished_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "SCENES", scenes.SCENES[:1])

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr(history.History, "carry_out", stop)
        with pytest.raises(KeyboardInterrupt):
            sample.make(tmp_path)
    assert not (tmp_path / "world.json").exists()
    said: list[str] = []
    sample.make(tmp_path, progress=said.append)
    assert (tmp_path / "world.json").exists()
    assert said == ["keys and certificates", "transcript 1 of 1: valid", "the registry and its ledger"]


def test_a_seed_repeats_names_and_grades_and_nothing_else() -> None:
    def made(seed: int) -> tuple[list[str], list[bytes], dict[str, Any]]:
        assembled = cast.assemble(datetime(2026, 7, 1, tzinfo=UTC), seed)
        keys = [
            one.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            for one in assembled.holders.values()
        ]
        keys += [
            one.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            for one in assembled.qr_holders.values()
        ]
        begun = history.begin(assembled)
        names = [one.name for one in assembled.holders.values()] + [one.name for one in begun.officers]
        return names, keys, desk.Desk(assembled, begun).record(cast.SONG_MAY, 40)

    names, keys, first = made(5)
    same_names, other_keys, second = made(5)
    assert names == same_names
    assert not set(keys) & set(other_keys)
    assert first.pop("number") != second.pop("number")
    assert first == second
    assert made(6)[0] != names


@pytest.mark.parametrize("level", list(pupils.GRADES))
@pytest.mark.parametrize("seed", range(20))
def test_synthetic_records_keep_the_schema_and_add_up(level: Level, seed: int) -> None:
    issuer = {"code": "97000701", "name": "Trường (mẫu)", "department_code": "SO-97", "province_code": "97"}
    made = pupils.record(
        random(seed),
        issuer,
        level,
        number=kit.number(),
        issued_on=date(2026, 6, 1),
        last_year=2025,
        place_of_birth="Tỉnh Mây Ngàn (mẫu)",
    )
    read = record.read(kit.canonical(made))
    assert not record.scores_disagree(read.content)
    assert unicodedata.is_normalized("NFC", json.dumps(made, ensure_ascii=False))
    assert [year["grade"] for year in made["years"]] == list(pupils.GRADES[level])
    assert made["years"][-1]["school_year"] == "2025-2026"
    assert made["pupil"]["personal_id"].startswith("097")
    assert int(made["pupil"]["date_of_birth"][:4]) == 2025 - made["years"][-1]["grade"] - 5
    marks = [subject["year"] for year in made["years"] for subject in year["subjects"]]
    assert all(isinstance(mark, str) or 5 <= mark <= 10 for mark in marks)


@pytest.mark.parametrize(
    ("regular", "midterm", "final", "average"),
    [
        ((80, 90), 80, 85, 84),  # 58.5 / 7 = 8.357…
        ((70, 80, 90), 85, 83, 82),  # 65.9 / 8 = 8.2375
        ((80, 80, 80), 80, 88, 83),  # 66.4 / 8 = 8.3
        ((82, 82, 82), 82, 84, 83),  # 66.2 / 8 = 8.275
        ((80, 80, 80), 90, 80, 83),  # 66 / 8 = 8.25: half-up, where binary rounding gives 8.2
    ],
)
def test_a_semester_s_average_rounds_half_up(regular: tuple[int, ...], midterm: int, final: int, average: int) -> None:
    assert pupils.semester_average(regular, midterm, final) == average


@pytest.mark.parametrize(("first", "second", "average"), [(80, 85, 83), (80, 81, 81), (81, 80, 80), (100, 100, 100)])
def test_a_year_s_average_counts_the_second_semester_twice(first: int, second: int, average: int) -> None:
    assert pupils.year_average(first, second) == average


@pytest.mark.parametrize(
    ("averages", "result"),
    [
        ([80] * 6 + [65] * 3, "good"),
        ([80] * 5 + [79] * 4, "fair"),
        ([80] * 8 + [64], "fair"),
        ([65] * 6 + [49] * 3, "pass"),
        ([50] * 6 + [35] * 3, "pass"),
        ([90] * 8 + [34], "not_pass"),
    ],
)
def test_the_learning_result_asks_for_six_high_marks_and_no_low_one(averages: list[int], result: str) -> None:
    assert pupils.learning_result(averages) == result


def test_every_transcript_is_read_as_another_reader_reads_it(out: Path) -> None:
    compared = Compared()
    for path in sorted((out / "transcripts").glob("*.pdf")):
        compared.ask(path.name, path.read_bytes())
    held(compared, 40)
    assert not compared.stricter
    assert envelopes_alike(out / "transcripts") > 100
