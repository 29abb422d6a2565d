"""What is counted for the operator: bounded labels, nothing about a pupil, a file or a client."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()

VERDICTS = Counter("verifications_total", "Reports made, by verdict.", ["verdict"], registry=REGISTRY)
PROBLEMS = Counter("problems_total", "Requests refused, by code of the problem.", ["code"], registry=REGISTRY)
SECONDS = Histogram(
    "verification_seconds",
    "Time from the whole upload to the report.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)


def text() -> bytes:
    """All counts in the format that Prometheus reads."""
    return generate_latest(REGISTRY)
