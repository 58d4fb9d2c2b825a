"""Articles of the official account: their pictures, drafts, publication, and what became of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wechat.errors import NoClearAnswer, WechatError
from wechat.gateway import Gateway
from wechat.transport import whole_number

PICTURE = "/cgi-bin/media/uploadimg"
MATERIAL = "/cgi-bin/material/add_material"
DRAFT = "/cgi-bin/draft"
PUBLISH = "/cgi-bin/freepublish"
NO_SUCH_ARTICLE = 53600
# WeChat's limits: signs of the first three, bytes of the address, signs and bytes of the content.
TITLE, AUTHOR, DIGEST = 32, 16, 120
SOURCE_BYTES, CONTENT, CONTENT_BYTES = 1024, 20_000, 1024 * 1024
PICTURE_BYTES, COVER_BYTES = 1024 * 1024, 10 * 1024 * 1024
PAGE, MOST_PAGES = 20, 500


@dataclass(frozen=True)
class ArticleDraft:
    """One article as the account is to keep it: `content` is HTML whose pictures were uploaded there.

    `source_url`, our own address, is what 阅读原文 opens and what `find_draft` and `find_published` know the
    article by: another for each try. `cover_media_id` is what `add_cover` gave.
    """

    title: str
    author: str
    digest: str
    content: str
    source_url: str
    cover_media_id: str


@dataclass(frozen=True)
class PublishResult:
    """How a publication stands; `status` as in `PublishFinished`, both texts empty unless it is 0."""

    status: int
    article_id: str
    url: str


def upload_article_picture(gateway: Gateway, jpeg: bytes) -> str:
    """Upload a picture for use inside articles and return its address there.

    ValueError: 1 MB or more. Repeating it leaves nothing behind that anybody sees. WechatError. Source:
    WeChat, "Upload image in article".
    """
    if len(jpeg) >= PICTURE_BYTES:
        raise ValueError("a picture inside an article has less than 1 MB")
    return _told(gateway.upload(PICTURE, {}, ("picture.jpg", jpeg, "image/jpeg")), "url", PICTURE)


def add_cover(gateway: Gateway, jpeg: bytes) -> str:
    """Keep a picture among the account's permanent material and return its media_id, good as a cover.

    ValueError: more than 10 MB. Each call keeps another one. WechatError. Source: WeChat, "Add permanent
    material".
    """
    if len(jpeg) > COVER_BYTES:
        raise ValueError("a cover has at most 10 MB")
    answer = gateway.upload(MATERIAL, {"type": "image"}, ("cover.jpg", jpeg, "image/jpeg"))
    return _told(answer, "media_id", MATERIAL)


def add_draft(gateway: Gateway, draft: ArticleDraft) -> str:
    """Put an article into the account's draft box and return its media_id.

    Nothing makes a repeated call the same draft: after NoClearAnswer ask `find_draft`. Comments stay closed.
    ValueError: longer than WeChat takes. WechatError. Source: WeChat, "Add draft".
    """
    _check(draft)
    article = {
        "article_type": "news",
        "title": draft.title,
        "author": draft.author,
        "digest": draft.digest,
        "content": draft.content,
        "content_source_url": draft.source_url,
        "thumb_media_id": draft.cover_media_id,
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
    }
    return _told(gateway.post(f"{DRAFT}/add", {"articles": [article]}), "media_id", f"{DRAFT}/add")


def find_draft(gateway: Gateway, source_url: str) -> str | None:
    """Return the media_id of the draft with this source_url, None where the draft box has none.

    One call for each 20 drafts. WechatError. Source: WeChat, "Get draft list".
    """
    for item, _ in _found(gateway, f"{DRAFT}/batchget", source_url):
        return _told(item, "media_id", f"{DRAFT}/batchget")
    return None


def submit_publication(gateway: Gateway, media_id: str) -> str:
    """Order the publication of a draft and return its publish_id; the draft leaves the draft box.

    It tells no follower. How it ends comes as `PublishFinished`, or by `publication_result`. After
    NoClearAnswer ask `find_draft` and `find_published`. WechatError. Source: WeChat, "Publish draft".
    """
    answer = gateway.post(f"{PUBLISH}/submit", {"media_id": media_id})
    return _told(answer, "publish_id", f"{PUBLISH}/submit")


def publication_result(gateway: Gateway, publish_id: str) -> PublishResult:
    """Ask how a publication stands; WeChat answers this 100 times a day. WechatError.

    Source: WeChat, "Get publish status".
    """
    path = f"{PUBLISH}/get"
    answer = gateway.ask(path, {"publish_id": publish_id})
    status = whole_number(answer.get("publish_status"))
    if status is None:
        raise NoClearAnswer(None, "an answer without publish_status", path=path)
    if status != 0:
        return PublishResult(status, "", "")
    try:
        article = answer["article_detail"]["item"][0]
        url = _told(article, "article_url", path).strip()
    except (KeyError, IndexError, TypeError, AttributeError):
        raise NoClearAnswer(None, "a published article without its address", path=path) from None
    return PublishResult(0, _told(answer, "article_id", path).strip(), url)


def find_published(gateway: Gateway, source_url: str) -> PublishResult | None:
    """Return the published article with this source_url, None where there is none or it was deleted.

    One call for each 20 articles. WechatError. Source: WeChat, "Get published list".
    """
    path = f"{PUBLISH}/batchget"
    for item, article in _found(gateway, path, source_url):
        if not article.get("is_deleted"):
            return PublishResult(
                0, _told(item, "article_id", path).strip(), _told(article, "url", path).strip()
            )
    return None


def delete_published(gateway: Gateway, article_id: str) -> None:
    """Take a published article away for good; one that WeChat no longer knows is gone already.

    WechatError. Source: WeChat, "Delete published article".
    """
    path = f"{PUBLISH}/delete"
    try:
        answer = gateway.post(path, {"article_id": article_id, "index": 0})
    except WechatError as refused:
        if refused.errcode == NO_SUCH_ARTICLE:
            return
        raise
    if "errcode" not in answer:
        raise NoClearAnswer(None, "an answer without errcode", path=path)


def _check(draft: ArticleDraft) -> None:
    for name, text, most in (
        ("title", draft.title, TITLE),
        ("author", draft.author, AUTHOR),
        ("digest", draft.digest, DIGEST),
        ("content", draft.content, CONTENT - 1),
    ):
        if len(text) > most:
            raise ValueError(f"{name}: {len(text)} signs, where {most} may be")
    if not draft.title or not draft.content:
        raise ValueError("an article has a title and a content")
    if len(draft.content.encode()) >= CONTENT_BYTES:
        raise ValueError("content: less than 1 MB may be")
    if len(draft.source_url.encode()) > SOURCE_BYTES:
        raise ValueError("source_url: at most 1 KB may be")


def _found(
    gateway: Gateway, path: str, source_url: str
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield each item whose article has this source_url, with that article, through all pages."""
    offset = 0
    for _ in range(MOST_PAGES):
        answer = gateway.ask(path, {"offset": offset, "count": PAGE, "no_content": 1})
        try:
            total = int(answer["total_count"])
            items = [(item, item["content"]["news_item"]) for item in answer.get("item") or ()]
            for item, articles in items:
                for article in articles:
                    if article.get("content_source_url") == source_url:
                        yield item, article
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
            raise NoClearAnswer(None, "an answer without a list", path=path) from None
        offset += len(items)
        if not items or offset >= total:
            return
    raise NoClearAnswer(None, "a list without an end", path=path)


def _told(answer: Mapping[str, Any], name: str, path: str) -> str:
    """Return what an answer was asked for as text. NoClearAnswer: it is not there."""
    told = answer.get(name)
    if not isinstance(told, str | int) or isinstance(told, bool) or not told:
        raise NoClearAnswer(None, f"an answer without {name}", path=path)
    return str(told)
