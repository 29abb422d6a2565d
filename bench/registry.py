"""How fast transcripts are registered in bulk, on SQLite and PostgreSQL: `python -m bench.registry [items]`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from office import office
from test_admin_transcripts import one

BULK = 10_000


def rate(database: str, items: int) -> float:
    """Items a second over HTTP calls of 10,000."""
    os.environ["REGISTRY"] = database
    with tempfile.TemporaryDirectory() as folder:
        desk = office(Path(folder))
        began = time.perf_counter()
        for start in range(0, items, BULK):
            said = {"items": [one(number) for number in range(start, min(start + BULK, items))]}
            response = desk.post("s-registrar", "/v1/admin/transcripts", said)
            assert response.is_success, response.text
        seconds = time.perf_counter() - began
        desk.engine.dispose()
    return items / seconds


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for name in ("sqlite", "postgresql"):
        print(f"{name:12}{rate(name, wanted):10,.0f} items/s")
