"""Verifications: a document goes in, a verdict comes out.

`verify` is the story of one upload; read it first. The page and the command line tell the same story.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, post
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from sqlalchemy import Engine

from gateway import limits, metrics
from gateway.limits import Intake
from gateway.problems import Refused
from gateway.receipts import ReceiptKey
from gateway.reporting import Verification, show
from gateway.sandbox import Sandbox
from issuers import snapshot
from verify.policy import HB_1
from verify.report import Report
from verify.trust import VIETNAM, TrustSnapshot

HEADER = b"%PDF-"
HEADER_WITHIN = 1024
"""Readers accept a PDF header anywhere in the first kibibyte."""

PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"II*\0", b"MM\0*")
"""PNG, JPEG, WebP, TIFF: told apart from rubbish, so that the answer can say that they are not read yet."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a verification needs of the running service."""

    engine: Engine
    sandbox: Sandbox
    intake: Intake
    receipts: ReceiptKey


async def verify(content: bytes, engine: Engine, sandbox: Sandbox) -> tuple[Report, TrustSnapshot]:
    """The story of one upload.

    Raises Refused for what is no PDF, Unreadable for what no parser opens or what passes a limit, WorkerDied, Busy, and
    the database's errors: then there is no report, and so no verdict (promise P3).
    """
    recognise(content)
    evidence = await sandbox.open(content)  # parsed, not yet believed: keys, issuer, number, digests
    trust = await asyncio.to_thread(snapshot.read, engine, evidence.names)  # just what it names, as of now (P2)
    report = await sandbox.judge(evidence, trust, HB_1, at=datetime.now(VIETNAM))
    metrics.VERDICTS.labels(report.verdict.value).inc()
    return report, trust


async def receive(request: Request[Any, Any, Any]) -> Verification:
    """Take one upload, verify it, sign the receipt. Raises what `limits` and `verify` raise."""
    service: Service = request.app.state.service
    with service.intake.place() as place:
        content = await place.read(request)
        with metrics.SECONDS.time():
            report, trust = await verify(content, service.engine, service.sandbox)
    return show(report, trust, service.receipts.sign(report))


def recognise(content: bytes) -> None:
    """Refuse what is no PDF by its first bytes; names and media types are claims."""
    if HEADER in content[:HEADER_WITHIN]:
        return
    raise Refused("picture-not-supported" if content.startswith(PICTURES) else "not-a-pdf")


async def refuse_json(request: Request[Any, Any, Any]) -> None:
    """A scanned QR code comes as JSON; this version judges none. Raises Refused, always."""
    try:
        asked = msgspec.json.decode(await limits.small(request))
    except msgspec.DecodeError:
        raise Refused("malformed-json") from None
    raise Refused("qr-not-supported" if isinstance(asked, dict) and "qr" in asked else "malformed-json")


@dataclass
class UploadOperation(Operation):
    """The form as OpenAPI describes it: the body is read by `gateway/limits.py`, which the framework cannot see."""

    def __post_init__(self) -> None:
        """Add the request body."""
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description="The PDF, one file.")
        form = Schema(type=OpenAPIType.OBJECT, properties={"file": file}, required=["file"])
        self.request_body = RequestBody(content={"multipart/form-data": OpenAPIMediaType(schema=form)}, required=True)


@post(
    "/v1/verifications",
    status_code=200,
    operation_class=UploadOperation,
    request_max_body_size=None,
    tags=["verifications"],
)
async def create(request: Request[Any, Any, Any]) -> Verification:
    """Verify one document. The time of the verification is the server's."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        await refuse_json(request)
    return await receive(request)
