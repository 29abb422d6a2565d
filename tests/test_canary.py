"""Nothing of a pupil stays anywhere: a transcript with a canary in every field is handed in every way, then looked for.

A real server on SQLite and on PostgreSQL, with a real Redis, logs all that can be logged, statements to the database
included. The only things that may carry the pupil are the answers to whoever handed the file in: the report, and the
page that shows it. No log, count, table, key, address, header, receipt or problem may.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import signal
import socket
import threading
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import httpx
import postgres
import pytest
import redis
from redis_server import RedisServer, redis_server
from running import Gateway, gateway
from sqlalchemy import MetaData, create_engine, select, text

from issuers import store, symbol
from issuers.cast import SONG_MAY, assemble
from issuers.desk import Desk, digest
from issuers.edits import corrected
from issuers.history import begin

STEM, PHRASE = "Wzqkhz", "Ễnh Ương"
"""Letters and words that stand in no other text; every canary that is a text has both."""

FIELDS = (
    *("pupil.full_name", "pupil.place_of_birth", "year.class", "subject.name", "correction.reason"),
    *("amendment.reason", "amendment.requested_by", "amendment.confirmed_by", "amendment.reported_to"),
    "amendment.decision_no",
)
CANARIES = {name: f"{PHRASE} {STEM}{place:02}" for place, name in enumerate(FIELDS)}
SUBJECT_CODE = f"{STEM.upper()}-MON"
BORN, MOET_CODE, PERSONAL_ID = "1941-12-29", "7319500137", "019773195046"
SCHOOL_YEAR = "2191-2192"
NUMBERS = (BORN, "29/12/1941", "29-12-1941", "19411229", "(1941, 12, 29)", MOET_CODE, PERSONAL_ID, SCHOOL_YEAR)
"""Canaries that are no texts, and how else a program writes a day."""

MEMBERS = ("full_name", "date_of_birth", "personal_id", "place_of_birth", "semester_1", "learning_result", "female")
"""Names of the record's members, and one word of two: no one else's JSON has them. (Marks alone say nothing.)"""

FILE_NAME = f"{PHRASE} {STEM}.pdf"
"""Clerks name files by pupils."""

TALKATIVE = """
import logging
import sys

import sqlalchemy

from gateway import cli

if __name__ == "__main__":
    logging.basicConfig(filename={log!r}, level=logging.NOTSET)
    logging.getLogger(sqlalchemy.__name__).setLevel(logging.DEBUG)
    sys.exit(cli.main(["serve"]))
