"""Every page of the console opens for whoever holds the post, and for nobody else."""

import pytest
from sqlalchemy import Engine, event

from tests.handlers.console_site import Site, publish_theme_day

# Three people of a small branch and forty-six of a big one cost the same number of statements.
PER_ROLL = (
    "/console/",
    "/console/members",
    "/console/slips",
    "/console/rolls/ROLL",
    "/console/rolls/ROLL/confirmation",
)
PAGES = ("/console/", "/console/gatherings", "/console/members", "/console/slips", "/console/gatherings/new")


@pytest.mark.parametrize("address", PAGES)
def test_secretary_opens_each_page(site: Site, address: str) -> None:
    answer = site.browser("secretary").get(address)
    assert answer.status_code == 200, answer.text


def test_secretary_opens_each_page_of_a_published_gathering(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    browser, it = site.browser("secretary"), f"/console/gatherings/{site.gathering_id}"
    pages = ["", "/phone-list", "/projector", "/projector/code", "/cancellation"]
    for address in [it + page for page in pages] + [
        f"/console/rolls/{roll}", f"/console/rolls/{roll}/confirmation",
        f"/console/members/{site.members['何桂芳'].id}/points",
    ]:  # fmt: skip
        answer = browser.get(address)
        assert answer.status_code == 200, (address, answer.text)


@pytest.mark.parametrize("page", PER_ROLL)
def test_number_of_statements_does_not_grow_with_the_people(site: Site, page: str) -> None:
    rolls = publish_theme_day(site)
    spent = {}
    for who, branch in (("secretary", "home"), ("neighbour", "neighbour")):
        browser = site.browser(who)
        address = page.replace("ROLL", str(rolls[branch]))
        browser.get(address)
        told: list[str] = []
        with site.sessions() as session:
            engine = session.get_bind()
        assert isinstance(engine, Engine)

        def note(*args: object, told: list[str] = told) -> None:
            told.append(str(args[2]))

        event.listen(engine, "before_cursor_execute", note)
        assert browser.get(address).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        spent[branch] = len(told)
    assert spent["home"] <= spent["neighbour"] + 1, spent
    assert spent["home"] < 20
