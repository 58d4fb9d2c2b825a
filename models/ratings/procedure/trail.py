"""All that was done in a rating, in its order, with whose hand wrote it down."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.account import Account
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.procedure.rating import RatingAct


class Done(NamedTuple):
    """One act and the name of the account that wrote it."""

    act: RatingAct
    name: str


def trail_of(session: Session, rating_id: int) -> list[Done]:
    """Return every act of a rating, the earliest first, those undone by a later return too."""
    query = (
        select(RatingAct, Account.name)
        .join(Account, Account.id == RatingAct.account_id)
        .where(RatingAct.rating_id == rating_id)
        .order_by(RatingAct.id)
    )
    return [Done(*row) for row in session.execute(query)]


def frozen_sha(session: Session, rating_id: int) -> str:
    """Return the hash of what was frozen when the rating was last filed, empty before."""
    query = select(RatingSnapshot.sha).where(RatingSnapshot.rating_id == rating_id)
    return session.scalar(query.order_by(RatingSnapshot.id.desc()).limit(1)) or ""
