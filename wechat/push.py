"""What WeChat pushes to us, typed: messages and events with a key that stays the same over its retries."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry even in CDATA; JSON can, but no database column would take it."""


class Malformed(Exception):
    """A body that cannot be WeChat's: `code` is too_large (`status` 413) or unreadable (400)."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class ReplyTo:
    """Where and how the answer to a push goes back."""

    account: str
    """The account's own id (gh_…), which the push was addressed to."""
    is_json: bool
    token: str = field(repr=False)
    key: bytes | None = field(repr=False)
    """The key that opened the push; None: it came unsealed."""


@dataclass(frozen=True)
class Push:
    """What every push says: which app, who, when.

    `natural_key` is 64 hexadecimal digits: equal for the tries of one push and for nothing else, unique
    within `appid`; no openid can be read from it.
    """

    appid: str
    openid: str
    at: datetime
    natural_key: str
    reply_to: ReplyTo


@dataclass(frozen=True)
class TextMessage(Push):
    """Somebody typed something."""

    content: str
    msg_id: str


@dataclass(frozen=True)
class OtherMessage(Push):
    """Somebody sent a picture, a voice, a place …: `type` is WeChat's MsgType."""

    type: str


@dataclass(frozen=True)
class Subscribed(Push):
    """A new follower; `scene` is the scene of the QR code they scanned, or empty."""

    scene: str


@dataclass(frozen=True)
class Unsubscribed(Push):
    """A follower left."""


@dataclass(frozen=True)
class Clicked(Push):
    """A menu button with this key was tapped."""

    key: str


@dataclass(frozen=True)
class ScanWaited(Push):
    """A QR code was scanned from the menu button `key`, and the follower waits for an answer."""

    key: str
    result: str


@dataclass(frozen=True)
class TemplateResult(Push):
    """How a template message ended; `reason` is WeChat's own, e.g. "user block"; `msgid` may be "0"."""

    msgid: str
    status: Literal["success", "failed"]
    reason: str


class Choice(NamedTuple):
    """What somebody answered for one template; `scene` says where the popup was, "0" in the mini-program."""

    template_id: str
    accepted: bool
    scene: str


@dataclass(frozen=True)
class SubscribePopup(Push):
    """The popup for subscription messages was answered; nothing tells of a tap that opened none."""

    items: tuple[Choice, ...]


@dataclass(frozen=True)
class SubscribeChange(Push):
    """Subscription messages were switched off in the phone's settings; on is not told."""

    items: tuple[Choice, ...]


class SentRow(NamedTuple):
    """How one subscription message ended: `errcode` 0 is delivered, None unreadable; `msgid` may be ""."""

    template_id: str
    msgid: str
    errcode: int | None
    status: str


@dataclass(frozen=True)
class SubscribeSent(Push):
    """Subscription messages ended."""

    items: tuple[SentRow, ...]


@dataclass(frozen=True)
class PublishFinished(Push):
    """How a publication ended, or that a published article is gone.

    `status`: 0 published, 1 under way, 2 refused as a copy of other work, 3 failed, 4 refused by WeChat's
    review, 5 deleted later by its author, 6 taken away later by WeChat. `article_id` and `url` are empty
    unless published. `fail_idx` numbers the articles refused, from 1.
    """

    publish_id: str
    status: int
    article_id: str
    url: str
    fail_idx: tuple[int, ...]


@dataclass(frozen=True)
class Unknown(Push):
    """An event this product does nothing about; `event` is in lower case."""

    event: str


def read_push(fields: Mapping[str, Any], appid: str, reply_to: ReplyTo) -> Push:
    """Turn a push's elements into a typed push. Malformed: one that every push has is missing."""
    openid = _text(fields, "FromUserName")
    created = _text(fields, "CreateTime")
    kind = _text(fields, "MsgType")
    if not openid or not kind or not (created.isascii() and created.isdigit() and len(created) <= 10):
        raise Malformed("unreadable")
    at = datetime.fromtimestamp(int(created), UTC)
    if kind != "event":
        msg_id = _text(fields, "MsgId")
        base = (appid, openid, at, _key("message", openid, msg_id or created), reply_to)
        if kind == "text":
            return TextMessage(*base, content=_text(fields, "Content"), msg_id=msg_id)
        return OtherMessage(*base, type=kind)
    return _read_event(fields, appid, openid, at, reply_to)


