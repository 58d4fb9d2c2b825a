"""Where the year's holidays are not entered, list, page, receipt and today's line promise no day."""

from tests.gatherings.holidays import enter
from tests.handlers.console.objections.disputing import dispute, objected
from tests.handlers.console_site import Site

WORKDAYS, DAY = "收到后 15 个工作日以内", "12月16日"


def test_no_day_is_promised_that_would_be_a_guess(site: Site) -> None:
    objection = objected(site, dispute(site, years=()))
    place = f"/console/objections/{objection}"
    shown = ("/console/objections", place, f"{place}/receipt", "/console/")
    committee = site.browser("committee")
    for address in shown:
        page = committee.get(address).text
        assert WORKDAYS in page, address
        assert DAY not in page, address
    with site.sessions.begin() as session:
        enter(session, 2026)
    for address in shown:
        page = committee.get(address).text
        assert DAY in page, address
        assert WORKDAYS not in page, address
