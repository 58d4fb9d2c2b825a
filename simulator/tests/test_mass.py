"""Mass sends: to whom, how often, what of a repeated one, how it ends, and what is left of it."""

import calendar
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.tests.conftest import Callback, Caller, wait_until
from simulator.tests.rules import rule
from simulator.tests.shelf import JPEG, Shelf

MASS = 'WeChat, "Batch Sends"'
DAY = 86_400


class Office(Shelf):
    """The calls about mass sends, for an account with the followers o_one, o_two, o_three."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        rows = [{"openid": openid, "name": openid} for openid in ("o_one", "o_two", "o_three")]
        self.order("followers", followers=rows)

    def to_all(self, text: str = "各位党员", **more: Any) -> Any:
        """Send a text to all followers."""
        body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": text}}
        return self.post("message/mass/sendall", body | more)

    def to_some(self, *openids: str, text: str = "各位党员", **more: Any) -> Any:
        """Send a text to a list of people."""
        body = {"touser": list(openids), "msgtype": "text", "text": {"content": text}}
        return self.post("message/mass/send", body | more)

    def status(self, msg_id: int) -> Any:
        """Ask how a send stands."""
        return self.post("message/mass/get", {"msg_id": str(msg_id)})["msg_status"]

    def shown(self, openid: str = "o_one") -> list[str]:
        """List the texts on a phone."""
        phones = self.caller.sim.get("/_sim/wall", appid=self.caller.appid)["phones"]
        chat = next(phone["chat"] for phone in phones if phone["openid"] == openid)
        return [row["text"] for row in chat]

    def order_rows(self) -> Any:
        """List the account's mass sends."""
        return self.kept("mass")

    def order_count(self) -> int:
        """Count the account's mass sends."""
        return len(self.kept("mass"))

    def clock(self, seconds: float) -> None:
        """Move the clock, and draw the token anew."""
        self.caller.sim.post("/_sim/clock", {"offset_seconds": seconds})
        self.token = str(self.caller.token()["access_token"])


@pytest.fixture
def office(make_account: Callable[..., Caller], callback: Callback) -> Office:
    return Office(make_account(callback_url=callback.url))


def events(callback: Callback) -> list[ET.Element]:
    return [ET.fromstring(body) for _, body in callback.received]


def counts(event: ET.Element) -> list[int]:
    return [int(event.findtext(f"{name}Count", "-1")) for name in ("Total", "Filter", "Sent", "Error")]


def at_noon_of_month_start(office: Office) -> float:
    """Move the clock to noon in China on the first of a month; the offset in seconds."""
    today = time.gmtime(time.time() + 8 * 3600)
    year, month = (today.tm_year, today.tm_mon + 1) if today.tm_mon < 12 else (today.tm_year + 1, 1)
    offset = calendar.timegm((year, month, 1, 4, 0, 0)) - time.time()
    office.clock(offset)
    return offset


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
    "The same clientmsgid is 45066 within a minute, then 45065 with the msg_id, and new after 24 hours", MASS
)
def test_repeated_clientmsgid_sends_nothing(office: Office) -> None:
    first = office.to_some("o_one", "o_two", clientmsgid="send_tag_2")["msg_id"]
    assert office.to_some("o_one", "o_two", clientmsgid="send_tag_2")["errcode"] == 45066
    office.clock(61)
    repeated = office.to_some("o_one", "o_three", text="另一条", clientmsgid="send_tag_2")
    assert (repeated["errcode"], repeated["msg_id"]) == (45065, first)
    assert repeated["errmsg"].startswith("clientmsgid exist")
    assert office.shown() == ["各位党员"]
    office.clock(DAY + 1)
    assert office.to_some("o_one", "o_two", clientmsgid="send_tag_2")["errcode"] == 0
    assert office.to_some("o_one", "o_two", clientmsgid="i" * 32, text="x")["errcode"] == 0
    assert office.to_some("o_one", "o_two", clientmsgid="i" * 33)["errcode"] == 45067


@rule("Without a clientmsgid the scope and the content stand for it", MASS)
def test_same_content_to_the_same_people_is_a_repetition(office: Office) -> None:
    assert office.to_some("o_one", "o_two")["errcode"] == 0
    assert office.to_some("o_one", "o_two")["errcode"] == 45066
    assert office.to_some("o_one", "o_three")["errcode"] == 0
    assert office.to_some("o_one", "o_two", text="另一条")["errcode"] == 0


@rule("A refused mass send does not use its clientmsgid up", MASS)
def test_refused_send_may_be_sent_again_under_its_id(office: Office) -> None:
    assert office.to_some("o_one", "o_nobody", clientmsgid="a")["errcode"] == 40003
    assert office.to_some("o_one", "o_two", clientmsgid="a")["errcode"] == 0


