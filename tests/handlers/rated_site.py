"""A site whose branch is rated by a scheme with seats for few: what tests of the rating pages share."""

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

from models.gatherings.calendar import HolidayYear
from models.people.account import Role
from models.points.scheme import publish_scheme
from models.points.scheme_use import use_scheme
from tests.conftest import NOON
from tests.factories import a_post, an_account
from tests.handlers.console_site import Site

DECEMBER = datetime(2026, 12, 14, 2, 0, tzinfo=UTC)  # Monday, ten in the morning
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
