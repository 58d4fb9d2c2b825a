"""/api/v1/me/objections: said by phone, answered by another hand; and the same by word of mouth."""

from decimal import Decimal
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models.gatherings.roll import RollLine, Status
from models.people.said import Said
from models.points.entry import PointEntry
from models.points.posting import amend_roll
from models.points.schemes.published import Scheme
from models.ratings.objections.objection import Objection
from tests.factories import an_entry, an_objection
from tests.handlers.console.objections.disputing import WHO, dispute, objected
from tests.handlers.console.objections.test_objections_pages import FOUND, answer
from tests.handlers.console_site import Browser, Site
from tests.handlers.mini_program.at_work import Phone, bound_phone

SAID = "那天我到会了，坐在后排"


def objects(phone: Phone, entry_id: int, said: str = SAID) -> Any:
    sent = phone.ask("POST", "me/objections", {"entry_id": entry_id, "said": said})
    assert sent.status_code == 201, sent.text
    return sent.json


def test_a_member_says_what_is_wrong_and_reads_who_answers_until_when(site: Site) -> None:
    entry = dispute(site)
    phone = bound_phone(site, site.members[WHO])
    made = objects(phone, entry)
    assert made["receipt"] == f"2026-{made['id']:04d}"
    assert (made["about"], made["occurred_on"], made["points"]) == ("主题党日缺席", "2026-11-25", "-3")
    assert (made["state"], made["desk"], made["due_on"]) == ("submitted", "branch", "2026-12-16")
    # Not the secretary, who confirmed the roll.
    assert made["handled_by"] == ["李桂兰", "宋桂兰"]
    assert phone.get("me/objections") == {"items": [made], "next": None}


def test_the_answer_is_read_with_before_and_after_and_appealed_by_phone(site: Site) -> None:
    entry = dispute(site)
    phone = bound_phone(site, site.members[WHO])
    made = objects(phone, entry)
    answer(site.browser("committee"), made["id"], status="late")
    [read] = phone.get("me/objections")["items"]
    assert (read["state"], read["finding"], read["answered_by"]) == ("upheld", FOUND, "李桂兰")
    assert (read["total_before"], read["total_after"]) == ("57", "59")
    assert read["appeal_until"] == "2026-12-09"
    again = phone.ask("POST", f"me/objections/{made['id']}/appeal", {"said": "我没有迟到"})
    assert again.status_code == 201
    newest, first = phone.get("me/objections")["items"]
    assert (newest["appeals"], newest["desk"], newest["handled_by"]) == (made["id"], "township", ["程若兰"])
    assert first["appealed_by"] == newest["id"]
    answer(site.browser("town"), newest["id"], status="present")
    newest, _ = phone.get("me/objections")["items"]
    assert (newest["total_before"], newest["total_after"]) == ("59", "60")


def test_only_ones_own_and_only_what_is_asked_for(site: Site) -> None:
    entry = dispute(site)
    other, phone = bound_phone(site, site.members["白玉珍"]), bound_phone(site, site.members[WHO])
    assert other.refusal("POST", "me/objections", {"entry_id": entry, "said": SAID}) == (404, "not_found")
    made = objects(phone, entry)
    assert other.get("me/objections")["items"] == []
    assert other.refusal("DELETE", f"me/objections/{made['id']}") == (404, "not_found")
    said = {"said": "不同意"}
    assert other.refusal("POST", f"me/objections/{made['id']}/appeal", said) == (404, "not_found")
    bad: tuple[dict[str, Any], ...] = (
        {"entry_id": entry},
        {"said": SAID},
        {"entry_id": entry, "rating_id": 1, "said": SAID},
        {"entry_id": entry, "said": " "},
        {"entry_id": str(entry), "said": SAID},
        {"entry_id": entry, "said": SAID, "state": "upheld"},
    )
    for body in bad:
        sent = phone.ask("POST", "me/objections", body)
        assert sent.status_code == 400, body
        assert sent.json is not None
        assert sent.json["error"]["fields"], body
    assert phone.refusal("POST", "me/objections", {"entry_id": entry, "said": SAID}) == (
        409,
        "objection_open",
    )


