"""The application, top to bottom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from sqlalchemy import Engine

from gateway import (
    admin_anchors,
    admin_appointments,
    admin_events,
    admin_issuers,
    admin_keys,
    admin_officers,
    admin_transcripts,
    browsing,
    challenges,
    chronicle,
    directory,
    health,
    leaflets,
    lookups,
    metrics,
    pages,
    problems,
    proposals,
    receipts,
    verifications,
    vouching,
)
from gateway.admin import Desk
from gateway.described import Described
from gateway.headers import Headers
from gateway.limits import Intake
from gateway.pages import Pages
from gateway.rates import Rates
from gateway.sandbox import Sandbox
from gateway.settings import Settings
from gateway.verifications import Service
from issuers.address import host_of
from verify.policy import POLICIES

ADMIN = (
    admin_issuers.create,
    admin_issuers.alter,
    admin_issuers.suspend,
    admin_issuers.lift,
    admin_issuers.succeed,
    admin_officers.create,
    admin_officers.listed,
    admin_officers.withdraw,
    admin_keys.create,
    admin_keys.prove,
    admin_keys.suspend,
    admin_keys.lift,
    admin_keys.retire,
    admin_keys.revoke,
    admin_appointments.create,
    admin_appointments.end,
    admin_appointments.certify,
    admin_appointments.revoke,
    admin_anchors.create,
    admin_anchors.distrust,
    admin_anchors.import_crl,
    admin_transcripts.create,
    admin_transcripts.withdraw,
    admin_transcripts.amended,
    admin_events.listed,
    proposals.listed,
    proposals.one,
    proposals.approve,
    proposals.reject,
    challenges.show,
    challenges.download,
    challenges.hand_in,
)


def build(settings: Settings, engine: Engine, *, synthetic: bool) -> Headers:
    """The whole service: routes, state, what happens on start and stop, and the headers around it."""
    sandbox = Sandbox(settings.workers)
    key = receipts.load(settings.data_dir, settings.public_url)
    host = host_of(settings.public_url)
    writer = ThreadPoolExecutor(1, "writer")
    rates = Rates(settings.redis_url, settings.trusted_proxies, settings.database_url)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        await sandbox.start()
        try:
            yield
        finally:
            await sandbox.stop()
            await asyncio.to_thread(writer.shutdown)
            await asyncio.to_thread(engine.dispose)

    app = Litestar(
        route_handlers=[
            verifications.create,
            directory.search,
            directory.look_up,
            chronicle.tell,
            lookups.create,
            jwks,
            health.live,
            health.ready,
            health.count,
            pages.front,
            pages.link,
            pages.hand_in,
            pages.explain,
            pages.static,
            browsing.search,
            browsing.look_up,
            browsing.tell,
            browsing.find,
            leaflets.advise,
            leaflets.policy,
            vouching.create,
            vouching.ask,
            vouching.check,
            *ADMIN,
        ],
        lifespan=[running],
        state=State(
            {
                "service": Service(
                    engine, sandbox, Intake(settings.max_upload_bytes), key, host, POLICIES[settings.policy]
                ),
                "pages": Pages(settings.max_upload_bytes, synthetic=synthetic),
                "notes": health.notes(),
                "desk": Desk(engine, writer, settings.public_url),
            }
        ),
        before_request=rates.admit,
        exception_handlers={Exception: refuse},
        openapi_config=OpenAPIConfig(
            title="transcript-gateway",
            version=version("transcript-gateway"),
            description="May I accept this transcript? Problems are RFC 9457 documents; instants are RFC 3339.",
            path="/schema",
            render_plugins=[Described(path=["/", "/openapi.json"])],
        ),
        logging_config=None,  # the framework would log requests and exceptions with what they carry
        request_max_body_size=64 << 10,
    )
    return Headers(app, secure=settings.public_url.startswith("https:"))


def refuse(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Every error as a problem: a page for people, a document for programs."""
    problem = problems.of(error)
    metrics.PROBLEMS.labels(problem.code).inc()
    if pages.wants_page(request) and not request.url.path.startswith("/v1/"):
        return pages.refusal(request, problem)
    response = problems.answer(problem)
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})  # Allow, which a 405 owes
    return response


@get("/.well-known/jwks.json", tags=["receipts"])
async def jwks(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """The public keys that receipts are checked with."""
    service: Service = request.app.state.service
    return Response(service.receipts.jwks(), headers={"Cache-Control": "public, max-age=3600"})
