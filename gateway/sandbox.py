"""Hostile files are parsed in worker processes with time and memory limits.

Each worker is a cell of its own: a pebble pool of one process, made by Python's fork server, which has loaded the
engine once and forks in milliseconds. One pool for all would share one pipe and one lock, and a worker that is killed
while it holds either takes the others with it. A cell in which anything went wrong is thrown away whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import logging
import multiprocessing
import os
import pickle
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from multiprocessing import resource_tracker
from multiprocessing.util import get_temp_dir
from typing import Any

import pebble

from gateway import worker
from verify.evidence import Evidence, Unreadable
from verify.policy import Policy
from verify.report import Report
from verify.trust import TrustSnapshot

log = logging.getLogger(__name__)

LEAST_WORKERS = 2
"""One hung job must not keep others waiting."""

OPEN_SECONDS = 3.0
JUDGE_SECONDS = 1.5
"""Wall time of the two trips: together below 5 s, within which every file is answered."""

START_SECONDS = 20.0
"""A fork server loads the engine in about a second, on a slow disk in several."""

BACKSTOP_SECONDS = 1.0
"""How long after its limit a worker may stay silent before its cell is given up, whatever pebble says."""

KILL_SECONDS = 0.05
"""Workers ignore SIGTERM, so that a signal to the whole process group loses no request; pebble then sends SIGKILL."""

JOBS_PER_WORKER = 500
"""A worker is replaced after this many jobs, so that a leak in a C library stays small."""

WAITING_PER_WORKER = 32
"""Jobs that may wait for one worker: at 50 ms each the last one waits under two seconds."""

WAIT_SECONDS = 10.0
"""Longer waits are refused; whoever asked comes back (503 with Retry-After)."""

RENEWAL_SECONDS = 1.0
"""Pause before another attempt when a worker does not start: the machine is short of something."""

LOST_EXITCODE = 255
"""What `multiprocessing` says when it could not read how a child of its fork server ended."""

LONGEST_TMPDIR = 70
SHORT_TMPDIR = "/tmp"  # noqa: S108 (only a folder of mode 0700 with a socket is made there)
"""A socket's path has at most 107 bytes, of which the fork server's own part takes 32."""

ENGINE = ["gateway.worker", "verify.pdf", "verify.procedure"]
"""What the fork server loads before it forks."""


class WorkerDied(Exception):  # noqa: N818 - named for what happened
    """A worker ended without an answer, and not for its limits: answered as 503."""


class Busy(Exception):  # noqa: N818 - a state, not an error
    """All workers are busy and too many jobs are waiting: answered as 503."""


class Cell:
    """One worker process in a pool of its own."""

    def __init__(self, context: Any) -> None:  # noqa: ANN401 (pebble's protocol of a context is not exported)
        self.pool = pebble.ProcessPool(
            max_workers=1, max_tasks=JOBS_PER_WORKER, initializer=worker.confine, context=context
        )

    def schedule(self, seconds: float, job: Callable[..., Any], *args: Any) -> Future[bytes]:  # noqa: ANN401 (any job)
        """Send a job to the worker; raises RuntimeError if the pool is broken."""
        return self.pool.schedule(worker.run, args=(seconds, job, *args), timeout=seconds + BACKSTOP_SECONDS / 2)

    def end(self) -> None:
        """Kill the worker and wait for the pool's threads."""
        self.pool.stop()  # type: ignore[no-untyped-call]
        self.pool.join()


