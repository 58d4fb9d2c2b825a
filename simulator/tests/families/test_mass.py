"""Mass sends: to whom, how often, and what of a repeated one."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.tests.conftest import Callback, Caller
from simulator.tests.office import DAY, MASS, Office, at_noon_of_month_start, counts, events
from simulator.tests.rules import rule


@pytest.fixture
def office(make_account: Callable[..., Caller], callback: Callback) -> Office:
    return Office(make_account(callback_url=callback.url))


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


@rule("Mass sends have five speeds; 45083 and 45084 for what is none", 'WeChat, "mass speed"')
def test_speed_is_one_of_five(office: Office) -> None:
    assert office.post("message/mass/speed/set", {"speed": 3})["errcode"] == 0
    told = office.post("message/mass/speed/get")
    assert (told["speed"], told["realspeed"]) == (3, 30)
    assert office.post("message/mass/speed/set", {"speed": 5})["errcode"] == 45083
    assert office.post("message/mass/speed/set", {"fast": 1})["errcode"] == 45084


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


@rule("The documented bodies of mass sends are taken as they stand", MASS)
def test_documented_mass_sends(office: Office) -> None:
    office.post("tags/members/batchtagging", {"openid_list": ["o_one"], "tagid": 2})
    news = {"msgtype": "mpnews", "send_ignore_reprint": 0, "clientmsgid": "send_tag_2"}
    news |= {"filter": {"is_to_all": False, "tag_id": 2}, "mpnews": {"media_id": office.drafted()}}
    sent = office.post("message/mass/sendall", news)
    assert set(sent) == {"errcode", "errmsg", "msg_id", "msg_data_id"}
    assert office.post("message/mass/get", {"msg_id": str(sent["msg_id"])})["msg_status"] == "SEND_SUCCESS"
    deleted = {"msg_id": sent["msg_id"], "article_idx": 1}
    assert office.post("message/mass/delete", deleted) == {"errcode": 0, "errmsg": "ok"}
    pictures: dict[str, Any] = {"media_ids": [office.cover()], "recommend": "xxx", "title": "t"}
    pictures |= {"need_open_comment": 1, "only_fans_can_comment": 0}
    images = {"filter": {"is_to_all": False, "tag_id": 2}, "msgtype": "image", "images": pictures}
    assert office.post("message/mass/sendall", images)["errcode"] == 0
    some = {"touser": ["o_one", "o_two"], "msgtype": "text", "text": {"content": "hello from boxer."}}
    assert set(office.post("message/mass/send", some)) == {"errcode", "errmsg", "msg_id"}
    one = {"touser": "o_one", "msgtype": "text", "text": {"content": "CONTENT"}}
    assert office.post("message/mass/preview", one)["errcode"] == 0
    assert office.post("message/mass/speed/set", {"speed": 1})["errcode"] == 0
