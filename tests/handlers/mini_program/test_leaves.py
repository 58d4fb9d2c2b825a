"""Leave and reports from a phone: one's own, asked, read and taken back."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from models.audit import Via
from models.gatherings.expected import publish_rolls
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.leave import decide_leave
from models.gatherings.roll import RollLine, Status
from models.people.away_report import AwayReport, ReportState, decide_away
from models.people.member import Spell
from models.people.org import Setting, put_setting
from tests.conftest import NOON
from tests.factories import a_gathering, a_spell
from tests.handlers.asking import NOW
from tests.handlers.world import World, open_world

TRIP = {"from_on": "2026-12-01", "to_on": "2026-12-31", "place": "浙江省义乌市", "host": None}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all tests; what a test does in it is undone."""
    with open_world() as world:
        yield world


@pytest.fixture
def undone(world: World) -> Iterator[World]:
    """The world, with everything that this test does in it undone."""
    with world.rolled_back():
        yield world


def call(world: World, method: str, place: str, body: Any = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {world.sessions['member']}"}
    return world.app.test_client().open(f"/api/v1{place}", method=method, headers=headers, json=body)


def joint(world: World) -> str:
    return f"/gatherings/{world.gatherings['joint', NOW]}"


def answered(world: World, *, approve: bool, answer: str = "") -> None:
    """Let the secretary answer leave from the neighbour's gathering."""
    with world.app.parts.sessions.begin() as session:
        decide_leave(
            session, world.gatherings["joint", NOW], world.members["own"].id, approve=approve, answer=answer,
            told_how=None, by=world.accounts["own"], via=Via.CONSOLE, now=NOON,
        )  # fmt: skip


def status(world: World) -> Status:
    with world.app.parts.sessions() as session:
        return session.get_one(RollLine, (world.gatherings["joint", NOW], world.members["own"].id)).status


def test_leave_is_asked_read_on_the_gathering_and_taken_back(undone: World) -> None:
    place = joint(undone)
    assert call(undone, "GET", place).json["leave"] is None  # type: ignore[index]
    asked = call(undone, "POST", f"{place}/leave", {"reason": "family", "note": "送孩子"})
    assert asked.status_code == 201
    wanted = {
        "state": "submitted", "reason": "family", "asked_at": "2026-11-25T06:50:00Z", "answer": None,
        "decided_at": None,
    }  # fmt: skip
    assert asked.json == wanted
    assert call(undone, "GET", place).json["leave"] == wanted  # type: ignore[index]
    back = call(undone, "DELETE", f"{place}/leave")
    assert (back.status_code, back.json) == (200, wanted | {"state": "withdrawn"})


def test_answer_is_read_with_its_line(undone: World) -> None:
    place = joint(undone)
    call(undone, "POST", f"{place}/leave", {"reason": "official"})
    answered(undone, approve=False, answer="这次要表决")
    said = call(undone, "GET", place).json["leave"]  # type: ignore[index]
    assert (said["state"], said["answer"], said["decided_at"]) == (
        "rejected", "这次要表决", "2026-11-25T06:50:00Z",
    )  # fmt: skip


def test_granted_leave_stands_on_the_roll_until_it_is_taken_back(undone: World) -> None:
    place = joint(undone)
    call(undone, "POST", f"{place}/leave", {"reason": "official"})
    answered(undone, approve=True)
    assert call(undone, "GET", place).json["status"] == "leave"  # type: ignore[index]
    call(undone, "DELETE", f"{place}/leave")
    assert status(undone) is Status.UNRECORDED


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"reason": "tired"}, "bad_input", "reason"),
        ({}, "bad_input", "reason"),
        ({"reason": "family", "note": "长" * 61}, "bad_input", "note"),
        ({"reason": "family", "member_id": 1}, "bad_input", "member_id"),
        ({"reason": "illness", "note": "感冒"}, "bad_leave", "note"),
    ],
    ids=["another reason", "no reason", "a long note", "somebody else", "illness in words"],
)
def test_leave_that_is_asked_wrongly_is_explained(
    undone: World, body: dict[str, Any], code: str, field: str
) -> None:
    answer = call(undone, "POST", f"{joint(undone)}/leave", body)
    assert answer.status_code == 400
    error = answer.json["error"]  # type: ignore[index]
    assert (error["code"], list(error["fields"])) == (code, [field])


def test_leave_says_no_where_the_state_does(undone: World) -> None:
    place, own = joint(undone), f"/gatherings/{undone.gatherings['own', NOW]}"
    assert code(call(undone, "POST", f"{own}/leave", {"reason": "family"})) == "leave_asked"
    assert code(call(undone, "DELETE", f"{place}/leave")) == "not_found"
    with undone.app.parts.sessions.begin() as session:
        put_setting(session, undone.orgs["own"].id, Setting.LEAVE_HOURS, 0)
        earlier = update(Gathering).where(Gathering.id == undone.gatherings["joint", NOW])
        session.execute(earlier.values(starts_at=NOON.replace(hour=5)))
    assert code(call(undone, "POST", f"{place}/leave", {"reason": "family"})) == "leave_closed"
    with undone.app.parts.sessions.begin() as session:
        off = update(Gathering).where(Gathering.id == undone.gatherings["joint", NOW])
        session.execute(off.values(state=GatheringState.CANCELLED, reason="暴雨"))
    assert code(call(undone, "POST", f"{place}/leave", {"reason": "family"})) == "cancelled"


