"""A console where a roll says that Wang Lijuan was absent, and hands that may look again."""

from datetime import timedelta

from sqlalchemy import select

from models.audit import Via
from models.gatherings.marks import set_marks, settle_rest
from models.gatherings.roll import Status
from models.people.account import Role
from models.people.said import Filing, Said
from models.points.entry import PointEntry
from models.points.posting import confirm_roll
from models.ratings.objections.objection import Objection
from models.ratings.objections.raising import object_to
from tests.factories import a_post, an_account
from tests.gatherings.holidays import enter
from tests.handlers.console_site import Site, publish_theme_day
from tests.points.published import publish_for

WHO = "王丽娟"  # of the first group


def dispute(site: Site, *, years: tuple[int, ...] = (2026,)) -> int:
    """Let the secretary confirm that WHO was absent from the theme day; return the entry that costs 3.

    The holidays of `years` are entered.
    """
    posts = {"committee": ("李桂兰", Role.COMMISSIONER), "points": ("宋桂兰", Role.POINTS_GROUP)}
    with site.sessions.begin() as session:
        if years:
            enter(session, *years)
        publish_for(session, site.orgs["home"], "DEMO")
        for login, (name, role) in posts.items():
            site.staff[login] = an_account(session, login, name)
            a_post(session, site.staff[login], site.orgs["home"], role)
    roll_id = publish_theme_day(site, partners=False)["home"]
    site.clock[0] += timedelta(hours=3)
    by, member = site.staff["secretary"].id, site.members[WHO]
    with site.sessions.begin() as session:
        set_marks(session, roll_id, {member.id: Status.ABSENT}, by=by, now=site.now)
        settle_rest(session, roll_id, Status.UNCLEAR, by=by, now=site.now)
        confirm_roll(session, roll_id, by=by, now=site.now)
        return session.scalars(select(PointEntry.id).where(PointEntry.member_id == member.id)).one()


def objected(site: Site, entry_id: int, *, by: str | None = None) -> int:
    """Let WHO object by phone, or by word to one of the staff; return the objection."""
    filing = Filing(site.staff[by].id, Said.IN_PERSON) if by else None
    with site.sessions.begin() as session:
        made = object_to(
            session, member_id=site.members[WHO].id, entry_id=entry_id, said="那天我到会了，坐在后排",
            filing=filing, via=Via.CONSOLE if by else Via.PHONE, now=site.now,
        )  # fmt: skip
        return made.id


def objection_of(site: Site, objection_id: int) -> Objection:
    """Return an objection as it is stored."""
    with site.sessions() as session:
        return session.get_one(Objection, objection_id)
