"""Who follows the official account."""

from dataclasses import dataclass

from wechat.gateway import Gateway
from wechat.transport import whole_number


@dataclass(frozen=True)
class Follower:
    """What the account may know of one openid; `unionid` is a hint, never a right."""

    openid: str
    is_following: bool
    unionid: str | None


def user_info(gateway: Gateway, openid: str) -> Follower:
    """Ask whether an openid follows the account. WechatError. Source: WeChat, "Get user info"."""
    answer = gateway.get("/cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"})
    unionid = answer.get("unionid")
    follows = whole_number(answer.get("subscribe")) == 1
    return Follower(openid, follows, unionid if isinstance(unionid, str) and unionid else None)
