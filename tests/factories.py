"""Rows as tests need them: plain functions with visible defaults, flushed and never committed."""

from base64 import b64decode
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from models.articles.article import Article, Picture
from models.base import Base
from models.duties.handover import Handover
from models.gatherings.gathering import AgendaKind, Gathering, GatheringKind, GatheringState
from models.gatherings.leave.host_attendance import HostAttendance
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.required_item import RequiredItem
from models.gatherings.roll import Leave, LeaveReason, LeaveState, Roll, RollLine
from models.keyring import Keyring
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import Notice, NoticeKind
from models.people.account import Account, Post, Role
from models.people.away_report import AwayReport, ReportState
from models.people.binding import Binding, BoundBy
from models.people.member import Member, MemberStatus, Spell, SpellKind
from models.people.org import Org, OrgKind
from models.points.entry import PointEntry, Source
from models.points.proposal import Proposal, ProposalMember, ProposalState
from models.points.schemes.published import Scheme
from models.ratings.objections.objection import Objection
from models.ratings.procedure.rating import Rating
from models.ratings.runs.results import RatingRun
from tests.conftest import NOON

NUMBER = count(1)  # makes codes unique, nothing else
NEW_YEAR = date(2026, 1, 1)
THREE_O_CLOCK = NOON + timedelta(minutes=10)
KEYRING = Keyring(short_lived=(b"short-lived key".ljust(32),), lasting={"k1": b"lasting key".ljust(32)})
GREY = b64decode("""
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j
    q62rZ4C8ybqmx5moq6T/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAI
    AQEAAD8AP//Z
""")
Row = TypeVar("Row", bound=Base)


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def an_org(session: Session, kind: OrgKind, name: str, parent: Org | None, code: str | None = None) -> Org:
    """Add an organisation of any kind; without a code it gets the next number."""
    row = Org(kind=kind, code=code or f"N{next(NUMBER)}", name=name, parent_id=parent and parent.id)
    return _added(session, row)


def a_zone(session: Session, name: str = "青山示范区党工委", code: str | None = None) -> Org:
    """Add the zone at the top of a tree."""
    return an_org(session, OrgKind.WORKING_COMMITTEE, name, None, code)


def a_township(session: Session, zone: Org, name: str = "河东镇党委", code: str | None = None) -> Org:
    """Add a township below the zone."""
    return an_org(session, OrgKind.PARTY_COMMITTEE, name, zone, code)


def a_branch(
    session: Session, parent: Org | None = None, code: str | None = None, name: str = "青石村党支部"
) -> Org:
    """Add a branch; without a parent, below a township and a zone of its own."""
    return an_org(session, OrgKind.BRANCH, name, parent or a_township(session, a_zone(session)), code)


def a_group(session: Session, branch: Org, name: str = "第一党小组", code: str | None = None) -> Org:
    """Add a group of a branch."""
    return an_org(session, OrgKind.PARTY_GROUP, name, branch, code)


def a_member(
    session: Session,
    branch: Org,
    name: str = "王建国",
    group: Org | None = None,
    status: MemberStatus = MemberStatus.FULL,
    **columns: Any,
) -> Member:
    """Add a member of a branch."""
    row = Member(name=name, branch_id=branch.id, group_id=group and group.id, status=status, **columns)
    return _added(session, row)


def an_account(
    session: Session,
    login: str | None = None,
    name: str = "陈丽",
    member: Member | None = None,
    **columns: Any,
) -> Account:
    """Add a log-in to the console whose password nobody knows."""
    row = Account(
        login=login or f"clerk{next(NUMBER)}",
        name=name,
        member_id=member and member.id,
        **{"password_hash": "-", "must_change": False} | columns,
    )
    return _added(session, row)


def a_post(session: Session, account: Account, org: Org, role: Role = Role.SECRETARY, **columns: Any) -> Post:
    """Let an account hold a role at an organisation since New Year."""
    row = Post(account_id=account.id, org_id=org.id, role=role, **{"from_on": NEW_YEAR} | columns)
    return _added(session, row)


def a_spell(session: Session, member: Member, kind: SpellKind = SpellKind.AWAY, **columns: Any) -> Spell:
    """Add a spell that began at New Year and has no end yet."""
    return _added(session, Spell(member_id=member.id, kind=kind, **{"from_on": NEW_YEAR} | columns))


def a_binding(
    session: Session, member: Member, appid: str = "wxmini", openid: str | None = None, **columns: Any
) -> Binding:
    """Bind a WeChat user of `appid` to a member, hashed with KEYRING."""
    openid = openid or f"openid-{next(NUMBER)}"
    row = Binding(
        appid=appid,
        openid=openid,
        openid_hash=KEYRING.openid_hash(appid, openid),
        member_id=member.id,
        **{"bound_at": NOON - timedelta(days=30), "how": BoundBy.SLIP} | columns,
    )
    return _added(session, row)


