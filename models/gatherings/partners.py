"""Who meets together: a branch with its neighbours, or the branches below a committee that calls them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.gatherings.calendar.theme_month import taken_by, taken_words
from models.gatherings.gathering import GatheringKind
from models.people.org import COMMITTEES, Org, branches_below
from models.people.posts import siblings_of

# What a committee calls branches to; meetings with votes belong to each branch.
CONVENED = (GatheringKind.THEME_DAY, GatheringKind.LECTURE, GatheringKind.VOLUNTEERING, GatheringKind.STUDY)


def convenes(org: Org) -> bool:
    """Say whether an organisation only calls others together: it has no roll, they have theirs."""
    return org.kind in COMMITTEES


def may_join(session: Session, host: Org) -> list[Org]:
    """Return the branches that may take part in what `host` plans, in the order of the tree."""
    return branches_below(session, host) if convenes(host) else siblings_of(session, host)


def with_rolls(host: Org, partners: Sequence[int]) -> list[int]:
    """Return the ids of the organisations that get a roll, the host's first where it has one."""
    return list(partners) if convenes(host) else [host.id, *partners]


def wrong_partners(
    session: Session,
    host: Org,
    kind: GatheringKind,
    partners: Sequence[int],
    *,
    period: str,
    beside: int | None,
) -> dict[str, str]:
    """Return what is wrong with those who are to take part, by field; empty if it holds.

    A branch with a published theme day of the month cannot join another; its draft is no hindrance.
    """
    wrong = {}
    if convenes(host) and kind not in CONVENED:
        wrong["kind"] = "请选主题党日、党课、志愿服务或集体学习"
    if convenes(host) and not partners:
        wrong["partners"] = "请至少勾选一个支部"
    if not partners:
        return wrong
    known = {org.id: org for org in may_join(session, host)}
    if not known.keys() >= set(partners):
        wrong["partners"] = "只能召集下面的支部" if convenes(host) else "只能和同一个上级的支部一起开"
    elif kind is GatheringKind.THEME_DAY:
        asked = [org for org in known.values() if org.id in partners]
        taken = taken_by(session, asked, period, beside=beside)
        if taken:
            wrong["partners"] = taken_words(asked, taken, period)
    return wrong
