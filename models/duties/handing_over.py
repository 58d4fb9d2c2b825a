"""Handing over a post at an election: one act ends the old hand, gives the new one and freezes the list."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of, long_day
from models.duties.handover import Handover
from models.duties.handover_list import open_items
from models.duties.handover_reading import HANDED
from models.gatherings.delegate import Delegate
from models.gatherings.roll import Roll
from models.people.account import LOGIN, Account, Post
from models.people.account_member import link_new
from models.people.console import log_out_everywhere, make_account
from models.people.imports.cells import DOTS, BadCell, name_in, short_text_in
from models.people.org import Org
from models.people.posts import Held, end_account, held_by, may_give
from models.people.rights import PostAt
from models.refused import Refused

LONGEST_DOCUMENT = 80
A_DAY = timedelta(days=1)


class Successor(NamedTuple):
    """Who takes over: an account by its id, else whoever is typed, new unless the log-in is there."""

    account_id: int | None
    name: str = ""
    login: str = ""


class HandedOver(NamedTuple):
    """What came of it: the act, who took over, and a new account's first password, which is shown once."""

    handover: Handover
    taker: Account
    password: str | None


def hand_over(
    session: Session,
    posts: Sequence[PostAt],
    held: Held,
    successor: Successor,
    *,
    handed_on: date | None,
    document: str,
    ends_others: bool = False,
    more: Mapping[str, Sequence[Any]],
    by: int,
    now: datetime,
) -> HandedOver:
    """Give a post to another account from a day on; the list of what is open there freezes.

    The old post ends the day before, its account with its last post. Whoever was logged in with it, at the
    console or by phone, is not any longer; what it was a delegate for there, or had named others for, ends.
    Other posts of the new hand at this organisation are kept, or end with `ends_others`; the list says which.
    `more` joins the list: kind -> ids of what later rooms know.
    Refused: not_yours, post_ended, bad_handover with `fields`.
    """
    post, org, today = held.post, held.org, day_of(now)
    if post.role not in HANDED or not may_give(posts, post.role, org):
        raise Refused("not_yours", "这个岗位不由您来交接")
    day, document = _checked(post, handed_on, document, successor, today=today)
    named = _locked(session, held, successor)
    if held.account.ended_at is not None or (post.to_on is not None and post.to_on < today):
        raise Refused("post_ended", "这个岗位已经交接或结束了，请看一眼现在是谁")
    taker, password = _judged(session, posts, held, successor, named, now=now), None
    if taker is None:
        taker, password = _new_hand(session, org, successor, by=by)
    items = open_items(session, org) | {kind: list(ids) for kind, ids in more.items()}
    items["delegates"] = _end_delegates(session, held, now)
    items |= _beside(session, org, taker, day, ends=ends_others, now=now)
    post.to_on = day - A_DAY
    session.add(Post(account_id=taker.id, org_id=org.id, role=post.role, from_on=day, granted_by=by))
    session.flush()
    _leave(session, held.account, by=by, now=now)
    handover = _kept(session, held, taker, day, document, items, by=by, now=now)
    return HandedOver(handover, taker, password)


def _new_hand(session: Session, org: Org, successor: Successor, *, by: int) -> tuple[Account, str]:
    taker, password = make_account(session, successor.login, successor.name)
    link_new(session, [(taker, org)], by=by, via=Via.CONSOLE)
    return taker, password


def _kept(
    session: Session, held: Held, taker: Account, day: date, document: str, items: dict[str, Any], *,
    by: int, now: datetime,
) -> Handover:  # fmt: skip
    """Keep the act with its list, and note it."""
    handover = Handover(
        org_id=held.org.id, role=held.post.role, from_account_id=held.account.id, to_account_id=taker.id,
        handed_on=day, document=document, items=items, account_id=by, acted_at=now,
    )  # fmt: skip
    session.add(handover)
    session.flush()
    after = {"role": handover.role, "from": handover.from_account_id, "to": handover.to_account_id}
    record(
        session, "hand_over", "handover", handover.id, via=Via.CONSOLE, account_id=by, org_id=held.org.id,
        after=after | {kind: len(ids) for kind, ids in items.items()},
    )  # fmt: skip
    return handover


