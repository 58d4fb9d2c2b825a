"""The demonstration's deeds: what twelve branches recorded month by month, approved by a second hand."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from models.clock import at, day_of
from models.demo.people import Settled
from models.people.account import Account
from models.people.member import ON_ROLLS, Member
from models.points.cycle import months_of
from models.points.entry import PointEntry, Source
from models.points.proposal import Proposal, ProposalMember, ProposalState
from models.points.schemes.published import document_of
from models.points.schemes.use import scheme_for

# The branches that rated by the zone's scheme last year; the others joined in January.
TRIAL = (
    "HZ01", "HZ02", "HZ03", "HZ04", "HZ05", "LQ01", "LQ02", "CH01", "CH06", "XB04", "DY01", "DY07",
)  # fmt: skip
WORK = ("沟渠清淤", "清扫村道", "帮老人秋收", "防汛值守", "秸秆禁烧值班", "给学校修篱笆", "春节送对联")
DUTY = "岗位履职"
PEACE = ("两户宅边排水", "邻里停车", "老屋漏水", "地界")
PROJECT = ("领办村口路灯", "领办公厕改造", "领办便民服务点")


class Deed(NamedTuple):
    """One item on one day for some members, in the words of whoever wrote it down."""

    item: str
    title: str
    on: date
    members: tuple[Member, ...]
    evidence: str | None = None


class Hands(NamedTuple):
    """Who writes down and who approves in one branch."""

    proposes: int
    approves: int


def first_year(today: date) -> int:
    """Return the last year whose rating can be filed by today: records begin with it."""
    return today.year - (1 if today.month > 1 else 2)


def record_deeds(
    session: Session, people: Mapping[str, Settled], accounts: Mapping[str, Account], *, now: datetime
) -> None:
    """Add last year's and this year's approved proposals of the trial branches with their entries."""
    today = day_of(now)
    for code in TRIAL:
        branch = people[code]
        hands = _hands(branch, accounts)
        for year in range(first_year(today), today.year + 1):
            scheme = scheme_for(session, branch.org, f"{year}-01")
            if scheme is None:
                continue
            items = {item.id: item for item in document_of(scheme.document).items}
            # Each was approved two days later: what is younger is not there yet.
            deeds = [deed for deed in _deeds(branch, accounts, year) if deed.on < today - timedelta(days=2)]
            if not deeds:
                continue
            proposals = session.scalars(
                insert(Proposal).returning(Proposal.id, sort_by_parameter_order=True),
                [_proposal(branch, scheme.id, deed, hands, f"{year}") for deed in deeds],
            ).all()
            named = list(zip(proposals, deeds, strict=True))
            session.execute(
                insert(ProposalMember),
                [{"proposal_id": n, "member_id": who.id} for n, deed in named for who in deed.members],
            )
            _approve(session, proposals, hands)
            session.execute(
                insert(PointEntry),
                [
                    _entry(branch, scheme.id, number, deed, who, hands, f"{year}")
                    | {"points": items[deed.item].pts, "source": Source(items[deed.item].source)}
                    for number, deed in named
                    for who in deed.members
                ],
            )
    session.flush()


def _hands(branch: Settled, accounts: Mapping[str, Account]) -> Hands:
    """The clerk writes and the secretary approves; where there is no clerk the township approves."""
    secretary = accounts[f"{branch.place.login}-sj"].id
    if (clerk := accounts.get(f"{branch.place.login}-zg")) is not None:
        return Hands(clerk.id, secretary)
    return Hands(secretary, accounts[f"{branch.place.above[:2].lower()}-gb"].id)


def _deeds(branch: Settled, accounts: Mapping[str, Account], year: int) -> Iterator[Deed]:
    """Yield the deeds of a year, none of whoever holds a log-in: nobody approves their own."""
    chance = Random(f"deeds of {branch.place.code} in {year}")
    staff = {one.member_id for one in accounts.values()}
    able = [one for one in branch.members if one.status in ON_ROLLS and one.id not in staff]
    keen = [one for one in able if chance.random() < 0.45]
    for month in months_of(f"{year}"):
        first = date.fromisoformat(f"{month}-01")
        if on_duty := tuple(one for one in keen if chance.random() < 0.93):
            yield Deed("post_duty", f"{first.month}月{DUTY}", first + timedelta(days=27), on_duty)
        if came := tuple(one for one in able if chance.random() < (0.62 if one in keen else 0.12)):
            yield Deed(
                "volunteer", chance.choice(WORK), first + timedelta(days=chance.randrange(5, 24)), came
            )
        if keen and chance.random() < 0.5:
            peace = f"调解：{chance.choice(PEACE)}"
            yield Deed(
                "mediation", peace, first + timedelta(days=chance.randrange(26)), (chance.choice(keen),)
            )
    for title in chance.sample(PROJECT, 2):
        if keen:
            day = date(year, chance.randrange(3, 11), chance.randrange(1, 28))
            yield Deed("led_project", title, day, (chance.choice(keen),), "支委会会议记录")
    if keen:
        praised = (chance.choice(keen),)
        yield Deed("award_town", "镇优秀党务工作者", date(year, 7, 1), praised, f"镇党委〔{year}〕18号")


def _proposal(branch: Settled, scheme_id: int, deed: Deed, hands: Hands, cycle: str) -> dict[str, object]:
    return _told(branch, scheme_id, deed, cycle) | {
        "title": deed.title,
        "evidence": deed.evidence,
        "account_id": hands.proposes,
        "submitted_at": at(deed.on, time(18)),
    }


def _told(branch: Settled, scheme_id: int, deed: Deed, cycle: str) -> dict[str, object]:
    return {
        "branch_id": branch.org.id,
        "scheme_id": scheme_id,
        "item": deed.item,
        "cycle": cycle,
        "period": f"{deed.on:%Y-%m}",
        "occurred_on": deed.on,
        "quantity": Decimal(1),
    }


def _approve(session: Session, proposals: Sequence[int], hands: Hands) -> None:
    approved = {"state": ProposalState.APPROVED, "decided_by": hands.approves}
    session.execute(
        update(Proposal)
        .where(Proposal.id.in_(proposals))
        .values(decided_at=Proposal.submitted_at + timedelta(days=2), **approved)
        .execution_options(synchronize_session=False)
    )


def _entry(
    branch: Settled, scheme_id: int, number: int, deed: Deed, who: Member, hands: Hands, cycle: str
) -> dict[str, object]:
    return _told(branch, scheme_id, deed, cycle) | {
        "about": f"proposal:{number}:{who.id}",
        "member_id": who.id,
        "proposal_id": number,
        "account_id": hands.approves,
    }
