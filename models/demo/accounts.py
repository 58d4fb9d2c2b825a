"""The demonstration's log-ins, posts and bound phones."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.clock import at
from models.demo.people import Settled
from models.demo.places import TOWNS
from models.duties.handover import Handover
from models.keyring import Keyring
from models.notices.audience import Channels
from models.notices.subscription import Subscription, allow
from models.people.account import ROLE_TEXT, Account, Post, Role
from models.people.binding import Binding, BoundBy
from models.people.console import HASHER
from models.people.member import Member
from models.people.org import Org

SHARE_BOUND = 0.55
FULL_STAFF = ("HZ01", "HZ02", "HZ03", "HZ04", "DY01", "LQ01")
# Role, suffix of the log-in, and which member of the branch holds the post.
STAFF = (
    (Role.DEPUTY, "fsj", 1),
    (Role.COMMISSIONER, "wy", 2),
    (Role.CLERK, "zg", 6),
)
# Where the secretary changed at an election in January, and who said so in writing.
DOCUMENTS = {"HZ05": "禾党", "DY02": "东街党"}
ELECTED = (*DOCUMENTS,)
# One log-in for each kind of person is printed, with a sentence to try.
TRY = {
    "qlw-sj": "村支部书记：打开草稿，看看发给谁、谁要打电话，再发布",
    "qlw-zg": "党务专干：起草、登记、代人请假；发布和确认要由书记来按",
    "qlw-wy": "支部委员：看名册和积分，每个分数都有来处",
    "qlw-zz1": "党小组长：老张没有手机，从“请假与报备”给他代请假",
    "dy01-zz2": "楼院党小组长：只看得到自己楼院的同志和电话",
    "lq00-sj": "党总支书记：三个支部合开，各支部确认自己的名册",
    "xb06-sj": "三个人的企业支部：没有支委会，一样开主题党日",
    "xb05-sj": "企业支部书记：按季度定星，正等登记评议等次，登记完开会、公示",
    "dy07-sj": "有一份名册还没有确认的支部书记",
    "hz-gb": "镇党建干部：看各支部开了没有、归档没有，退回要补的，审一篇稿件；看个人要写明用途",
    "sfq-gb": "示范区党建干部：看全区、答复投诉、改公众号的办事答复",
    "sfq-xc": "示范区党建干部（宣传）：审批和发布稿件，自己写过的不能批",
    "sfq-sjy": "审计员：名册、积分和号码都看不到",
}


class DemoLogin(NamedTuple):
    """One log-in to print, with whom it stands for and a sentence to try."""

    login: str
    name: str
    role: str
    org: str
    sentence: str


class Opening(NamedTuple):
    """One log-in to open: for whom, where, as what, since when."""

    login: str
    name: str
    member: Member | None
    org: Org
    role: Role
    since: date


def open_accounts(
    session: Session, orgs: Mapping[str, Org], people: Mapping[str, Settled], password: str, *, today: date
) -> dict[str, Account]:
    """Add officers and each branch's staff, all with one password; return log-in -> account."""
    since = today - timedelta(days=1000)
    # One password, so one hash: hashing is slow on purpose.
    hashed = HASHER.hash(password)
    accounts: dict[str, Account] = {}
    for one in (*_officers(orgs, since), *_staff(orgs, people, since, today)):
        account = Account(
            login=one.login, name=one.name, member_id=one.member and one.member.id, password_hash=hashed,
            must_change=False, demo=True,
        )  # fmt: skip
        session.add(account)
        session.flush()
        accounts[one.login] = account
        session.add(Post(account_id=account.id, org_id=one.org.id, role=one.role, from_on=one.since))
    session.flush()
    _end_predecessors(session, people, accounts, hashed, since, today)
    return accounts


def _officers(orgs: Mapping[str, Org], since: date) -> Iterator[Opening]:
    yield Opening("sfq-gb", "韩立新", None, orgs["SFQ"], Role.ZONE_OFFICER, since)
    yield Opening("sfq-xc", "闻清", None, orgs["SFQ"], Role.ZONE_OFFICER, since)
    yield Opening("sfq-sjy", "陆平", None, orgs["SFQ"], Role.AUDITOR, since)
    for code, _, officer in TOWNS:
        yield Opening(f"{code.lower()}-gb", officer, None, orgs[code], Role.TOWNSHIP_OFFICER, since)


def _staff(
    orgs: Mapping[str, Org], people: Mapping[str, Settled], since: date, today: date
) -> Iterator[Opening]:
    """Yield every branch's secretary; of a few branches also deputies, clerks and the groups' leaders."""
    election = date(today.year, 1, 12)
    for code, branch in people.items():
        first, login = branch.members[0], branch.place.login
        start = election if code in ELECTED and today >= election else since
        yield Opening(f"{login}-sj", first.name, first, branch.org, Role.SECRETARY, start)
        if code not in FULL_STAFF:
            continue
        for role, suffix, rank in STAFF:
            one = branch.members[rank]
            yield Opening(f"{login}-{suffix}", one.name, one, branch.org, role, since)
        for number, _ in enumerate(branch.place.groups):
            one = branch.members[7 + number]
            led = next(org for org in orgs.values() if org.id == one.group_id)
            yield Opening(f"{login}-zz{led.code[-1]}", one.name, one, led, Role.GROUP_LEADER, since)
    general = people["LQ03"].members[1]
    yield Opening("lq00-sj", general.name, general, orgs["LQ00"], Role.SECRETARY, since)


