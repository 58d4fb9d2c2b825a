"""A member's own gatherings on the phone: where leave stands, whether it may be asked, how a record came."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from models.audit import Via
from models.gatherings.gathering import GatheringState
from models.gatherings.leave.leave import ask_leave, decide_leave, withdraw_leave
from models.gatherings.roll import CheckedIn, LeaveReason, Roll, RollLine, Status
from models.people.org import Setting, put_setting
from tests.factories import a_gathering, a_leave, a_roll
from tests.handlers.console_site import Site, publish_theme_day
from tests.handlers.mini_program.at_work import Phone, bound_phone

WHO = "高长山"


def here(site: Site) -> dict[str, int]:
    return {"gathering_id": site.gathering_id, "member_id": site.members[WHO].id}


def ask(site: Site) -> None:
    with site.sessions.begin() as session:
        ask_leave(
            session, **here(site), reason=LeaveReason.FAMILY, note=None, filing=None, via=Via.PHONE,
            now=site.now,
        )  # fmt: skip


def answer(site: Site, *, approve: bool) -> None:
    with site.sessions.begin() as session:
        decide_leave(
            session, **here(site), approve=approve, answer="" if approve else "这次要表决", told_how=None,
            by=site.staff["secretary"].id, via=Via.CONSOLE, now=site.now,
        )  # fmt: skip


def standings(site: Site, phone: Phone) -> set[str | None]:
    """Return how leave stands on the three answers that name the gathering."""
    return {
        phone.get("home")["gatherings"][0]["leave_state"],
        phone.get("gatherings")["items"][0]["leave_state"],
        detail(site, phone)["leave_state"],
    }


def detail(site: Site, phone: Phone) -> Any:
    return phone.get(f"gatherings/{site.gathering_id}")


def record(site: Site, **columns: Any) -> None:
    with site.sessions.begin() as session:
        line = session.get_one(RollLine, tuple(here(site).values()))
        for name, value in columns.items():
            setattr(line, name, value)


def test_leave_stands_the_same_on_every_list(site: Site) -> None:
    publish_theme_day(site)
    phone = bound_phone(site, site.members[WHO])
    assert standings(site, phone) == {None}
    ask(site)
    assert standings(site, phone) == {"submitted"}
    answer(site, approve=False)
    assert standings(site, phone) == {"rejected"}
    ask(site)
    answer(site, approve=True)
    assert standings(site, phone) == {"approved"}
    with site.sessions.begin() as session:
        withdraw_leave(session, **here(site), filing=None, via=Via.PHONE, now=site.now)
    assert standings(site, phone) == {None}
    assert standings(site, bound_phone(site, site.members["王丽娟"])) == {None}


def test_leave_is_open_as_long_as_it_would_be_taken(site: Site) -> None:
    publish_theme_day(site)
    phone = bound_phone(site, site.members[WHO])
    assert detail(site, phone)["leave_open"] is True
    ask(site)
    assert detail(site, phone)["leave_open"] is False
    answer(site, approve=False)
    assert detail(site, phone)["leave_open"] is True
    with site.sessions.begin() as session:
        put_setting(session, site.orgs["home"].id, Setting.LEAVE_HOURS, 2)
    site.clock[0] += timedelta(hours=2)
    assert detail(site, phone)["leave_open"] is True
    site.clock[0] += timedelta(minutes=11)
    assert detail(site, phone)["leave_open"] is False
    assert detail(site, bound_phone(site, site.members["段文斌"]))["leave_open"] is False


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, None),
        ({"status": Status.PRESENT, "checked_in_via": CheckedIn.DIGITS}, ("digits", None)),
        ({"status": Status.ABSENT, "marked_by": 0}, ("hand", "周明远")),
    ],
    ids=["nothing yet", "a phone", "a hand"],
)
def test_record_says_how_it_came_about(
    site: Site, columns: dict[str, Any], said: tuple[str, str | None] | None
) -> None:
    publish_theme_day(site)
    phone = bound_phone(site, site.members[WHO])
    if "checked_in_via" in columns:
        columns |= {"checked_in_at": site.now}
    if "marked_by" in columns:
        columns |= {"marked_by": site.staff["secretary"].id, "marked_at": site.now}
    record(site, **columns)
    told = detail(site, phone)["record"]
    at = "2026-11-25T06:50:00Z"
    wanted = said and {
        "how": said[0], "at": at, "by": said[1], "confirmed_at": None, "confirmed_by": None,
    }  # fmt: skip
    assert told == wanted


def test_record_names_who_confirmed_the_roll_and_a_report_as_such(site: Site) -> None:
    rolls = publish_theme_day(site)
    with site.sessions.begin() as session:
        roll = session.get_one(Roll, rolls["home"])
        roll.confirmed_at, roll.confirmed_by, roll.revision = site.now, site.staff["secretary"].id, 1
    told = detail(site, bound_phone(site, site.members["段文斌"]))["record"]
    assert told == {
        "how": "report", "at": None, "by": None, "confirmed_at": "2026-11-25T06:50:00Z",
        "confirmed_by": "周明远",
    }  # fmt: skip


def test_list_takes_as_many_statements_for_twenty_as_for_one(site: Site) -> None:
    member = site.members[WHO]
    phone = bound_phone(site, member)

    def plan(number: int) -> None:
        with site.sessions.begin() as session:
            for month in range(number):
                it = a_gathering(
                    session, site.orgs["home"], GatheringState.PUBLISHED,
                    site.now + timedelta(days=30 * month), title="党课",
                )  # fmt: skip
                roll = a_roll(session, it, site.orgs["home"])
                session.add(RollLine(gathering_id=it.id, member_id=member.id, roll_id=roll.id))
                session.flush()
                a_leave(session, it, member)

    plan(1)
    few = statements(site, phone)
    plan(19)
    assert len(phone.get("gatherings")["items"]) == 20
    assert statements(site, phone) == few


def statements(site: Site, phone: Phone) -> int:
    """Return how many statements the list sends."""
    sent: list[str] = []
    with site.sessions() as session:
        engine = session.get_bind()

    def count(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        phone.get("gatherings")
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(sent)
