"""What can be disputed, in words: an entry with its numbers and its hand, or a star."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.gathering import Gathering
from models.gatherings.roll import RollLine, Status
from models.people.account import Account
from models.points.closing import filed_months
from models.points.cycle import cycle_words
from models.points.entry import PointEntry
from models.points.proposal import Proposal
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import Scheme, document_of
from models.ratings.objections.objection import Objection, ObjectionState
from models.ratings.objections.raising import board_until
from models.ratings.procedure.rating import Rating, RatingState
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.results import RatingResult


class Disputed(NamedTuple):
    """One entry, or a star, of which only `title` and `cycle` are set.

    `about` is the gathering or the deed, `status` what the roll says now, `by` whose hand the entry is.
    """

    title: str
    cycle: str
    document: SchemeDocument
    occurred_on: date | None = None
    about: str = ""
    points: Decimal | None = None
    by: str = ""
    status: Status | None = None
    undone: bool = False  # taken back since


class Disputable(NamedTuple):
    """What a member may object to today: entries by id, the newest first, and the star on the board."""

    entries: dict[int, Disputed]
    star: Rating | None


def entry_in_words(
    entry: PointEntry,
    document: str,
    *,
    about: str | None,
    by: str,
    status: Status | None,
) -> Disputed:
    """Return an entry as a person reads it; `document` is that of its scheme."""
    scheme = document_of(document)
    titles = {item.id: item.title for item in scheme.items}
    title = ("冲回：" if entry.reverses else "") + titles.get(entry.item, entry.item)
    if entry.level:
        title += f"（{entry.level}）"
    return Disputed(title, entry.cycle, scheme, entry.occurred_on, about or "", entry.points, by, status)


def star_in_words(rating: Rating, document: str) -> Disputed:
    """Return the star of a rating as what is disputed."""
    return Disputed(f"{cycle_words(rating.cycle)}的星级", rating.cycle, document_of(document))


def disputable_of(session: Session, member_id: int, *, now: datetime) -> Disputable:
    """Return what a member may object to; a few statements, whatever the number of entries."""
    undo, dispute = aliased(PointEntry), aliased(Objection)
    line = and_(RollLine.gathering_id == PointEntry.gathering_id, RollLine.member_id == PointEntry.member_id)
    settled = (ObjectionState.SUBMITTED, ObjectionState.REJECTED)
    rows = session.execute(
        select(PointEntry, Scheme.document, Gathering.title, Proposal.title, Account.name, RollLine.status)
        .join(Scheme, Scheme.id == PointEntry.scheme_id)
        .join(Account, Account.id == PointEntry.account_id)
        .outerjoin(Gathering, Gathering.id == PointEntry.gathering_id)
        .outerjoin(Proposal, Proposal.id == PointEntry.proposal_id)
        .outerjoin(RollLine, line)
        .where(
            PointEntry.member_id == member_id,
            or_(PointEntry.reverses.is_(None), PointEntry.gathering_id.is_not(None)),
            ~exists().where(undo.reverses == PointEntry.id),
            ~exists().where(dispute.entry_id == PointEntry.id, dispute.state.in_(settled)),
            PointEntry.period.not_in(filed_months(session, member_id)),
        )
        .order_by(PointEntry.occurred_on.desc(), PointEntry.id.desc())
    )
    entries = {
        entry.id: entry_in_words(entry, document, about=gathering or deed, by=by, status=status)
        for entry, document, gathering, deed, by, status in rows
    }
    return Disputable(entries, _star_on_board(session, member_id, now=now))


def _star_on_board(session: Session, member_id: int, *, now: datetime) -> Rating | None:
    """Return the rating in whose publicity the member's star hangs today, if it is not disputed already."""
    shown = exists().where(
        RatingPublicity.rating_id == Rating.id,
        RatingResult.run_id == RatingPublicity.run_id,
        RatingResult.member_id == member_id,
    )
    rating = session.scalar(
        select(Rating)
        .where(
            Rating.state == RatingState.PUBLICISED,
            shown,
            ~exists().where(
                Objection.rating_id == Rating.id,
                Objection.member_id == member_id,
                Objection.state == ObjectionState.SUBMITTED,
            ),
        )
        .order_by(Rating.id.desc())
        .limit(1)
    )
    last = board_until(session, rating.id, member_id) if rating is not None else None
    return rating if last is not None and day_of(now) <= last else None