def test_taken_back_by_phone_and_raised_again(site: Site) -> None:
    entry = dispute(site)
    phone = bound_phone(site, site.members[WHO])
    made = objects(phone, entry)
    assert phone.ask("DELETE", f"me/objections/{made['id']}").status_code == 200
    assert phone.refusal("DELETE", f"me/objections/{made['id']}") == (409, "not_waiting")
    objects(phone, entry, "再想一想，还是不对")


def test_what_the_branch_wrote_down_is_read_by_phone_too(site: Site) -> None:
    objection = objected(site, dispute(site), by="clerk")
    [read] = bound_phone(site, site.members[WHO]).get("me/objections")["items"]
    assert (read["id"], read["said"]) == (objection, SAID)


# Twins: one has a phone, of the other all is on paper.


def absent_too(site: Site, name: str) -> int:
    """Let the secretary correct another line of the same roll to absent; return the entry."""
    by, member_id = site.staff["secretary"].id, site.members[name].id
    with site.sessions.begin() as session:
        roll_id = session.scalars(select(RollLine.roll_id).where(RollLine.member_id == member_id)).one()
        assert roll_id is not None
        amend_roll(session, roll_id, {member_id: Status.ABSENT}, reason="漏登记", by=by, now=site.now)
        return session.scalars(select(PointEntry.id).where(PointEntry.member_id == member_id)).one()


def ledger(session: Session, member_id: int) -> list[tuple[str, str, str, Decimal, str, bool]]:
    query = select(PointEntry).where(PointEntry.member_id == member_id).order_by(PointEntry.id)
    return [
        (one.item, one.cycle, one.period, one.points, one.source, one.reverses is None)
        for one in session.scalars(query)
    ]


def test_twins_with_a_phone_and_without_come_to_the_same_ledger_and_the_same_answer(site: Site) -> None:
    with_phone, on_paper = WHO, "陈春生"
    entries = {with_phone: dispute(site)}
    entries[on_paper] = absent_too(site, on_paper)
    clerk, committee = site.browser("clerk"), site.browser("committee")
    phone = bound_phone(site, site.members[with_phone])
    first = objects(phone, entries[with_phone])["id"]
    form = {"member": site.members[on_paper].id, "about": f"e{entries[on_paper]}", "said": SAID}
    second = int(clerk.post("/console/objections", form | {"how": "in_person"}).location.split("/")[-1])
    for objection in (first, second):
        answer(committee, objection)
    told = {"how": "in_person", "told_on": "2026-11-25"}
    assert clerk.post(f"/console/objections/{second}/telling", told).status_code == 303
    with site.sessions() as session:
        phone_ledger, paper_ledger = (ledger(session, site.members[one].id) for one in entries)
        one, two = session.get_one(Objection, first), session.get_one(Objection, second)
    assert phone_ledger == paper_ledger
    assert [points for *_, points, _, _ in phone_ledger] == [Decimal(-3), Decimal(3)]
    same = ("state", "desk", "due_on", "said", "finding", "total_before", "total_after", "answered_by")
    assert [getattr(one, name) for name in same] == [getattr(two, name) for name in same]
    assert (one.how, two.how) == (None, Said.IN_PERSON)
    # Both may appeal until the same day.
    [shown] = bound_phone(site, site.members[on_paper]).get("me/objections")["items"]
    assert shown["appeal_until"] == phone.get("me/objections")["items"][0]["appeal_until"] == "2026-12-09"


# As many as there are.


def cost(site: Site, browser: Browser, address: str) -> int:
    with site.sessions() as session:
        engine = session.get_bind()
    sent: list[str] = []

    def count(*said: object) -> None:
        sent.append(str(said[2]))

    event.listen(engine, "before_cursor_execute", count)
    assert browser.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", count)
    return len(sent)


def test_the_list_asks_the_database_as_often_for_twenty_as_for_one(site: Site) -> None:
    entry = dispute(site)
    objected(site, entry)
    committee = site.browser("committee")
    first = cost(site, committee, "/console/objections")
    with site.sessions.begin() as session:
        scheme = session.get_one(Scheme, session.get_one(PointEntry, entry).scheme_id)
        for name in ("白玉珍", "陈春生", "方国栋", "高长山", "郭爱莲"):
            for _ in range(4):
                made = an_entry(session, site.members[name], scheme, site.staff["secretary"], cycle="2026Q4")
                an_objection(session, made)
    assert cost(site, committee, "/console/objections") == first
    assert committee.get("/console/objections").text.count("去答复") == 21
