"""A secretary's day on a phone: the same verbs and rights as at the console, logged as done by phone."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from models.audit import Audit, Via
from models.gatherings.delegate import name_delegate
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.guests import guests_of
from models.gatherings.hall_code import digits_match, read_token, token_is_authentic
from models.gatherings.leave.leave import ask_leave
from models.gatherings.roll import LeaveReason, RollLine, Status
from models.notices.delivery import Delivery, DeliveryState
from models.people.account import Account
from models.people.away_report import Trip, report_away
from models.people.bind import bind, issue_codes
from models.people.link_code import LinkKind, issue_link_code
from models.people.phone import start_phone_session
from tests.factories import KEYRING, a_member, a_roll
from tests.handlers.asking import methods
from tests.handlers.console_site import MINI, NAMES, Site, publish_theme_day
from tests.handlers.mini_program.at_work import Phone, bound_phone, phone_at_work

AFTER = timedelta(hours=3)


def home_roll(site: Site) -> int:
    return publish_theme_day(site)["home"]


def waiting(phone: Phone) -> list[tuple[str, int]]:
    return [(one["what"], one["number"]) for one in phone.get("branch/today")["waiting"]]


def people(site: Site, *names: str) -> list[int]:
    return [site.members[name].id for name in names]


def acts(site: Site) -> Counter[tuple[str, str, int | None]]:
    """Return how often each verb was logged by which door and account."""
    with site.sessions() as session:
        return Counter((act.verb, str(act.via), act.account_id) for act in session.scalars(select(Audit)))


def test_day_of_the_theme_day_from_the_phone_alone(site: Site) -> None:
    roll = home_roll(site)
    it, by = site.gathering_id, site.staff["secretary"].id
    site.clock[0] -= timedelta(hours=1)
    phone = phone_at_work(site, "secretary")
    before = acts(site)
    assert waiting(phone)[0][0] == "phone"
    assert phone.ask("POST", f"branch/gatherings/{it}/opening").json == {"state": "open"}
    lines = phone.get(f"branch/rolls/{roll}")["lines"]
    open_ones = [line["member_id"] for line in lines if line["status"] == "unrecorded"]
    came = [{"member_id": member, "status": "present"} for member in open_ones[:36]]
    marked = phone.ask("POST", f"branch/rolls/{roll}/marks", {"marks": came}).json
    assert marked is not None
    assert (marked["counts"]["came"], len(marked["lines"]), marked["kept"]) == (36, 36, [])
    site.clock[0] += AFTER
    assert ("confirm", 9) in waiting(phone)
    assert phone.refusal("POST", f"branch/rolls/{roll}/confirmation") == (409, "roll_incomplete")
    rest = phone.ask("POST", f"branch/rolls/{roll}/rest", {"status": "unclear"}).json
    assert rest is not None
    assert (rest["recorded"], rest["counts"]["unclear"], rest["counts"]["unrecorded"]) == (9, 9, 0)
    heads = phone.ask("POST", f"branch/rolls/{roll}/heads", {"heads": 37, "observers": 0})
    assert heads.json == {"heads": 37, "observers": 0}
    assert phone.ask("POST", f"branch/gatherings/{it}/closing").json == {"state": "closed"}
    done = phone.ask("POST", f"branch/rolls/{roll}/confirmation").json
    assert done is not None
    assert (done["counts"]["expected"], done["counts"]["came"]) == (45, 36)
    assert phone.get(f"branch/rolls/{roll}")["confirmed"]
    assert "confirm" not in dict(waiting(phone))
    new = acts(site) - before
    assert new == {
        ("open", "phone", by): 1,
        ("mark", "phone", by): 45,
        ("close", "phone", by): 1,
        ("confirm", "phone", by): 1,
    }


def test_rest_and_confirmation_are_one_request_or_nothing(site: Site) -> None:
    roll = home_roll(site)
    phone = phone_at_work(site, "secretary")
    site.clock[0] -= timedelta(hours=2)
    early = phone.refusal("POST", f"branch/rolls/{roll}/confirmation", {"rest": "unclear"})
    assert early == (409, "too_early")
    assert phone.get(f"branch/rolls/{roll}")["counts"]["unrecorded"] == 45
    site.clock[0] += AFTER
    absent = phone.refusal("POST", f"branch/rolls/{roll}/confirmation", {"rest": "absent"})
    assert absent == (400, "status_not_by_hand")
    done = phone.ask("POST", f"branch/rolls/{roll}/confirmation", {"rest": "unclear"}).json
    assert done is not None
    assert (done["counts"]["unclear"], done["counts"]["unrecorded"]) == (45, 0)


def test_branch_with_nothing_planned_owes_its_draft(site: Site) -> None:
    phone = phone_at_work(site, "secretary")
    assert phone.get("branch/today") == {
        "name": "周明远",
        "posts": [{"role": "secretary", "org_id": site.orgs["home"].id, "org": "青石村党支部"}],
        "waiting": [
            {
                "what": "draft",
                "number": 1,
                "gathering_id": None,
                "roll_id": None,
                "org_id": site.orgs["home"].id,
            }
        ],
        "gatherings": [],
    }
    assert phone_at_work(site, "leader").get("branch/today")["waiting"] == []


def test_report_alone_is_not_among_what_a_phone_answers(site: Site) -> None:
    # Control: without the number in `show_today` the phone reads that 0 ask leave.
    trip = Trip(date(2026, 11, 22), None, "杭州市")
    with site.sessions.begin() as session:
        report_away(session, site.members["白玉珍"].id, trip, filing=None, via=Via.PHONE, now=site.now)
    assert waiting(phone_at_work(site, "secretary")) == [("draft", 1)]


def test_next_theme_days_draft_is_made_and_published_from_the_phone(site: Site) -> None:
    publish_theme_day(site)
    phone, by = phone_at_work(site, "secretary"), site.staff["secretary"].id
    answer = phone.ask("POST", "branch/gatherings", {"place": "老年活动室", "start": "09:30"})
    assert answer.status_code == 201
    draft = answer.json
    assert draft is not None
    assert (draft["title"], draft["starts_at"]) == ("12月主题党日", "2026-12-25T01:30:00Z")
    assert (draft["ends_at"], draft["place"], draft["state"]) == (
        "2026-12-25T03:00:00Z",
        "老年活动室",
        "draft",
    )
    audience = draft["audience"]
    assert audience["people"] == audience["account"] + audience["mini_program"] + audience["phone"] == 46
    assert (draft["told"], audience["at_home"]) == (None, 1)
    where = f"branch/gatherings/{draft['gathering_id']}"
    assert phone.refusal("POST", f"{where}/publication", {"people": 45}) == (409, "audience_changed")
    published = phone.ask("POST", f"{where}/publication", {"people": 46}).json
    assert published is not None
    told = published["told"]
    assert told["audience"] == 46 == sum(number for name, number in told.items() if name != "audience")
    assert (published["audience"], published["state"]) == (None, "published")
    assert phone.refusal("POST", f"{where}/publication", {"people": 46}) == (409, "already_published")
    assert {("draft", "phone", by): 1, ("publish", "phone", by): 1}.items() <= acts(site).items()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"day": "2026-02-30"}, "bad_plan"),
        ({"day": "2026-11-01"}, "bad_plan"),
        ({"start": "25:00"}, "bad_plan"),
        ({"title": " "}, "bad_plan"),
        ({"title": "长" * 61}, "bad_input"),
        ({"day": "25日"}, "bad_input"),
        ({"agenda": "清淤"}, "bad_input"),
        ({"org_id": "1"}, "bad_input"),
    ],
)
def test_draft_that_does_not_hold_says_where(site: Site, body: dict[str, Any], code: str) -> None:
    publish_theme_day(site)
    answer = phone_at_work(site, "secretary").ask("POST", "branch/gatherings", body)
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"]["code"]) == (400, code)
    assert answer.json["error"]["fields"]


def test_draft_of_another_day_does_not_claim_the_old_reason(site: Site) -> None:
    publish_theme_day(site)
    phone = phone_at_work(site, "clerk")
    draft = phone.ask("POST", "branch/gatherings", {"day": "2026-12-28", "title": "冬训"}).json
    assert draft is not None
    assert (draft["date_reason"], draft["title"], draft["period"]) == (None, "冬训", "2026-12")
    assert phone.refusal(
        "POST", f"branch/gatherings/{draft['gathering_id']}/publication", {"people": 46}
    ) == (
        403,
        "not_yours",
    )


def test_hall_code_on_the_phone_is_the_screens_and_names_nobody(site: Site) -> None:
    publish_theme_day(site)
    phone = phone_at_work(site, "secretary")
    answer = phone.ask("GET", f"branch/gatherings/{site.gathering_id}/code")
    assert answer.json is not None
    with site.sessions() as session:
        salt = session.get_one(Gathering, site.gathering_id).hall_salt
    assert salt is not None
    assert digits_match(KEYRING, answer.json["digits"], site.gathering_id, salt, now=site.now)
    token = answer.json["address"].removeprefix("http://127.0.0.1:8000/c/")
    assert token_is_authentic(KEYRING, read_token(token), salt)
    assert answer.json["counts"] == {"present": 0, "leave": 0, "unrecorded": 48, "expected": 48}
    assert not [name for name in " ".join(NAMES).split() if name in answer.text]
    with site.sessions.begin() as session:
        session.get_one(Gathering, site.gathering_id).scan = False
    covered = phone.get(f"branch/gatherings/{site.gathering_id}/code")
    assert (covered["address"], covered["digits"], covered["message"]) == (None, None, "这次在名册上登记")


def test_roll_stands_by_group_in_surname_order_with_what_each_line_asks(site: Site) -> None:
    roll = home_roll(site)
    phone, absent = phone_at_work(site, "secretary"), site.members["何桂芳"].id
    with site.sessions.begin() as session:
        line = session.get_one(RollLine, (site.gathering_id, absent))
        line.status, line.marked_by, line.marked_at = Status.ABSENT, site.staff["clerk"].id, site.now
        line.checked_in_at, line.checked_in_via = site.now, "qr"  # type: ignore[assignment]
        ask_leave(
            session, site.gathering_id, site.members["高长山"].id, LeaveReason.OFFICIAL, None, filing=None,
            via=Via.PHONE, now=site.now,
        )  # fmt: skip
    shown = phone.get(f"branch/rolls/{roll}")
    assert (shown["org"], shown["whole"], shown["may_confirm"], shown["guests"]) == (
        "青石村党支部",
        True,
        True,
        0,
    )
    by_group = [line["name"] for line in shown["lines"] if line["group"] == "第二党小组"]
    assert by_group == NAMES[1].split()
    named = {line["name"]: line for line in shown["lines"]}
    assert "扫过码" in named["何桂芳"]["asks"]
    assert named["高长山"]["leave"] == "submitted"
    assert {line["joined_year"] for line in shown["lines"] if line["name"] == "张建国"} == {1986, 1988}
    assert ("check", 1) in waiting(phone)


def test_mark_over_a_line_that_changed_meanwhile_is_left_and_said(site: Site) -> None:
    roll, [member] = home_roll(site), people(site, "高长山")
    secretary, clerk = phone_at_work(site, "secretary"), phone_at_work(site, "clerk")
    seen = {line["member_id"]: line["version"] for line in secretary.get(f"branch/rolls/{roll}")["lines"]}
    clerk.ask("POST", f"branch/rolls/{roll}/marks", {"marks": [{"member_id": member, "status": "leave"}]})
    mark = {"member_id": member, "status": "present", "seen": seen[member]}
    answer = secretary.ask("POST", f"branch/rolls/{roll}/marks", {"marks": [mark]}).json
    assert answer is not None
    assert (answer["kept"], answer["lines"][0]["status"]) == ([member], "leave")


def test_group_leader_marks_and_telephones_the_own_group_alone(site: Site) -> None:
    roll = home_roll(site)
    leader = phone_at_work(site, "leader")
    shown = leader.get(f"branch/rolls/{roll}")
    assert {line["group"] for line in shown["lines"]} == {"第一党小组"}
    assert (shown["whole"], shown["may_confirm"], shown["counts"]["expected"]) == (False, False, 45)
    own, other = people(site, "何桂芳", "林小满")
    marks = f"branch/rolls/{roll}/marks"
    assert leader.ask("POST", marks, {"marks": [{"member_id": own, "status": "present"}]}).status_code == 200
    foreign = {"marks": [{"member_id": other, "status": "present"}]}
    assert leader.refusal("POST", marks, foreign) == (404, "not_on_roll")
    assert leader.refusal("POST", f"branch/rolls/{roll}/rest", {"status": "unclear"}) == (403, "not_yours")
    listed = leader.get(f"branch/gatherings/{site.gathering_id}/phone-list")["items"]
    assert {row["group"] for row in listed} == {"第一党小组"}


@pytest.mark.parametrize(
    ("where", "body", "code"),
    [
        ("marks", {"marks": [{"member_id": 1, "status": "here"}]}, "status_not_by_hand"),
        ("marks", {"marks": []}, "bad_input"),
        ("marks", {"marks": [{"member_id": "1", "status": "present"}]}, "bad_input"),
        ("rest", {"status": "absent"}, "status_not_by_hand"),
        ("rest", {"status": "here"}, "status_not_by_hand"),
        ("heads", {"heads": 2001}, "bad_input"),
        ("heads", {"heads": "3"}, "bad_input"),
        ("heads", {}, "bad_input"),
    ],
)
def test_what_no_hand_writes_is_refused(site: Site, where: str, body: dict[str, Any], code: str) -> None:
    roll = home_roll(site)
    phone = phone_at_work(site, "secretary")
    assert phone.refusal("POST", f"branch/rolls/{roll}/{where}", body) == (400, code)


def test_phone_list_shows_numbers_for_its_purpose_and_is_logged(site: Site) -> None:
    publish_theme_day(site)
    phone, by = phone_at_work(site, "secretary"), site.staff["secretary"].id
    shown = phone.get(f"branch/gatherings/{site.gathering_id}/phone-list")
    assert shown["purpose"] == "通知 11月25日学习粮食安全文件。打开名单已记入日志，请不要截图外传。"
    assert (shown["message"], shown["told"]["to_phone"]) == ("notice", len(shown["items"]))
    row = shown["items"][0]
    assert row["phone"].startswith("138")
    assert (row["phoned_at"], row["phoned_by"]) == (None, None)
    tick = f"branch/gatherings/{site.gathering_id}/phone-list/{row['delivery_id']}"
    told = phone.ask("POST", tick).json
    assert told == phone.ask("POST", tick).json
    assert told is not None
    assert told["told"]["phoned"] == 1
    assert told["told"]["to_phone"] == shown["told"]["to_phone"] - 1
    again = phone.get(f"branch/gatherings/{site.gathering_id}/phone-list")["items"][0]
    assert (again["phoned_at"], again["phoned_by"]) == ("2026-11-25T06:50:00Z", "周明远")
    logged = acts(site)
    assert (logged["open_phone_list", "phone", by], logged["phoned", "phone", by]) == (2, 1)
    with site.sessions() as session:
        foreign = session.scalars(
            select(Delivery.id).where(
                Delivery.member_id == site.members["冯小军"].id, Delivery.state == DeliveryState.PHONE_LIST
            )
        ).one()
    where = f"branch/gatherings/{site.gathering_id}/phone-list/{foreign}"
    assert phone.refusal("POST", where) == (404, "not_found")
    assert phone.refusal("DELETE", where) == (404, "not_found")


def test_tick_of_the_wrong_row_is_taken_back_on_the_phone(site: Site) -> None:
    publish_theme_day(site)
    phone, by = phone_at_work(site, "secretary"), site.staff["secretary"].id
    list_of = f"branch/gatherings/{site.gathering_id}/phone-list"
    before = phone.get(list_of)
    row = f"{list_of}/{before['items'][0]['delivery_id']}"
    ticked = phone.ask("POST", row).json
    assert ticked is not None
    assert (ticked["phoned_at"], ticked["phoned_by"]) == ("2026-11-25T06:50:00Z", "周明远")
    back = {"phoned_at": None, "phoned_by": None, "told": before["told"]}
    assert phone.ask("DELETE", row).json == phone.ask("DELETE", row).json == back
    assert phone.get(list_of)["items"][0]["phoned_at"] is None
    assert acts(site)["not_phoned", "phone", by] == 1


def hands(phone: Phone) -> dict[str, bool]:
    """Return what a phone's person does at the nearest gathering."""
    nearest = phone.get("branch/today")["gatherings"][0]
    return {name: nearest[name] for name in ("opens", "ticks", "confirms")}


