"""The demonstration's organisations, their settings, schemes and calendar."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

import models.points.schemes.published as scheme_room
from models.clock import at, day_of
from models.demo.deeds import first_year
from models.demo.places import GENERAL, PLACES, RULES, TOWNS, ZONE
from models.gatherings.calendar.calendar import DayKind, HolidayRule, HolidayYear, Workday
from models.people.org import Org, OrgKind, Setting, put_setting
from models.points.schemes.published import publish_scheme
from models.points.schemes.use import use_scheme

# A firm's year is long: two of them rate by the quarter, from this year on.
BY_QUARTER = ("XB05", "XB07")
VETO = '{"id": "discipline", "title": "受党纪处分", "effect": "max_star", "max_star": 2}'
NARROW = '["parts.task.cap", "items.volunteer.cap", "quotas.5.max_ratio"]'
SCHEMES = Path(scheme_room.__file__).parent
YEARS = (2025, 2026)
# State Council Office: holiday arrangements for 2025 and 2026. That for 2027 is entered once announced.
DAYS_OFF = (
    (date(2025, 1, 1), date(2025, 1, 1)),
    (date(2025, 1, 28), date(2025, 2, 4)),
    (date(2025, 4, 4), date(2025, 4, 6)),
    (date(2025, 5, 1), date(2025, 5, 5)),
    (date(2025, 5, 31), date(2025, 6, 2)),
    (date(2025, 10, 1), date(2025, 10, 8)),
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
)
DAYS_WORKED = (
    *(date(2025, *day) for day in ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11))),
    *(date(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))),
)


def plant_tree(session: Session) -> dict[str, Org]:
    """Add the zone, its townships, branches and groups; return code -> organisation."""
    orgs = {ZONE[0]: _org(session, OrgKind.WORKING_COMMITTEE, *ZONE, None)}
    zone = orgs[ZONE[0]]
    for code, name, _ in TOWNS:
        orgs[code] = _org(session, OrgKind.PARTY_COMMITTEE, code, name, zone)
    above, code, name = GENERAL
    orgs[code] = _org(session, OrgKind.GENERAL_BRANCH, code, name, orgs[above])
    for place in PLACES:
        branch = _org(session, place.kind, place.code, place.name, orgs[place.above])
        orgs[place.code] = branch
        for number, group in enumerate(place.groups, 1):
            of = f"{place.code}-G{number}"
            orgs[of] = _org(session, OrgKind.PARTY_GROUP, of, group, branch)
        if place.sort in RULES:
            put_setting(session, branch.id, Setting.HOLIDAY_RULE, RULES[place.sort])
    put_setting(session, zone.id, Setting.THEME_DAY, 25)
    put_setting(session, zone.id, Setting.HOLIDAY_RULE, HolidayRule.KEEP)
    session.flush()
    return orgs


def _org(session: Session, kind: OrgKind, code: str, name: str, parent: Org | None) -> Org:
    org = Org(kind=kind, code=code, name=name, parent_id=parent.id if parent else None)
    session.add(org)
    session.flush()
    return org


def choose_schemes(session: Session, orgs: dict[str, Org], *, now: datetime) -> None:
    """Publish the zone's scheme for the last rating and this year's, and a township's by attendances.

    This year's adds a veto and what townships may lower. Two firms try a scheme by the quarter.
    """

    def before(year: int) -> datetime:
        return at(date(year - 1, 12, 20), time(10))

    first, this = first_year(day_of(now)), day_of(now).year
    zone, attend, quarter = (
        (SCHEMES / f"{code}.json").read_text("utf-8") for code in ("ZONE", "ATTEND", "DEMO")
    )
    told = '"version": 1, "title": "示范区积分办法（2026年版）"'
    old = zone.replace(told, f'"version": 1, "title": "示范区积分办法（{first}年版）"')
    new = zone.replace(told, f'"version": 2, "title": "示范区积分办法（{this}年版）"')
    new = new.replace('"exempt": [', f'"vetoes": [{VETO}],\n  "narrow": {NARROW},\n  "exempt": [')
    for text, org_code, year in ((old, "SFQ", first), (new, "SFQ", this), (attend, "YX", first)):
        scheme = publish_scheme(session, text, issuer=orgs["SFQ"], by=None, now=before(year))
        use_scheme(session, orgs[org_code], scheme, from_month=f"{year}-01", by=None)
    by_quarter = publish_scheme(session, quarter, issuer=orgs["SFQ"], by=None, now=before(this))
    for org_code in BY_QUARTER:
        use_scheme(session, orgs[org_code], by_quarter, from_month=f"{this}-01", by=None)


def enter_holidays(session: Session) -> None:
    """Enter the public holidays of two years; a later year answers that it is not known yet."""
    session.add_all(HolidayYear(year=year) for year in YEARS)
    for first, last in DAYS_OFF:
        days = (first + timedelta(days=step) for step in range((last - first).days + 1))
        session.add_all(Workday(day=day, kind=DayKind.OFF) for day in days)
    session.add_all(Workday(day=day, kind=DayKind.WORK) for day in DAYS_WORKED)
    session.flush()
