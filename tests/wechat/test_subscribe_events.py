"""The three events about subscription messages, in each shape WeChat was seen to write."""

import json
from typing import Any

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat.samples import NOW, PLAIN, push_xml, stamped
from wechat.callback import open_push
from wechat.person_events import Choice, SubscribeChange, SubscribePopup
from wechat.push import Push
from wechat.result_events import SentRow, SubscribeSent

Row = dict[str, Any]
FOUND = {"Popup": SubscribePopup, "Change": SubscribeChange, "Sent": SubscribeSent}


def opened(body: bytes) -> Push:
    return open_push(PLAIN, stamped(PLAIN), body, now=NOW)


def as_xml(what: str, rows: list[Row], created: int = 1764053400) -> bytes:
    """As an account is told, and a mini-program that chose XML."""
    told = xmltodict.unparse({f"SubscribeMsg{what}Event": {"List": rows}}, full_document=False)
    return push_xml(f"<Event>subscribe_msg_{what.lower()}_event</Event>", told, created=created)


def as_json(what: str, rows: Any, **changes: Any) -> bytes:
    """As a mini-program that chose JSON is told: no element around the rows, numbers as text."""
    fields = {
        "ToUserName": "gh_1",
        "FromUserName": "oA",
        "CreateTime": "1764053400",
        "MsgType": "event",
        "Event": f"subscribe_msg_{what.lower()}_event",
        "List": rows,
    }
    return json.dumps(fields | changes).encode()


def a_choice(template_id: str = "S1", status: str = "accept", scene: str = "0") -> Row:
    return {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": scene}


def a_result(msgid: Any = "1700827132819554304", code: Any = "0", status: str = "success") -> Row:
    return {"TemplateId": "S1", "MsgID": msgid, "ErrorCode": code, "ErrorStatus": status}


def test_popup_is_read_with_one_row_and_with_more() -> None:
    one, two = a_choice(), a_choice("S2", "reject", "2")
    for body in (as_xml("Popup", [one]), as_json("Popup", one), as_json("Popup", [one])):
        push = opened(body)
        assert isinstance(push, SubscribePopup)
        assert push.items == (Choice("S1", True, "0"),)
        assert (push.appid, push.openid) == ("wx1", "oA")
    for body in (as_xml("Popup", [one, two]), as_json("Popup", [one, two])):
        push = opened(body)
        assert isinstance(push, SubscribePopup)
        assert push.items == (Choice("S1", True, "0"), Choice("S2", False, "2"))


@pytest.mark.parametrize(
    ("status", "accepted"),
    [
        ("accept", True),
        ("acceptWithAudio", True),
        ("acceptWithAlert", True),
        ("reject", False),
        ("ban", False),
        ("filter", False),
        ("", False),
    ],
)
def test_only_what_begins_with_accept_allows_a_message(status: str, accepted: bool) -> None:
    push = opened(as_json("Popup", a_choice(status=status)))
    assert isinstance(push, SubscribePopup)
    assert push.items[0].accepted is accepted


def test_switched_off_is_read() -> None:
    row = {"TemplateId": "S1", "SubscribeStatusString": "reject"}
    for body in (as_xml("Change", [row]), as_json("Change", row), as_json("Change", [row])):
        push = opened(body)
        assert isinstance(push, SubscribeChange)
        assert push.items == (Choice("S1", False, ""),)


def test_result_is_read_whether_numbers_come_as_text_or_not() -> None:
    bodies = (
        as_xml("Sent", [a_result()]),
        as_json("Sent", a_result()),
        as_json("Sent", [a_result(1700827132819554304, 0)], CreateTime=1764053400),
    )
    for body in bodies:
        push = opened(body)
        assert isinstance(push, SubscribeSent)
        assert push.items == (SentRow("S1", "1700827132819554304", 0, "success"),)


@pytest.mark.parametrize(
    ("code", "errcode"), [("43101", 43101), ("-1", -1), ("", None), ("none", None), ("9" * 12, None)]
)
def test_result_that_is_no_success_keeps_its_code(code: str, errcode: int | None) -> None:
    push = opened(as_json("Sent", a_result(code=code, status="system error")))
    assert isinstance(push, SubscribeSent)
    assert (push.items[0].errcode, push.items[0].status) == (errcode, "system error")


@pytest.mark.parametrize("rows", [None, [], "x", ["x", 1, None], {}])
@pytest.mark.parametrize("what", FOUND)
def test_event_without_rows_tells_of_nothing(what: str, rows: Any) -> None:
    push = opened(as_json(what, rows))
    assert isinstance(push, FOUND[what])
    assert isinstance(push, SubscribePopup | SubscribeChange | SubscribeSent)
    assert all(item.template_id == "" for item in push.items)


TEMPLATES = st.sampled_from(["S1", "S2"])
CHOICES = st.lists(
    st.builds(a_choice, TEMPLATES, st.sampled_from(["accept", "reject"])), min_size=1, max_size=3
)
RESULTS = st.lists(st.builds(a_result, st.sampled_from(["1", "2", "0", ""])), min_size=1, max_size=3)
TOLD = st.one_of(
    st.tuples(st.just("Popup"), CHOICES),
    st.tuples(st.just("Change"), CHOICES),
    st.tuples(st.just("Sent"), RESULTS),
)


@given(TOLD, TOLD, st.booleans())
def test_two_events_of_one_second_have_one_key_only_if_they_say_the_same(
    one: tuple[str, list[Row]], other: tuple[str, list[Row]], in_json: bool
) -> None:
    write = as_json if in_json else as_xml
    keys = [opened(write(what, rows)).natural_key for what, rows in (one, one, other)]
    assert keys[0] == keys[1]
    assert (keys[0] == keys[2]) == (one == other)


def test_same_event_of_another_second_or_person_has_another_key() -> None:
    bodies = [
        as_json("Sent", a_result()),
        as_json("Sent", a_result(), CreateTime="1764053401"),
        as_json("Sent", a_result(), FromUserName="oB"),
    ]
    assert len({opened(body).natural_key for body in bodies}) == 3
