"""Guests on the pages: counted in the host's room, and proved on the roll of their own branch."""

from models.gatherings.gathering import Gathering
from tests.factories import a_gathering, a_roll
from tests.handlers.console_site import Site, publish_theme_day
from tests.handlers.mini_program.at_work import bound_phone, phone_at_work


def a_guest(site: Site) -> dict[str, int]:
    """Let 远山人 of a far branch sit in on the theme day; return org -> roll id."""
    rolls = publish_theme_day(site)
    with site.sessions.begin() as session:
        session.get_one(Gathering, site.gathering_id).guests = True
    code = phone_at_work(site, "secretary").get(f"branch/gatherings/{site.gathering_id}/code")
    scan = {"token": code["address"].rpartition("/")[2]}
    assert bound_phone(site, site.members["远山人"]).ask("POST", "check-ins", scan).status_code == 201
    return rolls


def test_guests_are_counted_in_the_hosts_room_and_in_nobody_elses(site: Site) -> None:
    rolls = a_guest(site)
    secretary = site.browser("secretary")
    assert "另有 1 人扫码列席" in secretary.get(f"/console/rolls/{rolls['home']}").text
    secretary.post(f"/console/rolls/{rolls['home']}/heads", {"heads": "3", "observers": "2"})
    page = secretary.get(f"/console/rolls/{rolls['home']}/confirmation").text
    assert "加列席 3" in page
    assert "和名册相符" in page
    assert "扫码列席" not in site.browser("neighbour").get(f"/console/rolls/{rolls['neighbour']}").text


def test_own_branch_reads_on_its_roll_where_the_guest_was(site: Site) -> None:
    a_guest(site)
    with site.sessions.begin() as session:
        far, guest = site.orgs["far"], site.members["远山人"]
        own = a_roll(session, a_gathering(session, far, period="2026-11"), far, [guest])
        earlier = a_roll(session, a_gathering(session, far, period="2026-10"), far, [guest])
        own_id, earlier_id = own.id, earlier.id
    browser = site.browser("far")
    assert "11月25日在青石村列席" in browser.get(f"/console/rolls/{own_id}").text
    assert "在青石村列席" not in browser.get(f"/console/rolls/{earlier_id}").text
