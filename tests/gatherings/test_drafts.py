"""Drafts written at the same moment, and with whom one may meet."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models.base import Sessions
from models.gatherings.plan import Plan, draft
from models.people.org import OrgKind
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK, a_branch, a_township, a_zone, an_account, an_org
from tests.together import at_once


def a_plan(*partners: int) -> Plan:
    ends_at = THREE_O_CLOCK + timedelta(hours=1)
    return Plan("十一月主题党日", THREE_O_CLOCK, ends_at, "村部", "2026-11", partners=partners)


def test_button_pressed_eight_times_at_once_makes_one_theme_day(sessions: Sessions) -> None:
    # Control: without the lock in `_check_month` several find the month free.
    with sessions.begin() as session:
        branch, by = a_branch(session).id, an_account(session).id

    def drafting() -> str:
        with sessions.begin() as session:
            draft(session, branch, a_plan(), by=by, now=NOON)
            return "drafted"

    assert Counter(at_once([drafting] * 8)) == {"drafted": 1, "theme_day_taken": 7}


def test_partner_is_a_living_branch_of_the_same_parent(session: Session) -> None:
    town = a_township(session, a_zone(session))
    branch, by = a_branch(session, town), an_account(session).id
    general = an_org(session, OrgKind.GENERAL_BRANCH, "河东镇企业党总支", town)
    dissolved = a_branch(session, town, name="撤销了的党支部")
    dissolved.dissolved_on, dissolved.dissolved_doc = date(2026, 1, 1), "河东〔2026〕1号"
    session.flush()
    for partner in (general, dissolved):
        with pytest.raises(Refused) as caught:
            draft(session, branch.id, a_plan(partner.id), by=by, now=NOON)
        assert "partners" in caught.value.extra["fields"]


@pytest.mark.parametrize(
    ("period", "is_taken"),
    [("2026-10", True), ("2026-12", True), ("2026-09", False), ("2027-01", False), ("2031-01", False)],
)
def test_period_is_the_month_or_its_neighbour(session: Session, period: str, is_taken: bool) -> None:
    branch, by = a_branch(session).id, an_account(session).id
    plan = replace(a_plan(), period=period)
    if is_taken:
        assert draft(session, branch, plan, by=by, now=NOON).period == period
        return
    with pytest.raises(Refused) as caught:
        draft(session, branch, plan, by=by, now=NOON)
    assert "period" in caught.value.extra["fields"]
