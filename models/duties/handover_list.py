"""What is open at an organisation: the list that passes from one hand to the next (交接清单)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models.clock import day_of, long_day
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.host_attendance import HostAttendance
from models.gatherings.leave.makeup import Makeup
from models.gatherings.leave.pending import pending_of
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.roll import Roll
from models.people.away_report import AwayReport
from models.people.member import Member, surname_order
from models.people.org import Org
from models.ratings.objections.reading import objections_in_words, objections_open

# Kinds in the order of the list; drafts, and whatever speaks of one person, are a number to whoever is not of
# the branch.
KIND_TEXT = {
    "drafts": "没有发布的活动草稿",
    "rolls": "没有确认的到会名册",
    "minutes": "没有归档的会议记录",
    "returned": "退回补正的会议记录",
    "leaves": "等答复的请假",
    "reports": "等答复的外出报备",
    "attendances": "等答复的流入地参加情况",
    "objections": "没有答复的异议",
    "makeups": "没有补的学习",
    "delegates": "交接时结束的委托",
    "articles": "没有发布的稿件",
}


class Section(NamedTuple):
    """One kind of the list: its title, how many, and a line each; no lines where names must not be told."""

    kind: str
    title: str
    number: int
    lines: tuple[str, ...]


def open_items(session: Session, org: Org) -> dict[str, list[Any]]:
    """Return kind -> ids of what waits at an organisation and below it; a fixed number of statements.

    Gatherings for drafts, rolls for rolls and minutes, (gathering, member) for leave and make-ups, else the
    request's own id. What belongs to later rooms, such as articles, the caller adds.
    """
    below = Org.path.startswith(org.path)
    drafts = (
        select(Gathering.id)
        .join(Org, Org.id == Gathering.org_id)
        .where(below, Gathering.state == GatheringState.DRAFT)
        .order_by(Gathering.starts_at, Gathering.id)
    )
    rolls = _rolls_and_records(session, below)
    asked = pending_of(session, [org.path])
    makeups = (
        select(Makeup.gathering_id, Makeup.member_id)
        .join(Member, Member.id == Makeup.member_id)
        .join(
            Org, or_(Org.id == Member.group_id, and_(Member.group_id.is_(None), Org.id == Member.branch_id))
        )
        .where(below, Makeup.done_on.is_(None), Makeup.cancelled_at.is_(None), Member.left_on.is_(None))
        .order_by(Makeup.due_on, Makeup.gathering_id, Makeup.member_id)
    )
    return {
        "drafts": list(session.scalars(drafts)),
        **rolls,
        "leaves": [[row.gathering.id, row.whose.member_id] for row in asked.leaves],
        "reports": [row.request.id for row in asked.reports],
        "attendances": [row.request.id for row in asked.attendances],
        "objections": objections_open(session, org),
        "makeups": [list(row) for row in session.execute(makeups)],
    }


def _rolls_and_records(session: Session, below: ColumnElement[bool]) -> dict[str, list[int]]:
    """Return the rolls to confirm, and those whose record is still to be filed or was returned."""
    rows = session.execute(
        select(Roll.id, Roll.confirmed_at, Minutes.state)
        .join(Org, Org.id == Roll.org_id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .outerjoin(Minutes, Minutes.roll_id == Roll.id)
        .where(below, _stands(), or_(Minutes.state.is_(None), Minutes.state != MinutesState.FILED))
        .order_by(Gathering.starts_at, Roll.id)
    ).all()
    found: dict[str, list[int]] = {"rolls": [], "minutes": [], "returned": []}
    for roll_id, confirmed_at, state in rows:
        if confirmed_at is None:
            found["rolls"].append(roll_id)
        else:
            found["returned" if state is MinutesState.RETURNED else "minutes"].append(roll_id)
    return found


def _stands() -> ColumnElement[bool]:
    """Select gatherings that were published and not called off."""
    return and_(Gathering.hall_salt.is_not(None), Gathering.state != GatheringState.CANCELLED)


def sections_of(
    session: Session, items: Mapping[str, Sequence[Any]], articles: Mapping[int, str], *, names: bool
) -> list[Section]:
    """Return a frozen list in words; without `names`, drafts and what speaks of persons are numbers only.

    `articles` are their titles by id, from whoever knows them. At most six statements.
    """
    gatherings, rolls = _gatherings(session, items)
    lines = {
        kind: [rolls.get(one, "") for one in items.get(kind, ())]
        for kind in ("rolls", "minutes", "returned", "delegates")
    }
    if names:
        lines |= _of_persons(session, items, gatherings) | {
            "drafts": [gatherings.get(one, "") for one in items.get("drafts", ())],
            "articles": [articles.get(one, "") for one in items.get("articles", ())],
        }
    return [
        Section(kind, title, len(items[kind]), tuple(line for line in lines.get(kind, ()) if line))
        for kind, title in KIND_TEXT.items()
        if items.get(kind)
    ]


def _gatherings(
    session: Session, items: Mapping[str, Sequence[Any]]
) -> tuple[dict[int, str], dict[int, str]]:
    """Return the gatherings of a list in words, by their id and by the id of a roll."""
    by_pair = [one[0] for kind in ("leaves", "makeups") for one in items.get(kind, ())]
    by_roll = [one for kind in ("rolls", "minutes", "returned", "delegates") for one in items.get(kind, ())]
    told = {
        it.id: f"{long_day(day_of(it.starts_at))} {it.title}"
        for it in session.scalars(
            select(Gathering).where(Gathering.id.in_([*items.get("drafts", ()), *by_pair]))
        )
    }
    query = (
        select(Roll.id, Org.name, Gathering.starts_at, Gathering.title)
        .join(Org, Org.id == Roll.org_id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .where(Roll.id.in_(by_roll))
    )
    rolls = {
        roll_id: f"{long_day(day_of(starts_at))} {title}（{org}）"
        for roll_id, org, starts_at, title in session.execute(query)
    }
    return told, rolls


def _of_persons(
    session: Session, items: Mapping[str, Sequence[Any]], gatherings: Mapping[int, str]
) -> dict[str, list[str]]:
    """Return what speaks of persons, a line each."""
    pairs = {kind: items.get(kind, ()) for kind in ("leaves", "makeups")}
    ids = [member_id for kind in pairs.values() for _, member_id in kind]
    people = dict(session.execute(select(Member.id, Member.name).where(Member.id.in_(ids))).all())
    reports = session.execute(
        select(Member.name, AwayReport.from_on, AwayReport.place)
        .join(Member, Member.id == AwayReport.member_id)
        .where(AwayReport.id.in_(items.get("reports", ())))
    ).all()
    attendances = session.execute(
        select(Member.name, HostAttendance.attended_on, HostAttendance.host)
        .join(Member, Member.id == HostAttendance.member_id)
        .where(HostAttendance.id.in_(items.get("attendances", ())))
    ).all()
    told = {
        kind: [f"{people.get(member_id, '')}，{gatherings.get(it, '')}" for it, member_id in of]
        for kind, of in pairs.items()
    }
    told["objections"] = objections_in_words(session, items.get("objections", ()))
    for kind, rows in (("reports", reports), ("attendances", attendances)):
        in_order = sorted(rows, key=lambda row: surname_order(row[0]))
        told[kind] = [f"{name}，{long_day(day)} {place}" for name, day, place in in_order]
    return told
