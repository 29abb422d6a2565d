"""The one map from errors to problem documents (RFC 9457).

`type` is a stable relative reference, `/problems/<code>`, the same on every installation. `title` and `detail` are
Vietnamese, `title_en` and `detail_en` English; `detail` always says what to do. Nothing of the input is quoted. What
nobody expected is `unexpected` (503) with an incident number that the log knows: never a 500, never a verdict.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.cells import WorkerDied
from gateway.refusal_words import DETAILS, STATUS, TITLES, slug, usual_status
from gateway.sandbox import Busy
from gateway.vocabulary import LIMITS, Text, word
from issuers.refusals import Refusal
from issuers.store import WrongSchema
from verify.evidence import Unreadable

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

SECOND_TRY = 2
WHEN_BUSY = 5
WHEN_AWAY = 10
"""Seconds after which it is worth asking again (Retry-After)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, its title, and what to do."""

    status: int
    title: Text
    detail: Text
    retry_after: int | None = None


FILES = Text(
    "Hãy gửi tệp PDF gốc của học bạ số, hoặc ảnh chụp mã QR trên bản in (JPEG, PNG, WebP, TIFF).",
    "Hand in the transcript's original PDF file, or a picture of the QR code on a printout (JPEG, PNG, WebP, TIFF).",
)

KINDS: dict[str, Kind] = {
    "not-multipart": Kind(
        400,
        Text("Yêu cầu không phải multipart/form-data", "Not multipart/form-data"),
        Text(
            "Hãy gửi tệp PDF trong trường `file` của một biểu mẫu multipart/form-data.",
            "Send the PDF in the field `file` of a multipart/form-data form.",
        ),
    ),
    "malformed-multipart": Kind(
        400,
        Text("Biểu mẫu bị hỏng hoặc bị cắt ngang", "The form is malformed or was cut off"),
        Text("Kết nối có thể đã bị ngắt; hãy gửi lại tệp.", "The connection may have broken; send the file again."),
    ),
    "no-file": Kind(
        400,
        Text("Chưa có tệp nào", "No file"),
        Text(
            "Hãy chọn một tệp PDF rồi gửi lại (trường `file`).", "Choose a PDF file and send it again (field `file`)."
        ),
    ),
    "text-instead-of-file": Kind(
        400,
        Text("Trường `file` chứa chữ, không phải tệp", "The field `file` holds text, not a file"),
        Text("Hãy đính kèm chính tệp PDF vào trường `file`.", "Attach the PDF itself to the field `file`."),
    ),
    "two-files": Kind(
        400,
        Text("Nhiều hơn một tệp", "More than one file"),
        Text("Mỗi lần chỉ gửi một tệp; hãy gửi từng tệp một.", "Send one file at a time."),
    ),
    "empty-file": Kind(
        400,
        Text("Tệp rỗng", "The file is empty"),
        Text(
            "Tệp không có nội dung; hãy tải lại tệp từ nguồn rồi gửi lại.",
            "The file has no content; download it again from its source and send that.",
        ),
    ),
    "malformed-json": Kind(
        400,
        Text("JSON sai cú pháp", "Malformed JSON"),
        Text('Hãy gửi JSON đúng cú pháp, dạng {"qr": "…"}.', 'Send well-formed JSON of the form {"qr": "…"}.'),
    ),
    "not-json": Kind(
        400,
        Text("Nội dung không phải JSON đúng cú pháp", "The body is not well-formed JSON"),
        Text("Hãy xem /schema để biết nội dung cần gửi.", "See /schema for what this address takes."),
    ),
    "no-token": Kind(
        401,
        Text("Cần mã truy cập còn hiệu lực", "A valid token is needed"),
        Text(
            "Hãy gửi mã trong Authorization: Bearer …; mã sai, hết hạn và đã thu hồi đều trả lời như nhau.",
            "Send it as Authorization: Bearer …; a wrong, an expired and a withdrawn one are answered alike.",
        ),
    ),
    "malformed-request": Kind(
        400,
        Text("Yêu cầu không hợp lệ", "Malformed request"),
        Text(
            "Hãy xem lại các tham số của yêu cầu theo mô tả tại /schema.",
            "Check the request's parameters against /schema.",
        ),
    ),
    "not-found": Kind(
        404,
        Text("Không có trang này", "Not found"),
        Text(
            "Hãy kiểm tra lại địa chỉ, hoặc bắt đầu từ trang chủ.", "Check the address, or start from the front page."
        ),
    ),
    "no-such-issuer": Kind(
        404,
        Text("Không có cơ sở này trong sổ đăng ký", "The registry has no such issuer"),
        Text("Hãy kiểm tra lại mã, hoặc tìm theo tên.", "Check the code, or search by name."),
    ),
    "no-such-number": Kind(
        404,
        Text("Sổ đăng ký không có số này", "The register does not hold this number"),
        Text(
            "Có thể số bị gõ nhầm, hoặc nhà trường chưa đăng ký; điều đó chưa có nghĩa học bạ là giả. Hãy xem lại số "
            "(16 chữ số và chữ cái), hoặc gửi tệp PDF hay ảnh mã QR.",
            "It may be mistyped, or the school may not have registered it; that alone does not make it false. Check "
            "the number (16 digits and letters), or hand in the PDF or a photo of the QR code.",
        ),
    ),
    "method-not-allowed": Kind(
        405,
        Text("Phương thức không dùng được ở địa chỉ này", "Method not allowed"),
        Text("Hãy xem /schema để biết phương thức đúng.", "See /schema for the methods that this address knows."),
    ),
    "too-slow": Kind(
        408,
        Text("Tệp gửi quá chậm", "The upload was too slow"),
        Text("Hãy kiểm tra kết nối mạng rồi gửi lại.", "Check your connection and send the file again."),
    ),
    "too-large": Kind(
        413,
        Text("Tệp quá lớn", "The file is too large"),
        Text(
            "Học bạ số thường chỉ vài trăm KB. Hãy gửi tệp gốc do nhà trường cấp, không phải bản quét.",
            "A digital transcript has a few hundred kilobytes. Hand in the original from the school, not a scan.",
        ),
    ),
    "not-a-document": Kind(
        415, Text("Đây không phải tệp PDF hay ảnh đọc được", "This is neither a PDF nor a picture that is read"), FILES
    ),
    "heic": Kind(
        415,
        Text("Không đọc được ảnh HEIC", "HEIC pictures are not read"),
        Text(
            "Hãy chụp màn hình ảnh đó, hoặc đổi định dạng máy ảnh sang JPEG rồi chụp lại.",
            "Take a screenshot of the picture, or set the camera to JPEG and take it again.",
        ),
    ),
    "foreign-code": Kind(
        400,
        Text("Mã QR này không phải của học bạ số", "This QR code is not a transcript's"),
        Text(
            "Hãy quét mã QR in trên học bạ; mã thanh toán hay mã khác không dùng được ở đây.",
            "Scan the QR code that is printed on the transcript; payment and other codes mean nothing here.",
        ),
    ),
    "unreadable": Kind(
        422,
        Text("Không mở được tệp PDF này", "This PDF cannot be opened"),
        Text(
            "Tệp bị hỏng hoặc bị cắt ngang. Hãy tải lại tệp gốc, hoặc xin nhà trường gửi lại.",
            "The file is damaged or incomplete. Download the original again, or ask the school for it.",
        ),
    ),
    "password": Kind(
        422,
        Text("Tệp PDF được bảo vệ bằng mật khẩu", "The PDF is protected by a password"),
        Text(
            "Hãy xin nhà trường cấp tệp không đặt mật khẩu; gỡ mật khẩu sẽ làm hỏng chữ ký.",
            "Ask the school for a file without a password; removing it would break the signatures.",
        ),
    ),
    "no-pages": Kind(
        422,
        Text("Tệp PDF không có trang nào", "The PDF has no pages"),
        Text("Hãy tải lại tệp gốc rồi gửi lại.", "Download the original file again and send that."),
    ),
    "limit": Kind(
        422,
        Text("Tệp vượt giới hạn: {limit}", "The file passes a limit: {limit}"),
        Text(
            "Học bạ số thông thường không gặp giới hạn này. Hãy xin nhà trường cấp lại tệp gốc.",
            "An ordinary transcript never meets this limit. Ask the school to issue the file anew.",
        ),
    ),
    "too-many-requests": Kind(
        429,
        Text("Quá nhiều yêu cầu", "Too many requests"),
        Text("Hãy chờ một lát rồi thử lại.", "Wait a moment and try again."),
        WHEN_BUSY,
    ),
    "busy": Kind(
        503,
        Text("Hệ thống đang bận", "The service is busy"),
        Text("Hãy thử lại sau vài giây.", "Try again in a few seconds."),
        WHEN_BUSY,
    ),
    "worker-died": Kind(
        503,
        Text("Việc xử lý tệp bị gián đoạn", "Processing was interrupted"),
        Text(
            "Tệp chưa được xét. Hãy gửi lại; nếu vẫn không được, báo cho đơn vị vận hành.",
            "The file was not judged. Send it again; if that fails too, tell the operator.",
        ),
        SECOND_TRY,
    ),
    "database-away": Kind(
        503,
        Text("Sổ đăng ký tạm thời không truy cập được", "The registry cannot be reached"),
        Text("Tệp chưa được xét. Hãy thử lại sau.", "The file was not judged. Try again later."),
        WHEN_AWAY,
    ),
    "unexpected": Kind(
        503,
        Text("Có lỗi ngoài dự kiến", "Something unexpected happened"),
        Text(
            "Không có kết luận nào được đưa ra. Hãy thử lại; nếu vẫn lỗi, báo mã sự cố cho đơn vị vận hành.",
            "No conclusion was drawn. Try again; if it persists, tell the operator the incident number.",
        ),
        WHEN_BUSY,
    ),
}

KINDS |= {slug(why): Kind(usual_status(why), title, DETAILS[usual_status(why)]) for why, title in TITLES.items()}


class Refused(Exception):  # noqa: N818 - a refusal of the request, not an error of the program
    """A request that is refused as one of `KINDS`; `facts` are plain values that the document carries."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Problem:
    """What is answered: a kind, and its facts; `status` where it is not the kind's own."""

    code: str
    facts: Mapping[str, str | int | None] = field(default_factory=dict)
    status: int | None = None

    @property
    def kind(self) -> Kind:
        """Its row in the table."""
        kind = KINDS[self.code]
        return kind if self.status is None else replace(kind, status=self.status, detail=DETAILS[self.status])

    @property
    def title(self) -> Text:
        """The title in both languages, with the limit's name where it has one."""
        limit = word(LIMITS, str(self.facts.get("limit", "")))
        return Text(self.kind.title.vi.format(limit=limit.vi), self.kind.title.en.format(limit=limit.en))

    def document(self) -> dict[str, Any]:
        """The members of RFC 9457, ours in English beside them, and the facts."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.title.vi,
            "status": self.kind.status,
            "detail": self.kind.detail.vi,
            "title_en": self.title.en,
            "detail_en": self.kind.detail.en,
            **self.facts,
        }

    def headers(self) -> dict[str, str]:
        """Retry-After where it helps; a connection that was too slow is not kept."""
        wait = self.facts.get("retry_after", self.kind.retry_after)
        headers = {} if wait is None else {"Retry-After": str(wait)}
        if self.code == "no-token":
            headers["WWW-Authenticate"] = "Bearer"
        return headers | ({"Connection": "close"} if self.code == "too-slow" else {})


BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 429: "too-many-requests"}
BY_CODE = {"no_pages": "no-pages", "unsupported": "not-a-document"}


def of(error: Exception) -> Problem:  # noqa: PLR0911 (one row a kind of error)
    """The problem that an exception is answered with; logs the unexpected, without its text."""
    match error:
        case Refused():
            return Problem(error.code, error.facts)
        case Refusal():
            return Problem(slug(error.why), _facts(error), STATUS[type(error)])
        case Unreadable():
            code = "heic" if error.limit == "heic" else BY_CODE.get(error.code, error.code)
            return Problem(code if code in KINDS else "unreadable", {"limit": error.limit} if error.limit else {})
        case Busy() | WorkerDied():
            return Problem("busy" if isinstance(error, Busy) else "worker-died")
        case DBAPIError() | PoolTimeout() | WrongSchema():
            log.error("the database failed: %s", type(error).__name__)
            return Problem("database-away")
        case HTTPException() if error.status_code < 500:  # noqa: PLR2004 (the server's own errors begin there)
            return Problem(BY_STATUS.get(error.status_code, "malformed-request"), _fields(error))
        case _:
            return Problem("unexpected", {"incident": _record(error)})


def answer(problem: Problem) -> Response[dict[str, Any]]:
    """The problem as a response."""
    return Response(
        problem.document(), status_code=problem.kind.status, media_type=MEDIA_TYPE, headers=problem.headers()
    )


def _facts(refusal: Refusal) -> dict[str, str | int | None]:
    """A refusal's facts and its field; a value that was not found is what was sent, and is not repeated."""
    facts = {name: fact for name, fact in refusal.facts.items() if name != "value"}
    return facts | ({"field": refusal.field} if refusal.field else {})


def _fields(error: HTTPException) -> dict[str, str]:
    """The names of the parameters at fault, ours and never what was sent in them."""
    extra = error.extra if isinstance(error, ValidationException) and isinstance(error.extra, list) else []
    names = sorted({str(one["key"]) for one in extra if isinstance(one, dict) and "key" in one})
    return {"fields": ", ".join(names)} if names else {}


def _record(error: Exception) -> str:
    """Log where it happened under a number; the exception's own text might quote the document."""
    incident = secrets.token_hex(4)
    frames = " < ".join(f"{frame.name} {frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__)))
    log.error("incident %s: %s in %s", incident, type(error).__name__, frames)
    return incident
