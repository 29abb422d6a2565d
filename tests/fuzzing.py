"""Coverage-guided fuzzing of an entry: `make fuzz`, or `python tests/fuzzing.py pdf | qr | cms`, for FUZZ_MINUTES.

Needs atheris, which `make fuzz` installs. What was found stays in `var/fuzz/<entry>/`: inputs that reach something new,
to go on from, and whatever stopped the run (`crash-`, `timeout-`, `oom-`), to be made small and kept as a test in
`test_fuzzed.py`. Run on the machine of a developer: thirty minutes find what a test of a second does not, and no test
fails by chance.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import resource
import signal
import sys
import time
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import atheris

ROOT = Path(__file__).parents[1]
SECONDS = 1.0
"""Of the processor, for one input: a worker of the gateway has ten."""
HANGS = 20
"""Seconds by the clock after which an input hangs in native code; the machine has other things to do as well."""
MEBIBYTES = 256
"""What one input may take, above what the process has when it begins."""


class TooSlow(BaseException):
    """SECONDS are over. No Exception: the engine answers those."""


def main() -> None:
    """Fuzz the entry that is named until the time is over, or something is found."""
    name = sys.argv[1]
    with atheris.instrument_imports(include=["verify"]):
        entries: Any = importlib.import_module("entries")
    entry = entries.ENTRIES[name]
    folder = Path(os.environ.get("DATA_DIR", ROOT / "var")) / "fuzz" / name
    for part in ("seeds", "corpus", "slow"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(entry.seeds()):
        (folder / "seeds" / f"{number:03}").write_bytes(seed)
    slowest = SECONDS / 4

    def ask(content: bytes) -> None:
        nonlocal slowest
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            entry.ask(content)
        except BaseException:  # kept here: on its way out the fuzzer may be too late for it
            (folder / f"crash-{hashlib.sha256(content).hexdigest()[:16]}").write_bytes(content)
            raise
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        took = time.process_time() - begun
        if took > slowest:
            slowest = took
            (folder / "slow" / f"{1000 * took:.0f} ms").write_bytes(content)

    def bend(content: bytes, largest: int, seed: int) -> bytes:
        made: bytes = entry.bend(content, Random(seed), lambda some: atheris.Mutate(some, largest))  # noqa: S311 - it bends
        return made[:largest]

    signal.signal(signal.SIGPROF, _stop)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    atheris.Setup(
        [
            sys.argv[0],
            f"-max_total_time={round(60 * float(os.environ.get('FUZZ_MINUTES', '30')))}",
            f"-max_len={entry.largest}",
            f"-timeout={HANGS}",
            f"-rss_limit_mb={used + MEBIBYTES}",
            f"-artifact_prefix={folder}/",
            "-print_final_stats=1",
            *sys.argv[2:],
            str(folder / "corpus"),
            str(folder / "seeds"),
        ],
        ask,
        custom_mutator=bend,
    )
    atheris.Fuzz()


def _stop(_: int, __: FrameType | None) -> None:
    raise TooSlow


if __name__ == "__main__":
    main()