def test_first_screen_says_what_each_hand_does_at_a_gathering(site: Site) -> None:
    # Control: without the delegate in `_hand` the clerk who stands in is shown no code to show.
    roll = home_roll(site)
    of = {who: phone_at_work(site, who) for who in ("secretary", "clerk", "leader", "neighbour")}
    assert hands(of["secretary"]) == {"opens": True, "ticks": True, "confirms": True}
    assert hands(of["clerk"]) == hands(of["leader"]) == {"opens": False, "ticks": True, "confirms": False}
    assert hands(of["neighbour"]) == {"opens": False, "ticks": True, "confirms": True}
    with site.sessions.begin() as session:
        name_delegate(session, roll, site.staff["clerk"].id, by=site.staff["secretary"].id, now=site.now)
    assert hands(of["clerk"]) == {"opens": True, "ticks": True, "confirms": True}
    assert of["clerk"].ask("GET", f"branch/gatherings/{site.gathering_id}/code").status_code == 200


def test_leave_waits_on_the_phone_and_is_answered_there(site: Site) -> None:
    publish_theme_day(site)
    first, second = people(site, "高长山", "林小满")
    with site.sessions.begin() as session:
        for member in (first, second):
            ask_leave(
                session, site.gathering_id, member, LeaveReason.FAMILY, "接孙子", filing=None, via=Via.PHONE,
                now=site.now,
            )  # fmt: skip
    phone, by = phone_at_work(site, "secretary"), site.staff["secretary"].id
    assert ("leave", 2) in waiting(phone)
    shown = phone.get("branch/leaves")["items"]
    assert [(one["name"], one["reason"], one["note"]) for one in shown] == [
        ("高长山", "family", "接孙子"), ("林小满", "family", "接孙子"),
    ]  # fmt: skip
    where = f"branch/leaves/{site.gathering_id}"
    yes = phone.ask("POST", f"{where}/{first}/decision", {"approve": True})
    assert yes.json == {"state": "approved", "answer": None}
    assert phone.refusal("POST", f"{where}/{first}/decision", {"approve": True}) == (409, "not_waiting")
    assert phone.refusal("POST", f"{where}/{second}/decision", {"approve": False}) == (400, "reason_missing")
    no = phone.ask("POST", f"{where}/{second}/decision", {"approve": False, "answer": "当天要表决"})
    assert no.json == {"state": "rejected", "answer": "当天要表决"}
    assert phone.get("branch/leaves") == {"items": [], "next": None}
    assert acts(site)["decide_leave", "phone", by] == 2
    clerk = phone_at_work(site, "clerk")
    assert clerk.get("branch/leaves")["items"] == []
    assert clerk.refusal("POST", f"{where}/{second}/decision", {"approve": True}) == (403, "not_yours")


