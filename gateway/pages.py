"""Pages for people: a form, a result, a problem; Vietnamese first, English by choice.

Server-rendered and complete without JavaScript; a scanned code's answer is such a page too, which a script puts in the
place of the one that asked. The only room that reads `templates/`.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, Template
from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath
from msgspec import UNSET

from gateway import contacts, limits, problems, rows, subjects, timeline, verdicts, verifications, vocabulary, wording
from gateway.headers import ASKING, SCANNING
from gateway.problems import Problem
from gateway.reporting import Both, TranscriptShown, Verification
from gateway.vocabulary import Text, word
from verify.report import Verdict
from verify.trust import VIETNAM

ROOT = Path(__file__).parent.parent / "templates"

LANGUAGES = ("vi", "en")
"""The first is spoken unless the reader asks for another."""

MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
}

A_YEAR = "public, max-age=31536000, immutable"
"""Static files are asked for by a digest of their content."""

ASKED_AT = ["/", "/V"]
"""Where questions are asked, by a clerk and by whoever holds a telephone."""

PLAIN_PATH = re.compile(r"(/[A-Za-z0-9.-]{1,64}){1,4}")
"""What a problem's page links back to in the other language: an address of ours, never another host's."""

MOST_FIELDS = 8
"""Our small forms have one or two."""

AGAIN = frozenset({408, 429, 503})
"""Statuses after which the same question may get an answer."""

WORDS = SimpleNamespace(
    verdict=lambda code: word(vocabulary.VERDICTS, code),
    indication=lambda code: word(vocabulary.INDICATIONS, code),
    sub=lambda code: word(vocabulary.SUBS, code),
    kind=lambda code: word(vocabulary.KINDS, code),
    key_state=lambda code: word(vocabulary.KEY_STATES, code),
    role=lambda code: word(vocabulary.ROLES, code),
    capacity=lambda code: word(vocabulary.CAPACITIES, code),
    level=lambda code: word(vocabulary.LEVELS, code),
    status=lambda code: word(vocabulary.STATUSES, code),
    proof=lambda code: word(vocabulary.PROOFS, code),
    outcome=lambda code: word(vocabulary.OUTCOMES, code),
    check=lambda code: word(vocabulary.CHECKS, code),
    result=lambda code: word(vocabulary.RESULTS, code),
    withdrawal=lambda code: word(vocabulary.WITHDRAWALS, code),
    amendment=lambda code: word(vocabulary.AMENDMENTS, code),
    reason=lambda code: wording.REASONS[code].means if code in wording.REASONS else Text(code, code),
)


def language(request: Request[Any, Any, Any]) -> str:
    """`?lang=` if it is one of ours, else what Accept-Language likes best, else Vietnamese."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return str(asked)
    liked: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        tag, _, weight = part.strip().lower().partition(";q=")
        if tag[:2] in LANGUAGES:
            try:
                liked.append((float(weight or 1), tag[:2]))
            except ValueError:
                continue
    return max(liked, key=lambda one: one[0], default=(0.0, LANGUAGES[0]))[1]


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a person's browser asks, to whom a problem is shown as a page."""
    return "text/html" in request.headers.get("accept", "")


def wants_row(request: Request[Any, Any, Any]) -> bool:
    """Whether a page's script asks, about one of several files."""
    return request.headers.get("accept", "") == "application/json"


def day(text: str) -> str:
    """A date as read in Vietnam, 31/05/2026; what is no date stays as it is."""
    try:
        return date.fromisoformat(text).strftime("%d/%m/%Y")
    except (TypeError, ValueError):
        return str(text)


def moment(text: str) -> str:
    """An instant as read in Vietnam, 14:05 31/05/2026."""
    try:
        return datetime.fromisoformat(text).astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    except (TypeError, ValueError):
        return str(text)


def date_of(at: datetime) -> str:
    """The day of an instant, as read in Vietnam."""
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y")


def initials(name: str) -> str:
    """A name that only tells whoever knows it: a pupil's, on a telephone that others can see."""
    return " ".join(f"{part[0]}•••" for part in name.split())


