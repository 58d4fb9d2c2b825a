"""Phone sessions: a random token for a WeChat user of the mini-program."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from models.keyring import Keyring, token_hash
from models.people.binding import Binding, PhoneSession
from models.people.member import Member
from models.people.org import Org
from models.refused import Refused

LIFE = timedelta(days=7)


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


def phone_behind(session: Session, token: str, *, now: datetime) -> Phone:
    """Resolve token, binding and member in one read; an ended binding acts at once.

    Refused: not_logged_in.
    """
    row = session.execute(
        select(
            PhoneSession.appid,
            PhoneSession.openid,
            PhoneSession.openid_hash,
            Binding.id,
            Member.id,
            Member.name,
            Org.id,
            Org.name,
        )
        .select_from(PhoneSession)
        .outerjoin(
            Binding,
            and_(
                Binding.appid == PhoneSession.appid,
                Binding.openid_hash == PhoneSession.openid_hash,
                Binding.ended_at.is_(None),
            ),
        )
        # Who has left is nobody here, whether or not the binding was ended.
        .outerjoin(Member, and_(Member.id == Binding.member_id, Member.left_on.is_(None)))
        .outerjoin(Org, Org.id == Member.branch_id)
        .where(PhoneSession.token_hash == token_hash(token), PhoneSession.expires_at > now)
    ).first()
    if row is None:
        raise Refused("not_logged_in", "请重新进入小程序")
    return Phone(*row)
