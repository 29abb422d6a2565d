"""Forgeries as code: what an attacker hands in, and what the law answers. One class of attack a file.

A forgery is a function whose name is its id and whose docstring says what the clerk is to believe, and why it must not
work. It takes a genuine file and returns the forged bytes; a forger who has somebody's pen signs anew, and takes
nothing. What is described are rules and structures of the format, never a program that falls for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.genuine import genuine
from verify.report import Reason

REFUSED = "REFUSED"
"""Not judged at all: no reader opens the file, and the answer is a refusal (422) instead of a report."""

INVALID = frozenset(
    {
        *(Reason.NO_SIGNATURE, Reason.SIGNATURE_BROKEN, Reason.MODIFIED_AFTER_SIGNING, Reason.ISSUER_MISMATCH),
        *(Reason.TRANSCRIPT_WITHDRAWN, Reason.REGISTER_MISMATCH, Reason.QR_MISMATCH, Reason.QR_BROKEN),
        *(Reason.WEAK_ALGORITHM, Reason.RECORD_INCONSISTENT),
    }
)
"""The reasons of HB-1, section 2, whose verdict is `invalid`; of all others here it is `indeterminate`."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the law says: every reason of `must`, none but those and `perhaps`, and never no reason at all.

    `perhaps` is what the law leaves open: a reader may refuse earlier what another could still follow.
    """

    must: frozenset[str]
    perhaps: frozenset[str] = frozenset()

    def admits(self, reasons: tuple[str, ...]) -> bool:
        """Whether these reasons are among what is expected."""
        found = frozenset(reasons)
        if REFUSED in found:
            return REFUSED in self.perhaps
        return bool(found) and self.must <= found <= self.must | self.perhaps


def told(*must: str, perhaps: tuple[str, ...] = ()) -> Expected:
    """Exactly these reasons, and what a reader may add."""
    return Expected(frozenset(must), frozenset(perhaps))


def among(*reasons: str) -> Expected:
    """At least one of these reasons: which one depends on where a reader stops."""
    return Expected(frozenset(), frozenset(reasons))


MODIFIED = told("MODIFIED_AFTER_SIGNING")
BROKEN = told("SIGNATURE_BROKEN")
UNJUDGED = told("CANNOT_BE_JUDGED")
UNREAD = among("CANNOT_BE_JUDGED", REFUSED)
"""Readers may differ about what the file is; none need open it."""
MODIFIED_PERHAPS_UNREAD = told("MODIFIED_AFTER_SIGNING", perhaps=("CANNOT_BE_JUDGED",))
"""The change is seen; and it is written so that readers may differ."""
BROKEN_PERHAPS_UNREAD = told("SIGNATURE_BROKEN", perhaps=("CANNOT_BE_JUDGED",))
BROKEN_ROLE = told("SIGNATURE_BROKEN", perhaps=("MODIFIED_AFTER_SIGNING", "ROLE_MISSING", "CANNOT_BE_JUDGED"))
"""A signature that cannot be read names nobody: its role is missing then, and what it brought is a change."""
EITHER = among("MODIFIED_AFTER_SIGNING", "CANNOT_BE_JUDGED", REFUSED)
"""Who follows what was appended sees a change; who refuses to follow it cannot judge."""
ANY_FAULT = among("SIGNATURE_BROKEN", "MODIFIED_AFTER_SIGNING", "CANNOT_BE_JUDGED", "ROLE_MISSING", REFUSED)
"""The file is no longer one that somebody signed: whatever is said first, it is refused."""


@dataclass(frozen=True, slots=True)
class Forgery:
    """One entry: `forge` makes the bytes out of what `of` gives; `trust` is what differs in the registry."""

    id: str
    kind: str
    why: str
    expected: Expected
    forge: Callable[[bytes], bytes]
    of: Callable[[], bytes]
    trust: Mapping[str, Any] = field(default_factory=dict)


FORGERIES: list[Forgery] = []

Forge = Callable[[bytes], bytes]
Sign = Callable[[], bytes]


def forgery(
    expected: Expected, *, of: Callable[[], bytes] = genuine, trust: Mapping[str, Any] | None = None
) -> Callable[[Forge], Forge]:
    """A genuine file is changed. Its class is the file that it stands in."""

    def register(forge: Forge) -> Forge:
        kind = forge.__module__.rpartition(".")[2]
        FORGERIES.append(Forgery(forge.__name__, kind, forge.__doc__ or "", expected, forge, of, trust or {}))
        return forge

    return register


def signing(
    expected: Expected, *, of: Callable[[], bytes] = genuine, trust: Mapping[str, Any] | None = None
) -> Callable[[Sign], Sign]:
    """A file is signed anew, by a forger with a pen of some kind; `of` is what an honest signer would have made."""

    def register(sign: Sign) -> Sign:
        def forge(_: bytes) -> bytes:
            return sign()

        kind = sign.__module__.rpartition(".")[2]
        FORGERIES.append(Forgery(sign.__name__, kind, sign.__doc__ or "", expected, forge, of, trust or {}))
        return sign

    return register
