"""The demonstration's organisations, their settings, schemes and calendar."""

from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

import models.points.scheme as scheme_room
from models.gatherings.calendar import DayKind, HolidayRule, HolidayYear, Workday
from models.people.org import Org, OrgKind, Setting, put_setting
from models.points.scheme import publish_scheme

SCHEMES = Path(scheme_room.__file__).parent / "schemes"
YEAR = 2026
# State Council Office: holiday arrangement for 2026. That for 2027 is entered once it is announced.
DAYS_OFF = (
    (date(YEAR, 1, 1), date(YEAR, 1, 3)),
    (date(YEAR, 2, 15), date(YEAR, 2, 23)),
    (date(YEAR, 4, 4), date(YEAR, 4, 6)),
    (date(YEAR, 5, 1), date(YEAR, 5, 5)),
    (date(YEAR, 6, 19), date(YEAR, 6, 21)),
    (date(YEAR, 9, 25), date(YEAR, 9, 27)),
    (date(YEAR, 10, 1), date(YEAR, 10, 7)),
)
DAYS_WORKED = tuple(date(YEAR, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)))
BRANCHES = (
    ("HZ01", "青龙湾村党支部"),
    ("HZ02", "柳树坡村党支部"),
    ("HZ03", "禾泽社区党支部"),
    ("HZ04", "禾泽镇机关党支部"),
)
GROUPS = (
    ("HZ01", "第一党小组"),
    ("HZ01", "第二党小组"),
    ("HZ01", "第三党小组"),
    ("HZ02", "河东党小组"),
    ("HZ02", "河西党小组"),
    ("HZ03", "东院党小组"),
    ("HZ03", "西院党小组"),
)


def plant_tree(session: Session) -> dict[str, Org]:
    """Add the zone, one township, four branches and their groups; return code -> organisation."""
    zone = _org(session, OrgKind.WORKING_COMMITTEE, "SFQ", "示范区党工委（演示）", None)
    town = _org(session, OrgKind.PARTY_COMMITTEE, "HZ", "禾泽镇党委", zone)
    orgs = {"SFQ": zone, "HZ": town}
    for code, name in BRANCHES:
        orgs[code] = _org(session, OrgKind.BRANCH, code, name, town)
    for number, (code, name) in enumerate(GROUPS, 1):
        orgs[f"HZ-G{number}"] = _org(session, OrgKind.PARTY_GROUP, f"HZ-G{number}", name, orgs[code])
    put_setting(session, zone.id, Setting.THEME_DAY, 25)
    put_setting(session, zone.id, Setting.HOLIDAY_RULE, HolidayRule.KEEP)
    put_setting(session, orgs["HZ04"].id, Setting.HOLIDAY_RULE, HolidayRule.NEXT_WORKDAY)
    session.flush()
    return orgs


def _org(session: Session, kind: OrgKind, code: str, name: str, parent: Org | None) -> Org:
    org = Org(kind=kind, code=code, name=name, parent_id=parent.id if parent else None)
    session.add(org)
    session.flush()
    return org


def choose_schemes(session: Session, orgs: dict[str, Org], *, now: datetime) -> None:
    """Publish two schemes: the first branch counts attendances, the others work by DEMO."""
    for code, org_code in (("DEMO", "SFQ"), ("ATTEND", "HZ01")):
        text = (SCHEMES / f"{code}.json").read_text("utf-8")
        scheme = publish_scheme(session, text, issuer=orgs["SFQ"], by=None, now=now)
        chosen = {"code": scheme.code, "version": scheme.version}
        put_setting(session, orgs[org_code].id, Setting.SCHEME, chosen)


def enter_holidays(session: Session) -> None:
    """Enter the public holidays of 2026; a later year answers that it is not known yet."""
    session.add(HolidayYear(year=YEAR))
    for first, last in DAYS_OFF:
        days = (first + timedelta(days=step) for step in range((last - first).days + 1))
        session.add_all(Workday(day=day, kind=DayKind.OFF) for day in days)
    session.add_all(Workday(day=day, kind=DayKind.WORK) for day in DAYS_WORKED)
    session.flush()
