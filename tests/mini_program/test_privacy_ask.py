"""What WeChat asks before the camera or a copy: on the page one sees, and a refusal costs nothing else."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.hall import CHECK_IN, hold, picture

pytestmark = pytest.mark.browser

LINK = "pages/link-code/link-code"
COPYING = "复制以前，先问您一声"
SCANNING = "用相机以前，先问您一声"
NOT_COPIED = "没有复制成。字都在这一页，长按可以选，照着抄也行。"


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def test_copying_is_asked_for_and_refused_leaves_the_text_to_read(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("王丽娟").open(LINK)
    phone.privacy_needed()
    phone.tap("复制这几个字")
    for seen in (COPYING, "只放进您要复制的这段字，不看您以前复制过什么。", "看隐私保护指引"):
        phone.see(seen)
    assert phone.axe() == []
    phone.tap("不同意")
    phone.see(NOT_COPIED)
    phone.not_see(COPYING)
    phone.see("5 分钟内有效，只用一次")
    assert phone.axe() == []
    phone.tap("复制这几个字")
    phone.tap("同意")
    phone.see("复制好了，请回到公众号，粘贴、发送。")
    phone.not_see(NOT_COPIED)
    phone.tap("换一个码")
    phone.tap("复制这几个字")
    phone.see("复制好了，请回到公众号，粘贴、发送。")  # agreed once is agreed


def test_page_one_came_back_to_is_the_one_that_asks(zone: Zone, phone_of: PhoneOf) -> None:
    it, _ = hold(zone, "杜文秀", starts_at=THREE_O_CLOCK + timedelta(hours=1))
    phone = phone_of("杜文秀").open(CHECK_IN)
    phone.scan(picture(zone, it))
    phone.tap("扫一扫签到")
    phone.tap("看今天的安排")  # another page, which then is gone
    phone.tap("返回")
    zone.site.clock[0] += timedelta(minutes=45)
    phone.follow_clock()
    phone.privacy_needed()
    phone.tap("到点再试")
    phone.scan(picture(zone, it))
    phone.tap("扫一扫签到")
    phone.see(SCANNING)
    phone.tap("同意")
    phone.see("签到成功")


def test_page_left_without_an_answer_said_no_and_the_next_page_asks_anew(
    zone: Zone, phone_of: PhoneOf
) -> None:
    hold(zone, "郑巧珍")
    phone = phone_of("郑巧珍").open()
    phone.privacy_needed()
    phone.tap("签到")
    phone.scan("whatever")
    phone.tap("扫一扫签到")
    phone.see(SCANNING)
    phone.tap("返回")
    phone.not_see(SCANNING)
    phone.tap("我的")
    phone.tap("在公众号里也能用")
    phone.tap("复制这几个字")
    phone.see(COPYING)
    phone.tap("同意")
    phone.see("复制好了")
    assert phone.page.evaluate("__mp.scan") == ["whatever"]  # no camera opens behind the person's back
