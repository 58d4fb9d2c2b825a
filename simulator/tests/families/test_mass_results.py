"""Mass sends: what they carry, how they end, what is told of it, and what is left of them."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.tests.conftest import Callback, Caller, wait_until
from simulator.tests.office import MASS, Office, counts, events
from simulator.tests.rules import rule
from simulator.tests.shelf import JPEG


@pytest.fixture
def office(make_account: Callable[..., Caller], callback: Callback) -> Office:
    return Office(make_account(callback_url=callback.url))


@rule("A mass send's counts come in MASSSENDJOBFINISH only, under the msg_id of the call", MASS)
def test_send_to_all_reaches_all_phones_and_is_told(office: Office, callback: Callback) -> None:
    office.caller.do("block")
    answer = office.to_all("本周五过组织生活")
    assert (answer["errcode"], answer["errmsg"]) == (0, "send job submission success")
    assert "msg_data_id" not in answer
    callback.wait_for(1)
    (event,) = events(callback)
    assert (event.findtext("Event"), event.findtext("Status")) == ("MASSSENDJOBFINISH", "send success")
    assert event.findtext("MsgID") == str(answer["msg_id"])
    assert counts(event) == [3, 2, 2, 0]
    assert office.shown("o_two") == ["本周五过组织生活"]
    told = office.post("message/mass/get", {"msg_id": str(answer["msg_id"])})
    assert told == {"msg_id": answer["msg_id"], "msg_status": "SEND_SUCCESS"}


@rule("After a mass send of mpnews the draft and its media_id are gone, and its articles open", MASS)
def test_articles_stand_on_the_phones_and_leave_the_draft_box(office: Office, callback: Callback) -> None:
    media_id = office.add(office.article(), office.article(title="第二篇"))["media_id"]
    body = {"filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    answer = office.post("message/mass/sendall", body | {"send_ignore_reprint": 0})
    assert answer["msg_data_id"] > 0
    callback.wait_for(1)
    (event,) = events(callback)
    urls = [one.text or "" for one in event.findall("ArticleUrlResult/ResultList/item/ArticleUrl")]
    assert event.findtext("ArticleUrlResult/Count") == "2"
    assert "正文" in requests.get(urls[1], timeout=5).text
    assert office.shown() == [f"主题党日 {urls[0]}\n第二篇 {urls[1]}"]
    assert office.kept("drafts") == []
    assert office.post("message/mass/sendall", body | {"clientmsgid": "x"})["errcode"] == 40007
    assert office.kept("articles") == []


@rule("A mass send's content can be deleted by article or address, once it has ended", MASS)
def test_deleted_articles_are_gone_for_readers(office: Office) -> None:
    media_id = office.add(office.article(), office.article(title="第二篇"))["media_id"]
    body = {"touser": ["o_one", "o_two"], "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    msg_id = office.post("message/mass/send", body)["msg_id"]
    urls = [line.split(" ")[1] for line in office.shown()[0].split("\n")]
    assert office.post("message/mass/delete", {"msg_id": msg_id, "article_idx": 3})["errcode"] == 40060
    assert office.post("message/mass/delete", {"msg_id": msg_id, "article_idx": 1})["errcode"] == 0
    assert "该内容已被发布者删除" in requests.get(urls[0], timeout=5).text
    assert "正文" in requests.get(urls[1], timeout=5).text
    assert office.status(msg_id) == "SEND_SUCCESS"
    assert office.post("message/mass/delete", {"url": urls[1]})["errcode"] == 0
    assert office.status(msg_id) == "DELETE"
    assert office.post("message/mass/delete", {"msg_id": msg_id})["errcode"] == 40204
    assert office.post("message/mass/delete", {"msg_id": 7})["errcode"] == 40059
    assert office.post("message/mass/delete", {"url": "http://x/s/y"})["errcode"] == 40065
    text = office.to_some("o_one", "o_two")["msg_id"]
    assert office.post("message/mass/delete", {"msg_id": text})["errcode"] == 40059


@rule(
    "Content: 40008, 45113 wxcard, 44004, 45002, 40007, and 42010 for a media_id sent within the minute", MASS
)
def test_content_is_of_a_known_kind(office: Office) -> None:
    assert office.to_all(msgtype="poem")["errcode"] == 40008
    assert office.to_all(msgtype="wxcard", wxcard={"card_id": "x"})["errcode"] == 45113
    assert office.to_all("")["errcode"] == 44004
    assert office.to_all("字" * 683)["errcode"] == 45002
    assert office.to_all(msgtype="voice", voice={"media_id": "x"})["errcode"] == 40007
    assert office.to_all(msgtype="voice")["errcode"] == 47001
    pictures: dict[str, Any] = {"media_ids": [office.cover(), office.cover()], "recommend": "x", "title": "t"}
    pictures |= {"need_open_comment": 1, "only_fans_can_comment": 0}
    two = ("o_one", "o_two")
    assert office.to_some(*two, msgtype="image", images=pictures)["errcode"] == 0
    again = {"media_id": pictures["media_ids"][0]}
    assert office.to_some(*two, msgtype="image", image=again)["errcode"] == 42010
    office.clock(61)
    assert office.to_some(*two, msgtype="image", image=again)["errcode"] == 0
    assert [row.split(" http")[0] for row in office.shown()] == ["[图片 picture]"] * 3


@rule("Sending to all waits for an administrator where protection is on: refused is err(40001)", MASS)
@pytest.mark.parametrize(
    ("confirmed", "status", "found"),
    [(True, "send success", "SEND_SUCCESS"), (False, "err(40001)", "SEND_FAIL")],
)
def test_administrator_confirms_or_refuses(
    office: Office, callback: Callback, confirmed: bool, status: str, found: str
) -> None:
    office.order("protect", on=True)
    assert office.to_some("o_one", "o_two", text="名单不等")["errcode"] == 0
    callback.wait_for(1)
    msg_id = office.to_all()["msg_id"]
    assert office.status(msg_id) == "SENDING"
    assert office.shown("o_three") == []
    assert office.order("confirm", msg_id=msg_id, confirmed=confirmed)["verdict"] == "ok"
    assert office.status(msg_id) == found
    assert events(callback)[1].findtext("Status") == status
    assert office.shown("o_three") == (["各位党员"] if confirmed else [])
    again = office.order("confirm", msg_id=msg_id, confirmed=True)
    assert again["error"]["code"] == "not_waiting"
    assert office.order("confirm", msg_id=7, confirmed=True)["error"]["code"] == "unknown_send"


@rule("What no administrator confirms within 30 minutes ends as err(40002)", MASS)
def test_half_an_hour_ends_the_waiting(office: Office, callback: Callback) -> None:
    office.order("protect", on=True)
    msg_id = office.to_all()["msg_id"]
    office.clock(1790)
    assert office.status(msg_id) == "SENDING"
    office.clock(1801)
    callback.wait_for(1)
    assert events(callback)[0].findtext("Status") == "err(40002)"
    assert counts(events(callback)[0]) == [3, 0, 0, 0]
    assert office.status(msg_id) == "SEND_FAIL"
    wait_until(lambda: office.order_rows()[0]["event_sent"])
    assert office.to_all(clientmsgid="anew")["errcode"] == 0


@rule("A send judged a reprint stops as err(30003) unless send_ignore_reprint is 1", MASS)
def test_reprint_stops_only_who_does_not_ignore_it(office: Office, callback: Callback) -> None:
    for ignored, expected in ((0, "err(30003)"), (1, "send success")):
        office.order("judge", status="err(30003)")
        media_id = office.drafted()
        body = {"touser": ["o_one", "o_two"], "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
        office.post("message/mass/send", body | {"send_ignore_reprint": ignored})
        callback.wait_for(ignored + 1)
        event = events(callback)[-1]
        assert event.findtext("Status") == expected
        found = [event.findtext(f"CopyrightCheckResult/{name}") for name in ("Count", "CheckState")]
        assert found == (["0", "1"] if ignored else ["1", "3"])
        assert len(event.findall("CopyrightCheckResult/ResultList/item/OriginalArticleUrl")) == 1 - ignored
    assert len(office.kept("drafts")) == 1
    assert office.order("judge", status="err(1)")["error"]["code"] == "bad_input"


@rule("Who cannot be reached counts as an error, who refuses messages or has left is filtered out", MASS)
def test_counts_say_who_was_not_reached(office: Office, callback: Callback) -> None:
    office.order("undeliverable", openid="o_two")
    office.caller.do("unfollow")
    office.to_some("o_one", "o_two", "o_three")
    callback.wait_for(2)
    assert counts(events(callback)[1]) == [3, 2, 1, 1]
    office.order("undeliverable", openid="o_two", undeliverable=False)
    office.to_some("o_one", "o_two", text="第二条")
    callback.wait_for(3)
    assert counts(events(callback)[2]) == [2, 1, 1, 0]


@rule("A preview goes to one phone, by openid or by name, and the draft stays", 'WeChat, "mass preview"')
def test_preview_is_shown_on_one_phone(office: Office) -> None:
    media_id = office.drafted()
    body = {"touser": "o_two", "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    assert office.post("message/mass/preview", body)["errcode"] == 0
    note, article = office.shown("o_two")
    assert (note, article.split(" http")[0]) == ("预览 preview", "主题党日")
    assert len(office.kept("drafts")) == 1
    text = {"msgtype": "text", "text": {"content": "试看"}}
    assert office.post("message/mass/preview", text | {"touser": "o_nobody"})["errcode"] == 40003
    assert office.post("message/mass/preview", text | {"towxname": "nobody"})["errcode"] == 40132
    picture = {"touser": "o_two", "msgtype": "image", "image": {"media_id": office.cover()}}
    assert office.post("message/mass/preview", picture)["errcode"] == 0
    assert office.post("message/mass/preview", text | {"towxname": "o_three"})["errcode"] == 0


def test_voice_and_video_are_sent_and_the_video_can_be_taken_back(office: Office) -> None:
    voice = office.upload("material/add_material", b"#!AMR\n", type="voice")["media_id"]
    video = office.upload("media/upload", b"\0\0\0 ftypisom", type="video")["media_id"]
    assert office.to_some("o_one", "o_two", msgtype="voice", voice={"media_id": voice})["errcode"] == 0
    told = {"media_id": video, "title": "党课", "description": "录像"}
    sent = office.to_some("o_one", "o_two", msgtype="mpvideo", mpvideo=told)
    assert office.post("message/mass/delete", {"msg_id": sent["msg_id"]})["errcode"] == 0
    assert office.status(sent["msg_id"]) == "DELETE"
    assert (
        office.to_some("o_one", "o_two", msgtype="mpvideo", mpvideo={"media_id": JPEG.hex()})["errcode"]
        == 40007
    )


@rule("MASSSENDJOBFINISH may come before the answer, twice, later, or not at all", "field reports")
def test_result_may_come_as_it_likes(office: Office, callback: Callback) -> None:
    path = "/cgi-bin/message/mass/send"
    for nth, kind in enumerate(("event_lost", "event_withheld", "event_twice", "event_before_response"), 1):
        office.order("faults", kind=kind, path=path, nth=nth)
    lost, held, twice = (office.to_some("o_one", "o_two", text=text)["msg_id"] for text in "一二三")
    callback.wait_for(2)
    first = office.to_some("o_one", "o_two", text="四")["msg_id"]
    told = [event.findtext("MsgID") for event in events(callback)]
    assert told == [str(twice), str(twice), str(first)]
    assert office.caller.sim.post("/_sim/release", {"msgid": held}) == {"released": 1}
    callback.wait_for(4)
    assert events(callback)[3].findtext("MsgID") == str(held)
    assert office.status(lost) == "SEND_SUCCESS"
