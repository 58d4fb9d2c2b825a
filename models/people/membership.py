"""What changes in somebody's membership: category, standing outside the rating, a move, leaving."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.people.account import Account, Post
from models.people.member import Member, MemberStatus, Spell, SpellKind
from models.people.member_move import MemberMove
from models.people.org import BRANCHES, Org
from models.people.said import Said, readable_line
from models.people.spells import check_no_overlap, living_member
from models.refused import Refused

LONGEST_DOCUMENT = 80
LEAVING = (MemberStatus.TRANSFERRED_OUT, MemberStatus.DECEASED, MemberStatus.REMOVED)
# What the point schemes call a category, by the word that people read.
CATEGORY_TEXT = {
    "cadre": "村组干部",
    "resident": "居家党员",
    "employed": "在职党员",
    "floating": "流动党员",
    "veteran_or_ill": "年老体弱党员",
}


def set_category(
    session: Session, member_id: int, code: str, *, from_on: date, by: int, via: Via, now: datetime,
    how: Said | None = None,
) -> Spell:  # fmt: skip
    """Let a member belong to another category from a day on; the one before ends on the eve.

    `how`: in what way the member asked for it, where the category stands outside the rating.

    The day is this year's and not ahead, so that no year that was rated already changes by it.
    Refused: not_found, bad_change with `fields`.
    """
    member = living_member(session, member_id)
    if code not in CATEGORY_TEXT:
        raise _bad(category="请选一个类别")
    _check_day("from_on", from_on, now)
    current = _category_held(session, member_id, from_on)
    told = {"how": how} if how is not None else {}
    if current is not None and current.code == code:
        raise _bad(category=f"已经是{CATEGORY_TEXT[code]}了")
    if current is not None and current.from_on == from_on:
        current.code = code
        session.flush()
        return _noted(session, member, current, "set_category", by, via, **told)
    if current is not None:
        current.to_on = from_on - timedelta(days=1)
        session.flush()
    spell = Spell(member_id=member_id, kind=SpellKind.CATEGORY, code=code, from_on=from_on, approved_by=by)
    session.add(spell)
    session.flush()
    return _noted(session, member, spell, "set_category", by, via, **told)


def _category_held(session: Session, member_id: int, day: date) -> Spell | None:
    """Return the category held on `day`, locked. Refused: bad_change, where another follows it."""
    held = session.scalars(
        select(Spell)
        .where(
            Spell.member_id == member_id,
            Spell.kind == SpellKind.CATEGORY,
            Spell.not_over(day),
        )
        .with_for_update()
    ).all()
    if any(spell.from_on > day for spell in held):
        raise _bad(from_on="这一天以后已经改过类别，请写更晚的一天")
    return held[0] if held else None


def leave_rating(
    session: Session, member_id: int, *, decided_on: date, how: Said, by: int, via: Via, now: datetime
) -> Spell:
    """不参评: at the member's own wish and by the meeting's decision, from the meeting's day on.

    Refused: not_found, bad_change with `fields`, spell_overlaps.
    """
    member = living_member(session, member_id)
    _check_day("decided_on", decided_on, now)
    check_no_overlap(session, member_id, SpellKind.NOT_RATED, decided_on, None)
    spell = Spell(
        member_id=member_id, kind=SpellKind.NOT_RATED, code="own_wish", from_on=decided_on, approved_by=by
    )
    session.add(spell)
    session.flush()
    return _noted(session, member, spell, "leave_rating", by, via, how=how)


def join_rating(session: Session, member_id: int, *, by: int, via: Via, now: datetime) -> Spell:
    """Let a member who stood outside the rating be rated again from today on. Refused: not_found."""
    member = living_member(session, member_id)
    today = day_of(now)
    spell = session.scalar(
        select(Spell)
        .where(
            Spell.member_id == member_id,
            Spell.kind == SpellKind.NOT_RATED,
            Spell.not_over(today),
        )
        .with_for_update()
    )
    if spell is None:
        raise Refused("not_found", "没有找到这条登记")
    spell.to_on = max(today, spell.from_on) - timedelta(days=1)
    session.flush()
    return _noted(session, member, spell, "join_rating", by, via)


def move_member(
    session: Session, member_id: int, branch: Org, *, moved_on: date, document: str, by: int, via: Via,
    now: datetime,
) -> Member:  # fmt: skip
    """Move a member to another branch of the zone with the transfer's number; entries stay where they are.

    Whoever calls brings the rolls of both branches up to it (follow_roster).
    Refused: not_found, bad_change with `fields`, holds_post.
    """
    member = _held(session, member_id)
    if branch.kind not in BRANCHES or branch.dissolved_on is not None or branch.id == member.branch_id:
        raise _bad(branch="请选另一个党支部")
    _check_moved_on(session, member_id, moved_on, now)
    document = _document(document)
    held = exists().where(
        Account.member_id == member_id,
        Post.account_id == Account.id,
        Post.to_on.is_(None),
        Post.org_id.in_([member.branch_id, member.group_id]),
    )
    if session.scalar(select(held)):
        raise Refused("holds_post", "这位同志在原支部还有岗位，请先办结岗位，再转组织关系")
    before = {"branch_id": member.branch_id, "group_id": member.group_id}
    move = MemberMove(
        member_id=member_id, from_branch_id=member.branch_id, to_branch_id=branch.id, moved_on=moved_on,
        document=document, account_id=by,
    )  # fmt: skip
    member.branch_id, member.group_id = branch.id, None
    session.add(move)
    session.flush()
    record(
        session, "move_member", "member", member_id, via=via, account_id=by, org_id=branch.id, before=before,
        after={"branch_id": branch.id, "moved_on": f"{moved_on}", "document": document},
    )  # fmt: skip
    return member


def _held(session: Session, member_id: int) -> Member:
    """Return a member who has not left, held so that a form sent twice is one act. Refused: not_found."""
    session.get(Member, member_id, with_for_update={"key_share": True}, populate_existing=True)
    return living_member(session, member_id)


def _check_moved_on(session: Session, member_id: int, moved_on: date, now: datetime) -> None:
    if moved_on > day_of(now):
        raise _bad(moved_on="不能晚于今天")
    if moved_on.year < day_of(now).year - 2:
        raise _bad(moved_on="太早了，请再看一下年份")
    last = session.scalar(select(func.max(MemberMove.moved_on)).where(MemberMove.member_id == member_id))
    if last is not None and moved_on < last:
        raise _bad(moved_on="早于上一次转组织关系的日期")


def note_coming(
    session: Session, member_id: int, *, came_on: date, by: int, via: Via, now: datetime
) -> Member:
    """Write on which day a member came to a branch of this zone from elsewhere: stars may ask for months.

    Refused: not_found, bad_change with `fields`.
    """
    member = living_member(session, member_id)
    if came_on > day_of(now) or (member.joined_on is not None and came_on < member.joined_on):
        raise _bad(came_on="应当在入党时间以后、今天以前")
    before = {"came_on": f"{member.came_on}" if member.came_on else None}
    member.came_on = came_on
    session.flush()
    record(
        session, "note_coming", "member", member_id, via=via, account_id=by, org_id=member.branch_id,
        before=before, after={"came_on": f"{came_on}"},
    )  # fmt: skip
    return member


def let_go(
    session: Session, member_id: int, status: MemberStatus, *, left_on: date, document: str, by: int,
    via: Via, now: datetime,
) -> Member:  # fmt: skip
    """Write that a member moved out of the zone, died or was removed, with the number of the paper.

    The record stays; no rating of a cycle that ends later knows the person. Whoever calls brings the rolls
    up to it (follow_roster). Refused: not_found, bad_change with `fields`.
    """
    member = _held(session, member_id)
    if status not in LEAVING:
        raise _bad(status="请选一项")
    if left_on > day_of(now) or (member.joined_on is not None and left_on < member.joined_on):
        raise _bad(left_on="应当在入党时间以后、今天以前")
    document = _document(document)
    before = {"status": member.status}
    member.status, member.left_on = status, left_on
    session.flush()
    record(
        session, "let_go", "member", member_id, via=via, account_id=by, org_id=member.branch_id,
        before=before, after={"status": status, "left_on": f"{left_on}", "document": document},
    )  # fmt: skip
    return member


def spells_of_member(session: Session, member_id: int) -> list[Spell]:
    """Return a member's categories and absences from the rating, newest first."""
    query = select(Spell).where(
        Spell.member_id == member_id,
        Spell.kind.in_((SpellKind.CATEGORY, SpellKind.NOT_RATED)),
        Spell.not_over(Spell.from_on),
    )
    return list(session.scalars(query.order_by(Spell.from_on.desc(), Spell.id.desc())))


def _check_day(field: str, day: date, now: datetime) -> None:
    today = day_of(now)
    if not date(today.year, 1, 1) <= day <= today:
        raise _bad(**{field: f"请写 {today.year} 年 1 月 1 日到今天的一天"})


def _document(number: str) -> str:
    number = readable_line(number)
    if not 2 <= len(number) <= LONGEST_DOCUMENT:
        raise _bad(document=f"请写文号或介绍信编号，2 到 {LONGEST_DOCUMENT} 个字")
    return number


def _bad(**fields: str) -> Refused:
    return Refused("bad_change", next(iter(fields.values())), fields=fields)


def _noted(
    session: Session, member: Member, spell: Spell, verb: str, by: int, via: Via, **told: Any
) -> Spell:
    after = {"code": spell.code, "from_on": f"{spell.from_on}", "to_on": f"{spell.to_on or ''}", **told}
    record(session, verb, "spell", spell.id, via=via, account_id=by, org_id=member.branch_id, after=after)
    return spell
