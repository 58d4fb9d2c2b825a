"""What is kept about one member, table by table, as lines of two columns, the newest first.

Each is one statement; stars take a few.
"""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from models.clock import clock_text, day_of
from models.gatherings.dues_tick import DuesTick
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.host_attendance import attendances_of
from models.gatherings.leave.leave import LEAVE_REASON_TEXT, LEAVE_STATE_TEXT
from models.gatherings.leave.makeup import MAKEUP_FORM_TEXT, Makeup
from models.gatherings.roll import STATUS_TEXT, Leave, RollLine
from models.notices.reading import told_all
from models.people.account import ROLE_TEXT, Account, Post
from models.people.away_report import REPORT_STATE_TEXT, AwayReport
from models.people.binding import BindCode, Binding, BoundBy
from models.people.complaint import complaints_of
from models.people.member import Spell, SpellKind
from models.people.member_move import MemberMove
from models.people.membership import CATEGORY_TEXT
from models.people.org import Org
from models.people.spells import GROUND_TEXT
from models.points.cycle import cycle_words
from models.points.entry import PointEntry
from models.points.exact import show
from models.points.proposal import PROPOSAL_STATE_TEXT, Proposal, ProposalMember
from models.points.schemes.published import Scheme, document_of
from models.ratings.objections.objection import OBJECTION_STATE_TEXT, Objection
from models.ratings.statement.stars import stars_of

Rows = list[tuple[str, str]]
SPELL_TEXT = {
    SpellKind.AWAY: "长期外出",
    SpellKind.EXEMPT: "不作要求",
    SpellKind.NOT_RATED: "不参评",
    SpellKind.CATEGORY: "类别",
}
BOUND_TEXT = {BoundBy.SLIP: "绑定条", BoundBy.LINK_CODE: "关联码", BoundBy.PHONE: "手机号"}


class Whose(NamedTuple):
    """Whose records are asked for, with what reads the own number and knows the phone's own letters."""

    member_id: int
    branch_id: int
    openid_hash: bytes
    mini_appid: str


def day_said(day: date | None) -> str:
    """Return a day as it is written, empty for none."""
    return day.isoformat() if day else ""


def _on(moment: datetime | None) -> str:
    return f"{day_of(moment)} {clock_text(moment)}" if moment else ""


def _said(*parts: str | None) -> str:
    return "，".join(part for part in parts if part)


def moves(session: Session, whose: Whose) -> Rows:
    """Branches the member belonged to before."""
    before, after = aliased(Org), aliased(Org)
    query = (
        select(MemberMove, before.name, after.name)
        .join(before, before.id == MemberMove.from_branch_id)
        .join(after, after.id == MemberMove.to_branch_id)
        .where(MemberMove.member_id == whose.member_id)
    )
    found = session.execute(query.order_by(MemberMove.id.desc()))
    return [(day_said(it.moved_on), f"从{old}转到{new}，{it.document}") for it, old, new in found]


def spells(session: Session, whose: Whose) -> Rows:
    """Absences, exemptions, categories."""
    query = select(Spell).where(Spell.member_id == whose.member_id).order_by(Spell.id.desc())
    words = CATEGORY_TEXT | {ground.value: text for ground, text in GROUND_TEXT.items()}
    return [
        (
            SPELL_TEXT[it.kind],
            _said(_span(it.from_on, it.to_on), words.get(it.code or "", it.code), it.place, it.host,
                  it.contact),
        )
        for it in session.scalars(query)
    ]  # fmt: skip


def _span(since: date, until: date | None) -> str:
    if until and until < since:
        return f"{since} 起，没有开始就取消了"
    return f"{since} 到 {until}" if until else f"{since} 起"


def reports(session: Session, whose: Whose) -> Rows:
    """Long absences as they were reported."""
    query = select(AwayReport).where(AwayReport.member_id == whose.member_id).order_by(AwayReport.id.desc())
    return [
        (
            _on(it.asked_at),
            _said(
                _span(it.from_on, it.to_on), it.place, it.host, it.contact,
                REPORT_STATE_TEXT[it.state], it.answer
            ),
        )
        for it in session.scalars(query)
    ]  # fmt: skip


def elsewhere(session: Session, whose: Whose) -> Rows:
    """Gatherings attended with another branch."""
    return [
        (day_said(it.attended_on), _said(it.host, it.contact, REPORT_STATE_TEXT[it.state], it.answer))
        for it in attendances_of(session, whose.member_id)
    ]


def rolls(session: Session, whose: Whose) -> Rows:
    """Every line on a roll."""
    mine = and_(RollLine.gathering_id == Gathering.id, RollLine.member_id == whose.member_id)
    query = select(Gathering, RollLine).join(RollLine, mine).where(Gathering.state != GatheringState.DRAFT)
    return [
        (
            _on(it.starts_at),
            _said(
                it.title, STATUS_TEXT[line.status],
                f"{_on(line.checked_in_at)} 手机签到" if line.checked_in_at else None,
                f"{_on(line.marked_at)} 由支部登记" if line.marked_at else None,
            ),
        )
        for it, line in session.execute(query.order_by(Gathering.starts_at.desc()))
    ]  # fmt: skip


def leaves(session: Session, whose: Whose) -> Rows:
    """Leave that was asked."""
    query = select(Leave, Gathering.title).join(Gathering, Gathering.id == Leave.gathering_id)
    found = session.execute(query.where(Leave.member_id == whose.member_id).order_by(Leave.asked_at.desc()))
    return [
        (
            _on(it.asked_at),
            _said(title, LEAVE_REASON_TEXT[it.reason], it.note, LEAVE_STATE_TEXT[it.state], it.answer),
        )
        for it, title in found
    ]


