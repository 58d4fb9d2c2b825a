"""Bodies of a push: XML or JSON, plain, compatible or safe, and the query that signs them."""

import json
import re
import secrets
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from simulator.accounts import Account
from simulator.library import REPRINT, MassSend, MediaCheck, Publication
from simulator.push.crypto import encrypt, sign
from simulator.state import Reported

# What XML 1.0 cannot carry at all.
UNSPEAKABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# No follower did it, and yet WeChat names somebody.
ADMINISTRATOR = "oAdministratorOfTheAccount00"


@dataclass(frozen=True)
class Push:
    """One message or event for an account's callback; every try carries the same numbers.

    `about` says in the call log which one of its kind it is, `skew` by how many seconds the clock of whoever
    pushes is off.
    """

    account: Account
    openid: str
    create_time: int
    msg_type: str
    fields: dict[str, Any] = field(default_factory=dict)
    msg_id: int | None = None
    about: str = ""
    skew: float = 0.0

    def at_another_time(self, seconds: float) -> "Push":
        """Return the push as a clock that is off by so many seconds writes it."""
        created, fields = self.create_time + int(seconds), self.fields
        if "CreateTime" in fields:
            fields = {**fields, "CreateTime": str(created)}
        return replace(self, create_time=created, fields=fields, skew=self.skew + seconds)

    @property
    def label(self) -> str:
        """Name the push in the call log."""
        return str(self.fields.get("Event", self.msg_type))


