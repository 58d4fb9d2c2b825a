"""The log says who did what to which row: nobody's points, star, grade or words are read there."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.people.account import Role
from models.points.reversal import reverse_entry
from models.ratings.archive.filing import return_rating
from models.ratings.meeting.vetoing import lift_veto, record_veto
from models.ratings.objections.appealing import appeal
from models.ratings.procedure.recheck import recheck_rating
from tests.conftest import NOON
from tests.points.proposers import a_deed, a_village
from tests.ratings.disputes import DAY, a_disputed_branch
from tests.ratings.test_verifying import frozen
from tests.ratings.walk import JANUARY, MEETING, a_walk

PERSONAL = {
    "points", "total", "total_before", "total_after", "star", "star_before", "star_after", "star_final",
    "grade", "name", "title", "evidence", "said", "finding", "reason", "answer", "code", "document",
}  # fmt: skip


def log_of(session: Session) -> list[Audit]:
    return list(session.scalars(select(Audit).order_by(Audit.id)))


def told(session: Session) -> set[str]:
    """Return the names of everything that the log tells beside verb and row."""
    return {name for row in log_of(session) for part in (row.before, row.after) for name in part or {}}


def test_whole_rating_leaves_no_result_of_anybody_in_the_log(session: Session) -> None:
    frozen(session)
    verbs = {row.verb for row in log_of(session)}
    assert {"begin", "grade", "rule", "run", "record", "recheck", "upper_review"} <= verbs
    assert told(session) & PERSONAL == set()


def test_veto_in_the_log_is_a_row_and_not_what_it_was_about(session: Session) -> None:
    vetoes = [{"id": "vice", "title": "涉黄赌毒", "effect": "not_rated"}]
    walk = a_walk(session, full=3, vetoes=vetoes)
    veto = record_veto(
        session, walk.members[0].id, "vice", document="河东纪〔2026〕9号", decided_by="河东镇纪委",
        decided_on=MEETING.replace(year=2026), by=walk.officer.id, now=JANUARY,
    )  # fmt: skip
    lift_veto(session, veto.id, document="河东纪〔2026〕19号", by=walk.officer.id, now=JANUARY)
    log = json.dumps([[row.verb, row.before, row.after] for row in log_of(session)], ensure_ascii=False)
    assert "vice" not in log
    assert "河东纪" not in log


def test_points_and_objections_are_in_the_log_without_their_words_and_numbers(session: Session) -> None:
    village = a_village(session)
    made = village.propose(deed=a_deed("award", title="见义勇为", evidence="县委〔2026〕31号"))
    village.approve(made)
    branch = a_disputed_branch(session)
    answered = branch.answers(branch.objects(), uphold=False)
    appeal(
        session, answered.id, member_id=branch.member.id, said="我坐在后排", filing=None, via=Via.PHONE,
        now=NOON + 2 * DAY,
    )  # fmt: skip
    by = branch.hands[Role.SECRETARY].id
    reverse_entry(session, branch.helped().id, reason="记错了人", by=by, via=Via.CONSOLE)
    assert told(session) & PERSONAL == set()


def test_what_was_sent_back_or_reckoned_again_keeps_its_reason_out_of_the_log(session: Session) -> None:
    walk = a_walk(session, full=6).begins().grades()
    walk.meets()
    recheck_rating(session, walk.id, reason="补记一次", by=walk.secretary.id, now=JANUARY)
    return_rating(session, walk.id, "名册有误", by=walk.officer.id, now=JANUARY)
    assert told(session) & PERSONAL == set()
