"""Mini-program log-in: codes as wx.login hands them out, exchanged once."""

import base64
import secrets
from typing import Any

from simulator.calls import Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.token import credentials
from simulator.state import LoginCode, State

CODE_LIFE = 300.0


def make_login_code(state: State, appid: str, openid: str, unionid: str | None) -> str:
    """Hand out a code as wx.login would on this person's phone."""
    code = f"0{secrets.token_hex(15)}"
    state.codes[code] = LoginCode(appid, openid, unionid, state.now())
    return code


def jscode2session(state: State, call: Call) -> dict[str, Any]:
    """Exchange a code for openid and session_key.

    Raises 40029 unknown, expired or another appid's, 40163 used. unionid is there only for accounts
    bound to an open platform. Source: WeChat, code2Session.
    """
    query = call.query
    account = credentials(state, query.get("appid"), query.get("secret"))
    if account.kind != "mini_program":
        raise Errcode(40013)
    if not query.get("js_code"):
        raise Errcode(41008)
    if query.get("grant_type") != "authorization_code":
        raise Errcode(40002)
    code = state.codes.get(query["js_code"])
    if code is None or code.appid != account.appid:
        raise Errcode(40029)
    if code.used:
        raise Errcode(40163)
    if call.now - code.made_at >= CODE_LIFE:
        raise Errcode(40029)
    code.used = True
    session_key = base64.b64encode(secrets.token_bytes(16)).decode()
    answer = {"session_key": session_key, "openid": code.openid}
    if code.unionid:
        answer["unionid"] = code.unionid
    return answer


ENDPOINTS = [Endpoint("GET", "/sns/jscode2session", jscode2session, token=False)]
