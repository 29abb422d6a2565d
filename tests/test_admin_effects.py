"""What officers change over HTTP, the next verification says: lists of a CA, a new principal, a corrected version."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from founding import DAY, NOW, ca, private
from office import key, sign, token
from test_admin_transcripts import AMENDMENT
from test_revocation_matrix import ISSUED_ON, NUMBER, World, signer, world

from issuers import certification, kit
from issuers.certification import crl, revoked

START = datetime.now(UTC)


def call(here: World, who: str, method: str, path: str, **said: Any) -> Any:  # noqa: ANN401 - JSON
    headers = {"authorization": f"Bearer {token(who)}"}
    response = here.client.request(method, "/v1/admin/" + path, headers=headers, **said)
    assert response.status_code < 300, response.text
    return response.json()


def activate(here: World, name: str, **changes: Any) -> str:  # noqa: ANN401 - JSON
    told = call(here, "s1", "POST", "keys", json=key(name, **changes))
    signature = sign(private(name), b64decode(told["challenge"]["bytes"]))
    proven = call(here, "s1", "POST", f"keys/{told['id']}/proof", json={"signature": signature})
    made = call(here, "d1", "POST", f"proposals/{proven['proposal']['id']}/approval")
    return str(made["appointment"])


def verdict(here: World, pdf: bytes) -> tuple[str, list[str]]:
    report = here.verify(pdf)
    return report["verdict"], [reason for reason in report["reasons"] if reason != "UNREGISTERED"]


def as_pem(der: bytes) -> bytes:
    return x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)


def test_an_imported_list_is_seen_in_the_next_verification(tmp_path: Path) -> None:
    """An anchor whose CA publishes lists: without one nothing is known, with one of each CA all is well."""
    issuing = ca("Another")
    own = certification.certify(issuing, "listed", "Trường mẫu", private("listed"), NOW)
    principal = kit.Signer(own, private("listed"), (issuing.certificate,), name="listed")
    with world(tmp_path, []) as here:
        root = issuing.root.public_bytes(Encoding.PEM).decode()
        asked = {"certificate": root, "use": "document", "revocation": "crl"}
        waiting = call(here, "m1", "POST", "trust-anchors", json=asked)["proposal"]["id"]
        anchor = call(here, "m2", "POST", f"proposals/{waiting}/approval")["anchor"]
        chain = b"".join(one.public_bytes(Encoding.PEM) for one in (own, issuing.certificate)).decode()
        activate(here, "listed", certificate=chain)
        pdf = kit.sign(here.sealed, principal, "principal")
        stale = "indeterminate", ["STALE_DATA"]
        assert verdict(here, pdf) == stale

        def publish(by: certification.Authority, content: bytes, kind: str = "application/pkix-crl") -> None:
            headers = {"authorization": f"Bearer {token('m1')}", "content-type": kind}
            path = f"/v1/admin/trust-anchors/{anchor}/crls"
            response = here.client.post(path, content=content, headers=headers)
            assert (response.status_code, response.json()["anchor"]) == (200, anchor), by.name

        publish(issuing.above, crl(issuing.above, START - DAY, START + DAY))
        assert verdict(here, pdf) == stale  # the root's list says nothing of the principal's certificate
        publish(issuing, as_pem(crl(issuing, START - DAY, START + DAY)), "application/x-pem-file")
        assert verdict(here, pdf) == ("valid", [])
        gone = revoked(own.serial_number, START - timedelta(hours=3), x509.ReasonFlags.superseded)
        publish(issuing, crl(issuing, START - timedelta(hours=2), START + DAY, [gone]))
        assert verdict(here, pdf) == ("indeterminate", ["KEY_REVOKED"])
        publish(issuing, as_pem(crl(issuing, START - timedelta(hours=1), START + DAY)), "application/x-pem-file")
        assert verdict(here, pdf) == ("indeterminate", ["KEY_REVOKED"])  # what was once told sticks


def test_two_principals_overlap_and_each_signs_in_his_time(tmp_path: Path) -> None:
    """The record is of fifteen days ago: the one has signed until the twelfth, the other since the twentieth."""
    since, until = START - 20 * DAY, START - 12 * DAY
    with world(tmp_path, []) as here:

        def stamped(name: str, at: datetime | None) -> tuple[str, list[str]]:
            stamper = certification.TimeStampAuthority(here.tsa, at) if at else None
            return verdict(here, kit.sign(here.sealed, signer(name), "principal", timestamper=stamper))

        held = activate(here, "leaving", valid_from=(START - 60 * DAY).isoformat())
        activate(here, "coming", valid_from=since.isoformat(), decision_no="45/QĐ")
        both, late = until - DAY, until + DAY
        for name in ("leaving", "coming"):
            assert stamped(name, both) == stamped(name, late) == stamped(name, None) == ("valid", [])
        call(here, "s1", "POST", f"appointments/{held}/end", json={"until": until.isoformat()})
        assert stamped("leaving", both) == ("valid", [])  # what was signed before stays good
        assert stamped("leaving", late) == stamped("leaving", None) == ("indeterminate", ["NO_PROOF_OF_EXISTENCE"])
        assert stamped("coming", both) == stamped("coming", late) == stamped("coming", None) == ("valid", [])


def test_the_old_version_says_by_what_it_was_replaced_and_why(tmp_path: Path) -> None:
    with world(tmp_path, []) as here:
        activate(here, "principal")
        pdf = kit.sign(here.sealed, signer("principal"), "principal")
        assert verdict(here, pdf) == ("valid", [])
        here.register(pdf)
        digests = kit.digests(here.record | {"version": 2}, b"")
        on = (ISSUED_ON + timedelta(days=3)).isoformat()
        item = {"number": NUMBER, "version": 2, "level": "upper_secondary", "issued_on": on}
        asked = [item | {"record_digest": digests.record_digest, "amendment": AMENDMENT}]
        call(here, "s-registrar", "POST", "transcripts", json={"items": asked})
        told = here.verify(pdf)
        assert (told["verdict"], told["reasons"]) == ("superseded", ["TRANSCRIPT_SUPERSEDED"])
        transcript = told["transcript"]
        assert (transcript["status"], transcript["version"], transcript["superseded_by"]) == ("superseded", 1, 2)
        assert transcript["history"] == [
            {"version": 1, "on": ISSUED_ON.isoformat(), "reason_code": None},
            {"version": 2, "on": on, "reason_code": "entry_error"},
        ]
        day = f"{ISSUED_ON + timedelta(days=3):%d/%m/%Y}"
        summary, why = told["summary"], "because of: entry error corrected."
        assert summary["en"].startswith("This transcript is authentic, but it is no longer the newest version.")
        assert summary["en"].endswith(f"It was replaced by version 2 on {day} {why}")
        assert summary["vi"].startswith("Học bạ này là thật")
        assert summary["vi"].endswith(f"được thay bằng phiên bản 2 ngày {day}, lý do: sửa lỗi nhập liệu.")
        assert "Nhập nhầm điểm" not in str(told)  # free text stays inside the issuer's tree
