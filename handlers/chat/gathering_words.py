"""What the chat says about gatherings: when and where, signing in, and leave."""

from datetime import date, datetime

from handlers.chat.words import FIRST_BIND, REASONS, wrapped
from models.clock import clock_text, day_of, day_text, moment_text
from models.gatherings.check_in import Receipt
from models.gatherings.gathering import AgendaItem, Gathering, GatheringState, opens_at
from models.gatherings.leave.leave import LEAVE_REASON_TEXT, LEAVE_STATE_TEXT
from models.gatherings.of_member import Seat
from models.gatherings.roll import NOT_EXPECTED, STATUS_TEXT, Leave, LeaveState, Status
from models.people.member import SpellKind

LONGEST_AGENDA = 600  # bytes
NEVER_MIND = "0"
DIGITS_MISSING = "请发“签到”和屏幕上的\n六位数字，例如：签到 123456"
LEAVE_IS_PRIVATE = f"请假要先知道您是谁。\n{FIRST_BIND}\n也可以直接告诉支部，效果一样。"
NO_LEAVE_THEN = "好的，没有请假。"


def gathering_words(seat: Seat, agenda: list[AgendaItem], leave: Leave | None, *, now: datetime) -> str:
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
    lines += ["", f"您的状态：{_standing(seat, leave)}"]
    if seat.state is GatheringState.PUBLISHED:
        opening = opens_at(gathering.starts_at)
        on_day = clock_text(opening) if day_of(opening) == day_of(now) else f"当天 {clock_text(opening)}"
        lines.append(f"会场{on_day} 开始签到。" if on_day[0] == "当" else f"会场 {on_day} 开始签到。")
    elif seat.state is GatheringState.OPEN and seat.checked_in_at is None:
        lines.append("现在可以签到，发：\n签到 屏幕上的六位数字")
    if seat.status is Status.UNRECORDED and (leave is None or leave.state is LeaveState.WITHDRAWN):
        lines.append("不能来，请发：请假")
    return "\n".join(lines)


def _agenda(titles: list[str]) -> str:
    """Name as many items as leave room for the rest of the reply, the first one always."""
    said = titles[0]
    for title in titles[1:]:
        if len(f"{said}，{title}".encode()) > LONGEST_AGENDA:
            return f"{said} 等 {len(titles)} 项"
        said += f"，{title}"
    return said


def _standing(seat: Seat, leave: Leave | None) -> str:
    status = STATUS_TEXT[seat.status]
    if seat.checked_in_at:
        return f"{clock_text(seat.checked_in_at)} 签到，{status}"
    if seat.status is Status.UNRECORDED and leave is not None and leave.state is not LeaveState.WITHDRAWN:
        return f"请假，{LEAVE_STATE_TEXT[leave.state]}"
    return status


def later_words(seat: Seat) -> str:
    """Say in two lines that another gathering comes after the first."""
    return f"【{seat.gathering.title}】\n{moment_text(seat.gathering.starts_at)}"


def no_gathering_words(theme_day: int, contact: str | None) -> str:
    """Say the general rule where nothing is fixed yet."""
    return f"近期没有安排。\n主题党日一般在每月 {theme_day} 日，\n定下来会通知您。{_ask(contact)}"


def next_month_words(day: date, contact: str | None) -> str:
    """Say on which day next month's theme day falls by the branch's rule, where nothing is fixed yet."""
    return f"{day.month}月的主题党日：\n一般在 {day_text(day)}。\n时间地点等支部通知。{_ask(contact)}"


def _ask(contact: str | None) -> str:
    # Typed into a gathering by the branch for whoever wants to ask; never from the roster.
    return f"\n\n要问，请找{contact}" if contact else ""


def rule_words(theme_day: int) -> str:
    """Say to somebody unknown when theme days are."""
    return f"主题党日一般在每月 {theme_day} 日，\n时间地点以支部通知为准。\n看本支部的安排，{FIRST_BIND}"


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


def leave_question(gathering: Gathering, *, now: datetime) -> str:
    """Ask why somebody cannot come, by numbers."""
    reasons = [f"{number}　{LEAVE_REASON_TEXT[reason]}" for number, reason in REASONS.items()]
    reasons[0] += "（不用写病情）"
    late = "已经开始了，算会后补假。\n" if gathering.starts_at <= now else ""
    return (
        f"【{gathering.title}】\n{moment_text(gathering.starts_at)}\n{late}为什么不能来？请回复数字：\n\n"
        + "\n".join(reasons)
        + f"\n{NEVER_MIND}　不请了\n\n长期在外，报备一次就行，\n不用每月请假，请告诉支部。"
    )


def leave_words(leave: Leave, gathering: Gathering) -> str:
    """Say how leave stands; the same words however often somebody asks."""
    said = f"\n支部说：{leave.answer}" if leave.answer else ""
    what = f"\n{gathering.title}\n{moment_text(gathering.starts_at)}{said}\n"
    reason = LEAVE_REASON_TEXT[leave.reason]
    match leave.state:
        case LeaveState.SUBMITTED:
            when = "支部会答复。" if leave.late else "支部会前答复。"
            return f"【请假已提交】{reason}{what}{when}\n看答复，请发：请假\n能来了，请发：撤回请假"
        case LeaveState.APPROVED:
            return f"【支部同意请假】{reason}{what}能来了，请发：撤回请假"
        case LeaveState.REJECTED:
            return f"【支部没有同意请假】{what}有事请找支部。"
        case LeaveState.WITHDRAWN:
            return f"【已撤回请假】{what}又来不了，请发：请假"


def no_leave_words(statuses: set[Status], kinds: set[SpellKind]) -> str:
    """Say why there is nothing to ask leave from."""
    if SpellKind.AWAY in kinds:
        return "您已经报备外出，\n外出期间不用每月请假。"
    if SpellKind.EXEMPT in kinds or statuses & {*NOT_EXPECTED}:
        return "这次对您不作要求，\n不用请假。"
    return wrapped("近期没有要请假的活动，有了活动会通知您。")
