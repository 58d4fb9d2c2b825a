"""What a phone allows: told by the phone and by WeChat, counted once, and asked for while it may be."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.event import listen

from models.base import Sessions
from models.notices.audience import Channels
from models.notices.matching import match_waiting
from models.notices.outbox import accepted, claim, settle
from models.notices.subscription import SAME_TAP, UNASKED, Subscription
from models.people.bind import end_bindings
from models.people.binding import Binding
from tests.conftest import NOON
from tests.factories import a_binding
from tests.handlers.chat.follower import MINI, Chat
from tests.handlers.console_site import Site
from tests.handlers.mini_program.at_work import Phone, bound_phone
from tests.notices.campaign import Campaign, a_draft, reasons, states

S1 = "S1"  # the zone's own template
CHANNELS = Channels(None, MINI, S1)
SECOND = timedelta(seconds=1)


def left(sessions: Sessions) -> list[int]:
    with sessions() as session:
        return list(session.scalars(select(Subscription.remaining)))


def report(phone: Phone, body: dict[str, Any]) -> list[str]:
    answer = phone.ask("POST", "subscriptions", body)
    assert answer.status_code == 200, answer.text
    return list((answer.json or {})["subscribe"])


@pytest.mark.parametrize(
    "body",
    [
        {"template_id": S1, "result": "accept"},
        {S1: "accept", "errMsg": "requestSubscribeMessage:ok"},
        {S1: "acceptWithAudio", "another": "reject"},
    ],
)
def test_one_tap_allows_one_message_in_either_form(site: Site, body: dict[str, Any]) -> None:
    assert report(bound_phone(site), body) == [S1]
    assert left(site.sessions) == [1]


@pytest.mark.parametrize("result", ["reject", "filter"])
def test_no_is_no_grant_and_may_be_asked_again(site: Site, result: str) -> None:
    assert report(bound_phone(site), {S1: result}) == [S1]
    assert left(site.sessions) == []


def test_template_of_another_time_allows_nothing(site: Site) -> None:
    report(bound_phone(site), {"S0": "accept"})
    assert left(site.sessions) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"errMsg": "requestSubscribeMessage:ok"},
        {S1: "yes"},
        {S1: 1},
        {"template_id": S1},
        {"x" * 65: "accept"},
    ],
)
def test_what_no_phone_reports_is_not_taken(site: Site, body: dict[str, Any]) -> None:
    answer = bound_phone(site).ask("POST", "subscriptions", body)
    assert (answer.status_code, (answer.json or {})["error"]["code"]) == (400, "bad_input")


def test_banned_template_is_asked_for_again_after_a_week(site: Site) -> None:
    phone = bound_phone(site)
    report(phone, {S1: "accept"})
    assert report(phone, {S1: "ban"}) == []
    assert left(site.sessions) == [0]
    assert phone.get("home")["subscribe"] == []
    with site.sessions.begin() as session:
        session.execute(update(Subscription).values(tapped_at=site.now - UNASKED))
    assert phone.get("home")["subscribe"] == [S1]
    assert report(phone, {S1: "accept"}) == [S1]
    assert left(site.sessions) == [1]


def test_home_offers_the_reminder_to_a_member_alone(site: Site) -> None:
    assert bound_phone(site).get("home")["subscribe"] == [S1]
    assert (site.app.test_client().get("/api/v1/home").json or {})["subscribe"] == []


@pytest.mark.parametrize(("later", "grants"), [(timedelta(), 1), (SAME_TAP, 1), (SAME_TAP + SECOND, 2)])
def test_two_reports_of_one_minute_are_one_tap(site: Site, later: timedelta, grants: int) -> None:
    # Control: without the branch for the same tap in allow() the first two rows count two grants.
    phone = bound_phone(site)
    report(phone, {S1: "accept"})
    site.clock[0] += later
    report(phone, {S1: "accept"})
    assert left(site.sessions) == [grants]


@pytest.fixture
def campaign(sessions: Sessions) -> Campaign:
    """A draft for one member, who is bound in the mini-program alone."""
    with sessions.begin() as session:
        campaign = a_draft(session, people=1, bound=False)
        a_binding(session, campaign.members[0], MINI, "oWang")
        for row in (campaign.gathering, campaign.branch, campaign.secretary):
            session.refresh(row)  # readable after the commit
    return campaign


@pytest.fixture
def chat(sessions: Sessions, campaign: Campaign) -> Chat:
    """The callbacks."""
    assert campaign.members
    return Chat(sessions)


def event(chat: Chat, name: str, rows: list[dict[str, Any]], openid: str = "oWang", seconds: int = 0) -> None:
    at = int(chat.now.timestamp()) + seconds
    common = {"ToUserName": "gh_mini", "FromUserName": openid, "CreateTime": at, "MsgType": "event"}
    answer = chat.mini(common | {"Event": name, "List": rows})
    assert (answer.status_code, answer.text) == (200, "success")


def popup(chat: Chat, *answers: str, openid: str = "oWang", seconds: int = 0) -> None:
    rows = [{"TemplateId": S1, "SubscribeStatusString": answer, "PopupScene": "0"} for answer in answers]
    event(chat, "subscribe_msg_popup_event", rows, openid, seconds)


def test_event_and_report_of_one_tap_make_the_larger_of_the_two(chat: Chat) -> None:
    with chat.sessions.begin() as session:
        binding = session.scalars(select(Binding.id)).one()
        session.add(Subscription(binding_id=binding, template_id=S1, remaining=4, tapped_n=1, tapped_at=NOON))
    popup(chat, "accept", seconds=-30)
    assert left(chat.sessions) == [4]
    popup(chat, "accept", "accept", seconds=2)
    assert left(chat.sessions) == [5]
    popup(chat, "accept", "accept", seconds=4)  # WeChat's second try
    assert left(chat.sessions) == [5]


def test_popup_refused_or_of_a_stranger_counts_nothing(chat: Chat) -> None:
    popup(chat, "reject")
    popup(chat, "accept", openid="oStranger")
    assert left(chat.sessions) == []


def test_switching_off_in_the_phones_settings_voids_what_was_allowed(chat: Chat) -> None:
    popup(chat, "accept")
    off = {"TemplateId": S1, "SubscribeStatusString": "reject"}
    event(chat, "subscribe_msg_change_event", [off | {"TemplateId": "another"}])
    assert left(chat.sessions) == [1]
    event(chat, "subscribe_msg_change_event", [off])
    with chat.sessions() as session:
        row = session.scalars(select(Subscription)).one()
    assert (row.remaining, row.switched_off) == (0, True)
    popup(chat, "accept", seconds=90)
    with chat.sessions() as session:
        row = session.scalars(select(Subscription)).one()
    assert (row.remaining, row.switched_off) == (1, False)


def change(chat: Chat, answer: str, seconds: int = 0) -> None:
    row = {"TemplateId": S1, "SubscribeStatusString": answer}
    event(chat, "subscribe_msg_change_event", [row], seconds=seconds)


def test_taps_told_again_in_turns_are_counted_once_each(chat: Chat) -> None:
    # Control: without the claim each of the last four is a grant more.
    for seconds in (-200, -100, -200, -100, -200, -100):
        popup(chat, "accept", seconds=seconds)
    assert left(chat.sessions) == [2]


def test_switching_off_that_is_told_late_or_again_leaves_what_was_allowed_since(chat: Chat) -> None:
    # Control: without the comparison of the times the old switch voids the new grant.
    change(chat, "reject", seconds=-300)
    popup(chat, "accept", seconds=-100)
    change(chat, "reject", seconds=-300)
    change(chat, "reject", seconds=-200)
    assert left(chat.sessions) == [1]


def test_tap_from_before_the_switching_off_allows_nothing(chat: Chat) -> None:
    change(chat, "reject")
    popup(chat, "accept", seconds=-100)
    with chat.sessions() as session:
        row = session.scalars(select(Subscription)).one()
    assert (row.remaining, row.switched_off) == (0, True)


def test_change_that_allows_is_no_grant(chat: Chat) -> None:
    change(chat, "accept")
    assert left(chat.sessions) == []


def test_answers_about_other_templates_and_refusals_cost_no_connection(chat: Chat) -> None:
    # Control: with the look at the binding first, each of these takes one.
    taken: list[object] = []
    listen(chat.sessions.kw["bind"], "checkout", lambda *_: taken.append(1))
    event(chat, "subscribe_msg_popup_event", [{"TemplateId": "another", "SubscribeStatusString": "accept"}])
    popup(chat, "reject")
    assert taken == []


def test_ended_binding_allows_nothing_more(chat: Chat) -> None:
    with chat.sessions.begin() as session:
        end_bindings(session, Binding.appid == MINI, now=NOON)
    popup(chat, "accept")
    assert left(chat.sessions) == []


@pytest.mark.parametrize(
    ("told", "stored", "state", "reason"),
    [
        ({"MsgID": "77", "ErrorCode": "0", "ErrorStatus": "success"}, "77", "delivered", None),
        ({"MsgID": "77", "ErrorCode": "43101", "ErrorStatus": "user refuse"}, "77", "failed", "refused"),
        ({"MsgID": "78", "ErrorCode": "0", "ErrorStatus": "success"}, "77", "accepted", None),
        ({"MsgID": "0", "ErrorCode": "0", "ErrorStatus": "success"}, "0", "delivered", None),
    ],
)
def test_sent_event_ends_the_subscription_message_it_speaks_of(
    chat: Chat, campaign: Campaign, told: dict[str, str], stored: str, state: str, reason: str | None
) -> None:
    popup(chat, "accept")
    with chat.sessions.begin() as session:
        campaign.publish(session, NOON, CHANNELS)
        (claimed,) = claim(session, CHANNELS, now=NOON, limit=10)
        settle(session, [accepted(claimed, stored)], CHANNELS, now=NOON)
    event(chat, "subscribe_msg_sent_event", [{"TemplateId": S1} | told])
    with chat.sessions.begin() as session:
        match_waiting(session, now=NOON + SECOND)
        assert (states(session), reasons(session)) == ([state], [reason])
