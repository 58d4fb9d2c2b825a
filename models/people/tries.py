"""Wrong guesses, counted in the database so that no flush of a cache gives them back."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Integer, LargeBinary, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, coded

# Wrong passwords: five in a quarter of an hour, ten in an hour, twenty in six hours. The wait grows and
# always ends.
LIMITS = ((timedelta(minutes=15), 5), (timedelta(hours=1), 10), (timedelta(hours=6), 20))


class Guess(StrEnum):
    """What is being guessed."""

    DIGITS = "digits"
    BIND_CODE = "bind_code"
    PASSWORD = "password"  # noqa: S105
    LINK_CODE = "link_code"
    BRANCH_CODE = "branch_code"
    COMPLAINT = "complaint"  # no guess, but counted alike: complaints of one phone


class Tries(Base):
    """How many tries one person spent in one minute."""

    __tablename__ = "tries"
    purpose: Mapped[Guess] = coded(Guess, "purpose", primary_key=True)
    who_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # since 1970
    n: Mapped[int] = mapped_column(Integer)

    __table_args__ = (CheckConstraint("n >= 0", name="n"),)


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def spend_try(session: Session, purpose: Guess, who_hash: bytes, *, now: datetime) -> None:
    """Count one try. Call it in a short transaction of its own, before the answer is known.

    Two tries at once wait for each other on the row, so twenty at once are twenty.
    """
    row = insert(Tries).values(purpose=purpose, who_hash=who_hash, minute=_minute(now), n=1)
    session.execute(
        row.on_conflict_do_update(index_elements=["purpose", "who_hash", "minute"], set_={"n": Tries.n + 1})
    )


def spent_tries(
    session: Session, purpose: Guess, who_hash: bytes, *, within: timedelta, now: datetime
) -> int:
    """Return the tries spent in the span before `now`, this one included."""
    since = _minute(now - within)
    query = select(func.coalesce(func.sum(Tries.n), 0)).where(
        Tries.purpose == purpose, Tries.who_hash == who_hash, Tries.minute > since
    )
    return int(session.scalar(query) or 0)


def spent_by_all(session: Session, purpose: Guess, *, within: timedelta, now: datetime) -> int:
    """Return the tries that everybody together spent in the span before `now`."""
    query = select(func.coalesce(func.sum(Tries.n), 0)).where(
        Tries.purpose == purpose, Tries.minute > _minute(now - within)
    )
    return int(session.scalar(query) or 0)


def give_back_try(session: Session, purpose: Guess, who_hash: bytes, *, now: datetime) -> None:
    """Uncount a try that turned out right; part of the main transaction."""
    session.execute(
        update(Tries)
        .where(
            Tries.purpose == purpose, Tries.who_hash == who_hash, Tries.minute == _minute(now), Tries.n > 0
        )
        .values(n=Tries.n - 1)
    )


def next_try_at(session: Session, who_hash: bytes, *, now: datetime) -> datetime:
    """Return when the next password may be tried under LIMITS; `now` if it may be at once."""
    rows = session.execute(
        select(Tries.minute, Tries.n)
        .where(Tries.purpose == Guess.PASSWORD, Tries.who_hash == who_hash, Tries.n > 0)
        .order_by(Tries.minute.desc())
        .limit(60)
    ).all()
    free_at = now
    for span, most in LIMITS:
        spent = 0
        for minute, n in rows:
            spent += n
            if spent >= most:
                free_at = max(free_at, datetime.fromtimestamp(minute * 60, UTC) + span)
                break
    return free_at
