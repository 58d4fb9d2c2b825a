"""/healthz, /readyz and /metrics: is the process alive, are its parts there, how do the calls go."""

import hmac
import logging
from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, abort, jsonify, request
from sqlalchemy import text
from sqlalchemy.exc import InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from handlers.edge import Edge, current
from handlers.metrics import CONTENT_TYPE, read_all
from models.migrate import newest
from models.notices.waiting import oldest_due_seconds

health = APIBlueprint("health", __name__, enable_openapi=False)
FARTHEST = 5.0  # seconds between the clocks of web and database
FINDINGS = ("disk", "migration", "clocks")
PATIENCE = "3s"  # who asks whether we are ready will not wait for a slow database

log = logging.getLogger(__name__)


@health.get("/healthz")
def alive() -> Any:
    """Answer as long as the process does."""
    return jsonify({"ok": True})


@health.get("/readyz")
def ready() -> Any:
    """200 when database, its disk, migration and clocks are right, else 503 with what is not.

    Redis down is reported and does not refuse traffic: it costs speed only.
    """
    edge = current()
    try:
        found = _look_at_database(edge)
    except SQLAlchemyError as failure:
        edge.session.rollback()
        log.error("not ready: the database fails with %s", type(getattr(failure, "orig", failure)).__name__)
        found = {"database": "down"}
    try:
        edge.parts.redis.ping()
        redis = "up"
    except Exception:  # any failure of any kind is the same answer
        redis = "down"
    is_ready = found["database"] == "up" and all(found[name] for name in FINDINGS)
    return jsonify({"ok": is_ready, **found, "redis": redis}), 200 if is_ready else 503


def _look_at_database(edge: Edge) -> dict[str, Any]:
    """Return what the database says of itself. SQLAlchemyError where it says nothing within seconds."""
    edge.session.execute(text(f"SET LOCAL statement_timeout = '{PATIENCE}'"))
    row = edge.session.execute(
        text(
            "SELECT clock_timestamp() AS at, (SELECT version_num FROM alembic_version) AS revision,"
            " current_setting('transaction_read_only') = 'off' AS writable"
        )
    ).one()
    oldest = oldest_due_seconds(edge.session, now=edge.now)
    # The real clocks, whatever clock the process was given.
    apart = abs((datetime.now(UTC) - row.at).total_seconds())
    return {
        "database": "up",
        "disk": row.writable and _has_room(edge.session),
        "migration": row.revision == newest(),
        "clocks": apart <= FARTHEST,
        "clocks_apart_seconds": round(apart, 3),
        "oldest_queued_seconds": None if oldest is None else round(oldest, 1),
    }


def _has_room(session: Session) -> bool:
    """Say whether the database can write a file: reading goes on for long where nothing can be kept."""
    try:
        with session.begin_nested():
            session.execute(text("SET LOCAL work_mem = '64kB'"))
            # Too much for that memory: written beside the tables, and gone with the statement.
            session.execute(text("SELECT count(*) FROM generate_series(1, 9000)"))
    except (OperationalError, InternalError) as failure:
        if failure.connection_invalidated:
            raise
        return False
    return True


@health.get("/metrics")
def metrics() -> Response:
    """What all processes counted and what waits, for whoever has METRICS_TOKEN; 404 for everybody else.

    "Authorization: Bearer <token>". Not set, it answers nobody. Without a database there is less to show.
    """
    edge = current()
    wanted = edge.parts.metrics_token
    given = request.headers.get("Authorization", "")
    if not wanted or not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        abort(404)
    return Response(read_all(edge.session, edge.now), content_type=CONTENT_TYPE)
