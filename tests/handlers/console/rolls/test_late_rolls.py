"""A roll that is confirmed after its year was filed: the secretary reads where it counts, or why it waits."""

from datetime import timedelta

from sqlalchemy import select

from models.gatherings.marks import set_marks, settle_rest
from models.gatherings.roll import Roll, Status
from models.points.posting import confirm_roll
from models.points.schemes.published import Scheme
from models.ratings.procedure.rating import RatingState
from tests.factories import a_rating
from tests.handlers.console.rolls.test_rolls import mark
from tests.handlers.console_site import Site, publish_theme_day


def file_years(site: Site, *cycles: str) -> None:
    with site.sessions.begin() as session:
        scheme = session.scalars(select(Scheme)).one()
        for cycle in cycles:
            rating = a_rating(session, site.orgs["home"], scheme, site.staff["secretary"], cycle=cycle)
            rating.state = RatingState.CONFIRMED


def test_confirmation_says_that_the_year_is_filed_and_stays_on_its_page_where_it_must_wait(
    site: Site,
) -> None:
    roll_id = publish_theme_day(site, partners=False)["home"]
    site.clock[0] = site.clock[0].replace(year=2027, month=1) + timedelta(hours=3)
    with site.sessions.begin() as session:
        by = site.staff["secretary"].id
        settle_rest(session, roll_id, Status.UNCLEAR, by=by, now=site.now)
    place, secretary = f"/console/rolls/{roll_id}/confirmation", site.browser("secretary")
    assert "上期事项" not in secretary.get(place).text
    file_years(site, "2026")
    assert "2026年的评定已经备案，这次作为上期事项记入2027年" in secretary.get(place).text
    file_years(site, "2027")
    assert "这份名册要等下一期才能确认" in secretary.get(place).text
    page = secretary.post(place)
    assert page.status_code == 400
    assert "2027年的评定已经备案，积分不能再动" in page.text
    assert "确认名册</button>" in page.text
    with site.sessions() as session:
        assert session.get_one(Roll, roll_id).confirmed_at is None


def test_amendment_of_a_filed_year_keeps_what_was_typed_and_says_why_not(site: Site) -> None:
    roll_id = publish_theme_day(site, partners=False)["home"]
    site.clock[0] += timedelta(hours=3)
    with site.sessions.begin() as session:
        by, one = site.staff["secretary"].id, site.members["何桂芳"].id
        set_marks(session, roll_id, {one: Status.PRESENT}, by=by, now=site.now)
        settle_rest(session, roll_id, Status.UNCLEAR, by=by, now=site.now)
        confirm_roll(session, roll_id, by=by, now=site.now)
    file_years(site, "2026")
    form = {**mark(site, "何桂芳", "leave"), "reason": "当天请过假"}
    page = site.browser("secretary").post(f"/console/rolls/{roll_id}/amendment", form)
    assert page.status_code == 400
    assert "2026年的评定已经备案，积分不能再动；有异议请走复核" in page.text
    assert "当天请过假" in page.text
