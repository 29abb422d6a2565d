"""Hostile files are parsed in worker processes with time and memory limits.

A fixed number of cells (`gateway/cells.py`), each one worker; here is who gets which, who waits, and who is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

from gateway import cells, worker
from gateway.cells import Cell, CellLost, WorkerDied
from verify.evidence import Evidence, Unreadable
from verify.policy import Policy
from verify.report import Report
from verify.trust import Names, TrustSnapshot

log = logging.getLogger(__name__)

LEAST_WORKERS = 2
"""One hung job must not keep others waiting."""

OPEN_SECONDS = 3.4
JUDGE_SECONDS = 1.5
"""Wall time of the two trips: together below 5 s, within which every file is answered."""

WAITING_PER_WORKER = 32
"""Jobs that may wait for one worker: at 50 ms each the last one waits under two seconds."""

WAIT_SECONDS = 10.0
"""Longer waits are refused; whoever asked comes back (503 with Retry-After)."""

RENEWAL_SECONDS = 1.0
"""Pause before another attempt when a worker does not start: the machine is short of something."""


FORGET_SECONDS = 1.0
"""To forget is nothing; a worker that cannot is replaced."""

SETTLE_SECONDS = 1.0
"""pebble has begun to fork another worker for a cell whose worker died; cut short, it would cry out on stderr."""


class Busy(Exception):  # noqa: N818 - a state, not an error
    """All workers are busy and too many jobs are waiting: answered as 503."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Evidence that stays in the worker that has read it: what the registry is asked for, and where the rest lies."""

    names: Names
    cell: Cell


