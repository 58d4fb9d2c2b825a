"""Every page of the console opens for whoever holds the post, and for nobody else."""

import pytest

from tests.handlers.console_site import Site, publish_theme_day

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