"""


@dataclass(frozen=True)
class World:
    """A registry, who may register in it, and one transcript as a file, as a code, and as pictures."""

    registry: bytes
    token: str
    items: list[dict[str, Any]]
    unsigned: bytes
    pdf: bytes
    code: symbol.Code

    @property
    def number(self) -> str:
        return self.code.number


@cache
def world() -> World:
    """The one world of this process: version 2 of a transcript, for the first has no amendment."""
    cast = assemble(datetime.now(UTC), 11)
    history = begin(cast)
    desk = Desk(cast, history)
    first = desk.record(SONG_MAY, 41)
    record = marked(corrected(first, cast.day(40)))
    made = desk.issue(SONG_MAY, 40, record=record)
    code = desk.codes[digest(record)]
    with TemporaryDirectory() as folder:
        engine = store.connect(f"sqlite:///{folder}/registry.sqlite3")
        store.migrate(engine)
        with store.writing(engine) as connection:
            history.carry_out(connection)
        engine.dispose()
        registry = (Path(folder) / "registry.sqlite3").read_bytes()
    assert made.unsigned is not None
    amendment = record["amendment"] | dict.fromkeys(("reason", "requested_by", "confirmed_by", "decision_no"), "x")
    items = [
        item(first),
        item(record, pdf_sha256=sha256(made.pdf).hexdigest(), qr_sha256=code.qr_sha256)
        | {"amendment": amendment | {"reported_to": record["issuer"]["department_code"]}},
    ]
    (officer,) = [one for one in history.officers if one.issuer == SONG_MAY and one.role == "admin"][:1]
    return World(registry, officer.token, items, made.unsigned, made.pdf, code)


def item(record: dict[str, Any], **digests: str) -> dict[str, Any]:
    named = {name: record[name] for name in ("number", "version", "level", "issued_on")}
    return named | {"record_digest": digest(record)} | digests


def marked(record: dict[str, Any]) -> dict[str, Any]:
    """A record with a canary wherever it says something of the pupil."""
    said = CANARIES
    record["pupil"] = {
        "full_name": said["pupil.full_name"],
        "date_of_birth": BORN,
        "sex": "female",
        "moet_code": MOET_CODE,
        "personal_id": PERSONAL_ID,
        "place_of_birth": said["pupil.place_of_birth"],
    }
    years = record["years"]
    for place, year in enumerate(years):
        begins = int(SCHOOL_YEAR[:4]) - len(years) + 1 + place
        year |= {"school_year": f"{begins}-{begins + 1}", "class": said["year.class"]}
        subject = year["subjects"][0]
        subject |= {"code": SUBJECT_CODE, "name": said["subject.name"]}
    years[-1]["corrections"] = [
        years[-1]["corrections"][0] | {"subject": SUBJECT_CODE, "reason": said["correction.reason"], "on": "2026-01-05"}
    ]
    told = ("reason", "requested_by", "confirmed_by", "reported_to", "decision_no")
    record["amendment"] |= {name: said[f"amendment.{name}"] for name in told}
    return record


def spellings(word: str) -> set[bytes]:
    """A text in every way that programs write it down."""
    plain = {unicodedata.normalize(form, word) for form in ("NFC", "NFD")}
    bare = "".join(one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one))
    plain |= {bare, *(change(one) for one in plain | {bare} for change in (str.lower, str.upper))}
    written = set(plain)
    for one in plain:
        escaped = json.dumps(one)[1:-1]
        written |= {escaped, escaped.upper().replace("\\U", "\\u"), escape(one), ascii(one)[1:-1]}
        written |= {ascii(one.encode())[2:-1], one.encode("ascii", "xmlcharrefreplace").decode()}
        written |= {
            quote(one, safe=""),
            quote_plus(one),
            quote(one).lower(),
            one.replace(" ", "_"),
            one.replace(" ", "-"),
        }
    coded = {one.encode() for one in written} | {one.encode("utf-16-le") for one in plain}
    for one in plain:
        for raw in (one.encode(), one.encode("utf-16-le"), one.encode("utf-16-be")):
            coded |= {raw, raw.hex().encode(), raw.hex().upper().encode(), *in_base64(raw)}
    return coded


def in_base64(raw: bytes) -> Iterator[bytes]:
    """What base64 makes of some bytes wherever they stand in a longer run; nothing too short to be told from chance."""
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + raw)
        inner = whole[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        if len(inner) >= 6:
            yield from (inner, inner.translate(bytes.maketrans(b"+/", b"-_")))


@cache
def needles() -> tuple[bytes, ...]:
    """All that is searched for."""
    words = {one for word in (STEM, PHRASE, *NUMBERS) for one in spellings(word)}
    members = {spelled for name in MEMBERS for spelled in (name.encode(), name.encode("utf-16-le"))}
    pieces = {world().code.text[-60:-20].encode(), world().pdf[9_000:9_032], picture()[-64:-32]}
    return tuple(words | members | pieces)


@cache
def picture() -> bytes:
    return symbol.picture(world().code)


def found(content: bytes | str) -> list[bytes]:
    """What was found, with what stands around it."""
    raw = content if isinstance(content, bytes) else content.encode()
    return [raw[max(0, at - 60) : at + 60] for needle in needles() if (at := raw.find(needle)) >= 0]


def test_every_spelling_is_found() -> None:
    for name, word in {**CANARIES, "born": BORN, "moet_code": MOET_CODE, "personal_id": PERSONAL_ID}.items():
        for shift in range(3):
            assert found(base64.b64encode(b"x" * shift + word.encode() + b"yz")), (name, shift)
        for way in (quote, quote_plus, json.dumps, ascii, repr, escape, str.lower, str.upper):
            assert found(f"<{way(word)}>"), (name, way)
        for form in ("NFC", "NFD", "NFKD"):
            assert found(f"<{unicodedata.normalize(form, word)}>".encode()), (name, form)
        for encoding in ("utf-8", "utf-16", "utf-16-be", "utf-16-le"):
            assert found(f"<{word}>".encode(encoding)), (name, encoding)
            assert found(word.encode(encoding).hex()), (name, encoding)
    assert found("nothing of the sort, born on 2010-12-29 as a male") == []


class Watch(threading.Thread):
    """Looks again and again at every file below some folders, and at all that the server and its workers hold open."""

    def __init__(self, served: Gateway, *folders: Path) -> None:
        super().__init__(daemon=True)
        self.served, self.folders = served, folders
        self.ended, self.looked, self.caught = threading.Event(), 0, dict[str, bytes]()

    def run(self) -> None:
        while not self.ended.wait(0.02):
            self.look()

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.join()

    def look(self) -> None:
        self.looked += 1
        for folder in self.folders:
            for path in folder.rglob("*"):
                self._read(path, str(path))
                if hits := found(path.name):
                    self.caught[str(path)] = hits[0]
        for pid in (self.served.process.pid, *self.served.workers()):
            for held in Path(f"/proc/{pid}/fd").glob("*"):
                with contextlib.suppress(OSError):  # closed meanwhile
                    self._read(held, str(held.readlink()))

    def _read(self, path: Path, name: str) -> None:
        if name.startswith(("/dev/", "pipe:", "socket:", "anon_inode:", "/proc/")):
            return
        with contextlib.suppress(OSError):
            content = path.read_bytes() if path.is_file() else b""
            if hits := [needle for needle in (STEM.encode(), PHRASE.encode(), BORN.encode()) if needle in content]:
                self.caught[name] = hits[0]


class Overheard(threading.Thread):
    """All that Redis is told."""

    def __init__(self, redis: RedisServer) -> None:
        super().__init__(daemon=True)
        self.line = socket.create_connection(("127.0.0.1", redis.port), timeout=60)
        self.line.sendall(b"MONITOR\r\n")
        self.told = b""

    def run(self) -> None:
        with self.line:
            while told := self.line.recv(65536):
                self.told += told

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self.line.shutdown(socket.SHUT_RDWR)
        self.join()


@dataclass
class Trip:
    """One run of the service, and what came of it."""

    served: Gateway
    redis: RedisServer
    overheard: Overheard
    watch: Watch
    database: str
    talk: Path
    reports: dict[str, httpx.Response] = field(default_factory=dict)
    """Answers to whoever handed the transcript in: they may carry it."""
    others: dict[str, httpx.Response] = field(default_factory=dict)
    """All other answers: they may not."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def trip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trip]:
    folder = tmp_path_factory.mktemp(request.param)
    program = folder / "talkative.py"
    program.write_text(TALKATIVE.format(log=str(folder / "talk")))
    (folder / "world").write_bytes(world().registry)
    environ = {"PGOPTIONS": "-c log_statement=all -c log_min_messages=debug1", "PYTHONASYNCIODEBUG": "1"}
    if request.param == "postgresql":
        database = environ["DATABASE_URL"] = postgres.copied(f"sqlite:///{folder / 'world'}")
    else:
        database = f"sqlite:///{folder / 'data' / 'registry.sqlite3'}"
    with (
        redis_server(folder) as redis,
        gateway(folder, program, registry=world().registry, REDIS_URL=redis.url, **environ) as served,
    ):
        made = Trip(served, redis, Overheard(redis), Watch(served, folder), database, folder / "talk")
        with made.overheard, made.watch:
            travel(made)
        yield made


