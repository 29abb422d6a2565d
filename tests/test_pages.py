"""The page for people: readable without JavaScript, in both languages, and tight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from running import NAME, PLACE, SCHOOL, Gateway, gateway, tiny

from gateway import leaflets, pages, rates, reporting, subjects, verdicts, vocabulary, wording
from gateway.pages import Pages
from verify.claims import NUMBERS
from verify.report import Finding, Outcome, Reason, Report, Transcript, Verdict
from verify.trust import TrustSnapshot

QR_FORMAT = Path(__file__).parents[1] / "docs" / "qr.md"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("served")) as running:
        yield running


def hand_in(served: Gateway, content: bytes, lang: str = "vi") -> tuple[int, str]:
    with served.client() as client:
        response = client.post("/", params={"lang": lang}, files={"file": ("a.pdf", content)})
        assert response.headers["content-type"].startswith("text/html")
        assert response.headers["cache-control"] == "no-store"
        return response.status_code, unescape(response.text)


class Tight(HTMLParser):
    """Fails on whatever the content security policy would block, or would fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.labelled: set[str] = set()
        self.fields: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        assert tag not in {"style", "iframe", "object", "embed", "img"}
        assert "style" not in named
        if tag == "script":
            assert str(named["src"]).startswith("/static/")
        assert not any(name.startswith("on") for name in named)
        for name in ("href", "src", "action"):
            if "download" in named and re.fullmatch(r"data:application/jose,[A-Za-z0-9_.-]+", named.get(name) or ""):
                continue  # the receipt, which is in the page already
            assert re.match(r"[/#](?!/)", named.get(name) or "/"), named
        if tag == "label":
            self.labelled.add(str(named["for"]))
        if tag in {"input", "select", "textarea"} and named.get("type") != "hidden":
            self.fields.add(str(named["id"]))
        if tag not in {"meta", "link", "input", "br", "path", "circle", "rect"}:
            self.open.append(tag)

    def handle_data(self, data: str) -> None:
        assert not (self.open and self.open[-1] == "script"), data

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"path", "circle", "rect"}:
            assert self.open.pop() == tag


def tight(text: str) -> None:
    parser = Tight()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    assert parser.fields <= parser.labelled


def test_the_front_page_speaks_the_readers_language(served: Gateway) -> None:
    with served.client() as client:
        for asked, accepted, lang in (
            (None, None, "vi"),
            (None, "en-GB,en;q=0.9", "en"),
            (None, "fr,en;q=0.5,vi;q=0.8", "vi"),
            (None, "fr;q=x,de", "vi"),
            ("en", "vi", "en"),
            ("vi", "en", "vi"),
            ("xx", "en", "en"),
        ):
            headers = {"accept-language": accepted} if accepted else {"accept-language": ""}
            response = client.get("/", params={"lang": asked} if asked else {}, headers=headers)
            assert response.status_code == 200
            assert f'<html lang="{lang}">' in response.text
            assert "Accept-Language" in response.headers["vary"]
            tight(response.text)


def test_a_valid_transcript_is_shown_to_a_clerk(served: Gateway) -> None:
    status, text = hand_in(served, tiny().pdf)
    tight(text)
    assert status == 200
    for said in (
        vocabulary.VERDICTS[Verdict.VALID].vi,
        verdicts.VERDICTS[Verdict.VALID].means.vi,
        verdicts.VERDICTS[Verdict.VALID].todo.vi,
        *(NAME, "Hiệu Trưởng Mẫu", "Hiệu trưởng", "Con dấu của nhà trường", "vp@mau.example", "Ngữ văn", "Dữ liệu mẫu"),
    ):
        assert said in text
    assert PLACE not in text  # nobody at the counter needs it
    assert re.search(r"<td>\d,\d</td>", text)
    assert '<h1 id="verdict" class="toned"><svg' in text


def test_the_same_in_english(served: Gateway) -> None:
    _, text = hand_in(served, tiny().pdf, "en")
    tight(text)
    for said in ("Valid", "You may accept it.", "Principal", "School seal", "Sample data"):
        assert said in text
    assert re.search(r"<td>\d\.\d</td>", text)


def test_a_no_and_a_problem_are_pages_too(served: Gateway) -> None:
    status, text = hand_in(served, tiny().unsigned)
    tight(text)
    assert status == 200
    assert vocabulary.VERDICTS[Verdict.INVALID].vi in text
    status, text = hand_in(served, b"")
    tight(text)
    assert status == 400
    assert "Tệp rỗng" in text
    assert "<strong>Chưa có kết luận nào" in text
    assert not any(f'class="card verdict {verdict}' in text for verdict in Verdict)
    with served.client() as client:
        response = client.post("/", files={"file": ("", b"")})
        assert response.status_code == 400
        lost = client.get("/nowhere", headers={"accept": "text/html"})
        assert lost.status_code == 404
        assert lost.headers["content-type"].startswith("text/html")
        tight(lost.text)


