"""The shape of a case: a function that builds what is judged, the sentence it proves, and what the law expects.

Its name is its id, its docstring says why, and it shows only what differs from a world in which everything is in order
(`given()`): a transcript signed by principal and seal, registered by its record, without any proof of time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import world

from verify.policy import HB_1, Policy
from verify.report import Finding, Indication, Reason, Report, Sub, Verdict
from verify.trust import TrustSnapshot


@dataclass(frozen=True, slots=True)
class Given:
    """What the engine is handed: a file, paper (`world.Paper`), or the text of a QR code."""

    pdf: bytes | str
    trust: TrustSnapshot
    at: datetime
    policy: Policy = HB_1


@dataclass(frozen=True, slots=True)
class Expected:
    """What the law says: the verdict, every reason in order, and the indications of the signatures that are named."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    signatures: Mapping[str, tuple[Indication, Sub | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table; `shows`, if given, is asked of the report: what a reader sees beyond the verdict."""

    id: str
    why: str
    proves: tuple[str, ...]
    build: Callable[[], Given]
    expected: Expected
    shows: Callable[[Report], bool] | None = None


CASES: list[Case] = []

VALID = Expected(Verdict.VALID)


def expect(verdict: str, *reasons: str, **signatures: str) -> Expected:
    """`expect("indeterminate", "KEY_SUSPENDED", principal="INDETERMINATE/TRY_LATER")`."""
    told = {}
    for name, answer in signatures.items():
        indication, _, sub = answer.partition("/")
        told[name] = (Indication(indication), Sub(sub) if sub else None)
    return Expected(Verdict(verdict), tuple(map(Reason, reasons)), told)


def given(
    pdf: bytes | str | None = None,
    *,
    poe: datetime | None = None,
    at: datetime = world.NOW,
    policy: Policy = HB_1,
    **changes: Any,  # noqa: ANN401 - fields of Trust
) -> Given:
    """The world in order, and what differs; `poe`: the file is registered at that instant, the proof of its time."""
    pdf = world.signed() if pdf is None else pdf
    registered = world.registration(pdf, poe) if poe and isinstance(pdf, bytes) else world.registration()
    trust = world.Trust(**({"versions": (registered,)} | changes))
    return Given(pdf, trust.snapshot(), at, policy)


def case(
    *proves: str, expected: Expected, shows: Callable[[Report], bool] | None = None
) -> Callable[[Callable[[], Given]], Callable[[], Given]]:
    """One case: the fragments quote the sentences it proves; `shows` is what else its report must show."""

    def register(build: Callable[[], Given]) -> Callable[[], Given]:
        CASES.append(Case(build.__name__, build.__doc__ or "", proves, build, expected, shows))
        return build

    return register


def shown(place: str, *wanted: Finding) -> Callable[[Report], bool]:
    """Whether a report shows exactly these findings of a signature ("": of the document), of the checks they name."""
    checks = {finding.check for finding in wanted}

    def shows(report: Report) -> bool:
        found = {one.field: one.conclusion.findings for one in report.signatures} | {"": report.findings}
        return tuple(one for one in found[place] if one.check in checks) == wanted

    return shows


def each(
    *proves: str,
    rows: Mapping[str, tuple[Any, Expected]],
    shows: Mapping[str, Callable[[Report], bool]] | None = None,
) -> Callable[[Callable[[Any], Given]], Callable[[Any], Given]]:
    """One case for each row: its name, what is handed to the function, and what the law expects and a report shows."""

    def register(build: Callable[[Any], Given]) -> Callable[[Any], Given]:
        for name, (handed, expected) in rows.items():
            made = partial(build, handed)
            told = (shows or {}).get(name)
            CASES.append(Case(f"{build.__name__}[{name}]", build.__doc__ or "", proves, made, expected, told))
        return build

    return register
