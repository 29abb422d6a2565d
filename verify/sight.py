"""What somebody sees: the pages before and after the updates that the revision rule let pass.

`docs/policy/revisions.md`, "What a reader sees". The rule compares objects and guesses no meaning; here pdfium draws,
which knows nothing of the rule. Where the two differ nobody can say what a clerk was shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from verify.drawn import pages_unlike
from verify.evidence import Revision
from verify.profiles import without_plain_profiles


def unlike_pages(content: bytes, revisions: Sequence[Revision]) -> tuple[int, ...]:
    """Pages that look different after updates that should have changed nothing but signatures' own rectangles."""
    found: set[int] = set()
    runs = tuple(_runs(revisions))
    drawn = without_plain_profiles(content) if runs else content
    for first, last in runs:
        updates = revisions[first + 1 : last + 1]
        spared = [one for update in updates for field in update.fields for one in field.rectangles]
        found.update(pages_unlike(drawn[: revisions[first].end], drawn[: revisions[last].end], spared))
    return tuple(sorted(found))


def _runs(revisions: Sequence[Revision]) -> Iterator[tuple[int, int]]:
    """First and last revision of each run of updates that were let pass after a signature.

    Security stores alone are drawn by nobody: an update that wrote nothing else ends no run and asks for none.
    """
    signed = [index for index, one in enumerate(revisions) if any(field.filled for field in one.fields)]
    if not signed:
        return
    stops = [signed[0], *(index for index in range(signed[0] + 1, len(revisions)) if _stops(revisions[index]))]
    for first, following in pairwise([*stops, len(revisions)]):
        updates = revisions[first + 1 : following]
        if any(one.fields or one.described for one in updates):
            yield first, following - 1


def _stops(revision: Revision) -> bool:
    """Whether an update was refused already, or cannot be judged: that it looks different is no news."""
    return bool(revision.refused or revision.unclear)