def travel(trip: Trip) -> None:
    """Hand the transcript in in every way, sound and not, and ask whatever else can be asked."""
    sent = {"user-agent": f"{STEM}/1.0", "referer": f"http://x/{quote(PHRASE)}", "cookie": f"a={STEM}"}
    with httpx.Client(base_url=trip.served.url, timeout=30, headers=sent) as client:
        enrolled(trip, client)
        handed_in(trip, client)
        misdirected(trip, client)
        trip.others["receipt as a page"] = client.post("/receipts", data={"receipt": receipt(trip)})
        broken_off(trip)
        crashed(trip, client)
        without_tables(trip, client)
        for path in ("/metrics", "/health/ready", "/health/live", "/", "/.well-known/jwks.json"):
            trip.others[path] = client.get(path)


def enrolled(trip: Trip, client: httpx.Client) -> None:
    """Register both versions; and a program that sends the pupil along, which it must not."""
    bearer = {"authorization": f"Bearer {world().token}"}
    pupil = {"name": CANARIES["pupil.full_name"], "born": BORN}
    bad: list[dict[str, Any]] = [
        {"pupil": pupil},
        pupil,
        *({name: CANARIES["pupil.full_name"]} for name in ("number", "level", "issued_on", "record_digest")),
    ]
    for turn, more in enumerate(bad):
        body = {"items": [world().items[0] | more]}
        key = {"idempotency-key": f"bad {turn}"}
        answer = client.post("/v1/admin/transcripts", json=body, headers=bearer | key)
        assert answer.status_code == 422, answer.text
        trip.others[f"registering {sorted(more)}"] = answer
    key = {"idempotency-key": "good"}
    answer = client.post("/v1/admin/transcripts", json={"items": world().items}, headers=bearer | key)
    assert answer.status_code == 200, answer.text
    trip.others["registering"] = answer
    trip.others["events"] = client.get("/v1/admin/events", headers=bearer)


