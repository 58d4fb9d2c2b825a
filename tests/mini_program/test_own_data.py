"""隐私说明, 我的全部记录 and 请求更正: what is kept of oneself, to read, to take along and to have mended."""

import pytest

from tests.conftest import NOON
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

PRIVACY, DATA, CORRECTION = "pages/privacy/privacy", "pages/my-data/my-data", "pages/correction/correction"
NOT_COPIED = "没有复制成。字都在这一页，长按可以选，照着抄也行。"


@pytest.fixture(autouse=True)
def at_ten_to_three(zone: Zone) -> None:
    """Begin each test at ten to three."""
    zone.site.clock[0] = NOON


def letters(zone: Zone, who: str) -> list[str]:
    """Return what this phone wrote to the office."""
    return [one["text"] for one in zone.ask(who).get("complaints")["items"]]


def test_one_page_says_what_is_kept_and_leads_to_ones_own(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("王丽娟").open(PRIVACY)
    for seen in (
        "我们记什么", "从来不要", "身份证号、住址、位置、照片、人脸、病情、收入、家庭情况。", "存多久",
        "给谁看", "下载我的全部记录", "有一处不对，请求更正", "请求删除",
    ):  # fmt: skip
        phone.see(seen)
    assert phone.axe() == []
    phone.tap("看微信的隐私保护指引")
    assert len(phone.calls("openPrivacyContract")) == 1
    phone.tap("下载我的全部记录")
    phone.see("11月25日 周三 14:50 的记录")
    stranger = phone_of(None).open(PRIVACY)
    stranger.see("从来不要")
    stranger.not_see("下载我的全部记录")
    for page in (DATA, CORRECTION):
        stranger.open(page)
        stranger.see("绑定以后才看得到")


def test_own_record_is_what_the_server_has_copied_and_sent_as_a_file(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("白玉珍").open(DATA)
    phone.see("11月25日 周三 14:50 的记录")
    told = zone.ask("白玉珍").get("me/data")["sections"]
    shown = phone.words()
    for section in told:
        assert section["title"] in shown
        for row in section["rows"]:
            assert all(one.strip() in shown for one in row), row
    assert any(not section["rows"] for section in told)
    phone.see("没有")
    assert phone.axe() == []
    phone.privacy_needed()
    phone.tap("复制全文")
    phone.tap("不同意")
    phone.see(NOT_COPIED)
    phone.tap("复制全文")
    phone.tap("同意")
    phone.see("复制好了，可以粘贴到别处。")
    phone.not_see(NOT_COPIED)
    text = phone.calls("setClipboardData")[-1]["data"]
    assert text.startswith("11月25日 周三 14:50 的记录\n\n【")
    for section in told:
        lines = "".join("\n" + "：".join(row) for row in section["rows"])
        assert f"【{section['title']}】{lines}" in text
    send_to_oneself(phone, text)


def send_to_oneself(phone: Phone, text: str) -> None:
    """Turn back when asked to whom the file goes, then send it; it holds this text."""
    phone.tell("sends", False)
    phone.tap("发给自己存着")
    phone.see("没有发出去。可以复制全文，再粘贴给自己。")
    phone.not_see("复制好了")
    assert phone.axe() == []
    phone.tell("sends", True)
    phone.tap("发给自己存着")
    phone.see("发好了。")
    phone.not_see("没有发出去")
    sent = phone.calls("shareFileMessage")[-1]
    assert sent["fileName"] == "我的全部记录.txt"
    assert {"filePath": sent["filePath"], "data": text} in phone.calls("writeFile")


def test_record_that_cannot_be_had_says_why(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("陈春生")
    phone.fail_next("GET", "/me/data", 503)
    phone.open(DATA)
    phone.see("这会儿人多，没打开")
    phone.tap("重试")
    phone.see("的记录")


def test_what_is_wrong_goes_to_somebody_who_must_answer(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("方国栋").open(CORRECTION)
    phone.see("由示范区的同志和支部核对，会答复您。")
    phone.tap("提交")
    phone.see("请先选哪一处不对。")
    phone.tap("党小组")
    phone.tap("提交")
    phone.see("请写两个字以上。")
    assert phone.axe() == []
    phone.type("应该是什么", "我在第二党小组")
    phone.open(CORRECTION)
    assert phone.page.get_by_label("应该是什么").input_value() == "我在第二党小组"
    assert phone.page.get_by_role("radio", name="党小组").get_attribute("aria-checked") == "true"
    phone.offline()
    phone.tap("提交")
    phone.see("现在没有网络。有信号了，再点一次。")
    phone.online()
    phone.tap("提交")
    for seen in ("收到了", "编号 20261125", "12月9日 周三以前答复。", "答复写在“投诉与建议”里"):
        phone.see(seen)
    assert phone.axe() == []
    assert letters(zone, "方国栋") == ["更正请求（党小组）：青石村党支部 方国栋。我在第二党小组"]
    phone.tap("去“投诉与建议”看看")
    phone.see("我在第二党小组")
    phone.see("12月9日以前答复")
    phone.open(CORRECTION)
    assert phone.page.get_by_label("应该是什么").input_value() == ""


def test_erasing_says_first_what_has_to_stay(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of("高长山").open(PRIVACY)
    phone.tap("请求删除")
    phone.see("到会、积分和星级是支部的组织生活记录，按规定要保存。")
    phone.not_see("哪一处不对")
    phone.type("想删什么", "旧的电话号码")
    assert phone.axe() == []
    phone.tap("返回")
    phone.tap("有一处不对，请求更正")
    assert phone.page.get_by_label("应该是什么").input_value() == ""  # two drafts, not one
    phone.tap("返回")
    phone.tap("请求删除")
    phone.no_answer("POST", "/me/corrections", arrives=True)
    phone.tap("提交")
    phone.see("网络太慢，没有收到结果，可能已经送到。")
    assert letters(zone, "高长山") == ["删除请求：青石村党支部 高长山。旧的电话号码"]
    phone.fail_next(
        "POST", "/me/corrections", 429, "too_many_tries", "收到的太多了，请过些时候再写，或者打电话"
    )
    phone.tap("提交")
    phone.see("收到的太多了，请过些时候再写，或者打电话")
