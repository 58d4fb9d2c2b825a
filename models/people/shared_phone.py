"""One number for several members of a family: what is said to one of them may be read by another."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.people.member import ON_ROLLS, Member


def shares_phone(session: Session, member: Member) -> bool:
    """Return whether another member on any roll has the same number on the roster."""
    if member.phone_hash is None:
        return False
    same = exists().where(
        Member.phone_hash == member.phone_hash, Member.id != member.id, Member.status.in_(ON_ROLLS)
    )
    return bool(session.scalar(select(same)))