def handed_in(trip: Trip, client: httpx.Client) -> None:
    """As a file, a photo and a code; by program and by page, in both languages."""
    pdf, digits = world().pdf, world().code.text.partition("#")[2]
    # In the comment behind the header: signed, but part of no object, so that the file is still read as before.
    at = pdf.index(b"\n%") + 2
    other = str((int(digits[300]) + 1) % 10)
    files = {
        "valid": pdf,
        "altered": pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :],
        "added to": pdf + f"\n% {PHRASE} {STEM}\n".encode(),
        "unsigned": world().unsigned,
        "photo": picture(),
    }
    for name, content in files.items():
        trip.reports[name] = client.post("/v1/verifications", files={"file": (FILE_NAME, content)})
        for lang in ("vi", "en"):
            page = client.post(f"/?lang={lang}", files={"file": (FILE_NAME, content)})
            trip.reports[f"{name} as a page, {lang}"] = page
        row = client.post("/", files={"file": (FILE_NAME, content)}, headers={"accept": "application/json"})
        trip.reports[f"{name} as a row with its page"] = row
    for name, scanned in (("code", world().code.text), ("digits", digits)):
        trip.reports[name] = client.post("/v1/verifications", json={"qr": scanned})
        trip.reports[f"{name} as a page"] = client.post("/V", json={"qr": scanned}, headers={"accept": "text/html"})
    altered = digits[:300] + other + digits[301:]
    trip.others["altered code"] = client.post("/v1/verifications", json={"qr": altered})
    trip.others["altered code as a page"] = client.post("/V", json={"qr": altered}, headers={"accept": "text/html"})


