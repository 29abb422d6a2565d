"""What a worker process is allowed, and how it runs one job.

A worker reads files that somebody made to harm us. It may use one gibibyte and a few seconds, can write no file, prints
nothing, logs nothing, and ends with the server. All that it sends back is one pickle of bounded size: a result, or why
there is none. How one is made, and what becomes of one that dies: `gateway/cells.py`.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import pickle
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import forkserver
from typing import Any

from verify.evidence import Unreadable

ADDRESS_SPACE = 1 << 30
"""Bytes of address space, libraries included. An honest file needs a few times its size; those made to harm want many
gigabytes, and get MemoryError."""

CPU_SECONDS = 3.0
"""CPU time of one job. An honest document needs well below 0.2 s, one with many revisions about one, a scan of twenty
pages without a legible code about two."""

ANSWER_BYTES = 64 << 20
"""What a job may send back: three times the largest upload. More would only move a memory bomb into the server."""

KEPT_MEMORY = 32 << 20
"""Bytes that a worker keeps of what it has freed: pictures of pages are made and freed over and over, and the kernel
would clear the memory of each anew, a tenth of all the time."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""mallopt(3)."""

PR_SET_PDEATHSIG = 1
"""prctl(2): send me this signal when my parent ends."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The input was refused: `Unreadable`, in a shape that any process may unpickle."""

    code: str
    limit: str


@dataclass(frozen=True, slots=True)
class Defect:
    """An exception that nobody expected: its class alone, since its text may quote the document."""

    exception: str


def confine() -> None:
    """Give up what a worker does not need. Runs once in every new worker, before its first job.

    Raises SystemExit if the server ended while the worker was being born.
    """
    leave_no_orphan()
    silence()
    with contextlib.suppress(AttributeError):  # another C library may have another allocator
        for threshold in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            ctypes.CDLL(None).mallopt(threshold, KEPT_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(nothing, (0, 0))


def leave_no_orphan() -> None:
    """End with the process that made this one.

    Workers are children of Python's fork server, which ends when every copy of one pipe is closed. It hands each child
    a copy, and a hung worker would keep alive the parent whose death should end it: so the copy is closed.
    """
    copy = getattr(forkserver._forkserver, "_forkserver_alive_fd", None)  # noqa: SLF001 (no public name)
    if copy is not None:
        with contextlib.suppress(OSError):
            os.close(copy)
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent or parent == 1:
        raise SystemExit(1)


def silence() -> None:
    """Nothing that is read, printed or logged in a worker leaves it: PDF libraries quote names of persons."""
    logging.disable(logging.CRITICAL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def run(seconds: float, job: Callable[..., Any], *args: Any) -> bytes:  # noqa: ANN401 (any job)
    """Run one job within its limits; returns a pickle of its result, a Refusal or a Defect.

    The kernel ends the process at the limits of wall time (SIGALRM) and CPU time (SIGPROF), in C code too, and when the
    server is gone. The server reads from the signal which limit it was.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        return attempt(job, *args)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)


def attempt(job: Callable[..., Any], *args: Any) -> bytes:  # noqa: ANN401 (any job)
    """Call a job and pickle whatever comes of it, exceptions included."""
    try:
        answer = pickle.dumps(job(*args), pickle.HIGHEST_PROTOCOL)
    except Unreadable as refusal:
        return pickle.dumps(Refusal(refusal.code, refusal.limit))
    except MemoryError:
        return pickle.dumps(Refusal("limit", "memory"))
    except RecursionError:
        return pickle.dumps(Refusal("limit", "depth"))
    except Exception as error:  # noqa: BLE001 (PDF libraries raise anything)
        return pickle.dumps(Defect(type(error).__name__))
    if len(answer) > ANSWER_BYTES:
        return pickle.dumps(Refusal("limit", "answer"))
    return answer