def a_gathering(
    session: Session,
    branch: Org,
    state: GatheringState = GatheringState.PUBLISHED,
    starts_at: datetime = THREE_O_CLOCK,
    kind: GatheringKind = GatheringKind.THEME_DAY,
    **columns: Any,
) -> Gathering:
    """Add a two-hour gathering of a branch, at three o'clock on 25 November 2026."""
    usual: dict[str, Any] = {"period": "2026-11", "title": "十一月主题党日", "place": "村部二楼会议室"}
    usual |= {"ends_at": starts_at + timedelta(hours=2), "hall_salt": b"sixteen byte salt"[:16]}
    row = Gathering(org_id=branch.id, state=state, starts_at=starts_at, kind=kind, **usual | columns)
    return _added(session, row)


def a_roll(
    session: Session, gathering: Gathering, org: Org, members: Iterable[Member] = (), **columns: Any
) -> Roll:
    """Add the roll of an organisation with one unrecorded line for each member."""
    roll = _added(session, Roll(gathering_id=gathering.id, org_id=org.id, **columns))
    for member in members:
        session.add(RollLine(gathering_id=gathering.id, member_id=member.id, roll_id=roll.id))
    session.flush()
    return roll


def a_leave(
    session: Session,
    gathering: Gathering,
    member: Member,
    reason: LeaveReason = LeaveReason.FAMILY,
    **columns: Any,
) -> Leave:
    """Let a member have asked leave the day before; it waits."""
    usual = {"state": LeaveState.SUBMITTED, "asked_at": NOON - timedelta(days=1)} | columns
    row = Leave(gathering_id=gathering.id, member_id=member.id, reason=reason, **usual)
    return _added(session, row)


def an_away_report(session: Session, member: Member, **columns: Any) -> AwayReport:
    """Let a member have reported an absence in December; it waits."""
    usual: dict[str, Any] = {
        "from_on": date(2026, 12, 1),
        "to_on": date(2026, 12, 31),
        "place": "浙江省义乌市",
    }
    usual |= {"state": ReportState.SUBMITTED, "asked_at": NOON - timedelta(days=1)}
    return _added(session, AwayReport(member_id=member.id, **usual | columns))


def a_host_attendance(session: Session, member: Member, **columns: Any) -> HostAttendance:
    """Let a member have reported an attendance elsewhere this month; it waits."""
    usual: dict[str, Any] = {"period": "2026-11", "attended_on": date(2026, 11, 20), "host": "商贸城党支部"}
    usual |= {"contact": "张书记", "state": ReportState.SUBMITTED, "asked_at": NOON - timedelta(days=1)}
    return _added(session, HostAttendance(member_id=member.id, **usual | columns))


def a_scheme(
    session: Session,
    issuer: Org,
    code: str = "DEMO",
    version: int = 1,
    document: str = "{}",
    published_at: datetime | None = NOON - timedelta(days=300),
) -> Scheme:
    """Add a published version of a scheme whose document says nothing; None leaves it a draft."""
    row = Scheme(
        code=code,
        version=version,
        issuer_id=issuer.id,
        document=document,
        sha=sha256(document.encode()).hexdigest(),
        published_at=published_at,
    )
    return _added(session, row)


def an_entry(
    session: Session, member: Member, scheme: Scheme, account: Account, **columns: Any
) -> PointEntry:
    """Add one point for November 2026 that `account` approved on the member's own word."""
    usual: dict[str, Any] = {"item": "help", "cycle": "2026", "period": "2026-11"}
    usual |= {"occurred_on": date(2026, 11, 25), "quantity": Decimal(1), "points": Decimal(1)}
    usual |= {"source": Source.MANUAL} | columns
    if "gathering_id" not in usual and "proposal_id" not in usual:
        told = {name: usual[name] for name in ("item", "cycle", "period", "occurred_on", "quantity")}
        proposal = a_proposal(session, member, scheme, approved_by=account, **told)
        usual |= {"proposal_id": proposal.id}
        usual.setdefault("about", f"proposal:{proposal.id}:{member.id}")
    row = PointEntry(
        member_id=member.id,
        branch_id=member.branch_id,
        scheme_id=scheme.id,
        account_id=account.id,
        **usual,
    )
    return _added(session, row)


def a_proposal(
    session: Session, member: Member, scheme: Scheme, approved_by: Account | None = None, **columns: Any
) -> Proposal:
    """Let a member have declared one deed of November 2026; it waits unless somebody approved it."""
    usual: dict[str, Any] = {"item": "help", "cycle": "2026", "period": "2026-11", "title": "清扫村道"}
    usual |= {"occurred_on": date(2026, 11, 25), "quantity": Decimal(1), "by_member_id": member.id}
    usual |= {"submitted_at": NOON - timedelta(hours=2)} | columns
    row = _added(session, Proposal(branch_id=member.branch_id, scheme_id=scheme.id, **usual))
    _added(session, ProposalMember(proposal_id=row.id, member_id=member.id))
    if approved_by is not None:
        row.state, row.decided_by, row.decided_at = ProposalState.APPROVED, approved_by.id, NOON
        session.flush()
    return row


