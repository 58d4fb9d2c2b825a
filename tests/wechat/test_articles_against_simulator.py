"""An article's way into the account and out of it again, against the WeChat simulator."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from PIL import Image
from redis import Redis

from tests.wechat.phone import Phone, listening
from wechat.articles import (
    ArticleDraft,
    PublishResult,
    add_cover,
    add_draft,
    delete_published,
    find_draft,
    find_published,
    publication_result,
    submit_publication,
    upload_article_picture,
)
from wechat.errors import Advice, NoClearAnswer, WechatError
from wechat.gateway import Gateway
from wechat.result_events import PublishFinished

OURS = "https://example.cn/a/7?p=3"
ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"


def a_jpeg() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (60, 40), "#f1f4f3").save(held, "JPEG")
    return held.getvalue()


def a_draft(gateway: Gateway, source_url: str = OURS, content: str = "<p>正文</p>") -> ArticleDraft:
    cover = add_cover(gateway, a_jpeg())
    return ArticleDraft("主题党日", "王家岗村党支部", "十二名党员参加", content, source_url, cover)


def test_article_goes_all_the_way_and_opens(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat, push_mode="safe")
    gateway = phone.gateway(redis)
    with listening(phone, safe=True) as received:
        picture = upload_article_picture(gateway, a_jpeg())
        content = f'<p>1 &lt; 2</p><p><img src="{picture}" alt="会场"></p>'
        media_id = add_draft(gateway, a_draft(gateway, content=content))
        assert find_draft(gateway, OURS) == media_id
        assert find_published(gateway, OURS) is None
        phone.order("faults", {"kind": "event_before_response", "path": SUBMIT, "appid": phone.appid})
        publish_id = submit_publication(gateway, media_id)
    (told,) = received
    assert isinstance(told, PublishFinished)
    assert (told.publish_id, told.status) == (publish_id, 0)
    result = PublishResult(0, told.article_id, told.url)
    assert publication_result(gateway, publish_id) == result == find_published(gateway, OURS)
    assert find_draft(gateway, OURS) is None
    page = requests.get(told.url, timeout=5).text
    assert content in page
    assert f'href="{OURS}"' in page
    assert requests.get(picture, timeout=5).content == a_jpeg()


def test_deleted_article_is_gone_and_stays_so(wechat: str, redis: Redis) -> None:
    gateway = Phone(wechat).gateway(redis)
    publish_id = submit_publication(gateway, add_draft(gateway, a_draft(gateway)))
    article_id = publication_result(gateway, publish_id).article_id
    delete_published(gateway, article_id)
    delete_published(gateway, article_id)
    assert find_published(gateway, OURS) is None
    assert publication_result(gateway, publish_id) == PublishResult(5, "", "")


@pytest.mark.parametrize("status", [1, 2, 3, 4])
def test_publication_that_did_not_end_well_is_told(wechat: str, redis: Redis, status: int) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(redis)
    phone.order("faults", {"kind": "publish_status", "status": status, "appid": phone.appid})
    media_id = add_draft(gateway, a_draft(gateway))
    assert publication_result(gateway, submit_publication(gateway, media_id)) == PublishResult(status, "", "")
    assert find_draft(gateway, OURS) == media_id
    assert find_published(gateway, OURS) is None


def test_lost_answer_of_a_draft_is_found_by_our_address(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(redis, timeout=(3, 0.5))
    draft = a_draft(gateway)
    phone.order(
        "faults", {"kind": "timeout_after", "path": ADD, "appid": phone.appid, "nth": 1, "seconds": 3}
    )
    with pytest.raises(NoClearAnswer):
        add_draft(gateway, draft)
    (kept,) = phone.kept("drafts")
    assert find_draft(gateway, OURS) == kept["media_id"]
    assert find_draft(gateway, "https://example.cn/a/7?p=4") is None


def test_lost_answer_of_a_publication_is_found_by_our_address(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat)
    gateway = phone.gateway(redis, timeout=(3, 0.5))
    media_id = add_draft(gateway, a_draft(gateway))
    order = {"kind": "timeout_after", "path": SUBMIT, "appid": phone.appid, "nth": 1, "seconds": 3}
    phone.order("faults", order)
    with pytest.raises(NoClearAnswer):
        submit_publication(gateway, media_id)
    (kept,) = phone.kept("articles")
    found = find_published(gateway, OURS)
    assert found is not None
    assert found.article_id == kept["article_id"]


def test_our_article_is_found_among_many(wechat: str, redis: Redis) -> None:
    gateway = Phone(wechat).gateway(redis)
    cover = add_cover(gateway, a_jpeg())
    drafts = [ArticleDraft("主题党日", "", "", "<p>文</p>", f"{OURS}{n}", cover) for n in range(43)]
    with ThreadPoolExecutor(4) as threads:
        ids = list(threads.map(lambda draft: add_draft(gateway, draft), drafts))
    assert find_draft(gateway, f"{OURS}0") == ids[0]
    assert find_draft(gateway, f"{OURS}42") == ids[42]
    assert find_draft(gateway, OURS) is None


def test_account_without_the_right_is_told_so(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat, publishes=False)
    gateway = phone.gateway(redis)
    media_id = add_draft(gateway, a_draft(gateway))
    with pytest.raises(WechatError) as refused:
        submit_publication(gateway, media_id)
    assert (refused.value.errcode, refused.value.advice) == (48001, Advice.STOP)
    assert phone.kept("articles") == []


REFUSED: list[tuple[Callable[[Gateway], object], int]] = [
    (lambda gateway: upload_article_picture(gateway, b"<svg/>"), 40005),
    (lambda gateway: add_cover(gateway, b"<html>"), 40005),
    (lambda gateway: add_draft(gateway, ArticleDraft("题", "", "", "<p>文</p>", OURS, "nothing")), 40007),
    (lambda gateway: submit_publication(gateway, "nothing"), 40007),
]


@pytest.mark.parametrize(("call", "errcode"), REFUSED)
def test_refused_file_or_draft_is_given_up(
    wechat: str, redis: Redis, call: Callable[[Gateway], object], errcode: int
) -> None:
    with pytest.raises(WechatError) as refused:
        call(Phone(wechat).gateway(redis))
    assert (refused.value.errcode, refused.value.advice) == (errcode, Advice.GIVE_UP)
