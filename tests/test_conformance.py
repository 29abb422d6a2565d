"""The public suites, through the gateway's own configuration; every exception is argued in docs/conformance.md."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import world
from asn1crypto import pem
from suites import suite

from verify.evidence import Unreadable
from verify.path import Paths, validity_of
from verify.pdf import open_pdf
from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Verdict
from verify.revocation import StatusData
from verify.trust import CRL, REGISTRY, Anchor, TrustSnapshot, Use

FILES = 130
CASES = 246
WITHIN = datetime(2024, 1, 1, tzinfo=UTC)
"""PKITS certificates are valid from 2010 to 2030."""

ALLOWED_SECONDS = 60.0
"""A hang, not a duration: the sandbox stops a file after seconds, and this machine may be busy."""

EXCLUDED = {"40104": "DSA is excluded by admission", "40105": "DSA is excluded by admission"}
"""Valid PKITS cases that the gateway refuses on purpose."""

LIMBO_SECONDS = 1.0
"""A pathological chain must not hang (x509-limbo); processor time, so that a busy machine does not matter."""


def test_malformed_files_neither_crash_nor_hang_nor_pass(subtests: pytest.Subtests) -> None:
    files = sorted(suite("pdf-malformed").rglob("*.pdf"))
    assert len(files) == FILES
    trust = world.Trust().snapshot()
    for file in files:
        with subtests.test(file.name):
            begin = time.process_time()
            try:
                report = judge(open_pdf(file.read_bytes()), trust, HB_1, world.NOW)
            except Unreadable:
                report = None
            assert time.process_time() - begin < ALLOWED_SECONDS
            assert report is None or report.verdict not in {Verdict.VALID, Verdict.SUPERSEDED}


def der(file: Path) -> bytes:
    """A certificate or CRL of PKITS."""
    content = file.read_bytes()
    return pem.unarmor(content)[2] if pem.detect(content) else content


def vouched(case: dict[str, Any], folder: Path) -> bool:
    """Whether the gateway's path, status data and validity all pass."""
    root = der(folder / "certs" / "TrustAnchorRootCertificate.crt")
    lists = ["TrustAnchorRootCRL.crl", *case.get("crls", [])]
    trust = TrustSnapshot(0, "", anchors=(Anchor("pkits", root, Use.DOCUMENT, CRL),))
    chain = [case["cert"], *case.get("other_certs", [])]
    path = Paths(trust.anchors, ()).find(tuple(der(folder / "certs" / name) for name in chain), Use.DOCUMENT)
    if path is None:
        return False
    status = StatusData(trust, tuple(der(folder / "crls" / name) for name in lists))
    said = [status.of(path, index, None, WITHIN) for index in range(len(path.certificates))]
    in_force = all(begin <= WITHIN < end for begin, end in map(validity_of, path.certificates))
    return in_force and all(one.fresh and not one.revoked and not one.held for one in said)


@pytest.mark.filterwarnings("ignore:Parsed a serial number:UserWarning")  # PKITS tests negative serial numbers
def test_pkits(subtests: pytest.Subtests) -> None:
    folder = suite("pkits") / "nist_pkits"
    cases = json.loads((folder / "pkits.json").read_text())
    assert len(cases) == CASES
    for case in cases:
        if case["id"] in EXCLUDED:
            continue
        # The gateway sets none of the inputs of RFC 5280, 6.1.1 (c) to (g): a case that is refused by them alone is
        # not its question, and one that passes under them must pass without.
        if "error" in case and case.get("params"):
            continue
        with subtests.test(case["id"], name=case["name"]):
            assert vouched(case, folder) == ("error" not in case)


def test_pathological_chains_do_not_hang(subtests: pytest.Subtests) -> None:
    tests = json.loads(suite("x509-limbo.json").read_text())["testcases"]
    pathological = [one for one in tests if one["id"].startswith("pathological::")]
    assert pathological
    for one in pathological:
        with subtests.test(one["id"]):
            anchors = [
                Anchor(str(index), pem.unarmor(text.encode())[2], Use.DOCUMENT, REGISTRY)
                for index, text in enumerate(one["trusted_certs"])
            ]
            chain = [one["peer_certificate"], *one["untrusted_intermediates"]]
            begin = time.process_time()
            Paths(anchors, ()).find(tuple(pem.unarmor(text.encode())[2] for text in chain), Use.DOCUMENT)
            assert time.process_time() - begin < LIMBO_SECONDS
