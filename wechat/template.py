"""The official account's template messages."""

from collections.abc import Mapping
from typing import Any

from wechat.accepted import read_accepted
from wechat.gateway import Gateway
from wechat.values import fit

TEMPLATE_SEND = "/cgi-bin/message/template/send"


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
    return read_accepted(gateway.post(TEMPLATE_SEND, body), TEMPLATE_SEND)
