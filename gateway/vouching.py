"""A receipt that comes back: is it ours, what does it say, what has changed since, and is it worth asking again?"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from msgspec import Struct

from gateway import careers, limits, since
from gateway.described import taking
from gateway.forms import fields
from gateway.pages import Pages, language, page
from gateway.questions import decode
from gateway.receipts import Claims, NoReceipt, Why, found
from gateway.reporting import Both, both
from gateway.since import Since
from gateway.verifications import Service
from gateway.vocabulary import Text

LONGEST = 512 << 10
"""Bytes of a form or a call: a whole report with its receipt, and a picture of the page around it."""

TOLD: dict[Why | None, Text] = {
    None: Text("Biên nhận này do hệ thống ký, còn nguyên vẹn.", "This receipt was signed here and is intact."),
    Why.ABSENT: Text(
        "Không thấy biên nhận nào ở đây. Hãy chọn tệp biên nhận (.jws) đã tải về, hoặc dán toàn bộ biên nhận, từ ký tự "
        "đầu đến ký tự cuối.",
        "There is no receipt in this. Choose the receipt's file (.jws) as it was downloaded, or paste the whole of it, "
        "from its first character to its last.",
    ),
    Why.SEVERAL: Text(
        "Ở đây có nhiều biên nhận khác nhau. Hãy kiểm tra từng biên nhận một.",
        "There are several receipts in this. Check one at a time.",
    ),
    Why.ALTERED: Text(
        "Biên nhận này đã bị sửa hoặc thiếu ký tự. Hãy lấy lại đúng tệp biên nhận đã tải về, hoặc chép lại toàn bộ; "
        "nếu vẫn vậy, đừng dựa vào nó: hãy kiểm tra lại chính tệp học bạ.",
        "This receipt was altered, or characters are missing. Get the original file of the receipt, or copy the whole "
        "of it again; if the answer stays, do not rely on it: check the transcript itself again.",
    ),
    Why.RETIRED_KEY: Text(
        "Biên nhận ghi là của hệ thống này, nhưng ký bằng một khóa mà hệ thống không còn dùng, nên ở đây không "
        "xác nhận được. Hãy kiểm tra lại chính tệp học bạ, hoặc hỏi đơn vị vận hành về khóa cũ.",
        "The receipt names this service, but it is signed with a key that the service no longer has, so nobody here "
        "can vouch for it. Check the transcript itself again, or ask the operator about the former key.",
    ),
    Why.FOREIGN: Text(
        "Đây không phải biên nhận của hệ thống này mà của một hệ thống khác. Hãy hỏi nơi đã cấp biên nhận, hoặc kiểm "
        "tra lại chính tệp học bạ ở đây.",
        "This receipt is another service's, not ours. Ask where it was given, or check the transcript itself here.",
    ),
}
"""What is said first: None where the receipt is ours."""

EMPTY = Text(
    "Bạn chưa chọn tệp và cũng chưa dán biên nhận nào. Hãy chọn tệp biên nhận (.jws) đã tải về, hoặc dán biên nhận vào "
    "ô dưới đây.",
    "You have neither chosen a file nor pasted a receipt. Choose the receipt's file (.jws) as it was downloaded, or "
    "paste the receipt below.",
)
"""What a form says that was sent with nothing in it."""


class Asked(Struct, forbid_unknown_fields=True):
    """A receipt, or a text that holds one."""

    receipt: str


class Vouched(Struct, frozen=True):
    """What is known of a receipt: `genuine`, or why not; what it says, and what has changed since."""

    standing: str
    told: Both
    claims: Claims | None
    since: Since | None


def vouch(service: Service, content: bytes) -> Vouched:
    """Read a receipt out of a text, check it, and hold it against the registry of now."""
    try:
        claims = service.receipts.read(found(content))
    except NoReceipt as refused:
        return Vouched(refused.why.value, both(TOLD[refused.why]), None, None)
    return Vouched("genuine", both(TOLD[None]), claims, since.read(service.engine, claims, policy=service.policy))


@post("/v1/receipts", status_code=200, operation_class=taking(Asked), request_max_body_size=None, tags=["receipts"])
async def create(request: Request[Any, Any, Any]) -> Vouched:
    """Check a receipt: 200 whatever its standing. What it says is believed of a genuine one alone."""
    asked = decode(await limits.small(request, LONGEST), Asked)
    return await asyncio.to_thread(vouch, request.app.state.service, asked.receipt.encode("utf-8", "replace"))


@get("/receipts", include_in_schema=False)
async def ask(request: Request[Any, Any, Any]) -> Response[str]:
    """What receipts are, and a form to check one."""
    pages: Pages = request.app.state.pages
    return page(pages.show(language(request), "receipts", path="/receipts", vouched=None))


@post("/receipts", include_in_schema=False, request_max_body_size=None)
async def check(request: Request[Any, Any, Any]) -> Response[str]:
    """Whether a receipt was signed here, what it says, and what has changed since."""
    pages: Pages = request.app.state.pages
    given = await fields(request, LONGEST)
    content = given.get("file") or given.get("receipt", b"")
    if not content.strip():
        return page(pages.show(language(request), "receipts", path="/receipts", vouched=None, empty=EMPTY))
    service: Service = request.app.state.service
    vouched = await asyncio.to_thread(vouch, service, content)
    code = vouched.claims.issuer if vouched.claims else None
    issuer = await asyncio.to_thread(careers.superior, service.engine, code)
    return page(pages.show(language(request), "receipts", path="/receipts", vouched=vouched, issuer=issuer))