def _checked(
    post: Post, day: date | None, document: str, successor: Successor, *, today: date
) -> tuple[date, str]:
    """Return day and document as they are kept. Refused: bad_handover with `fields`."""
    wrong = {}
    if day is None:
        wrong["day"] = "请写交接的日期"
    elif day > today:
        wrong["day"] = "不能晚于今天，到了那天再办"
    elif day <= post.from_on:
        began = long_day(post.from_on)
        wrong["day"] = f"要晚于 {began}，现任从那天开始"
    try:
        document = short_text_in(document, LONGEST_DOCUMENT)
    except BadCell as bad:
        wrong["document"] = str(bad)
    if not document:
        wrong["document"] = "请写批复或选举结果的文号；没有文号，写会议的名称和日期"
    if successor.account_id is None:
        wrong |= _wrong_in(successor)
    if day is None or wrong:
        raise Refused("bad_handover", "有几处不对", fields=wrong)
    return day, document


def _wrong_in(successor: Successor) -> dict[str, str]:
    if not successor.name and not successor.login:
        return {"successor": "请选一位，或在下面填写姓名和登录名"}
    wrong = {}
    try:
        name_in(successor.name)
    except BadCell as bad:
        wrong["name"] = str(bad)
    if not successor.name:
        wrong["name"] = "请写接任同志的姓名"
    if not LOGIN.fullmatch(successor.login):
        wrong["login"] = "登录名用小写字母和数字，3 到 32 位，例如 chenli"
    return wrong


def typed_successor(name: str, login: str) -> Successor:
    """Return who was typed, as names and log-ins are kept."""
    return Successor(None, " ".join(name.split()).translate(DOTS), login.strip().lower())


def _locked(session: Session, held: Held, successor: Successor) -> Account | None:
    """Lock both accounts, then the post, as ending an account does; return the one that takes over, if any.

    Two handovers of one post take turns, and nobody ends or gives either account meanwhile.
    """
    which = Account.id == successor.account_id if successor.account_id else Account.login == successor.login
    locked = session.scalars(
        select(Account)
        .where(or_(Account.id == held.account.id, which))
        .order_by(Account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    session.refresh(held.post, with_for_update=True)
    return next((one for one in locked if one.id != held.account.id), None)


def _judged(
    session: Session, posts: Sequence[PostAt], held: Held, successor: Successor, taker: Account | None, *,
    now: datetime,
) -> Account | None:  # fmt: skip
    """Return the account that takes over if it may, None where it is to be made. Refused: bad_handover."""
    is_typed = successor.account_id is None
    field = "login" if is_typed else "successor"
    if successor.account_id == held.account.id or successor.login == held.account.login:
        raise _bad(field, "移交和接任的是同一个账号")
    if taker is None and is_typed:
        return None
    theirs = held_by(session, [taker.id], now=now).get(taker.id, []) if taker else []
    is_reached = bool(theirs) and all(may_give(posts, one.post.role, one.org) for one in theirs)
    if taker is None or not is_reached or (is_typed and taker.name != successor.name):
        raise _bad(field, "这个登录名已经有人用了，请换一个" if is_typed else "请选接任的同志")
    if any(one.org.id == held.org.id and one.post.role is held.post.role for one in theirs):
        raise _bad(field, f"{taker.name}已经有这里的这个岗位")
    return taker


def _bad(field: str, said: str) -> Refused:
    return Refused("bad_handover", said, fields={field: said})


def _end_delegates(session: Session, held: Held, now: datetime) -> list[int]:
    """End what the old hand stood in for there, and whom it had named; return the rolls."""
    below = select(Roll.id).join(Org, Org.id == Roll.org_id).where(Org.path.startswith(held.org.path))
    whose = or_(Delegate.account_id == held.account.id, Delegate.named_by == held.account.id)
    ended = session.scalars(
        update(Delegate)
        .where(Delegate.roll_id.in_(below), Delegate.ended_at.is_(None), whose)
        .values(ended_at=now)
        .returning(Delegate.roll_id)
    )
    return sorted(set(ended))


def _beside(
    session: Session, org: Org, taker: Account, day: date, *, ends: bool, now: datetime
) -> dict[str, list[int]]:
    """Return what else the new hand holds there, ended the day before if asked; empty if nothing."""
    theirs = held_by(session, [taker.id], now=now).get(taker.id, [])
    others = [one.post for one in theirs if one.org.id == org.id]
    for post in others if ends else ():
        post.to_on = max(day - A_DAY, post.from_on)
    return {"ended" if ends else "kept": sorted(post.id for post in others)} if others else {}


def _leave(session: Session, account: Account, *, by: int, now: datetime) -> None:
    """Let the old hand go: with another post the account stays, logged out; else it ends."""
    if held_by(session, [account.id], now=now):
        log_out_everywhere(session, account.id)
    else:
        end_account(session, account, by=by, now=now)