def makeups(session: Session, whose: Whose) -> Rows:
    """What was missed and is made up."""
    query = select(Makeup, Gathering.title).join(Gathering, Gathering.id == Makeup.gathering_id)
    found = session.execute(query.where(Makeup.member_id == whose.member_id).order_by(Makeup.due_on.desc()))
    return [
        (
            f"{it.due_on} 以前",
            _said(
                title, MAKEUP_FORM_TEXT[it.form], f"{it.done_on} 补好" if it.done_on else None, it.content,
                "已撤销" if it.cancelled_at else None,
            ),
        )
        for it, title in found
    ]  # fmt: skip


def dues(session: Session, whose: Whose) -> Rows:
    """Months whose dues were ticked."""
    query = select(DuesTick).where(DuesTick.member_id == whose.member_id).order_by(DuesTick.period.desc())
    return [(it.period, f"{_on(it.ticked_at)} 登记已交") for it in session.scalars(query)]


def _titled(document: str, code: str) -> str:
    return next((item.title for item in document_of(document).items if item.id == code), code)


def entries(session: Session, whose: Whose) -> Rows:
    """Every line of the ledger."""
    query = (
        select(PointEntry, Scheme.document, Account.name)
        .join(Scheme, Scheme.id == PointEntry.scheme_id)
        .join(Account, Account.id == PointEntry.account_id)
        .where(PointEntry.member_id == whose.member_id)
        .order_by(PointEntry.id.desc())
    )
    return [
        (
            day_said(it.occurred_on),
            _said(
                f"{_titled(document, it.item)} {show(it.points)} 分", f"记在 {cycle_words(it.cycle)}",
                f"{by}确认", "冲回" if it.reverses else None, it.reason,
            ),
        )
        for it, document, by in session.execute(query)
    ]  # fmt: skip


def stars(session: Session, whose: Whose) -> Rows:
    """Stars with their reasons, once they were put up."""
    return [
        (cycle_words(star.cycle), _said(star.label, star.grade, *star.reasons))
        for star in stars_of(session, whose.member_id, whose.branch_id)
    ]


def proposals(session: Session, whose: Whose) -> Rows:
    """Deeds that were declared or written down."""
    query = (
        select(Proposal, Scheme.document, ProposalMember.struck)
        .join(ProposalMember, ProposalMember.proposal_id == Proposal.id)
        .join(Scheme, Scheme.id == Proposal.scheme_id)
        .where(ProposalMember.member_id == whose.member_id)
        .order_by(Proposal.id.desc())
    )
    return [
        (
            day_said(it.occurred_on),
            _said(
                _titled(document, it.item), it.title, it.evidence,
                "本人申报" if it.by_member_id == whose.member_id else "支部登记",
                "审核时划去" if struck else PROPOSAL_STATE_TEXT[it.state], it.answer,
            ),
        )
        for it, document, struck in session.execute(query)
    ]  # fmt: skip


def objections(session: Session, whose: Whose) -> Rows:
    """Objections and their answers."""
    query = select(Objection).where(Objection.member_id == whose.member_id).order_by(Objection.id.desc())
    return [
        (_on(it.asked_at), _said(it.said, OBJECTION_STATE_TEXT[it.state], it.finding))
        for it in session.scalars(query)
    ]


def letters(session: Session, whose: Whose) -> Rows:
    """Complaints that this phone wrote."""
    return [
        (it.receipt, _said(it.text, it.contact, f"答复：{it.answer}" if it.answer else "还没有答复"))
        for it in complaints_of(session, whose.openid_hash)
    ]


def bindings(session: Session, whose: Whose) -> Rows:
    """What WeChat users this member was, without who they are to WeChat."""
    query = select(Binding).where(Binding.member_id == whose.member_id).order_by(Binding.id.desc())
    return [
        (
            "小程序" if it.appid == whose.mini_appid else "公众号",
            _said(
                f"{_on(it.bound_at)} 凭{BOUND_TEXT[it.how]}绑定",
                f"{_on(it.ended_at)} 解除" if it.ended_at else "现在绑定着",
            ),
        )
        for it in session.scalars(query)
    ]


def slips(session: Session, whose: Whose) -> Rows:
    """Slips that were printed."""
    query = select(BindCode).where(BindCode.member_id == whose.member_id).order_by(BindCode.id.desc())
    return [
        (_on(it.issued_at), "已作废" if it.void_at else f"{_on(it.expires_at)} 以前有效")
        for it in session.scalars(query)
    ]


def posts(session: Session, whose: Whose) -> Rows:
    """The console account of the same person, and its posts."""
    query = (
        select(Account.login, Post, Org.name)
        .outerjoin(Post, Post.account_id == Account.id)
        .outerjoin(Org, Org.id == Post.org_id)
        .where(Account.member_id == whose.member_id)
        .order_by(Post.id.desc())
    )
    return [
        (login, _said(org, ROLE_TEXT[post.role], _span(post.from_on, post.to_on)) if post else "没有岗位")
        for login, post, org in session.execute(query)
    ]


def notices(session: Session, whose: Whose) -> Rows:
    """What was told, and when it was read."""
    return [
        (_on(it.sent_at), _said(it.title, it.summary, f"{_on(it.read_at)} 读过" if it.read_at else None))
        for it in told_all(session, whose.member_id)
    ]
