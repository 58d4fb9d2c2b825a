"""What waits for the person behind a request, most urgent first: a line each, with its one button."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask import url_for

from handlers.edge import current
from handlers.identity import staff
from handlers.reach import own_orgs, paths_where
from models.clock import clock_text, day_of, day_text, moment_text
from models.gatherings.gathering import PLACE_TO_COME, GatheringKind, GatheringState
from models.gatherings.leave.leave import LEAVE_REASON_TEXT
from models.gatherings.leave.makeup_plan import makeups_due
from models.gatherings.leave.pending import AttendanceRow, AwayRow, LeaveRow, Requests
from models.gatherings.plan import Suggestion
from models.gatherings.standing import Standing
from models.notices.progress import Progress
from models.notices.prompt import MAKEUP_AHEAD, NOTICE_AHEAD, SPELL_AHEAD, is_month_end
from models.people.complaint import complaints_waiting
from models.people.member import SpellKind
from models.people.org import BRANCHES, Org, OrgKind, branches_below
from models.people.rights import Verb, may
from models.people.spells import SpellView, spells_of

TO_COME = (GatheringState.PUBLISHED, GatheringState.OPEN)
DRAFT_AHEAD = timedelta(days=7)
TODAY_OR_TOMORROW = timedelta(days=1)
NAMED = 3  # people named in one line


def when(moment: datetime) -> str:
    """Return a moment as people say it: 今天 15:00, 明天 15:00, otherwise 11月25日 周三 15:00."""
    days = (day_of(moment) - day_of(current().now)).days
    return f"{('今天', '明天')[days]} {clock_text(moment)}" if days in (0, 1) else moment_text(moment)


def on_day(day: date) -> str:
    """Return a day as people say it: 今天, 明天, otherwise 11月25日 周三."""
    days = (day - day_of(current().now)).days
    return ("今天", "明天")[days] if days in (0, 1) else day_text(day)


class Owed(NamedTuple):
    """One thing that waits for this person: what, why and until when, and the one button."""

    title: str
    why: str
    button: str
    address: str


def owed(
    own: Sequence[Standing],
    told: dict[int, Progress],
    asked: Requests,
    standins: Sequence[int],
    suggestions: Sequence[tuple[Org, Suggestion]],
    records: Sequence[Owed],
) -> list[Owed]:
    """Return all that waits, from the rolls of the person's own branches and those one stands in for.

    `told` is how far their notices have come, `asked` what members wait to be answered, `records` what waits
    to be written and filed.
    Calls about today and tomorrow come first, then what is to be published, called, answered, checked,
    confirmed, filed, made up; last what has not begun. Within each the nearest gathering comes first.
    """
    rolls = sorted(own, key=lambda roll: roll.gathering.starts_at)
    soon = current().now + TODAY_OR_TOMORROW
    near = [roll for roll in rolls if roll.gathering.starts_at <= soon]
    far = [roll for roll in rolls if roll.gathering.starts_at > soon]
    confirms = {
        roll.roll.id
        for roll in rolls
        if roll.roll.id in standins or may(staff().posts, Verb.CONFIRM, roll.org.path)
    }
    return [
        *_to_call(near, told),
        *(one for roll in rolls for one in _to_publish(roll, rolls)),
        *_to_call(far, told),
        *_to_answer(asked),
        *(one for roll in rolls if roll.roll.id in confirms for one in _to_check(roll)),
        *(one for roll in rolls if roll.roll.id in confirms for one in _to_confirm(roll)),
        *records,
        *_to_make_up(),
        *_ending(),
        *(one for org, suggestion in suggestions for one in _to_draft(org, suggestion)),
        *_month_end(rolls),
        *_to_answer_the_public(),
    ]


def _to_publish(roll: Standing, rolls: Sequence[Standing]) -> Iterator[Owed]:
    it, now = roll.gathering, current().now
    if roll.state is not GatheringState.DRAFT or not may(staff().posts, Verb.PUBLISH, roll.org.path):
        return
    address = url_for("console.gathering", gathering_id=it.id)
    instead = next((other for other in rolls if _replaces(other, roll)), None)
    if instead is not None:
        yield Owed(
            f"“{it.title}”的草稿用不上了",
            f"这个月的主题党日由{instead.host.name}召集，可以撤掉草稿",
            "看草稿",
            address,
        )
        return
    starts = when(it.starts_at)
    late = it.kind is GatheringKind.THEME_DAY and day_of(it.starts_at) - day_of(now) <= NOTICE_AHEAD
    if it.starts_at <= now:
        why = f"原定 {starts}，没有发通知，请改个日子"
    elif it.place == PLACE_TO_COME:
        why = f"{starts} 开，地点还没有写"
    elif late:
        why = f"{starts} 开，还没有发通知"
    elif it.drafted_by is None:
        why = f"{starts} 开，草稿照上次的样子起好了"
    else:
        why = f"{starts} 开，草稿已存"
    if late and it.period == f"{day_of(now):%Y-%m}" and is_month_end(day_of(now)):
        why += "。快到月底了"
    yield Owed(f"发布“{it.title}”的通知", why, "看草稿", address)


def _replaces(other: Standing, drafted: Standing) -> bool:
    """Say whether a branch takes part in another's theme day of the month that it has drafted."""
    told = other.state not in (GatheringState.DRAFT, GatheringState.CANCELLED)
    mine, theirs = ((one.org.id, one.gathering.kind, one.gathering.period) for one in (drafted, other))
    return told and mine == theirs and other.gathering.kind is GatheringKind.THEME_DAY


