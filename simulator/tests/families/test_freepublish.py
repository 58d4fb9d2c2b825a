"""Publication: how it ends, what is pushed about it, what readers open, what is left of it afterwards."""

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
import requests

from simulator.tests.conftest import Callback, Caller, wait_until
from simulator.tests.rules import rule
from simulator.tests.shelf import JPEG, Shelf

SUBMITTED, STATUS = 'WeChat, "freepublish_submit"', 'WeChat, "freepublish_get"'
PUBLISHED, RIGHT = 'WeChat, "PUBLISHJOBFINISH"', 'WeChat, "发布能力"'

SUBMIT = "/cgi-bin/freepublish/submit"


@pytest.fixture
def shelf(make_account: Callable[..., Caller], callback: Callback) -> Shelf:
    return Shelf(make_account(callback_url=callback.url))


def events(callback: Callback) -> list[ET.Element]:
    return [ET.fromstring(body) for _, body in callback.received]


@rule("A published draft leaves the draft box; PUBLISHJOBFINISH tells its articles", PUBLISHED)
def test_published_article_is_told_opens_and_leaves_the_draft_box(shelf: Shelf, callback: Callback) -> None:
    picture = shelf.picture()
    publish_id, result = shelf.published(title="学习<贯彻>", content=f'<p>正文</p><img src="{picture}">')
    assert result["publish_status"] == 0
    assert result["fail_idx"] == []
    (item,) = result["article_detail"]["item"]
    assert (result["article_detail"]["count"], item["idx"]) == (1, 1)
    callback.wait_for(1)
    (event,) = events(callback)
    info = event.find("PublishEventInfo")
    assert info is not None
    assert (event.findtext("MsgType"), event.findtext("Event")) == ("event", "PUBLISHJOBFINISH")
    assert event.find("MsgId") is None
    assert (info.findtext("publish_id"), info.findtext("publish_status")) == (publish_id, "0")
    assert info.findtext("article_id") == result["article_id"]
    assert info.findtext("article_detail/count") == "1"
    assert info.findtext("article_detail/item/article_url") == item["article_url"]
    assert info.find("fail_idx") is None
    assert shelf.kept("drafts") == []
    page = requests.get(item["article_url"], timeout=5)
    assert "<h1>学习&lt;贯彻&gt;</h1>" in page.text
    assert "阅读原文" in page.text
    assert f'<img src="{picture}">' in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert requests.get(picture, timeout=5).content == JPEG


@rule("publish_status says how it ended: 2 copied, 3 failed, 4 rejected, 5 deleted, 6 banned", STATUS)
@pytest.mark.parametrize("status", [2, 3, 4, 5, 6])
def test_publication_may_end_otherwise(shelf: Shelf, callback: Callback, status: int) -> None:
    shelf.order("faults", kind="publish_status", status=status)
    publish_id, result = shelf.published()
    failed = [1] if status in (2, 4) else []
    assert result == {"publish_id": publish_id, "publish_status": status, "fail_idx": failed}
    callback.wait_for(1)
    (event,) = events(callback)
    assert event.findtext("PublishEventInfo/publish_status") == str(status)
    assert event.find("PublishEventInfo/article_id") is None
    assert [row.text for row in event.findall("PublishEventInfo/fail_idx")] == [str(one) for one in failed]
    assert len(shelf.kept("drafts")) == 1


@rule("publish_status is 1 until the publication ends and the event comes", STATUS)
def test_publication_stays_under_way_until_it_is_told_to_end(shelf: Shelf, callback: Callback) -> None:
    shelf.order("faults", kind="publish_status", status=1, count=1)
    publish_id, result = shelf.published()
    assert result["publish_status"] == 1
    assert callback.received == []
    assert shelf.order("finish", publish_id=publish_id, status=1)["error"]["code"] == "no_such_end"
    assert shelf.order("finish", publish_id=publish_id, status=0)["verdict"] == "ok"
    assert shelf.result(publish_id)["publish_status"] == 0
    assert len(callback.received) == 1
    assert shelf.order("finish", publish_id=publish_id, status=4)["error"]["code"] == "no_such_end"
    assert shelf.order("finish", publish_id="7", status=4)["error"]["code"] == "unknown_publication"


