"""Whom the own branches have to ask or to teach: making up, and spells that end."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from handlers.edge import current
from handlers.reach import own_orgs, paths_where
from handlers.todo.todo import NAMED, Todo, names, on_day
from models.clock import day_of
from models.gatherings.leave.makeup_plan import makeups_due
from models.notices.prompt import MAKEUP_AHEAD, SPELL_AHEAD
from models.people.member import SpellKind
from models.people.org import OrgKind, branches_below
from models.people.rights import Verb
from models.people.spells import SpellView, spells_of


def to_make_up() -> Iterator[Todo]:
    """Yield one line for all whose making up is due soon."""
    edge, today = current(), day_of(current().now)
    own = own_orgs(Verb.TICK)
    general = [org for org in own if org.kind is OrgKind.GENERAL_BRANCH]
    orgs = [*own, *(branch for org in general for branch in branches_below(edge.session, org))]
    all_of = makeups_due(edge.session, [org.id for org in orgs], now=edge.now)
    due = [one for one in all_of if one.due_on - MAKEUP_AHEAD <= today]
    if due:
        titles = names([f"“{one.title}”" for one in due], "次活动")
        until = "已经过期" if due[0].overdue else f"{on_day(due[0].due_on)}到期"
        yield Todo(
            f"给 {len({one.member_id for one in due})} 位同志补学",
            f"{titles}：{names([one.name for one in due])}。{until}",
            "登记补学",
            "makeups",
            {},
        )


def ending() -> Iterator[Todo]:
    """Yield one line for all whose spell away ends within a week."""
    edge, today = current(), day_of(current().now)
    spells = spells_of(edge.session, paths_where(Verb.DECIDE), now=edge.now)
    ending = [one for one in spells if _ends(one, spells, today)]
    if ending:
        last_day = on_day(min(one.spell.to_on or today for one in ending))
        people = names([one.whose.name for one in ending])
        home = "回来没有" if all(one.spell.kind is SpellKind.AWAY for one in ending) else "能不能来"
        yield Todo(
            f"问一问{people}{'同志' if len(ending) <= NAMED else ''}{home}",
            f"登记{last_day}到期，到期以后算应到",
            "看登记",
            "leaves",
            {},
        )


def _ends(one: SpellView, spells: Sequence[SpellView], today: date) -> bool:
    """Say whether a spell ends within a week and no other of the person goes on after it."""
    last = one.spell.to_on
    if last is None or last > today + SPELL_AHEAD:
        return False
    return not any(
        other.whose.member_id == one.whose.member_id
        and other.spell.from_on <= last + timedelta(days=1)
        and (other.spell.to_on is None or other.spell.to_on > last)
        for other in spells
    )