def test_officer_counts_channels_of_nobody_and_sees_a_month(site: Site) -> None:
    publish_theme_day(site)
    town = phone_at_work(site, "town")
    rolls = town.get("branch/gatherings")["items"]
    assert [(row["org"], row["may"]) for row in rolls] == [("青石村党支部", []), ("柳湾村党支部", [])]
    assert town.get("branch/gatherings?period=2026-10")["items"] == []
    assert town.refusal("GET", "branch/gatherings?period=2026-13") == (400, "period_invalid")
    shown = town.get(f"branch/gatherings/{site.gathering_id}")
    assert (shown["told"], shown["audience"], shown["guests"]) == (None, None, None)
    where = f"branch/gatherings/{site.gathering_id}/phone-list"
    assert town.refusal("GET", where) == (403, "not_yours")


def test_draft_exists_on_the_phones_of_its_own_branch_alone(site: Site) -> None:
    publish_theme_day(site)
    draft = phone_at_work(site, "secretary").ask("POST", "branch/gatherings").json
    assert draft is not None
    where = f"branch/gatherings/{draft['gathering_id']}"
    assert phone_at_work(site, "neighbour").refusal("GET", where) == (404, "not_found")
    assert phone_at_work(site, "leader").refusal("GET", where) == (403, "not_yours")
    listed = phone_at_work(site, "leader").get("branch/gatherings")["items"]
    assert draft["gathering_id"] not in {row["gathering_id"] for row in listed}
    assert ("publish", 1) in waiting(phone_at_work(site, "secretary"))


