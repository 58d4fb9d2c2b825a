"""What the chat says about itself, binding and complaints: plain text, short lines, 【】 for rank."""

import re
import unicodedata

from models.clock import day_text
from models.gatherings.roll import LeaveReason
from models.people.complaint import Complaint
from models.refused import Refused

REASONS = {str(number): reason for number, reason in enumerate(LeaveReason, 1)}  # by what one types
LINE = 15  # signs of full width that a phone with large type still keeps on one line

COMMANDS = (
    "【主题党日】看时间地点\n【签到 六位数字】会场登记\n【请假】不能来时用\n"
    "【积分】看分数和来由\n【帮助】看全部说法"
)
BIND = "发：绑定 纸条上的12位数字\n没有纸条，请找支部打印一张。"
FIRST_BIND = "请先绑定。\n" + BIND
FIRST_TIME = "第一次用请先绑定，发：\n绑定 纸条上的12位数字"
SAME_EFFECT = "不会用没关系，请支部登记，\n效果一样。"
VOLUNTARY = "自愿使用，不作为考核依据。\n不用手机也一样，请支部登记。"
NOT_UNDERSTOOD = f"您可以发：\n主题党日、签到、请假、积分\n{SAME_EFFECT}\n看全部说法，请发：帮助"
HERE = f"在。{NOT_UNDERSTOOD}"
CODE_MISSING = "请发“绑定”和数字，例如：\n绑定 1234 5678 9012\n纸条上是12位，\n小程序里的关联码是8位。"
BUSY = "这会儿人多，没有办成。\n请过一会儿再发一次。"
NOT_BOUND = "这个微信没有绑定，\n不用解绑。"
UNBIND = (
    "解绑以后，这里不再给您发通知，\n也看不到您的积分。\n您的记录都在，什么也不少，\n"
    "以后还可以再绑定。\n\n确定要解，请发：确认解绑\n不解，不用理会。"
)
UNBOUND = "已经解绑。\n您的记录都在支部，没有变。\n要再绑定，请支部打印一张纸条。"
NO_NEWS = "还没有发布的动态，\n发布了在这里就能看到。\n看活动安排，请发：主题党日"


def greeting_words(zone: str, *, is_bound: bool) -> str:
    """Greet a new follower: what this is for, that nobody has to use it."""
    first = "" if is_bound else f"{FIRST_TIME}\n\n不是党员，也可以问：\n入党流程、组织关系转接\n\n"
    return (
        f"您好，这里是{zone}党建。\n\n支部的党员可以发：\n{COMMANDS}\n\n{first}"
        f"{VOLUNTARY}\n有意见，请发：投诉"
    )


def help_words(zone: str, complaint_phone: str, *, is_bound: bool) -> str:
    """Say all that one may type."""
    first = "" if is_bound else f"{FIRST_TIME}\n\n"
    return (
        f"您好，这里是{zone}党建。\n\n党员可以发：\n"
        "【主题党日】看时间地点\n【下个月】看下个月哪天\n【签到 六位数字】会场登记\n"
        "【请假】【撤回请假】\n【积分】【星级】只给本人看\n【绑定 12位数字】【解绑】\n\n"
        "任何人都可以发：\n【动态】看近期的消息\n【投诉 要说的话】提意见\n【入党流程】\n【组织关系转接】\n"
        f"【流动党员报到】\n【地址电话】\n\n{first}{VOLUNTARY}\n投诉与建议：{complaint_phone}"
    )


def number_words(digits: str) -> str:
    """Say that a number alone says too little."""
    leave = f"请假 {digits}" if digits in REASONS else "请假"
    return (
        f"只有数字，不知道要办什么。\n请假，请发：{leave}\n签到，请发：签到 六位数字\n"
        "绑定，请发：绑定 12位数字\n看投诉的答复，请发：\n投诉 编号"
    )


def refusal_words(refused: Refused) -> str:
    """Say no in short lines; wrong digits with what is left."""
    if refused.code != "code_wrong":
        return wrapped(refused.message)
    left = refused.extra["left"]
    if left < 1:
        return "这六位数字不对。\n请十分钟后再试，\n或请支部在名册上登记。"
    return f"请看屏幕重新输入。\n这六位数字不对。\n还可以试 {left} 次。"


def bound_words(name: str, branch: str) -> str:
    """Say whom this WeChat user is bound to from now on, and the way out for anybody else."""
    return (
        f"绑定好了，{name}同志。\n{branch}\n不是您本人，请发：解绑\n并马上告诉支部。\n\n"
        f"您可以发：\n{COMMANDS}"
    )


def complaint_help_words(phone: str) -> str:
    """Say how a complaint or suggestion is written."""
    return (
        "请发“投诉”和要说的话，例如：\n投诉 通知发得太晚\n不用写姓名，十个工作日内答复。\n"
        f"要看答复，请发：投诉 编号\n也可以打电话：\n{phone}"
    )


def received_words(complaint: Complaint, *, due_known: bool) -> str:
    """Give the receipt of a complaint and say until when it is answered."""
    until = f"{day_text(complaint.due_on)} 以前答复。" if due_known else "十个工作日内答复。"
    return f"收到了，编号：\n{complaint.receipt}\n{until}\n看答复，请发：\n投诉 {complaint.receipt}"


def complaint_words(complaint: Complaint) -> str:
    """Say what became of a complaint, to whoever wrote it."""
    if complaint.answer is None:
        return f"编号 {complaint.receipt}\n还没有答复，\n十个工作日内答复您。"
    return f"【编号 {complaint.receipt}，已答复】\n{complaint.answer}"


def wrapped(text: str) -> str:
    """Break a sentence at its commas so that lines keep to the width where they can."""
    lines: list[str] = []
    for clause in re.findall("[^，。；：]+[，。；：]*", text):
        if lines and width(lines[-1] + clause) <= LINE:
            lines[-1] += clause
        else:
            lines.append(clause)
    return "\n".join(lines)


def width(text: str) -> float:
    """Return how wide a line is, in signs of full width."""
    return sum(1 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)
