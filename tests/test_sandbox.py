"""Jobs that hang, eat memory or die end alone, in time, and are answered as what they are."""

from __future__ import annotations

import asyncio
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from running import tiny

from gateway import cells, worker
from gateway import sandbox as rooms
from gateway.cells import WorkerDied
from gateway.sandbox import Busy, Kept, Sandbox
from verify.evidence import Evidence, Unreadable
from verify.policy import HB_1
from verify.trust import TrustSnapshot


def run(story: Callable[[Sandbox], Awaitable[Any]], workers: int = 2) -> Any:  # noqa: ANN401 (whatever it tells)
    async def whole() -> Any:  # noqa: ANN401 (the same)
        sandbox = Sandbox(workers)
        await sandbox.start()
        try:
            return await story(sandbox)
        finally:
            await sandbox.stop()

    return asyncio.run(whole())


async def limit_of(job: Awaitable[Any]) -> str:
    with pytest.raises(Unreadable) as refusal:
        await job
    assert refusal.value.code == "limit"
    return refusal.value.limit


def test_every_limit_is_named_and_the_next_job_is_answered() -> None:
    async def story(sandbox: Sandbox) -> None:
        began = time.monotonic()
        assert await limit_of(sandbox.run(0.5, time.sleep, 60)) == "time"
        assert time.monotonic() - began < 3
        assert await limit_of(sandbox.run(60, sum, range(10**12))) == "cpu"
        assert await limit_of(sandbox.run(3, bytearray, 2 * worker.ADDRESS_SPACE)) == "memory"
        assert await limit_of(sandbox.run(3, os.abort)) == "memory"
        assert await limit_of(sandbox.run(3, bytes, worker.ANSWER_BYTES + 1)) == "answer"
        assert await sandbox.run(3, pow, 2, 10) == 1024

    run(story)


@pytest.mark.parametrize(("job", "argument"), [(os._exit, 3), (signal.raise_signal, signal.SIGSEGV)])
def test_a_worker_that_dies_otherwise_is_told_apart_and_replaced(job: Callable[..., Any], argument: int) -> None:
    async def story(sandbox: Sandbox) -> None:
        for _ in range(3):
            with pytest.raises(WorkerDied):
                await sandbox.run(1, job, argument)
            assert await sandbox.run(3, pow, 2, 10) == 1024

    run(story)


def test_a_worker_killed_while_idle_costs_nobody_an_answer() -> None:
    async def story(sandbox: Sandbox) -> None:
        for pause in (0, 0.5):
            os.kill(await sandbox.run(3, os.getpid), signal.SIGKILL)
            await asyncio.sleep(pause)
            assert await sandbox.run(3, pow, 2, 10) == 1024

    run(story)


def test_others_are_served_while_one_hangs() -> None:
    async def story(sandbox: Sandbox) -> list[float]:
        hung = asyncio.create_task(limit_of(sandbox.run(2, time.sleep, 60)))
        waits = []
        while not hung.done():
            began = time.monotonic()
            assert await sandbox.run(3, pow, 2, 10) == 1024
            waits.append(time.monotonic() - began)
        assert await hung == "time"
        return waits

    waits = sorted(run(story))
    assert len(waits) > 100
    assert waits[len(waits) // 2] < 0.05
    assert waits[-1] < 1


def test_more_hung_jobs_than_workers_are_refused_or_answered_and_all_recover() -> None:
    async def story(sandbox: Sandbox) -> None:
        hung = [asyncio.create_task(limit_of(sandbox.run(0.5, time.sleep, 60))) for _ in range(6)]
        assert await asyncio.gather(*hung) == ["time"] * 6
        assert await sandbox.run(3, pow, 2, 10) == 1024

    run(story)


def test_too_many_waiting_jobs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "WAITING_PER_WORKER", 1)

    async def story(sandbox: Sandbox) -> int:
        jobs = [asyncio.create_task(sandbox.run(1, time.sleep, 0.3)) for _ in range(8)]
        answers = await asyncio.gather(*jobs, return_exceptions=True)
        return sum(isinstance(answer, Busy) for answer in answers)

    assert run(story) == 4


