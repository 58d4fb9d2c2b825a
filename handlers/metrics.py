"""What /metrics shows beside the calls to WeChat: requests, and what waits. No label tells of a person."""

from datetime import datetime
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.notices.waiting import waiting_of
from models.planned_run import late_runs
from wechat.metrics import CONTENT_TYPE, read_metrics

__all__ = ["CONTENT_TYPE", "count_request", "read_all"]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
METHODS = {"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"}
REQUESTS = Counter("http_requests", "Requests by method, route and status", ["method", "route", "status"])
LATENCY = Histogram("http_request_seconds", "How long answers took, by route", ["route"], buckets=SECONDS)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer; `route` is the rule (`/api/v1/gatherings/<int:gathering_id>`), never the address."""
    # A client may call its method what it likes: no new line for each.
    requests, latency = _lines(method if method in METHODS else "other", route, status)
    requests.inc()
    latency.observe(seconds)


@cache
def _lines(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return the two lines an answer counts in; the library takes its time to find them."""
    return REQUESTS.labels(method, route, status), LATENCY.labels(route)


def read_all(session: Session, now: datetime) -> bytes:
    """Return all figures in Prometheus's text format.

    What waits is read from the database now; a database that does not answer takes only that away.
    """
    try:
        return read_metrics() + _read_waiting(session, now)
    except SQLAlchemyError:
        session.rollback()
        return read_metrics()


def _read_waiting(session: Session, now: datetime) -> bytes:
    registry = CollectorRegistry()
    waiting = waiting_of(session, now=now)
    messages = Gauge("messages_waiting", "Messages that are not settled yet", ["state"], registry=registry)
    for state, count in waiting.by_state.items():
        messages.labels(state).set(count)
    oldest = Gauge(
        "messages_oldest_seconds", "How long the oldest message is due, 0 for none", registry=registry
    )
    oldest.set(waiting.oldest_due_seconds)
    late = Gauge("planned_runs_late", "Runs of the schedule ten minutes behind", registry=registry)
    late.set(late_runs(session, now=now))
    return generate_latest(registry)
