"""The first screen of a member: what comes next, what is new and where one stands, and little of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from models.clock import SHANGHAI
from models.gatherings.gathering import GatheringState
from models.gatherings.roll import RollLine
from models.people.account import Account
from models.people.member import Member, MemberStatus, SpellKind
from models.people.org import Setting, put_setting
from tests.factories import a_branch, a_delivery, a_gathering, a_notice, a_roll, a_spell
from tests.handlers.chat.test_news import put
from tests.handlers.console_site import Site, publish_theme_day
from tests.handlers.mini_program.at_work import Phone, bound_phone, digits_for

MOST_BYTES = 20 * 1024
STATEMENTS = 17


def home(phone: Phone) -> Any:
    return phone.get("home")


def test_member_reads_who_they_are_and_where_they_stand(site: Site) -> None:
    publish_theme_day(site)
    member = site.members["高长山"]
    phone = bound_phone(site, member)
    told = home(phone)
    assert (told["member"], told["member_id"], told["branch"], told["group"]) == (
        "高长山", member.id, "青石村党支部", "第一党小组",
    )  # fmt: skip
    points = phone.get("me/points")
    assert told["points"] == {"cycle": points["cycle"], "total": points["total"]}
    assert (told["attending"], told["away"], told["theme_day"]) == ("required", None, 25)
    assert [one["kind"] for one in told["notices"]] == ["notice"]
    assert (told["notices"], told["unread"]) == (phone.get("notices")["items"], 1)
    assert [one["title"] for one in told["gatherings"]] == ["学习粮食安全文件"]


def test_nobody_reads_what_is_for_everybody(site: Site) -> None:
    told = site.app.test_client().get("/api/v1/home").json
    assert told is not None
    assert {name for name, value in told.items() if value in (None, False, 0, [])} == {
        "member", "member_id", "branch", "group", "star", "points", "attending", "away", "theme_day",
        "posts", "has_post", "gatherings", "notices", "unread", "subscribe", "articles",
    }  # fmt: skip


def test_usual_day_is_the_branchs_own(site: Site) -> None:
    with site.sessions.begin() as session:
        put_setting(session, site.orgs["home"].id, Setting.THEME_DAY, 20)
    assert home(bound_phone(site, site.members["高长山"]))["theme_day"] == 20
    assert home(bound_phone(site))["theme_day"] == 25


def test_who_is_away_reads_since_when_and_where(site: Site) -> None:
    told = home(bound_phone(site, site.members["段文斌"]))
    assert (told["attending"], told["away"]) == (
        "away",
        {"from_on": "2026-01-01", "to_on": None, "place": "杭州市", "host": None},
    )


def test_who_is_exempt_or_suspended_is_not_expected(site: Site) -> None:
    frail, suspended = site.members["白玉珍"], site.members["高长山"]
    with site.sessions.begin() as session:
        a_spell(session, frail, SpellKind.EXEMPT, code="frail")
        session.get_one(Member, suspended.id).status = MemberStatus.SUSPENDED
        a_spell(session, site.members["赵大有"], SpellKind.EXEMPT, code="ill", from_on=date(2026, 11, 26))
    for member in (frail, suspended):
        told = home(bound_phone(site, member))
        assert (told["attending"], told["away"]) == ("exempt", None)
    assert home(bound_phone(site, site.members["赵大有"]))["attending"] == "required"


def test_who_is_outside_the_rating_has_no_total_and_without_a_scheme_there_is_no_cycle(site: Site) -> None:
    with site.sessions.begin() as session:
        outside = site.members["高长山"]
        a_spell(session, outside, SpellKind.NOT_RATED)
        elsewhere = Member(name="石大海", branch_id=a_branch(session).id, status=MemberStatus.FULL)
        session.add(elsewhere)
        session.flush()
    assert home(bound_phone(site, outside))["points"] == {"cycle": "2026", "total": None}
    assert home(bound_phone(site, elsewhere))["points"] == {"cycle": None, "total": None}


def test_work_of_the_branch_is_offered_to_who_holds_a_post_and_open_once_the_digits_are_typed(
    site: Site,
) -> None:
    member = site.members["周明远"]
    phone, other = bound_phone(site, member), bound_phone(site, site.members["高长山"])
    assert (home(phone)["posts"], home(phone)["has_post"]) == (False, False)
    with site.sessions.begin() as session:
        session.get_one(Account, site.staff["secretary"].id).member_id = member.id
    assert (home(phone)["posts"], home(phone)["has_post"]) == (False, True)
    assert phone.ask("POST", "branch/session", {"code": digits_for(site, "secretary")}).status_code == 201
    assert (home(phone)["posts"], home(phone)["has_post"]) == (True, True)
    assert (home(other)["posts"], home(other)["has_post"]) == (False, False)
    site.clock[0] += timedelta(hours=12)
    assert (home(phone)["posts"], home(phone)["has_post"]) == (False, True)


def busy(site: Site, member: Member, months: int) -> None:
    """Let a member have been told of a gathering a month, with words as long as they may be."""
    with site.sessions.begin() as session:
        author = session.get_one(Account, site.staff["secretary"].id)
        for number in range(months):
            starts_at = site.now + timedelta(days=30 * (number + 1))
            it = a_gathering(
                session, site.orgs["home"], GatheringState.PUBLISHED, starts_at, title="主" * 60,
                place="村" * 60, bring="带" * 60, contact="找" * 60,
                period=f"{starts_at.astimezone(SHANGHAI):%Y-%m}",
            )  # fmt: skip
            roll = a_roll(session, it, site.orgs["home"])
            session.add(RollLine(gathering_id=it.id, member_id=member.id, roll_id=roll.id))
            words = {"title": "题" * 20, "time": "时" * 20, "place": "村" * 60, "note": "带" * 20}
            a_delivery(session, a_notice(session, it, author, texts={"member": words}), member)


def statements(site: Site, phone: Phone) -> int:
    """Return how many statements the first screen sends."""
    sent: list[str] = []
    with site.sessions() as session:
        engine = session.get_bind()

    def count(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        home(phone)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(sent)


@pytest.mark.parametrize("months", [1, 12])
def test_first_screen_is_small_and_takes_as_many_statements_for_a_year_as_for_a_month(
    site: Site, months: int
) -> None:
    member = site.members["高长山"]
    phone = bound_phone(site, member)
    busy(site, member, months)
    for number in range(5 * months):
        put(site, title="题" * 32, hours=number)
    answer = phone.ask("GET", "home")
    assert answer.json is not None
    assert len(answer.json["notices"]) == min(3, months)
    assert answer.json["unread"] == months
    assert len(answer.data) <= MOST_BYTES
    assert statements(site, phone) == STATEMENTS
