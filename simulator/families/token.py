"""Access tokens: stable_token, token, and the check that every other call makes."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.accounts import Account
from simulator.calls import Call, Endpoint
from simulator.errcodes import Errcode
from simulator.limits import count
from simulator.state import IssuedToken, State, TokenLine, day_of

LIFE = 7200.0
OVERLAP = 300.0
FORCE_APART = 30.0
FORCE_A_DAY = 20
LENGTH = 512
SHAPE = re.compile(r"\d{1,3}_[A-Za-z0-9_-]{64,}")


@dataclass
class AppSecret:
    """What the console did to an account's secret."""

    frozen: bool = False


def credentials(state: State, appid: object, secret: object) -> Account:
    """Find the account by appid and secret. Raises 41002, 41004, 40013, 40125, 40243 frozen."""
    if not appid:
        raise Errcode(41002)
    if not secret:
        raise Errcode(41004)
    account = state.accounts.get(appid) if isinstance(appid, str) else None
    if account is None:
        raise Errcode(40013)
    if secret != account.secret:
        raise Errcode(40125)
    if state.of(account.appid, AppSecret).frozen:
        raise Errcode(40243)
    return account


def check_access_token(state: State, token: str | None, now: float) -> Account:
    """Find whose token this is. Raises 41001 absent, 40014 misshapen, 40001 killed or unknown, 42001 old."""
    if not token:
        raise Errcode(41001)
    issued = state.tokens.get(token)
    if issued is None or issued.appid not in state.accounts:
        raise Errcode(40001 if SHAPE.fullmatch(token) else 40014)
    if issued.killed:
        raise Errcode(40001)
    if now >= issued.valid_until:
        raise Errcode(42001)
    return state.accounts[issued.appid]


def stable_token(state: State, call: Call) -> dict[str, Any]:
    """Answer the same token until its last 300 s, then a new one while both are valid for 300 s.

    force_refresh kills the old token at once, works once in 30 s (an earlier one answers the present
    token) and 20 times a day. Raises 45009, 45011 and what _admit does. Source: WeChat, getStableAccessToken.
    """
    asked = call.json()
    account = _admit(state, call, asked)
    line = state.token_lines.setdefault((account.appid, "stable"), TokenLine())
    current = state.tokens.get(line.current or "")
    if asked.get("force_refresh") is True and _may_force(line, call.now):
        if current is not None:
            current.killed = True
        return _issue(state, account.appid, line, call.now)
    if current is not None and not current.killed and current.valid_until - call.now > OVERLAP:
        return {"access_token": line.current, "expires_in": int(current.valid_until - call.now)}
    _overlap(current, call.now)
    return _issue(state, account.appid, line, call.now)


def plain_token(state: State, call: Call) -> dict[str, Any]:
    """Answer a new token each time; the one before stays good for 300 s. Source: WeChat, getAccessToken."""
    account = _admit(state, call, call.query)
    line = state.token_lines.setdefault((account.appid, "plain"), TokenLine())
    _overlap(state.tokens.get(line.current or ""), call.now)
    return _issue(state, account.appid, line, call.now)


def _admit(state: State, call: Call, asked: Mapping[str, object]) -> Account:
    """Find who asks for a token. Raises 41002, 41004, 40013, 40125, 40243, 40002, 40164, 45009, 45011."""
    account = credentials(state, asked.get("appid"), asked.get("secret"))
    if asked.get("grant_type") != "client_credential":
        raise Errcode(40002)
    if not account.lets_in(call.ip):
        ipv6 = call.ip if ":" in call.ip else f"::ffff:{call.ip}"
        raise Errcode(40164, f"invalid ip {call.ip} ipv6 {ipv6}, not in whitelist")
    count(state, account.appid, call.path, call.now)
    state.token_fetches[account.appid] += 1
    return account


def _may_force(line: TokenLine, now: float) -> bool:
    line.forced_at = [at for at in line.forced_at if day_of(at) == day_of(now)]
    if line.forced_at and now - line.forced_at[-1] < FORCE_APART:
        return False
    if len(line.forced_at) >= FORCE_A_DAY:
        raise Errcode(45009)
    line.forced_at.append(now)
    return True


def _overlap(old: IssuedToken | None, now: float) -> None:
    # A token already expired stays so; a clock set back must not revive it for longer either.
    if old is not None and now < old.valid_until:
        old.valid_until = now + OVERLAP


def _issue(state: State, appid: str, line: TokenLine, now: float) -> dict[str, Any]:
    # As long as WeChat tells everybody to leave room for.
    line.current = f"92_{secrets.token_urlsafe(LENGTH)}"[:LENGTH]
    state.tokens[line.current] = IssuedToken(appid, now + LIFE)
    return {"access_token": line.current, "expires_in": int(LIFE)}


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/stable_token", stable_token, token=False),
    Endpoint("GET", "/cgi-bin/token", plain_token, token=False),
]