def test_headers_hold_on_every_answer(served: Gateway) -> None:
    with served.client() as client:
        for url in ("/", "/V", "/nowhere", "/v1/issuers", "/health/live", "/metrics", "/schema", "/static/x/page.css"):
            headers = client.get(url).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert ("unsafe" in policy) is (url == "/")  # for WebAssembly alone, which the scanner is
            assert ("script-src" in policy) is (url in {"/", "/V"})
            assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")
            assert ("camera=(self)" in headers["permissions-policy"]) is (url == "/")
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert "server" not in headers
            assert "set-cookie" not in headers
        assert client.head("/").status_code == 200


def test_static_files_are_kept_and_nothing_else_is_served(served: Gateway) -> None:
    with served.client() as client:
        page = client.get("/").text
        for url in re.findall(r'"(/static/[^"]+)"', page):
            response = client.get(url)
            assert response.status_code == 200
            assert "immutable" in response.headers["cache-control"]
        sheet = client.get("/static/another-version/page.css")
        assert sheet.headers["cache-control"] == "no-store"  # another server's answer, as one is replaced by the next
        assert sheet.headers["content-type"].startswith("text/css")
        assert "url(" not in sheet.text
        assert "@import" not in sheet.text
        for path in ("base.html", "../base.html", "%2e%2e%2fbase.html", "x/../../base.html", "", "x/", "page.css"):
            assert client.get(f"/static/{path}").status_code == 404
        for encoding in ("gzip", "identity"):
            reader = client.get("/static/x/zxing_reader.wasm", headers={"accept-encoding": encoding})
            assert reader.headers["content-type"] == "application/wasm"
            assert reader.headers.get("content-encoding", "identity") == encoding
            assert reader.content == (pages.ROOT / "static" / "zxing_reader.wasm").read_bytes()


def test_what_is_copied_is_what_its_notice_says() -> None:
    folder = pages.ROOT / "static"
    sums = re.findall(r"^([0-9a-f]{64})  (\S+)$", (folder / "zxing_reader.txt").read_text(), re.MULTILINE)
    assert {name for _, name in sums} == {"zxing_reader.js", "zxing_reader.wasm"}
    for told, name in sums:
        assert sha256((folder / name).read_bytes()).hexdigest() == told


def test_no_script_or_sheet_names_a_host() -> None:
    for path in (pages.ROOT / "static").iterdir():
        if path.suffix in {".js", ".css"}:
            assert not re.search(r"https?://[\w]", path.read_text()), path.name


def test_subjects_have_the_names_that_the_format_gives_them() -> None:
    told = dict(re.findall(r"^\| \d+ \| `([A-Z0-9]+)` \| (.+) \|$", QR_FORMAT.read_text(), re.MULTILINE))
    assert told == subjects.SUBJECTS
    assert set(told) == set(NUMBERS)
    assert subjects.named("#200") == "#200"


def test_issuers_are_found_and_shown_as_of_a_day(served: Gateway) -> None:
    with served.client() as client:
        for asked, found in (("", True), ("?q=thu nghiem", True), ("?kind=school", True), ("?kind=ministry", False)):
            text = client.get(f"/issuers{asked}").text
            tight(text)
            assert (NAME in text) is found, asked
        odd = client.get("/issuers", params={"q": HOSTILE, "kind": "x", "cursor": HOSTILE})
        assert odd.status_code == 200
        assert "<script>" not in odd.text
        now = client.get(f"/issuers/{SCHOOL}").text
        tight(now)
        for said in (NAME, "Hiệu Trưởng Mẫu", "12/QĐ", tiny().principal, "đang hiệu lực"):
            assert said in now
        before = client.get(f"/issuers/{SCHOOL}", params={"on": "2020-06-01"}).text
        assert "khóa chưa vào sổ; vào sổ ngày" in before  # appointed since, but the registry did not know the key
        assert client.get(f"/issuers/{SCHOOL}", params={"on": "0001-01-01"}).status_code == 200
        assert client.get(f"/issuers/{SCHOOL}", params={"on": "2019-06-01"}).status_code == 404
        lost = client.get("/issuers/NOBODY", headers={"accept": "text/html"})
        assert lost.status_code == 404
        tight(lost.text)


def test_a_day_is_read_however_it_is_typed_and_said_back_where_it_is_none(served: Gateway) -> None:
    with served.client() as client:
        for typed, kept, unread in (("1/6/2020", "01/06/2020", False), ("31/2/2020", "31/2/2020", True)):
            page = unescape(client.get(f"/issuers/{SCHOOL}", params={"on": typed}).text)
            assert f'value="{kept}"' in page
            assert ("Không đọc được ngày này" in page) is unread


