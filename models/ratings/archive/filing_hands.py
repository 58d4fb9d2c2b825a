"""Who files a rating: another hand than the one that led it, and where there is one, not one rated in it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.account import ROLE_TEXT, Account
from models.people.rights import OFFICERS
from models.ratings.objections.answerers import posts_around
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.rating import Act, RatingAct
from models.ratings.runs.results import RatingResult
from models.ratings.runs.run import last_run
from models.refused import Refused

BY_OFFICER = (Act.UPPER_REVIEW, Act.RETURN, Act.REOPEN)


def check_filer(session: Session, seen: RatingSeen, by: int, *, now: datetime) -> None:
    """Let only somebody file who may. Refused: own_entry."""
    if why := why_not_file(session, seen, by, now=now):
        raise Refused("own_entry", why)


def why_not_file(session: Session, seen: RatingSeen, by: int, *, now: datetime) -> str:
    """Say why somebody may not file; empty for who did not lead the rating and is not rated in it.

    Where all officers belong to the branch one of them files: the paper is the committee's.
    """
    led = _leaders(session, seen)
    if by in led:
        return "这一期的定星是您在支部经手的，请另一位同志备案"
    rated = _rated(session, seen)
    if session.get_one(Account, by).member_id not in rated:
        return ""
    others = {
        one.account_id: one
        for one in posts_around(session, [seen.branch.id], now=now)[seen.branch.id]
        if one.role in OFFICERS and one.member_id not in rated and one.account_id not in led
    }
    if not others:
        return ""
    named = "、".join(f"{one.name}（{ROLE_TEXT[one.role]}）" for one in others.values())
    return f"您是这个支部的党员，您的星级也在里面，请别的同志备案：{named}"


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
