"""The demonstration's corrections and points by hand: six amended rolls, a capped volunteer, a reversal."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via
from models.clock import day_of
from models.demo.people import Settled
from models.demo.rolls import Held
from models.gatherings.roll import CAME, RollLine, Status
from models.people.account import Account
from models.people.member import Member, Spell, SpellKind
from models.points.cycle import cycle_of
from models.points.entry import PointEntry, Source
from models.points.posting import amend_roll
from models.points.proposal import Proposal, ProposalMember, ProposalState
from models.points.reversal import reverse_entry
from models.points.schemes.published import Scheme, document_of
from models.points.schemes.use import scheme_for

AMENDED = (
    ("HZ01", 2, "会后补到请假条"),
    ("LQ01", 4, "签到表漏抄一位，核对照片底册后更正"),
    ("CH02", 5, "同名登记错位"),
    ("XB04", 6, "值班调整，本人到会"),
    ("DY01", 7, "家属说明当天住院"),
    ("CH06", 8, "漏记一位到会"),
)
# Branch, rank, in how many of the newest months, how often each: volunteers, the first beyond the cap.
VOLUNTEERS = (("HZ03", 9, 5, 2), ("HZ01", 9, 3, 1), ("CH01", 8, 4, 1), ("LQ06", 10, 2, 2), ("DY04", 7, 3, 1))
TWICE = "同一次服务登记了两遍"
NOT_RATED = ("CH06", 12)


def correct_rolls(session: Session, told: Sequence[Held]) -> None:
    """Amend six rolls: somebody recorded as not there had come, or had asked."""
    for code, turn, reason in AMENDED:
        held = [one for one in told if one.code == code][-turn]
        wrong = session.scalars(
            select(RollLine)
            .where(
                RollLine.roll_id == held.roll.id, RollLine.status.not_in(CAME), RollLine.spell_id.is_(None)
            )
            .order_by(RollLine.member_id)
        ).first()
        if wrong is None or held.roll.confirmed_by is None:
            continue
        right = Status.PRESENT if wrong.status is Status.LEAVE else Status.LEAVE
        amend_roll(
            session, held.roll.id, {wrong.member_id: right}, reason=reason, by=held.roll.confirmed_by,
            now=held.gathering.ends_at + timedelta(days=3),
        )  # fmt: skip


def volunteer(
    session: Session, people: Mapping[str, Settled], told: Sequence[Held], accounts: Mapping[str, Account]
) -> None:
    """Enter volunteering that a second person approved; one entry was a mistake and is reversed."""
    last: PointEntry | None = None
    for code, rank, months, times in VOLUNTEERS:
        branch = people[code]
        by = accounts[f"{branch.place.login}-sj"].id
        for held in [one for one in told if one.code == code][-months:]:
            scheme = scheme_for(session, branch.org, held.gathering.period)
            if scheme is None:
                continue
            for time in range(times):
                last = _entry(session, held, scheme, branch.members[rank], by, time)
    if last is not None:
        reverse_entry(session, last.id, reason=TWICE, by=last.account_id, via=Via.CONSOLE)


def _entry(session: Session, held: Held, scheme: Scheme, member: Member, by: int, time: int) -> PointEntry:
    it, cycle = held.gathering, cycle_of(document_of(scheme.document).cycle, held.gathering.period)
    told = {
        "branch_id": member.branch_id,
        "scheme_id": scheme.id,
        "item": "volunteer",
        "cycle": cycle,
        "period": it.period,
        "occurred_on": day_of(it.starts_at) - timedelta(days=3 + time * 4),
        "quantity": Decimal(1),
    }
    proposal = Proposal(
        **told, title="村里的志愿服务", by_member_id=member.id, submitted_at=it.starts_at - timedelta(days=1)
    )
    session.add(proposal)
    session.flush()
    session.add(ProposalMember(proposal_id=proposal.id, member_id=member.id))
    session.flush()
    proposal.state, proposal.decided_by, proposal.decided_at = ProposalState.APPROVED, by, it.ends_at
    session.flush()  # the database wants to see the approval before the entry
    entry = PointEntry(
        **told,
        about=f"proposal:{proposal.id}:{member.id}",
        member_id=member.id,
        points=Decimal(1),
        source=Source.VOLUNTEER,
        proposal_id=proposal.id,
        account_id=by,
    )
    session.add(entry)
    session.flush()
    return entry


def keep_unrated(session: Session, people: Mapping[str, Settled], told: Sequence[Held]) -> None:
    """Let one old member stand outside the rating, by the meeting's decision."""
    code, rank = NOT_RATED
    first = told[0].gathering
    session.add(
        Spell(
            member_id=people[code].members[rank].id,
            kind=SpellKind.NOT_RATED,
            code="own_wish",
            from_on=day_of(first.starts_at),
        )
    )
    session.flush()
