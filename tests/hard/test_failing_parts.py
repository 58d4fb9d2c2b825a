"""A part of a running installation fails: who asks is told to come again, nothing is lost or restarted."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from sqlalchemy import Select, select, text

from models.gatherings.roll import Roll, Status
from models.notices.audience import Channels
from models.notices.delivery import Delivery, DeliveryState
from models.people.binding import Binding
from models.people.complaint import Complaint
from tests.hard.halls import Hall, a_hall
from tests.hard.parts import Installation, open_installation
from tests.hard.zones import ACCOUNT, MINI
from tests.notices.campaign import a_draft
from tests.plain_browser import PlainBrowser
from tests.running import until

LONGEST = 499
SENT = {DeliveryState.ACCEPTED, DeliveryState.DELIVERED}
SLOW = """CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$"""


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for all of these; each test leaves it whole."""
    with open_installation(tmp_path_factory.mktemp("parts")) as it:
        yield it


def come_again(answer: requests.Response) -> bool:
    """Check that the API says it is down, when to come again, and nothing else."""
    assert answer.status_code == 503, (answer.status_code, answer.text)
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["code"] == "unavailable"
    return int(answer.headers["Retry-After"]) > 0


def complaints(it: Installation) -> list[str]:
    """Return what was written and kept, in order."""
    with it.zone.sessions() as session:
        return list(session.scalars(select(Complaint.text).order_by(Complaint.id)))


def say(it: Installation, hall: Hall) -> str:
    """Type in the account's chat; return the reply, or how it ended where there is none."""
    body = {"appid": ACCOUNT, "openid": hall.openids[0], "text": "帮助"}
    answer = it.zone.running.sim("POST", "say", **body)
    return "\n".join(reply["content"] for reply in answer["replies"]) or str(answer["verdict"])


def test_full_disk_refuses_what_is_written_and_keeps_what_was(it: Installation) -> None:
    hall = a_hall(it.zone)
    before = complaints(it)
    assert it.ready()
    with it.full_disk():
        # What is left of a page is still filled: each of these takes a fifth of one.
        answers = [(words, it.write(words)) for words in (f"{n}" + "写" * LONGEST for n in range(7))]
        kept = [words for words, answer in answers if answer.status_code == 201]
        assert all(come_again(answer) for words, answer in answers if words not in kept)
        assert len(kept) < len(answers)
        assert it.get("/healthz").ok
        status, said = it.readiness()
        assert (status, said["database"], said["disk"]) == (503, "up", False)
        assert "请过一会儿" in say(it, hall)
    assert it.ready()
    assert it.write("磁盘有地方了").status_code == 201
    assert complaints(it) == [*before, *kept, "磁盘有地方了"]
    assert "签到" in say(it, hall)


def test_row_that_somebody_holds_on_to_holds_nobody_up_for_ever(it: Installation) -> None:
    """Ten phones for eight threads, all of which wait for one row: first in vain, then not."""
    hall = a_hall(it.zone, members=10)
    phones = [hall.phone(n) for n in range(10)]

    def sign(n: int) -> requests.Response:
        address = f"{it.zone.running.web}/api/v1/check-ins"
        return phones[n].http.post(address, json={"token": hall.token()}, timeout=30)

    with ThreadPoolExecutor(10) as hands:
        with it.zone.sessions() as session:
            session.get_one(Roll, hall.roll.id, with_for_update=True)
            assert session.scalar(text("SHOW lock_timeout")) == "5s", "a phone gives up after eight"
            began = time.monotonic()
            waiting = [hands.submit(sign, n) for n in range(10)]
            assert come_again(next(one for one in waiting if one.result().status_code == 503).result())
            assert time.monotonic() - began < 15  # 5 s, and what a slow machine adds
        first = [one.result() for one in waiting]
        assert {answer.status_code for answer in first} <= {201, 503}
        assert all(answer.status_code in (200, 201) for answer in hands.map(sign, range(10)))
    assert [line.status for line in hall.lines()].count(Status.PRESENT) == 10


