"""The mini-program's log-in."""

from dataclasses import dataclass

from wechat.errors import NoClearAnswer
from wechat.gateway import Gateway

LOG_IN = "/sns/jscode2session"


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
    unionid = answer.get("unionid")
    return OpenSession(openid, unionid if isinstance(unionid, str) and unionid else None)
