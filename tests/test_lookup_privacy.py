"""Numbers cannot be guessed: whatever is no number of ours is answered with the same bytes, and only so often.

A number is all that a look-up asks: there is no second factor, and no answer holds anything of a pupil. `test_rates.py`
and `test_replicas.py` count in one process and in Redis; here a server that runs is asked, with the limits that it has.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

import httpx
import pytest
from browser import coded
from running import SCHOOL, Gateway, gateway

from gateway import lookups, rates

MACHINE, PAGE = "/v1/lookups", "/lookups"

UNKNOWN = {
    "well-formed": "0123456789ABCDEF",
    "lower case": "0123456789abcdef",
    "in fours": "0123-4567-89ab-cdef",
    "letters misread": "OIL3-4567-89AB-CDEF",
    "a letter that is none of ours": "U123456789ABCDEF",
    "one too few": "0123456789ABCDE",
    "one too many": "0123456789ABCDEF0",
    "the longest": "7" * lookups.LONGEST,
    "longer": "7" * (lookups.LONGEST + 1),
    "very long": "7" * 20_000,
    "nothing": "",
    "blank": " \t\n",
    "hyphens": "----",
    "zero": "0",
    "a name": "Nguyễn Thị Không Ai",
    "digits of another script": "٠١٢٣٤٥٦٧٨٩٠١٢٣٤٥",
    "letters of another script": "АВСЕНКМОРТХ01234",
    "what upper case makes two of": "ß" * 8,
    "a smiling face": "\N{GRINNING FACE}",
    "a bidirectional mark": "\u202e0123456789ABCDEF",
    "a null": "\0",
    "a line feed within": "01234567\r\n89ABCDEF",
    "a quotation mark": "' OR '1'='1",
    "a wildcard": "%",
    "another": "________________",
    "markup": "<script>alert(1)</script>",
    "a path": "../../etc/passwd",
    "an issuer": SCHOOL,
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("served")
    with gateway(folder, registry=coded().registry, TRUSTED_PROXIES="127.0.0.1") as running:
        yield running


CLIENTS = count()


def somebody() -> str:
    """The address of a client who has asked nothing yet."""
    number = next(CLIENTS)
    return f"198.18.{number >> 8}.{number & 255}"


def answer(served: Gateway, path: str, body: bytes, client: str, said: dict[str, str]) -> bytes:
    """Every byte that comes back, but for the line that tells the time of day."""
    parts = urlsplit(served.url)
    lines = {"Host": parts.netloc, "Connection": "close", "X-Forwarded-For": client, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in (lines | said).items())
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        whole = b"".join(iter(lambda: connection.recv(65536), b""))
    told, empty, content = whole.partition(b"\r\n\r\n")
    return b"\r\n".join(line for line in told.split(b"\r\n") if not line.lower().startswith(b"date:")) + empty + content


def by_machine(served: Gateway, number: str, client: str = "") -> bytes:
    body = httpx.Request("POST", "http://x", json={"number": number}).content
    return answer(served, MACHINE, body, client or somebody(), {"Content-Type": "application/json"})


def by_page(served: Gateway, number: str, client: str = "", lang: str = "vi") -> bytes:
    said = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    return answer(served, f"{PAGE}?lang={lang}", f"number={quote_plus(number)}".encode(), client or somebody(), said)


def test_every_unknown_number_has_the_same_answer_whatever_its_shape(served: Gateway) -> None:
    told = {name: by_machine(served, number) for name, number in UNKNOWN.items()}
    assert told["well-formed"].startswith(b"HTTP/1.1 404 ")
    assert {name for name, one in told.items() if one != told["well-formed"]} == set()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_unknown_number_has_the_same_page_whatever_its_shape(served: Gateway, lang: str) -> None:
    told = {name: by_page(served, number, lang=lang) for name, number in UNKNOWN.items()}
    assert told["well-formed"].startswith(b"HTTP/1.1 404 ")
    assert f'<html lang="{lang}">'.encode() in told["well-formed"]
    assert {name for name, one in told.items() if one != told["well-formed"]} == set()


def test_a_form_without_a_number_or_in_no_known_letters_is_an_unknown_number(served: Gateway) -> None:
    said = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    unknown = by_page(served, UNKNOWN["well-formed"])
    for body in (b"", b"numero=1", b"number=%ff%fe", b"number=%ED%A0%80", b"number=\xff", b"number=1&number=2"):
        assert answer(served, f"{PAGE}?lang=vi", body, somebody(), said) == unknown, body


def test_a_registered_number_is_known_however_it_is_typed(served: Gateway) -> None:
    number = coded().code.number
    known = by_machine(served, number)
    assert known.startswith(b"HTTP/1.1 200 ")
    fours = [number[place : place + 4] for place in range(0, 16, 4)]
    misread = number.replace("0", "O").replace("1", "l")
    for typed in (number.lower(), "-".join(fours), "  ".join(fours), f" {number} ", misread):
        assert by_machine(served, typed) == known, typed
    for near in (number[:-1], number + "0", number[:-1] + "0", number.replace(number[0], "*", 1)):
        assert by_machine(served, near) == by_machine(served, UNKNOWN["well-formed"]), near


def test_what_is_asked_is_never_said_back(served: Gateway) -> None:
    asked = "0000-CANARY-0000"
    for told in (by_machine(served, asked), by_page(served, asked)):
        assert b"CANARY" not in told.upper()


def test_one_client_may_guess_so_often_by_page_and_by_machine_together(served: Gateway) -> None:
    most, client = rates.BUCKETS["lookups"].client, somebody()
    asked = (by_machine, by_page)
    told = [asked[turn % 2](served, str(turn), client)[9:12] for turn in range(most + 4)]
    assert told == [b"404"] * most + [b"429"] * 4
    assert by_machine(served, "0")[9:12] == b"404", "others may still ask"


def test_whoever_guessed_too_often_learns_nothing_of_a_number_that_is_there(served: Gateway) -> None:
    client = somebody()
    while by_machine(served, "0", client)[9:12] != b"429":
        pass
    numbers = (coded().code.number, UNKNOWN["well-formed"], UNKNOWN["a name"])
    for ask in (by_machine, by_page):
        told = {without_seconds(ask(served, number, client)) for number in numbers}
        assert len(told) == 1
        assert next(iter(told)).startswith(b"HTTP/1.1 429 ")


def without_seconds(told: bytes) -> bytes:
    """An answer without how long to wait, which is another as time goes by."""
    head, _, content = told.partition(b"\r\n\r\n")
    (wait,) = [line.split()[1] for line in head.split(b"\r\n") if line.lower().startswith(b"retry-after:")]
    assert 1 <= int(wait) <= 60
    fixed = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"retry-after:", b"content-length:"))]
    return b"\r\n".join(fixed) + content.replace(wait, b"n")


OTHERWISE: list[tuple[str, dict[str, str]]] = [
    ("/v1/lookups/", {}),
    ("//v1/lookups", {}),
    ("/v1//lookups", {}),
    ("/v1/%6Cookups", {}),
    ("/v1/lookups?as=another", {}),
    ("http://elsewhere.example/v1/lookups", {}),
    (MACHINE, {"Authorization": "Bearer x"}),
    (MACHINE, {"Accept": "text/html"}),
    (MACHINE, {"X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9", "Via": "1.1 x"}),
]


def test_no_other_way_to_ask_has_a_count_of_its_own(served: Gateway) -> None:
    guesser = somebody()
    while by_machine(served, "0", guesser)[9:12] != b"429":
        pass
    for path, said in OTHERWISE:
        for client, status in ((guesser, b"429"), (somebody(), b"404")):
            lines = {"Content-Type": "application/json", **said}
            assert answer(served, path, b'{"number": "0"}', client, lines)[9:12] == status, (path, said)


def test_a_client_who_claims_to_be_many_is_one(served: Gateway) -> None:
    """What stands before the address that our own proxy added is the client's own claim."""
    most, client = rates.BUCKETS["lookups"].client, somebody()
    told = [by_machine(served, "0", f"{somebody()}, {client}")[9:12] for _ in range(most + 1)]
    assert told == [b"404"] * most + [b"429"]


SMALLER = """
import sys
from dataclasses import replace

from gateway import cli, rates

if __name__ == "__main__":
    rates.BUCKETS = rates.BUCKETS | {"lookups": replace(rates.BUCKETS["lookups"], total=300)}
    sys.exit(cli.main(["serve"]))
"""


def test_all_clients_together_may_guess_so_often(tmp_path: Path) -> None:
    """Many addresses are cheap; after so many guesses a minute nobody's is answered, a registered number's neither.

    300 of them here, for 2,400 take their time.
    """
    program = tmp_path / "smaller.py"
    program.write_text(SMALLER)
    with (
        gateway(tmp_path, program, registry=coded().registry, TRUSTED_PROXIES="127.0.0.1") as running,
        running.client() as client,
    ):

        def ask(number: str) -> int:
            return client.post(MACHINE, json={"number": number}, headers={"X-Forwarded-For": somebody()}).status_code

        assert [ask(str(turn)) for turn in range(310)] == [404] * 300 + [429] * 10
        assert ask(coded().code.number) == 429
        assert client.get("/health/live").status_code == 200
        assert client.get("/").status_code == 200