def test_what_was_begun_is_finished_first() -> None:
    async def story(sandbox: Sandbox) -> list[str]:
        order = []

        async def job(name: str, *, urgent: bool) -> None:
            await sandbox.run(3, time.sleep, 0.01 if urgent else 0.4, urgent=urgent)
            order.append(name)

        names = [("a", False), ("b", False), ("opening", False), ("opening", False), ("judging", True)]
        await asyncio.gather(*(job(name, urgent=urgent) for name, urgent in names))
        return order

    order = run(story)
    assert order.index("judging") < order.index("opening")


def test_a_worker_writes_no_file_and_says_nothing(tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]) -> None:
    canary = tmp_path / "canary"

    async def story(sandbox: Sandbox) -> None:
        answer = await sandbox.run(3, canary.write_bytes, b"canary")
        assert answer == worker.Defect("OSError")
        await sandbox.run(3, print, "canary")
        await sandbox.run(3, os.system, "echo canary; echo canary >&2")

    run(story)
    assert not canary.exists() or not canary.read_bytes()
    out, err = capfd.readouterr()
    assert "canary" not in out + err


def test_a_defect_is_known_by_its_class_alone() -> None:
    async def story(sandbox: Sandbox) -> None:
        assert await sandbox.run(3, int, "a pupil's name") == worker.Defect("ValueError")
        assert await sandbox.run(3, open, "/dev/null") == worker.Defect("TypeError")  # a file cannot be sent back

    run(story)


def test_open_and_judge_take_nothing_else_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = tiny().pdf

    async def story(sandbox: Sandbox) -> None:
        evidence = await sandbox.open(pdf)
        assert isinstance(evidence, Evidence)
        with pytest.raises(Unreadable):
            await sandbox.open(b"%PDF-1.7 rubbish")
        monkeypatch.setattr(rooms, "_open_alone", str)  # a reader that fails, or answers something else
        with pytest.raises(WorkerDied):
            await sandbox.open(b"")
        monkeypatch.setattr(rooms, "_open_alone", int)
        with pytest.raises(Unreadable, match="unreadable"):
            await sandbox.open(b"x")
        monkeypatch.setattr(rooms, "_judge", print)
        with pytest.raises(WorkerDied):
            await sandbox.judge(evidence, None, None, None)  # type: ignore[arg-type] # never looked at

    run(story)


KEPT = "len(__import__('gateway.sandbox').sandbox._kept)"
CACHED = "sum(one.cache_info().currsize for one in __import__('verify.documents').documents.KEPT)"
"""What a worker holds of documents: evidence, and answers that are asked for more than once."""


def test_evidence_stays_in_the_worker_that_has_read_it_and_no_longer_than_it_is_asked_for() -> None:
    pdf, at = tiny().pdf, datetime.now(UTC)
    trust = TrustSnapshot(0, "")

    async def story(sandbox: Sandbox) -> None:
        whole = await sandbox.open(pdf)
        async with AsyncExitStack() as stay:
            kept = await sandbox.open(pdf, "", stay)
            assert isinstance(kept, Kept)
            assert kept.names == whole.names
            assert await kept.cell.run(3, eval, KEPT) == 1
            assert await kept.cell.run(3, eval, CACHED) > 0
            said = await sandbox.judge(kept, trust, HB_1, at)
            assert await kept.cell.run(3, eval, f"{KEPT} + {CACHED}") == 0
        assert said == await sandbox.judge(whole, trust, HB_1, at)
        assert said.signatures
        for failure in (LookupError, asyncio.CancelledError):
            with suppress(failure):
                async with AsyncExitStack() as stay:
                    kept = await sandbox.open(pdf, "", stay)
                    raise failure
            assert await sandbox.run(3, eval, f"{KEPT} + {CACHED}") == 0
        await sandbox.open(pdf)
        assert await sandbox.run(3, eval, CACHED) == 0

    run(story, workers=1)


