"""What the official account says in the chat: plain text, short lines, 【】 for rank."""

import re
import unicodedata
from datetime import datetime

from models.clock import clock_text, day_of, day_text, moment_text
from models.gatherings.check_in import Receipt
from models.gatherings.gathering import AgendaItem, GatheringState, opens_at
from models.gatherings.of_member import Seat
from models.gatherings.roll import STATUS_TEXT
from models.points.exact import show
from models.points.rating import PartTally
from models.points.statement import EntryView, Statement
from models.refused import Refused

LINE = 15  # signs of full width that a phone with large type still keeps on one line
# WeChat: a reply has at most 2,048 bytes.
LONGEST_REPLY = 2000
LONGEST_AGENDA = 600  # bytes
ENTRIES = 5

COMMANDS = "【主题党日】看时间地点\n【签到 六位数字】会场登记\n【积分】看分数和来由\n【帮助】看这些话"
BIND = "发：绑定 纸条上的12位数字\n没有纸条，请找支部打印一张。"
FIRST_BIND = "请先绑定。\n" + BIND
POINTS_ARE_PRIVATE = "积分只给本人看，请先绑定。\n" + BIND
SAME_EFFECT = "不会用没关系，请支部登记，\n效果一样。"
NOT_UNDERSTOOD = f"您可以发：\n主题党日、签到、积分、帮助\n{SAME_EFFECT}"
DIGITS_MISSING = "请发“签到”和屏幕上的\n六位数字，例如：签到 123456"
CODE_MISSING = "请发“绑定”和纸条上的\n12 位数字。"
BUSY = "这会儿人多，没有办成。\n请过一会儿再发一次。"
NO_SCHEME = "支部还没有定积分办法，\n定好了这里就能看。"


def help_words(zone: str, complaint_phone: str, *, is_bound: bool) -> str:
    """Say what one may type; the first greeting, and the answer to 帮助."""
    first = "" if is_bound else "第一次用请先绑定，发：\n绑定 纸条上的12位数字\n\n"
    return (
        f"您好，这里是{zone}党建。\n\n支部的党员可以发：\n{COMMANDS}\n\n{first}"
        "自愿使用，不作为考核依据。\n不用手机也一样，请支部登记。\n"
        f"投诉与建议：{complaint_phone}"
    )


def gathering_words(seat: Seat, agenda: list[AgendaItem], *, now: datetime) -> str:
    """Say when and where one gathering is, and how the member stands."""
    gathering = seat.gathering
    lines = [
        f"【{gathering.title}】",
        f"时间：{moment_text(gathering.starts_at)}",
        f"地点：{gathering.place}",
    ]
    if gathering.bring:
        lines.append(f"带上：{gathering.bring}")
    if agenda:
        lines.append(f"议程：{_agenda([item.title for item in agenda])}")
    lines += ["", f"您的状态：{_standing(seat)}"]
    if seat.state is GatheringState.PUBLISHED:
        opening = opens_at(gathering.starts_at)
        on_day = clock_text(opening) if day_of(opening) == day_of(now) else f"当天 {clock_text(opening)}"
        lines.append(f"会场{on_day} 开始签到。" if on_day[0] == "当" else f"会场 {on_day} 开始签到。")
    elif seat.state is GatheringState.OPEN and seat.checked_in_at is None:
        lines.append("现在可以签到，发：\n签到 屏幕上的六位数字")
    return "\n".join(lines)


def _agenda(titles: list[str]) -> str:
    """Name as many items as leave room for the rest of the reply, the first one always."""
    said = titles[0]
    for title in titles[1:]:
        if len(f"{said}，{title}".encode()) > LONGEST_AGENDA:
            return f"{said} 等 {len(titles)} 项"
        said += f"，{title}"
    return said


def _standing(seat: Seat) -> str:
    status = STATUS_TEXT[seat.status]
    return f"{clock_text(seat.checked_in_at)} 签到，{status}" if seat.checked_in_at else status


def later_words(seat: Seat) -> str:
    """Say in two lines that another gathering comes after the first."""
    return f"【{seat.gathering.title}】\n{moment_text(seat.gathering.starts_at)}"


