"""What a follower means by what they typed, and that no mere mention does anything."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.account_menu import MENU
from handlers.chat.commands import LETTERS, Command, Said, read_words
from handlers.chat.replies import REPLIES

MEANT = {
    Command.GATHERINGS: "主题党日 党日 主题党日啊 什么时候开会 这个月的活动 查主题党日 通知",
    Command.NEXT_MONTH: "下个月 下个月呢 下月党日哪天 下一次什么时候",
    Command.POINTS: "积分 积分查询 查询积分 我的积分 看看积分 多少分 【积分】 积　分",
    Command.STARS: "星级 我是几星 定星 查星级",
    Command.LEAVE: "请假 我要请假 想请假 我来不了 不能参加 补假 请　假",
    Command.WITHDRAW: "撤回请假 撤回 取消请假 不请假了 能来了 我能来了。",
    Command.SIGN_IN: "签到 我要签到 怎么扫码",
    Command.BIND: "绑定 怎么绑定 关联码",
    Command.UNBIND: "解绑 解除绑定 取消绑定 换绑 我要解绑",
    Command.UNBIND_NOW: "确认解绑 确定解绑 “确认解绑”",
    Command.NEWS: "动态 最近新闻",
    Command.COMPLAIN: "投诉 投诉与建议 投诉电话 怎么投诉 意见箱 建议",
    Command.HELP: "帮助 怎么用 我不会 功能",
    Command.GREETING: "在吗 你好 您好 在不在 有人吗",
    Command.TRANSFER: "组织关系转接 转接 转组织关系 转接组织关系 我要转关系 介绍信",
    Command.JOINING: "入党流程 入党 怎么入党 我想入党 积极分子",
    Command.FLOATING: "流动党员报到 流动党员 报到",
    Command.CENTRE: "地址电话 地址 电话 服务中心在哪 党群服务中心地址电话 几点上班",
    Command.NONE: "签 绑 好的 [微笑] 谢谢 ？",
}
WITH_MORE = [
    ("签到 306512", Command.SIGN_IN, "306512"),
    ("签到306512", Command.SIGN_IN, "306512"),
    ("我要签到３０６５１２", Command.SIGN_IN, "306512"),
    ("306512", Command.SIGN_IN, "306512"),
    ("３０６　５１２", Command.SIGN_IN, "306512"),
    ("绑定 1234 5678 9012", Command.BIND, "1234 5678 9012"),
    ("绑定码：1234-5678-9012", Command.BIND, "1234-5678-9012"),
    ("关联码 12345678", Command.BIND, "12345678"),
    ("请假 2", Command.LEAVE, "2"),
    ("请假2", Command.LEAVE, "2"),
    ("请假２", Command.LEAVE, "2"),
    ("请假：②", Command.LEAVE, "2"),
    ("我要请假 家中有事", Command.LEAVE, "家中有事"),
    ("3", Command.NUMBER, "3"),
    ("３。", Command.NUMBER, "3"),
    ("1234 5678 9012", Command.NUMBER, "123456789012"),
    ("投诉 通知发得太晚，老人不知道。", Command.COMPLAIN, "通知发得太晚，老人不知道。"),
    ("投诉：太晚", Command.COMPLAIN, "太晚"),
    ("我要投诉村里不公开账目", Command.COMPLAIN, "村里不公开账目"),
    ("投诉\n第一\n第二", Command.COMPLAIN, "第一\n第二"),
    ("建议 字大一点", Command.COMPLAIN, "字大一点"),
    ("投诉202611250001", Command.COMPLAIN, "202611250001"),
    ("投诉 电话没人接，打了三次", Command.COMPLAIN, "电话没人接，打了三次"),
    # Questions about it are none.
    ("投诉 怎么写", Command.COMPLAIN, ""),
    ("投诉电话是多少呢", Command.COMPLAIN, ""),
    ("投诉你", Command.COMPLAIN, ""),
    # A mention changes nothing: what stands behind it is not read.
    ("不想请假 2", Command.LEAVE, ""),
    ("昨天签到 306512 了", Command.SIGN_IN, ""),
    ("不要确认解绑", Command.UNBIND, ""),
    ("不用撤回请假", Command.LEAVE, ""),
    ("他说的绑定 123456789014", Command.BIND, ""),
]


@pytest.mark.parametrize(
    ("typed", "command"), [(typed, command) for command, row in MEANT.items() for typed in row.split(" ")]
)
def test_word_and_its_neighbours_are_understood(typed: str, command: Command) -> None:
    assert read_words(typed) == Said(command, "")


@pytest.mark.parametrize(("typed", "command", "rest"), WITH_MORE)
def test_what_stands_behind_a_word_is_read_only_where_it_was_asked(
    typed: str, command: Command, rest: str
) -> None:
    assert read_words(typed) == Said(command, rest)


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


@given(
    st.sampled_from([Command.SIGN_IN, Command.BIND, Command.LEAVE]),
    st.text(st.sampled_from("0123456789"), min_size=1, max_size=12),
    st.sampled_from(["", " ", "　", "：", ":", "，", "  "]),
    st.sampled_from([str, wide]),
    st.sampled_from(["", "。", " ", "\n"]),
)
def test_command_reads_back_however_it_is_written(
    command: Command, digits: str, gap: str, width: type[str], end: str
) -> None:
    assert read_words(f"{command}{gap}{width(digits)}{end}") == Said(command, digits)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp", "Cs"]), min_size=6))
def test_letter_is_kept_as_it_was_typed(letter: str) -> None:
    said = read_words(f"投诉 甲{letter}")
    assert said.command is Command.COMPLAIN
    assert said.rest == f"甲{letter}".translate(str.maketrans("", "", "【】「」"))


@given(st.text())
def test_anything_at_all_is_read_as_some_command(text: str) -> None:
    command, rest = read_words(text)
    assert command in REPLIES
    assert not rest or unicodedata.normalize("NFKC", text)


def test_every_command_has_a_reply() -> None:
    assert set(REPLIES) == set(Command)


def test_every_key_of_the_menu_is_one_of_the_words() -> None:
    keys = {one.key for button in MENU for one in (button, *button.under) if one.type == "click"}
    assert keys == {"主题党日", "积分", "星级", "请假", "动态", "帮助"}
    assert keys <= {command.value for command in Command}


def test_longer_word_of_a_letter_comes_first() -> None:
    assert all(not later.startswith(word) for n, word in enumerate(LETTERS) for later in LETTERS[n + 1 :])