def push_request(push: Push, now: float) -> tuple[dict[str, str], bytes, str]:
    """Make one try: the query, the body, its content type. Timestamp and nonce are fresh each time.

    Source: WeChat, message push: signature over token, timestamp, nonce; msg_signature also over the
    cipher text.
    """
    account, timestamp, nonce = push.account, str(int(now)), str(secrets.randbelow(10**9))
    query = {
        "signature": sign(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": push.openid,
    }
    content = message_fields(push)
    if account.push_mode != "plain":
        assert account.aes_key is not None  # noqa: S101  the account's own rule
        cipher = encrypt(write(account, content), account.aes_key, account.appid)
        query |= {"encrypt_type": "aes", "msg_signature": sign(account.token, timestamp, nonce, cipher)}
        plain = {"ToUserName": account.original_id} if account.push_mode == "safe" else content
        content = {**plain, "Encrypt": cipher}
    kind = "application/json" if account.push_format == "json" else "text/xml"
    return query, write(account, content).encode(), kind


def verification(account: Account, now: float) -> tuple[dict[str, str], str]:
    """Make the query that asks whether a callback is the owner's, and what it has to answer."""
    timestamp, nonce, echo = str(int(now)), str(secrets.randbelow(10**9)), str(secrets.randbelow(10**19))
    signature = sign(account.token, timestamp, nonce)
    return {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}, echo


def message_fields(push: Push) -> dict[str, Any]:
    """List the elements of a push in WeChat's order."""
    content = {
        "ToUserName": push.account.original_id,
        "FromUserName": push.openid,
        "CreateTime": push.create_time,
        "MsgType": push.msg_type,
        **push.fields,
    }
    if push.msg_id is not None:
        content["MsgId"] = push.msg_id
    return content


def write(account: Account, content: dict[str, Any]) -> str:
    """Write elements as the account's push format wants them."""
    if account.push_format == "json":
        return json.dumps(content, ensure_ascii=False)
    return f"<xml>{_elements(content)}</xml>"


def signed_url(url: str, query: dict[str, str]) -> str:
    """Add the query to the callback's address, which may have one of its own."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _elements(content: dict[str, Any]) -> str:
    rows = [(name, row) for name, value in content.items() for row in _rows(value)]
    return "".join(f"<{name}>{_value(row)}</{name}>" for name, row in rows)


def _rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _elements(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.6f}"
    text = UNSPEAKABLE.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{text}]]>"


def result_event(account: Account, message: Reported, now: float, *, msgid_zero: bool) -> Push:
    """Report an end.

    Source: WeChat, TEMPLATESENDJOBFINISH, subscribe_msg_sent_event, PUBLISHJOBFINISH, MASSSENDJOBFINISH,
    wxa_media_check.
    """
    if isinstance(message, MediaCheck):
        return _media_check_event(account, message, now)
    if isinstance(message, MassSend):
        return _mass_event(account, message, now)
    if isinstance(message, Publication):
        return _publish_event(account, message, now)
    msgid_zero |= message.client_msg_id is not None and account.undocumented.result_without_msgid
    msgid, status = 0 if msgid_zero else message.msgid, message.event_status
    about = f"MsgID {msgid} {status}"
    if message.kind == "subscribe":
        code = 0 if status == "success" else -1
        row = {"TemplateId": message.template_id, "MsgID": msgid, "ErrorCode": code, "ErrorStatus": status}
        return subscribe_event(account, message.openid, "Sent", [row], now, about=about)
    fields = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": status}
    return Push(account, message.openid, int(now), "event", fields, about=about)


def _publish_event(account: Account, order: Publication, now: float) -> Push:
    info = {"publish_id": order.publish_id, **order.told(), "fail_idx": order.fail_idx}
    fields = {"Event": account.undocumented.publish_event, "PublishEventInfo": info}
    about = f"publish_id {order.publish_id} publish_status {order.status}"
    return Push(account, ADMINISTRATOR, int(now), "event", fields, about=about)


def _mass_event(account: Account, order: MassSend, now: float) -> Push:
    fields: dict[str, Any] = {
        "Event": "MASSSENDJOBFINISH",
        "MsgID": order.msg_id,
        "Status": order.status,
        "TotalCount": len(order.openids),
        "FilterCount": order.filtered,
        "SentCount": len(order.reached),
        "ErrorCount": order.filtered - len(order.reached),
    }
    if order.articles:
        fields["CopyrightCheckResult"] = _copyright(order)
    if order.reached and order.articles:
        rows = [{"ArticleIdx": at, "ArticleUrl": one["url"]} for at, one in enumerate(order.articles, 1)]
        fields["ArticleUrlResult"] = {"Count": len(rows), "ResultList": {"item": rows}}
    about = f"MsgID {order.msg_id} {order.status}"
    return Push(account, ADMINISTRATOR, int(now), "event", fields, about=about)


def _copyright(order: MassSend) -> dict[str, Any]:
    """Tell what the check for reprints found: where it stopped a send, each article is one."""
    if order.status != REPRINT:
        return {"Count": 0, "ResultList": {}, "CheckState": 1}
    found = {"UserDeclareState": 0, "AuditState": 2, "OriginalArticleUrl": f"{order.host}s/original"}
    found |= {"OriginalArticleType": 1, "CanReprint": 0, "NeedReplaceContent": 1, "NeedShowReprintSource": 1}
    rows = [{"ArticleIdx": at} | found for at in range(1, len(order.articles) + 1)]
    return {"Count": len(rows), "ResultList": {"item": rows}, "CheckState": 3}


def _media_check_event(account: Account, check: MediaCheck, now: float) -> Push:
    result = {"suggest": check.suggest, "label": check.label}
    is_done = check.errcode == 0
    fields: dict[str, Any] = {
        "Event": "wxa_media_check",
        "appid": account.appid,
        "trace_id": check.trace_id,
        "version": 2,
        "detail": [{"strategy": "content_model", "errcode": check.errcode, **(result if is_done else {})}],
        "errcode": check.errcode,
        "errmsg": "ok" if is_done else "download failed",
        "result": result if is_done else {},
    }
    if is_done:
        fields["detail"][0]["prob"] = 90
    about = f"trace_id {check.trace_id} {check.suggest}"
    return Push(account, check.openid, int(now), "event", fields, about=about)


def subscribe_event(
    account: Account, openid: str, what: str, rows: list[dict[str, Any]], now: float, *, about: str
) -> Push:
    """Tell of subscription messages: `what` is Popup, Change or Sent.

    In JSON there is no element around the rows, one row stands alone instead of in a list, and every
    value is text. Source: WeChat, subscription messages, event push.
    """
    fields: dict[str, Any] = {"Event": f"subscribe_msg_{what.lower()}_event"}
    if account.push_format == "json":
        told = [{name: str(value) for name, value in row.items()} for row in rows]
        fields |= {"CreateTime": str(int(now)), "List": told if len(told) > 1 else told[0]}
    else:
        fields[f"SubscribeMsg{what}Event"] = {"List": rows}
    return Push(account, openid, int(now), "event", fields, about=about)
