"""Binding a WeChat user to a member by a printed slip, in two steps; ending it."""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_11_10

from models.audit import Via, record
from models.keyring import Keyring
from models.people.binding import BindCode, BindCodeUse, Binding, BoundBy
from models.people.link_code import LinkKind, redeem_link_code
from models.people.member import Member
from models.people.tries import Guess, give_back_try
from models.refused import Refused

CODE_LIFE = timedelta(days=30)
CODE_LIMITS = ((timedelta(hours=1), 5), (timedelta(days=1), 20))  # tries of one WeChat user in a span
ALERT_A_DAY = 200
USED = f"这张纸条用过了，或过了 {CODE_LIFE.days} 天，请支部再打印一张"
TAKEN = "这个微信已经绑定了另一位同志，要换人请先解除"


def issue_codes(
    session: Session, keyring: Keyring, member_ids: Sequence[int], *, by: int, now: datetime
) -> dict[int, str]:
    """Make one bind code for each member and void the old ones; return member id -> twelve digits.

    Only the keyed hash is stored, so a slip is printed when its code is made or never.
    """
    session.execute(
        update(BindCode)
        .where(BindCode.member_id.in_(member_ids), BindCode.void_at.is_(None))
        .values(void_at=now)
    )
    codes = {}
    for member_id in member_ids:
        body = f"{secrets.randbelow(10**11):011d}"
        codes[member_id] = body + mod_11_10.calc_check_digit(body)
        session.add(
            BindCode(
                member_id=member_id,
                code_hash=keyring.code_hash(codes[member_id]),
                issued_by=by,
                issued_at=now,
                expires_at=now + CODE_LIFE,
            )
        )
        record(session, "issue_code", "member", member_id, via=Via.CONSOLE, account_id=by)
    session.flush()
    return codes


def read_code(text: str) -> str:
    """Return the twelve digits of a slip as typed. Refused: code_mistyped, which costs no try."""
    plain = "".join(unicodedata.normalize("NFKC", text).replace("-", " ").split())
    if len(plain) != 12 or not (plain.isascii() and plain.isdigit()) or not mod_11_10.is_valid(plain):
        raise Refused("code_mistyped", "有一位输得不对，请对着纸条看一遍，这次不算次数")
    return plain


def find_code(
    session: Session, keyring: Keyring, digits: str, appid: str, openid_hash: bytes, *, now: datetime
) -> tuple[int, Member]:
    """Return the code's id and the member it was printed for, using nothing.

    Refused: bind_code_wrong, bind_code_used (also after 30 days), already_bound.
    """
    found = session.execute(
        select(BindCode, BindCodeUse.openid_hash)
        .outerjoin(BindCodeUse, (BindCodeUse.code_id == BindCode.id) & (BindCodeUse.appid == appid))
        .where(BindCode.code_hash == keyring.code_hash(digits))
    ).first()
    if found is None:
        raise Refused("bind_code_wrong", "没有这张纸条，请对着纸条看一遍")
    code, used_by = found
    if used_by is not None or code.void_at is not None or code.expires_at <= now:
        raise Refused("bind_code_used", USED)
    _check_free(session, appid, openid_hash, code.member_id)
    return code.id, session.get_one(Member, code.member_id)


def _check_free(session: Session, appid: str, openid_hash: bytes, member_id: int) -> None:
    holder = open_binding(session, appid, openid_hash)
    if holder is not None and holder.member_id != member_id:
        raise Refused("already_bound", TAKEN)


def bind(
    session: Session,
    keyring: Keyring,
    digits: str,
    appid: str,
    openid: str,
    *,
    via: Via,
    now: datetime,
) -> Member:
    """Bind this WeChat user to the slip's member; the member's older binding of this app ends.

    Whoever inserts the use of the code first has it. Refused: as `find_code`.
    """
    openid_hash = keyring.openid_hash(appid, openid)
    code_id, member = find_code(session, keyring, digits, appid, openid_hash, now=now)
    issued_by = session.scalar(select(BindCode.issued_by).where(BindCode.id == code_id))
    claim = insert(BindCodeUse).values(code_id=code_id, appid=appid, openid_hash=openid_hash, used_at=now)
    claimed = session.scalar(claim.on_conflict_do_nothing().returning(BindCodeUse.code_id))
    if claimed is None:
        raise Refused("bind_code_used", USED)
    _link(session, member.id, appid, openid, openid_hash, how=BoundBy.SLIP, issued_by=issued_by, now=now)
    give_back_try(session, Guess.BIND_CODE, openid_hash, now=now)
    record(session, "bind", "member", member.id, via=via, member_id=member.id, after={"appid": appid})
    return member


