"""Four texts of one gathering that never disagree: WeChat, the chat group, the loudspeaker, the board."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from models.clock import WEEKDAYS, clock_text, day_of, long_day
from models.gatherings.gathering import GATHERING_KIND_TEXT, Gathering, GatheringKind, GatheringState
from models.notices.spoken import spoken_day, spoken_moment, spoken_time
from models.notices.words import Words, notice_words

LOUDEST = 120  # characters: half a minute, so that it can be read out three times
DOES = {
    GatheringKind.THEME_DAY: "过主题党日",
    GatheringKind.LECTURE: "上党课",
    GatheringKind.APPRAISAL: "开展民主评议",
    GatheringKind.VOLUNTEERING: "开展志愿服务",
    GatheringKind.STUDY: "集体学习",
}
CALL = "全体党员同志请注意"
NAMED = 4  # branches named one by one; of more than these the first three and their number


class Sheet(NamedTuple):
    """The A4 sheet for the board: heading, paragraphs, numbered agenda, what follows it, who signs when."""

    heading: str
    opening: str
    agenda: tuple[str, ...]
    closing: tuple[str, ...]
    signed: str
    day: str


class Texts(NamedTuple):
    """What is said of one gathering in four places; `message` holds WeChat's four values."""

    message: Words
    group: str
    loudspeaker: str
    sheet: Sheet


def texts_of(
    gathering: Gathering,
    agenda: Sequence[str],
    host: str,
    *,
    together: Sequence[str] = (),
    convened: bool = False,
    link: str | None,
    issued_on: date,
    sent: Words | None = None,
) -> Texts:
    """Return the four texts of a draft, a published, moved or cancelled gathering.

    `together` are the organisations that take part beside the host, or alone where it has `convened` them;
    `link` leads to the page that always says what holds now; `sent` are the values of the message that went
    out last.
    Source: a notice goes to WeChat, the chat group, the loudspeaker and the board.
    """
    return Texts(
        sent or notice_words(gathering, host)["member"],
        _group(gathering, agenda, _plan(gathering, host, together, convened), link),
        _loudspeaker(gathering, host),
        _sheet(gathering, agenda, host, _all_named(together if convened else (host, *together)), issued_on),
    )


def _does(gathering: Gathering) -> str:
    """Return `过十一月主题党日`, or with a matter of its own `过主题党日：商议清淤`."""
    kind, title = GATHERING_KIND_TEXT[gathering.kind], gathering.title
    does = DOES.get(gathering.kind, f"开{kind}")
    return does.replace(kind, title) if kind in title else f"{does}：{title}"


def _when(moment: datetime) -> str:
    """Return `11月25日（周三）15:00`."""
    day = day_of(moment)
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）{clock_text(moment)}"


def _news(gathering: Gathering) -> str:
    """Return what is new about it: called off, or moved, and why; empty for a first notice."""
    why = f"原因：{gathering.reason}。" if gathering.reason else ""
    if gathering.state is GatheringState.CANCELLED:
        return f"这次活动取消了。{why}"
    return f"安排有变动，以这次的为准。{why}" if gathering.version > 1 else ""


def _all_named(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return "、".join(names)
    return f"{'、'.join(names[: NAMED - 1])}等 {len(names)} 个支部"


def _plan(gathering: Gathering, host: str, together: Sequence[str], convened: bool) -> str:
    """Return who meets when, where and for what, without a full stop."""
    when, does = _when(gathering.starts_at), _does(gathering)
    if convened:
        return f"{host}定于{when}在{gathering.place}{does}，{_all_named(together)}参加"
    beside = f"和{'、'.join(together)}一起" if together else ""
    return f"{host}定于{when}{beside}在{gathering.place}{does}"


def _group(gathering: Gathering, agenda: Sequence[str], plan: str, link: str | None) -> str:
    lines = ["各位同志：", _news(gathering)]
    if gathering.state is GatheringState.CANCELLED:
        return "\n".join([*lines, f"原定安排：{plan}。", *([link] if link else [])])
    lines += [f"{plan}。", *(f"{number}. {title}" for number, title in enumerate(agenda, start=1))]
    lines += [_bring(gathering), _leave(gathering), _contact(gathering)]
    lines += [f"安排以这里为准：{link}" if link else "", "看到就好，不用回复。"]
    return "\n".join(line for line in lines if line)


def _bring(gathering: Gathering) -> str:
    return f"请带{gathering.bring}。" if gathering.bring else ""


def _leave(gathering: Gathering) -> str:
    until = f"请在{_when(gathering.leave_until)}以前" if gathering.leave_until else "请提前"
    return f"不能来的，{until}请假，或跟组长说一声。"


def _contact(gathering: Gathering) -> str:
    return f"联系人：{gathering.contact}" if gathering.contact else ""


def _loudspeaker(gathering: Gathering, host: str) -> str:
    """Return what is read out: day, hour, place and host always, the rest as far as 120 characters go."""
    day, hour = spoken_day(day_of(gathering.starts_at)), spoken_time(gathering.starts_at)
    called_off = gathering.state is GatheringState.CANCELLED
    kind = GATHERING_KIND_TEXT[gathering.kind]
    does = f"的{kind}不开了。" if called_off else f"{DOES.get(gathering.kind, f'开{kind}')}。"
    call = f"{CALL}，原定" if called_off else f"{CALL}，有变动：" if gathering.version > 1 else f"{CALL}："
    # Only where both names are as long as they can be, the host's ends in an ellipsis.
    room = LOUDEST - len(f"{call}{day}，{hour}，在{gathering.place}{does}")
    named = host if len(host) <= room else f"{host[: room - 1]}…"
    core = f"{call}{day}，{hour}，{named}在{gathering.place}{does}"
    if called_off:
        return _with(core, f"原因是{gathering.reason}。" if gathering.reason else "")
    leave = (
        f"来不了的，{spoken_moment(gathering.leave_until, beside=gathering.starts_at)}以前跟组长说一声。"
        if gathering.leave_until
        else "来不了的，提前跟组长说一声。"
    )
    matter = "" if kind in gathering.title else f"内容是{gathering.title}。"
    bring = f"请带上{gathering.bring}。" if gathering.bring else ""
    return _with(core, matter, bring, leave, first=(leave, bring, matter))


def _with(core: str, *said: str, first: Sequence[str] = ()) -> str:
    """Say after the core, in the order of `said`, what fits; what stands in `first` is tried first."""
    room, fits = LOUDEST - len(core), []
    for part in first or said:
        if len(part) <= room:
            room -= len(part)
            fits.append(part)
    return core + "".join(part for part in said if part in fits)


def _sheet(gathering: Gathering, agenda: Sequence[str], host: str, members: str, issued_on: date) -> Sheet:
    called_off = gathering.state is GatheringState.CANCELLED
    day = day_of(gathering.starts_at)
    year = f"{day.year}年"
    plan = f"定于{year}{_when(gathering.starts_at)}在{gathering.place}{_does(gathering)}。"
    usual = (f"参加人员：{members}全体党员。", _bring(gathering), _leave(gathering), _contact(gathering),
             "年老体弱、行动不便的同志不作要求，支部送学上门。")  # fmt: skip
    return Sheet(
        heading="通　知",
        opening=f"{_news(gathering)}{'原' if called_off else ''}{plan}",
        agenda=() if called_off else tuple(agenda),
        closing=() if called_off else tuple(line for line in usual if line),
        signed=host,
        day=long_day(issued_on),
    )
