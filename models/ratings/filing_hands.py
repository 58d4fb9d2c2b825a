"""Who files a rating: another hand than the one that led it, and where there is one, not one rated in it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.account import ROLE_TEXT, Account
from models.people.rights import OFFICERS
from models.ratings.beginning import RatingSeen
from models.ratings.objection_hands import Hand, posts_around
from models.ratings.rating import Act, RatingAct
from models.ratings.run import RatingResult
from models.ratings.running import last_run
from models.refused import Refused

BY_OFFICER = (Act.UPPER_REVIEW, Act.RETURN, Act.REOPEN)


def check_filer(session: Session, seen: RatingSeen, by: int, *, now: datetime) -> None:
    """Let somebody file who did not lead the rating; an officer rated in it leaves it to one who is not.

    Where all officers belong to the branch one of them files: the paper is the committee's.
    Refused: own_entry.
    """
    led = _leaders(session, seen)
    if by in led:
        raise Refused("own_entry", "这一期的定星是您在支部经手的，请另一位同志备案")
    rated = _rated(session, seen)
    if session.get_one(Account, by).member_id not in rated:
        return
    officers = [
        one for one in posts_around(session, [seen.branch.id], now=now)[seen.branch.id] if _files(one)
    ]
    others = {
        one.account_id: one for one in officers if one.member_id not in rated and one.account_id not in led
    }
    if others:
        named = "、".join(f"{one.name}（{ROLE_TEXT[one.role]}）" for one in others.values())
        raise Refused("own_entry", f"您是这个支部的党员，您的星级也在里面，请别的同志备案：{named}")


def _files(hand: Hand) -> bool:
    return hand.role in OFFICERS


def _leaders(session: Session, seen: RatingSeen) -> set[int]:
    """Return whose hands took the branch's steps."""
    acts = select(RatingAct.account_id).where(
        RatingAct.rating_id == seen.rating.id, RatingAct.act.not_in(BY_OFFICER)
    )
    return {seen.rating.begun_by, *session.scalars(acts)}


def _rated(session: Session, seen: RatingSeen) -> set[int]:
    run = last_run(session, seen.rating.id)
    query = select(RatingResult.member_id).where(RatingResult.run_id == (run.id if run else None))
    return set(session.scalars(query))
