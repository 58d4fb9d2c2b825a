"""The mini-program's subscription messages."""

from collections.abc import Mapping
from typing import Any, Literal

from wechat.accepted import read_accepted
from wechat.gateway import Gateway
from wechat.values import fit

SUBSCRIBE_SEND = "/cgi-bin/message/subscribe/send"


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
    return read_accepted(gateway.post(SUBSCRIBE_SEND, body), SUBSCRIBE_SEND)
