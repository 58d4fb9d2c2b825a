"""Where calls of the WeChat API arrive: faults, habits of HTTP, the work itself, the log."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, request

from simulator.calls import Binary, Call
from simulator.errcodes import Errcode, error_body, new_rid
from simulator.families import ENDPOINTS
from simulator.families.token import check_access_token
from simulator.faults import Fault, struck_by
from simulator.library import UNDER_WAY, Publication
from simulator.limits import count_call
from simulator.push import Pusher
from simulator.rights import check_right
from simulator.state import State

LOGGED_BYTES = 4096
SECRETS = re.compile(
    r'((?:access_token|app_?secret|secret|session_key|js_code)(?:"\s*:\s*"|=))[^"&\s]+', re.IGNORECASE
)
BAD_GATEWAY = (
    "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"
)


def answer_call(state: State, pusher: Pusher) -> Response:
    """Answer the current request as WeChat would, with the faults that strike it."""
    started = time.monotonic()
    call = _call(state)
    struck = _struck(state, call)
    if "publish_status" in struck:
        call.publish_status = struck["publish_status"].order.status
    answer: Response | None = None
    with _in_flight(state, call):
        if "slow" in struck:
            struck["slow"].lifted.wait(struck["slow"].seconds)
        answer = _fault_before(call, struck)
        if answer is None:
            answer = _answered(_work(state, call))
            _report(state, pusher, call, struck)
    # The work is done: a client that gives up now and comes again is not a second send in flight.
    if "timeout_after" in struck:
        struck["timeout_after"].lifted.wait(struck["timeout_after"].seconds)
        call.note += ", answer withheld"
        withheld, answer = answer, _closed_connection()
        _log(state, call, withheld, struck, started)
        return answer
    _log(state, call, answer, struck, started)
    return answer


def _call(state: State) -> Call:
    now = state.now()
    return Call(
        method=request.method,
        path=request.path,
        query=request.args,
        body=request.get_data(cache=False),
        rid=new_rid(now),
        now=now,
        content_type=request.content_type or "",
        host=request.host_url,
        ip=request.remote_addr or "127.0.0.1",
    )


def _struck(state: State, call: Call) -> dict[str, Fault]:
    with state.lock:
        state.counters["calls"] += 1
        if not state.faults:
            return {}
        issued = state.tokens.get(call.query.get("access_token", ""))
        appid = issued.appid if issued else call.query.get("appid")
        return struck_by(state.faults, call.path, call.openid(), appid)


@contextmanager
def _in_flight(state: State, call: Call) -> Iterator[None]:
    endpoint = ENDPOINTS.get(call.path)
    openid = call.openid() if endpoint is not None and endpoint.one_at_a_time else None
    if openid is None:
        yield
        return
    key, flight = (call.path, openid), state.in_flight
    with state.lock:
        call.is_second = flight[key] > 0
        flight[key] += 1
        most = state.counters["concurrent_same_openid_max"]
        state.counters["concurrent_same_openid_max"] = max(most, flight[key])
    try:
        yield
    finally:
        with state.lock:
            flight[key] -= 1
            if not flight[key]:
                del flight[key]


def _fault_before(call: Call, struck: dict[str, Fault]) -> Response | None:
    if "reset_before" in struck:
        call.note = "connection closed, nothing done"
        return _closed_connection()
    if "html_502" in struck:
        return Response(BAD_GATEWAY, 502, mimetype="text/html")
    if "errcode" in struck:
        return _json(error_body(Errcode(struck["errcode"].order.errcode or 0), call.rid))
    return None


def _work(state: State, call: Call) -> dict[str, Any] | Binary:
    endpoint = ENDPOINTS.get(call.path)
    with state.lock:
        try:
            if endpoint is None:
                state.counters["not_simulated"] += 1
                call.note = "not simulated"
                raise Errcode(40066)
            if call.method != endpoint.method:
                raise Errcode(43001 if endpoint.method == "GET" else 43002)
            if endpoint.token:
                call.account = check_access_token(state, call.query.get("access_token"), call.now)
            check_right(call.account, endpoint)
            count_call(state, call)
            return endpoint.work(state, call)
        except Errcode as refused:
            return error_body(refused, call.rid)


def _report(state: State, pusher: Pusher, call: Call, struck: dict[str, Fault]) -> None:
    zero = "event_msgid_zero" in struck
    for message in call.accepted:
        under_way = isinstance(message, Publication) and message.status == UNDER_WAY
        if under_way or "event_lost" in struck:
            continue
        if "event_withheld" in struck:
            with state.lock:
                message.event_withheld = True
                state.withheld[message.msgid] = message
        elif "event_before_response" in struck:
            pusher.push_event(message, msgid_zero=zero)
        else:
            pusher.queue_event(message, msgid_zero=zero)
        if "event_twice" in struck:
            pusher.queue_event(message, msgid_zero=zero)


def _answered(answer: dict[str, Any] | Binary) -> Response:
    if isinstance(answer, dict):
        return _json(answer)
    headers = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
    return Response(answer.content, content_type=answer.mime, headers=headers)


def _json(answer: dict[str, Any]) -> Response:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return Response(body, content_type="application/json; encoding=utf-8")


def _closed_connection() -> Response:
    # A body that breaks before its first byte: the server then closes the connection without a head.
    return Response(_broken(), headers={"Content-Length": "1"})


def _broken() -> Iterator[bytes]:
    raise ConnectionAbortedError
    yield b""


def _log(state: State, call: Call, answer: Response, struck: dict[str, Fault], started: float) -> None:
    closed = answer.is_streamed
    state.write_log(
        "in",
        call.method,
        call.path,
        query=request.query_string.decode("latin-1"),
        request=call.logged(LOGGED_BYTES),
        answer="" if closed else _text(answer)[:LOGGED_BYTES],
        status=None if closed else answer.status_code,
        ms=int(1000 * (time.monotonic() - started)),
        rid=call.rid,
        ip=call.ip,
        faults=list(struck),
        note=call.note,
    )


def _text(answer: Response) -> str:
    if (answer.mimetype or "").startswith(("application/json", "text/")):
        return answer.get_data(as_text=True)
    return f"[{answer.mimetype}, {len(answer.get_data())} bytes]"


def masked(text: str) -> str:
    """Cover tokens, secrets, codes and session keys before a log row is shown."""
    return SECRETS.sub(r"\1***", text)
