"""Customer messages: when they may be sent, how many, of which types; and typing."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import JPEG, Shelf

SEND = 'WeChat, "sendCustomMessage"'
TYPING = 'WeChat, "typing"'
HOUR = 3600
OK = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
def oa(account: Caller) -> Shelf:
    """An official account with its token, followed by o_one, who has done nothing yet."""
    return Shelf(account)


@pytest.fixture
def mini(make_account: Callable[..., Caller]) -> Shelf:
    """A mini-program with its token and one visitor, o_one."""
    return Shelf(make_account(kind="mini_program", templates=[]))


def text(content: str = "您好") -> dict[str, Any]:
    return {"touser": "o_one", "msgtype": "text", "text": {"content": content}}


def send(shelf: Shelf, body: dict[str, Any] | None = None) -> int:
    return int(shelf.post("message/custom/send", body or text())["errcode"])


def move(shelf: Shelf, seconds: float) -> None:
    shelf.caller.sim.post("/_sim/clock", {"offset_seconds": seconds})


def chat(shelf: Shelf) -> list[tuple[str, str]]:
    (phone,) = shelf.caller.sim.get("/_sim/wall", appid=shelf.caller.appid)["phones"]
    return [(row["kind"], row["text"]) for row in phone["chat"]]


def sent(shelf: Shelf) -> list[dict[str, Any]]:
    return [row | {"at": ""} for row in shelf.kept("customer-messages")]


@rule("Who has done nothing cannot be sent to (45015)", SEND)
def test_nobody_is_spoken_to_unasked(oa: Shelf) -> None:
    answer = oa.post("message/custom/send", text())
    assert answer["errcode"] == 45015
    assert answer["errmsg"].startswith("response out of time limit or subscription is canceled")
    assert sent(oa) == []


@rule("A message of a follower allows five messages (45047)", SEND)
def test_message_allows_five(oa: Shelf) -> None:
    oa.caller.do("say", text="在吗")
    assert [send(oa) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    oa.caller.do("picture")
    assert [send(oa) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    assert len(sent(oa)) == 10


@rule("What a message allows, it allows for 48 hours (45015)", SEND)
def test_window_of_a_message_closes_after_48_hours(oa: Shelf) -> None:
    oa.caller.do("say", text="在吗")
    move(oa, 47.9 * HOUR)
    late = Shelf(oa.caller)
    assert send(late) == 0
    move(oa, 48.1 * HOUR)
    assert send(Shelf(oa.caller)) == 45015


ACTS: dict[str, Callable[[Shelf], Any]] = {
    "click": lambda oa: oa.caller.do("tap", key="points"),
    "follow": lambda oa: oa.caller.do("follow"),
    "scan": lambda oa: oa.caller.do("scan-code", scene="hall"),
    "scancode": lambda oa: oa.caller.do("tap", key="scan", result="x"),
}


@rule("A click, a scan or following allows three messages within one minute", SEND)
@pytest.mark.parametrize("act", ACTS)
def test_tap_follow_and_scan_allow_three_in_a_minute(oa: Shelf, act: str) -> None:
    buttons = [
        {"type": "click", "name": "积分", "key": "points"},
        {"type": "scancode_waitmsg", "name": "扫", "key": "scan"},
    ]
    oa.post("menu/create", {"button": buttons})
    oa.post(
        "qrcode/create",
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "hall"}}},
    )
    ACTS[act](oa)
    assert [send(oa) for _ in range(4)] == [0, 0, 0, 45047]
    ACTS[act](oa)
    assert send(oa) == 0
    move(oa, 61)
    assert send(oa) == 45015


@rule("A button that opens a page allows no message", SEND)
def test_view_allows_nothing(oa: Shelf) -> None:
    oa.post("menu/create", {"button": [{"type": "view", "name": "官网", "url": "https://example.org/"}]})
    oa.caller.do("tap", key="https://example.org/")
    assert send(oa) == 45015


def test_what_ends_first_is_used_up_first(oa: Shelf) -> None:
    oa.caller.do("say", text="在吗")
    oa.caller.do("follow")
    assert [send(oa) for _ in range(3)] == [0, 0, 0]
    move(oa, 61)
    assert [send(oa) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


@rule(
    "A mini-program may send five in 48 hours after a message, two in a minute after a session is entered",
    SEND,
)
def test_mini_program_answers_who_entered_or_wrote(mini: Shelf) -> None:
    assert send(mini) == 45015
    mini.caller.do("enter")
    assert [send(mini) for _ in range(3)] == [0, 0, 45047]
    move(mini, 61)
    assert send(mini) == 45015
    mini.caller.do("say", text="在吗")
    assert [send(mini) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


@rule(
    "Who has left cannot be sent to (45015), who refuses messages neither (48002), a stranger is 40003", SEND
)
def test_who_left_who_refuses_and_strangers_get_nothing(oa: Shelf) -> None:
    oa.caller.do("say", text="在吗")
    oa.caller.do("block")
    assert send(oa) == 48002
    oa.caller.do("block", blocked=False)
    assert send(oa) == 0
    oa.caller.do("unfollow")
    assert send(oa) == 45015
    assert send(oa, text() | {"touser": "o_nobody"}) == 40003


@rule("A text of more than 2,048 bytes is too long (45002), one of none is empty (44004)", SEND)
def test_text_has_a_length(oa: Shelf) -> None:
    oa.caller.do("say", text="在吗")
    assert send(oa, text("a" * 2048)) == 0
    assert send(oa, text("a" * 2049)) == 45002
    assert send(oa, text("字" * 683)) == 45002
    assert send(oa, text("")) == 44004
    assert send(oa, {"touser": "o_one", "msgtype": "text"}) == 44004
    assert len(sent(oa)) == 1


def test_message_stands_on_the_phone_and_in_the_list(oa: Shelf) -> None:
    oa.caller.do("say", text="在吗")
    assert oa.post("message/custom/send", text() | {"customservice": {"kf_account": "test1@kftest"}}) == OK
    assert chat(oa)[-1] == ("reply", "您好")
    assert sent(oa) == [
        {
            "at": "",
            "openid": "o_one",
            "msgtype": "text",
            "content": {"content": "您好"},
            "kf_account": "test1@kftest",
        }
    ]


def bodies(oa: Shelf) -> dict[str, tuple[dict[str, Any], str]]:
    """The documented body of each type, and what the phone shows of it."""
    media_id = oa.upload("media/upload", JPEG, type="image")["media_id"]
    media: dict[str, Any] = {"media_id": media_id}
    titled = {"title": "TITLE", "description": "DESCRIPTION", "thumb_media_id": oa.cover()}
    choices = [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}]
    article_id = oa.published()[1]["article_id"]
    page = {"title": "TITLE", "appid": "wx1", "pagepath": "pages/index", "thumb_media_id": media_id}
    return {
        "image": (media, "[图片 picture]"),
        "voice": (media, "[语音 voice]"),
        "video": (titled | media, "[视频 video] TITLE"),
        "music": (
            titled | {"musicurl": "http://m/1", "hqmusicurl": "http://m/2"},
            "[音乐 music] TITLE http://m/1",
        ),
        "news": (
            {
                "articles": [
                    {"title": "Happy Day", "description": "d", "url": "https://u/", "picurl": "https://p/"}
                ]
            },
            "Happy Day https://u/",
        ),
        "mpnews": ({"media_id": oa.drafted()}, "[图文 article] 主题党日"),
        "mpnewsarticle": ({"article_id": article_id}, "主题党日 http"),
        "msgmenu": (
            {"head_content": "满意吗", "list": choices, "tail_content": "欢迎再次光临"},
            "满意吗\n101 满意\n102 不满意\n欢迎再次光临",
        ),
        "wxcard": ({"card_id": "123dsdajkasd231jhksad"}, "[卡券 card] 123"),
        "miniprogrampage": (page, "[小程序 mini-program] TITLE wx1 pages/index"),
    }


@rule("The documented example of each type of message is taken as it stands", SEND)
def test_documented_body_of_each_type_is_taken_and_shown(oa: Shelf) -> None:
    for msgtype, (content, shown) in bodies(oa).items():
        oa.caller.do("say", text="在吗")
        assert send(oa, {"touser": "o_one", "msgtype": msgtype, msgtype: content}) == 0, msgtype
        assert chat(oa)[-1][1].startswith(shown), msgtype


@pytest.mark.parametrize(
    ("msgtype", "content", "errcode"),
    [
        ("link", {"title": "t", "url": "u"}, 40008),
        ("hologram", {}, 40008),
        ("image", {"media_id": "none"}, 40007),
        ("video", {"media_id": None}, 40007),
        ("music", {"musicurl": "u", "thumb_media_id": "none"}, 40007),
        ("news", {"articles": []}, 44003),
        ("news", {"articles": [{"title": "t"}] * 2}, 45008),
        ("mpnews", {"media_id": "none"}, 40007),
        ("mpnewsarticle", {"article_id": "none"}, 53600),
        ("msgmenu", {"list": []}, 40097),
        ("msgmenu", {"list": [{"id": "101"}]}, 40097),
        ("wxcard", {}, 40097),
        ("miniprogrampage", {"pagepath": "p"}, 40166),
        ("miniprogrampage", {"appid": "wx1"}, 40165),
        ("miniprogrampage", {"appid": "wx1", "pagepath": "p"}, 40007),
        ("voice", "a voice", 40097),
    ],
)
def test_wrong_content_is_refused_and_uses_nothing_up(
    oa: Shelf, msgtype: str, content: Any, errcode: int
) -> None:
    oa.caller.do("follow")
    assert send(oa, {"touser": "o_one", "msgtype": msgtype, msgtype: content}) == errcode
    assert [send(oa) for _ in range(4)] == [0, 0, 0, 45047]


@rule("A mini-program sends text, image, link and miniprogrampage, an official account no link (40008)", SEND)
def test_mini_program_sends_its_four_types(mini: Shelf) -> None:
    media_id = mini.upload("media/upload", JPEG, type="image")["media_id"]
    page = {"title": "t", "pagepath": "pages/index", "thumb_media_id": media_id}
    link = {"title": "t", "description": "d", "url": "https://u/", "thumb_url": "https://p/"}
    mini.caller.do("say", text="在吗")
    for msgtype, content in (("image", {"media_id": media_id}), ("link", link), ("miniprogrampage", page)):
        assert send(mini, {"touser": "o_one", "msgtype": msgtype, msgtype: content}) == 0
    assert send(mini, {"touser": "o_one", "msgtype": "msgmenu", "msgmenu": {}}) == 40008


@rule("Only a verified official account sends customer messages (48001)", SEND)
def test_unverified_account_may_not(make_account: Callable[..., Caller]) -> None:
    oa = Shelf(make_account(verified=False))
    oa.caller.do("say", text="在吗")
    assert send(oa) == 48001


@rule(
    "Typing needs a message in the last 30 s (45080), is not shown twice (45081), and ends with a message",
    TYPING,
)
def test_typing_is_shown_once_to_who_just_wrote(oa: Shelf) -> None:
    typing = {"touser": "o_one", "command": "Typing"}
    assert oa.post("message/custom/typing", typing)["errcode"] == 45080
    oa.caller.do("say", text="在吗")
    assert oa.post("message/custom/typing", typing) == OK
    assert chat(oa)[-1] == ("note", "对方正在输入… typing")
    assert oa.post("message/custom/typing", typing)["errcode"] == 45081
    assert oa.post("message/custom/typing", typing | {"command": "CancelTyping"}) == OK
    assert oa.post("message/custom/typing", typing) == OK
    assert send(oa) == 0
    assert oa.post("message/custom/typing", typing) == OK
    move(oa, 16)
    assert oa.post("message/custom/typing", typing) == OK
    move(oa, 32)
    assert oa.post("message/custom/typing", typing)["errcode"] == 45080


@rule("Typing knows two commands, else 45072", TYPING)
def test_typing_knows_two_commands_and_its_people(oa: Shelf) -> None:
    assert oa.post("message/custom/typing", {"touser": "o_one", "command": "Sing"})["errcode"] == 45072
    assert oa.post("message/custom/typing", {"touser": "o_no", "command": "Typing"})["errcode"] == 40003
