"""/healthz, /readyz and /metrics: is the process alive, are its parts there, how do the calls go."""

import hmac
from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, abort, jsonify, request
from sqlalchemy import text

from handlers.edge import current
from models.migrate import newest
from wechat.metrics import CONTENT_TYPE, read_metrics

health = APIBlueprint("health", __name__, enable_openapi=False)
FARTHEST = 5.0  # seconds between the clocks of web and database


@health.get("/healthz")
def alive() -> Any:
    """Answer as long as the process does."""
    return jsonify({"ok": True})


@health.get("/readyz")
def ready() -> Any:
    """200 when database, migration, redis and clocks are right, else 503 with what is not.

    Redis down is reported and does not refuse traffic: it costs speed only.
    """
    edge = current()
    row = edge.session.execute(
        text(
            "SELECT clock_timestamp() AS at, (SELECT version_num FROM alembic_version) AS revision,"
            " (SELECT extract(epoch FROM :now - min(not_before)) FROM delivery"
            " WHERE state = 'queued' AND not_before <= :now) AS oldest"
        ),
        {"now": edge.now},
    ).one()
    # The real clocks, whatever clock the process was given.
    apart = abs((datetime.now(UTC) - row.at).total_seconds())
    try:
        edge.parts.redis.ping()
        redis = "up"
    except Exception:  # any failure of any kind is the same answer
        redis = "down"
    findings = {
        "migration": row.revision == newest(),
        "clocks": apart <= FARTHEST,
    }
    body = {
        "ok": all(findings.values()),
        **findings,
        "clocks_apart_seconds": round(apart, 3),
        "redis": redis,
        "oldest_queued_seconds": None if row.oldest is None else round(float(row.oldest), 1),
    }
    return jsonify(body), 200 if body["ok"] else 503


@health.get("/metrics")
def metrics() -> Response:
    """The calls to WeChat of all processes, for whoever has METRICS_TOKEN; 404 for everybody else.

    "Authorization: Bearer <token>". Not set, it answers nobody.
    """
    wanted = current().parts.metrics_token
    given = request.headers.get("Authorization", "")
    if not wanted or not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        abort(404)
    return Response(read_metrics(), content_type=CONTENT_TYPE)
