"""The demonstration's log-ins, posts and bound phones."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.keyring import Keyring
from models.people.account import ROLE_TEXT, Account, Post, Role
from models.people.binding import Binding, BoundBy
from models.people.console import HASHER
from models.people.member import Member
from models.people.org import Org

SHARE_BOUND = 0.55
OFFICERS = (
    ("sfq-gb", "韩立新", Role.ZONE_OFFICER, "SFQ"),
    ("hz-gb", "沈静", Role.TOWNSHIP_OFFICER, "HZ"),
    ("sfq-sjy", "陆平", Role.AUDITOR, "SFQ"),
)
PREFIXES = {"HZ01": "qlw", "HZ02": "lsp", "HZ03": "hzsq", "HZ04": "jg"}
# Role, suffix of the log-in, and which member of the branch holds the post.
STAFF = (
    (Role.SECRETARY, "sj", 0),
    (Role.COMMISSIONER, "wy", 2),
    (Role.GROUP_LEADER, "zz", 5),
    (Role.CLERK, "zg", 6),
)
TRY = {
    Role.SECRETARY: "打开下一次主题党日的草稿，看看通知会发给谁，再发布",
    Role.COMMISSIONER: "看本支部的名册和积分，每个分数都有来处",
    Role.GROUP_LEADER: "给本组不用手机的同志登记到会",
    Role.CLERK: "起草主题党日，发布要由书记来按",
    Role.TOWNSHIP_OFFICER: "看各支部开了没有、名册确认没有；看不到个人",
    Role.ZONE_OFFICER: "看全区的开展情况，给下级开设账号",
    Role.AUDITOR: "登录看一看：名册、积分和号码都看不到",
}


class DemoLogin(NamedTuple):
    """One log-in to print, with whom it stands for and a sentence to try."""

    login: str
    name: str
    role: str
    org: str
    sentence: str


def open_accounts(
    session: Session, orgs: Mapping[str, Org], members: Sequence[Member], password: str, *, today: date
) -> dict[str, Account]:
    """Add officers and each branch's staff, all with one password; return log-in -> account."""
    since = today - timedelta(days=400)
    accounts = {}
    for login, name, role, code in OFFICERS:
        accounts[login] = _account(session, login, name, None, password)
        _post(session, accounts[login], orgs[code].id, role, since)
    for code, prefix in PREFIXES.items():
        own = [member for member in members if member.branch_id == orgs[code].id]
        for role, suffix, rank in STAFF:
            at = own[rank].group_id if role is Role.GROUP_LEADER else orgs[code].id
            if at is None:
                continue  # a small branch has no groups
            login = f"{prefix}-{suffix}"
            accounts[login] = _account(session, login, own[rank].name, own[rank].id, password)
            _post(session, accounts[login], at, role, since)
    session.flush()
    return accounts


def _account(session: Session, login: str, name: str, member_id: int | None, password: str) -> Account:
    account = Account(
        login=login,
        name=name,
        member_id=member_id,
        password_hash=HASHER.hash(password),
        must_change=False,
        demo=True,
    )
    session.add(account)
    session.flush()
    return account


def _post(session: Session, account: Account, org_id: int, role: Role, since: date) -> None:
    session.add(Post(account_id=account.id, org_id=org_id, role=role, from_on=since))


def bind_phones(
    session: Session,
    keyring: Keyring,
    members: Sequence[Member],
    *,
    account_appid: str,
    mini_appid: str,
    issued_by: int,
    now: datetime,
) -> None:
    """Bind 55 % of the members: a third in both apps, a third on the account, a third in the mini-program.

    Openids are o_demo_0001 and m_demo_0001, numbered as the members are.
    """
    able = [number for number, member in enumerate(members, 1) if not member.no_phone]
    chosen = sorted(able, key=lambda number: number * 37 % 121)[: round(len(members) * SHARE_BOUND)]
    for turn, number in enumerate(chosen):
        apps = ((account_appid, "o"), (mini_appid, "m"))
        for appid, letter in apps if turn % 3 == 0 else (apps[turn % 3 - 1],):
            openid = f"{letter}_demo_{number:04d}"
            session.add(
                Binding(
                    appid=appid,
                    openid=openid,
                    openid_hash=keyring.openid_hash(appid, openid),
                    member_id=members[number - 1].id,
                    bound_at=now - timedelta(days=90),
                    how=BoundBy.SLIP,
                    issued_by=issued_by,
                )
            )
    session.flush()


def demo_logins(session: Session) -> list[DemoLogin]:
    """Return the demonstration's log-ins, none where it was not loaded."""
    rows = session.execute(
        select(Account.login, Account.name, Post.role, Org.name)
        .join(Post, Post.account_id == Account.id)
        .join(Org, Org.id == Post.org_id)
        .where(Account.demo, Account.ended_at.is_(None), Post.to_on.is_(None))
        .order_by(Account.id)
    )
    return [DemoLogin(login, name, ROLE_TEXT[role], org, TRY[role]) for login, name, role, org in rows]


def demo_followers(session: Session) -> list[dict[str, str]]:
    """Return {appid, openid, name} of each bound demonstration phone, for the simulator."""
    rows = session.execute(
        select(Binding.appid, Binding.openid, Member.name)
        .join(Member, Member.id == Binding.member_id)
        .where(or_(Binding.openid.like(r"o\_demo\_%"), Binding.openid.like(r"m\_demo\_%")))
        .order_by(Binding.openid)
    )
    return [{"appid": appid, "openid": openid, "name": name} for appid, openid, name in rows if openid]
