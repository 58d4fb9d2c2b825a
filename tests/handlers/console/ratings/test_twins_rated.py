"""Twins, one with a phone and one on paper, are rated alike: the card says what the phone says."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.account import Account
from models.people.member import Member
from models.people.phone import start_phone_session
from models.ratings.archive.filing import file_rating
from models.ratings.meeting.decision import GradeKind
from models.ratings.meeting.grades import Graded, write_grades
from models.ratings.meeting.quorum import Votes
from models.ratings.procedure.beginning import begin_rating
from models.ratings.procedure.rating import Act
from models.ratings.procedure.step import take_step
from models.ratings.publicity.posting_up import post_sheet
from models.ratings.runs.results import RatingResult
from models.ratings.statement.stars import stars_of
from tests.factories import KEYRING, a_binding
from tests.gatherings.holidays import enter
from tests.handlers.console_site import MINI, Site
from tests.twins import Twins, a_year_of_twins, object_to_an_absence

MEETING = date(2026, 12, 28)
AFTER = datetime(2027, 1, 11, 4, tzinfo=UTC)
ROW = re.compile(r'<td>(?:.*?)</td><td class="limit">(?:.*?)</td><td class="num">(.*?)</td>')
TOTAL = re.compile(r'<tr class="total">.*?<td class="num">(.*?)</td>', re.DOTALL)


@pytest.fixture
def twins(site: Site) -> Twins:
    """Twins who lived the year and objected to one absence each, in their own way."""
    with site.sessions() as session:
        # Typing the digits spends a try, which is a transaction of its own.
        enter(session, 2026, 2027)
        lived = a_year_of_twins(session, "ZONE")
        for member, way in lived.ways():
            object_to_an_absence(lived, member, way)
        session.commit()
        session.expunge_all()
    site.staff["leads"] = lived.secretary
    return lived


def told(site: Site, twins: Twins, address: str) -> Any:
    """What the phone of the one is told, by a binding of that one to the site's mini-program."""
    with site.sessions.begin() as session:
        a_binding(session, session.merge(twins.phone), MINI, "mini-twin")
        token = start_phone_session(session, KEYRING, MINI, "mini-twin", now=site.now)
    return site.app.test_client().get(address, headers={"Authorization": f"Bearer {token}"}).json


def card(site: Site, member: Member) -> tuple[list[str], str]:
    """The numbers of a printed card: those of its lines, and the total."""
    page = site.browser("leads").get(f"/console/points/cards/print?cycle=2026&member={member.id}").text
    total = TOTAL.search(page)
    assert total is not None
    return [counted.replace("−", "-") for counted in ROW.findall(page)], total[1]


def rate(session: Session, twins: Twins, grade: GradeKind, *, officer: Account) -> int:
    """Let the branch rate the year, to the paper of the level above; return the rating."""
    by: dict[str, Any] = {"by": twins.secretary.id, "now": AFTER}
    rating = begin_rating(session, twins.branch.id, "2026", **by)
    grades = {one.id: Graded(grade) for one in (twins.phone, twins.paper)}
    write_grades(session, rating.id, grades, decided_on=MEETING, **by)
    came: dict[str, Any] = {"base": 2, "present": 2, "votes": Votes(2, 0, 0)}
    take_step(session, rating.id, Act.ASSEMBLY_APPRAISAL, held_on=MEETING, **came, **by)
    sheet = post_sheet(
        session, rating.id, posted_on=MEETING, contact="支部办公室", contact_phone="0391-3550123",
        township_phone="0391-3550100", **by,
    )  # fmt: skip
    filed_on = sheet.ends_on + timedelta(days=1)
    file_rating(session, rating.id, document="河东党〔2027〕3号", filed_on=filed_on, by=officer.id, now=AFTER)
    return rating.id


def test_card_of_the_one_on_paper_says_what_the_phone_of_the_other_says(site: Site, twins: Twins) -> None:
    site.clock[0] = AFTER
    phone = told(site, twins, "/api/v1/me/points?cycle=2026")
    lines = [line["counted"] for part in phone["parts"] for line in part["lines"]]
    empty = [part["subtotal"] for part in phone["parts"] if not part["lines"]]
    counted, total = card(site, twins.paper)
    assert sorted(counted) == sorted([one or "待评" for one in lines] + empty)
    assert Decimal(total) == Decimal(phone["total"]) > 0
    assert card(site, twins.phone) == (counted, total)


def test_twins_are_rated_alike_and_read_the_same(site: Site, twins: Twins) -> None:
    with site.sessions.begin() as session:
        rating_id = rate(session, twins, GradeKind.QUALIFIED, officer=site.staff["town"])
        results = {one.member_id: one for one in session.scalars(select(RatingResult))}
        stars = {one: stars_of(session, one, twins.branch.id)[0] for one in results}
    phone, paper = results[twins.phone.id].detail, results[twins.paper.id].detail
    assert phone | {"member_id": 0} == paper | {"member_id": 0}
    assert phone["star_final"] is not None
    site.clock[0] = AFTER
    [read] = told(site, twins, "/api/v1/me/ratings")["items"]
    on_paper = stars[twins.paper.id]
    assert (read["id"], read["star"], read["label"]) == (rating_id, on_paper.star, on_paper.label)
    assert (Decimal(read["total"]), read["grade"]) == (on_paper.total, on_paper.grade)
    assert read["reasons"] == list(on_paper.reasons)
