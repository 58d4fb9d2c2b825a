"""Quotas: how much is left, and clearing them; and what became of a call, by its rid."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from simulator.accounts import Account
from simulator.calls import BY_PATH, OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.token import credentials
from simulator.limits import ANY, LIMITS, Usage, usage
from simulator.rights import may_call
from simulator.state import LogRow, State, day_of

ALL_A_MONTH, SINGLE_A_MONTH = 10, 50
RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")
RID_LIFE = 7 * 86_400.0
TOKEN = re.compile(r"(?<=access_token=)([^&]{8})[^&]*")


@dataclass
class Clearings:
    """How often an account cleared its counters this month: all at once, and one path at a time."""

    month: str = ""
    all: int = 0
    single: int = 0


def clearings(state: State, appid: str, now: float) -> Clearings:
    """Find how often an account cleared its counters in the month that it is in Shanghai."""
    found = state.of(appid, Clearings)
    month = day_of(now)[:7]
    if found.month != month:
        found.month, found.all, found.single = month, 0, 0
    return found


def get(state: State, call: Call) -> dict[str, Any]:
    """Tell a path's calls of today and what is left of them. Raises 76003, 76021, 76022.

    Source: WeChat, getApiQuota.
    """
    path = _cgi_path(call)
    found, limit = usage(state, call.owner().appid, call.now), LIMITS.get(path, ANY)
    most, used = found.most_a_day(path) or 0, found.used.get(path, 0)
    every = {"call_count": limit.often or 0, "refresh_second": limit.per if limit.often else 0}
    return {
        **OK,
        "quota": {"daily_limit": most, "used": used, "remain": most - used},
        "rate_limit": every,
        "component_rate_limit": {"call_count": 0, "refresh_second": 0},
    }


def clear_path(state: State, call: Call) -> dict[str, Any]:
    """Give one path its day again, 50 times a month. Raises 76003, 76021, 76022, 45009.

    Source: WeChat, clearApiQuota.
    """
    path, appid = _cgi_path(call), call.owner().appid
    cleared = clearings(state, appid, call.now)
    if cleared.single >= SINGLE_A_MONTH:
        raise Errcode(45009)
    cleared.single += 1
    usage(state, appid, call.now).clear(path)
    return OK


def clear(state: State, call: Call) -> dict[str, Any]:
    """Give every path of the account its day again. Raises 40013, 48006. Source: WeChat, clearQuota."""
    if call.json().get("appid") != call.owner().appid:
        raise Errcode(40013)
    return _clear_all(state, call.owner(), call.now)


def clear_by_secret(state: State, call: Call) -> dict[str, Any]:
    """Do the same for whoever knows the secret, told in the query or in the body.

    Raises 41002, 41004, 40013, 40125, 40243, 48006. Source: WeChat, clearQuotaByAppSecret.
    """
    told = call.query if "appid" in call.query or not call.body else call.json()
    return _clear_all(state, credentials(state, told.get("appid"), told.get("appsecret")), call.now)


def get_rid(state: State, call: Call) -> dict[str, Any]:
    """Tell what was asked and answered under a rid. Raises 76002, 76004, 76001, 76003.

    Source: WeChat, getRidInfo.
    """
    rid = call.json().get("rid")
    if not isinstance(rid, str) or not RID.fullmatch(rid):
        raise Errcode(76002)
    if call.now - int(rid[:8], 16) > RID_LIFE:
        raise Errcode(76004)
    row = next((row for row in reversed(state.log) if row.rid == rid), None)
    if row is None:
        raise Errcode(76001)
    if "/sns/" in row.path:
        raise Errcode(76022)
    if _caller(state, row) != call.owner().appid:
        raise Errcode(76003)
    asked = {
        "invoke_time": int(row.at),
        "cost_in_ms": row.ms,
        "request_url": TOKEN.sub(r"\1xxxx", row.query),
        "request_body": row.request.decode("utf-8", "replace"),
        "response_body": row.answer,
        "client_ip": row.ip,
    }
    return OK | {"request": asked}


def _cgi_path(call: Call) -> str:
    path = call.json().get("cgi_path")
    if not isinstance(path, str) or not path.startswith("/"):
        raise Errcode(76003)
    if "/sns/" in path:
        raise Errcode(76022)
    endpoint = BY_PATH.get(path)
    if endpoint is None:
        raise Errcode(76021)
    if not may_call(call.owner(), endpoint):
        raise Errcode(76022)
    return path


def _clear_all(state: State, account: Account, now: float) -> dict[str, Any]:
    cleared = clearings(state, account.appid, now)
    if cleared.all >= ALL_A_MONTH:
        raise Errcode(48006)
    cleared.all += 1
    found: Usage = usage(state, account.appid, now)
    for path in {*found.used, *found.granted}:
        found.clear(path)
    return OK


def _caller(state: State, row: LogRow) -> str | None:
    tokens = parse_qs(row.query).get("access_token", [""])
    issued = state.tokens.get(tokens[0])
    return issued.appid if issued else None


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/openapi/quota/get", get),
    Endpoint("POST", "/cgi-bin/openapi/quota/clear", clear_path),
    Endpoint("POST", "/cgi-bin/clear_quota", clear),
    Endpoint("POST", "/cgi-bin/clear_quota/v2", clear_by_secret, token=False),
    Endpoint("POST", "/cgi-bin/openapi/rid/get", get_rid),
]