def test_a_worker_is_kept_for_the_document_that_it_keeps() -> None:
    pdf = tiny().pdf

    async def story(sandbox: Sandbox) -> None:
        async with AsyncExitStack() as first, AsyncExitStack() as second:
            one, two = [await sandbox.open(pdf, "", stay) for stay in (first, second)]
            assert one.cell is not two.cell
            waiting = asyncio.create_task(sandbox.run(3, pow, 2, 10))
            await asyncio.sleep(0.3)
            assert not waiting.done()
        assert await waiting == 1024

    run(story)


def test_a_worker_that_dies_with_what_it_keeps_is_no_verdict() -> None:
    pdf = tiny().pdf

    async def story(sandbox: Sandbox) -> None:
        async with AsyncExitStack() as stay:
            kept = await sandbox.open(pdf, "", stay)
            os.kill(await kept.cell.run(3, os.getpid), signal.SIGKILL)
            await asyncio.sleep(0.3)
            with pytest.raises(WorkerDied):
                await sandbox.judge(kept, TrustSnapshot(0, ""), HB_1, datetime.now(UTC))
        assert await sandbox.run(3, pow, 2, 10) == 1024
        async with AsyncExitStack() as stay:
            with pytest.raises(Unreadable):
                await sandbox.open(b"%PDF-1.7 rubbish", "", stay)

    run(story)


def test_a_worker_that_has_done_enough_is_replaced_and_nobody_waits_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "JOBS_PER_WORKER", 5)

    async def story(sandbox: Sandbox) -> None:
        async with AsyncExitStack() as stay:
            kept = await sandbox.open(tiny().pdf, "", stay)  # meanwhile its cell is worn, and kept until it is free
            pids = {await kept.cell.run(3, os.getpid) for _ in range(20)}
            assert len(pids) == 1
        async with asyncio.timeout(60):
            while len(pids) < 6:
                pids.add(await sandbox.run(3, os.getpid))
            while sum(map(_alive, pids)) > sandbox.size:  # noqa: ASYNC110 (the old ones end, and tell nobody)
                await asyncio.sleep(0.1)

    run(story)


def _alive(pid: int) -> bool:
    return pathlib.Path(f"/proc/{pid}").exists()


FAULTS = "[len(bytearray(8 << 20)) and __import__('resource').getrusage(0).ru_minflt for _ in range(3)]"


def test_memory_that_is_freed_is_used_again() -> None:
    async def story(sandbox: Sandbox) -> list[int]:
        faults: list[int] = await sandbox.run(3, eval, FAULTS)
        return faults

    _, before, after = run(story)
    assert after - before < 500  # of 2,048 pages


def test_signals_to_the_whole_group_leave_workers_at_work() -> None:
    async def story(sandbox: Sandbox) -> None:
        pid = await sandbox.run(3, os.getpid)
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(pid, number)
        assert await sandbox.run(3, os.getpid) == pid

    run(story, workers=1)


ORPHAN = """
import asyncio, os, time
from gateway.sandbox import Sandbox
async def main():
    sandbox = Sandbox(2)
    await sandbox.start()
    pids = {await sandbox.run(3, os.getpid) for _ in range(20)}
    hung = [asyncio.create_task(sandbox.run(60, time.sleep, 600)) for _ in range(2)]
    await asyncio.sleep(0.3)
    print(os.getpid(), flush=True)
    await asyncio.sleep(600)
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_hung_worker_ends_with_a_server_that_was_killed(tmp_path: pathlib.Path) -> None:
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, start_new_session=True) as server:
        assert server.stdout is not None
        assert int(server.stdout.readline()) == server.pid
        server.kill()
        server.wait()
        deadline = time.monotonic() + 3
        while (left := _of_session(server.pid)) and time.monotonic() < deadline:
            time.sleep(0.02)
        for pid in left:  # a failing test leaves nothing behind
            os.kill(pid, signal.SIGKILL)
        assert left == []


def _of_session(session: int) -> list[int]:
    """Processes of a session that still run."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found
