"""Many accounts and posts at once: each row is judged first, then all of them are made or none."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.people.account import LOGIN, ROLE_TEXT, Account, Post, Role, in_office
from models.people.account_member import link_new
from models.people.account_rows import ROLES, Wanted
from models.people.console import HASHER, first_password
from models.people.imports.cells import BadCell, name_in
from models.people.org import Org
from models.people.posts import Held, held_by, may_give, orgs_below, roles_given
from models.people.rights import PostAt
from models.refused import Refused

ONE_BATCH = 0x1A9028
MOST_NAMESAKES = 4  # organisations of one name told with their codes
TAKEN = "这个登录名已经有人用了，请换一个"


class Outcome(StrEnum):
    """What a row comes to."""

    NEW_ACCOUNT = "new_account"
    NEW_POST = "new_post"  # one more for an account that is there, or stands above in the list
    HELD = "held"  # already so


OUTCOME_TEXT = {
    Outcome.NEW_ACCOUNT: "新设账号",
    Outcome.NEW_POST: "账号已有，加这个岗位",
    Outcome.HELD: "已经有了，不变",
}


class Judged(NamedTuple):
    """One row with what it comes to, or with what is wrong with it."""

    wanted: Wanted
    org: Org | None
    role: Role | None
    account_id: int | None  # of an account that is there already
    outcome: Outcome | None
    faults: tuple[str, ...]
    remark: str = ""


class Made(NamedTuple):
    """One account with the posts it was given; the first password of a new one, which is shown once."""

    account: Account
    password: str | None
    posts: tuple[tuple[Org, Role], ...]


def judge_accounts(
    session: Session, posts: Sequence[PostAt], rows: Sequence[Wanted], *, now: datetime
) -> list[Judged]:
    """Judge each row against the tree below these posts, the log-ins there are and the other rows.

    Four statements, whatever the number of rows. A log-in that is there is meant where it has the same
    name and all of its posts are these posts' to give; any other is taken.
    """
    orgs = orgs_below(session, posts)
    known = _accounts(session, [row.login for row in rows], now)
    first: dict[str, Wanted] = {}
    seen: dict[tuple[str, int, Role], int] = {}
    judged = []
    for row in rows:
        org, role, faults = _place(row, orgs, posts)
        faults += [said for said in (_wrong_name(row), _wrong_login(row)) if said]
        held = known.get(row.login)
        if held is not None and not _is_meant(row, held, posts):
            faults.append(TAKEN)
        if (above := first.setdefault(row.login, row)).name != row.name:
            faults.append(f"第 {above.number} 行也是这个登录名，姓名不一样")
        if org and role and (number := seen.setdefault((row.login, org.id, role), row.number)) != row.number:
            faults.append(f"和第 {number} 行一样")
        outcome = None if faults else _outcome(row, org, role, held, above)
        account_id = held[0].id if held and not faults else None
        judged.append(Judged(row, org, role, account_id, outcome, tuple(faults)))
    return _with_remarks(session, judged, now)


def _place(
    row: Wanted, orgs: Sequence[Org], posts: Sequence[PostAt]
) -> tuple[Org | None, Role | None, list[str]]:
    """Return organisation and role of a row, and what is wrong with them."""
    found = [org for org in orgs if org.code == row.org] or [org for org in orgs if org.name == row.org]
    role, faults = ROLES.get(row.role), []
    if role is None:
        faults.append(f"岗位请填{'、'.join(ROLE_TEXT[role] for role in roles_given(posts))}之一")
    if not found:
        faults.append("您管的组织里没有这个代码或名称")
    elif len(found) > 1:
        above = {org.id: org.name for org in orgs}
        told = [f"{org.code}（{above.get(org.parent_id or 0, '')}）" for org in found[:MOST_NAMESAKES]]
        faults.append(f"有 {len(found)} 个组织叫这个名称，请填代码：{'、'.join(told)}")
    elif role and not may_give(posts, role, found[0]):
        faults.append("这个岗位不在这个组织，或不由您来定")
    return (found[0] if len(found) == 1 else None), role, faults


def _wrong_name(row: Wanted) -> str:
    if not row.name:
        return "请写姓名"
    try:
        name_in(row.name)
    except BadCell as bad:
        return str(bad)
    return ""


def _wrong_login(row: Wanted) -> str:
    return "" if LOGIN.fullmatch(row.login) else "登录名用小写字母和数字，3 到 32 位，例如 chenli"


Known = tuple[Account, list[Held]]


def _accounts(session: Session, logins: Sequence[str], now: datetime) -> Mapping[str, Known]:
    accounts = session.scalars(select(Account).where(Account.login.in_(logins))).all()
    held = held_by(session, [account.id for account in accounts], now=now)
    return {account.login: (account, held.get(account.id, [])) for account in accounts}


def _is_meant(row: Wanted, known: Known, posts: Sequence[PostAt]) -> bool:
    """Return whether a row speaks of an account that is there, and not of another's log-in."""
    account, held = known
    is_ours = bool(held) and all(may_give(posts, one.post.role, one.org) for one in held)
    return account.ended_at is None and account.name == row.name and is_ours


