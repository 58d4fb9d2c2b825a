"""The demonstration's last rating and what waits this year."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.people.member import Spell, SpellKind
from models.people.org import Org
from models.points.proposal import Proposal, ProposalState
from models.points.schemes.published import Scheme
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.archive.verify import verify_snapshot
from models.ratings.meeting.decision import Ruling, RulingKind
from models.ratings.meeting.veto import Veto
from models.ratings.objections.objection import Desk, Objection, ObjectionState
from models.ratings.procedure.rating import Act, Rating, RatingAct, RatingState
from models.ratings.runs.results import RatingResult

pytestmark = pytest.mark.thorough


@pytest.fixture
def loaded(demonstration: Engine) -> Iterator[Session]:
    with Session(demonstration) as session:
        yield session
        session.rollback()


def test_twelve_branches_rated_last_year_and_the_archive_can_be_reckoned_again(loaded: Session) -> None:
    query = select(Rating.cycle, Rating.state, func.count()).group_by(Rating.cycle, Rating.state)
    assert sorted(tuple(one) for one in loaded.execute(query)) == [
        ("2025", RatingState.ARCHIVED, 12),
        ("2026Q3", RatingState.COLLECTING, 1),
        ("2026Q3", RatingState.PUBLICISED, 1),
    ]
    papers = loaded.scalars(select(RatingSnapshot.document)).all()
    assert len(papers) == 12
    assert [verify_snapshot(paper) for paper in papers[:3]] == [[], [], []]


def test_the_meeting_lowered_one_star_and_decided_one_tie(loaded: Session) -> None:
    kinds = loaded.scalars(select(Ruling.kind)).all()
    assert (kinds.count(RulingKind.LOWER), RulingKind.SEAT in kinds) == (1, True)
    lowered = loaded.scalars(select(Ruling).where(Ruling.kind == RulingKind.LOWER)).one()
    last = select(func.max(RatingAct.run_id)).where(
        RatingAct.rating_id == lowered.rating_id, RatingAct.act == Act.UPPER_REVIEW
    )
    result = loaded.get_one(RatingResult, (loaded.scalar(last), lowered.member_id))
    assert (result.star_by_quota, result.star_final) == (4, 3)


def test_stars_are_spread_and_nobody_unqualified_or_outside_has_one(loaded: Session) -> None:
    filed = select(RatingAct.run_id).where(RatingAct.act == Act.UPPER_REVIEW)
    stars = dict(
        loaded.execute(
            select(RatingResult.star_final, func.count())
            .where(RatingResult.run_id.in_(filed))
            .group_by(RatingResult.star_final)
        ).all()
    )
    assert {5, 4, 3} <= set(stars)
    assert stars[5] < sum(stars.values()) / 5


def test_one_objection_of_last_year_was_upheld_and_one_rejected_twice(loaded: Session) -> None:
    told = loaded.execute(
        select(Objection.state, Objection.desk, Objection.appeals.is_not(None))
        .where(Objection.state != ObjectionState.SUBMITTED)
        .order_by(Objection.id)
    ).all()
    assert sorted(map(tuple, told)) == sorted(
        [
            (ObjectionState.REJECTED, Desk.BRANCH, False),
            (ObjectionState.REJECTED, Desk.TOWNSHIP, True),
            (ObjectionState.UPHELD, Desk.BRANCH, False),
        ]
    )


def test_this_year_declarations_objections_and_a_veto_wait(loaded: Session) -> None:
    declared = loaded.execute(
        select(Proposal.account_id.is_(None)).where(Proposal.state == ProposalState.SUBMITTED)
    ).scalars()
    assert sorted(declared) == [False, True]
    spoken = loaded.scalars(
        select(Objection.recorded_by.is_(None)).where(Objection.state == ObjectionState.SUBMITTED)
    )
    assert sorted(spoken) == [False, True]
    assert loaded.scalars(select(Veto.document)).one().endswith("5号")


def test_a_branch_of_six_has_four_who_are_rated(loaded: Session) -> None:
    branch = loaded.scalars(select(Org).where(Org.code == "DY07")).one()
    outside = loaded.scalars(
        select(Spell.kind).where(
            Spell.kind.in_((SpellKind.NOT_RATED, SpellKind.CATEGORY)),
            Spell.code.in_(("own_wish", "veteran_or_ill")),
            Spell.member_id.in_(select(RatingResult.member_id)),
            Spell.to_on.is_(None),
        )
    ).all()
    assert SpellKind.NOT_RATED in outside
    assert branch.name == "东苑商贸城党支部"


def test_this_year_has_a_version_of_its_own(loaded: Session) -> None:
    versions = loaded.execute(select(Scheme.code, Scheme.version).order_by(Scheme.id)).all()
    assert [tuple(one) for one in versions] == [
        ("ZONE", 1),
        ("ZONE", 2),
        ("ATTEND", 1),
        ("DEMO", 1),
    ]
