"""What the own rolls wait for: to be published, called about, checked and confirmed."""

from collections.abc import Iterator, Sequence

from handlers.edge import current
from handlers.identity import staff
from handlers.todo.todo import Todo, when
from handlers.todo.work import Work
from models.clock import day_of
from models.gatherings.gathering import PLACE_TO_COME, TO_COME, GatheringKind, GatheringState
from models.gatherings.standing import Standing
from models.notices.prompt import NOTICE_AHEAD, is_month_end
from models.people.rights import Verb, may


def of_roll(roll: Standing, work: Work) -> Iterator[Todo]:
    """Yield what one roll asks of this person."""
    it, progress = roll.gathering, work.told.get(roll.gathering.id)
    if roll.state is GatheringState.DRAFT:
        yield from _to_publish(roll, work.own)
        return
    over = it.ends_at <= current().now
    if roll.state in TO_COME and not over and progress and progress.to_phone:
        yield Todo(
            f"给 {progress.to_phone} 位同志打电话",
            f"“{it.title}”，微信没有送达或不用手机。{when(it.starts_at)} 以前",
            "打开电话名单",
            "phone_list_page",
            {"gathering_id": it.id},
            "phone",
            progress.to_phone,
            roll,
        )
    open_ = roll.roll.confirmed_at is None and roll.state is not GatheringState.CANCELLED
    if open_ and work.confirms(roll):
        yield from _to_confirm(roll, over=over)


def _to_confirm(roll: Standing, *, over: bool) -> Iterator[Todo]:
    it = roll.gathering
    if roll.questions:
        yield Todo(
            f"核对 {roll.questions} 位同志到没到",
            f"“{it.title}”，名册上记的是没到，手机上又签到了",
            "去核对",
            "roll",
            {"roll_id": roll.roll.id, "show": "asks"},
            "check",
            roll.questions,
            roll,
        )
    if over:
        left = f"还有 {roll.counts.unrecorded} 人未登记" if roll.counts.unrecorded else "都登记好了"
        yield Todo(
            f"确认“{it.title}”的名册",
            f"{when(it.starts_at)} 开的，{left}",
            "去确认",
            "confirmation",
            {"roll_id": roll.roll.id},
            "confirm",
            roll.counts.unrecorded,
            roll,
        )


def _to_publish(roll: Standing, rolls: Sequence[Standing]) -> Iterator[Todo]:
    it, now = roll.gathering, current().now
    if not may(staff().posts, Verb.PUBLISH, roll.org.path):
        return
    page, values = "gathering", {"gathering_id": it.id}
    instead = next((other for other in rolls if _replaces(other, roll)), None)
    if instead is not None:
        yield Todo(
            f"“{it.title}”的草稿用不上了",
            f"这个月的主题党日由{instead.host.name}召集，可以撤掉草稿",
            "看草稿",
            page,
            values,
            "publish",
            roll=roll,
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
    yield Todo(f"发布“{it.title}”的通知", why, "看草稿", page, values, "publish", roll=roll)


def _replaces(other: Standing, drafted: Standing) -> bool:
    """Say whether a branch takes part in another's theme day of the month that it has drafted."""
    told = other.state not in (GatheringState.DRAFT, GatheringState.CANCELLED)
    mine, theirs = ((one.org.id, one.gathering.kind, one.gathering.period) for one in (drafted, other))
    return told and mine == theirs and other.gathering.kind is GatheringKind.THEME_DAY
