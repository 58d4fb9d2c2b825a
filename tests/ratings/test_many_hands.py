"""Several hands at one rating at the same moment, and points that arrive while it is filed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import Sessions
from models.ratings.archive.filing import file_rating
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.archive.verify import verify_rating
from models.ratings.meeting.quorum import Votes
from models.ratings.meeting.vetoing import record_veto
from models.ratings.procedure.beginning import begin_rating
from models.ratings.procedure.rating import Act, RatingAct
from models.ratings.procedure.recheck import recheck_rating
from models.ratings.procedure.step import take_step
from models.ratings.runs.results import RatingRun
from tests.ratings.walk import DAY, JANUARY, MEETING, Walk, a_walk
from tests.together import at_once, meanwhile


def prepared(sessions: Sessions, way: Callable[[Walk], Any]) -> Walk:
    """Commit a branch on its way, as far as `way` leads it."""
    with sessions.begin() as session:
        walk = a_walk(session, full=6)
        way(walk)
    return walk


def in_own(sessions: Sessions, doing: Callable[[Session], Any]) -> Callable[[], Any]:
    def run() -> str:
        with sessions.begin() as session:
            doing(session)
        return "done"

    return run


def files(walk: Walk) -> Callable[[Session], Any]:
    rating_id, by = walk.id, walk.officer.id

    def run(session: Session) -> None:
        file_rating(
            session, rating_id, document="河东党〔2027〕3号", filed_on=date(2027, 1, 18), by=by,
            now=JANUARY + 7 * DAY,
        )  # fmt: skip

    return run


def begins_not(_: Walk) -> None:
    """Stop before the first step."""


def on_the_board(walk: Walk) -> None:
    walk.begins().grades()
    walk.meets()
    walk.posts()


def test_two_who_file_at_once_file_once(sessions: Sessions) -> None:
    walk = prepared(sessions, on_the_board)
    assert sorted(at_once([in_own(sessions, files(walk))] * 4)) == ["done"] + ["wrong_step"] * 3
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(RatingSnapshot)) == 1
        filed = select(func.count()).where(RatingAct.act == Act.UPPER_REVIEW)
        assert session.scalar(filed) == 1
        assert verify_rating(session, walk.id) == []


def test_two_who_begin_at_once_begin_one(sessions: Sessions) -> None:
    walk = prepared(sessions, begins_not)
    branch_id, by = walk.branch.id, walk.secretary.id
    begin = in_own(sessions, lambda session: begin_rating(session, branch_id, "2026", by=by, now=JANUARY))
    assert sorted(at_once([begin] * 4)) == ["done"] + ["rating_begun"] * 3


def test_meeting_written_down_twice_at_once_is_one_meeting(sessions: Sessions) -> None:
    walk = prepared(sessions, lambda walk: walk.begins().grades())
    rating_id, by = walk.id, walk.secretary.id

    def meet(session: Session) -> None:
        take_step(
            session, rating_id, Act.ASSEMBLY_APPRAISAL, held_on=MEETING, base=6, present=6,
            votes=Votes(6, 0, 0), by=by, now=JANUARY,
        )  # fmt: skip

    assert sorted(at_once([in_own(sessions, meet)] * 3)) == ["done", "wrong_step", "wrong_step"]
    with sessions() as session:
        assert session.scalars(select(RatingRun.number)).all() == [1]


def test_rechecks_at_once_are_runs_one_after_the_other(sessions: Sessions) -> None:
    walk = prepared(sessions, on_the_board)
    rating_id, by = walk.id, walk.secretary.id

    def recheck(session: Session) -> None:
        recheck_rating(session, rating_id, reason="核对", by=by, now=JANUARY)

    assert at_once([in_own(sessions, recheck)] * 3) == ["done"] * 3
    with sessions() as session:
        assert session.scalars(select(RatingRun.number).order_by(RatingRun.number)).all() == [1, 2, 3, 4]


def earns(walk: Walk) -> Callable[[Session], Any]:
    def run(session: Session) -> None:
        replace(walk, session=session).earns(walk.members[0], "volunteer", "1")

    return run


def test_entry_waits_for_whoever_files_its_cycle_and_is_then_refused(sessions: Sessions) -> None:
    walk = prepared(sessions, on_the_board)
    with sessions() as filing:
        files(walk)(filing)
        late = meanwhile(in_own(sessions, earns(walk)), of=filing)
        filing.commit()
    assert "a confirmed cycle takes no entry" in str(late())
    with sessions() as session:
        assert verify_rating(session, walk.id) == []


def test_whoever_files_waits_for_an_entry_and_then_sees_it(sessions: Sessions) -> None:
    walk = prepared(sessions, on_the_board)
    with sessions() as earning:
        earns(walk)(earning)
        late = meanwhile(in_own(sessions, files(walk)), of=earning)
        earning.commit()
    assert late() == "results_changed"


def test_veto_waits_for_whoever_files_its_cycle_and_is_then_refused(sessions: Sessions) -> None:
    vetoes = [{"id": "breach", "title": "违法", "effect": "not_rated"}]
    with sessions.begin() as session:
        walk = a_walk(session, full=6, vetoes=vetoes)
        on_the_board(walk)
    member_id, by = walk.members[0].id, walk.officer.id

    def veto(session: Session) -> None:
        record_veto(
            session, member_id, "breach", document="河东纪〔2026〕9号", decided_by="河东镇纪委",
            decided_on=date(2026, 9, 3), by=by, now=JANUARY + 7 * DAY,
        )  # fmt: skip

    with sessions() as filing:
        files(walk)(filing)
        late = meanwhile(in_own(sessions, veto), of=filing)
        filing.commit()
    assert late() == "cycle_closed"
    with sessions() as session:
        assert verify_rating(session, walk.id) == []
