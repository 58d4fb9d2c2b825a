"""Articles: what WeChat is told, what is refused before it is asked, what is made of its answers."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.wechat.conftest import Stage
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
from wechat.gateway import App, Gateway

pytestmark = pytest.mark.thorough

PICTURE, MATERIAL = "/cgi-bin/media/uploadimg", "/cgi-bin/material/add_material"
ADD, DRAFTS = "/cgi-bin/draft/add", "/cgi-bin/draft/batchget"
SUBMIT, RESULT = "/cgi-bin/freepublish/submit", "/cgi-bin/freepublish/get"
PUBLISHED, DELETE = "/cgi-bin/freepublish/batchget", "/cgi-bin/freepublish/delete"
JPEG = b"\xff\xd8\xff\xe0 a picture \r\n--x\r\n \xff\xd9"
OURS = "https://example.cn/a/7?p=3"
DRAFT = ArticleDraft("主题党日", "王家岗村党支部", "十二名党员参加", "<p>正文</p>", OURS, "cover-1")
DONE = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
def gateway(stage: Stage) -> Gateway:
    app = App("wx1", "0123456789abcdef0123456789abcdef")
    return Gateway(app, base_url=stage.url, redis=None, timeout=(1, 1), sleep=lambda _: None)


def form_of(call: tuple[str, dict[str, str], dict[str, Any], dict[str, str]]) -> tuple[str, bytes]:
    """The head and the content of the one part of a form."""
    found = re.fullmatch(r"multipart/form-data; boundary=(\w+)", call[3]["Content-Type"])
    assert found is not None
    edge = b"--" + found[1].encode()
    body: bytes = call[2]["form"]
    assert body.startswith(edge + b"\r\n")
    assert body.endswith(b"\r\n" + edge + b"--\r\n")
    head, content = body[len(edge) + 2 : -len(edge) - 6].split(b"\r\n\r\n", 1)
    return head.decode(), content


def test_picture_goes_out_as_a_file_and_comes_back_as_an_address(stage: Stage, gateway: Gateway) -> None:
    stage.always(PICTURE, {"url": "http://mmbiz.qpic.cn/mmbiz_jpg/x/0"})
    assert upload_article_picture(gateway, JPEG) == "http://mmbiz.qpic.cn/mmbiz_jpg/x/0"
    head, content = form_of(stage.calls[-1])
    assert head == (
        'Content-Disposition: form-data; name="media"; filename="picture.jpg"\r\nContent-Type: image/jpeg'
    )
    assert content == JPEG
    assert stage.calls[-1][1] == {"access_token": "T1"}


def test_cover_is_kept_as_permanent_material(stage: Stage, gateway: Gateway) -> None:
    stage.always(MATERIAL, {"media_id": "cover-1", "url": "http://mmbiz.qpic.cn/x"})
    assert add_cover(gateway, JPEG) == "cover-1"
    assert stage.calls[-1][1] == {"type": "image", "access_token": "T1"}
    assert form_of(stage.calls[-1])[1] == JPEG


def test_upload_renews_a_run_out_token_and_sends_the_whole_file_again(stage: Stage, gateway: Gateway) -> None:
    stage.answers[PICTURE] = lambda turn: (
        {"errcode": 40001, "errmsg": "x"} if turn == 1 else {"url": "http://mmbiz.qpic.cn/x"}
    )
    upload_article_picture(gateway, JPEG)
    sent = [call for call in stage.calls if call[0] == PICTURE]
    assert [form_of(call)[1] for call in sent] == [JPEG, JPEG]
    assert [call[1]["access_token"] for call in sent] == ["T1", "T2"]


def test_draft_goes_out_whole_with_comments_closed(stage: Stage, gateway: Gateway) -> None:
    stage.always(ADD, {"media_id": "m-1"})
    assert add_draft(gateway, DRAFT) == "m-1"
    assert stage.bodies(ADD) == [
        {
            "articles": [
                {
                    "article_type": "news",
                    "title": "主题党日",
                    "author": "王家岗村党支部",
                    "digest": "十二名党员参加",
                    "content": "<p>正文</p>",
                    "content_source_url": OURS,
                    "thumb_media_id": "cover-1",
                    "need_open_comment": 0,
                    "only_fans_can_comment": 0,
                }
            ]
        }
    ]


LONGEST = [
    {"title": "题" * 32},
    {"author": "写" * 16},
    {"digest": "要" * 120},
    {"digest": ""},
    {"content": "正" * 19_999},
    {"source_url": "https://example.cn/" + "a" * (1024 - 19)},
]
TOO_LONG = [
    {"title": "题" * 33},
    {"title": ""},
    {"author": "写" * 17},
    {"digest": "要" * 121},
    {"content": "正" * 20_000},
    {"content": ""},
    {"source_url": "https://example.cn/" + "a" * (1024 - 18)},
]


@pytest.mark.parametrize("change", LONGEST)
def test_longest_that_wechat_takes_goes_out(stage: Stage, gateway: Gateway, change: dict[str, str]) -> None:
    stage.always(ADD, {"media_id": "m-1"})
    assert add_draft(gateway, replace(DRAFT, **change)) == "m-1"


@pytest.mark.parametrize("change", TOO_LONG)
def test_what_wechat_would_refuse_is_not_sent(stage: Stage, gateway: Gateway, change: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        add_draft(gateway, replace(DRAFT, **change))
    assert stage.calls == []


def test_file_that_is_too_big_is_not_sent(stage: Stage, gateway: Gateway) -> None:
    with pytest.raises(ValueError):
        upload_article_picture(gateway, b"x" * 1024 * 1024)
    with pytest.raises(ValueError):
        add_cover(gateway, b"x" * (10 * 1024 * 1024 + 1))
    assert stage.calls == []


def page_of(*items: dict[str, Any], total: int) -> dict[str, Any]:
    return {"total_count": total, "item_count": len(items), "item": list(items)}


def a_draft(media_id: str, source_url: str = "https://example.cn/a/1") -> dict[str, Any]:
    article = {"title": "主题党日", "content_source_url": source_url}
    return {"media_id": media_id, "content": {"news_item": [article]}, "update_time": 1764053400}


def test_draft_is_found_on_whichever_page_it_is(stage: Stage, gateway: Gateway) -> None:
    first = [a_draft(f"m-{number}") for number in range(20)]
    pages = {1: page_of(*first, total=21), 2: page_of(a_draft("m-20", OURS), total=21)}
    stage.answers[DRAFTS] = lambda turn: pages[turn]
    assert find_draft(gateway, OURS) == "m-20"
    assert stage.bodies(DRAFTS) == [
        {"offset": 0, "count": 20, "no_content": 1},
        {"offset": 20, "count": 20, "no_content": 1},
    ]


@pytest.mark.parametrize(
    "answer",
    [page_of(total=0), page_of(a_draft("m-1"), total=1), {"total_count": 5}, page_of(total=5)],
)
def test_draft_that_is_not_there_is_not_found(stage: Stage, gateway: Gateway, answer: dict[str, Any]) -> None:
    stage.always(DRAFTS, answer)
    assert find_draft(gateway, OURS) is None


def test_publication_is_ordered_by_the_media_id(stage: Stage, gateway: Gateway) -> None:
    stage.always(SUBMIT, DONE | {"publish_id": 100000001, "msg_data_id": 9})
    assert submit_publication(gateway, "m-1") == "100000001"
    assert stage.bodies(SUBMIT) == [{"media_id": "m-1"}]


@pytest.mark.parametrize("status", [1, 2, 3, 4, 5, 6])
def test_publication_under_way_or_refused_has_no_address(stage: Stage, gateway: Gateway, status: int) -> None:
    stage.always(RESULT, {"publish_id": "1", "publish_status": status, "fail_idx": [1]})
    assert publication_result(gateway, "1") == PublishResult(status, "", "")


def test_published_article_is_told_with_its_address(stage: Stage, gateway: Gateway) -> None:
    item = {"idx": 1, "article_url": " http://mp.weixin.qq.com/s/x "}
    detail = {"count": 1, "item": [item]}
    stage.always(RESULT, {"publish_status": 0, "article_id": "\n b5O2 ", "article_detail": detail})
    assert publication_result(gateway, "1") == PublishResult(0, "b5O2", "http://mp.weixin.qq.com/s/x")
    assert stage.bodies(RESULT) == [{"publish_id": "1"}]


def a_publication(article_id: str, **changes: Any) -> dict[str, Any]:
    article = {"content_source_url": OURS, "url": f"http://mp.weixin.qq.com/s/{article_id}"} | changes
    return {"article_id": article_id, "content": {"news_item": [article]}}


def test_published_article_is_found_unless_it_was_deleted(stage: Stage, gateway: Gateway) -> None:
    gone, there = a_publication("old", is_deleted=True), a_publication("new", is_deleted=False)
    stage.always(PUBLISHED, page_of(gone, there, total=2))
    assert find_published(gateway, OURS) == PublishResult(0, "new", "http://mp.weixin.qq.com/s/new")
    stage.always(PUBLISHED, page_of(gone, total=1))
    assert find_published(gateway, OURS) is None


def test_article_is_deleted_once_and_gone_ever_after(stage: Stage, gateway: Gateway) -> None:
    stage.answers[DELETE] = lambda turn: (
        DONE if turn == 1 else {"errcode": 53600, "errmsg": "no such article"}
    )
    delete_published(gateway, "b5O2")
    delete_published(gateway, "b5O2")
    assert stage.bodies(DELETE) == [{"article_id": "b5O2", "index": 0}] * 2
    stage.always(DELETE, {"errcode": 48001, "errmsg": "api unauthorized"})
    with pytest.raises(WechatError) as refused:
        delete_published(gateway, "b5O2")
    assert refused.value.advice is Advice.STOP


CALLS: list[tuple[str, Callable[[Gateway], object]]] = [
    (PICTURE, lambda gateway: upload_article_picture(gateway, JPEG)),
    (MATERIAL, lambda gateway: add_cover(gateway, JPEG)),
    (ADD, lambda gateway: add_draft(gateway, DRAFT)),
    (DRAFTS, lambda gateway: find_draft(gateway, OURS)),
    (SUBMIT, lambda gateway: submit_publication(gateway, "m-1")),
    (RESULT, lambda gateway: publication_result(gateway, "1")),
    (PUBLISHED, lambda gateway: find_published(gateway, OURS)),
    (DELETE, lambda gateway: delete_published(gateway, "b5O2")),
]
UNCLEAR = [{}, (502, b"<html>Bad Gateway</html>"), (200, b'{"media_id": "cut'), (200, b"[]"), "hang up"]


@pytest.mark.parametrize(("path", "call"), CALLS, ids=[path for path, _ in CALLS])
@pytest.mark.parametrize("answer", UNCLEAR, ids=["empty", "html", "cut", "list", "hang_up"])
def test_answer_that_says_nothing_is_no_clear_answer_and_only_a_question_is_asked_again(
    stage: Stage, gateway: Gateway, path: str, call: Callable[[Gateway], object], answer: Any
) -> None:
    stage.always(path, answer)
    with pytest.raises(NoClearAnswer):
        call(gateway)
    asks_again = path in (DRAFTS, RESULT, PUBLISHED) and answer != {}
    assert stage.paths().count(path) == (3 if asks_again else 1)


@pytest.mark.parametrize(
    ("errcode", "advice"),
    [
        (48001, Advice.STOP),
        (45009, Advice.WAIT_MIDNIGHT),
        *((code, Advice.GIVE_UP) for code in (40005, 40007, 40009, 45003, 45166, 53503, 53504, 53505)),
        (-1, Advice.RETRY),
        (99999, Advice.BUG),
    ],
)
def test_refusal_says_what_to_do(stage: Stage, gateway: Gateway, errcode: int, advice: Advice) -> None:
    stage.always(SUBMIT, {"errcode": errcode, "errmsg": "no"})
    with pytest.raises(WechatError) as refused:
        submit_publication(gateway, "m-1")
    assert (refused.value.errcode, refused.value.advice) == (errcode, advice)
