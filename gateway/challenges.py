"""The challenge's page: secret, expiring, without an account; download one page, sign it, upload it.

Whoever has the address may hand in the signed page, and nothing else: the key is then proposed in the name of the
officer who asked, and waits for its approval.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Row

from gateway import pages, problems
from gateway.admin import Desk
from gateway.idempotency import Answer
from gateway.pages import Pages
from gateway.verifications import Service, recognise
from gateway.worker import Defect
from issuers import approvals, possession, store
from issuers.possession import SignedChallenge
from issuers.refusals import Refused, Why
from verify.evidence import Unreadable

PATH = "/challenges"

OPEN_SECONDS = 3.0
"""Wall time of reading one signed page."""


@dataclass(frozen=True, slots=True)
class _Unsigned:
    """What came back is not our page with one sound signature."""


async def receive(request: Request[Any, Any, Any]) -> tuple[bytes, SignedChallenge]:
    """A signed challenge PDF out of a form, read in a worker. Raises problems' and issuers' Refused (PROOF_WRONG)."""
    service: Service = request.app.state.service
    with service.intake.place() as place:
        content = await place.read(request)
        recognise(content)
        found = await service.sandbox.run(OPEN_SECONDS, examine, content)
    if isinstance(found, Defect):
        raise Unreadable("unreadable")
    if not isinstance(found, SignedChallenge):
        raise Refused(Why.PROOF_WRONG, "file")
    return content, found


def examine(content: bytes) -> SignedChallenge | _Unsigned:
    """In a worker: the one signature of a file, if it is sound and strong."""
    from verify.algorithms import weakness  # noqa: PLC0415 (the server itself never loads a PDF library)
    from verify.case import open_signature  # noqa: PLC0415 (as above)
    from verify.integrity import broken  # noqa: PLC0415 (as above)
    from verify.pdf import open_pdf  # noqa: PLC0415 (as above)

    evidence = open_pdf(content)
    opened = [open_signature(one) for one in evidence.signatures if not one.timestamp]
    if len(opened) != 1 or opened[0].signed is None or opened[0].signature.unknown:
        return _Unsigned()
    if broken(opened[0]) is not None or weakness(opened[0].signed):
        return _Unsigned()
    return SignedChallenge(opened[0].signed.certificates, evidence.digests, opened[0].signature.gap)


@get(PATH + "/{secret:str}", include_in_schema=False)
async def show(request: Request[Any, Any, Any], secret: FromPath[str]) -> Response[str]:
    """What to do, step by step."""
    row = await _open(request, secret)
    shown: Pages = request.app.state.pages
    lang = pages.language(request)
    return pages.page(shown.challenge(lang, row.asked, row.expires_at, f"{PATH}/{secret}"))


@get(PATH + "/{secret:str}/challenge.pdf", include_in_schema=False)
async def download(request: Request[Any, Any, Any], secret: FromPath[str]) -> Response[bytes]:
    """The page to sign."""
    row = await _open(request, secret)
    headers = {"Content-Disposition": 'attachment; filename="challenge.pdf"'}
    return Response(row.pdf, media_type="application/pdf", headers=headers)


@post(PATH + "/{secret:str}", include_in_schema=False, status_code=200, request_max_body_size=None)
async def hand_in(request: Request[Any, Any, Any], secret: FromPath[str]) -> Response[Any]:
    """The signed page; a person is answered with a page, a program with JSON."""
    await _open(request, secret)
    _, signed = await receive(request)
    desk: Desk = request.app.state.desk

    def work() -> Answer:
        with store.writing(desk.engine) as connection:
            at = datetime.now(UTC)
            approvals.lapse(connection, at)
            row = possession.find_secret(connection, secret)
            made = possession.prove_pdf(connection, row.id, signed, at=at)
            # What the approver will see is no business of whoever holds the address.
            return Answer(200, {"id": made.body["key"], "state": "proven", "proposal": {"id": made.id}})

    answer = await desk.write(work)
    if pages.wants_page(request):
        shown: Pages = request.app.state.pages
        return pages.page(shown.proven(pages.language(request), answer.body["id"]))
    return Response(answer.body)


async def _open(request: Request[Any, Any, Any], secret: str) -> Row[Any]:
    """The challenge behind an address, while it may be answered; an expired one is not found."""
    desk: Desk = request.app.state.desk

    def look() -> Row[Any] | None:
        with store.reading(desk.engine) as connection:
            row = possession.find_secret(connection, secret)
            return row if row.proven_at is None and row.expires_at > datetime.now(UTC) else None

    row = await asyncio.to_thread(look)
    if row is None:
        raise problems.Refused("not-found")
    return row