@rule("Each follower of a 服务号 gets at most four mass sends in a calendar month", MASS)
def test_fifth_send_of_a_month_leaves_out_who_had_four(office: Office, callback: Callback) -> None:
    start = at_noon_of_month_start(office)
    for number in range(4):
        assert office.to_some("o_one", "o_two", text=f"第{number}条")["errcode"] == 0
    office.to_some("o_one", "o_three", text="第五条")
    office.to_some("o_one", "o_two", text="第六条")
    callback.wait_for(6)
    told = {event.findtext("Status", ""): counts(event) for event in events(callback)}
    assert [2, 1, 1, 0] in [counts(event) for event in events(callback)]
    assert told["send fail"] == [2, 0, 0, 0]
    assert len(office.shown("o_one")) == 4
    assert office.shown("o_three") == ["第五条"]
    office.clock(start + 31 * DAY)
    office.to_some("o_one", "o_two", text="下个月")
    assert office.shown("o_one")[-1] == "下个月"


@rule("A 服务号 may send to all once a day and four times a month", MASS)
def test_send_to_all_is_rare(office: Office) -> None:
    start = at_noon_of_month_start(office)
    assert office.to_all("一")["errcode"] == 0
    assert office.to_all("二")["errcode"] == 45028
    assert office.to_some("o_one", "o_two")["errcode"] == 0
    for day in (1, 2, 3):
        office.clock(start + day * DAY)
        assert office.to_all(f"第{day}天")["errcode"] == 0
    office.clock(start + 4 * DAY)
    assert office.to_all("第五条")["errcode"] == 45028


@rule("A 公众号 has one successful mass send a day, and none by openid", MASS)
def test_subscription_account_sends_once_a_day(make_account: Callable[..., Caller]) -> None:
    office = Office(make_account(type="subscription"))
    start = at_noon_of_month_start(office)
    assert office.to_some("o_one", "o_two")["errcode"] == 48001
    office.order("judge", status="send fail")
    assert office.to_all("一")["errcode"] == 0
    assert office.to_all("二")["errcode"] == 0
    assert office.to_all("三")["errcode"] == 45028
    for day in range(1, 6):
        office.clock(start + day * DAY)
        assert office.to_all(f"第{day}天")["errcode"] == 0


@rule("sendall reaches a tag's members only; an unknown tag_id is 40152", MASS)
def test_tag_chooses_who_gets_it(office: Office) -> None:
    tag_id = office.post("tags/create", {"tag": {"name": "流动党员"}})["tag"]["id"]
    office.post("tags/members/batchtagging", {"openid_list": ["o_two"], "tagid": tag_id})
    assert office.to_all(filter={"is_to_all": False, "tag_id": tag_id})["errcode"] == 0
    assert (office.shown("o_two"), office.shown("o_one")) == (["各位党员"], [])
    assert office.to_all(filter={"is_to_all": False, "tag_id": 999}, clientmsgid="b")["errcode"] == 40152
    assert office.to_all(filter=None)["errcode"] == 47001


@rule(
    "A list has 2 to 10,000 openids of the account: 40130, 40031, 40032, 40003",
    'WeChat, "mass send by openid"',
)
@pytest.mark.parametrize(
    ("openids", "errcode"),
    [
        (["o_one"], 40130),
        (["o_one", "o_one"], 40130),
        ([], 40130),
        ("o_one", 40031),
        (["o_one", 7], 40031),
        (["o_one", ""], 40031),
        ([f"o_{number}" for number in range(10_001)], 40032),
        (["o_one", "o_nobody"], 40003),
    ],
)
def test_lists_that_are_none_are_refused(office: Office, openids: object, errcode: int) -> None:
    assert office.to_some(touser=openids)["errcode"] == errcode
    assert office.order_count() == 0


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
        assert events(callback)[-1].findtext("Status") == expected
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


@rule("Mass sends have five speeds; 45083 and 45084 for what is none", 'WeChat, "mass speed"')
def test_speed_is_one_of_five(office: Office) -> None:
    assert office.post("message/mass/speed/set", {"speed": 3})["errcode"] == 0
    told = office.post("message/mass/speed/get")
    assert (told["speed"], told["realspeed"]) == (3, 30)
    assert office.post("message/mass/speed/set", {"speed": 5})["errcode"] == 45083
    assert office.post("message/mass/speed/set", {"fast": 1})["errcode"] == 45084


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


def test_send_belongs_to_its_account(make_account: Callable[..., Caller]) -> None:
    ours, theirs = Office(make_account()), Office(make_account())
    msg_id = ours.to_all()["msg_id"]
    assert theirs.post("message/mass/get", {"msg_id": msg_id})["errcode"] == 40059
    assert theirs.shown() == []
    assert theirs.order_count() == 0


@rule("A mass send whose answer was lost is found by its clientmsgid and is not sent twice", MASS)
def test_lost_answer_is_found_by_its_id(office: Office) -> None:
    path = "/cgi-bin/message/mass/sendall"
    office.order("faults", kind="timeout_after", path=path, count=1, seconds=0.1)
    with pytest.raises(requests.RequestException):
        office.to_all(clientmsgid="c-1")
    office.clock(61)
    repeated = office.to_all(clientmsgid="c-1")
    (row,) = office.order_rows()
    assert (repeated["errcode"], str(repeated["msg_id"])) == (45065, row["msg_id"])


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
