"""Noting a veto (一票否决) by the number of its paper, and lifting it by another."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.people.account import Account
from models.people.member import Member
from models.people.org import Org
from models.points.closing import filed_members
from models.points.cycle import cycle_of, cycle_words
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import document_of
from models.points.schemes.use import scheme_for
from models.ratings.meeting.veto import Veto
from models.ratings.procedure.wording import paper_of, short_text
from models.refused import Refused

LONGEST_BODY = 60


def record_veto(
    session: Session,
    member_id: int,
    code: str,
    *,
    document: str,
    decided_by: str,
    decided_on: date,
    by: int,
    now: datetime,
) -> Veto:
    """Note that one of the scheme's vetoes (`code`) holds for a member, from the cycle of its decision on.

    Only the number of the paper, who decided and when: never what it was about. Refused: not_found,
    no_scheme, document_missing, bad_veto with `fields` code, decided_by, decided_on; veto_stands,
    cycle_closed (that cycle is filed: it must first be opened again).
    """
    branch = _branch_of(session, member_id)
    scheme = scheme_for(session, branch, f"{decided_on:%Y-%m}")
    if scheme is None:
        raise Refused("no_scheme", "这一期还没有可用的积分办法，请上级先发布")
    rules = document_of(scheme.document)
    number, body = paper_of(document), short_text(decided_by)
    if wrong := dict(_wrong(rules, code, body, decided_on, now=now)):
        raise Refused("bad_veto", "有几处要改：" + "；".join(wrong.values()), fields=wrong)
    cycle = cycle_of(rules.cycle, f"{decided_on:%Y-%m}")
    _check_free(session, member_id, code, cycle, f"{decided_on:%Y-%m}")
    veto = Veto(
        member_id=member_id, code=code, cycle=cycle, document=number, decided_by=body,
        decided_on=decided_on, account_id=by,
    )  # fmt: skip
    session.add(veto)
    session.flush()
    record(
        session, "record", "veto", veto.id, via=Via.CONSOLE, account_id=by, org_id=branch.id,
        after={"cycle": cycle},  # which veto is nobody's who reads the log
    )  # fmt: skip
    return veto


def lift_veto(session: Session, veto_id: int, *, document: str, by: int, now: datetime) -> Veto:
    """Lift a veto by another paper: from now on no calculation sees it. What is filed stays.

    Nobody lifts their own. Refused: not_found, document_missing, veto_lifted, own_entry.
    """
    query = select(Veto).where(Veto.id == veto_id).with_for_update()
    veto = session.scalar(query.execution_options(populate_existing=True))
    if veto is None:
        raise Refused("not_found", "没有找到这条登记")
    number = paper_of(document)
    if veto.lifted_at is not None:
        raise Refused("veto_lifted", "这一条已经解除了")
    if session.get_one(Account, by).member_id == veto.member_id:
        raise Refused("own_entry", "这一条登记的是您本人，请另一位书记或副书记解除；没有的，请镇里明确一位")
    veto.lifted_document, veto.lifted_at, veto.lifted_by = number, now, by
    session.flush()
    branch_id = session.scalar(select(Member.branch_id).where(Member.id == veto.member_id))
    record(session, "lift", "veto", veto.id, via=Via.CONSOLE, account_id=by, org_id=branch_id)
    return veto


def _branch_of(session: Session, member_id: int) -> Org:
    query = select(Org).join(Member, Member.branch_id == Org.id).where(Member.id == member_id)
    branch = session.scalar(query)
    if branch is None:
        raise Refused("not_found", "没有找到这位同志")
    return branch


def _wrong(
    rules: SchemeDocument, code: str, decided_by: str, decided_on: date, *, now: datetime
) -> Iterator[tuple[str, str]]:
    if code not in {veto.id for veto in rules.vetoes}:
        yield "code", "积分办法里没有这一项"
    if not 2 <= len(decided_by) <= LONGEST_BODY:
        yield "decided_by", f"请写作出决定的组织，2 到 {LONGEST_BODY} 个字"
    if decided_on > day_of(now):
        yield "decided_on", "决定的日期还没有到，请核对"


def _check_free(session: Session, member_id: int, code: str, cycle: str, month: str) -> None:
    standing = exists().where(
        Veto.member_id == member_id, Veto.code == code, Veto.cycle == cycle, Veto.lifted_at.is_(None)
    )
    if session.scalar(select(standing)):
        raise Refused("veto_stands", "这一期已经登记过这一项，不用再登记一次")
    # Held, so that nobody files meanwhile what this would change.
    if filed_members(session, [member_id], month, hold=True):
        raise Refused("cycle_closed", f"{cycle_words(cycle)}已经备案；要改请上级先办重新评定")