def code(answer: TestResponse) -> str:
    assert answer.status_code in (404, 409)
    return str(answer.json["error"]["code"])  # type: ignore[index]


def own_report(world: World) -> AwayReport:
    with world.app.parts.sessions() as session:
        query = select(AwayReport).where(
            AwayReport.member_id == world.members["own"].id, AwayReport.state == ReportState.SUBMITTED
        )
        return session.scalars(query).one()


def test_absence_is_reported_once_accepted_and_ended_by_coming_back(undone: World) -> None:
    with undone.app.parts.sessions.begin() as session:
        # The world's own absence of next summer.
        session.get_one(Spell, undone.spells["own"]).to_on = session.get_one(
            Spell, undone.spells["own"]
        ).from_on
    answer = call(undone, "POST", "/me/away", TRIP | {"contact": "139 0000 0126"})
    assert answer.status_code == 201
    assert answer.json["report"]["state"] == "submitted"  # type: ignore[index]
    assert code(call(undone, "POST", "/me/away", TRIP)) == "report_waiting"
    with undone.app.parts.sessions.begin() as session:
        decide_away(
            session, own_report(undone).id, approve=True, answer="", told_how=None,
            by=undone.accounts["own"], via=Via.CONSOLE, now=NOON,
        )  # fmt: skip
    said = call(undone, "GET", "/me/away").json
    assert said is not None
    assert said["report"]["state"] == "accepted"
    assert said["away"] == {k: TRIP[k] for k in ("from_on", "to_on", "place", "host")}
    assert code(call(undone, "POST", "/me/away", TRIP)) == "spell_overlaps"
    back = call(undone, "DELETE", "/me/away").json
    assert back is not None
    # Next summer's is still to come.
    assert back["away"]["from_on"] == "2027-06-01"


def test_report_that_waits_is_taken_back_and_then_nothing_is_left(undone: World) -> None:
    call(undone, "POST", "/me/away", TRIP)
    assert call(undone, "DELETE", "/me/away").json["report"]["state"] == "withdrawn"  # type: ignore[index]
    assert call(undone, "DELETE", "/me/away").json["away"] is None  # type: ignore[index]
    assert code(call(undone, "DELETE", "/me/away")) == "not_found"


def test_whoever_is_back_stands_open_on_the_next_roll_again(undone: World) -> None:
    # Control: without follow_roster the line stays away.
    member, branch = undone.members["own"], undone.orgs["own"]
    with undone.app.parts.sessions.begin() as session:
        a_spell(session, member, from_on=date(2026, 11, 1), to_on=date(2027, 1, 31))
        later = a_gathering(session, branch, starts_at=NOON + timedelta(days=30), period="2026-12")
        publish_rolls(session, later, [branch.id])
        assert session.get_one(RollLine, (later.id, member.id)).status is Status.AWAY
    assert call(undone, "DELETE", "/me/away").status_code == 200
    with undone.app.parts.sessions() as session:
        assert session.get_one(RollLine, (later.id, member.id)).status is Status.UNRECORDED


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"from_on": "1/12/2026"}, "from_on"),
        ({"from_on": 20261201}, "from_on"),
        ({"from_on": "2026-12-01T00:00:00"}, "from_on"),
        ({"place": ""}, "place"),
        ({"place": "商城大道8号"}, "place"),
        ({"to_on": "2026-11-30"}, "to_on"),
        ({"latitude": 29.3}, "latitude"),
    ],
    ids=["another calendar", "a number", "a moment", "nowhere", "an address", "backwards", "a position"],
)
def test_report_that_is_wrong_is_explained_field_by_field(
    undone: World, more: dict[str, Any], field: str
) -> None:
    answer = call(undone, "POST", "/me/away", TRIP | more)
    assert answer.status_code == 400
    assert list(answer.json["error"]["fields"]) == [field]  # type: ignore[index]


def test_attendance_elsewhere_is_reported_listed_and_taken_back(undone: World) -> None:
    visit = {"attended_on": "2026-11-20", "host": "商贸城党支部", "contact": "张书记"}
    answer = call(undone, "POST", "/me/host-attendances", visit)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json or {}
    assert visit | {"period": "2026-11", "state": "submitted"} == {
        key: made[key] for key in (*visit, "period", "state")
    }
    assert code(call(undone, "POST", "/me/host-attendances", visit)) == "attendance_reported"
    listed = call(undone, "GET", "/me/host-attendances").json
    assert listed is not None
    assert [one["period"] for one in listed["items"]] == ["2026-11", "2026-10", "2026-09"]
    back = call(undone, "DELETE", f"/me/host-attendances/{made['id']}")
    assert back.json["state"] == "withdrawn"  # type: ignore[index]
    assert code(call(undone, "DELETE", f"/me/host-attendances/{made['id']}")) == "not_waiting"
    future = call(undone, "POST", "/me/host-attendances", visit | {"attended_on": "2026-11-26"})
    assert (future.status_code, list(future.json["error"]["fields"])) == (400, ["attended_on"])  # type: ignore[index]
