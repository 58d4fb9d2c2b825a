"""What waits of records: those sent back first, then those to be written and filed."""

from collections.abc import Iterator, Sequence

from handlers.edge import current
from handlers.identity import staff
from handlers.todo.todo import Todo, on_day, when
from handlers.todo.work import Work
from models.gatherings.minutes.minutes import MinutesState
from models.gatherings.minutes.reading import Stand, minutes_stand, records_due_on
from models.gatherings.standing import Standing
from models.people.rights import Verb, may


def records(work: Work) -> list[Todo]:
    """Return a line for each record of a confirmed roll that is not filed, for whoever may write it.

    The oldest gathering comes first. As many statements for one as for many.
    """
    edge, posts = current(), staff().posts
    confirmed = [
        roll
        for roll in sorted(work.own, key=lambda roll: roll.gathering.starts_at)
        if roll.roll.confirmed_at is not None
        and (roll.roll.id in work.stands_in or may(posts, Verb.DRAFT, roll.org.path))
    ]
    stand = minutes_stand(edge.session, [roll.roll.id for roll in confirmed])
    back = [roll for roll in confirmed if _state(stand, roll) is MinutesState.RETURNED]
    open_ = [roll for roll in confirmed if _state(stand, roll) in (None, MinutesState.DRAFT)]
    return [*_returned(back, stand), *_to_file(open_, stand, work)]


def _state(stand: dict[int, Stand], roll: Standing) -> MinutesState | None:
    return stand[roll.roll.id].state if roll.roll.id in stand else None


def _returned(back: Sequence[Standing], stand: dict[int, Stand]) -> Iterator[Todo]:
    for roll in back:
        yield Todo(
            f"补正“{roll.gathering.title}”的会议记录",
            f"上级退回：{stand[roll.roll.id].reason}",
            "去补正",
            "minutes",
            {"roll_id": roll.roll.id},
        )


def _to_file(open_: Sequence[Standing], stand: dict[int, Stand], work: Work) -> Iterator[Todo]:
    due = records_due_on(current().session, [roll.gathering for roll in open_])
    for roll in open_:
        begun = roll.roll.id in stand
        files = work.confirms(roll)
        last, known = due[roll.gathering.id]
        until = f"{on_day(last)}以前归档" if known else "活动后三个工作日内归档"
        yield Todo(
            f"{'归档' if begun and files else '写'}“{roll.gathering.title}”的会议记录",
            f"{when(roll.gathering.starts_at)} 开的，{until}",
            "看一遍再归档" if begun and files else "接着写" if begun else "写记录",
            "record" if begun and files else "minutes",
            {"roll_id": roll.roll.id},
        )
