"""A link that shows the hall's screen of one gathering on a computer where nobody is logged in."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ColumnElement, LargeBinary, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Key, Moment, ref
from models.gatherings.gathering import Gathering, GatheringState
from models.keyring import Keyring, token_hash
from models.people.console import CLEAR
from models.refused import Refused

LIFE = timedelta(hours=4)
LENGTH = 10  # of 31 characters: a guess at a live link hits once in 8e14
OVER = (GatheringState.CANCELLED, GatheringState.CONFIRMED)


class ScreenLink(Base):
    """Good for four hours; exchanged once for a cookie that reads this screen and nothing else."""

    __tablename__ = "screen_link"
    id: Mapped[Key]
    gathering_id: Mapped[int] = ref("gathering.id", index=True)
    link_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    cookie_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    issued_by: Mapped[int] = ref("account.id")
    issued_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("expires_at > issued_at", name="expires_after_issue"),
        CheckConstraint("(used_at IS NULL) = (cookie_hash IS NULL)", name="used_with_cookie"),
    )


class Screen(NamedTuple):
    """What a link was exchanged for: the screen of a gathering, and the cookie that reads it."""

    gathering_id: int
    cookie: str
    expires_at: datetime


def issue_screen_link(
    session: Session, keyring: Keyring, gathering: Gathering, *, by: int, now: datetime
) -> str:
    """Make a link of ten characters, good for four hours and once; links already given stay good.

    Only its keyed hash is stored. Refused: not_published, cancelled, roll_confirmed.
    """
    if gathering.hall_salt is None:
        raise Refused("not_published", "还没有发布")
    if gathering.state is GatheringState.CANCELLED:
        raise Refused("cancelled", "这次活动取消了")
    if gathering.state is GatheringState.CONFIRMED:
        raise Refused("roll_confirmed", "名册都已确认，不用再投屏")
    session.execute(delete(ScreenLink).where(ScreenLink.expires_at <= now))
    link = "".join(secrets.choice(CLEAR) for _ in range(LENGTH))
    session.add(
        ScreenLink(
            gathering_id=gathering.id,
            link_hash=keyring.link_hash("screen", link),
            issued_by=by,
            issued_at=now,
            expires_at=now + LIFE,
        )
    )
    _note(session, "issue_screen_link", gathering, by)
    return link


def _shown(now: datetime) -> ColumnElement[bool]:
    """Say that a link's four hours run and its gathering is neither called off nor confirmed."""
    over = select(Gathering.id).where(Gathering.id == ScreenLink.gathering_id, Gathering.state.in_(OVER))
    return (ScreenLink.expires_at > now) & ~over.exists()


def open_screen(session: Session, keyring: Keyring, typed: str, *, now: datetime) -> Screen:
    """Exchange a link for its cookie; one guarded statement, so that of many at once one has it.

    Capitals, spaces and hyphens of whoever types it do not matter. Refused: screen_ended.
    """
    link = "".join(typed.lower().replace("-", "").split())
    cookie = secrets.token_urlsafe(32)
    row = session.execute(
        update(ScreenLink)
        .where(
            ScreenLink.link_hash == keyring.link_hash("screen", link),
            ScreenLink.used_at.is_(None),
            _shown(now),
        )
        .values(used_at=now, cookie_hash=token_hash(cookie))
        .returning(ScreenLink.gathering_id, ScreenLink.expires_at)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        raise Refused("screen_ended", "这个投屏链接不能用，也许抄错了一个字")
    return Screen(row.gathering_id, cookie, row.expires_at)


def check_screen(session: Session, cookie: str, gathering_id: int, *, now: datetime) -> None:
    """Let the screen be read only with the cookie of this gathering's link. Refused: screen_ended."""
    found = session.scalar(
        select(ScreenLink.id).where(
            ScreenLink.cookie_hash == token_hash(cookie), ScreenLink.gathering_id == gathering_id, _shown(now)
        )
    )
    if found is None:
        raise Refused("screen_ended", "投屏已经结束")


def live_links(session: Session, gathering_id: int, *, now: datetime) -> int:
    """Return how many links of a gathering are good or show its screen."""
    query = select(ScreenLink.id).where(ScreenLink.gathering_id == gathering_id, _shown(now))
    return len(session.scalars(query).all())


def end_screen_links(session: Session, gathering: Gathering, *, by: int) -> None:
    """End every link of a gathering and whatever shows its screen by one (作废)."""
    session.execute(delete(ScreenLink).where(ScreenLink.gathering_id == gathering.id))
    _note(session, "end_screen_links", gathering, by)


def _note(session: Session, verb: str, gathering: Gathering, by: int) -> None:
    record(session, verb, "gathering", gathering.id, via=Via.CONSOLE, account_id=by, org_id=gathering.org_id)
