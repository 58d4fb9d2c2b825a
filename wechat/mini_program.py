"""The mini-program's calls: log-in and subscription messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wechat.errors import NoClearAnswer
from wechat.gateway import Gateway
from wechat.values import fit

LOG_IN = "/sns/jscode2session"
SUBSCRIBE_SEND = "/cgi-bin/message/subscribe/send"


@dataclass(frozen=True)
class OpenSession:
    """Who a log-in code belongs to; WeChat's session_key is dropped unread."""

    openid: str
    unionid: str | None


def log_in(gateway: Gateway, code: str) -> OpenSession:
    """Exchange a wx.login code, good once and for five minutes, for the person's openid.

    WechatError: 40029 and 40163 for a bad or used code, 40226 for a person WeChat holds back.
    Source: WeChat, "code2Session".
    """
    answer = gateway.get_without_token(
        LOG_IN,
        {
            "appid": gateway.app.appid,
            "secret": gateway.app.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        },
    )
    openid = answer.get("openid")
    if not openid or not isinstance(openid, str):
        raise NoClearAnswer(None, "an answer without openid", path=LOG_IN)
    return OpenSession(openid, answer.get("unionid") or None)


def send_subscribe(
    gateway: Gateway,
    openid: str,
    template_id: str,
    values: Mapping[str, str],
    *,
    page: str | None,
    state: Literal["formal", "trial", "developer"] = "formal",
) -> str:
    """Send one subscription message and return WeChat's msgid as text, "" when it gives none.

    `values` maps template keys such as "thing1" to text, made to obey the value rules here. `page` is where a
    tap leads, with its query; `state` is the release it leads to. The msgid means accepted; delivery comes as
    a push. Nothing makes a second call the same message: after NoClearAnswer nobody knows whether it went
    out, so it must not be repeated. WechatError: 43101 where the person allows none (or no more); NotSent.
    Source: WeChat, "Send subscription message".
    """
    body: dict[str, Any] = {
        "touser": openid,
        "template_id": template_id,
        "miniprogram_state": state,
        "lang": "zh_CN",
        "data": {key: {"value": fit(value, key)} for key, value in values.items()},
    }
    if page is not None:
        body["page"] = page
    answer = gateway.post(SUBSCRIBE_SEND, body)
    if "errcode" not in answer:
        raise NoClearAnswer(None, "an answer without errcode", path=SUBSCRIBE_SEND)
    return str(answer.get("msgid", ""))
