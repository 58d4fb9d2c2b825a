"""绑定: two steps with a slip, every refusal in words, two phones of one person; the code for the chat."""

from datetime import timedelta

import pytest
from stdnum.iso7064 import mod_11_10

from tests.conftest import NOON
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.hall import CHECK_IN, hold, picture, slip
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

BINDING, LINK = "pages/binding/binding", "pages/link-code/link-code"
FIELD = "纸条上的 12 位数字"


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def send(phone: Phone, code: str, button: str = "下一步") -> None:
    """Type a slip's digits and go on."""
    phone.type(FIELD, code)
    phone.tap(button)


def never_printed(code: str) -> str:
    """Return twelve digits with a right check digit that nobody has."""
    body = f"{(int(code[:11]) + 1) % 10**11:011d}"
    return body + mod_11_10.calc_check_digit(body)


def mistyped(code: str) -> str:
    """Return a slip's digits with one wrong."""
    return code[:5] + str((int(code[5]) + 1) % 10) + code[6:]


def test_slip_binds_in_two_steps_and_home_knows_the_person(zone: Zone, phone_of: PhoneOf) -> None:
    code = slip(zone, "王丽娟")
    phone = phone_of("王丽娟", bound=False).open()
    phone.tap("绑定我的身份")
    for seen in (
        "第 1 步，共 2 步",
        "请输入纸条上的 12 位数字",
        "还差 12 位",
        "暂不登录",
        "不要身份证号、位置和照片。",
    ):
        phone.see(seen)
    phone.type(FIELD, f"{code[:4]} {code[4:8]} {code[8:10]}")
    phone.see("还差 2 位")
    assert phone.axe() == []
    send(phone, code)
    for seen in ("第 2 步，共 2 步", "这张纸条是给这位同志的：", "王*娟", "青石村党支部", "暂不登录"):
        phone.see(seen)
    phone.not_see("王丽娟")
    assert phone.axe() == []
    phone.forget()
    phone.tap("是我，绑定")
    phone.see("绑定好了，王丽娟同志。")
    phone.see("青石村党支部")
    assert [one["path"] for one in phone.requests] == ["/api/v1/binding"]
    assert phone.axe() == []
    phone.tap("好的，回首页")
    phone.see("近期没有安排")
    phone.open(BINDING)
    phone.see("您已经绑定：王丽娟同志")


def test_slip_of_the_finger_costs_nothing(zone: Zone, phone_of: PhoneOf) -> None:
    code = slip(zone, "刘玉兰")
    phone = phone_of("刘玉兰", bound=False).open(BINDING)
    send(phone, mistyped(code))
    phone.see("有一位输得不对，请对着纸条看一遍。")
    phone.see("这次不算次数。")
    assert phone.axe() == []
    for _ in range(5):
        phone.tap("改好了，下一步")
        phone.see("有一位输得不对")
    send(phone, never_printed(code), "改好了，下一步")
    phone.see("没有这张纸条，还可以试 4 次。")
    send(phone, code, "改好了，下一步")
    phone.see("刘*兰")
    phone.tap("不是本人")
    for seen in ("没有绑定，什么也没有留下", "纸条可能拿错了。", "没有纸条也不要紧"):
        phone.see(seen)
    assert phone.axe() == []
    phone.tap("重新输入数字")
    phone.see("还差 12 位")
    phone.tap("暂不登录")
    phone.see("绑定我的身份")


def test_five_wrong_slips_wait_an_hour(zone: Zone, phone_of: PhoneOf) -> None:
    code = slip(zone, "许志远")
    phone = phone_of("许志远", bound=False).open(BINDING)
    button = "下一步"
    for left in (4, 3, 2, 1, 0):
        send(phone, never_printed(code), button)
        phone.see(f"还可以试 {left} 次。")
        button = "改好了，下一步"
    phone.tap(button)
    phone.see("试得太多了，请一小时后再来，或找支部。")
    zone.site.clock[0] += timedelta(minutes=61)
    send(phone, code, button)
    phone.tap("是我，绑定")
    phone.see("绑定好了，许志远同志。")


def test_old_slip_and_somebody_elses_phone_are_told(zone: Zone, phone_of: PhoneOf) -> None:
    old, new = slip(zone, "郑巧珍"), slip(zone, "郑巧珍")
    phone = phone_of("郑巧珍", bound=False).open(BINDING)
    send(phone, old)
    phone.see("这张纸条用过了，或过了 30 天，请支部再打印一张。")
    assert new
    phone.type(FIELD, new)
    zone.bind("马德顺")
    hers = phone_of("马德顺", logged_in=False).open(BINDING)
    hers.see("您已经绑定：马德顺同志")  # found by logging in
    hers.tap("好的，回首页")
    hers.see("近期没有安排")


