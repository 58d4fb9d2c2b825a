"""What a committee sees of a gathering it calls branches to: whom it may call, how many, and no person."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import request
from sqlalchemy import select

from handlers.console.gatherings.draft_form import Typed
from handlers.edge import current
from handlers.identity import staff
from models.gatherings.calendar.theme_month import taken_by
from models.gatherings.convened import own_drafts
from models.gatherings.gathering import GATHERING_KIND_TEXT, Gathering, GatheringKind
from models.gatherings.partners import CONVENED, convenes, may_join
from models.gatherings.standing import Standing
from models.notices.audience import audience_size
from models.notices.phone_list import sums_of
from models.notices.progress import progress_of
from models.people.org import Org
from models.people.rights import Verb, may
from models.refused import Refused

KINDS = [(kind.value, GATHERING_KIND_TEXT[kind]) for kind in CONVENED]
TICKING = ("all", "none")


class Tick(NamedTuple):
    """One branch that may be called; `note` says what it has planned for the month, `free` if it may come."""

    org: Org
    note: str
    free: bool


class Group(NamedTuple):
    """The branches of one township, of one general branch, or those right below the committee."""

    key: str
    name: str
    ticks: list[Tick]

    def ticked(self, typed: Typed) -> int:
        """Return how many of them are ticked."""
        return sum(one.org.id in typed.partners for one in self.ticks)


def kind_of(org: Org, typed: Typed) -> GatheringKind | None:
    """Return the kind a committee chose; None at a branch, which is not asked. Refused: bad_plan."""
    if not convenes(org):
        return None
    if typed.kind not in list(GatheringKind):
        raise Refused("bad_plan", "有几处需要改一下", fields={"kind": "请选是哪一种活动"})
    return GatheringKind(typed.kind)


def groups_below(org: Org, typed: Typed, it: Gathering | None) -> list[Group]:
    """Return whom the committee may call, by what lies right below it, in the order of the tree."""
    session = current().session
    branches = may_join(session, org)
    ticks = _ticks(branches, typed, it)
    steps = {branch.id: branch.path.removeprefix(org.path).split("/")[0] for branch in branches}
    ids = {int(step) for step in steps.values()}
    names = dict(session.execute(select(Org.id, Org.name).where(Org.id.in_(ids))).all())
    groups: dict[str, Group] = {}
    for tick in ticks:
        step = steps[tick.org.id]
        own = step == str(tick.org.id)
        key, name = (str(org.id), "直属支部") if own else (step, names[int(step)])
        groups.setdefault(key, Group(key, name, [])).ticks.append(tick)
    return list(groups.values())


def _ticks(branches: Sequence[Org], typed: Typed, it: Gathering | None) -> list[Tick]:
    """Say beside each branch what stands against its coming, and what its own draft is then for."""
    if typed.kind != GatheringKind.THEME_DAY or not typed.period:
        return [Tick(branch, "", free=True) for branch in branches]
    session, month = current().session, int(typed.period[5:])
    taken = taken_by(session, branches, typed.period, beside=it.id if it else None)
    drafted = own_drafts(session, [branch.id for branch in branches], typed.period)
    return [
        Tick(
            branch,
            f"{month}月已经有主题党日"
            if branch.id in taken
            else "自己起草了一份，这里发布以后就用不上了"
            if branch.id in drafted
            else "",
            free=branch.id not in taken,
        )
        for branch in branches
    ]


def tick_groups(org: Org, typed: Typed, it: Gathering | None) -> None:
    """Tick or clear all branches, or those of one group, if a button of the form asks that."""
    verb, _, key = request.form.get("do", "").partition("-")
    if not convenes(org) or verb not in TICKING:
        return
    chosen = [one for group in groups_below(org, typed, it) if key in ("", group.key) for one in group.ticks]
    if verb == "all":
        typed.partners |= {one.org.id for one in chosen if one.free}
    else:
        typed.partners -= {one.org.id for one in chosen}


def called(org: Org, typed: Typed, it: Gathering | None) -> dict[str, Any]:
    """Return what the form of a committee's draft shows beside its fields; nobody by name or by channel."""
    edge = current()
    groups = groups_below(org, typed, it)
    ticked = [one.org for group in groups for one in group.ticks if one.org.id in typed.partners]
    size = audience_size(edge.session, [one.id for one in ticked], now=it.starts_at if it else edge.now)
    opened = request.form.get("do", "").partition("-")[2]
    return {
        "groups": groups,
        "opened": opened,
        "activities": KINDS,
        "together": ticked,
        "siblings": [],
        "people": size.people,
        "at_home": size.at_home,
        "counted": False,
        "channels": [],
        "calls": [],
        "birthdays": [],
        "celebrated": set(),
    }


def told_by_committee(rolls: Sequence[Standing]) -> dict[str, int] | None:
    """Return how far the newest message has come, for the committee that sent it: sums of all branches.

    Whether by WeChat or by telephone is the branches' own: above them nobody counts who has which channel.
    """
    host = rolls[0].host
    if not convenes(host) or not may(staff().posts, Verb.PUBLISH, host.path):
        return None
    progress = progress_of(sums_of(current().session, rolls[0].gathering.id).counts)
    return {
        "audience": progress.audience,
        "told": progress.told,
        "waiting": progress.under_way + progress.to_phone,
        "unsent": progress.unsent,
    }