def test_host_counts_guests_and_a_partner_does_not(site: Site) -> None:
    roll = home_roll(site)
    with site.sessions.begin() as session:
        session.get_one(Gathering, site.gathering_id).guests = True
    guest = bound_phone(site)
    code = phone_at_work(site, "secretary").get(f"branch/gatherings/{site.gathering_id}/code")
    scan = {"token": code["address"].rpartition("/")[2]}
    answer = guest.ask("POST", "check-ins", scan)
    assert (answer.status_code, (answer.json or {})["status"]) == (201, "observer")
    assert guest.get("gatherings")["items"][0]["status"] == "observer"
    secretary = phone_at_work(site, "secretary")
    assert secretary.get(f"branch/gatherings/{site.gathering_id}")["guests"] == 1
    assert secretary.get(f"branch/rolls/{roll}")["guests"] == 1
    assert "石大山" in site.browser("secretary").get(f"/console/gatherings/{site.gathering_id}").text
    neighbour = phone_at_work(site, "neighbour")
    assert neighbour.get(f"branch/gatherings/{site.gathering_id}")["guests"] is None
    assert "石大山" not in site.browser("neighbour").get(f"/console/gatherings/{site.gathering_id}").text
    with site.sessions() as session:
        assert [one.branch for one in guests_of(session, site.gathering_id)] == ["远山村党支部"]


