"""Where calls of the WeChat API arrive: faults, habits of HTTP, the work itself, the log."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, request

from simulator.answers import answered, bad_gateway, closed, truncated
from simulator.calls import Binary, Call
from simulator.errcodes import Errcode, error_body, new_rid
from simulator.families import ENDPOINTS
from simulator.families.token import check_access_token
from simulator.faults import Fault, struck_by
from simulator.library import UNDER_WAY, Publication
from simulator.limits import count_call
from simulator.push.pusher import Pusher
from simulator.rights import check_right
from simulator.state import State

LOGGED_BYTES = 4096
SECRETS = re.compile(
    r'((?:access_token|app_?secret|secret|session_key|js_code)(?:"\s*:\s*"|=))[^"&\s]+', re.IGNORECASE
)


def answer_call(state: State, pusher: Pusher) -> Response:
    """Answer the current request as WeChat would, with the faults that strike it."""
    started = time.monotonic()
    call = _call(state)
    struck = _struck(state, call)
    if "clock_skew" in struck:
        call.now += struck["clock_skew"].seconds
    if "publish_status" in struck:
        call.publish_status = struck["publish_status"].order.status
    with _in_flight(state, call):
        answer = _fault_before(state, call, struck)
        is_done = answer is None
        if answer is None:
            answer = answered(call.path, _work(state, call))
            _report(state, pusher, call, struck)
    # The work is done: a client that gives up now and comes again is not a second send in flight.
    sent = _fault_after(call, struck, answer) if is_done else answer
    _log(state, call, answer, struck, started)
    return sent


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
        host=f"{request.scheme}://{request.host}/",
        ip=request.remote_addr or "127.0.0.1",
    )


def _struck(state: State, call: Call) -> dict[str, Fault]:
    with state.lock:
        state.counters["calls"] += 1
        if not state.faults:
            return {}
        issued = state.tokens.get(call.query.get("access_token", ""))
        appid = issued.appid if issued else call.appid()
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


def _fault_before(state: State, call: Call, struck: dict[str, Fault]) -> Response | None:
    if "token_invalid" in struck:
        with state.lock:
            state.kill_token(call.query.get("access_token", ""))
    if "slow" in struck:
        struck["slow"].wait()
    if "timeout_before" in struck or "reset_before" in struck:
        if "timeout_before" in struck:
            struck["timeout_before"].wait()
        call.note = "connection closed, nothing done"
        return closed()
    if "html_502" in struck:
        return bad_gateway()
    if "errcode" in struck:
        return answered(call.path, error_body(Errcode(struck["errcode"].order.errcode or 0), call.rid))
    return None


def _fault_after(call: Call, struck: dict[str, Fault], answer: Response) -> Response:
    if "timeout_after" in struck or "reset_after" in struck:
        if "timeout_after" in struck:
            struck["timeout_after"].wait()
        call.note += ", answer withheld"
        return closed()
    if "empty_body" in struck:
        call.note += ", body withheld"
        return Response(b"", content_type=answer.content_type)
    if "truncated_body" in struck:
        call.note += ", answer cut off"
        return truncated(answer)
    return answer


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
    if "event_lost" in struck:
        return
    zero = "event_msgid_zero" in struck
    skew = struck["clock_skew"].seconds if "clock_skew" in struck else 0.0
    late = struck["event_late"].seconds if "event_late" in struck else 0.0
    for about in call.accepted:
        if isinstance(about, Publication) and about.status == UNDER_WAY:
            continue
        if "event_withheld" in struck:
            with state.lock:
                about.event_withheld = True
                state.withheld[about.msgid] = about
            state.note(about)
        elif "event_before_response" in struck:
            pusher.push_event(about, msgid_zero=zero, skew=skew)
        else:
            pusher.queue_event(about, msgid_zero=zero, seconds=late, skew=skew)
        if "event_twice" in struck:
            pusher.queue_event(about, msgid_zero=zero, seconds=late, skew=skew)


def _log(state: State, call: Call, answer: Response, struck: dict[str, Fault], started: float) -> None:
    is_closed = answer.is_streamed
    state.write_log(
        "in",
        call.method,
        call.path,
        query=request.query_string.decode("latin-1"),
        request=call.logged(LOGGED_BYTES),
        answer="" if is_closed else _text(answer)[:LOGGED_BYTES],
        status=None if is_closed else answer.status_code,
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
