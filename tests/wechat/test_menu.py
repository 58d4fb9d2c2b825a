"""The account's menu: what WeChat is told, what is refused before it is asked, what a tap brings back."""

import pytest
from redis import Redis

from tests.wechat.conftest import Stage
from tests.wechat.phone import Phone, listening
from wechat.errors import NoClearAnswer
from wechat.gateway import App, Gateway
from wechat.menu import Button, create_menu, menu_of
from wechat.person_events import Clicked, ScanWaited

CREATE = "/cgi-bin/menu/create"
DAY = Button("主题党日", "click", "主题党日")
SCAN = Button("签到", "scancode_waitmsg", "签到")
MINE = Button("我的", under=(Button("积分", "click", "积分"), Button("帮助", "click", "帮助")))


def on_stage(stage: Stage) -> Gateway:
    app = App("wx1", "0123456789abcdef0123456789abcdef")
    return Gateway(app, base_url=stage.url, redis=None, timeout=(1, 1))


def test_menu_goes_out_as_wechat_wants_it(stage: Stage) -> None:
    stage.always(CREATE, {"errcode": 0, "errmsg": "ok"})
    create_menu(on_stage(stage), (DAY, SCAN, MINE))
    assert stage.calls[-1][2] == {
        "button": [
            {"type": "click", "name": "主题党日", "key": "主题党日"},
            {"type": "scancode_waitmsg", "name": "签到", "key": "签到"},
            {
                "name": "我的",
                "sub_button": [
                    {"type": "click", "name": "积分", "key": "积分"},
                    {"type": "click", "name": "帮助", "key": "帮助"},
                ],
            },
        ]
    }


def test_menu_is_published_read_and_replaced(wechat: str, redis: Redis) -> None:
    gateway = Phone(wechat).gateway(redis)
    assert menu_of(gateway) == ()
    create_menu(gateway, (DAY, SCAN, MINE))
    assert menu_of(gateway) == (DAY, SCAN, MINE)
    create_menu(gateway, (SCAN,))
    create_menu(gateway, (SCAN,))
    assert menu_of(gateway) == (SCAN,)


def under(*buttons: Button) -> Button:
    return Button("我的", under=buttons)


BOUNDS = [
    ((DAY,) * 3, (DAY,) * 4),
    ((under(*[DAY] * 5),), (under(*[DAY] * 6),)),
    ((DAY,), ()),
    ((Button("字" * 5 + "a", "click", "k"),), (Button("字" * 5 + "ab", "click", "k"),)),
    ((under(Button("字" * 20, "click", "k")),), (under(Button("字" * 20 + "a", "click", "k")),)),
    ((Button("名", "click", "键" * 42 + "ab"),), (Button("名", "click", "键" * 43),)),
    ((Button("名", "click", "k"),), (Button("", "click", "k"),)),
    ((Button("名", "click", "k"),), (Button("名", "click", ""),)),
    ((Button("名", "click", "k"),), (Button("名", "", "k"),)),
    ((under(DAY),), (Button("我的", "click", "k", under=(DAY,)),)),
    ((under(DAY),), (under(under(DAY)),)),
    ((under(DAY),), (under(Button("名", "click", "")),)),
]


@pytest.mark.parametrize(("longest", "too_much"), BOUNDS)
def test_last_menu_that_wechat_takes_passes_and_the_next_is_not_even_sent(
    wechat: str, stage: Stage, redis: Redis, longest: tuple[Button, ...], too_much: tuple[Button, ...]
) -> None:
    create_menu(Phone(wechat).gateway(redis), longest)
    with pytest.raises(ValueError):
        create_menu(on_stage(stage), too_much)
    assert stage.paths() == []


@pytest.mark.parametrize("answer", [{}, (200, b"<html>")])
def test_menu_without_a_clear_answer_is_not_called_published(stage: Stage, answer: object) -> None:
    stage.always(CREATE, answer)
    with pytest.raises(NoClearAnswer):
        create_menu(on_stage(stage), (DAY,))


@pytest.mark.parametrize("answer", [{}, {"menu": {}}, {"menu": {"button": ["x"]}}])
def test_menu_that_cannot_be_read_is_not_taken_for_none(stage: Stage, answer: object) -> None:
    stage.always("/cgi-bin/menu/get", answer)
    with pytest.raises(NoClearAnswer):
        menu_of(on_stage(stage))


def test_taps_come_as_what_the_buttons_are(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat, push_mode="safe")
    create_menu(phone.gateway(redis), (DAY, SCAN, MINE))
    with listening(phone, safe=True) as received:
        phone.act("tap", key="积分")
        phone.act("tap", key="签到", result="https://dj.example.cn/c/AQ-x_y")
    clicked, scanned = received
    assert isinstance(clicked, Clicked)
    assert clicked.key == "积分"
    assert isinstance(scanned, ScanWaited)
    assert (scanned.key, scanned.result) == ("签到", "https://dj.example.cn/c/AQ-x_y")
