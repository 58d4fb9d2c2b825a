"""The official account's calls: template messages and followers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wechat.errors import NoClearAnswer
from wechat.gateway import Gateway
from wechat.values import fit

TEMPLATE_SEND = "/cgi-bin/message/template/send"


@dataclass(frozen=True)
class Follower:
    """What the account may know of one openid; `unionid` is a hint, never a right."""

    openid: str
    is_following: bool
    unionid: str | None


def send_template(
    gateway: Gateway,
    openid: str,
    template_id: str,
    fields: Mapping[str, str],
    *,
    client_msg_id: str,
    url: str | None = None,
    mini_page: tuple[str, str] | None = None,
) -> str:
    """Send one template message and return WeChat's msgid as text, "0" or "" when it gives none.

    `fields` maps template keys such as "thing1" to text, made to obey the value rules here. The same
    `client_msg_id` to the same openid goes out once within ten minutes. `mini_page` is (appid, path) and
    wins over `url`. The msgid means accepted; delivery comes as a push. WechatError, NotSent,
    NoClearAnswer. Source: WeChat, "Send template message".
    """
    body: dict[str, Any] = {
        "touser": openid,
        "template_id": template_id,
        "client_msg_id": client_msg_id,
        "data": {key: {"value": fit(value, key)} for key, value in fields.items()},
    }
    if url is not None:
        body["url"] = url
    if mini_page is not None:
        body["miniprogram"] = {"appid": mini_page[0], "pagepath": mini_page[1]}
    answer = gateway.post(TEMPLATE_SEND, body)
    if "errcode" not in answer:
        raise NoClearAnswer(None, "an answer without errcode", path=TEMPLATE_SEND)
    return str(answer.get("msgid", ""))


def user_info(gateway: Gateway, openid: str) -> Follower:
    """Ask whether an openid follows the account. WechatError. Source: WeChat, "Get user info"."""
    answer = gateway.get("/cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"})
    return Follower(openid, answer.get("subscribe") == 1, answer.get("unionid") or None)