def misdirected(trip: Trip, client: httpx.Client) -> None:
    """Every request that is refused, with the pupil wherever it can stand."""
    pdf, name = world().pdf, CANARIES["pupil.full_name"]
    words = f"{name} {BORN} {PERSONAL_ID}".encode()
    asked: dict[str, dict[str, Any]] = {
        "half a file": {"files": {"file": (FILE_NAME, pdf[: len(pdf) // 2])}},
        "no PDF at all": {"files": {"file": (FILE_NAME, b"%PDF-1.7\n" + words)}},
        "a text": {"files": {"file": (FILE_NAME, words)}},
        "a broken picture": {"files": {"file": (FILE_NAME, b"\x89PNG\r\n\x1a\n" + words)}},
        "a limit": {"files": {"file": (FILE_NAME, pdf + b"/ByteRange " * 1000)}},
        "two files": {"files": [("file", (FILE_NAME, pdf)), ("file", (FILE_NAME, pdf))]},
        "a text field": {"files": {"file": (None, words)}},
        "another field": {"files": {STEM: (FILE_NAME, pdf)}},
        "an empty file": {"files": {"file": (FILE_NAME, b"")}},
        "no form": {"content": pdf, "headers": {"content-type": "application/pdf"}},
        "a strange type": {"content": words, "headers": {"content-type": f"text/{STEM}; charset={STEM}"}},
        "no boundary": {"content": pdf, "headers": {"content-type": f"multipart/form-data; {STEM}={STEM}"}},
        "a torn form": {"content": words + pdf, "headers": {"content-type": f"multipart/form-data; boundary={STEM}"}},
        "no code": {"json": {"qr": name}},
        "a code and more": {"json": {"qr": world().code.text, "name": name}},
        "a code that is none": {"json": {"qr": {"full_name": name}}},
        "torn JSON": {"content": b'{"qr": "' + words, "headers": {"content-type": "application/json"}},
    }
    for what, request in asked.items():
        for path in ("/v1/verifications", "/", "/V"):
            answer = client.post(path, **request)
            assert answer.status_code in {400, 415, 422}, (what, path, answer.text)
            trip.others[f"{what} at {path}"] = answer
    number = world().number
    others: dict[str, tuple[str, str, dict[str, Any]]] = {
        "a number": ("POST", "/v1/lookups", {"json": {"number": number}}),
        "a number on a page": ("POST", "/lookups", {"data": {"number": number}}),
        "a name as number": ("POST", "/v1/lookups", {"json": {"number": name}}),
        "a name as number on a page": ("POST", "/lookups", {"data": {"number": name}}),
        "a number and a name": ("POST", "/v1/lookups", {"json": {"number": number, "name": name}}),
        "an object as number": ("POST", "/v1/lookups", {"json": {"number": {"full_name": name}}}),
        "a name as receipt": ("POST", "/receipts", {"data": {"receipt": f"{name}.{BORN}.x"}}),
        "a file as receipt": ("POST", "/receipts", {"files": {"receipt": (FILE_NAME, pdf)}}),
        "a file as challenge": ("POST", "/challenges/none", {"files": {"file": (FILE_NAME, pdf)}}),
        "a name in an address": ("GET", f"/{quote(name)}", {"params": {"name": name}}),
        "a name in a language": ("GET", "/", {"params": {"lang": name}}),
        "a wrong method": ("PUT", "/v1/verifications", {"content": words}),
        "an issuer by a name": ("GET", "/v1/issuers", {"params": {"kind": name}}),
    }
    for what, (method, path, request) in others.items():
        trip.others[what] = client.request(method, path, **request)


def broken_off(trip: Trip) -> None:
    """An upload that ends in the middle."""
    parts = urlsplit(trip.served.url)
    for path in ("/v1/verifications", "/"):
        with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
            form = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{FILE_NAME}"\r\n\r\n'.encode()
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            body = form + world().pdf
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])


def crashed(trip: Trip, client: httpx.Client) -> None:
    """Workers that end with the transcript in hand: killed, and as their own timer ends them."""
    files, deadline = {"file": (FILE_NAME, world().pdf)}, time.monotonic() + 20
    with ThreadPoolExecutor(4) as pool:
        for what, number, status in (("a crash", signal.SIGKILL, 503), ("a time-out", signal.SIGALRM, 422)):
            while what not in trip.others:
                assert time.monotonic() < deadline, "no worker died at work"
                asked = [pool.submit(client.post, "/v1/verifications", files=files) for _ in range(4)]
                time.sleep(0.03)
                for pid in trip.served.workers():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                died = [one.result() for one in asked if one.result().status_code == status]
                trip.others |= {what: died[0]} if died else {}


def without_tables(trip: Trip, client: httpx.Client) -> None:
    """The database fails in the middle of a verification."""
    engine = create_engine(trip.database)
    for here, there in (("keys", "keys_away"), ("keys_away", "keys")):
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {here} RENAME TO {there}"))
        if there == "keys_away":
            trip.others["no table"] = client.post("/v1/verifications", files={"file": (FILE_NAME, world().pdf)})
    engine.dispose()
    assert trip.others["no table"].status_code == 503


def receipt(trip: Trip) -> str:
    return str(trip.reports["valid"].json()["receipt"])


def test_the_transcript_made_its_trips(trip: Trip) -> None:
    """What is searched for was really there: an answer that may carry the pupil carries every canary."""
    verdicts = {name: one.json()["verdict"] for name, one in trip.reports.items() if "page" not in name}
    assert verdicts == {
        **dict.fromkeys(("valid", "photo", "code", "digits"), "valid"),
        **dict.fromkeys(("added to", "unsigned"), "indeterminate"),
        "altered": "invalid",
    }
    assert all(one.status_code == 200 for one in trip.reports.values())
    whole = trip.reports["valid"].text
    assert [name for name, word in CANARIES.items() if word not in whole] == []
    assert all(word in whole for word in (BORN, MOET_CODE, PERSONAL_ID, SUBJECT_CODE, SCHOOL_YEAR, *MEMBERS))
    for lang in ("vi", "en"):
        assert CANARIES["pupil.full_name"] in trip.reports[f"valid as a page, {lang}"].text
    assert trip.others["a crash"].json()["type"] == "/problems/worker-died"
    assert trip.others["no table"].json()["type"] == "/problems/database-away"
    assert trip.others["a time-out"].json()["limit"] == "time"
    assert "verifications_total" in trip.others["/metrics"].text
    assert "SELECT" in trip.talk.read_text(), "the log is as talkative as it can be"


def test_no_other_answer_says_anything_of_the_pupil(trip: Trip) -> None:
    said = {name: found(one.content) for name, one in trip.others.items()}
    assert {name: hits for name, hits in said.items() if hits} == {}


def test_no_header_and_no_address_says_anything_of_the_pupil(trip: Trip) -> None:
    for name, one in (trip.reports | trip.others).items():
        for header, value in one.headers.items():
            assert found(f"{header}: {value}") == [], name
        assert "set-cookie" not in one.headers
        if "html" in one.headers.get("content-type", ""):
            for link in re.findall(r'(?:href|src|action|formaction)="([^"]*)"', one.text):
                assert found(link) == [], name


def test_a_page_shows_what_a_clerk_compares_and_no_more(trip: Trip) -> None:
    """Name, birthday and grades; not where the pupil was born, nor the numbers by which the state knows it."""
    for name, one in trip.reports.items():
        if "page" in name:
            for secret in (MOET_CODE, PERSONAL_ID, CANARIES["pupil.place_of_birth"]):
                assert secret not in one.text, name


def test_no_receipt_says_anything_of_the_pupil(trip: Trip) -> None:
    for name, one in trip.reports.items():
        if "page" not in name:
            for part in one.json()["receipt"].split(".")[:2]:
                payload = base64.urlsafe_b64decode(part + "==")
                assert found(payload) == [], name
                json.loads(payload)


def test_no_log_says_anything_of_the_pupil(trip: Trip) -> None:
    assert found(trip.served.log) == []
    assert found(trip.talk.read_bytes()) == []


def test_no_table_and_no_file_of_the_database_holds_anything_of_the_pupil(trip: Trip) -> None:
    engine = create_engine(trip.database)
    tables = MetaData()
    tables.reflect(engine)
    assert {"transcripts", "answers", "challenges"} <= set(tables.tables)
    with engine.connect() as connection:
        for name, table in tables.tables.items():
            for row in connection.execute(select(table)):
                for value in row:
                    assert found(value if isinstance(value, bytes) else str(value)) == [], name
        assert connection.execute(select(tables.tables["transcripts"])).all(), "the transcript was registered"
        if engine.dialect.name == "postgresql":
            connection.execute(text("CHECKPOINT"))
            folder = Path(str(connection.scalar(text("SHOW data_directory"))))
        else:
            folder = trip.served.folder / "data"
    engine.dispose()
    looked = 0
    for path in folder.rglob("*"):
        if path.is_file():
            looked += 1
            content = path.read_bytes()
            for needle in (STEM.encode(), PHRASE.encode(), BORN.encode(), PERSONAL_ID.encode(), MOET_CODE.encode()):
                assert needle not in content, path.name
            assert trip.database.startswith("postgresql") or found(content) == [], path.name
    assert looked >= 2


def test_redis_was_told_nothing_of_the_pupil_and_holds_nothing(trip: Trip) -> None:
    assert b"INCRBY" in trip.overheard.told.upper()
    assert found(trip.overheard.told) == []
    with redis.Redis(port=trip.redis.port) as client:
        held = {key: client.dump(key) for key in client.scan_iter()}
    assert held
    for key, value in held.items():
        assert found(key) == []
        assert found(value or b"") == []


def test_no_file_ever_held_anything_of_the_pupil(trip: Trip) -> None:
    """While it all happened, and afterwards."""
    assert trip.watch.looked > 20
    trip.watch.look()
    assert trip.watch.caught == {}
    left = [path for path in (trip.served.folder / "tmp").rglob("*") if path.is_file()]
    assert [path.name for path in left if found(path.read_bytes())] == []


def test_the_watch_sees_what_is_written_for_a_moment(trip: Trip) -> None:
    watch = Watch(trip.served, trip.served.folder / "tmp")
    draft = trip.served.folder / "tmp" / "draft"
    watch.look()
    draft.write_text(f"<{STEM}>")
    watch.look()
    draft.unlink()
    assert watch.caught == {str(draft): STEM.encode()}