def no_gathering_words(theme_day: int, contact: str | None = None) -> str:
    """Say the general rule where nothing is fixed yet, or nobody may be told more."""
    said = f"近期没有安排。\n主题党日一般在每月 {theme_day} 日，\n定下来会通知您。"
    return f"{said}\n要问，请联系{contact}" if contact else said


def rule_words(theme_day: int) -> str:
    """Say to somebody unknown when theme days are."""
    return (
        f"主题党日一般在每月 {theme_day} 日，\n时间地点以支部通知为准。\n看本支部的安排，请先绑定。\n{BIND}"
    )


def receipt_words(receipt: Receipt, seat: Seat, name: str) -> str:
    """Say that somebody has signed in, for the first time or again."""
    at, status = clock_text(receipt.at), STATUS_TEXT[receipt.status]
    if receipt.to_confirm:
        return (
            f"已告知支部核对。\n您签到的时间 {at} 已经记下。\n名册上原来写的是{status}，\n"
            "支部会核对，您不用再做什么。"
        )
    if not receipt.is_new:
        return f"您已于 {at} 签到，记为{status}。\n再发也没有关系。"
    return f"【签到成功】\n{name} 同志\n{at}，记为{status}\n{seat.gathering.title}\n{seat.host}"


def nothing_open_words(following: Seat | None) -> str:
    """Say that no gathering takes check-ins now, and when the next one is."""
    if following is None:
        return "现在没有开始签到的活动。"
    return f"现在没有开始签到的活动。\n您的下一次：\n{moment_text(following.gathering.starts_at)}"


def refusal_words(refused: Refused) -> str:
    """Say no in short lines; wrong digits with what is left."""
    if refused.code != "code_wrong":
        return wrapped(refused.message)
    left = refused.extra["left"]
    if left < 1:
        return "这六位数字不对。\n请十分钟后再试，\n或请支部在名册上登记。"
    return f"请看屏幕重新输入。\n这六位数字不对。\n还可以试 {left} 次。"


def bound_words(name: str, branch: str) -> str:
    """Say whom this WeChat user is bound to from now on."""
    return f"绑定好了，{name}同志。\n{branch}\n不是您本人，请马上告诉支部。\n\n您可以发：\n{COMMANDS}"


def points_words(name: str, points: Statement) -> str:
    """Say the total, each part with its reason, and the newest entries, as long as WeChat takes it."""
    head = f"{name} 同志\n【{_cycle(points.cycle)}，到今天 {show(points.total)} 分】"
    foot = "星级由支部大会定。\n哪条不对，请告诉支部。"
    body = [_part(part) for part in points.parts]
    if points.entries:
        body.append("最近几条：\n" + "\n".join(_entry(entry) for entry in points.entries[:ENTRIES]))
    said = head
    for block in body:
        if len(f"{said}\n\n{block}\n\n{foot}".encode()) <= LONGEST_REPLY:
            said += f"\n\n{block}"
    return f"{said}\n\n{foot}"


def _part(part: PartTally) -> str:
    most = f"（上限 {show(part.cap)}）" if part.cap is not None else ""
    value = "还没评" if part.pending else show(part.subtotal)
    return f"{part.title} {value}{most}\n{wrapped(part.why)}"


def _entry(entry: EntryView) -> str:
    sign = "+" if entry.points > 0 else ""
    shown = show(entry.points).replace("-", "−")
    return f"{day_text(entry.occurred_on)[:-3]} {entry.title} {sign}{shown}\n{entry.by}"


def _cycle(cycle: str) -> str:
    year, rest = cycle[:4], cycle[4:]
    match rest[:1]:
        case "":
            return f"{year}年度"
        case "H":
            return f"{year}年{'上' if rest == 'H1' else '下'}半年"
        case "Q":
            return f"{year}年第{rest[1]}季度"
        case _:
            return f"{year}年{int(rest[1:])}月"


def wrapped(text: str) -> str:
    """Break a sentence at its commas so that lines keep to the width where they can."""
    lines: list[str] = []
    for clause in re.findall("[^，。；：]+[，。；：]*", text):
        if lines and _width(lines[-1] + clause) <= LINE:
            lines[-1] += clause
        else:
            lines.append(clause)
    return "\n".join(lines)


def _width(text: str) -> float:
    return sum(1 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)