def test_a_receipt_is_known_again_and_an_altered_one_is_not(served: Gateway) -> None:
    receipt = served.verify(tiny().pdf).json()["receipt"]
    head, payload, signature = receipt.split(".")
    with served.client() as client:

        def says(text: str) -> str:
            response = client.post("/receipts", data={"receipt": text})
            assert response.status_code == 200
            tight(response.text)
            return unescape(response.text)

        for whole in (receipt, f"  {receipt[:80]}\n{receipt[80:]} "):
            assert sha256(tiny().pdf).hexdigest() in says(whole)
        other = served.verify(tiny().unsigned).json()["receipt"].split(".")
        foreign = f"{head}.{payload}.{other[2]}"
        none = head.replace(head, "eyJhbGciOiJub25lIn0") + f".{payload}."
        assert "Chưa có biên nhận nào để kiểm tra" in says("")
        for altered in (foreign, none, f"{head}.{other[1]}.{signature}", receipt[:-6], "x", "{}", "é" * 9_000):
            text = says(altered)
            assert "Không xác nhận được biên nhận" in text
            assert sha256(tiny().pdf).hexdigest() not in text
        assert client.post("/receipts", content="&".join(["a=1"] * 50)).status_code == 400


def test_a_number_is_looked_up_by_form_and_stands_in_no_address(served: Gateway) -> None:
    with served.client() as client:
        unknown = client.post("/lookups", data={"number": "0000-0000-0000-0000"}, headers={"accept": "text/html"})
        assert unknown.status_code == 404
        tight(unknown.text)
        assert "Sổ đăng ký không có số này" in unknown.text
        assert "<strong>Chưa có kết luận nào" not in unknown.text  # nothing was handed in
        assert client.get("/lookups").status_code == 405
        form = re.search(r'<form class="card by-number" method="(\w+)"', client.get("/").text)
        assert form is not None
        assert form[1] == "post"
        most = rates.BUCKETS["lookups"].client
        statuses = [client.post("/lookups", data={"number": str(guess)}).status_code for guess in range(most)]
        assert set(statuses) == {404, 429}  # guessing here counts as guessing there


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_policy_page_says_every_reason_and_the_whole_law(served: Gateway, lang: str) -> None:
    with served.client() as client:
        text = client.get("/about/policy", params={"lang": lang}).text
        tight(text)
        for reason in Reason:
            assert f"<code>{reason.value}</code>" in text
            assert getattr(wording.REASONS[reason].means, lang) in unescape(text)
        assert text.count("<h3>") == leaflets.LAW.read_text().count("\n## ")
        helped = client.get("/help", params={"lang": lang}).text
        tight(helped)
        for saying in verdicts.VERDICTS.values():
            assert getattr(saying.todo, lang) in unescape(helped)


HOSTILE = "<script>alert(1)</script>\"'&"


def report(verdict: Verdict, *reasons: Reason) -> Report:
    record = {
        "level": "upper_secondary",
        "issued_on": "not a date",
        "pupil": {"full_name": HOSTILE, "date_of_birth": HOSTILE},
        "years": [
            {
                "school_year": HOSTILE,
                "class": HOSTILE,
                "subjects": [{"name": HOSTILE, "semester_1": 8, "semester_2": HOSTILE, "reassessment": 9.25}],
                "learning_result": HOSTILE,
            }
        ],
    }
    transcript = Transcript(
        number="000G40R40M30E209",
        version=1,
        status="superseded",
        issuer="X",
        issuer_name=HOSTILE,
        contact=HOSTILE,
        superseded_by=2,
        history=((1, "2026-05-31", None), (2, "2026-06-30", "entry_error")),
        record=record,
    )
    return Report(
        verdict=verdict,
        reasons=reasons,
        signatures=(),
        findings=(Finding("record", Outcome.FAILED, "X", {"place": HOSTILE}),),
        transcript=transcript,
        policy="HB-1.0",
        at=datetime(2026, 11, 23, tzinfo=UTC),
        generation=1,
        ledger_head="0" * 64,
        kind="pdf",
        sha256="0" * 64,
        size=1,
    )


@pytest.mark.parametrize("lang", pages.LANGUAGES)
@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_page_that_escapes_what_it_shows(verdict: Verdict, lang: str) -> None:
    made = Pages(20 << 20, synthetic=False)
    shown = reporting.show(report(verdict, *Reason), TrustSnapshot(1, "0" * 64))
    text = made.result(lang, shown)
    tight(text)
    assert "<script>" not in text
    assert getattr(vocabulary.VERDICTS[verdict], lang) in text
    assert f'class="card verdict {verdict.value}"' in text
    assert 'class="synthetic"' not in text
    decimal = "," if lang == "vi" else "."
    assert f">9{decimal}25<" in text
    assert f">8{decimal}0<" in text
    bare = replace(report(verdict), transcript=None, findings=())
    tight(made.result(lang, reporting.show(bare, TrustSnapshot(1, "0" * 64, synthetic=True))))
