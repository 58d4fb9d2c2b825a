"""Cycles, days and numbers that are none, at every door of points and stars: refused, and nothing breaks."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.people.member import Spell
from models.people.member_move import MemberMove
from models.points.entry import PointEntry
from models.points.proposal import Proposal
from models.ratings.meeting.decision import MemberGrade
from models.ratings.meeting.veto import Veto
from models.ratings.objections.objection import Objection
from models.ratings.procedure.rating import Rating, RatingAct
from tests.handlers.console.points.test_proposals import PLACE, SPELLED, ids, put_down
from tests.handlers.console.ratings.rated_site import begin, rate_by
from tests.handlers.console_site import Site
from tests.handlers.mini_program.at_work import bound_phone

CYCLES = ("0000", "0000-01", "9999", "2026Q1", "2026H3", "２０２６", "-1", "2026%00", "9" * 400, "%ED%A0%80")
DAYS = ("0001-01-01", "9999-12-31", "2027-02-29", "10000-01-01", "２０２６-11-20", "NaN", "1e9")
QUANTITIES = (
    "0", "-1", "0.0", "1000000000", "0.1+0.2", "NaN", "sNaN", "Infinity", "-Infinity", "1e3", "1E999", "１",
    "٣", "1.005", "0x1", "1,5", "", "9" * 5000, "\u200b1",
)  # fmt: skip
NUMBERS = (
    "-1", "1.5", "NaN", "1e3", "１", "9" * 5000, "99999", "٣", "0x1", "Infinity", "99999999999999999999",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_breaks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever is sent, nothing is logged as a crash."""
    with caplog.at_level(logging.ERROR):
        yield
    assert [record.getMessage() for record in caplog.records] == []


def tidy(answer: TestResponse) -> bool:
    """Say whether an answer is a page or a refusal, and no crash."""
    return answer.status_code in (200, 400, 404, 409)


def count(site: Site, *tables: Any) -> list[int | None]:
    with site.sessions() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_cycle_that_is_none_breaks_no_page_and_no_phone(site: Site) -> None:
    member, home = site.members["白玉珍"], site.orgs["home"].id
    phone, secretary, town = bound_phone(site, member), site.browser("secretary"), site.browser("town")
    broken = []
    for cycle in CYCLES:
        span = f"org={home}&from={cycle}&until={cycle}&purpose=check"
        answers = [
            phone.ask("GET", f"me/points?cycle={cycle}"),
            secretary.get(f"/console/members/{member.id}/points?cycle={cycle}"),
            secretary.get(f"/console/points?cycle={cycle}"),
            secretary.get(f"/console/points/cards?cycle={cycle}"),
            secretary.get(f"/console/points/cards/print?who=all&cycle={cycle}"),
            secretary.get(f"/console/points/month?month={cycle}"),
            secretary.get(f"/console/ledgers/points?{span}"),
            secretary.get(f"/console/ledgers/stars?{span}"),
            town.get(f"/console/ratings/below?cycle={cycle}"),
        ]
        broken += [(answer.request.path, cycle) for answer in answers if not tidy(answer)]
    assert broken == []


def test_rating_of_a_cycle_that_is_none_is_not_begun(site: Site) -> None:
    rate_by(site)
    secretary, home = site.browser("secretary"), site.orgs["home"].id
    for cycle in CYCLES:
        answer = secretary.post("/console/ratings", {"org": home, "cycle": cycle})
        assert answer.status_code in (400, 409), (cycle, answer.text)
    assert count(site, Rating) == [0]


def test_quantity_that_is_none_is_not_put_down(site: Site) -> None:
    member, clerk, phone = (
        ids(site, "白玉珍")[0],
        site.browser("clerk"),
        bound_phone(site, site.members["白玉珍"]),
    )
    body = {"item": "activity_day", "occurred_on": "2026-11-20", "title": "清淤"}
    for quantity in QUANTITIES:
        form = SPELLED | {"quantity": quantity}
        answers = [
            clerk.post(PLACE, form | {"member": [member]}),
            clerk.post("/console/declarations", form | {"member": member, "how": "paper"}),
            phone.ask("POST", "me/declarations", body | {"quantity": quantity}),
        ]
        assert [answer.status_code for answer in answers] == [400] * 3, quantity
    assert count(site, Proposal) == [0]


