"""Somebody with a phone, a proxy and another's old slip: nothing of one person reaches another."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.gatherings.gathering import GatheringState
from models.people.binding import Binding
from models.people.member import Member
from tests.factories import a_binding, a_gathering, a_roll
from tests.handlers.console_site import MINI, Site
from tests.handlers.mini_program.at_work import Phone, bound_phone

LATER = timedelta(hours=1)


def hand_over(site: Site, giver: Member, taker: Member | None) -> None:
    """End the giver's binding; the same WeChat user is the taker from an hour later on."""
    with site.sessions.begin() as session:
        here = (Binding.member_id == giver.id, Binding.appid == MINI, Binding.ended_at.is_(None))
        row = session.scalars(select(Binding).where(*here)).one()
        openid, row.openid, row.ended_at = row.openid, None, site.now + LATER
        session.flush()
        if taker:
            a_binding(session, taker, MINI, openid, bound_at=site.now + 2 * LATER)
    site.clock[0] += 2 * LATER


def letters(phone: Phone) -> list[str]:
    return [one["text"] for one in phone.get("complaints")["items"]]


def test_letter_stays_with_who_was_bound_when_it_was_written(site: Site) -> None:
    # Control: without `~exists()` in `_written_by` the second of the family reads the first one's wish.
    mother, son = site.members["王丽娟"], site.members["陈春生"]
    phone = bound_phone(site, mother)
    wish = {"what": "erase", "text": "我不想留着"}
    first: Any = phone.ask("POST", "me/corrections", wish).json
    hand_over(site, mother, son)
    assert letters(phone) == []
    assert phone.refusal("GET", f"complaints/{first['receipt']}") == (404, "not_found")
    assert "不想留着" not in phone.ask("GET", "me/data").text
    phone.ask("POST", "complaints", {"text": "会开得太长"})
    assert letters(phone) == ["会开得太长"]
    hand_over(site, son, mother)
    assert letters(phone) == ["删除请求：青石村党支部 王丽娟。我不想留着"]


def test_answer_is_still_read_once_the_binding_ended(site: Site) -> None:
    member = site.members["王丽娟"]
    phone = bound_phone(site, member)
    phone.ask("POST", "me/corrections", {"what": "erase", "text": "已经调走"})
    hand_over(site, member, None)
    phone.ask("POST", "complaints", {"text": "什么时候答复"})
    assert letters(phone) == ["什么时候答复", "删除请求：青石村党支部 王丽娟。已经调走"]


@pytest.mark.parametrize(
    "state",
    [GatheringState.OPEN, GatheringState.PUBLISHED, GatheringState.CLOSED, GatheringState.CANCELLED],
)
def test_digits_for_a_gathering_of_others_tell_nothing_of_it(site: Site, state: GatheringState) -> None:
    # Control: without `_check_own` each state answers in its own way, a cancelled one with its reason.
    with site.sessions.begin() as session:
        why: dict[str, Any] = {"reason": "王书记住院"} if state is GatheringState.CANCELLED else {}
        it = a_gathering(session, site.orgs["home"], state, site.now + timedelta(days=1), **why)
        a_roll(session, it, site.orgs["home"])
        guess = {"gathering_id": it.id, "code": "000000"}
    told = bound_phone(site).ask("POST", "check-ins", guess)
    assert told.status_code == 403
    assert told.json == {
        "error": {"code": "wrong_branch", "message": "这不是您支部的活动，请对方支部在列席名单上登记"}
    }


def test_wish_in_anothers_name_does_not_read_like_that_persons_own(site: Site) -> None:
    # Control: without `wish` the two letters look the same, and the office takes out whom a stranger named.
    wish = {"what": "erase", "text": "请删"}
    bound_phone(site, site.members["王丽娟"]).ask("POST", "me/corrections", wish)
    forged = "删除请求：青石村党支部 王丽娟。请删"
    bound_phone(site).ask("POST", "complaints", {"text": forged})
    page = site.browser("zone").get("/console/complaints").text
    own, other = page.split('class="owed letter"')[1:3]
    assert forged in own
    assert forged in other
    assert ("绑定了的本人提出的" in own, "绑定了的本人提出的" in other) == (True, False)