def branch_routes(site: Site) -> Iterator[tuple[str, str]]:
    """Yield method and address of every route for posts, with ids that exist."""
    for rule in site.app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/branch/") and rule.rule != "/api/v1/branch/session":
            where = rule.rule.removeprefix("/api/v1/")
            for name, value in (("gathering_id", site.gathering_id), ("roll_id", 1), ("member_id", 1)):
                where = where.replace(f"<int:{name}>", str(value))
            for method in methods(rule):
                yield method, where.replace("<int:delivery_id>", "1")


def test_slip_of_a_secretary_gives_no_right_of_a_post_anywhere(site: Site) -> None:
    # Control: with the posts of an account linked to the bound member taken for the phone's, all answer.
    publish_theme_day(site)
    with site.sessions.begin() as session:
        member = a_member(session, site.orgs["home"], "周明远")
        session.get_one(Account, site.staff["secretary"].id).member_id = member.id
        [slip] = issue_codes(session, KEYRING, [member.id], by=site.staff["town"].id, now=site.now).values()
        # Digits that nobody typed are no right either.
        issue_link_code(
            session, KEYRING, LinkKind.BRANCH, account_id=site.staff["secretary"].id, now=site.now
        )
    phone = bound_phone(site)
    with site.sessions.begin() as session:
        bind(session, KEYRING, slip, MINI, "openid-secretary", via=Via.PHONE, now=site.now)
        session.commit()
    asked = list(branch_routes(site))
    assert len(asked) > 15
    secretary = slip_phone(site)
    for method, where in asked:
        assert secretary.refusal(method, where, {}) == (403, "branch_code_needed"), where
        assert phone.refusal(method, where, {}) == (403, "branch_code_needed"), where
    assert secretary.refusal("DELETE", "branch/session") == (403, "branch_code_needed")


