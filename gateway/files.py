"""Verifications for whoever sits at the machine: files instead of uploads, the same story."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from gateway import problems, vocabulary
from gateway.problems import Refused
from gateway.reporting import Verification, show
from gateway.sandbox import Sandbox
from gateway.settings import Settings
from gateway.verifications import verify
from issuers.address import host_of
from issuers.snapshot import Held
from verify.policy import POLICIES
from verify.report import Verdict

VALID, NOT_VALID, NOT_JUDGED = 0, 1, 2

SERVERS_FAULT = 500
"""Problems from here on are not the file's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one file: its report or problem, the same in a line, and the exit code that it calls for."""

    document: Verification | dict[str, Any]
    line: str
    code: int


async def verify_all(
    files: Sequence[Path], engine: Engine, settings: Settings, tell: Callable[[], None]
) -> list[Answer]:
    """Verify files, as many at once as there are workers; one answer each, in their order."""
    sandbox = Sandbox(min(settings.workers, len(files)))
    await sandbox.start()
    turns, held = asyncio.Semaphore(sandbox.size), Held()

    async def one(path: Path) -> Answer:
        async with turns:
            answer = await _verify(path, engine, sandbox, settings, held)
        tell()
        return answer

    try:
        return list(await asyncio.gather(*map(one, files)))
    finally:
        await sandbox.stop()


async def _verify(path: Path, engine: Engine, sandbox: Sandbox, settings: Settings, held: Held) -> Answer:
    try:
        content = await asyncio.to_thread(_read, path, settings.max_upload_bytes)
        report, trust = await verify(
            content, engine, sandbox, host_of(settings.public_url), POLICIES[settings.policy], held
        )
    except Exception as error:  # noqa: BLE001 (every error is told as the problem that it is)
        problem = problems.of(error)
        code = NOT_JUDGED if problem.kind.status >= SERVERS_FAULT else NOT_VALID
        return Answer(problem.document(), f"{problem.title.vi} / {problem.title.en}", code)
    said = vocabulary.VERDICTS[report.verdict]
    line = f"{report.verdict.value} ({said.vi}) {' '.join(report.reasons)}".rstrip()
    return Answer(show(report, trust), line, VALID if report.verdict is Verdict.VALID else NOT_VALID)


def _read(path: Path, most: int) -> bytes:
    """A file, whole or not at all; raises Refused, OSError."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if not content:
        raise Refused("empty-file")
    if len(content) > most:
        raise Refused("too-large", most_bytes=most)
    return content