def bind_by_link_code(
    session: Session,
    keyring: Keyring,
    digits: str,
    appid: str,
    openid: str,
    *,
    via: Via,
    now: datetime,
) -> Member:
    """Bind this WeChat user to the member whose bound mini-program shows these eight digits.

    Spend a try before. Refused: link_code_wrong, link_code_used, already_bound.
    """
    openid_hash = keyring.openid_hash(appid, openid)
    code = redeem_link_code(session, keyring, LinkKind.CHAT, digits, now=now)
    member = session.get_one(Member, code.member_id)
    _check_free(session, appid, openid_hash, member.id)
    _link(session, member.id, appid, openid, openid_hash, how=BoundBy.LINK_CODE, issued_by=None, now=now)
    give_back_try(session, Guess.LINK_CODE, openid_hash, now=now)
    after = {"appid": appid, "how": BoundBy.LINK_CODE}
    record(session, "bind", "member", member.id, via=via, member_id=member.id, after=after)
    return member


def _link(
    session: Session,
    member_id: int,
    appid: str,
    openid: str,
    openid_hash: bytes,
    *,
    how: BoundBy,
    issued_by: int | None,
    now: datetime,
) -> None:
    """End what stood in the way and add the new binding; the database judges between two at once."""
    end_bindings(session, Binding.appid == appid, Binding.member_id == member_id, now=now)
    end_bindings(session, Binding.appid == appid, Binding.openid_hash == openid_hash, now=now)
    session.add(
        Binding(
            appid=appid,
            openid=openid,
            openid_hash=openid_hash,
            member_id=member_id,
            bound_at=now,
            how=how,
            issued_by=issued_by,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused("already_bound", TAKEN) from error


def open_binding(session: Session, appid: str, openid_hash: bytes) -> Binding | None:
    """Return the binding of this WeChat user, if there is one."""
    return session.scalar(
        select(Binding).where(
            Binding.appid == appid, Binding.openid_hash == openid_hash, Binding.ended_at.is_(None)
        )
    )


def end_bindings(session: Session, *which: ColumnElement[bool], now: datetime) -> int:
    """End open bindings and erase their openids; return how many. The record stays."""
    ended = session.execute(
        update(Binding)
        .where(Binding.ended_at.is_(None), *which)
        .values(ended_at=now, openid=None, busy_until=None)
        .returning(Binding.id)
    )
    return len(ended.all())


def unbind(session: Session, binding_id: int, member_id: int, *, via: Via, now: datetime) -> bool:
    """End one member's own binding; return whether it was open still.

    The log says which app's it was, and names the member as the hand unless nobody asked for it: a job's.
    """
    appid = session.scalar(select(Binding.appid).where(Binding.id == binding_id))
    if not end_bindings(session, Binding.id == binding_id, now=now):
        return False
    hand = None if via is Via.JOB else member_id
    record(session, "unbind", "member", member_id, via=via, member_id=hand, before={"appid": appid})
    return True


def unbind_as_of(
    session: Session, appid: str, openid_hash: bytes, *, happened_at: datetime, via: Via, now: datetime
) -> bool:
    """End the binding that a WeChat user gave up at `happened_at`; return whether there was one.

    WeChat tells late, in any order and in whole seconds: a binding of a later second is another one.
    """
    binding = open_binding(session, appid, openid_hash)
    if binding is None or happened_at < binding.bound_at.replace(microsecond=0):
        return False
    return unbind(session, binding.id, binding.member_id, via=via, now=now)


def masked_name(name: str) -> str:
    """Return a name as a stranger may see it: 王*国, 王*."""
    if len(name) <= 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]
