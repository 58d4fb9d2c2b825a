"""The events that tell how something ended which we had ordered: messages, publications, checks."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from wechat.push import ARTICLE, Fields, Push, Said, id_in, inside, listed, number_in, rows_in, text_in


@dataclass(frozen=True)
class TemplateResult(Push):
    """How a template message ended; `reason` is WeChat's own, e.g. "user block"; `msgid` may be "0"."""

    msgid: str
    status: Literal["success", "failed"]
    reason: str


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


class MassArticle(NamedTuple):
    """One article of a mass message, numbered from 1.

    `audit`: 1 not judged a copy, 2 judged a copy, 3 taken for one without being judged; None: not told.
    `url` is the article's own, `original_url` what it was judged a copy of; either may be empty.
    """

    number: int
    url: str
    audit: int | None
    original_url: str


@dataclass(frozen=True)
class MassFinished(Push):
    """How a mass message ended: `status` is "send success", "send fail" or "err(…)" with WeChat's number.

    `total` were to get it, `filtered` were left when those were taken out who want or may have none, `sent`
    got it and `failed` did not. These counts are told here and nowhere else. The sender is no follower.
    """

    msgid: str
    status: str
    total: int
    filtered: int
    sent: int
    failed: int
    articles: tuple[MassArticle, ...]


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
class MediaChecked(Push):
    """What WeChat makes of a picture or sound it was asked to check; it may be told twice.

    `suggest` is pass, review or risky, and empty where `errcode` is not 0.
    """

    trace_id: str
    errcode: int | None
    suggest: str
    label: str


def _template(said: Said) -> Push:
    msgid, status = id_in(said.fields, "MsgID"), said.text("Status")
    if status == "success":
        return TemplateResult(*said.common(msgid), msgid=msgid, status="success", reason="")
    reason = status.removeprefix("failed").lstrip(": ")
    return TemplateResult(*said.common(msgid), msgid=msgid, status="failed", reason=reason)


def _subscribe_sent(said: Said) -> Push:
    rows = tuple(_sent(said.fields))
    return SubscribeSent(*said.common(json.dumps(rows)), items=rows)


def _sent(fields: Fields) -> Iterator[SentRow]:
    """Yield the rows of a List: inside an element in XML, without it in JSON."""
    for row in rows_in(inside(fields, "SubscribeMsgSentEvent") or fields, "List"):
        code, status = number_in(row, "ErrorCode"), text_in(row, "ErrorStatus")
        yield SentRow(text_in(row, "TemplateId"), id_in(row, "MsgID"), code, status)


def _mass(said: Said) -> Push:
    msgid, status = id_in(said.fields, "MsgID"), said.text("Status")
    names = ("TotalCount", "FilterCount", "SentCount", "ErrorCount")
    total, filtered, sent, failed = (number_in(said.fields, name) or 0 for name in names)
    return MassFinished(
        *said.common(msgid, status),
        msgid=msgid,
        status=status,
        total=total,
        filtered=filtered,
        sent=sent,
        failed=failed,
        articles=tuple(_articles(said.fields)),
    )


def _articles(fields: Fields) -> Iterator[MassArticle]:
    """Yield what two lists tell of each article, by its number."""
    urls, audits = (
        {
            number_in(row, "ArticleIdx"): row
            for row in rows_in(inside(inside(fields, name), "ResultList"), "item")
        }
        for name in ("ArticleUrlResult", "CopyrightCheckResult")
    )
    for number in sorted({one for one in (*urls, *audits) if one is not None}):
        url, audit = urls.get(number, {}), audits.get(number, {})
        yield MassArticle(
            number,
            text_in(url, "ArticleUrl"),
            number_in(audit, "AuditState"),
            text_in(audit, "OriginalArticleUrl"),
        )


def _publication(said: Said) -> Push | None:
    """Return how it ended; None: whoever waits has to ask WeChat."""
    told = inside(said.fields, "PublishEventInfo")
    publish_id, status = id_in(told, "publish_id"), text_in(told, "publish_status")
    if not publish_id or not re.fullmatch("[0-9]{1,3}", status):
        return None
    rows = rows_in(inside(told, "article_detail"), "item")
    url = next((text_in(row, "article_url") for row in rows), "")
    # Numbers alone: what is nested beyond reason has no text.
    said_failed = (str(one) for one in listed(told.get("fail_idx")) if isinstance(one, str | int))
    failed = tuple(int(one) for one in said_failed if re.fullmatch("[0-9]{1,3}", one))
    return PublishFinished(
        *said.common(publish_id, str(int(status))),
        publish_id=publish_id,
        status=int(status),
        article_id=id_in(told, "article_id", ARTICLE),
        url=url,
        fail_idx=failed,
    )


def _media(said: Said) -> Push:
    trace_id, result = said.text("trace_id"), inside(said.fields, "result")
    return MediaChecked(
        *said.common(trace_id),
        trace_id=trace_id,
        errcode=number_in(said.fields, "errcode"),
        suggest=text_in(result, "suggest"),
        label=text_in(result, "label"),
    )


RESULT_EVENTS: dict[str, Callable[[Said], Push | None]] = {
    "templatesendjobfinish": _template,
    "subscribe_msg_sent_event": _subscribe_sent,
    "masssendjobfinish": _mass,
    "publishjobfinish": _publication,
    "wxa_media_check": _media,
}
