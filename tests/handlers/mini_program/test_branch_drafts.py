"""发布通知 on a phone: one thing of a draft is changed at a time, four texts seen before and after."""

import re
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest

from models.gatherings.gathering import AgendaKind
from models.gatherings.required_item import issue_item
from tests.handlers.console_site import Site, publish_theme_day
from tests.handlers.mini_program.at_work import Phone, bound_phone, phone_at_work
from tests.handlers.mini_program.test_branch_api import acts

HOUR = timedelta(hours=1)


def drafted(phone: Phone) -> dict[str, Any]:
    answer = phone.ask("POST", "branch/gatherings", {"place": "村部"})
    assert answer.status_code == 201
    assert isinstance(answer.json, dict)
    return answer.json


def change(phone: Phone, it: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = phone.ask("POST", f"branch/gatherings/{it['gathering_id']}", body)
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


def test_only_what_is_sent_changes_and_what_hangs_on_the_hour_moves_along(site: Site) -> None:
    publish_theme_day(site)
    phone, by = phone_at_work(site, "secretary"), site.staff["secretary"].id
    it = drafted(phone)
    moved = change(phone, it, day="2026-12-24", start="09:30")
    assert (moved["starts_at"], moved["ends_at"], moved["leave_until"]) == (
        "2026-12-24T01:30:00Z", "2026-12-24T03:00:00Z", "2026-12-23T22:30:00Z",
    )  # fmt: skip
    same = ("title", "place", "bring", "contact", "agenda", "period")
    assert {name: moved[name] for name in same} == {name: it[name] for name in same}
    assert (it["date_reason"] is None, moved["date_reason"]) == (False, None)
    named = change(phone, it, title="清淤动员", place="老祠堂", bring="铁锹", contact="周明远")
    assert [named[name] for name in ("title", "place", "bring", "contact")] == [
        "清淤动员", "老祠堂", "铁锹", "周明远",
    ]  # fmt: skip
    assert named["starts_at"] == moved["starts_at"]
    assert change(phone, it, bring="", contact=" ")["bring"] is None
    assert acts(site)["redraft", "phone", by] == 3


def test_agenda_is_sent_whole_and_what_is_required_stays_on_it(site: Site) -> None:
    publish_theme_day(site)
    with site.sessions.begin() as session:
        issue_item(
            session, site.orgs["zone"], "2026-12", AgendaKind.STUDY, "学习全会精神",
            by=site.staff["zone"].id, now=site.now,
        )  # fmt: skip
    phone = phone_at_work(site, "secretary")
    it = drafted(phone)
    lines = [{"kind": "deliberation", "title": " 商议清淤 "}, {"kind": "dues", "title": "交纳党费"}]
    told = change(phone, it, agenda=lines)["agenda"]
    assert [(one["title"], one["required"]) for one in told] == [
        ("学习全会精神", True), ("商议清淤", False), ("交纳党费", False),
    ]  # fmt: skip
    assert change(phone, it, place="老祠堂")["agenda"] == told


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"place": ""}, (400, "bad_plan")),
        ({"title": " "}, (400, "bad_plan")),
        ({"day": "2026-13-01"}, (400, "bad_plan")),
        ({"day": "2026-11-01"}, (400, "bad_plan")),
        ({"agenda": [{"kind": "gossip", "title": "议"}]}, (400, "bad_input")),
        ({"agenda": [{"kind": "dues", "title": " "}]}, (400, "bad_input")),
        ({"period": "2026-11"}, (400, "bad_input")),
        ({"org_id": 1}, (400, "bad_input")),
    ],
)
def test_change_that_does_not_hold_is_refused(
    site: Site, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    publish_theme_day(site)
    phone = phone_at_work(site, "secretary")
    it = drafted(phone)
    assert phone.refusal("POST", f"branch/gatherings/{it['gathering_id']}", body) == refusal


def test_what_was_published_is_no_draft(site: Site) -> None:
    publish_theme_day(site)
    phone = phone_at_work(site, "secretary")
    where = f"branch/gatherings/{site.gathering_id}"
    assert phone.refusal("POST", where, {"place": "老祠堂"}) == (409, "not_a_draft")
    assert phone_at_work(site, "neighbour").refusal("POST", where, {}) == (404, "not_found")
    assert bound_phone(site).refusal("POST", where, {}) == (403, "branch_code_needed")


def test_four_texts_are_seen_before_publishing_and_say_the_same_afterwards(site: Site) -> None:
    publish_theme_day(site)
    phone = phone_at_work(site, "secretary")
    it = change(phone, drafted(phone), bring="铁锹")
    before = it["texts"]
    assert before["message"].splitlines()[1] == "时间：2026年12月25日 15:00"
    assert "请带铁锹。" in before["group"]
    assert "请带上铁锹。" in before["loudspeaker"]
    assert before["board"].splitlines()[0] == "通　知"
    where = f"branch/gatherings/{it['gathering_id']}"
    people = it["audience"]["people"]
    after = phone.ask("POST", f"{where}/publication", {"people": people}).json
    assert after is not None
    assert after["texts"] == before
    assert phone.get(where)["texts"] == before


def test_texts_are_those_of_the_console_and_for_those_who_take_part_alone(site: Site) -> None:
    publish_theme_day(site)
    where = f"branch/gatherings/{site.gathering_id}"
    texts = phone_at_work(site, "secretary").get(where)["texts"]
    page = site.browser("secretary").get(f"/console/gatherings/{site.gathering_id}").text
    assert [line for line in texts["group"].splitlines() if line not in page] == []
    assert phone_at_work(site, "neighbour", site.members["冯小军"]).get(where)["texts"] == texts
    assert phone_at_work(site, "town", site.members["葛秀兰"]).get(where)["texts"] is None


def test_code_comes_as_a_small_picture_that_holds_the_address(site: Site) -> None:
    publish_theme_day(site)
    phone = phone_at_work(site, "secretary")
    told = phone.get(f"branch/gatherings/{site.gathering_id}/code")
    found = re.fullmatch(r"data:image/png;base64,([A-Za-z0-9+/=]+)", told["picture"])
    assert found is not None
    png = b64decode(found[1])
    # The head of a PNG: width, height, bits of one point, and whether it is grey or has a palette.
    width, height, bits, colour = png[16:20], png[20:24], png[24], png[25]
    assert width == height
    assert int.from_bytes(width) >= 500
    assert (bits, colour in (0, 3), len(png) < 4096) == (1, True, True)
    site.clock[0] -= 6 * HOUR
    told = phone.get(f"branch/gatherings/{site.gathering_id}/code")
    assert (told["address"], told["picture"], told["message"]) == (None, None, "14:30 开始签到")
