"""Whether a cycle of a branch is filed: then it takes no entry."""

from collections.abc import Collection

from sqlalchemy import Subquery, and_, column, literal, select, table, union_all
from sqlalchemy.orm import Session

from models.people.member import Member
from models.people.member_move import MemberMove, branch_on
from models.points.cycle import CycleKind, cycle_of, cycle_words, last_day_of, months_of
from models.refused import Refused

# Ratings stand to the right of points; all that is asked of one here is whether its cycle is still open.
RATING = table("rating", column("id"), column("branch_id"), column("cycle"), column("state"))
CLOSED = ("confirmed", "archived")
KINDS: tuple[CycleKind, ...] = ("month", "quarter", "half", "year")


def is_closed(session: Session, branch_id: int, cycle: str, *, hold: bool = False) -> bool:
    """Say whether the cycle's rating is filed; `hold` keeps anybody from filing it before the commit."""
    query = select(RATING.c.state).where(RATING.c.branch_id == branch_id, RATING.c.cycle == cycle)
    return session.scalar(query.with_for_update(read=True) if hold else query) in CLOSED


def filed_members(
    session: Session, member_ids: Collection[int], month: str, *, hold: bool = False
) -> set[int]:
    """Return for whom a month (YYYY-MM) is filed, by the branch that rates them; `hold` as above."""
    homes = rated_in(member_ids, month)
    here = and_(RATING.c.branch_id == homes.c.branch_id, RATING.c.cycle == homes.c.cycle)
    query = select(homes.c.member_id, RATING.c.state).join(RATING, here).order_by(RATING.c.id)
    rows = session.execute(query.with_for_update(read=True, of=RATING) if hold else query)
    return {member_id for member_id, state in rows if state in CLOSED}


def filed_months(session: Session, member_id: int) -> set[str]:
    """Return the months (YYYY-MM) that are filed for a member, each by the branch that rated them then."""
    moves = session.scalars(
        select(MemberMove)
        .where(MemberMove.member_id == member_id)
        .order_by(MemberMove.moved_on, MemberMove.id)
    ).all()
    last_home = session.scalars(select(Member.branch_id).where(Member.id == member_id)).one()
    homes = {last_home, *(move.from_branch_id for move in moves)}
    rows = session.execute(
        select(RATING.c.branch_id, RATING.c.cycle).where(
            RATING.c.branch_id.in_(homes), RATING.c.state.in_(CLOSED)
        )
    )
    found: set[str] = set()
    for branch_id, cycle in rows:
        last_day = last_day_of(cycle)
        later = (move.from_branch_id for move in moves if move.moved_on > last_day)
        if branch_id == next(later, last_home):
            found.update(months_of(cycle))
    return found


def rated_in(member_ids: Collection[int], month: str) -> Subquery:
    """Return in SQL (member_id, branch_id, cycle): who rates these members for cycles that have the month.

    A branch that somebody moved to may be rated by cycles of another length.
    """
    return union_all(
        *(
            select(
                Member.id.label("member_id"),
                branch_on(last_day_of(cycle)).label("branch_id"),
                literal(cycle).label("cycle"),
            ).where(Member.id.in_(member_ids))
            for cycle in (cycle_of(kind, month) for kind in KINDS)
        )
    ).subquery()


def refuse_closed(cycle: str) -> Refused:
    """Make the refusal of what would change a filed cycle."""
    return Refused("cycle_closed", f"{cycle_words(cycle)}的评定已经备案，积分不能再动；有异议请走复核")