class Sandbox:
    """A fixed number of cells, and who waits for one. Judging goes before opening: what was begun is finished."""

    def __init__(self, workers: int) -> None:
        self.size = max(workers, LEAST_WORKERS)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(ENGINE)
        self._idle: list[Cell] = []
        self._waiting: list[tuple[int, int, asyncio.Future[Cell]]] = []
        self._ticket = itertools.count()
        self._renewals: set[asyncio.Task[None]] = set()
        self._cells: set[Cell] = set()
        self._stopping = False

    @property
    def ready(self) -> bool:
        """Whether at least one worker is there, idle or at work."""
        return bool(self._cells)

    async def start(self) -> None:
        """Make all cells; returns when each has answered once. Raises WorkerDied if one does not."""
        pebble.CONSTS.term_timeout = KILL_SECONDS
        _listen_nearby()
        cells = await asyncio.gather(*(self._fresh() for _ in range(self.size)), return_exceptions=True)
        for cell in cells:
            if isinstance(cell, Cell):
                self._cells.add(cell)
                self._offer(cell)
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

    async def open(self, content: bytes) -> Evidence:
        """Parse a file; raises Unreadable, WorkerDied or Busy."""
        answer = await self.run(OPEN_SECONDS, _open, content)
        if isinstance(answer, worker.Defect):
            log.error("a reader failed with %s", answer.exception)
            raise Unreadable("unreadable")
        if not isinstance(answer, Evidence):
            raise WorkerDied
        return answer

    async def judge(self, evidence: Evidence, trust: TrustSnapshot, policy: Policy, at: datetime) -> Report:
        """Judge evidence; raises Unreadable (a limit), WorkerDied or Busy."""
        answer = await self.run(JUDGE_SECONDS, _judge, evidence, trust, policy, at, urgent=True)
        if not isinstance(answer, Report):
            log.error("the engine failed with %s", getattr(answer, "exception", "no report"))
            raise WorkerDied
        return answer

    async def run(self, seconds: float, job: Callable[..., Any], *args: Any, urgent: bool = False) -> Any:  # noqa: ANN401 (any job)
        """Run any picklable job in a worker.

        Raises Unreadable when the job refuses its input or passes a limit, WorkerDied, Busy. A job that never began,
        because its worker had died while it was idle, is given to another one.
        """
        for _ in range(self.size + 1):
            async with self._cell(urgent=urgent) as cell:
                began = time.monotonic()
                try:
                    running = asyncio.wrap_future(cell.schedule(seconds, job, *args))
                    answer = pickle.loads(await asyncio.wait_for(running, seconds + BACKSTOP_SECONDS))  # noqa: S301 (our own process wrote it)
                except (BrokenProcessPool, RuntimeError) as loss:
                    self._give_up(cell)
                    log.warning("a worker was lost: %r", loss.__cause__ or loss)
                    if time.monotonic() - began >= seconds:  # it did begin, and was ended before pebble took note
                        raise Unreadable("limit", "time") from None
                    continue
                except TimeoutError:
                    self._give_up(cell)
                    raise Unreadable("limit", "time") from None
                except pebble.ProcessExpired as death:
                    self._give_up(cell)
                    raise _why(death.exitcode, time.monotonic() - began, seconds) from None
                except BaseException:
                    self._give_up(cell)
                    raise
                if isinstance(answer, worker.Refusal):
                    if answer.limit == "memory":  # what is left of its heap is in pieces
                        self._give_up(cell)
                    raise Unreadable(answer.code, answer.limit)
                return answer
        raise WorkerDied

    @contextlib.asynccontextmanager
    async def _cell(self, *, urgent: bool) -> AsyncIterator[Cell]:
        """An idle cell, for as long as the job takes."""
        cell = self._idle.pop() if self._idle else await self._turn(urgent=urgent)
        try:
            yield cell
        finally:
            if cell in self._cells:
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

    def _offer(self, cell: Cell) -> None:
        """Hand a cell to whoever waits first, or keep it idle."""
        while self._waiting:
            _, _, waiter = heapq.heappop(self._waiting)
            if not waiter.done():
                waiter.set_result(cell)
                return
        self._idle.append(cell)

    def _give_up(self, cell: Cell) -> None:
        """Throw a cell away and make another in its place, while the caller goes on."""
        self._cells.discard(cell)
        if not self._stopping:
            renewal = asyncio.create_task(self._renew(cell))
            self._renewals.add(renewal)
            renewal.add_done_callback(self._renewals.discard)

    async def _renew(self, old: Cell) -> None:
        """Put a fresh cell in the place of an old one, as often as it takes; then end the old one."""
        try:
            while True:
                try:
                    cell = await self._fresh()
                except WorkerDied:
                    await asyncio.sleep(RENEWAL_SECONDS)
                else:
                    self._cells.add(cell)
                    self._offer(cell)
                    return
        finally:
            await asyncio.to_thread(old.end)

    async def _fresh(self) -> Cell:
        """A new cell that has answered once; raises WorkerDied."""
        cell = Cell(self._context)
        try:
            greeting = await asyncio.to_thread(self._greet, cell)
            await asyncio.wait_for(asyncio.wrap_future(greeting), START_SECONDS)
        except BaseException as error:
            await asyncio.to_thread(cell.end)
            if not isinstance(error, Exception):
                raise
            why = error.__cause__ if isinstance(error, BrokenProcessPool) and error.__cause__ else error
            log.error("a worker did not start: %r", why)  # noqa: TRY400 (the trace is pebble's)
            raise WorkerDied from None
        return cell

    @staticmethod
    def _greet(cell: Cell) -> Future[bytes]:
        """Start the fork server if need be, then a worker.

        Both are born with SIGTERM and SIGINT blocked: a signal meant for the whole process group, as a terminal or a
        service manager sends it, is the server's to obey, which first lets its workers finish.
        """
        resource_tracker.ensure_running()  # it would unblock these signals once it runs
        spared = {signal.SIGTERM, signal.SIGINT}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, spared)
        try:
            return cell.schedule(START_SECONDS, os.getpid)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _listen_nearby() -> None:
    """Keep the path of the fork server's socket short enough for unix(7), however long TMPDIR is."""
    if len(tempfile.gettempdir()) > LONGEST_TMPDIR:
        kept, tempfile.tempdir = tempfile.tempdir, SHORT_TMPDIR
        try:
            get_temp_dir()  # made and remembered here, removed at exit
        finally:
            tempfile.tempdir = kept


def _why(exitcode: int, took: float, seconds: float) -> Exception:
    """What the signal that ended a worker means.

    Python reads a child's exit code without a lock: now and then it is lost and said to be 255. Then the time tells.
    """
    limits = {-signal.SIGPROF: "cpu", -signal.SIGALRM: "time"}
    if exitcode == LOST_EXITCODE and took >= min(seconds, worker.CPU_SECONDS):
        return Unreadable("limit", "time" if took >= seconds else "cpu")
    if exitcode in limits:
        return Unreadable("limit", limits[exitcode])
    log.error("a worker ended with exit code %d", exitcode)
    return WorkerDied()


def _open(content: bytes) -> Evidence:
    """In a worker: the readers."""
    from verify.pdf import open_pdf  # noqa: PLC0415 (the server itself never loads a PDF library)

    return open_pdf(content)


def _judge(evidence: Evidence, trust: TrustSnapshot, policy: Policy, at: datetime) -> Report:
    """In a worker: the engine."""
    from verify.procedure import judge  # noqa: PLC0415 (as above)

    return judge(evidence, trust, policy, at)