@rule("A published article may be taken away later, with an event of its own", PUBLISHED)
def test_platform_may_take_an_article_away_later(shelf: Shelf, callback: Callback) -> None:
    publish_id, result = shelf.published()
    address = result["article_detail"]["item"][0]["article_url"]
    callback.wait_for(1)
    shelf.order("finish", publish_id=publish_id, status=6)
    assert shelf.result(publish_id)["publish_status"] == 6
    page = requests.get(address, timeout=5).text
    assert "此内容因违规无法查看" in page
    assert "正文" not in page
    assert events(callback)[1].findtext("PublishEventInfo/publish_status") == "6"


def test_event_may_be_lost_withheld_or_come_twice_or_first(shelf: Shelf, callback: Callback) -> None:
    for nth, kind in enumerate(("event_lost", "event_withheld", "event_twice", "event_before_response"), 1):
        shelf.order("faults", kind=kind, path=SUBMIT, nth=nth)
    lost, _ = shelf.published()
    held, result = shelf.published()
    assert result["publish_status"] == 0
    assert callback.received == []
    twice, _ = shelf.published()
    callback.wait_for(2)
    first = str(shelf.submit(shelf.drafted())["publish_id"])
    assert len(callback.received) == 3
    told = [one.findtext("PublishEventInfo/publish_id") for one in events(callback)]
    assert told == [twice, twice, first]
    rows = {row["publish_id"]: row for row in shelf.kept("articles")}
    assert (rows[held]["event_withheld"], rows[held]["event_sent"]) == (True, False)
    assert shelf.order("release", appid=None, msgid=held)["error"]["code"] == "bad_input"
    assert shelf.caller.sim.post("/_sim/release", {"msgid": held}) == {"released": 1}
    callback.wait_for(4)
    wait_until(lambda: {row["publish_id"]: row for row in shelf.kept("articles")}[held]["event_sent"])
    assert lost not in [one.findtext("PublishEventInfo/publish_id") for one in events(callback)]


@rule("Nothing makes a repeated freepublish/submit the same one", SUBMITTED)
def test_lost_answer_leaves_a_publication_and_a_repeated_call_makes_another(shelf: Shelf) -> None:
    media_id = shelf.drafted()
    shelf.order("faults", kind="timeout_after", path=SUBMIT, count=1)
    shelf.order("faults", kind="publish_status", status=1)
    url = f"{shelf.base}{SUBMIT}?access_token={shelf.token}"
    with pytest.raises(requests.ReadTimeout):
        requests.post(url, json={"media_id": media_id}, timeout=0.5)
    assert len(shelf.kept("articles")) == 1
    assert "publish_id" in shelf.submit(media_id)
    assert len(shelf.kept("articles")) == 2
    requests.delete(f"{shelf.base}/_sim/faults", timeout=5)


@rule("The media_id of a published draft is gone (40007)", SUBMITTED)
def test_draft_that_was_published_cannot_be_published_again(shelf: Shelf) -> None:
    media_id = shelf.drafted()
    shelf.submit(media_id)
    assert shelf.submit(media_id)["errcode"] == 40007


@rule("An account without the right to publish is answered 48001", RIGHT)
def test_account_without_the_right_publishes_nothing(make_account: Callable[..., Caller]) -> None:
    shelf = Shelf(make_account(publishes=False))
    media_id = shelf.drafted()
    assert shelf.submit(media_id)["errcode"] == 48001
    for path in ("get", "delete", "getarticle", "batchget"):
        assert shelf.post(f"freepublish/{path}", {"offset": 0, "count": 1})["errcode"] == 48001
    assert shelf.kept("articles") == []
    assert len(shelf.kept("drafts")) == 1
    assert Shelf(make_account(kind="mini_program")).submit(media_id)["errcode"] == 48001


@rule("freepublish/delete takes articles away for good", 'WeChat, "freepublish_delete"')
def test_published_articles_are_shown_listed_and_deleted_for_good(shelf: Shelf) -> None:
    results = [shelf.published(title=f"第{number}篇") for number in range(3)]
    ids = [result["article_id"] for _, result in results]
    listed = shelf.post("freepublish/batchget", {"offset": 0, "count": 2, "no_content": 1})
    assert (listed["total_count"], listed["item_count"]) == (3, 2)
    assert [item["article_id"] for item in listed["item"]] == ids[:0:-1]
    (shown,) = listed["item"][0]["content"]["news_item"]
    assert "content" not in shown
    address = results[0][1]["article_detail"]["item"][0]["article_url"]
    (article,) = shelf.post("freepublish/getarticle", {"article_id": ids[0]})["news_item"]
    assert (article["title"], article["url"], article["is_deleted"]) == ("第0篇", address, False)
    assert shelf.post("freepublish/delete", {"article_id": ids[0], "index": 0})["errcode"] == 0
    for path in ("delete", "getarticle"):
        assert shelf.post(f"freepublish/{path}", {"article_id": ids[0]})["errcode"] == 53600
    assert shelf.result(results[0][0])["publish_status"] == 5
    assert "该内容已被发布者删除" in requests.get(address, timeout=5).text
    oldest = shelf.post("freepublish/batchget", {"offset": 2, "count": 20})["item"][0]
    assert oldest["content"]["news_item"][0]["is_deleted"] is True


