"""Objections as they are read: what is disputed, who answers until when, and what became of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.clock import day_of, long_day
from models.gatherings.calendar.workdays import after_workdays_each
from models.gatherings.gathering import Gathering
from models.gatherings.leave.pending import HAS_NAMESAKE, Whose
from models.gatherings.roll import RollLine
from models.people.account import Account
from models.people.member import Member
from models.people.org import Org
from models.people.rights import PostAt, Verb, may
from models.points.entry import PointEntry
from models.points.proposal import Proposal
from models.points.schemes.published import Scheme
from models.ratings.objections.answerers import OFFICE, Hands, hands_of
from models.ratings.objections.appealing import APPEAL_WORKDAYS, reached_on
from models.ratings.objections.dispute import Disputed, entry_in_words, star_in_words
from models.ratings.objections.objection import Objection, ObjectionState
from models.ratings.objections.raising import ANSWER_WORKDAYS, receipt_of
from models.ratings.procedure.rating import Rating
from models.refused import Refused

Recorder, Answerer, Maker, Later = aliased(Account), aliased(Account), aliased(Account), aliased(Objection)
Group, Undo = aliased(Org, name="home_group"), aliased(PointEntry)


class ObjectionView(NamedTuple):
    """One objection. `appeal_until`: the last day to appeal an answer; `appealed_by`: the appeal's id.

    Where the holidays until a day are not entered, its number of workdays is said instead: then `due_known`
    is false, or `appeal_until` None.
    """

    objection: Objection
    whose: Whose
    disputed: Disputed
    hands: Hands
    due_known: bool
    recorded_by: str | None
    answered_by: str | None
    appeal_until: date | None
    appealed_by: int | None

    @property
    def waits(self) -> bool:
        """Say whether it is still to be answered."""
        return self.objection.state is ObjectionState.SUBMITTED

    def waits_for(self, account_id: int) -> bool:
        """Say whether this account may answer it now."""
        return self.waits and any(hand.account_id == account_id for hand in self.hands.free)


class Objections(NamedTuple):
    """What waits, the one due first on top, and what was answered or taken back, the newest first."""

    waiting: list[ObjectionView]
    over: list[ObjectionView]


def objection_seen(session: Session, objection_id: int, *, now: datetime) -> ObjectionView:
    """Return one objection. Refused: not_found."""
    found = _views(session, Objection.id == objection_id, now=now)
    if not found:
        raise Refused("not_found", "没有找到这件异议")
    return found[0]


def own_objections(session: Session, member_id: int, *, now: datetime) -> list[ObjectionView]:
    """Return what a member objected to, the newest first; a fixed number of statements."""
    found = _views(session, Objection.member_id == member_id, now=now)
    return sorted(found, key=lambda one: one.objection.id, reverse=True)


def answers_above(session: Session, view: ObjectionView, *, now: datetime) -> list[ObjectionView]:
    """Return the answers that an appeal is against, the first one first."""
    about = view.objection
    same = and_(
        Objection.member_id == about.member_id,
        Objection.id < about.id,
        Objection.entry_id == about.entry_id if about.entry_id else Objection.rating_id == about.rating_id,
    )
    earlier = {one.objection.id: one for one in _views(session, same, now=now)} if about.appeals else {}
    chain: list[ObjectionView] = []
    next_id = about.appeals
    while next_id is not None and next_id in earlier:
        chain.insert(0, earlier[next_id])
        next_id = earlier[next_id].objection.appeals
    return chain


def objections_for(
    session: Session, posts: Sequence[PostAt], *, since: datetime, now: datetime
) -> Objections:
    """Return what these posts may read: the own branch's or group's, and what lies on an officer's desk.

    What was over before `since` is left out. A fixed number of statements.
    """
    below = or_(false(), *(_around(post) for post in posts))
    fresh = or_(
        Objection.state == ObjectionState.SUBMITTED,
        func.coalesce(Objection.answered_at, Objection.asked_at) >= since,
    )
    found = [one for one in _views(session, and_(below, fresh), now=now) if is_reached(posts, one)]
    waiting = [one for one in found if one.waits]
    over = [one for one in found if not one.waits]
    waiting.sort(key=lambda one: (one.objection.due_on, one.objection.id))
    over.sort(key=lambda one: one.objection.answered_at or one.objection.asked_at, reverse=True)
    return Objections(waiting, over)


def objections_open(session: Session, org: Org) -> list[int]:
    """Return what is not answered yet at an organisation and below it, whichever desk it lies on."""
    query = (
        select(Objection.id)
        .join(Org, Org.id == Objection.branch_id)
        .where(Org.path.startswith(org.path), Objection.state == ObjectionState.SUBMITTED)
        .order_by(Objection.due_on, Objection.id)
    )
    return list(session.scalars(query))


def objections_in_words(session: Session, ids: Sequence[int]) -> list[str]:
    """Return who objected and until when an answer is due, a line each; a fixed number of statements."""
    rows = session.execute(
        select(Objection, Member.name)
        .join(Member, Member.id == Objection.member_id)
        .where(Objection.id.in_(ids))
        .order_by(Objection.due_on, Objection.id)
    ).all()
    due = after_workdays_each(session, {day_of(one.asked_at) for one, _ in rows}, ANSWER_WORKDAYS)
    return [
        f"{name}，编号 {receipt_of(one)}，{due_words(one, is_known=due[day_of(one.asked_at)][1])}"
        for one, name in rows
    ]


def due_words(objection: Objection, *, is_known: bool) -> str:
    """Say until when an answer is due: the day, or the workdays where the holidays are not entered."""
    if is_known:
        return f"{long_day(objection.due_on)}以前答复"
    return f"收到后 {ANSWER_WORKDAYS} 个工作日以内答复"


def is_reached(posts: Sequence[PostAt], view: ObjectionView) -> bool:
    """Say whether these posts read names and texts of an objection: its branch's, or its desk's above."""
    branch = view.whose.branch.path
    return any(
        branch.startswith(post.org_path) and view.hands.desk is OFFICE[post.role]
        if post.role in OFFICE
        else may([post], Verb.TICK, view.whose.home.path) or may([post], Verb.ANSWER_OBJECTION, branch)
        for post in posts
    )


def _around(post: PostAt) -> ColumnElement[bool]:
    """Select what can concern a post: objections of the branches below, and of the members of a group."""
    return or_(Org.path.startswith(post.org_path), Group.path.startswith(post.org_path))


def _views(session: Session, which: ColumnElement[bool], *, now: datetime) -> list[ObjectionView]:
    rows = session.execute(_ROWS.where(which)).all()
    hands = hands_of(session, [row.Objection for row in rows if _waits(row.Objection)], now=now)
    reached = {reached_on(row.Objection) for row in rows} - {None}
    last = after_workdays_each(session, {day for day in reached if day is not None}, APPEAL_WORKDAYS)
    due = after_workdays_each(session, {day_of(row.Objection.asked_at) for row in rows}, ANSWER_WORKDAYS)
    found = []
    for row in rows:
        objection, day = row.Objection, reached_on(row.Objection)
        until, is_known = last[day] if day is not None else (None, False)
        found.append(
            ObjectionView(
                objection,
                _whose(row),
                _disputed(row),
                hands.get(objection.id, Hands(objection.desk, (), frozenset())),
                due[day_of(objection.asked_at)][1],
                row.recorder,
                row.answerer,
                until if is_known else None,
                row.appeal_id,
            )
        )
    return found


def _waits(objection: Objection) -> bool:
    return objection.state is ObjectionState.SUBMITTED


_LINE = and_(RollLine.gathering_id == PointEntry.gathering_id, RollLine.member_id == PointEntry.member_id)
# Built once: asked about each objection, and for each list.
_ROWS: Select[*tuple[Any, ...]] = (
    select(
        Objection, Member, Org, Group, PointEntry, Rating, Recorder.name.label("recorder"),
        Answerer.name.label("answerer"), Maker.name.label("maker"), Later.id.label("appeal_id"),
        HAS_NAMESAKE.label("has_namesake"), Gathering.title.label("gathering"),
        Proposal.title.label("deed"), RollLine.status.label("status"), Scheme.document.label("document"),
        exists().where(Undo.reverses == PointEntry.id).label("undone"),
    )
    .join(Member, Member.id == Objection.member_id)
    .join(Org, Org.id == Objection.branch_id)
    .outerjoin(Group, and_(Group.id == Member.group_id, Member.branch_id == Objection.branch_id))
    .outerjoin(Recorder, Recorder.id == Objection.recorded_by)
    .outerjoin(Answerer, Answerer.id == Objection.answered_by)
    .outerjoin(Later, Later.appeals == Objection.id)
    .outerjoin(PointEntry, PointEntry.id == Objection.entry_id)
    .outerjoin(Maker, Maker.id == PointEntry.account_id)
    .outerjoin(Gathering, Gathering.id == PointEntry.gathering_id)
    .outerjoin(Proposal, Proposal.id == PointEntry.proposal_id)
    .outerjoin(RollLine, _LINE)
    .outerjoin(Rating, Rating.id == Objection.rating_id)
    .outerjoin(Scheme, Scheme.id == func.coalesce(PointEntry.scheme_id, Rating.scheme_id))
)  # fmt: skip


def _whose(row: Any) -> Whose:
    year = row.Member.joined_on.year if row.has_namesake and row.Member.joined_on else None
    return Whose(row.Member.id, row.Member.name, year, row.Org, row.home_group)


def _disputed(row: Any) -> Disputed:
    if row.PointEntry is None:
        return star_in_words(row.Rating, row.document)
    about = row.gathering or row.deed
    return entry_in_words(
        row.PointEntry, row.document, about=about, by=row.maker, status=row.status
    )._replace(undone=row.undone)