def _outcome(row: Wanted, org: Org | None, role: Role | None, known: Known | None, above: Wanted) -> Outcome:
    if known is None:
        return Outcome.NEW_ACCOUNT if above.number == row.number else Outcome.NEW_POST
    places = {(one.org.id, one.post.role) for one in known[1]}
    return Outcome.HELD if org and (org.id, role) in places else Outcome.NEW_POST


def _with_remarks(session: Session, judged: Sequence[Judged], now: datetime) -> list[Judged]:
    """Say beside a new secretary who is one there already: an election hands over, it does not add."""
    today = day_of(now)
    query = (
        select(Post.org_id, Account.name)
        .join(Account, Account.id == Post.account_id)
        .where(
            Post.org_id.in_([one.org.id for one in judged if one.org]),
            Post.role == Role.SECRETARY,
            in_office(today),
        )
        .order_by(Post.id.desc())
    )
    names = dict(session.execute(query).all())
    return [
        one._replace(remark=f"这里已有{ROLE_TEXT[Role.SECRETARY]}{names[one.org.id]}，换届请用“换届交接”")
        if one.org and one.org.id in names and one.role is Role.SECRETARY and one.outcome in NEW
        else one
        for one in judged
    ]


NEW = (Outcome.NEW_ACCOUNT, Outcome.NEW_POST)


def mark_of(judged: Sequence[Judged]) -> str:
    """Return what a list and its outcome are known by: whatever was looked at is what is then done."""
    told = [
        (*one.wanted, one.org and one.org.id, one.role, one.account_id, one.outcome, one.faults)
        for one in judged
    ]
    return sha256(repr(told).encode()).hexdigest()


def create_accounts(
    session: Session, posts: Sequence[PostAt], rows: Sequence[Wanted], seen: str, *, by: int, now: datetime
) -> list[Made]:
    """Make every account and post of a list that was looked at, or none; `seen` is the look's mark.

    Refused: bad_batch with `fields`, import_changed, nothing_changed.
    """
    session.execute(select(func.pg_advisory_xact_lock(ONE_BATCH)))
    judged = judge_accounts(session, posts, rows, now=now)
    if any(one.faults for one in judged):
        raise Refused("bad_batch", "名单里有几处要改", fields={"rows": "有几处要改，一个也没有设"})
    if mark_of(judged) != seen:
        raise Refused("import_changed", "名单或账号和刚才看的不一样，一个也没有设。请把新的结果再看一遍")
    wanted = [
        (one.wanted, one.org, one.role)
        for one in judged
        if one.outcome in NEW and one.org is not None and one.role is not None
    ]
    if not wanted:
        raise Refused("nothing_changed", "名单上的账号和岗位都已经有了，没有要设的")
    accounts = _locked(session, [one.account_id for one in judged if one.account_id])
    passwords = dict(_add_accounts(session, [row for row, _, _ in wanted], accounts))
    given: dict[str, list[tuple[Org, Role]]] = defaultdict(list)
    for row, org, role in wanted:
        account = accounts[row.login]
        given[row.login].append((org, role))
        session.add(Post(account_id=account.id, org_id=org.id, role=role, from_on=day_of(now), granted_by=by))
        record(
            session, "give_post", "account", account.id, via=Via.CONSOLE, account_id=by, org_id=org.id,
            after={"role": role},
        )  # fmt: skip
    session.flush()
    opened = [(accounts[login], org) for login, places in given.items() for org, _ in places[:1]]
    link_new(session, opened, by=by, via=Via.CONSOLE)
    return [Made(accounts[login], passwords.get(login), tuple(places)) for login, places in given.items()]


def _locked(session: Session, account_ids: Sequence[int]) -> dict[str, Account]:
    """Return accounts by log-in, locked: nobody ends them meanwhile. Refused: import_changed."""
    query = select(Account).where(Account.id.in_(account_ids)).order_by(Account.id)
    found = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    if any(account.ended_at is not None for account in found):
        raise Refused("import_changed", "有账号刚刚停用了，一个也没有设。请再看一遍")
    return {account.login: account for account in found}


def _add_accounts(
    session: Session, rows: Sequence[Wanted], accounts: dict[str, Account]
) -> Iterator[tuple[str, str]]:
    """Add whoever has no account yet to `accounts`; yield log-in and first password of each."""
    for row in rows:
        if row.login in accounts:
            continue
        password = first_password()
        account = Account(login=row.login, name=row.name, password_hash=HASHER.hash(password))
        accounts[row.login] = account
        session.add(account)
        yield row.login, password
    session.flush()
