"""What the calls to WeChat cost and how they end, as Prometheus reads it; no label tells of a person.

With PROMETHEUS_MULTIPROC_DIR in the environment the figures of all processes that share it are one.
"""

import os
from pathlib import Path

FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
if FOLDER:  # the library expects it to be there when it is imported
    Path(FOLDER).mkdir(parents=True, exist_ok=True)

from prometheus_client import (  # noqa: E402 (the folder above comes first)
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead  # noqa: E402

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

CALLS = Counter("wechat_calls", "Calls by path and how they ended", ["path", "errcode"])
"""`errcode` is WeChat's number, "unknown" for one that our table lacks, "not_sent" or "unclear"."""
LATENCY = Histogram("wechat_call_seconds", "How long calls took, by path", ["path"], buckets=SECONDS)
TOKEN_FETCHES = Counter("wechat_token_fetches", "Access tokens asked for")
BREAKER = Gauge(
    "wechat_breaker_open",
    "1 while WeChat counts as down in some process",
    multiprocess_mode="livemax",
)


def read_metrics() -> bytes:
    """Return all figures in Prometheus's text format, of every process that shares the folder."""
    if not FOLDER:
        return generate_latest(REGISTRY)
    for path in Path(FOLDER).glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        if not _lives(pid):
            mark_process_dead(pid, FOLDER)  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    MultiProcessCollector(registry, FOLDER)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # asks, does nothing; macOS has no /proc
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's
    return True