def _to_call(rolls: Sequence[Standing], told: dict[int, Progress]) -> Iterator[Owed]:
    # Whoever stands on two rolls of a gathering has one list to call.
    for roll in {roll.gathering.id: roll for roll in rolls}.values():
        it, progress = roll.gathering, told.get(roll.gathering.id)
        if roll.state not in TO_COME or it.ends_at <= current().now or not progress or not progress.to_phone:
            continue
        yield Owed(
            f"给 {progress.to_phone} 位同志打电话",
            f"“{it.title}”，微信没有送达或不用手机。{when(it.starts_at)} 以前",
            "打开电话名单",
            url_for("console.phone_list_page", gathering_id=it.id),
        )


def _to_answer(asked: Requests) -> Iterator[Owed]:
    rows: list[LeaveRow | AwayRow | AttendanceRow] = [*asked.leaves, *asked.reports, *asked.attendances]
    if not rows:
        return
    if len(rows) == 1:
        row, whose = rows[0], rows[0].whose
        if isinstance(row, LeaveRow):
            title = f"答复{whose.name}同志的请假"
            why = f"{LEAVE_REASON_TEXT[row.request.reason]}，“{row.gathering.title}”"
        else:
            title = f"答复{whose.name}同志的报备"
            why = "长期外出报备" if isinstance(row, AwayRow) else "在流入地参加了活动"
        why += f"。{when(row.request.asked_at)}" + (f" 由{row.filed_by}代录" if row.filed_by else "")
    else:
        title = f"答复 {len(rows)} 件请假和报备"
        why = names([row.whose.name for row in rows])
    yield Owed(title, why, "去答复", url_for("console.leaves"))


def names(all_of: Sequence[str], of_what: str = "位同志") -> str:
    """Return some names, and how many there are where that is not all: 王建国、李兰、赵平等 5 位同志."""
    once = list(dict.fromkeys(all_of))
    shown = "、".join(once[:NAMED])
    return shown if len(once) <= NAMED else f"{shown}等 {len(once)} {of_what}"


def _is_to_confirm(roll: Standing) -> bool:
    return roll.roll.confirmed_at is None and roll.state not in (
        GatheringState.DRAFT,
        GatheringState.CANCELLED,
    )


def _to_check(roll: Standing) -> Iterator[Owed]:
    if _is_to_confirm(roll) and roll.questions:
        yield Owed(
            f"核对 {roll.questions} 位同志到没到",
            f"“{roll.gathering.title}”，名册上记的是没到，手机上又签到了",
            "去核对",
            url_for("console.roll", roll_id=roll.roll.id, show="asks"),
        )


