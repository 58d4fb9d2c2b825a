"""Mini-program log-in: codes as wx.login hands them out, exchanged once."""

import base64
import hmac
import secrets
from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.token import credentials
from simulator.state import LoginCode, State
from simulator.ties import note_visit, seen_tie, tie_of

CODE_LIFE = 300.0


def make_login_code(state: State, appid: str, openid: str, unionid: str | None) -> str:
    """Hand out a code as wx.login would on this person's phone."""
    note_visit(state, appid, openid)
    code = f"0{secrets.token_hex(15)}"
    state.codes[code] = LoginCode(appid, openid, unionid, state.now())
    return code


def jscode2session(state: State, call: Call) -> dict[str, Any]:
    """Exchange a code for openid and session_key.

    Raises 40029 unknown, expired or another appid's, 40163 used, 40226 for a person of high risk. unionid
    is there only for accounts bound to an open platform. A new session_key ends the one before. Source:
    WeChat, code2Session.
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
    tie = tie_of(state, account.appid, code.openid)
    if tie.risky:
        raise Errcode(40226)
    code.used = True
    tie.session_key = _new_session_key()
    answer = {"session_key": tie.session_key, "openid": code.openid}
    if code.unionid:
        answer["unionid"] = code.unionid
    return answer


def checksession(state: State, call: Call) -> dict[str, Any]:
    """Say whether a session_key is still good, by a signature made with it.

    Raises 87009 if it is not, 87008. Source: WeChat, checkSessionKey.
    """
    _checked_openid(state, call, 87009)
    return OK


def resetusersessionkey(state: State, call: Call) -> dict[str, Any]:
    """Exchange a good session_key for a new one.

    Raises 87007 without a session, 87008, 87009. Source: WeChat, resetUserSessionKey.
    """
    openid = _checked_openid(state, call, 87007)
    tie = tie_of(state, call.owner().appid, openid)
    tie.session_key = _new_session_key()
    return OK | {"openid": openid, "session_key": tie.session_key}


def _checked_openid(state: State, call: Call, no_session: int) -> str:
    """Check the signature over nothing with the session_key; return the openid."""
    if call.query.get("sig_method") != "hmac_sha256":
        raise Errcode(87008)
    openid = call.query.get("openid", "")
    session_key = seen_tie(state, call.owner().appid, openid).session_key
    if not session_key:
        raise Errcode(no_session)
    if call.query.get("signature") != hmac.new(session_key.encode(), b"", "sha256").hexdigest():
        raise Errcode(87009)
    return openid


def _new_session_key() -> str:
    return base64.b64encode(secrets.token_bytes(16)).decode()


ENDPOINTS = [
    Endpoint("GET", "/sns/jscode2session", jscode2session, token=False),
    Endpoint("GET", "/wxa/checksession", checksession, kind="mini_program"),
    Endpoint("GET", "/wxa/resetusersessionkey", resetusersessionkey, kind="mini_program"),
]
