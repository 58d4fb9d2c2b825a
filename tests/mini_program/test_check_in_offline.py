"""签到 where the network is bad: nothing is lost, nothing counts twice, and there is always another way."""

import pytest

from tests.conftest import NOON
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.hall import CHECK_IN, digits, hold, picture

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def test_no_answer_then_none_again_then_the_network_is_back(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "卢志强", contact="周秀英书记 139 0000 0118")
    phone = phone_of("卢志强").open(CHECK_IN)
    phone.see("十一月主题党日")
    phone.scan(picture(zone, it))
    phone.offline()
    phone.tap("扫一扫签到")
    phone.see("网络太慢，没有收到结果")
    phone.see("重试不会重复登记，收到结果前，请先不要离开这一页。")
    assert phone.axe() == []
    phone.tap("重试")
    for seen in (
        "还是没有网络",
        "目前没有收到登记结果",
        "现在就请书记或组长登记",
        "有信号了，点重试",
        "给支部打电话",
    ):
        phone.see(seen)
    phone.see("周秀英书记 139 0000 0118")
    assert phone.axe() == []
    phone.tap("拨打电话")
    assert phone.calls("makePhoneCall") == [{"phoneNumber": "13900000118"}]
    phone.online()
    phone.tap("重试")
    phone.see("签到成功")


def test_answer_lost_on_its_way_back_is_found_by_trying_again(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "潘小芹")
    phone = phone_of("潘小芹").open(CHECK_IN)
    phone.see("十一月主题党日")
    phone.no_answer("POST", "/check-ins", arrives=True)
    phone.scan(picture(zone, it))
    phone.tap("扫一扫签到")
    phone.see("可能已经签上，也可能没有。")
    phone.tap("重试")
    phone.see("您已签到")
    phone.see("您已于 14:50 签到，记为到会。")


def test_typed_digits_survive(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "彭思源")
    phone = phone_of("彭思源").open(CHECK_IN)
    phone.type("屏幕上的六位数字", digits(zone, it))
    phone.no_answer("POST", "/check-ins")
    phone.tap("输入数字签到")
    phone.see("网络太慢，没有收到结果")
    phone.tap("重试")
    phone.see("签到成功")


def test_busy_server_says_nothing_was_received(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "任家和")
    phone = phone_of("任家和").open(CHECK_IN)
    phone.see("十一月主题党日")
    phone.scan(picture(zone, it))
    phone.fail_next("POST", "/check-ins", 503)
    phone.tap("扫一扫签到")
    phone.see("网络太慢，没有收到结果")
    phone.fail_next("POST", "/check-ins", 502, "wechat_failed")
    phone.tap("重试")
    phone.see("还是没有网络")
    phone.not_see("拨打电话")  # no contact is known
    phone.tap("重试")
    phone.see("签到成功")


def test_opened_without_network_the_kept_gathering_shows(zone: Zone, phone_of: PhoneOf) -> None:
    hold(zone, "沈秀英")
    phone = phone_of("沈秀英").open()
    phone.see("十一月主题党日")
    phone.offline()
    phone.tap("签到")
    phone.see("村部二楼会议室")
    phone.see("现在没有网络。下面是 14:50 的内容。")
    phone.online()
    phone.tap("重试")
    phone.not_see("现在没有网络")


def test_waiting_for_the_answer_the_button_cannot_be_tapped_twice(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "孙铁柱")
    phone = phone_of("孙铁柱").open(CHECK_IN)
    phone.see("十一月主题党日")
    phone.forget()
    phone.scan(picture(zone, it), picture(zone, it))
    with phone.slow("POST", "/check-ins"):
        phone.tap("扫一扫签到")
        phone.see("正在登记…")
        phone.tap("正在登记…")
        phone.not_see("扫一扫签到")
    phone.see("签到成功")
    assert [one["method"] for one in phone.requests].count("POST") == 1