def slip_phone(site: Site) -> Phone:
    """Return the phone that was bound by the slip."""
    with site.sessions.begin() as session:
        token = start_phone_session(session, KEYRING, MINI, "openid-secretary", now=site.now)
    return Phone(site.app.test_client(), token)


@contextmanager
def counted(site: Site) -> Iterator[list[str]]:
    seen: list[str] = []
    with site.sessions() as session:
        engine = session.get_bind()

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_who_asks_is_read_in_one_statement_and_none_is_asked_per_row(site: Site) -> None:
    roll = home_roll(site)
    phone = phone_at_work(site, "secretary")
    with counted(site) as seen:
        assert phone.ask("DELETE", "branch/session").status_code == 204
    assert len([one for one in seen if one.startswith("SELECT")]) == 1
    phone = phone_at_work(site, "secretary")
    reads = (
        "branch/today", "branch/gatherings", f"branch/gatherings/{site.gathering_id}", f"branch/rolls/{roll}",
        "branch/leaves", f"branch/gatherings/{site.gathering_id}/phone-list",
    )  # fmt: skip

    def price() -> dict[str, int]:
        prices = {}
        for where in reads:
            with counted(site) as seen:
                phone.get(where)
            prices[where] = len(seen)
        return prices

    before = price()
    with site.sessions.begin() as session:
        it = session.get_one(Gathering, site.gathering_id)
        kept = {
            name: getattr(it, name)
            for name in ("org_id", "title", "starts_at", "ends_at", "place", "hall_salt")
        }
        for month in ("2026-09", "2026-10", "2026-12"):
            more = Gathering(kind="study", period=month, state=GatheringState.PUBLISHED, **kept)
            session.add(more)
            session.flush()
            a_roll(session, more, site.orgs["home"], [site.members["何桂芳"]])
        for name in ("高长山", "林小满", "王福贵"):
            ask_leave(
                session, site.gathering_id, site.members[name].id, LeaveReason.OFFICIAL, None, filing=None,
                via=Via.PHONE, now=site.now,
            )  # fmt: skip
        for n in range(20):
            session.add(
                RollLine(
                    gathering_id=it.id,
                    member_id=a_member(session, site.orgs["home"], f"新{n}").id,
                    roll_id=roll,
                )
            )
    assert price() == before