def _to_confirm(roll: Standing) -> Iterator[Owed]:
    it = roll.gathering
    if _is_to_confirm(roll) and it.ends_at <= current().now:
        left = f"还有 {roll.counts.unrecorded} 人未登记" if roll.counts.unrecorded else "都登记好了"
        yield Owed(
            f"确认“{it.title}”的名册",
            f"{when(it.starts_at)} 开的，{left}",
            "去确认",
            url_for("console.confirmation", roll_id=roll.roll.id),
        )


def _to_make_up() -> Iterator[Owed]:
    edge, today = current(), day_of(current().now)
    own = own_orgs(Verb.TICK)
    general = [org for org in own if org.kind is OrgKind.GENERAL_BRANCH]
    orgs = [*own, *(branch for org in general for branch in branches_below(edge.session, org))]
    all_of = makeups_due(edge.session, [org.id for org in orgs], now=edge.now)
    due = [one for one in all_of if one.due_on - MAKEUP_AHEAD <= today]
    if due:
        titles = names([f"“{one.title}”" for one in due], "次活动")
        until = "已经过期" if due[0].overdue else f"{on_day(due[0].due_on)}到期"
        yield Owed(
            f"给 {len({one.member_id for one in due})} 位同志补学",
            f"{titles}：{names([one.name for one in due])}。{until}",
            "登记补学",
            url_for("console.makeups"),
        )


def _ending() -> Iterator[Owed]:
    edge, today = current(), day_of(current().now)
    spells = spells_of(edge.session, paths_where(Verb.DECIDE), now=edge.now)
    ending = [one for one in spells if _ends(one, spells, today)]
    if ending:
        last_day = on_day(min(one.spell.to_on or today for one in ending))
        people = names([one.member.name for one in ending])
        home = "回来没有" if all(one.spell.kind is SpellKind.AWAY for one in ending) else "能不能来"
        yield Owed(
            f"问一问{people}{'同志' if len(ending) <= NAMED else ''}{home}",
            f"登记{last_day}到期，到期以后算应到",
            "看登记",
            url_for("console.leaves"),
        )


def _ends(one: SpellView, spells: Sequence[SpellView], today: date) -> bool:
    """Say whether a spell ends within a week and no other of the person goes on after it."""
    last = one.spell.to_on
    if last is None or last > today + SPELL_AHEAD:
        return False
    return not any(
        other.member.id == one.member.id
        and other.spell.from_on <= last + timedelta(days=1)
        and (other.spell.to_on is None or other.spell.to_on > last)
        for other in spells
    )


def _to_draft(org: Org, suggestion: Suggestion) -> Iterator[Owed]:
    if suggestion.day - DRAFT_AHEAD > day_of(current().now):
        return
    why = f"{day_text(suggestion.day)} {clock_text(suggestion.starts_at)}。{suggestion.reason}"
    if suggestion.note:
        why += f"。{suggestion.note}"
    yield Owed(f"起草{suggestion.title}通知", why, "起草通知", url_for("console.new_gathering", org=org.id))


def _month_end(rolls: Sequence[Standing]) -> Iterator[Owed]:
    """Yield the branches that end the month without a theme day, held, told or drafted."""
    today = day_of(current().now)
    if not is_month_end(today):
        return
    planned = {
        roll.org.id
        for roll in rolls
        if roll.gathering.period == f"{today:%Y-%m}"
        and roll.gathering.kind is GatheringKind.THEME_DAY
        and roll.state is not GatheringState.CANCELLED
    }
    for org in own_orgs(Verb.PUBLISH):
        if org.kind in BRANCHES and org.id not in planned:
            yield Owed(
                f"{today.month}月主题党日还没有开",
                f"{org.name}，月底以前要开",
                "起草通知",
                url_for("console.new_gathering", org=org.id),
            )


def _to_answer_the_public() -> Iterator[Owed]:
    edge = current()
    if not own_orgs(Verb.ANSWER_PUBLIC):
        return
    waiting = complaints_waiting(edge.session)
    if waiting:
        first = min(one.complaint.due_on for one in waiting)
        yield Owed(
            f"答复 {len(waiting)} 件投诉与建议",
            f"最早的一件{on_day(first)}以前答复",
            "去答复",
            url_for("console.complaints"),
        )
