"""What files that are made to harm take: processor time and memory of each class, `python -m bench.hostile`.

Each is read and judged alone in a process of its own, as a worker does it, after a file of the usual kind has warmed it
up. Memory is what the process then grows by, at its peak. What comes of the file is told beside it.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from hostile import FILES
from running import tiny

from verify.documents import open_document
from verify.evidence import Unreadable
from verify.policy import HB_1
from verify.procedure import judge
from verify.trust import TrustSnapshot


def main() -> None:
    """Print one table."""
    print(f"{'class':24} {'KB':>6} {'seconds':>8} {'MiB':>6}  answer")
    pool = multiprocessing.get_context("spawn")
    for name, make in FILES.items():
        with pool.Pool(1) as workers:
            size, seconds, grown, answer = workers.apply(measured, (make,))
        print(f"{name:24} {size // 1024:6} {seconds:8.2f} {grown / 1024:6.0f}  {answer}", flush=True)


def measured(make: Callable[[], bytes]) -> tuple[int, float, int, str]:
    """Bytes, seconds of the processor, kibibytes of memory, and what was answered."""
    asked(tiny().pdf)
    content = make()
    before, begin = peak(), time.process_time()
    answer = asked(content)
    return len(content), time.process_time() - begin, peak() - before, answer


def asked(content: bytes) -> str:
    """The verdict and its reasons, or why there is none."""
    try:
        evidence = open_document(content)
    except Unreadable as why:
        return f"{why.code} {why.limit}".strip()
    report = judge(evidence, TrustSnapshot(0, ""), HB_1, datetime.now(UTC))
    facts = [dict(one.facts) for one in report.findings if one.code == "CANNOT_BE_JUDGED"]
    return f"{report.verdict.value} {', '.join(report.reasons)} {facts or ''}".strip()


def peak() -> int:
    """Kibibytes that the process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
