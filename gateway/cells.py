"""One worker process in a pool of its own: born, used, and thrown away whole when anything went wrong.

pebble runs the process, Python's fork server makes it: that one has loaded the engine once and forks in milliseconds.
One pool for all workers would share one pipe and one lock, and a worker that is killed while it holds either takes the
others with it.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import pickle
import signal
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver, resource_tracker
from multiprocessing.util import get_temp_dir
from typing import Any

import pebble

from gateway import worker
from verify.evidence import Unreadable

log = logging.getLogger(__name__)

START_SECONDS = 20.0
"""A fork server loads the engine in about a second, on a slow disk in several."""

BACKSTOP_SECONDS = 1.0
"""How long after its limit a worker may stay silent before its cell is given up, whatever pebble says."""

KILL_SECONDS = 0.05
"""Workers ignore SIGTERM, so that a signal to the whole process group loses no request; pebble then sends SIGKILL."""

JOBS_PER_WORKER = 500
"""A worker is replaced after this many jobs, so that a leak in a C library stays small."""

LOST_EXITCODE = 255
"""What `multiprocessing` says when it could not read how a child of its fork server ended."""

LONGEST_TMPDIR = 70
SHORT_TMPDIR = "/tmp"  # noqa: S108 (only a folder of mode 0700 with a socket is made there)
"""A socket's path has at most 107 bytes, of which the fork server's own part takes 32."""

ENGINE = ["gateway.worker", "verify.documents", "verify.procedure"]
"""What the fork server loads before it forks."""


class WorkerDied(Exception):  # noqa: N818 - named for what happened
    """A worker ended without an answer, and not for its limits: answered as 503."""


class CellLost(Exception):  # noqa: N818 - named for what happened
    """The worker was gone before the job began: another cell may try."""


class Cell:
    """One worker process. `spent` once anything went wrong: then the cell must not be used again.

    `worn` when it has done so much that another should take its place; `busy` while it is somebody's; `keeps` when it
    holds evidence between two jobs about one document.
    """

    def __init__(self) -> None:
        self.spent = self.busy = self.keeps = False
        self._jobs = 0
        self._pool = pebble.ProcessPool(
            max_workers=1,
            initializer=worker.confine,
            context=multiprocessing.get_context("forkserver"),
        )

    async def run(self, seconds: float, job: Callable[..., Any], *args: Any) -> Any:  # noqa: ANN401 (any job)
        """Run a picklable job in the worker; its result, or a `worker.Defect`.

        Raises Unreadable when the job refuses its input or passes a limit, WorkerDied, CellLost.
        """
        began = time.monotonic()
        try:
            running = asyncio.wrap_future(self._schedule(seconds, job, *args))
            answer = pickle.loads(await asyncio.wait_for(running, seconds + BACKSTOP_SECONDS))  # noqa: S301 (our own process wrote it)
        except BaseException as error:  # noqa: BLE001 (a job that is cancelled still runs)
            self.spent = True
            raise _meaning(error, time.monotonic() - began, seconds) from None
        self._jobs += 1
        if isinstance(answer, worker.Refusal):
            self.spent = answer.limit == "memory"  # what is left of its heap is in pieces
            raise Unreadable(answer.code, answer.limit)
        return answer

    @property
    def worn(self) -> bool:
        """Whether it has done as many jobs as one worker should."""
        return self._jobs >= JOBS_PER_WORKER

    def end(self) -> None:
        """Kill the worker and wait for the pool's threads."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def greet(self) -> Future[bytes]:
        """Start the worker with a first small job."""
        kindle()
        return self._schedule(START_SECONDS, os.getpid)

    def _schedule(self, seconds: float, job: Callable[..., Any], *args: Any) -> Future[bytes]:  # noqa: ANN401 (any job)
        return self._pool.schedule(worker.run, args=(seconds, job, *args), timeout=seconds + BACKSTOP_SECONDS / 2)


def kindle() -> None:
    """Start the fork server, unless it runs; it loads the engine while others go on.

    It is born with SIGTERM and SIGINT blocked, and so are the workers that it forks: a signal meant for the whole
    process group, as a terminal or a service manager sends it, is the server's to obey, which first lets its workers
    finish.
    """
    _listen_nearby()
    multiprocessing.get_context("forkserver").set_forkserver_preload(ENGINE)
    resource_tracker.ensure_running()  # it would unblock these signals once it runs
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


async def fresh() -> Cell:
    """A new cell that has answered once; raises WorkerDied."""
    pebble.CONSTS.term_timeout = KILL_SECONDS
    cell = Cell()
    try:
        await asyncio.wait_for(asyncio.wrap_future(await asyncio.to_thread(cell.greet)), START_SECONDS)
    except BaseException as error:
        await asyncio.to_thread(cell.end)
        if not isinstance(error, Exception):
            raise
        why = error.__cause__ if isinstance(error, BrokenProcessPool) and error.__cause__ else error
        log.error("a worker did not start: %r", why)  # noqa: TRY400 (the trace is pebble's)
        raise WorkerDied from None
    return cell


def _meaning(error: BaseException, took: float, seconds: float) -> BaseException:
    """What an error of the pool means for whoever asked."""
    match error:
        case TimeoutError():
            return Unreadable("limit", "time")
        case pebble.ProcessExpired():
            return _end(error.exitcode, took, seconds)
        case BrokenProcessPool() | RuntimeError() if took < seconds:
            log.warning("a worker was lost: %r", error.__cause__ or error)
            return CellLost()
        case BrokenProcessPool():  # the job did begin, and was ended before pebble took note
            return Unreadable("limit", "time")
        case _:
            return error


def _end(exitcode: int, took: float, seconds: float) -> Exception:
    """What the signal that ended a worker means.

    abort() is how C++ libraries end when memory is refused: that is the memory limit, met where no exception helps.
    Python reads a child's exit code without a lock: now and then it is lost and said to be 255. Then the time tells.
    """
    limits = {-signal.SIGPROF: "cpu", -signal.SIGALRM: "time", -signal.SIGABRT: "memory"}
    if exitcode == LOST_EXITCODE and took >= min(seconds, worker.CPU_SECONDS):
        return Unreadable("limit", "time" if took >= seconds else "cpu")
    if exitcode in limits:
        return Unreadable("limit", limits[exitcode])
    log.error("a worker ended with exit code %d", exitcode)
    return WorkerDied()


def _listen_nearby() -> None:
    """Keep the path of the fork server's socket short enough for unix(7), however long TMPDIR is."""
    if len(tempfile.gettempdir()) > LONGEST_TMPDIR:
        kept, tempfile.tempdir = tempfile.tempdir, SHORT_TMPDIR
        try:
            get_temp_dir()  # made and remembered here, removed at exit
        finally:
            tempfile.tempdir = kept