def _read_event(fields: Mapping[str, Any], appid: str, openid: str, at: datetime, reply_to: ReplyTo) -> Push:
    event = _text(fields, "Event").lower()  # WeChat itself mixes the cases, and two names of one event
    event = "publishjobfinish" if event == "freepublishjobfinish" else event
    key = _text(fields, "EventKey")
    created = str(int(at.timestamp()))

    def base(*own: str) -> tuple[str, str, datetime, str, ReplyTo]:
        return appid, openid, at, _key("event", openid, created, event, *own), reply_to

    match event:
        case "subscribe":
            return Subscribed(*base(key), scene=key.removeprefix("qrscene_"))
        case "unsubscribe":
            return Unsubscribed(*base())
        case "click":
            return Clicked(*base(key), key=key)
        case "scancode_waitmsg":
            scanned = fields.get("ScanCodeInfo")
            result = _text(scanned, "ScanResult") if isinstance(scanned, Mapping) else ""
            return ScanWaited(*base(key, result), key=key, result=result)
        case "templatesendjobfinish":
            msgid, status = _text(fields, "MsgID"), _text(fields, "Status")
            if status == "success":
                return TemplateResult(*base(msgid), msgid=msgid, status="success", reason="")
            reason = status.removeprefix("failed").lstrip(": ")
            return TemplateResult(*base(msgid), msgid=msgid, status="failed", reason=reason)
        case "subscribe_msg_popup_event":
            choices = tuple(_choices(fields, "SubscribeMsgPopupEvent"))
            return SubscribePopup(*base(json.dumps(choices)), items=choices)
        case "subscribe_msg_change_event":
            choices = tuple(_choices(fields, "SubscribeMsgChangeEvent"))
            return SubscribeChange(*base(json.dumps(choices)), items=choices)
        case "subscribe_msg_sent_event":
            sent = tuple(_sent(fields))
            return SubscribeSent(*base(json.dumps(sent)), items=sent)
        case "publishjobfinish" if told := _published(fields):
            return PublishFinished(*base(told[0], str(told[1])), *told)
        case _:
            # Some carry what tells them apart in lists of their own, so everything counts.
            return Unknown(*base(json.dumps(fields, sort_keys=True)), event=event)


def _choices(fields: Mapping[str, Any], element: str) -> Iterator[Choice]:
    for row in _rows(fields, element):
        # Phones with sound or banners write acceptWithAudio and acceptWithAlert.
        accepted = _text(row, "SubscribeStatusString").lower().startswith("accept")
        yield Choice(_text(row, "TemplateId"), accepted, _text(row, "PopupScene"))


def _sent(fields: Mapping[str, Any]) -> Iterator[SentRow]:
    for row in _rows(fields, "SubscribeMsgSentEvent"):
        code = _text(row, "ErrorCode")
        errcode = int(code) if re.fullmatch("-?[0-9]{1,9}", code) else None
        yield SentRow(_text(row, "TemplateId"), _text(row, "MsgID"), errcode, _text(row, "ErrorStatus"))


def _published(fields: Mapping[str, Any]) -> tuple[str, int, str, str, tuple[int, ...]] | None:
    """Return publish_id, status, article_id, url and fail_idx; None: whoever waits has to ask WeChat."""
    told = fields.get("PublishEventInfo")
    if not isinstance(told, Mapping):
        return None
    publish_id, status = _text(told, "publish_id"), _text(told, "publish_status")
    if not publish_id or not re.fullmatch("[0-9]{1,3}", status):
        return None
    detail = told.get("article_detail")
    rows = _listed(detail.get("item")) if isinstance(detail, Mapping) else []
    url = next((_text(row, "article_url") for row in rows if isinstance(row, Mapping)), "")
    failed = tuple(int(one) for one in _listed(told.get("fail_idx")) if re.fullmatch("[0-9]{1,3}", str(one)))
    return publish_id, int(status), _text(told, "article_id"), url, failed


def _rows(fields: Mapping[str, Any], element: str) -> list[Mapping[str, Any]]:
    """Return the rows of a List: inside `element` in XML, without it in JSON; one row may stand alone."""
    inside = fields.get(element)
    rows = (inside if isinstance(inside, Mapping) else fields).get("List")
    return [row for row in _listed(rows) if isinstance(row, Mapping)]


def _listed(value: Any) -> list[Any]:
    """Return what may repeat as a list: one alone comes without."""
    return value if isinstance(value, list) else [value]


def _key(*parts: str) -> str:
    # As a JSON list, since no part can then reach over into the next.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _text(fields: Mapping[str, Any], name: str) -> str:
    """Return an element as text; JSON pushes write some numbers as numbers."""
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return NOT_XML.sub("", value).strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Malformed("unreadable")