def fours(number: str | None) -> str:
    """A transcript number in groups of four, as it is printed."""
    return " ".join((number or "–")[place : place + 4] for place in range(0, len(number or "–"), 4))


class Pages:
    """The pages in both languages, loaded once."""

    def __init__(self, most_bytes: int, *, synthetic: bool) -> None:
        self._most_bytes = most_bytes
        self._synthetic = synthetic
        self.static = {path.name: path.read_bytes() for path in sorted((ROOT / "static").iterdir())}
        self.packed = {name: gzip.compress(content, mtime=0) for name, content in self.static.items()}
        self.version = hashlib.sha256(b"".join(self.static.values())).hexdigest()[:12]
        self._templates = {lang: self._load(lang) for lang in LANGUAGES}

    def front(self, lang: str) -> str:
        """The form, and what it may answer."""
        answers = [
            {"code": code.value, "word": vocabulary.VERDICTS[code], "means": verdicts.VERDICTS[code].means}
            for code in reversed(Verdict)
        ]
        return self._templates[lang]("front.html").render(verdicts=answers, synthetic=self._synthetic)

    def show(self, lang: str, name: str, **facts: object) -> str:
        """A page that is read, by its template's name."""
        return self._templates[lang](f"{name}.html").render(synthetic=self._synthetic, **facts)

    def link(self, lang: str) -> str:
        """Where a printed code leads: the payload never reaches this page's request."""
        return self._templates[lang]("link.html").render(synthetic=self._synthetic, path="/V")

    def result(self, lang: str, verification: Verification, *, path: str = "/") -> str:
        """One verification, for whoever stands at the counter; on a telephone (`/V`) the name is masked until asked."""
        transcript = verification.transcript
        record, claims = _told(transcript, "record"), _told(transcript, "claims")
        newer = transcript.superseded_by if transcript and transcript.superseded_by is not UNSET else None
        return self._templates[lang]("result.html").render(
            v=verification,
            record=record,
            claims=claims,
            told=record or claims,
            pupil=record["pupil"] if record else _pupil(claims),
            newer=newer,
            pictures=timeline.of(verification),
            contacts=contacts.reached(verification),
            masked=path == "/V",
            path=path,
            synthetic=verification.synthetic,
        )

    def problem(self, lang: str, problem: Problem, *, undecided: bool = False, path: str = "/") -> str:
        """Why there is no answer, and what to do; `undecided` if a transcript was handed in."""
        return self._templates[lang]("problem.html").render(
            title=problem.title,
            detail=problem.kind.detail,
            code=problem.code,
            incident=problem.facts.get("incident"),
            undecided=undecided,
            again=problem.kind.status in AGAIN,
            wait=problem.headers().get("Retry-After"),
            path=path,
            synthetic=self._synthetic,
        )

    def challenge(self, lang: str, asked: Mapping[str, Any], expires: datetime, path: str) -> str:
        """What to do with a challenge."""
        return self._templates[lang]("challenge.html").render(
            asked=asked, expires=expires.isoformat(), path=path, synthetic=self._synthetic
        )

    def proven(self, lang: str, key: str) -> str:
        """That a challenge was answered."""
        return self._templates[lang]("challenge.html").render(key=key, synthetic=self._synthetic)

    def _load(self, lang: str) -> Callable[[str], Template]:
        environment = Environment(
            loader=FileSystemLoader(ROOT), autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
        )

        def say(text: Text | Both) -> str:
            return text.vi if lang == "vi" else text.en

        def grade(mark: object) -> str:
            if isinstance(mark, str):
                return say(word(vocabulary.RESULTS, mark))
            if isinstance(mark, int | float):
                signed = f"{mark}" if isinstance(mark, float) else f"{mark}.0"  # as signed: never rounded here
                return signed.replace(".", "," if lang == "vi" else ".")
            return "–"

        environment.filters |= {"day": day, "date_of": date_of, "moment": moment, "fours": fours, "grade": grade}
        environment.filters |= {"initials": initials, "subject": subjects.named, "codes": codes}
        environment.globals |= {
            "t": lambda vi, en: vi if lang == "vi" else en,
            "say": say,
            "word": WORDS,
            "lang": lang,
            "version": self.version,
            "most_bytes": self._most_bytes,
            "megabytes": self._most_bytes >> 20,
            "path": "/",
        }
        environment.globals["mark"] = environment.get_template("marks.html").module.mark  # type: ignore[attr-defined]
        return environment.get_template


