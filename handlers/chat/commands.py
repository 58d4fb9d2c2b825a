"""What a follower means by what they typed: one of our words, however it is written."""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple


class Command(StrEnum):
    """What the chat does; each value can be typed, and is what the menu's buttons say."""

    GATHERINGS = "主题党日"
    NEXT_MONTH = "下个月"
    POINTS = "积分"
    STARS = "星级"
    LEAVE = "请假"
    WITHDRAW = "撤回请假"
    SIGN_IN = "签到"
    BIND = "绑定"
    UNBIND = "解绑"
    UNBIND_NOW = "确认解绑"
    NEWS = "动态"
    COMPLAIN = "投诉"
    HELP = "帮助"
    GREETING = "在吗"
    TRANSFER = "组织关系转接"
    JOINING = "入党流程"
    FLOATING = "流动党员报到"
    CENTRE = "地址电话"
    NUMBER = "数字"
    NONE = ""


class Said(NamedTuple):
    """A command and what stands behind it; without it, a command changes nothing."""

    command: Command
    rest: str


# The whole message, without blanks: the acts that take nothing more are done on these words only.
BACK = ("撤回", "撤销请假", "取消请假", "不请假了", "销假", "能来了", "我能来了")
WHOLE = {
    **dict.fromkeys(BACK, Command.WITHDRAW),
    **dict.fromkeys(("确认解除绑定", "确定解绑"), Command.UNBIND_NOW),
}
# What may have more behind it; the longer word first.
BEGINNINGS = (
    ("签到码", Command.SIGN_IN),
    ("签到", Command.SIGN_IN),
    ("绑定码", Command.BIND),
    ("绑定条", Command.BIND),
    ("绑定", Command.BIND),
    ("关联码", Command.BIND),
    ("关联", Command.BIND),
    ("请假", Command.LEAVE),
)
LETTERS = ("投诉与建议", "投诉和建议", "投诉建议", "投诉", "建议", "意见", "举报")
# Words somewhere in a sentence; the first line that fits counts, and it only explains.
MENTIONED = (
    (Command.LEAVE, "请假|补假|事假|病假|销假|来不了|去不了|参加不了|不能来|不能去|不能参加"),
    (Command.UNBIND, "解绑|解除|取消绑定|换绑"),
    (Command.BIND, "绑定|关联码"),
    (Command.COMPLAIN, "投诉|建议|意见|举报"),
    (Command.FLOATING, "流动党员|流入地|报到"),
    (Command.TRANSFER, "组织关系|转接|转关系|介绍信"),
    (Command.JOINING, "入党|发展党员|积极分子|发展对象"),
    (Command.SIGN_IN, "签到|扫码"),
    (Command.POINTS, "积分|得分|分数|多少分|几分"),
    (Command.STARS, "星级|几星|[评定]星"),
    (Command.NEXT_MONTH, "下个?月|下一?次"),
    (Command.GATHERINGS, "党日|开会|会议|通知"),
    (Command.CENTRE, "地址|电话|服务中心|怎么走|上班"),
    (Command.GATHERINGS, "活动|安排"),
    (Command.NEWS, "动态|新闻"),
    (Command.HELP, "帮助|帮忙|怎么[用弄办]|不会|功能|菜单"),
    (Command.GREETING, "你好|您好|在吗|在不在|有人"),
)
ASIDE = str.maketrans("", "", "【】[]「」“”\"'")
ENDS = " \t\r\n。.!?,:;~、，：；"
GAP = ENDS + "+＋\u3000"
POLITE = re.compile("^(?:请问|麻烦|我?[想要来]|我?查询?|我?看看?)+")
# After 投诉: a question about complaining is none.
ABOUT_LETTERS = re.compile("电话|怎么|哪里|在哪|渠道|方式|邮箱|信箱|编号|结果|吗$")
SCREEN_DIGITS = 6
LETTER_SURELY = 6  # signs, from which what follows 投诉 without a gap is taken for a letter


def read_words(text: str) -> Said:
    """Read what somebody typed: full-width signs, no blank, quotation marks, politeness and all."""
    plain = unicodedata.normalize("NFKC", text).translate(ASIDE).strip(ENDS)
    asked = POLITE.sub("", plain).strip(ENDS)
    whole = "".join(asked.split())
    if whole in WHOLE:
        return Said(WHOLE[whole], "")
    if whole in (word.value for word in Command):
        return Said(Command(whole), "")
    if whole.isascii() and whole.isdigit():
        return Said(Command.SIGN_IN if len(whole) == SCREEN_DIGITS else Command.NUMBER, whole)
    for word, command in BEGINNINGS:
        if asked.startswith(word):
            return Said(command, asked.removeprefix(word).strip(ENDS + "+"))
    if (letter := _letter(text)) is not None:
        return Said(Command.COMPLAIN, letter)
    return Said(_mentioned("".join(plain.split())), "")


def _letter(text: str) -> str | None:
    """Return what stands behind 投诉 as it was typed; nothing where it only asks how; None for no letter."""
    text = POLITE.sub("", text.translate(str.maketrans("", "", "【】「」")).strip()).strip()
    for word in LETTERS:
        if text.startswith(word):
            behind = text.removeprefix(word)
            letter = behind.lstrip(GAP).rstrip()
            has_gap = behind[:1] != letter[:1] or letter[:1].isdecimal()
            asks, is_short = bool(ABOUT_LETTERS.search(letter)), len(letter) < LETTER_SURELY
            only_asks = (asks and is_short) if has_gap else (asks or is_short)
            return "" if only_asks else letter
    return None


def _mentioned(plain: str) -> Command:
    return next((command for command, words in MENTIONED if re.search(words, plain)), Command.NONE)