def test_statement_that_does_not_end_is_given_up(it: Installation) -> None:
    before = complaints(it)
    it.sql(SLOW, "CREATE TRIGGER slow BEFORE INSERT ON complaint FOR EACH ROW EXECUTE FUNCTION slow()")
    try:
        began = time.monotonic()
        assert come_again(it.write("数据库很慢的时候写的"))
        assert time.monotonic() - began < 18
        assert it.ready(), "the others go on"
    finally:
        it.sql("DROP TRIGGER slow ON complaint", "DROP FUNCTION slow")
    assert it.write("数据库快了").status_code == 201
    assert complaints(it) == [*before, "数据库快了"]


def test_database_that_is_stopped_and_then_full_of_others_is_used_again(it: Installation) -> None:
    hall = a_hall(it.zone)
    phone, token, secretary = hall.phone(), hall.token(), hall.console().browser
    it.sql("ALTER ROLE zone_app CONNECTION LIMIT 0")  # holds for connections to come
    it.postgres.stop()
    try:
        nothing_works(it, hall, secretary)
    finally:
        it.start_database()
    nothing_works(it, hall, secretary)
    it.sql("ALTER ROLE zone_app CONNECTION LIMIT -1")
    assert until(it.ready)
    assert phone.sign(token=token) == (201, "")
    assert secretary.http.get(f"{it.zone.running.web}/console/", timeout=20).ok
    it.restart_jobs()


def nothing_works(it: Installation, hall: Hall, secretary: PlainBrowser) -> None:
    """See a database that nobody can reach at every door: said plainly, named, and within seconds."""
    began = time.monotonic()
    assert it.readiness() == (503, {"ok": False, "database": "down", "redis": "up"})
    assert it.get("/healthz").ok
    assert come_again(it.write("连不上数据库的时候写的"))
    page = secretary.http.get(f"{it.zone.running.web}/console/", timeout=20)
    assert (page.status_code, "请过一会儿再试" in page.text) == (503, True)
    assert "请过一会儿" in say(it, hall)
    assert time.monotonic() - began < 30


def test_platform_that_is_stopped_keeps_messages_waiting_and_nobody_else(it: Installation) -> None:
    hall, running = a_hall(it.zone), it.zone.running
    code = running.sim("POST", "login-code", appid=MINI, openid=hall.openids[0])["code"]
    with it.zone.sessions() as session:
        with it.without_platform():
            openids = publish_to_three(it)
            answer = requests.post(f"{running.web}/api/v1/session", json={"code": code}, timeout=20)
            assert (answer.status_code, answer.json()["error"]["code"]) == (502, "wechat_failed")
            assert int(answer.headers["Retry-After"]) > 0
            assert hall.phone().sign(token=hall.token()) == (201, "")
            assert it.ready()
            until(lambda: deliveries(it, openids) == [(DeliveryState.QUEUED, True)] * 3)
            # Until it knows again who follows the account, no message is taken up.
            session.scalars(messages_to(openids).with_for_update(of=Delivery)).all()
        rows = [{"openid": one, "subscribed": True} for one in openids]
        running.sim("POST", "followers", appid=ACCOUNT, followers=rows)
    until(lambda: {state for state, _ in deliveries(it, openids)} <= SENT)
    told = [message["openid"] for message in running.sim("GET", "messages", appid=ACCOUNT)["items"]]
    assert sorted(told) == sorted(openids)


def publish_to_three(it: Installation) -> list[str]:
    """Tell three followers of a theme day; return their openids."""
    with it.zone.sessions.begin() as session:
        campaign = a_draft(session, starts_at=it.zone.now() + timedelta(hours=3), appid=ACCOUNT)
        campaign.publish(session, it.zone.now(), Channels(ACCOUNT, None, None))
        return [str(binding.openid) for binding in campaign.bindings]


def deliveries(it: Installation, openids: list[str]) -> list[tuple[DeliveryState, bool]]:
    """Return the state of each message to them, and whether it was tried."""
    with it.zone.sessions() as session:
        return [(row.state, row.attempt_no > 0) for row in session.scalars(messages_to(openids))]


def messages_to(openids: list[str]) -> Select[Delivery]:
    """Return the question for the messages to these followers."""
    return select(Delivery).join(Binding).where(Binding.openid.in_(openids))
