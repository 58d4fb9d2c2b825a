"""Before the meeting the secretary reads what of the cycle is not decided yet."""

from models.points.schemes.published import Scheme
from tests.factories import a_proposal
from tests.handlers.console.ratings.rated_site import begin, meet, rate_by
from tests.handlers.console_site import Site


def test_card_of_the_next_step_counts_what_waits_until_the_meeting_is_done(site: Site) -> None:
    rate_by(site)
    place, secretary = begin(site), site.browser("secretary")
    told = "还有 1 件申报等审核。大会以前办完，才计入这一次。"
    assert told not in secretary.get(place).text
    with site.sessions.begin() as session:
        scheme = session.query(Scheme).filter(Scheme.code == "ZONE").one()
        a_proposal(session, site.members["白玉珍"], scheme, item="volunteer")
    assert told in secretary.get(place).text
    assert told in secretary.get("/console/ratings").text
    assert told not in site.browser("town").get(place).text
    meet(site, place)
    assert told not in secretary.get(place).text
