"""What the steps of the procedure have found so far: filled by `procedure.py` or `paper.py`, told as a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from verify.claims import Claims
from verify.record import Record
from verify.report import Finding, JudgedSignature
from verify.subject import Subject
from verify.trust import Role


@dataclass(slots=True)
class Story:
    """The story of one document; `required` are the roles that it is asked for."""

    required: Sequence[Role]
    findings: list[Finding] = field(default_factory=list)
    record: Record | None = None
    claims: Claims | None = None
    subject: Subject | None = None
    judged: list[JudgedSignature] = field(default_factory=list)

    @property
    def taken(self) -> list[JudgedSignature]:
        """The signatures that a required role took."""
        return [one for one in self.judged if one.taken]
