"""What somebody sees: the pages before and after the updates that the revision rule let pass.

`docs/policy/revisions.md`, "What a reader sees". The rule compares objects and guesses no meaning; here pdfium draws,
which knows nothing of the rule. Where the two differ nobody can say what a clerk was shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from verify.drawn import Drawing, pages_unlike
from verify.evidence import Revision


def unlike_pages(drawing: Drawing, revisions: Sequence[Revision]) -> tuple[int, ...]:
    """Pages that look different after updates that should have changed nothing but signatures' own rectangles."""
    found: set[int] = set()
    for first, last in _runs(revisions):
        updates = revisions[first + 1 : last + 1]
        spared = [one for update in updates for field in update.fields for one in field.rectangles]
        before, after = (drawing.until(revisions[index].end) for index in (first, last))
        found.update(pages_unlike(before, after, spared))
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
