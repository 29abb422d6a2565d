"""By what a superseded transcript was replaced, when, and why: one sentence of the report's summary."""

from __future__ import annotations

from datetime import date

from gateway.vocabulary import AMENDMENTS, Text, word
from verify.report import Report, Verdict


def sentence(report: Report) -> Text | None:
    """That it was replaced by version n on a day because of a reason; None unless the verdict is that it was.

    That it is authentic is the verdict's own sentence to say.
    """
    transcript = report.transcript
    if report.verdict is not Verdict.SUPERSEDED or transcript is None:
        return None
    newest = next((one for one in transcript.history if one[0] == transcript.superseded_by), None)
    if newest is None:
        return None
    version, on, reason = newest
    day, why = f"{date.fromisoformat(on):%d/%m/%Y}", word(AMENDMENTS, reason or "")
    return Text(
        f"Bản này đã được thay bằng phiên bản {version} ngày {day}, lý do: {why.vi}.",
        f"It was replaced by version {version} on {day} because of: {why.en}.",
    )


def added(summary: Text, report: Report) -> Text:
    """A summary, with that sentence where there is one to say."""
    more = sentence(report)
    return summary if more is None else Text(f"{summary.vi} {more.vi}", f"{summary.en} {more.en}")