@rule("index deletes one article of several", 'WeChat, "freepublish_delete"')
def test_one_article_of_several_is_deleted_by_its_number(shelf: Shelf) -> None:
    media_id = shelf.add(shelf.article(), shelf.article(title="第二篇"))["media_id"]
    publish_id = str(shelf.submit(media_id)["publish_id"])
    result = shelf.result(publish_id)
    assert [item["idx"] for item in result["article_detail"]["item"]] == [1, 2]
    deleted = {"article_id": result["article_id"], "index": 2}
    assert shelf.post("freepublish/delete", deleted | {"index": 3})["errcode"] == 47001
    assert shelf.post("freepublish/delete", deleted)["errcode"] == 0
    items = shelf.post("freepublish/getarticle", {"article_id": result["article_id"]})["news_item"]
    assert [item["is_deleted"] for item in items] == [False, True]
    assert shelf.result(publish_id)["publish_status"] == 0


@pytest.mark.parametrize("publish_id", ["7", "x", "", "²"])
def test_publication_that_nobody_ordered_is_not_found(shelf: Shelf, publish_id: str) -> None:
    assert shelf.result(publish_id)["errcode"] == 53600


def test_publications_belong_to_their_account(make_account: Callable[..., Caller]) -> None:
    ours, theirs = Shelf(make_account()), Shelf(make_account())
    publish_id, result = ours.published()
    assert theirs.result(publish_id)["errcode"] == 53600
    assert theirs.post("freepublish/delete", {"article_id": result["article_id"]})["errcode"] == 53600
    assert theirs.kept("articles") == []
    assert theirs.submit(ours.drafted())["errcode"] == 40007
    (row,) = ours.kept("articles")
    assert (row["publish_id"], row["publish_status"]) == (publish_id, 0)


def test_wall_shows_what_is_kept_and_published(shelf: Shelf) -> None:
    shelf.drafted()
    _, result = shelf.published(title="主题党日")
    library = shelf.caller.sim.get("/_sim/wall", appid=shelf.caller.appid)["library"]
    assert (library["files"], library["drafts"]) == (2, 1)
    (order,) = library["orders"]
    address = result["article_detail"]["item"][0]["article_url"]
    assert order["articles"] == [{"title": "主题党日", "url": address, "gone": False}]


@pytest.mark.parametrize("body", [{"kind": "publish_status"}, {"kind": "slow", "status": 4}])
def test_fault_about_publication_makes_sense(shelf: Shelf, body: dict[str, object]) -> None:
    assert shelf.caller.sim.post("/_sim/faults", body)["error"]["code"] == "bad_input"


@pytest.mark.parametrize("path", ["s/nothing", "mmbiz_jpg/nothing/0"])
def test_page_that_is_not_there_is_not_found(shelf: Shelf, path: str) -> None:
    assert requests.get(f"{shelf.base}/{path}", timeout=5).status_code == 404


@rule(
    "freepublish/submit answers publish_id and msg_data_id; batchget lists articles by article_id", SUBMITTED
)
def test_documented_publication(shelf: Shelf) -> None:
    order = shelf.submit(shelf.drafted())
    assert {name: order[name] for name in ("errcode", "errmsg")} == {"errcode": 0, "errmsg": "ok"}
    assert isinstance(order["publish_id"], str)
    assert str(order["msg_data_id"]).isdecimal()
    result = shelf.result(order["publish_id"])
    assert set(result) == {"publish_id", "publish_status", "article_id", "article_detail", "fail_idx"}
    listed = shelf.post("freepublish/batchget", {"offset": 0, "count": 20, "no_content": 1})
    assert [item["article_id"] for item in listed["item"]] == [result["article_id"]]
