"""What every push of WeChat's says, how its elements are read, and the key that its retries share."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry even in CDATA; JSON can, but no database column would take it."""
OPENID, ARTICLE, ID = 64, 128, 40
"""The longest openid, article's id and other id that anything of ours keeps; WeChat's have 28, 43 and 19."""

Fields = Mapping[str, Any]
Common = tuple[str, str, datetime, str, "ReplyTo"]


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
    within `appid`; without the callback's token nobody can try whose openid is in it.
    """

    appid: str
    openid: str
    at: datetime
    natural_key: str
    reply_to: ReplyTo


@dataclass(frozen=True)
class Said:
    """A push before it has a type: its elements, and of them what every push has."""

    fields: Fields
    kind: str
    appid: str
    openid: str
    at: datetime
    reply_to: ReplyTo

    def text(self, name: str) -> str:
        """Return an element as text, empty where there is none. Malformed: it holds others."""
        return text_in(self.fields, name)

    def common(self, *own: str) -> Common:
        """Return what the constructor of every push begins with; `own` tells apart what a second may hold."""
        created = str(int(self.at.timestamp()))
        key = self._key("event", self.openid, created, self.kind, *own)
        return self.appid, self.openid, self.at, key, self.reply_to

    def message(self, msg_id: str) -> Common:
        """Return the same for a message, whose number alone tells it from others."""
        key = self._key("message", self.openid, msg_id or str(int(self.at.timestamp())))
        return self.appid, self.openid, self.at, key, self.reply_to

    def whole(self) -> Common:
        """Return the same where everything counts, lists and all. Malformed: nested beyond reason."""
        try:
            return self.common(json.dumps(self.fields, sort_keys=True))
        except RecursionError:
            raise Malformed("unreadable") from None

    def _key(self, *parts: str) -> str:
        # As a JSON list, since no part can then reach over into the next.
        return hmac.digest(self.reply_to.token.encode(), json.dumps(parts).encode(), hashlib.sha256).hex()


def text_in(fields: Fields, name: str) -> str:
    """Return an element as text, empty where there is none; JSON pushes write some numbers as numbers.

    Malformed: it holds other elements, stands there twice, or is no text.
    """
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return NOT_XML.sub("", value).strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Malformed("unreadable")


def id_in(fields: Fields, name: str, most: int = ID) -> str:
    """Return an id as text. Malformed: longer than any of WeChat's."""
    told = text_in(fields, name)
    if len(told) > most:
        raise Malformed("unreadable")
    return told


def number_in(fields: Fields, name: str) -> int | None:
    """Return a number that came as text or as a number; None where there is none of at most nine digits."""
    told = text_in(fields, name)
    return int(told) if re.fullmatch("-?[0-9]{1,9}", told) else None


def moment_in(fields: Fields, name: str) -> datetime | None:
    """Return the moment of a time stamp in seconds; None where there is none."""
    told = text_in(fields, name)
    return datetime.fromtimestamp(int(told), UTC) if re.fullmatch("[0-9]{1,10}", told) else None


def inside(fields: Fields, name: str) -> Fields:
    """Return the elements inside another one, none where it is missing or holds a text."""
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}


def rows_in(fields: Fields, name: str) -> list[Fields]:
    """Return the rows of an element that may repeat: one alone comes without a list."""
    return [row for row in listed(fields.get(name)) if isinstance(row, Mapping)]


def listed(value: Any) -> list[Any]:
    """Return what may repeat as a list: one alone comes without."""
    return value if isinstance(value, list) else [value]
