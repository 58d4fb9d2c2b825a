"""Articles of pictures, crops of covers, and the documented bodies of drafts, publication and files."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.library import MOST_IMAGES, MOST_OTHERS, File, Library
from simulator.tests.conftest import Callback, Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import JPEG, Shelf

ADD = 'WeChat, "draft_add"'
MATERIAL = 'WeChat, "addMaterial"'
CROP = {"ratio": "2.35_1", "x1": "0", "y1": "0", "x2": "1", "y2": "0.4"}


@pytest.fixture
def shelf(account: Caller) -> Shelf:
    return Shelf(account)


def pictures(shelf: Shelf, count: int = 2, **changes: Any) -> dict[str, Any]:
    """An article of pictures that WeChat takes."""
    cover = shelf.cover()
    info = {"image_list": [{"image_media_id": cover} for _ in range(count)]}
    return {
        "article_type": "newspic",
        "title": "植树",
        "content": "十二人 <b>上山</b>",
        "image_info": info,
    } | changes


@rule("An article of pictures (newspic) has 1 to 20 permanent pictures, the first is its cover", ADD)
def test_article_of_pictures_is_kept_published_and_opens(shelf: Shelf) -> None:
    article = pictures(shelf, need_open_comment=1)
    media_id = shelf.add(article)["media_id"]
    (shown,) = shelf.post("draft/get", {"media_id": media_id})["news_item"]
    assert shown["article_type"] == "newspic"
    assert shown["image_info"] == article["image_info"]
    assert (shown["content"], shown["need_open_comment"]) == ("十二人 上山", 1)
    assert requests.get(shown["thumb_url"], timeout=5).content == JPEG
    result = shelf.result(str(shelf.submit(media_id)["publish_id"]))
    page = requests.get(result["article_detail"]["item"][0]["article_url"], timeout=5).text
    assert page.count(f'<img src="{shown["thumb_url"]}">') == 2
    assert "<p>十二人 上山</p>" in page


@rule("newspic: 40215 without pictures or beyond 20, 40007 for one that is not permanent, 45003 title", ADD)
def test_article_of_pictures_keeps_to_its_limits(shelf: Shelf) -> None:
    temporary = shelf.upload("media/upload", JPEG, type="image")["media_id"]
    wrong: dict[str, Any] = {"image_info": {"image_list": [{"image_media_id": temporary}]}}
    assert "media_id" in shelf.add(pictures(shelf, 20))
    assert shelf.add(pictures(shelf, 21))["errcode"] == 40215
    assert shelf.add(pictures(shelf, 0))["errcode"] == 40215
    assert shelf.add(pictures(shelf, image_info="x"))["errcode"] == 40215
    assert shelf.add(pictures(shelf, image_info={"image_list": ["x"]}))["errcode"] == 40007
    assert shelf.add(pictures(shelf, **wrong))["errcode"] == 40007
    assert shelf.add(pictures(shelf, title=""))["errcode"] == 45003
    assert shelf.add(pictures(shelf), shelf.article())["errcode"] == 47001


def test_article_of_pictures_is_changed(shelf: Shelf) -> None:
    media_id = shelf.add(pictures(shelf))["media_id"]
    changed = {"media_id": media_id, "index": 0, "articles": pictures(shelf, 3)}
    assert shelf.post("draft/update", changed)["errcode"] == 0
    (shown,) = shelf.post("draft/get", {"media_id": media_id})["news_item"]
    assert len(shown["image_info"]["image_list"]) == 3


@rule("cover_info and the older crop fields are kept as they came; a crop outside of the cover is 47001", ADD)
@pytest.mark.parametrize(
    ("crops", "is_kept"),
    [
        ({"cover_info": {"crop_percent_list": [CROP, CROP | {"ratio": "1_1", "x2": "0.5"}]}}, True),
        ({"pic_crop_235_1": "0.1945_0_1_0.5236", "pic_crop_1_1": "0.1_0_0.9_1"}, True),
        ({"cover_info": {"crop_percent_list": [CROP | {"ratio": "4_3"}]}}, False),
        ({"cover_info": {"crop_percent_list": [CROP | {"x2": "1.1"}]}}, False),
        ({"cover_info": {"crop_percent_list": [CROP | {"y1": "0.5"}]}}, False),
        ({"cover_info": {"crop_percent_list": [CROP | {"x1": "left"}]}}, False),
        ({"cover_info": "x"}, False),
        ({"pic_crop_1_1": "0_0_1"}, False),
        ({"pic_crop_1_1": "nan_0_1_1"}, False),
    ],
)
def test_cover_is_cut_inside_of_itself(shelf: Shelf, crops: dict[str, Any], is_kept: bool) -> None:
    answer = shelf.add(shelf.article(**crops))
    if not is_kept:
        assert answer["errcode"] == 47001
        return
    (shown,) = shelf.post("draft/get", {"media_id": answer["media_id"]})["news_item"]
    assert crops.items() <= shown.items()


@rule("The documented bodies of drafts are taken as they stand", ADD)
def test_documented_draft(shelf: Shelf) -> None:
    article = {
        "article_type": "news",
        "title": "TITLE",
        "author": "AUTHOR",
        "digest": "DIGEST",
        "content": "CONTENT",
        "content_source_url": "CONTENT_SOURCE_URL",
        "thumb_media_id": shelf.cover(),
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
        "cover_info": {"crop_percent_list": [CROP]},
    }
    media_id = shelf.add(article)["media_id"]
    assert 0 < len(media_id) <= 128
    update = {"media_id": media_id, "index": 0, "articles": article}
    assert shelf.post("draft/update", update) == {"errcode": 0, "errmsg": "ok"}
    (shown,) = shelf.post("draft/get", {"media_id": media_id})["news_item"]
    assert article.items() <= shown.items()
    listed = shelf.post("draft/batchget", {"offset": 0, "count": 20, "no_content": 0})
    assert set(listed) == {"total_count", "item_count", "item"}
    assert set(listed["item"][0]) == {"media_id", "content", "update_time"}
    assert shelf.get("draft/count") == {"total_count": 1}
    assert shelf.post("draft/delete", {"media_id": media_id}) == {"errcode": 0, "errmsg": "ok"}


@rule("The documented bodies of publication are taken as they stand", 'WeChat, "freePublish"')
def test_documented_publication(shelf: Shelf) -> None:
    answer = shelf.post("freepublish/submit", {"media_id": shelf.drafted()})
    assert set(answer) == {"errcode", "errmsg", "publish_id", "msg_data_id"}
    result = shelf.post("freepublish/get", {"publish_id": answer["publish_id"]})
    assert set(result) == {"publish_id", "publish_status", "article_id", "article_detail", "fail_idx"}
    article_id = result["article_id"]
    (item,) = shelf.post("freepublish/getarticle", {"article_id": article_id})["news_item"]
    assert {"thumb_url", "url", "is_deleted"} <= set(item)
    listed = shelf.post("freepublish/batchget", {"offset": 0, "count": 1, "no_content": 0})
    assert set(listed["item"][0]) == {"article_id", "content", "update_time"}
    deleted = {"article_id": article_id, "index": 1}
    assert shelf.post("freepublish/delete", deleted) == {"errcode": 0, "errmsg": "ok"}


@rule("The publication's event is spelt PUBLISHJOBFINISH or FREEPUBLISHJOBFINISH", "field reports")
@pytest.mark.parametrize("spelling", ["PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH"])
def test_publication_is_told_in_either_spelling(
    make_account: Callable[..., Caller], callback: Callback, spelling: str
) -> None:
    told = {"publish_event": spelling}
    Shelf(make_account(callback_url=callback.url, undocumented=told)).published()
    callback.wait_for(1)
    assert ET.fromstring(callback.received[0][1]).findtext("Event") == spelling


@rule("A voice plays for at most 60 seconds, else 45007", 'WeChat, "uploadTempMedia"')
def test_long_voice_is_refused(shelf: Shelf) -> None:
    frame = b"\x3c" + b"v" * 31
    minute = b"#!AMR\n" + frame * 3000
    assert "media_id" in shelf.upload("media/upload", minute, type="voice")
    assert shelf.upload("media/upload", minute + frame, type="voice")["errcode"] == 45007


@rule("A library keeps 100,000 pictures and 1,000 other files for good", MATERIAL)
def test_library_is_full_at_its_caps() -> None:
    def held(kind: str, count: int) -> Library:
        file = File("k", kind, "a", "m", b"", "u", 0.0, kept=True)
        return Library(files={str(number): file for number in range(count)})

    assert held("voice", MOST_OTHERS - 1).has_room("video")
    full = held("voice", MOST_OTHERS)
    assert not full.has_room("video")
    assert full.has_room("image")
    assert not held("image", MOST_IMAGES).has_room("image")


def test_temporary_video_becomes_one_to_send_to_many(shelf: Shelf) -> None:
    media_id = shelf.upload("media/upload", b"\0\0\0 ftypisom", type="video")["media_id"]
    body = {"media_id": media_id, "title": "党课", "description": "录像"}
    answer = shelf.post("media/uploadvideo", body)
    assert (answer["type"], set(answer)) == ("video", {"type", "media_id", "created_at"})
    assert answer["media_id"] != media_id
    picture = shelf.upload("media/upload", JPEG, type="image")["media_id"]
    assert shelf.post("media/uploadvideo", {"media_id": picture})["errcode"] == 40007


def test_there_are_no_permanent_news_any_more(shelf: Shelf) -> None:
    asked = {"type": "news", "offset": 0, "count": 20}
    assert shelf.post("material/batchget_material", asked) == {"total_count": 0, "item_count": 0, "item": []}
