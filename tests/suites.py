"""The public conformance suites, where CONFORMANCE_SUITES says they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def suite(name: str) -> Path:
    """A suite's file or folder. Skips, by name, where no suites are to be had; one that should be there must be."""
    root = os.environ.get("CONFORMANCE_SUITES")
    if root is None:
        pytest.skip(f"CONFORMANCE_SUITES is not set: {name}")
    path = Path(root) / name
    assert path.exists(), f"{name} is missing from CONFORMANCE_SUITES"
    return path
