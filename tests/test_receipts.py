"""Receipts: anybody can check them with the published key; they hold the result and nothing of the pupil."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
from running import PLACE, Gateway, gateway, tiny

from gateway import receipts

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