def _end_predecessors(
    session: Session,
    people: Mapping[str, Settled],
    accounts: Mapping[str, Account],
    hashed: str,
    since: date,
    today: date,
) -> None:
    """Keep the secretaries whom an election in January replaced: their posts were handed over."""
    last_day = date(today.year, 1, 11)
    for code in ELECTED if today > last_day else ():
        branch = people[code]
        before = branch.members[5]
        account = Account(
            login=f"{branch.place.login}-old", name=before.name, member_id=before.id, password_hash=hashed,
            must_change=False, demo=True, ended_at=at(last_day, time(18)),
        )  # fmt: skip
        session.add(account)
        session.flush()
        session.add(
            Post(
                account_id=account.id,
                org_id=branch.org.id,
                role=Role.SECRETARY,
                from_on=since,
                to_on=last_day,
            )
        )
        session.add(
            Handover(
                org_id=branch.org.id, role=Role.SECRETARY, from_account_id=account.id,
                to_account_id=accounts[f"{branch.place.login}-sj"].id, handed_on=last_day,
                document=f"{DOCUMENTS[code]}〔{today.year}〕2 号", items={},
                account_id=accounts[f"{code[:2].lower()}-gb"].id, acted_at=at(last_day, time(17)),
            )
        )  # fmt: skip
    session.flush()


def bind_phones(
    session: Session,
    keyring: Keyring,
    people: Mapping[str, Settled],
    *,
    channels: Channels,
    issued_by: int,
    now: datetime,
) -> None:
    """Bind 55 % of the members: a third in both apps, a third on the account, a third in the mini-program.

    Openids are o_demo_0001 and m_demo_0001, numbered as the members are. Two in three of the mini-program's
    phones allow one subscription message.
    """
    members = [member for branch in people.values() for member in branch.members]
    able = [number for number, member in enumerate(members, 1) if not member.no_phone and not member.left_on]
    # 37 is coprime with 1009, a prime above their number: a fixed shuffle.
    chosen = sorted(able, key=lambda number: number * 37 % 1009)[: round(len(members) * SHARE_BOUND)]
    for turn, number in enumerate(chosen):
        apps = ((channels.account_appid or "", "o"), (channels.mini_appid or "", "m"))
        for appid, letter in apps if turn % 3 == 0 else (apps[turn % 3 - 1],):
            openid = f"{letter}_demo_{number:04d}"
            binding = Binding(
                appid=appid,
                openid=openid,
                openid_hash=keyring.openid_hash(appid, openid),
                member_id=members[number - 1].id,
                bound_at=now - timedelta(days=400),
                how=BoundBy.SLIP,
                issued_by=issued_by,
            )
            session.add(binding)
            if letter == "m" and channels.template_id and number % 3:
                session.flush()
                allow(session, binding.id, channels.template_id, 1, now=now - timedelta(days=2))
    session.flush()


def demo_logins(session: Session) -> list[DemoLogin]:
    """Return one log-in for each kind of person, none where the demonstration was not loaded."""
    rows = session.execute(
        select(Account.login, Account.name, Post.role, Org.name)
        .join(Post, Post.account_id == Account.id)
        .join(Org, Org.id == Post.org_id)
        .where(Account.demo, Account.ended_at.is_(None), Post.to_on.is_(None), Account.login.in_(TRY))
    )
    logins = [DemoLogin(login, name, ROLE_TEXT[role], org, TRY[login]) for login, name, role, org in rows]
    return sorted(logins, key=lambda one: list(TRY).index(one.login))


def demo_followers(session: Session) -> list[dict[str, Any]]:
    """Return {appid, openid, name, grants?} of each bound demonstration phone, for the simulator.

    `grants`: template id -> how many messages of it the phone still allows.
    """
    rows = session.execute(
        select(Binding.appid, Binding.openid, Member.name, Subscription.template_id, Subscription.remaining)
        .join(Member, Member.id == Binding.member_id)
        .outerjoin(Subscription, Subscription.binding_id == Binding.id)
        .where(or_(Binding.openid.like(r"o\_demo\_%"), Binding.openid.like(r"m\_demo\_%")))
        .order_by(Binding.openid)
    )
    return [
        {"appid": appid, "openid": openid, "name": name}
        | ({"grants": {template_id: remaining}} if template_id else {})
        for appid, openid, name, template_id, remaining in rows
        if openid
    ]