class Sandbox:
    """A fixed number of cells, and who waits for one. Judging goes before opening: what was begun is finished."""

    def __init__(self, workers: int) -> None:
        self.size = max(workers, LEAST_WORKERS)
        self._cells: set[Cell] = set()
        self._idle: list[Cell] = []
        self._waiting: list[tuple[int, int, asyncio.Future[Cell]]] = []
        self._ticket = itertools.count()
        self._leaving: set[Cell] = set()
        self._renewals: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def ready(self) -> bool:
        """Whether at least one worker is there, idle or at work."""
        return bool(self._cells)

    async def start(self) -> None:
        """Make all cells; returns when each has answered once. Raises WorkerDied if one does not."""
        made = await asyncio.gather(*(cells.fresh() for _ in range(self.size)), return_exceptions=True)
        for cell in made:
            if isinstance(cell, Cell):
                self._admit(cell)
        if len(self._cells) < self.size:
            await self.stop()
            raise WorkerDied

    async def stop(self) -> None:
        """Kill all workers, hung ones too; whoever still waits gets Busy."""
        self._stopping = True
        for renewal in tuple(self._renewals):
            renewal.cancel()
        await asyncio.gather(*self._renewals, return_exceptions=True)
        for _, _, waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(Busy())
        await asyncio.gather(*(asyncio.to_thread(cell.end) for cell in self._cells))
        self._cells.clear()
        self._idle.clear()

    @overload
    async def open(self, given: bytes | str, host: str = "") -> Evidence: ...

    @overload
    async def open(self, given: bytes | str, host: str, stay: contextlib.AsyncExitStack) -> Kept: ...

    async def open(
        self, given: bytes | str, host: str = "", stay: contextlib.AsyncExitStack | None = None
    ) -> Evidence | Kept:
        """Read a file, or the text of a QR code; raises Unreadable, WorkerDied or Busy.

        `host` is this gateway's own, to which codes should lead. With `stay` the worker keeps what it has read, and is
        kept for it until the stay ends: what was parsed is neither sent nor parsed again.
        """
        answer: Any
        if stay is None:
            answer = await self.run(OPEN_SECONDS, _open_alone, given, host)
        else:
            answer = await self._keep(stay, given, host)
        if isinstance(answer, worker.Defect):
            log.error("a reader failed with %s", answer.exception)
            raise Unreadable("unreadable")
        if not isinstance(answer, Evidence if stay is None else Kept):
            raise WorkerDied
        return answer

    async def judge(self, evidence: Evidence | Kept, trust: TrustSnapshot, policy: Policy, at: datetime) -> Report:
        """Judge evidence; raises Unreadable (a limit), WorkerDied or Busy."""
        if isinstance(evidence, Kept):
            evidence.cell.keeps = False
            try:
                answer = await evidence.cell.run(JUDGE_SECONDS, _judge_kept, trust, policy, at)
            except CellLost:
                raise WorkerDied from None
        else:
            answer = await self.run(JUDGE_SECONDS, _judge, evidence, trust, policy, at, urgent=True)
        if not isinstance(answer, Report):
            log.error("the engine failed with %s", getattr(answer, "exception", "no report"))
            raise WorkerDied
        return answer

    async def _keep(self, stay: contextlib.AsyncExitStack, given: bytes | str, host: str) -> Any:  # noqa: ANN401 (as `run`)
        """Open in a worker that keeps the evidence; what it answers, with the worker if that is what it should."""
        for _ in range(self.size + 1):
            cell = await stay.enter_async_context(self._cell(urgent=False))
            with contextlib.suppress(CellLost):
                answer = await cell.run(OPEN_SECONDS, _open_and_keep, given, host)
                cell.keeps = isinstance(answer, Names)
                return Kept(answer, cell) if isinstance(answer, Names) else answer
        raise WorkerDied

    async def run(self, seconds: float, job: Callable[..., Any], *args: Any, urgent: bool = False) -> Any:  # noqa: ANN401 (any job)
        """Run any picklable job in a worker; its result, or a `worker.Defect`.

        Raises Unreadable when the job refuses its input or passes a limit, WorkerDied, Busy. A job that never began,
        because its worker had died while it was idle, is given to another one.
        """
        for _ in range(self.size + 1):
            async with self._cell(urgent=urgent) as cell:
                with contextlib.suppress(CellLost):
                    return await cell.run(seconds, job, *args)
        raise WorkerDied

    @contextlib.asynccontextmanager
    async def _cell(self, *, urgent: bool) -> AsyncIterator[Cell]:
        """An idle cell, for as long as it is needed; afterwards it is the next one's, or replaced.

        Evidence that it still keeps then, because nobody came to have it judged, is forgotten (P6).
        """
        cell = self._idle.pop() if self._idle else await self._turn(urgent=urgent)
        cell.busy = True
        try:
            try:
                yield cell
            finally:
                if cell.keeps and not cell.spent:
                    cell.keeps = False
                    with contextlib.suppress(Exception):
                        await cell.run(FORGET_SECONDS, _forget)
        finally:
            cell.busy = False
            if cell.spent or cell.worn:
                self._succeed(cell)
            if not cell.spent:
                self._offer(cell)

    async def _turn(self, *, urgent: bool) -> Cell:
        if self._stopping or (not urgent and len(self._waiting) >= WAITING_PER_WORKER * self.size):
            raise Busy
        waiter: asyncio.Future[Cell] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (0 if urgent else 1, next(self._ticket), waiter))
        try:
            return await asyncio.wait_for(waiter, WAIT_SECONDS)
        except TimeoutError:
            raise Busy from None

    def _admit(self, cell: Cell) -> None:
        self._cells.add(cell)
        self._offer(cell)

    def _offer(self, cell: Cell) -> None:
        """Hand a cell to whoever waits first, or keep it idle."""
        while self._waiting:
            _, _, waiter = heapq.heappop(self._waiting)
            if not waiter.done():
                waiter.set_result(cell)
                return
        self._idle.append(cell)

    def _succeed(self, cell: Cell) -> None:
        """Make another in the place of a cell, while the caller goes on; one that is only worn works until then."""
        if self._stopping or cell in self._leaving:
            return  # `stop` ends it, or its successor is on the way
        self._leaving.add(cell)
        if cell.spent:
            self._cells.discard(cell)
        renewal = asyncio.create_task(self._renew(cell))
        self._renewals.add(renewal)
        renewal.add_done_callback(self._renewals.discard)

    async def _renew(self, old: Cell) -> None:
        """Put a fresh cell in the place of an old one, as often as it takes; then end the old one."""
        try:
            while True:
                try:
                    cell = await cells.fresh()
                except WorkerDied:
                    await asyncio.sleep(RENEWAL_SECONDS)
                else:
                    self._admit(cell)
                    break
            old.spent = True
            self._cells.discard(old)
            if old in self._idle:
                self._idle.remove(old)
            await asyncio.sleep(SETTLE_SECONDS)
            while old.busy:  # noqa: ASYNC110 (nothing waits for it but its own end)
                await asyncio.sleep(SETTLE_SECONDS)
        finally:
            self._leaving.discard(old)
            await asyncio.to_thread(old.end)


def _open(given: bytes | str, host: str) -> Evidence:
    """In a worker: the readers."""
    from verify.documents import open_document, open_text  # noqa: PLC0415 (the server itself never loads a PDF library)

    return open_text(given, host) if isinstance(given, str) else open_document(given, host)


def _open_alone(given: bytes | str, host: str) -> Evidence:
    """In a worker: the readers, for somebody who does not come back to it."""
    try:
        return _open(given, host)
    finally:
        _forget()


def _judge(evidence: Evidence, trust: TrustSnapshot, policy: Policy, at: datetime) -> Report:
    """In a worker: the engine."""
    from verify.procedure import judge  # noqa: PLC0415 (as above)

    try:
        return judge(evidence, trust, policy, at)
    finally:
        _forget()


_kept: list[Evidence] = []
"""In a worker: the one document between its two trips."""


def _open_and_keep(given: bytes | str, host: str) -> Names:
    """In a worker: the readers; only what the registry is asked for leaves it."""
    _forget()
    _kept.append(_open(given, host))
    return _kept[0].names


def _judge_kept(trust: TrustSnapshot, policy: Policy, at: datetime) -> Report:
    """In a worker: the engine, about what was read here before."""
    return _judge(_kept.pop(), trust, policy, at)


def _forget() -> None:
    """In a worker: nothing of a document outlives its request."""
    from verify.documents import forget  # noqa: PLC0415 (as above)

    _kept.clear()
    forget()
