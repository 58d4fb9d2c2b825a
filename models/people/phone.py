"""Phone sessions: a random token for a WeChat user of the mini-program, and the account it may act for."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from models.audit import Via, record
from models.clock import day_of
from models.keyring import Keyring, token_hash
from models.people.account import Account, Post
from models.people.binding import BEHIND_SESSION, Binding, PhoneSession
from models.people.console import Staff, in_force
from models.people.link_code import LinkKind, redeem_link_code
from models.people.member import Member
from models.people.org import Org
from models.people.rights import PostAt
from models.people.tries import Guess, give_back_try
from models.refused import Refused

LIFE = timedelta(days=7)
STAFF_LIFE = timedelta(hours=12)  # as long as a log-in of the console at most
Branch = aliased(Org)

# The phone: session, the binding that is open, the member as long as one. Built once: every tap asks it.
BEHIND = (
    select(
        PhoneSession.appid,
        PhoneSession.openid,
        PhoneSession.openid_hash,
        Binding.id,
        Member.id,
        Member.name,
        Branch.id,
        Branch.name,
    )
    .select_from(PhoneSession)
    .outerjoin(Binding, BEHIND_SESSION)
    # Who has left is nobody here, whether or not the binding was ended.
    .outerjoin(Member, and_(Member.id == Binding.member_id, Member.left_on.is_(None)))
    .outerjoin(Branch, Branch.id == Member.branch_id)
    .where(PhoneSession.token_hash == bindparam("token_hash"), PhoneSession.expires_at > bindparam("now"))
)

# The same with the account it may act for, a row for each post in force.
AT_WORK = (
    BEHIND.add_columns(Account.id, Account.name, PhoneSession.staff_from)
    .add_columns(Post.role, Org.id, Org.path, Org.kind, Org.name)
    .outerjoin(
        Account,
        and_(
            Account.id == PhoneSession.staff_id,
            Account.ended_at.is_(None),
            or_(Account.member_id.is_(None), Account.member_id == Member.id),
            PhoneSession.staff_from > bindparam("since"),
            # A binding that is newer than the code is somebody else's, or the same person's new start.
            Binding.bound_at <= PhoneSession.staff_from,
        ),
    )
    .outerjoin(Post, in_force(bindparam("today")))
    .outerjoin(Org, Org.id == Post.org_id)
    .order_by(Post.id)
)
HOLDS = select(
    exists()
    .where(Account.member_id == bindparam("member"), Account.ended_at.is_(None))
    .where(in_force(bindparam("today")))
)


class Phone(NamedTuple):
    """Who is behind a phone request: a WeChat user, and the member bound to it, if any."""

    appid: str
    openid: str
    openid_hash: bytes
    binding_id: int | None
    member_id: int | None
    member_name: str | None
    branch_id: int | None
    branch_name: str | None


def start_phone_session(session: Session, keyring: Keyring, appid: str, openid: str, *, now: datetime) -> str:
    """Begin a session of seven days for this WeChat user; return the token."""
    token = secrets.token_urlsafe(32)
    session.add(
        PhoneSession(
            token_hash=token_hash(token),
            appid=appid,
            openid=openid,
            openid_hash=keyring.openid_hash(appid, openid),
            started_at=now,
            expires_at=now + LIFE,
        )
    )
    session.flush()
    return token


def end_phone_session(session: Session, token: str) -> None:
    """End one session."""
    session.execute(delete(PhoneSession).where(PhoneSession.token_hash == token_hash(token)))


def end_phone_sessions(session: Session, appid: str, openid_hash: bytes, *, begun_by: datetime) -> None:
    """End all sessions of a WeChat user that had begun by this second: they hold the openid."""
    session.execute(
        delete(PhoneSession)
        .where(PhoneSession.appid == appid, PhoneSession.openid_hash == openid_hash)
        .where(PhoneSession.started_at < begun_by + timedelta(seconds=1))
        .execution_options(synchronize_session=False)
    )


def phone_behind(session: Session, token: str, *, now: datetime) -> Phone:
    """Resolve token, binding and member in one read; an ended binding acts at once.

    Refused: not_logged_in.
    """
    row = session.execute(BEHIND, {"token_hash": token_hash(token), "now": now}).first()
    if row is None:
        raise Refused("not_logged_in", "请重新进入小程序")
    return Phone(*row)


def branch_phone_behind(session: Session, token: str, *, now: datetime) -> tuple[Phone, Staff | None]:
    """Resolve token, binding, member, account and the posts in force in one read.

    No staff where no code was entered, or where twelve hours, the account, its posts or the binding ended
    since. Refused: not_logged_in.
    """
    today = day_of(now)
    asked = {"token_hash": token_hash(token), "now": now, "since": now - STAFF_LIFE, "today": today}
    rows = session.execute(AT_WORK, asked).all()
    if not rows:
        raise Refused("not_logged_in", "请重新进入小程序")
    phone, (account_id, name, since) = Phone(*rows[0][:8]), rows[0][8:11]
    posts = tuple(PostAt(*row[11:]) for row in rows if row[11] is not None)
    if not posts:
        return phone, None
    # No form of the console is ever posted from here: there is no csrf to match.
    return phone, Staff(account_id, name, must_change=False, csrf="", password_at=since, posts=posts)


def holds_post(session: Session, member_id: int, *, now: datetime) -> bool:
    """Say whether an account that is linked to this member has a post in force."""
    return bool(session.scalar(HOLDS, {"member": member_id, "today": day_of(now)}))


def start_branch_work(
    session: Session, keyring: Keyring, token: str, phone: Phone, digits: str, *, now: datetime
) -> Staff:
    """Let this phone act for the account whose console shows these eight digits, for twelve hours.

    Spend a try before; it is given back to who was right. An account that is linked to a member is opened
    by that member's phone alone. Refused: link_code_wrong, link_code_used, not_your_code, not_yours.
    Rule: staff rights never come from a slip.
    """
    code = redeem_link_code(session, keyring, LinkKind.BRANCH, digits, now=now)
    account = session.get_one(Account, code.account_id)
    if account.member_id not in (None, phone.member_id):
        raise Refused("not_your_code", "这八位数字是另一位同志的账号取的，请用他本人绑定的手机")
    these = PhoneSession.token_hash == token_hash(token)
    session.execute(update(PhoneSession).where(these).values(staff_id=account.id, staff_from=now))
    _, staff = branch_phone_behind(session, token, now=now)
    if staff is None:
        raise Refused("not_yours", "这个账号现在没有职务")
    give_back_try(session, Guess.BRANCH_CODE, phone.openid_hash, now=now)
    record(
        session, "start_branch_work", "account", account.id, via=Via.PHONE, account_id=account.id,
        member_id=phone.member_id,
    )  # fmt: skip
    return staff


def end_branch_work(session: Session, token: str, staff: Staff) -> None:
    """Take the account off this phone; the phone stays logged in."""
    these = PhoneSession.token_hash == token_hash(token)
    session.execute(update(PhoneSession).where(these).values(staff_id=None, staff_from=None))
    record(
        session, "end_branch_work", "account", staff.account_id, via=Via.PHONE, account_id=staff.account_id
    )