def an_objection(session: Session, entry: PointEntry, **columns: Any) -> Objection:
    """Let the member of an entry have objected to it by phone; it waits."""
    usual: dict[str, Any] = {"branch_id": entry.branch_id, "member_id": entry.member_id, "entry_id": entry.id}
    usual |= {"said": "这一条不对", "asked_at": NOON, "due_on": date(2026, 12, 16)}
    return _added(session, Objection(**usual | columns))


def a_rating(session: Session, branch: Org, scheme: Scheme, by: Account, **columns: Any) -> Rating:
    """Begin the rating of a branch for 2026."""
    usual: dict[str, Any] = {"cycle": "2026", "begun_at": NOON, "begun_by": by.id}
    return _added(session, Rating(branch_id=branch.id, scheme_id=scheme.id, **usual | columns))


def a_run(session: Session, rating: Rating, by: Account, **columns: Any) -> RatingRun:
    """Add the first run of a rating, without results."""
    usual: dict[str, Any] = {"number": 1, "sha": "0" * 64, "account_id": by.id, "made_at": NOON}
    return _added(session, RatingRun(rating_id=rating.id, **usual | columns))


def a_required_item(session: Session, org: Org, account_id: int, **columns: Any) -> RequiredItem:
    """Require the study of one document of the theme days of November 2026."""
    usual: dict[str, Any] = {"period": "2026-11", "kind": AgendaKind.STUDY, "title": "学习全会精神"}
    usual |= {"issued_by": account_id, "issued_at": NOON}
    return _added(session, RequiredItem(org_id=org.id, **usual | columns))


def a_notice(
    session: Session,
    gathering: Gathering,
    account: Account,
    kind: NoticeKind = NoticeKind.NOTICE,
    version: int = 1,
    texts: dict[str, Any] | None = None,
) -> Notice:
    """Publish a notice of a gathering."""
    row = Notice(
        gathering_id=gathering.id,
        kind=kind,
        version=version,
        texts=texts or {},
        published_at=NOON - timedelta(days=5),
        published_by=account.id,
    )
    return _added(session, row)


def a_delivery(
    session: Session,
    notice: Notice,
    member: Member,
    state: DeliveryState = DeliveryState.PHONE_LIST,
    **columns: Any,
) -> Delivery:
    """Add the delivery of a notice to a member, on the phone list unless a channel is given."""
    usual: dict[str, Any] = {
        "about": f"gathering:{notice.gathering_id}:{notice.kind}:{member.id}",
        "not_before": NOON,
    }
    row = Delivery(notice_id=notice.id, member_id=member.id, state=state, **usual | columns)
    return _added(session, row)


def some_minutes(session: Session, roll: Roll, by: Account, **changed: Any) -> Minutes:
    return _added(session, Minutes(roll_id=roll.id, **{"drafted_by": by.id} | changed))


def filed_minutes(session: Session, roll: Roll, by: Account, **changed: Any) -> Minutes:
    """The filed record of a confirmed roll."""
    filed = {
        "state": MinutesState.FILED, "host": "李书平", "recorder": "周敏",
        "began_at": THREE_O_CLOCK, "ended_at": THREE_O_CLOCK + timedelta(hours=2),
        "discussion": "讨论了沟渠清淤的分段和工期。",
        "filed_at": THREE_O_CLOCK + timedelta(hours=3), "filed_by": by.id, "filed_revision": 1,
    }  # fmt: skip
    return some_minutes(session, roll, by, **filed | changed)


def a_picture(session: Session, article: Article, **changed: Any) -> Picture:
    """Add a grey picture, eight points wide, to a draft."""
    usual: dict[str, Any] = {"sha": sha256(GREY).digest(), "jpeg": GREY, "width": 8, "height": 8}
    usual |= {"added_by": article.drafted_by, "added_at": NOON, "consent_at": NOON}
    return _added(session, Picture(article_id=article.id, **usual | changed))


def a_handover(session: Session, org: Org, giver: Account, taker: Account, **changed: Any) -> Handover:
    """Hand a secretary's post over with nothing open, by the one who gives it."""
    usual: dict[str, Any] = {
        "role": Role.SECRETARY,
        "handed_on": date(2026, 11, 20),
        "document": "河东党〔2026〕18号",
    }
    usual |= {"items": {}, "account_id": giver.id, "acted_at": NOON}
    row = Handover(org_id=org.id, from_account_id=giver.id, to_account_id=taker.id, **usual | changed)
    return _added(session, row)


def an_article(session: Session, org: Org, by: Account, **changed: Any) -> Article:
    told = {"title": "沟渠清淤忙", "byline": org.name[:16], "drafted_by": by.id}
    return _added(session, Article(org_id=org.id, **told | changed))