def test_phone_bound_meanwhile_to_somebody_else_is_told(zone: Zone, phone_of: PhoneOf) -> None:
    code = slip(zone, "韩德福")
    phone = phone_of("杜文秀", bound=False).open(BINDING)
    phone.page.wait_for_function("__mp.requests.some(one => one.status)")  # it knows that nobody is bound
    zone.bind("杜文秀")  # the same WeChat on another phone
    send(phone, code)
    phone.see("这个微信已经绑定了另一位同志，要换人请先解除。")


def test_without_network_nothing_typed_is_lost(zone: Zone, phone_of: PhoneOf) -> None:
    code = slip(zone, "李守田")
    phone = phone_of("李守田", bound=False).open(BINDING)
    phone.see("还差 12 位")
    phone.offline()
    send(phone, code)
    phone.see("现在没有网络")
    phone.online()
    phone.tap("改好了，下一步")
    phone.see("李*田")
    phone.no_answer("POST", "/binding", arrives=True)
    phone.tap("是我，绑定")
    phone.see("网络太慢，没有收到结果")
    phone.tap("是我，绑定")
    phone.see("绑定好了，李守田同志。")


def test_older_phone_is_told_once_somebody_bound_elsewhere(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "侯建军")
    old = phone_of("侯建军").open()
    old.see("十一月主题党日")
    new = phone_of("贺永年", bound=False).open(BINDING)
    send(new, slip(zone, "侯建军"))
    new.tap("是我，绑定")
    new.see("绑定好了，侯建军同志。")
    told = "您的身份改绑到另一个微信，就会这样。不是您本人办的请找支部。"
    old.tap("签到")
    old.scan(picture(zone, it))
    old.tap("扫一扫签到")
    old.see("先绑定，绑好自动签到")
    old.see(told)
    assert "侯建军" not in str(old.storage())
    old.tap("暂不登录")
    old.see(told)
    old.open("pages/points/points")
    old.see("绑定以后才看得到")
    old.see(told)
    old.tap("绑定我的身份")
    old.see(told)
    new.open(CHECK_IN)
    new.see("十一月主题党日")


def test_old_phone_at_home_is_told_too(zone: Zone, phone_of: PhoneOf) -> None:
    old = phone_of("钱有粮").open()
    old.see("近期没有安排")
    new = phone_of("邵翠萍", bound=False).open(BINDING)
    send(new, slip(zone, "钱有粮"))
    new.tap("是我，绑定")
    new.see("绑定好了，钱有粮同志。")
    old.warm()
    old.see("您的身份改绑到另一个微信，就会这样。不是您本人办的请找支部。")
    old.see("绑定我的身份")
    assert "钱有粮" not in str(old.storage())


def test_code_for_the_chat_is_copied_renewed_and_runs_out(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("唐开运").open(LINK)
    for seen in ("5 分钟内有效，只用一次", "收到“绑定好了”就行", "支部不会向您要这个码。"):
        phone.see(seen)
    assert phone.axe() == []
    phone.tap("复制这几个字")
    phone.see("复制好了，请回到公众号，粘贴、发送。")
    [copied] = phone.calls("setClipboardData")
    word, first, second = copied["data"].split(" ")
    assert (word, len(first), len(second)) == ("关联", 4, 4)
    phone.see(f"{first} {second}")
    phone.tap("换一个码")
    phone.not_see(f"{first} {second}")
    zone.site.clock[0] += timedelta(minutes=4, seconds=30)
    phone.follow_clock()
    phone.warm()
    phone.see("不到 1 分钟了，只用一次")
    zone.site.clock[0] += timedelta(minutes=1)
    phone.follow_clock()
    phone.warm()
    phone.see("这个码过时了，请换一个")
    phone.tap("换一个码")
    phone.see("5 分钟内有效，只用一次")


def test_code_for_the_chat_needs_somebody_bound_and_a_network(zone: Zone, phone_of: PhoneOf) -> None:
    phone_of("曹振海", bound=False).open(LINK).see("绑定以后才看得到")
    phone = phone_of("金巧云").open()
    phone.see("近期没有安排")
    phone.fail_next("GET", "/me/link-code", 503)
    phone.open(LINK)
    phone.see("这会儿人多，没打开")
    phone.tap("重试")
    phone.see("5 分钟内有效，只用一次")