def _told(transcript: TranscriptShown | None, what: str) -> dict[str, Any] | None:
    """The record or the claims of a transcript, if the report has them."""
    told = getattr(transcript, what, UNSET)
    return None if told is UNSET else told


def _pupil(claims: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Who a code is about, if it says so in full: a name without a birthday identifies nobody."""
    if not claims or "full_name" not in claims or "date_of_birth" not in claims:
        return None
    return {name: claims[name] for name in ("full_name", "date_of_birth")}


def codes(claims: Mapping[str, Any]) -> list[str]:
    """The subjects of a code, once each, in the order in which its years name them."""
    return list(dict.fromkeys(one["code"] for year in claims["years"] for one in year["subjects"]))


def page(content: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[str]:
    """A page as a response; `headers` are what its scripts need, nothing by default."""
    said = {"Vary": "Accept-Language", **(headers or {})}
    return Response(content, status_code=status, media_type=MediaType.HTML, headers=said)


async def field(request: Request[Any, Any, Any], name: str) -> str:
    """One field of a small form; raises Refused for what is no form."""
    try:
        form = parse_qs((await limits.small(request)).decode("ascii", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise problems.Refused("malformed-request") from None
    return form.get(name, [""])[0]


def refusal(request: Request[Any, Any, Any], problem: Problem) -> Response[str]:
    """A problem as a page, in the reader's language."""
    pages: Pages = request.app.state.pages
    asked = request.url.path in ASKED_AT
    stays = asked or (request.method == "GET" and PLAIN_PATH.fullmatch(request.url.path))
    path = request.url.path if stays else "/"
    content = pages.problem(language(request), problem, undecided=asked and request.method == "POST", path=path)
    response = page(content, problem.kind.status)
    response.headers.update(problem.headers())
    return response


@get("/", include_in_schema=False)
async def front(request: Request[Any, Any, Any]) -> Response[str]:
    """The front page."""
    pages: Pages = request.app.state.pages
    return page(pages.front(language(request)), headers=SCANNING)


@get("/V", include_in_schema=False)
async def link(request: Request[Any, Any, Any]) -> Response[str]:
    """Where a printed code opens."""
    pages: Pages = request.app.state.pages
    return page(pages.link(language(request)), headers=ASKING)


@post(ASKED_AT, include_in_schema=False, request_max_body_size=None)
async def hand_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """The answer to a file of the form or to a scanned code, as a page whatever happens; or as a row of a table."""
    pages: Pages = request.app.state.pages
    try:
        verification = await verifications.receive(request)
    except Exception as error:  # noqa: BLE001 (every error is shown as the problem that it is)
        problem = problems.of(error)
        return problems.answer(problem) if wants_row(request) else refusal(request, problem)
    lang = language(request)
    content = pages.result(lang, verification, path=request.url.path)
    return Response(rows.row(verification, lang, content), status_code=200) if wants_row(request) else page(content)


@get("/problems/{code:str}", include_in_schema=False)
async def explain(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[str]:
    """What a problem's `type` leads to."""
    if code not in problems.KINDS:
        raise problems.Refused("not-found")
    response = refusal(request, Problem(code))
    response.status_code = 200
    return response


@get("/static/{version:str}/{name:str}", include_in_schema=False)
async def static(request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file that pages need. Scripts find each other beside them, so the version stands in the path."""
    pages: Pages = request.app.state.pages
    if name not in pages.static:
        raise problems.Refused("not-found")
    headers = {"Vary": "Accept-Encoding"}
    if version == pages.version:
        headers["Cache-Control"] = A_YEAR
    content = pages.static[name]
    if "gzip" in request.headers.get("accept-encoding", "") and len(pages.packed[name]) < len(content):
        content = pages.packed[name]
        headers["Content-Encoding"] = "gzip"
    media_type = MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
    return Response(content, media_type=media_type, headers=headers)
