"""What WeChat says when it takes a message."""

from collections.abc import Mapping
from typing import Any

from wechat.errors import NoClearAnswer


def read_accepted(answer: Mapping[str, Any], path: str) -> str:
    """Return the msgid as text, "" where there is none. NoClearAnswer: nothing says that it was taken."""
    if "errcode" not in answer:
        raise NoClearAnswer(None, "an answer without errcode", path=path)
    msgid = answer.get("msgid", "")
    return str(msgid) if isinstance(msgid, str | int) and not isinstance(msgid, bool) else ""
