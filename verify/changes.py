"""What may change after the first signature that counts: HB-1, section 2.

Validation data, document time-stamps, document information and metadata; and of what a reader sees only the appearance
of another signature that counts. Neither the start nor what is allowed depends on another signature's answer: else a
revocation, which moves a role to another candidate, could forgive a change (decision 2, item 14). A certification
signature is honoured from its own revision on, whoever certified (item 21): DocMDP 1 forbids all but time-stamps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verify.evidence import Evidence
from verify.report import Finding, Indication, JudgedSignature, Outcome, Reason

NO_CHANGES = 1
"""DocMDP level 1 (ISO 32000-2, 12.8.2.2): narrower than HB-1, which allows what levels 2 and 3 would."""


def changes(evidence: Evidence, judged: Sequence[JudgedSignature]) -> list[Finding]:
    """Every forbidden change after the first signature that counts, and every appearance that was added.

    `judged` are the signatures of the file that are not document time-stamps, in file order.
    """
    placed = {one.field: one.revision for one in evidence.signatures}
    first = min((placed[one.field] for one in judged if one.counts), default=None)
    certified = min((one.revision for one in evidence.signatures if one.certifies is not None), default=None)
    watched = min((one for one in (first, certified) if one is not None), default=len(evidence.revisions))
    found = [
        _modified({"revision": index, "why": revision.refused})
        for index, revision in enumerate(evidence.revisions)
        if index > watched and revision.refused
    ]
    if first is not None:
        found += _visible(evidence, first, _may_appear(judged))
        # Whatever a rule let pass: what a viewer finds in the file must be the record that was signed.
        signed = evidence.revisions[first].attachment
        found += [
            _modified({"revision": index, "why": "the record"})
            for index, revision in enumerate(evidence.revisions)
            if index > first and revision.attachment != signed and not revision.refused
        ]
    closed = min((one.revision for one in evidence.signatures if one.certifies == NO_CHANGES), default=None)
    if closed is not None:
        found += [
            _modified({"revision": one.revision, "why": "certified: no changes"})
            for one in evidence.signatures
            if one.revision > closed and not one.timestamp
        ]
        # A document time-stamp may come with a new modification date: honest writers put it into the metadata.
        stamped = {one.revision for one in evidence.signatures if one.timestamp}
        found += [
            _modified({"revision": index, "why": "certified: no changes"})
            for index, revision in enumerate(evidence.revisions)
            if index > closed and revision.described and index not in stamped
        ]
    return found or [Finding("changes", Outcome.PASSED)]


def _may_appear(judged: Sequence[JudgedSignature]) -> set[str]:
    """The fields of signatures that count, and that pass by themselves or are the first of their role."""
    counting = [one for one in judged if one.counts]
    firsts = {one.role: one.field for one in reversed(counting)}
    passing = (one.field for one in counting if one.conclusion.indication is Indication.TOTAL_PASSED)
    return {*firsts.values(), *passing}


def _visible(evidence: Evidence, first: int, allowed: set[str]) -> Iterator[Finding]:
    for index, revision in enumerate(evidence.revisions):
        if index <= first:
            continue
        for change in revision.fields:
            if change.visible and change.field not in allowed:
                yield _modified({"revision": index, "field": change.field})
            elif change.visible and change.created:
                yield Finding("changes", Outcome.NOTED, Reason.APPEARANCE_ADDED, {"field": change.field})


def _modified(facts: dict[str, object]) -> Finding:
    return Finding("changes", Outcome.FAILED, Reason.MODIFIED_AFTER_SIGNING, facts)
