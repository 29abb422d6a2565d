"""Receipts: anybody can check them with the published key; they hold the result and nothing of the pupil."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet
from running import DEPARTMENT, NAME, PLACE, Gateway, gateway, tiny
from world import judged, signed

from gateway import receipts, since, vocabulary, vouching
from gateway.receipts import NoReceipt, Why, found
from issuers import keys, registry, store
from verify.report import Verdict

CLAIMS = {
    *("sha256", "verdict", "reasons", "policy", "generation", "ledger_head", "number", "version", "issuer"),
    *("verified_at", "iss"),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("served")) as running:
        yield running


def jwks(served: Gateway) -> Any:  # noqa: ANN401 (JSON)
    with served.client() as client:
        return client.get("/.well-known/jwks.json").json()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_receipt_can_be_checked_by_any_jose_library(served: Gateway) -> None:
    told = served.verify(tiny().pdf).json()
    with pytest.warns(SecurityWarning):  # EdDSA has a newer name, which few libraries know
        checked = jws.deserialize_compact(told["receipt"], KeySet.import_key_set(jwks(served)), algorithms=["EdDSA"])
    said = json.loads(checked.payload)
    assert set(said) == CLAIMS
    assert said["sha256"] == told["input"]["sha256"]
    for name in ("verdict", "reasons", "policy", "verified_at"):
        assert said[name] == told[name]
    assert {"generation": said["generation"], "ledger_head": said["ledger_head"]} == told["registry"]
    for name in ("number", "version"):
        assert said[name] == told["transcript"][name]
    assert said["issuer"] == told["transcript"]["issuer"]["code"]
    assert said["iss"] == served.url


def test_a_receipt_can_be_checked_by_hand_and_not_be_altered(served: Gateway) -> None:
    receipt = served.verify(tiny().unsigned).json()["receipt"]
    (key,) = jwks(served)["keys"]
    assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")
    assert "d" not in key
    head, payload, signature = receipt.split(".")
    assert json.loads(decoded(head))["kid"] == key["kid"]
    public = Ed25519PublicKey.from_public_bytes(decoded(key["x"]))
    public.verify(decoded(signature), f"{head}.{payload}".encode())
    forged = decoded(payload).replace(b'"invalid"', b'"valid"')
    assert forged != decoded(payload)
    with pytest.raises(InvalidSignature):
        public.verify(decoded(signature), head.encode() + b"." + base64.urlsafe_b64encode(forged).rstrip(b"="))


def test_a_receipt_says_nothing_of_the_pupil(served: Gateway) -> None:
    told = served.verify(tiny().pdf).json()
    payload = decoded(told["receipt"].split(".")[1]).decode()
    pupil = told["transcript"]["record"]["pupil"]
    for secret in (*map(str, pupil.values()), PLACE):
        assert secret == "male" or secret not in payload  # noqa: S105 (no secret: a sex)


def test_the_key_lasts_and_is_its_owners_alone(served: Gateway) -> None:
    path = served.folder / "data" / receipts.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = receipts.load(served.folder / "data", "http://x")
    assert again.jwks() == jwks(served)
    assert [found.name for found in path.parent.glob(f"{receipts.FILE}*")] == [receipts.FILE]


def test_what_an_earlier_key_signed_is_vouched_for_where_its_public_half_was_kept(tmp_path: Path) -> None:
    """As docs/how-it-works.md says it: keep what jwks.json tells, remove the key, start again."""
    first = receipts.load(tmp_path, "http://x")
    report = judged(signed())
    receipt = first.sign(report)
    kept = json.dumps(first.jwks())
    (tmp_path / receipts.FILE).unlink()
    forgetful = receipts.load(tmp_path, "http://x")
    with pytest.raises(NoReceipt) as refused:
        forgetful.read(receipt)
    assert refused.value.why is Why.RETIRED_KEY
    (tmp_path / receipts.FORMER).write_text(kept)
    second = receipts.load(tmp_path, "http://x")
    assert second.read(receipt).sha256 == report.sha256
    assert second.read(second.sign(report)).sha256 == report.sha256
    assert [one["kid"] for one in second.jwks()["keys"]] == [second.kid, first.kid]
    assert all("d" not in one for one in second.jwks()["keys"])
    (tmp_path / receipts.FILE).unlink()
    (tmp_path / receipts.FORMER).write_text(json.dumps(second.jwks()))
    assert receipts.load(tmp_path, "http://x").read(receipt).sha256 == report.sha256  # and so on, for ever
    head, payload, signature = receipt.split(".")
    with pytest.raises(NoReceipt) as refused:
        second.read(f"{head}.{payload}.{signature[:-4]}AAAA")
    assert refused.value.why is Why.ALTERED


@pytest.mark.parametrize("said", ["", "[]", '{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA"}]}', "{}"])
def test_former_keys_that_are_none_stop_the_start(tmp_path: Path, said: str) -> None:
    key = receipts.load(tmp_path, "http://x")
    private = {"keys": [key._key.as_dict(private=True)]}
    for content in (said, json.dumps(private)):
        (tmp_path / receipts.FORMER).write_text(content)
        with pytest.raises(ValueError, match="public Ed25519 keys alone"):
            receipts.load(tmp_path, "http://x")


def test_two_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    for number in range(10):
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: receipts.load(tmp_path / str(number), "http://x").kid, range(8)))  # noqa: B023
        assert len(set(made)) == 1


def test_a_key_that_others_may_read_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    receipts.load(tmp_path, "http://x")
    path = tmp_path / receipts.FILE
    path.chmod(0o644)
    with pytest.raises(ValueError, match="read by others"):
        receipts.load(tmp_path, "http://x")
    path.chmod(0o600)
    path.write_bytes(b"rubbish")
    with pytest.raises(ValueError, match="PEM"):
        receipts.load(tmp_path, "http://x")
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(other)
    with pytest.raises(ValueError, match="no Ed25519 key"):
        receipts.load(tmp_path, "http://x")


def vouched(served: Gateway, receipt: str) -> Any:  # noqa: ANN401 (JSON)
    with served.client() as client:
        answer = client.post("/v1/receipts", json={"receipt": receipt})
        assert answer.status_code == 200
        return answer.json()


def test_a_receipt_that_comes_back_tells_what_it_says_and_what_changed(served: Gateway) -> None:
    told = served.verify(tiny().pdf).json()
    back = vouched(served, told["receipt"])
    assert back["standing"] == "genuine"
    assert back["claims"]["verdict"] == told["verdict"]
    assert back["claims"]["sha256"] == told["input"]["sha256"]
    assert back["since"]["again"] == "nothing"
    assert back["since"]["generation"] == told["registry"]["generation"]
    pupil = told["transcript"]["record"]["pupil"]
    assert pupil["full_name"] not in json.dumps(back, ensure_ascii=False)


def test_receipts_are_read_generously(served: Gateway) -> None:
    report = served.verify(tiny().pdf)
    receipt = report.json()["receipt"]
    head, payload, signature = receipt.split(".")
    for written in (
        receipt.encode(),
        b"\xef\xbb\xbf" + receipt.encode() + b"\r\n",
        receipt.encode("utf-16"),
        report.content,
        json.dumps([report.json()]).encode(),
        json.dumps({"rows": [{"answer": report.json()}]}).encode(),
        json.dumps(receipt).encode(),
        f"Biên nhận: {receipt}\nTrân trọng".encode(),
        "\n".join(f"> {receipt[place : place + 60]}" for place in range(0, len(receipt), 60)).encode(),
        f"{head}.\n{payload}.\n{signature}".encode(),
    ):
        assert found(written) == receipt
        with served.client() as client:
            page = client.post("/receipts", data={"receipt": ""}, files={"file": ("a.jws", written)}).text
            assert report.json()["input"]["sha256"] in page
            assert f">{NAME}</a>" in page


def test_what_holds_no_receipt_or_several_is_told_apart(served: Gateway) -> None:
    one, other = (served.verify(content).json()["receipt"] for content in (tiny().pdf, tiny().unsigned))
    for content, why in (
        (b"", Why.ABSENT),
        (b"hello", Why.ABSENT),
        (tiny().pdf, Why.ABSENT),
        (b"\xff\xfe\x00", Why.ABSENT),
        (b"[" * 100_000, Why.ABSENT),
        (b'{"receipt": null}', Why.ABSENT),
        (json.dumps([{"receipt": one}, {"receipt": other}]).encode(), Why.SEVERAL),
        (f"{one} , {other}".encode(), Why.SEVERAL),
        (f"{one}\n{other}\n".encode(), Why.SEVERAL),
    ):
        with pytest.raises(NoReceipt) as refused:
            found(content)
        assert refused.value.why is why


def test_receipts_are_judged_strictly(served: Gateway, tmp_path: Path) -> None:
    receipt = served.verify(tiny().unsigned).json()["receipt"]
    head, payload, signature = receipt.split(".")
    former, stranger = receipts.load(tmp_path / "a", served.url), receipts.load(tmp_path / "b", "http://other.example")

    def signed(key: receipts.ReceiptKey, said: dict[str, Any], **header: str) -> str:
        names = {"alg": "EdDSA", "kid": key.kid, "typ": receipts.TYPE, **header}
        return str(jws.serialize_compact(names, json.dumps(said).encode(), key._key, registry=receipts.REGISTRY))

    def coded(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    said = json.loads(decoded(payload))
    mine = receipts.load(served.folder / "data", served.url)
    better = coded(said | {"verdict": "valid", "reasons": []})
    for text, standing in (
        (signed(mine, said), "genuine"),
        (f"{head}.{better}.{signature}", "altered"),
        (f"{head}.{payload}.", "altered"),
        (receipt[:-8], "altered"),
        (f"{coded({'alg': 'none', 'kid': mine.kid, 'typ': receipts.TYPE})}.{payload}.", "altered"),
        (f"{coded({'alg': 'EdDSA'})}.{payload}.{signature}", "altered"),
        (f"{coded([])}.{payload}.{signature}", "absent"),
        (signed(mine, said, typ="JWT"), "altered"),
        (signed(mine, {"iss": served.url, "verdict": "valid"}), "altered"),
        (signed(former, said), "retired-key"),
        (signed(stranger, said | {"iss": "http://other.example"}), "foreign"),
        ("eyJ.eyJ.x", "absent"),
    ):
        back = vouched(served, text)
        assert back["standing"] == standing, text
        assert (back["claims"] is None) is (standing != "genuine")
        assert set(back["told"]) == {"vi", "en"}


def test_every_standing_has_its_sentence() -> None:
    assert set(vouching.TOLD) == {None, *Why}


def test_what_is_no_form_and_what_is_too_much_is_refused(served: Gateway) -> None:
    with served.client() as client:
        assert client.post("/receipts", files={"file": ("a", b"x" * vouching.LONGEST)}).status_code == 413
        assert client.post("/v1/receipts", json={"receipt": "x" * vouching.LONGEST}).status_code == 413
        assert client.post("/v1/receipts", json={}).status_code == 422
        headers = {"content-type": "multipart/form-data; boundary=b"}
        assert client.post("/receipts", content=b"--b\r\nrubbish", headers=headers).status_code == 400
        assert (
            client.post("/receipts", content=b"x", headers={"content-type": "multipart/form-data"}).status_code == 400
        )


def test_a_clerk_reads_what_has_changed_since(tmp_path: Path) -> None:
    with gateway(tmp_path) as running, running.client() as client:
        told = running.verify(tiny().pdf).json()
        engine = store.connect(f"sqlite:///{tmp_path / 'data' / 'registry.sqlite3'}")
        with store.writing(engine) as connection:
            keys.suspend(connection, tiny().seal, actor="o1", at=datetime.now(UTC))
            registry.suspend(connection, DEPARTMENT, actor="o1", at=datetime.now(UTC))
        engine.dispose()
        for lang, seal, halted in (
            ("vi", "Khóa ký bị tạm dừng (Con dấu của nhà trường)", "Cơ sở bị tạm dừng"),
            ("en", "A signing key was suspended (School seal)", "The issuer was suspended"),
        ):
            page = unescape(client.post("/receipts", params={"lang": lang}, data={"receipt": told["receipt"]}).text)
            for said in (vocabulary.VERDICTS[Verdict.VALID], since.HEADLINES["changed"], since.ADVICE["changed"]):
                assert getattr(said, lang) in page
            assert seal in page
            assert f">{DEPARTMENT}</code></a> – {halted}" in page
            assert "Hiệu Trưởng Mẫu" not in page


def test_every_advice_has_its_headline() -> None:
    assert set(since.ADVICE) == set(since.HEADLINES)
    assert all(said.vi.count("sổ đăng ký") <= 1 for code, said in since.ADVICE.items() if code != "other-history")
