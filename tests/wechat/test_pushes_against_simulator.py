"""What phones of the simulator do, and what its WeChat ends, is read as what it is."""

from redis import Redis

from tests.running import until
from tests.wechat.phone import Phone, listening
from wechat.person_events import (
    Clicked,
    PageOpened,
    PicturesChosen,
    PlaceChosen,
    Scanned,
    ScanPushed,
    ScanWaited,
    Subscribed,
    Viewed,
)
from wechat.result_events import MassFinished

MENU = [
    {"type": "click", "name": "积分", "key": "积分"},
    {
        "name": "扫",
        "sub_button": [
            {"type": "scancode_push", "name": "扫", "key": "push"},
            {"type": "scancode_waitmsg", "name": "签到", "key": "wait"},
            {"type": "pic_weixin", "name": "图", "key": "pictures"},
            {"type": "location_select", "name": "地", "key": "place"},
        ],
    },
    {
        "name": "看",
        "sub_button": [
            {"type": "view", "name": "网页", "url": "https://dj.example.cn/"},
            {
                "type": "miniprogram",
                "name": "小程序",
                "url": "https://dj.example.cn/m",
                "appid": "wx0000000000000001",
                "pagepath": "pages/home",
            },
        ],
    },
]


def test_every_tap_comes_as_what_its_button_is(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat, push_mode="safe")
    phone.gateway(redis).post("/cgi-bin/menu/create", {"button": MENU})
    with listening(phone, safe=True) as received:
        for key in ("积分", "pictures", "place", "https://dj.example.cn/", "https://dj.example.cn/m"):
            phone.act("tap", key=key)
        for key in ("push", "wait"):
            phone.act("tap", key=key, result="AQ-x_y")
    by_type = {type(push): push for push in received}
    kinds = {Clicked, PicturesChosen, PlaceChosen, Viewed, PageOpened, ScanPushed, ScanWaited}
    assert kinds <= set(by_type)
    viewed, opened, pictures = by_type[Viewed], by_type[PageOpened], by_type[PicturesChosen]
    assert isinstance(viewed, Viewed)
    assert viewed.url == "https://dj.example.cn/"
    assert isinstance(opened, PageOpened)
    assert opened.page == "pages/home"
    assert isinstance(pictures, PicturesChosen)
    assert pictures.count == 1


def test_scanned_code_of_the_account_brings_its_scene_with_it(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat, push_mode="compatible")
    code = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "hall"}}}
    phone.gateway(redis).post("/cgi-bin/qrcode/create", code)
    with listening(phone, safe=True) as received:
        phone.act("scan-code", scene="hall")
        phone.act("unfollow")
        phone.act("scan-code", scene="hall")
    scanned, _, followed = received
    assert isinstance(scanned, Scanned)
    assert scanned.scene == "hall"
    assert isinstance(followed, Subscribed)
    assert followed.scene == "hall"


def test_mass_message_ends_with_its_counts(wechat: str, redis: Redis) -> None:
    phone = Phone(wechat, push_mode="safe")
    phone.order("followers", {"appid": phone.appid, "followers": [{"openid": "oOther"}]})
    text = {"touser": [phone.openid, "oOther"], "msgtype": "text", "text": {"content": "通知"}}
    with listening(phone, safe=True) as received:
        answer = phone.gateway(redis).post("/cgi-bin/message/mass/send", text)
        until(lambda: received)
    (ended,) = received
    assert isinstance(ended, MassFinished)
    assert (ended.msgid, ended.status) == (str(answer["msg_id"]), "send success")
    assert (ended.total, ended.filtered, ended.sent, ended.failed) == (2, 2, 2, 0)
