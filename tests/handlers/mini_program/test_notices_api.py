"""A member's own notices on the phone: in the words that went out, read once, nobody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.gatherings.gathering import Gathering
from models.notices.audience import Channels
from models.notices.change import Change, move_gathering
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import NoticeKind
from models.notices.publish import cancel
from models.notices.reading import NoticeRead
from models.notices.reminder import remind
from models.people.account import Account
from models.people.member import Member
from tests.factories import a_delivery, a_gathering, a_notice
from tests.handlers.console_site import OA, Site, publish_theme_day
from tests.handlers.mini_program.at_work import Phone, bound_phone

NOTHING = Channels(None, None, None)
ACCOUNT = Channels(OA, None, None)


def kinds(phone: Phone) -> list[str]:
    return [one["kind"] for one in phone.get("notices")["items"]]


def let_out(site: Site) -> None:
    """Let everything that was queued arrive."""
    with site.sessions.begin() as session:
        queued = update(Delivery).where(Delivery.state == DeliveryState.QUEUED)
        session.execute(queued.values(state=DeliveryState.DELIVERED))


def move(site: Site, before: timedelta = timedelta(days=3)) -> None:
    with site.sessions.begin() as session:
        it = session.get_one(Gathering, site.gathering_id)
        moved = Change(it.starts_at, it.ends_at, "老祠堂", it.bring, it.contact, it.leave_until, ())
        by = site.staff["secretary"].id
        move_gathering(
            session, it.id, moved, reason="村部停电", by=by, channels=NOTHING,
            now=site.now - before,
        )  # fmt: skip


def call_off(site: Site) -> None:
    with site.sessions.begin() as session:
        by = site.staff["secretary"].id
        cancel(session, site.gathering_id, reason="大雪封路", by=by, channels=NOTHING, now=site.now)


def test_notice_is_read_in_the_words_that_went_out(site: Site) -> None:
    publish_theme_day(site)
    phone = bound_phone(site, site.members["高长山"])
    [item] = phone.get("notices")["items"]
    assert item == {
        "id": item["id"],
        "gathering_id": site.gathering_id,
        "kind": "notice",
        "title": "学习粮食安全文件的安排",
        "summary": "2026年11月25日 15:00 村部二楼会议室",
        "sent_at": "2026-11-20T06:50:00Z",
        "read_at": None,
    }
    let_out(site)
    move(site)
    told = phone.get(f"notices/{item['id']}")
    assert told["text"] == (
        "青石村党支部学习粮食安全文件\n时间：2026年11月25日 15:00\n地点：村部二楼会议室\n"
        "带党徽、11月党费，不能来请告诉支部"
    )
    assert {name: told[name] for name in item} == item
    assert (told["at_home"], told["materials"], told["gathering"]["place"]) == (False, [], "老祠堂")


def test_who_need_not_come_reads_their_own_words_and_what_to_study(site: Site) -> None:
    publish_theme_day(site)
    phone = bound_phone(site, site.members["段文斌"])
    [item] = phone.get("notices")["items"]
    assert item["summary"] == "可不到会，在家学习，有事请联系支部"
    told = phone.get(f"notices/{item['id']}")
    assert told["text"].endswith("\n可不到会，在家学习，有事请联系支部")
    assert (told["at_home"], told["materials"]) == (True, ["学习粮食安全文件"])
    assert told["gathering"]["status"] == "away"


def test_change_reminder_and_cancellation_stand_above_it_each_for_what_it_is(site: Site) -> None:
    publish_theme_day(site)
    phone = bound_phone(site, site.members["陈春生"])
    with site.sessions.begin() as session:
        assert remind(session, site.gathering_id, ACCOUNT, now=site.now - timedelta(hours=23))
    let_out(site)
    move(site, timedelta(hours=20))
    assert kinds(phone) == ["change", "reminder", "notice"]
    call_off(site)
    first, second, third, _ = phone.get("notices")["items"]
    assert [one["kind"] for one in (first, second, third)] == ["cancellation", "change", "reminder"]
    assert [one["title"] for one in (first, second, third)] == [
        "学习粮食安全文件取消了", "学习粮食安全文件有变动", "学习粮食安全文件快到了",
    ]  # fmt: skip
    assert (first["summary"], second["summary"][:2]) == ("已取消。大雪封路", "改了")


@pytest.mark.parametrize("state", [DeliveryState.DROPPED, DeliveryState.CANCELLED])
def test_what_never_went_out_and_what_is_for_secretaries_alone_is_no_notice(
    site: Site, state: DeliveryState
) -> None:
    member = site.members["高长山"]
    with site.sessions.begin() as session:
        author = session.get_one(Account, site.staff["secretary"].id)
        it = a_gathering(session, site.orgs["home"])
        notice = a_notice(session, it, author)
        a_delivery(session, notice, member, state, reason="month_limit", about="1")
        prompt = a_notice(session, it, author, NoticeKind.NOTICE, version=3)
        prompt.kind, prompt.published_by = NoticeKind.PROMPT, None
        a_delivery(session, prompt, member, about="2")
    phone = bound_phone(site, member)
    assert (kinds(phone), phone.get("home")["unread"]) == ([], 0)


def test_reading_is_noted_once_and_asked_for_again_answers_the_first_time(site: Site) -> None:
    publish_theme_day(site)
    phone = bound_phone(site, site.members["高长山"])
    [item] = phone.get("notices")["items"]
    read = f"notices/{item['id']}/read"
    assert phone.get(f"notices/{item['id']}")["read_at"] is None
    for _ in range(2):
        answer = phone.ask("POST", read)
        assert (answer.status_code, answer.json) == (200, {"read_at": "2026-11-25T06:50:00Z"})
        site.clock[0] += timedelta(hours=1)
    assert phone.get("notices")["items"][0]["read_at"] == "2026-11-25T06:50:00Z"
    assert phone.get("home")["unread"] == 0


def test_what_somebody_elses_phone_reads_is_nobodys_elses_business(site: Site) -> None:
    publish_theme_day(site)
    mine, other = (bound_phone(site, site.members[name]) for name in ("高长山", "陈春生"))
    [item] = mine.get("notices")["items"]
    assert other.refusal("GET", f"notices/{item['id']}") == (404, "not_found")
    assert other.refusal("POST", f"notices/{item['id']}/read") == (404, "not_found")
    with site.sessions() as session:
        assert session.get(NoticeRead, item["id"]) is None


def many(site: Site, member: Member, number: int) -> None:
    with site.sessions.begin() as session:
        author = session.get_one(Account, site.staff["secretary"].id)
        it = a_gathering(session, site.orgs["home"])
        for version in range(1, number + 1):
            notice = a_notice(session, it, author, NoticeKind.CHANGE, version=version)
            a_delivery(session, notice, member, about=f"{version}")


def test_long_list_goes_on_where_it_stopped(site: Site) -> None:
    member = site.members["高长山"]
    many(site, member, 41)
    phone, seen, before = bound_phone(site, member), [], ""
    sizes = []
    while True:
        page = phone.get(f"notices{before}")
        sizes.append(len(page["items"]))
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        before = f"?before={page['next']}"
    assert sizes == [20, 20, 1]
    assert seen == sorted(set(seen), reverse=True)
    assert phone.get("notices?before=第二页")["items"] == phone.get("notices")["items"]


def test_who_left_the_roll_still_reads_what_was_said(site: Site) -> None:
    member = site.members["高长山"]
    many(site, member, 1)
    phone = bound_phone(site, member)
    [item] = phone.get("notices")["items"]
    assert phone.get(f"notices/{item['id']}")["gathering"] is None
    with site.sessions() as session:
        assert session.get_one(Delivery, item["id"]).member_id == member.id
