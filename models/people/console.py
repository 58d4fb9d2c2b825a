"""Logging in to the console: passwords, sessions, and the posts behind a request."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, delete, select, update
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.keyring import token_hash
from models.people.account import Account, ConsoleSession, Post
from models.people.binding import PhoneSession
from models.people.link_code import LinkCode
from models.people.org import Org
from models.people.rights import PostAt
from models.refused import Refused

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
FRESH = timedelta(minutes=10)
SHORTEST_PASSWORD = 10
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Checked when the log-in is unknown, so that the answer takes as long either way.
NOBODY = HASHER.hash(secrets.token_hex(16))
# Letters and digits that nobody mistakes for another when a password is read from paper.
CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


class Staff(NamedTuple):
    """Who is behind a console request, with the posts in force today."""

    account_id: int
    name: str
    must_change: bool
    csrf: str
    password_at: datetime
    posts: tuple[PostAt, ...]


def make_account(
    session: Session, login: str, name: str, *, member_id: int | None = None, demo: bool = False
) -> tuple[Account, str]:
    """Add an account with a first password that must be changed; return both. Refused: login_taken."""
    if session.scalar(select(Account.id).where(Account.login == login)) is not None:
        raise Refused("login_taken", f"登录名“{login}”已经有人用了")
    password = first_password()
    account = Account(
        login=login, name=name, member_id=member_id, demo=demo, password_hash=HASHER.hash(password)
    )
    session.add(account)
    session.flush()
    return account, password


def first_password() -> str:
    """Return twelve clear characters in three groups."""
    return "-".join("".join(secrets.choice(CLEAR) for _ in range(4)) for _ in range(3))


def change_password(session: Session, account_id: int, old: str, new: str) -> None:
    """Set a new password. Refused: password_wrong, password_weak."""
    account = session.get_one(Account, account_id)
    if not _matches(account.password_hash, old):
        raise Refused("password_wrong", "原密码不对")
    if len(new) < SHORTEST_PASSWORD or new == old or len(set(new)) < 5 or account.login in new.lower():
        raise Refused("password_weak", f"新密码至少 {SHORTEST_PASSWORD} 位，不能太简单，也不能和原来一样")
    account.password_hash = HASHER.hash(new)
    account.must_change = False
    log_out_everywhere(session, account_id)
    record(session, "change_password", "account", account_id, via=Via.CONSOLE, account_id=account_id)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def check_password(session: Session, login: str, password: str) -> Account:
    """Return the account. Refused: login_wrong, the same for an unknown log-in and a wrong password."""
    account = session.scalar(select(Account).where(Account.login == login.strip().lower()))
    if not _matches(account.password_hash if account else NOBODY, password) or account is None:
        raise Refused("login_wrong", "登录名或密码不对")
    if account.ended_at is not None:
        raise Refused("login_wrong", "登录名或密码不对")
    return account


def start_session(session: Session, account: Account, *, now: datetime) -> str:
    """Begin a console session; return the token for the cookie."""
    token = secrets.token_urlsafe(32)
    session.add(
        ConsoleSession(
            token_hash=token_hash(token),
            account_id=account.id,
            csrf=secrets.token_urlsafe(32),
            started_at=now,
            seen_at=now,
            password_at=now,
        )
    )
    record(session, "log_in", "account", account.id, via=Via.CONSOLE, account_id=account.id)
    return token


def end_session(session: Session, token: str) -> None:
    """End one console session."""
    session.execute(delete(ConsoleSession).where(ConsoleSession.token_hash == token_hash(token)))


def log_out_everywhere(session: Session, account_id: int) -> None:
    """End every console session of an account, what it opened on phones, and its codes not yet used."""
    session.execute(delete(ConsoleSession).where(ConsoleSession.account_id == account_id))
    session.execute(delete(LinkCode).where(LinkCode.account_id == account_id))
    session.execute(
        update(PhoneSession).where(PhoneSession.staff_id == account_id).values(staff_id=None, staff_from=None)
    )


def staff_behind(session: Session, token: str, *, now: datetime) -> Staff:
    """Resolve session, account and the posts in force today, in one read.

    An ended account or post acts at once. Refused: not_logged_in (also after 60 idle minutes or 12 hours).
    """
    moments = {"idle_since": now - IDLE, "begun_since": now - LONGEST, "today": day_of(now)}
    rows = session.execute(_BEHIND, {"hashed": token_hash(token)} | moments).all()
    if not rows:
        raise Refused("not_logged_in", "请先登录")
    if rows[0].seen_at < now - timedelta(minutes=1):
        session.execute(
            update(ConsoleSession).where(ConsoleSession.token_hash == token_hash(token)).values(seen_at=now)
        )
    posts = tuple(PostAt(*row[6:]) for row in rows if row.role is not None)
    return Staff._make([*rows[0][:5], posts])


def in_force(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """Join an account's posts of this day."""
    return and_(
        Post.account_id == Account.id,
        Post.on(today),
    )


# One row for each post in force, one without a post where there is none; built once, asked at every request.
_BEHIND: Select[*tuple[Any, ...]] = (
    select(
        *(Account.id, Account.name, Account.must_change),
        *(ConsoleSession.csrf, ConsoleSession.password_at, ConsoleSession.seen_at),
        *(Post.role, Org.id, Org.path, Org.kind, Org.name),
    )
    .join_from(ConsoleSession, Account)
    .outerjoin(Post, in_force(bindparam("today", type_=Post.from_on.type)))
    .outerjoin(Org, Org.id == Post.org_id)
    .where(
        ConsoleSession.token_hash == bindparam("hashed"),
        Account.ended_at.is_(None),
        ConsoleSession.seen_at > bindparam("idle_since"),
        ConsoleSession.started_at > bindparam("begun_since"),
    )
    .order_by(Post.id)
)


def type_password_again(
    session: Session, token: str, account_id: int, password: str, *, now: datetime
) -> None:
    """Note that the password was typed just now, for acts that ask for it. Refused: password_wrong."""
    if not _matches(session.get_one(Account, account_id).password_hash, password):
        raise Refused("password_wrong", "密码不对")
    session.execute(
        update(ConsoleSession).where(ConsoleSession.token_hash == token_hash(token)).values(password_at=now)
    )


def is_fresh(staff: Staff, *, now: datetime) -> bool:
    """Return whether the password was typed within the last ten minutes."""
    return staff.password_at > now - FRESH
