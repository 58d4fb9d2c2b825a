"""A site whose branch is rated by a scheme with seats for few: what tests of the rating pages share."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from models.gatherings.calendar.calendar import HolidayYear
from models.people.account import Account, Role
from models.people.member import Member
from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import use_scheme
from tests.conftest import NOON
from tests.factories import a_post, an_account, an_entry
from tests.handlers.console_site import Site

DECEMBER = datetime(2026, 12, 14, 2, 0, tzinfo=UTC)  # Monday, ten in the morning
HUNG = timedelta(days=24)  # after it the workdays of a sheet, and the year, are over
PROCEDURE = [
    {"step": "self_declare", "due_workdays": 10},
    {"step": "committee_review", "due_workdays": 5},
    {"step": "assembly_appraisal", "due_workdays": 10},
    {"step": "publicity"},
    {"step": "upper_review", "due_workdays": 10},
    {"step": "archive"},
]
# Four of the 46 of the branch may have five stars.
FEW = {
    "bands": [
        {"star": 5, "min": 78},
        {"star": 4, "min": 75, "min_grade": "qualified"},
        {"star": 3, "min": 70},
        {"star": 2, "min": 60},
        {"star": 1, "min": 0},
    ],
    "quotas": [{"star": 5, "max_ratio": "0.10", "base": "rated", "rounding": "floor", "min_one": False}],
    "procedure": PROCEDURE,
}


def rate_by(site: Site, **changed: Any) -> None:
    """Let the branch be rated in 2026 by the zone's yearly scheme with four seats; move to December.

    Holidays of both years are entered; a commissioner stands beside the secretary.
    """
    document = json.loads(files("models.points.schemes").joinpath("ZONE.json").read_text("utf-8"))
    text = json.dumps(document | FEW | changed, ensure_ascii=False)
    with site.sessions.begin() as session:
        session.add_all([HolidayYear(year=2026), HolidayYear(year=2027)])
        scheme = publish_scheme(
            session, text, issuer=site.orgs["zone"], by=None, now=NOON - timedelta(days=300)
        )
        use_scheme(session, site.orgs["home"], scheme, from_month="2026-01", by=None)
        site.staff["commissioner"] = an_account(session, "commissioner", "沈秀英")
        a_post(session, site.staff["commissioner"], site.orgs["home"], Role.COMMISSIONER)
    site.clock[0] = DECEMBER


def add_deed(site: Site, name: str, item: str, points: int) -> None:
    """Let a deed of a member have been approved just now."""
    with site.sessions.begin() as session:
        scheme = session.scalars(select(Scheme).where(Scheme.code == "ZONE")).one()
        clerk = session.get_one(Account, site.staff["clerk"].id)
        member = session.get_one(Member, site.members[name].id)
        an_entry(session, member, scheme, clerk, item=item, points=Decimal(points))


def begin(site: Site, who: str = "secretary", org: str = "home") -> str:
    """Begin a branch's rating of 2026 as its secretary; return the address of its page."""
    asked = {"org": site.orgs[org].id, "cycle": "2026"}
    return str(site.browser(who).post("/console/ratings", asked).headers["Location"])


def review(site: Site, place: str, who: str = "secretary", seats: int = 5) -> None:
    """Close the declarations and let the committee, all of so many seats, have reviewed."""
    secretary = site.browser(who)
    done = {"held_on": "2026-12-14", "base": str(seats), "present": str(seats)}
    for step in ("self_declare", "committee_review"):
        answer = secretary.post(f"{place}/steps/{step}", done)
        assert answer.status_code == 303, answer.text


def grades(site: Site, *excellent: str, org: str = "home", **changed: str) -> dict[str, str]:
    """Return the form of grades: 优秀 for these, 合格 for all other full members of the branch."""
    with site.sessions() as session:
        query = select(Member).where(Member.branch_id == site.orgs[org].id, Member.status == "full")
        form = {
            f"g-{one.id}": "excellent" if one.name in excellent else "qualified"
            for one in session.scalars(query)
        }
    return form | {"decided_on": "2026-12-14", "do": "go"} | changed


def meet(site: Site, place: str, who: str = "secretary", org: str = "home") -> None:
    """Let the meeting of all members have decided: all are qualified, and the stars are there."""
    secretary, form = site.browser(who), grades(site, org=org)
    number = sum(field.startswith("g-") for field in form)
    review(site, place, who, min(number, 5))
    assert secretary.post(f"{place}/grades", form).status_code == 303
    members = str(number)
    held = {"held_on": "2026-12-14", "base": members, "present": members}
    held |= {"votes_for": members, "votes_against": "0", "abstained": "0"}
    answer = secretary.post(f"{place}/steps/assembly_appraisal", held)
    assert answer.status_code == 303, answer.text


def put_up(site: Site, place: str, who: str = "secretary") -> None:
    """Put the sheet up today."""
    sheet = {"posted_on": "2026-12-14", "contact": "沈秀英"}
    sheet |= {"contact_phone": "0391-3550123", "township_phone": "0391-3550100"}
    assert site.browser(who).post(f"{place}/posting", sheet).status_code == 303
