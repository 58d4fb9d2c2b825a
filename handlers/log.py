"""What the processes write about their work: one line of JSON an event, nothing of what was typed.

Every line of a request carries its id, which the answer carries too; a trusted proxy may give it.
"""

import logging
import logging.config
import re
import time
import traceback
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from secrets import token_hex
from typing import Any, cast

from flask import Response, current_app, g, has_request_context, request
from pythonjsonlogger.json import JsonFormatter

from handlers.edge import App
from handlers.metrics import count_request

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[0-9A-Za-z-]{8,64}")
SLOW = 1.0  # seconds
FIELDS = ("levelname", "name", "message")

log = logging.getLogger(__name__)


class Lines(JsonFormatter):
    """Formats a record as one line; `part` is the process it comes from: web or jobs."""

    def __init__(self, part: str) -> None:
        renamed = {"levelname": "level", "name": "logger", "exc_info": "trace"}
        super().__init__(
            FIELDS,
            timestamp="at",
            json_ensure_ascii=False,
            rename_fields=renamed,
            static_fields={"part": part},
        )

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: Any) -> None:
        """Add the request's id to what belongs to one."""
        super().add_fields(log_data, record, message_dict)
        if has_request_context() and "request_id" in g:
            log_data["request"] = g.request_id

    def formatException(self, ei: Any) -> list[str]:  # type: ignore[override]
        """Return where it happened and the kinds of exception, the cause first.

        Without their words: what somebody typed may stand in them.
        """
        caught: BaseException | None = ei[1]
        lines: list[str] = []
        while caught is not None:
            frames = traceback.walk_tb(caught.__traceback__)
            places = [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in frames]
            lines[:0] = [*places, type(caught).__name__]
            caught = caught.__cause__ or (None if caught.__suppress_context__ else caught.__context__)
        return lines


def log_config(part: str) -> dict[str, Any]:
    """Return logging's configuration for one kind of process, granian's own lines included."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": Lines, "part": part}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
        # It tells of each tick; the ticks' runs tell of themselves where there is something to tell.
        "loggers": {"_granian": {}, "granian.access": {}, "apscheduler": {"level": "WARNING"}},
    }


def _given_id(trusted: Iterable[IPv4Network | IPv6Network]) -> str | None:
    """Return the id that a trusted proxy gave this request."""
    given = request.headers.get(HEADER, "")
    if not GIVEN.fullmatch(given):
        return None
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return None
    return given if any(address in network for network in trusted) else None


def register(app: App) -> None:
    """Give each request of `app` its id; count how it ended, and write it where it was refused or slow."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.request_id = _given_id(cast(App, current_app).parts.trusted_proxies) or token_hex(8)

    @app.after_request
    def end(response: Response) -> Response:
        # The rule and never the address: there are names, codes and links in addresses.
        route = request.url_rule.rule if request.url_rule else "-"
        seconds = time.perf_counter() - g.began
        response.headers[HEADER] = g.request_id
        count_request(request.method, route, response.status_code, seconds)
        told = {"method": request.method, "route": route, "status": response.status_code}
        # The proxy has a line for each answer, by the same id: another one costs a tenth of a check-in.
        worth_a_line = response.status_code >= 400 or seconds >= SLOW
        level = logging.INFO if worth_a_line else logging.DEBUG
        log.log(level, "answered", extra=told | {"ms": round(seconds * 1000, 1)})
        return response
