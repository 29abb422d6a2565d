"""One verification as a row of a clerk's table, in the clerk's language; the whole page goes with it, to be opened.

What a row tells is what the page shows, and of the pupil nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gateway import particulars, vocabulary, wording
from gateway.reporting import Verification
from gateway.verdicts import ON_PAPER, VERDICTS, Saying
from gateway.vocabulary import Text, word
from verify.report import Indication, Reason, Verdict
from verify.trust import VIETNAM
from verify.verdict import INDETERMINATE


class Row(Struct, frozen=True, kw_only=True):
    """What a table says of one file; `page` is the whole answer."""

    verdict: str
    word: str
    why: str
    reasons: str
    todo: str
    issuer: str
    number: str
    version: int | None
    signers: str
    at: str
    page: str


def row(shown: Verification, lang: str, page: str) -> Row:
    """The row of a verification; `signers` are those whose signatures passed."""
    transcript = shown.transcript
    passed = [one for one in shown.signatures if one.indication == Indication.TOTAL_PASSED and one.role]
    reasons = [Reason(code) for code in shown.reasons]
    told = wording.REASONS | particulars.of(shown.signatures, shown.findings, transcript, shown.verified_at)
    return Row(
        verdict=shown.verdict,
        word=_in(lang, word(vocabulary.VERDICTS, shown.verdict)),
        why=_in(lang, _why(Verdict(shown.verdict), reasons, told)),
        reasons=" ".join(f"{_in(lang, told[reason].means)} [{reason}]" for reason in reasons),
        todo=_in(lang, Text(shown.advice.vi, shown.advice.en)),
        issuer=f"{transcript.issuer.name or '–'} ({transcript.issuer.code})" if transcript else "",
        number=grouped(transcript.number or "") if transcript else "",
        version=transcript.version if transcript else None,
        signers="; ".join(f"{_in(lang, word(vocabulary.ROLES, one.role or ''))}: {one.signer}" for one in passed),
        at=datetime.fromisoformat(shown.verified_at).astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M"),
        page=page,
    )


def grouped(number: str) -> str:
    """A number as printed, with dashes: no program of tables takes it for a quantity."""
    return "-".join(number[place : place + 4] for place in range(0, len(number), 4))


def _why(verdict: Verdict, reasons: list[Reason], told: Mapping[Reason, Saying]) -> Text:
    """The one sentence that says most: the first reason that decided, or what the verdict means."""
    deciding = [reason for reason in reasons if reason not in wording.ADVISORY]
    if verdict is Verdict.INVALID:
        deciding = [reason for reason in deciding if reason not in INDETERMINATE] or deciding
    if deciding:
        return told[deciding[0]].means
    alone = Reason.QR_ONLY in reasons
    said = (ON_PAPER if alone else VERDICTS)[verdict]
    # A yes in a list must not look plainer than on its page: what to mind goes with it.
    minded = [wording.REASONS[reason].means for reason in reasons if reason is not Reason.QR_ONLY]
    return wording.joined([said.means, *([said.todo] if alone else []), *minded])


def _in(lang: str, text: Text) -> str:
    return text.vi if lang == "vi" else text.en
