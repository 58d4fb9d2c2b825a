"""Every form of points and stars, sent by several hands at the same moment: one act, and nothing breaks."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from models.people.member import Member, Spell
from models.people.member_move import MemberMove
from models.points.entry import PointEntry
from models.points.proposal import Proposal, ProposalState
from models.points.schemes.published import Scheme
from models.points.schemes.use import SchemeUse
from models.ratings.meeting.veto import Veto
from models.ratings.procedure.rating import RatingAct
from models.ratings.publicity.publicity import RatingPublicity
from tests.handlers.console.points.test_proposals import PLACE, ids, put_down, stand
from tests.handlers.console.ratings.rated_site import HUNG, begin, meet, put_up, rate_by
from tests.handlers.console_site import Site
from tests.handlers.mini_program.at_work import Phone, bound_phone
from tests.together import at_once

TIMES = 4
VICE = {"id": "vice", "title": "涉黄赌毒", "effect": "not_rated"}
PAPER = {"document": "河东党〔2027〕3号"}
SHEET = {
    "posted_on": "2026-12-14", "contact": "沈秀英", "contact_phone": "0391-3550123",
    "township_phone": "0391-3550100",
}  # fmt: skip


def sending(site: Site, who: str, address: str, form: dict[str, Any]) -> Callable[[], int]:
    """Return what sends a form with a log-in of its own."""
    browser = site.browser(who)
    sent = {"csrf": browser.csrf()} | form
    return lambda: browser.client.post(address, data=sent).status_code


def all_at_once(site: Site, who: str, address: str, form: dict[str, Any]) -> Counter[int]:
    """Send one form several times at the same moment; return how often each status came."""
    return Counter(at_once([sending(site, who, address, form) for _ in range(TIMES)]))


def tap(phone: Phone, body: dict[str, Any]) -> int:
    return phone.ask("POST", "me/declarations", body).status_code


def counted(site: Site, table: Any, *which: Any) -> int:
    with site.sessions() as session:
        return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


@pytest.fixture
def place(site: Site) -> str:
    """The page of a rating that has begun."""
    rate_by(site, vetoes=[VICE])
    return begin(site)


def test_list_is_approved_once_whatever_is_struck_meanwhile(site: Site) -> None:
    made = put_down(site, "白玉珍", "何桂芳", "曹振海")
    struck = ids(site, "白玉珍")
    address = f"{PLACE}/{made}/approval"
    found = at_once(
        [sending(site, "secretary", address, {"strike": one}) for one in (struck, [], struck, [])]
    )
    assert Counter(found) == {303: 1, 409: 3}
    with site.sessions() as session:
        of = set(session.scalars(select(PointEntry.member_id)))
    assert len(of) == (3 if site.members["白玉珍"].id in of else 2)


def test_yes_no_and_taking_back_at_once_are_one_of_the_three(site: Site) -> None:
    made = put_down(site, "白玉珍")
    place = f"{PLACE}/{made}"
    found = at_once(
        [
            sending(site, "secretary", f"{place}/approval", {}),
            sending(site, "secretary", f"{place}/rejection", {"answer": "没有做完"}),
            sending(site, "clerk", f"{place}/withdrawal", {}),
        ]
    )
    assert Counter(found) == {303: 1, 409: 2}
    is_approved = stand(site, made).state is ProposalState.APPROVED
    assert counted(site, PointEntry) == int(is_approved)


def test_deed_declared_by_several_taps_is_one(site: Site) -> None:
    put_down(site, "何桂芳")
    body = {"item": "activity_day", "occurred_on": "2026-11-20", "title": "修渠"}
    phone = bound_phone(site, site.members["白玉珍"])
    phones = [Phone(site.app.test_client(), phone.token) for _ in range(TIMES)]
    found = at_once([partial(tap, one, body) for one in phones])
    assert Counter(found) == {201: 1, 409: TIMES - 1}
    assert counted(site, Proposal, Proposal.by_member_id == site.members["白玉珍"].id) == 1


def test_veto_is_noted_once(site: Site, place: str) -> None:
    form = {"member": site.members["白玉珍"].id, "code": "vice", "decided_by": "河东镇纪委"}
    found = all_at_once(site, "secretary", f"{place}/vetoes", form | PAPER | {"decided_on": "2026-12-10"})
    assert Counter(found) == {303: 1, 409: TIMES - 1}
    assert counted(site, Veto) == 1
    lifted = all_at_once(site, "secretary", f"{place}/vetoes/1/lifting", PAPER)
    assert lifted[303] == 1
    assert set(lifted) <= {303, 404, 409}


def test_sheet_is_put_up_once_and_sent_back_once(site: Site, place: str) -> None:
    meet(site, place)
    assert all_at_once(site, "secretary", f"{place}/posting", SHEET) == {303: 1, 409: TIMES - 1}
    assert counted(site, RatingPublicity) == 1
    back = all_at_once(site, "town", f"{place}/return", {"reason": "张贴的不全"})
    assert back == {303: 1, 409: TIMES - 1}
    assert counted(site, RatingAct, RatingAct.act == "return") == 1


def test_rating_is_filed_or_sent_back_and_never_both(site: Site, place: str) -> None:
    meet(site, place)
    put_up(site, place)
    site.clock[0] += HUNG
    filed = {"filed_on": f"{site.now:%Y-%m-%d}"} | PAPER
    found = at_once(
        [
            sending(site, "town", f"{place}/filing", filed),
            sending(site, "town", f"{place}/return", {"reason": "张贴的不全"}),
        ]
    )
    assert sorted(found) == [303, 409]
    assert counted(site, RatingAct, RatingAct.act.in_(("upper_review", "return"))) == 1


def test_filed_rating_is_opened_once(site: Site, place: str) -> None:
    meet(site, place)
    put_up(site, place)
    site.clock[0] += HUNG
    town = site.browser("town")
    assert town.post(f"{place}/filing", {"filed_on": f"{site.now:%Y-%m-%d}"} | PAPER).status_code == 303
    form = {"reason": "名册有误", "document": "河东党〔2027〕9号"}
    assert all_at_once(site, "town", f"{place}/reopening", form) == {303: 1, 409: TIMES - 1}
    assert counted(site, RatingAct, RatingAct.act == "reopen") == 1


@pytest.mark.parametrize(
    "form",
    [
        {"change": "category", "category": "cadre", "from_on": "2026-11-20"},
        {"change": "unrated", "how": "in_person", "decided_on": "2026-11-20"},
    ],
)
def test_change_of_a_membership_is_made_once(site: Site, form: dict[str, str]) -> None:
    member = site.members["王丽娟"].id
    found = all_at_once(site, "secretary", f"/console/members/{member}/membership", form)
    assert found[303] == 1
    assert set(found) <= {303, 400, 409}
    assert counted(site, Spell, Spell.member_id == member) == 1


def test_whoever_leaves_leaves_once(site: Site) -> None:
    member = site.members["王丽娟"].id
    form = {"change": "left", "status": "transferred_out", "left_on": "2026-11-20", "document": "组转7号"}
    found = all_at_once(site, "secretary", f"/console/members/{member}/membership", form)
    assert found[303] == 1
    assert set(found) <= {303, 404}


def test_whoever_moves_moves_once(site: Site) -> None:
    member = site.members["冯小军"].id
    form = {
        "purpose": "record",
        "branch": site.orgs["home"].id,
        "moved_on": "2026-11-20",
        "document": "组转7号",
    }
    found = all_at_once(site, "town", f"/console/people/{member}/move", form)
    assert found[200] == 1
    assert set(found) <= {200, 400, 409}
    assert counted(site, MemberMove) == 1
    with site.sessions() as session:
        assert session.get_one(Member, member).branch_id == site.orgs["home"].id


def test_scheme_is_published_once_and_used_once(site: Site, place: str) -> None:
    with site.sessions() as session:
        text = session.scalars(select(Scheme.document).where(Scheme.code == "ZONE")).one()
    before = counted(site, Scheme)
    form = {
        "org": site.orgs["zone"].id,
        "document": text.replace('"ZONE"', '"NEXT"'),
        "from_month": "2027-01",
    }
    found = all_at_once(site, "zone", "/console/schemes", form)
    assert found[303] == 1
    assert set(found) <= {303, 400, 409}
    assert counted(site, Scheme) == before + 1
    uses = counted(site, SchemeUse)
    with site.sessions() as session:
        key = session.scalars(select(Scheme.id).where(Scheme.code == "NEXT")).one()
    form = {"org": site.orgs["town"].id, "from_month": "2027-01"}
    used = all_at_once(site, "zone", f"/console/schemes/{key}/use", form)
    assert set(used) <= {303, 409}
    assert counted(site, SchemeUse) == uses + 1