def dated(site: Site, place: str, day: str) -> list[TestResponse]:
    """Send every form of points and stars that asks for a day."""
    own, secretary, town = site.members["白玉珍"].id, site.browser("secretary"), site.browser("town")
    paper = {"document": "河东纪〔2026〕9号"}
    veto = {"member": own, "code": "vice", "decided_by": "河东镇纪委", "decided_on": day} | paper
    sheet = {"posted_on": day, "contact": "沈秀英", "contact_phone": "03913550", "township_phone": "03913550"}
    changes = (
        {"change": "category", "category": "cadre", "from_on": day},
        {"change": "unrated", "decided_on": day, "how": "paper"},
        {"change": "coming", "came_on": day},
        {"change": "left", "status": "removed", "left_on": day} | paper,
    )
    move = {"branch": site.orgs["neighbour"].id, "moved_on": day, "purpose": "record"} | paper
    return [
        site.browser("clerk").post(PLACE, SPELLED | {"member": [str(own)], "day": day}),
        secretary.post(f"{place}/steps/self_declare", {"held_on": day}),
        secretary.post(f"{place}/grades", {"decided_on": day, f"g-{own}": "qualified"}),
        secretary.post(f"{place}/posting", sheet),
        secretary.post(f"{place}/vetoes", veto),
        town.post(f"{place}/filing", paper | {"filed_on": day}),
        *(secretary.post(f"/console/members/{own}/membership", change) for change in changes),
        town.post(f"/console/people/{own}/move", move),
    ]


def test_day_that_is_none_is_refused_wherever_it_is_typed(site: Site) -> None:
    rate_by(site, vetoes=[{"id": "vice", "title": "涉黄赌毒", "effect": "not_rated"}])
    place = begin(site)
    before = count(site, Proposal, RatingAct, Veto, MemberMove, Spell)
    for day in DAYS:
        taken = [
            answer.request.path for answer in dated(site, place, day) if answer.status_code not in (400, 409)
        ]
        assert (day, taken) == (day, [])
    assert count(site, Proposal, RatingAct, Veto, MemberMove, Spell) == before


def test_number_that_is_none_is_no_count_of_people(site: Site) -> None:
    rate_by(site)
    place = begin(site)
    secretary, own = site.browser("secretary"), site.members["白玉珍"].id
    held = {"held_on": "2026-12-14", "base": "5", "present": "5"}
    for number in NUMBERS:
        assert secretary.post(f"{place}/steps/self_declare", held | {"base": number}).status_code == 400
        votes = {f"g-{own}": "excellent", f"v-{own}": number, "decided_on": "2026-12-14"}
        assert secretary.post(f"{place}/grades", votes).status_code == 400
    assert count(site, RatingAct, MemberGrade) == [0, 0]


def keyed(site: Site, proposal_id: int, key: str) -> list[TestResponse]:
    """Send every form of points and objections that names a row, with a key that is nobody's."""
    secretary, clerk = site.browser("secretary"), site.browser("clerk")
    said = {"said": "不对", "how": "paper"}
    return [
        clerk.post(PLACE, SPELLED | {"member": [key], "title": "修渠"}),
        clerk.post("/console/declarations", SPELLED | {"member": key, "how": "paper", "title": "修渠"}),
        clerk.post("/console/objections", said | {"member": key, "about": f"e{key}"}),
        clerk.post("/console/objections", said | {"member": site.members["白玉珍"].id, "about": f"s{key}"}),
        secretary.post(f"{PLACE}/{proposal_id}/reversal", {"entry": key, "reason": "记错了"}),
    ]


def test_number_that_is_no_key_finds_nobody_and_strikes_nobody(site: Site) -> None:
    made = put_down(site, "白玉珍", "何桂芳")
    keys = ["0", "' OR 1=1", *(number for number in NUMBERS if number not in ("１", "٣"))]
    secretary = site.browser("secretary")
    for key in keys:
        taken = [answer.request.path for answer in keyed(site, made, key) if not tidy(answer)]
        assert (key, taken) == (key, [])
    assert secretary.post(f"{PLACE}/{made}/approval", {"strike": keys}).status_code == 303
    assert count(site, PointEntry, Objection) == [2, 0]


def test_phone_names_a_row_by_a_whole_number_that_there_is(site: Site) -> None:
    phone = bound_phone(site, site.members["白玉珍"])
    for key in (-1, 0, 10**9, 10**19, 10**400, True, 1.5, "1", None, [1], "NaN"):
        for name in ("entry_id", "rating_id"):
            answer = phone.ask("POST", "me/objections", {name: key, "said": "那天我到会了"})
            assert answer.status_code in (400, 404), (name, key)
