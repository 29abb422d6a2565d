"""Verifications: a document goes in, a verdict comes out.

`verify` is the story of one upload; read it first. The page and the command line tell the same story.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
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
from issuers.snapshot import Held
from verify.picture import format_of
from verify.policy import HB_1, Policy
from verify.qr import Refused as Foreign
from verify.qr import read_text
from verify.report import Report
from verify.trust import VIETNAM, TrustSnapshot

HEADER = b"%PDF-"
HEADER_WITHIN = 1024
"""Readers accept a PDF header anywhere in the first kibibyte."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a verification needs of the running service."""

    engine: Engine
    sandbox: Sandbox
    intake: Intake
    receipts: ReceiptKey
    host: str
    policy: Policy = HB_1
    held: Held = field(default_factory=Held)


async def verify(
    given: bytes | str, engine: Engine, sandbox: Sandbox, host: str, policy: Policy = HB_1, held: Held | None = None
) -> tuple[Report, TrustSnapshot]:
    """The story of one upload, or of one scanned text.

    `host` is what this gateway's own QR codes lead to, `held` what is known of the registry's generation. Raises
    Refused for what is no document of ours, Unreadable for what no parser opens or what passes a limit, WorkerDied,
    Busy, and the database's errors: then there is no report, and so no verdict (promise P3).
    """
    recognise(given)
    async with AsyncExitStack() as stay:  # the worker keeps what it has read, and is kept for it
        evidence = await sandbox.open(given, host, stay)  # parsed, not yet believed: keys, issuer, number, digests
        # Just what it names, as of now (P2).
        trust = await asyncio.to_thread(snapshot.read, engine, evidence.names, held)
        report = await sandbox.judge(evidence, trust, policy, at=datetime.now(VIETNAM))
    metrics.VERDICTS.labels(report.verdict.value).inc()
    return report, trust


async def receive(request: Request[Any, Any, Any]) -> Verification:
    """Take one upload or scanned text, verify it, sign the receipt. Raises what `limits` and `verify` raise."""
    service: Service = request.app.state.service
    with service.intake.place() as place:
        given = await _scanned(request) if _is_json(request) else await place.read(request)
        with metrics.SECONDS.time():
            report, trust = await verify(
                given, service.engine, service.sandbox, service.host, service.policy, service.held
            )
    return show(report, trust, service.receipts.sign(report))


def recognise(given: bytes | str) -> None:
    """Refuse a text that is no code of ours, and a file that is neither PDF nor picture by its first bytes.

    Names and media types are claims, and not asked.
    """
    if isinstance(given, str):
        try:
            read_text(given)
        except Foreign:
            raise Refused("foreign-code") from None
    elif HEADER not in given[:HEADER_WITHIN] and format_of(given) is None:
        raise Refused("not-a-document")


def _is_json(request: Request[Any, Any, Any]) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


async def _scanned(request: Request[Any, Any, Any]) -> str:
    """The text of a QR code, as somebody scanned it. Raises Refused."""
    try:
        return msgspec.json.decode(await limits.small(request), type=Scanned).qr
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("malformed-json") from None


class Scanned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scanned text, sent as JSON: the payload never stands in an address."""

    qr: str


@dataclass
class UploadOperation(Operation):
    """The form as OpenAPI describes it: the body is read by `gateway/limits.py`, which the framework cannot see."""

    def __post_init__(self) -> None:
        """Add the request body."""
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description="A PDF or picture, one file.")
        form = Schema(type=OpenAPIType.OBJECT, properties={"file": file}, required=["file"])
        text = Schema(type=OpenAPIType.STRING, description="The text of a QR code, as it was scanned.")
        scanned = Schema(type=OpenAPIType.OBJECT, properties={"qr": text}, required=["qr"], additional_properties=False)
        self.request_body = RequestBody(
            content={
                "multipart/form-data": OpenAPIMediaType(schema=form),
                "application/json": OpenAPIMediaType(schema=scanned),
            },
            required=True,
        )


@post(
    "/v1/verifications",
    status_code=200,
    operation_class=UploadOperation,
    request_max_body_size=None,
    tags=["verifications"],
)
async def create(request: Request[Any, Any, Any]) -> Verification:
    """Verify one document. The time of the verification is the server's."""
    return await receive(request)
