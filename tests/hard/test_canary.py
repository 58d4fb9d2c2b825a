"""Names, numbers, openids, sessions and codes of people are in no log, figure, error, cache or audit row.

One installation in processes of its own is used, refused, fed bad files and broken; then everything that it
left behind is searched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from redis import Redis
from sqlalchemy import create_engine, text

from models.gatherings.roll import Roll
from models.people.member import Member
from tests.hard.halls import PASSWORD, Hall, a_hall, a_slip
from tests.hard.zones import MINI, Zone, open_zone
from tests.imports.sheets import a_workbook
from tests.running import until

NAMES = ("龚蕤鑫", "亓官毓", "逄翊翀", "禚桂堃")
NUMBERS = ("18837210461", "15903726642", "13523741853", "18237659034")
TYPED = "只有本人知道的一句话"
TOKEN = "canary-metrics-token"


@dataclass
class Left:
    """What must be found nowhere, and what refusals and failures answered."""

    told: set[str] = field(default_factory=set)
    refusals: list[str] = field(default_factory=list)
    forms: set[str] = field(default_factory=set)  # what the forms of a page that is logged in rightly carry

    def note(self, answer: requests.Response, *, at_least: int = 400) -> None:
        """Keep the answer of a refusal, whose status is no success."""
        assert answer.status_code >= at_least, (answer.url, answer.status_code)
        self.refusals.append(f"{answer.url}\n{answer.headers}\n{answer.text}")


@pytest.fixture
def zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    """Web, jobs and simulator of this test's own, whose figures can be read."""
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    with open_zone(tmp_path) as zone:
        zone.running.start_jobs()
        yield zone


def named(hall: Hall, left: Left) -> None:
    """Give the people of the hall their names and numbers."""
    keyring = hall.zone.keyring
    with hall.zone.sessions.begin() as session:
        for member, name, number in zip(hall.members, NAMES, NUMBERS, strict=True):
            row = session.get_one(Member, member.id)
            row.name, row.phone_box, row.phone_hash = name, keyring.seal(number), keyring.phone_hash(number)
    left.told |= {*NAMES, *NUMBERS, *hall.openids, TYPED, PASSWORD}
    left.told |= {f"{number[:3]} {number[3:7]} {number[7:]}" for number in NUMBERS}


def use_phones(hall: Hall, left: Left) -> None:
    """Log in, sign in, bind, ask leave, write; each also wrongly."""
    first, second, third = (hall.phone(n) for n in range(3))
    slip, stranger = a_slip(hall, hall.members[3]), hall.zone.phone("o-canary-stranger-of-the-hall")
    left.told |= {first.token, second.token, third.token, stranger.token, stranger.openid, slip}
    code = hall.zone.running.sim("POST", "login-code", appid=MINI, openid=hall.openids[0])["code"]
    left.told |= {code, str(stranger.call("POST", "session", {"code": code}).json()["token"])}
    left.note(stranger.call("POST", "session", {"code": f"{code}-{TYPED}"}))
    assert first.sign(token=hall.token()) == (201, "")
    left.note(second.call("POST", "check-ins", {"gathering_id": hall.gathering.id, "code": NUMBERS[0]}))
    left.note(second.call("POST", "check-ins", {"token": TYPED, "openid": hall.openids[2]}))
    left.note(second.call("POST", f"gatherings/{NUMBERS[0]}/leave", {"reason": NAMES[1], "note": TYPED}))
    left.note(second.call("POST", "complaints", {"text": f"{NAMES[0]}\0{TYPED}{NUMBERS[0]}"}))
    left.note(stranger.call("POST", "binding", {"bind_code": "123456789014"}))
    bound = stranger.call("POST", "binding", {"bind_code": slip, "confirm": True})
    assert bound.status_code in (201, 409), bound.text
    wrote = third.call("POST", "complaints", {"text": f"{NAMES[2]}：{TYPED}", "contact": NUMBERS[2]})
    assert wrote.status_code == 201, wrote.text
    web = f"{hall.zone.running.web}/api/v1/me/points"
    left.note(requests.get(web, headers={"Authorization": f"Bearer {first.token}x"}, timeout=20))
    left.note(requests.get(f"{web}/{NAMES[0]}?token={first.token}&openid={hall.openids[0]}", timeout=20))


def chat(hall: Hall, left: Left) -> None:
    """Type in the account's chat what people type: words, names, numbers, codes."""
    slip = a_slip(hall, hall.members[2])
    left.told.add(slip)
    for words in (
        f"{NAMES[1]} {NUMBERS[1]}",
        f"绑定 {slip}",
        "签到 000000",
        f"请假 {TYPED}",
        "积分",
        f"投诉 {TYPED}",
    ):
        assert hall.zone.say(hall.openids[1], words)


def work(hall: Hall, left: Left) -> None:
    """Use the console: a wrong log-in, lists, a bad workbook, an export, a page that is not there."""
    web = f"{hall.zone.running.web}/console"
    wrong = {"login": hall.officers[0].login, "password": TYPED}
    left.note(requests.post(f"{web}/login", data=wrong, timeout=20))
    left.note(requests.post(f"{web}/login", data={"login": "x", "password": f"{TYPED}\0"}, timeout=20))
    secretary = hall.console()
    http = secretary.browser.http
    left.forms.add(secretary.csrf)
    left.told |= {secretary.csrf, *http.cookies.get_dict().values()}
    for page in ("members", f"rolls/{hall.roll.id}", "slips", "ledgers", "leaves"):
        assert http.get(f"{web}/{page}", timeout=20).status_code == 200, page
    rows = [
        ["支部", "姓名", "党员身份", "手机号"],
        [hall.branch.code, NAMES[0], "不是身份", f"{NUMBERS[0]}9"],
    ]
    file = {"file": ("名册.xlsx", a_workbook(rows))}
    sent = {"csrf": secretary.csrf, "org": str(hall.branch.id)}
    report = http.post(f"{web}/imports", data=sent, files=file, timeout=30)
    assert "名册不收入党积极分子" in report.text
    left.note(report, at_least=200)
    left.note(http.post(f"{web}/imports", data=sent, files={"file": (f"{NAMES[0]}.xlsx", b"PK")}, timeout=30))
    left.note(secretary.post("people", name=NAMES[2], purpose="objection"))
    left.note(secretary.post(f"rolls/{hall.roll.id}/marks", **{f"m-{NUMBERS[0]}": "present"}))
    left.note(http.get(f"{web}/{NAMES[0]}/{NUMBERS[0]}", timeout=20))
    marks = {f"m-{member.id}": "present" for member in hall.members}
    assert secretary.post(f"rolls/{hall.roll.id}/confirmation", **marks).status_code == 303
    wish = {"org": str(hall.branch.id), "purpose": "archive"}
    meetings = http.get(f"{web}/ledgers/meetings", params=wish, timeout=30)
    assert meetings.headers["Content-Disposition"].startswith("attachment")


def break_it(hall: Hall, left: Left) -> None:
    """Take a table away under the web and the jobs, use both, and put it back."""
    owner = create_engine(hall.zone.running.environment["DATABASE_OWNER_URL"], isolation_level="AUTOCOMMIT")
    third, address = hall.phone(2), f"{hall.zone.running.web}/api/v1/complaints"
    with owner.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE complaint RENAME TO complaint_away")
        sent = {"text": f"{NAMES[2]} {TYPED}", "contact": NUMBERS[2]}
        mine = {"Authorization": f"Bearer {third.token}"}
        left.note(requests.post(address, json=sent, headers=mine, timeout=20), at_least=500)
        connection.exec_driver_sql("ALTER TABLE complaint_away RENAME TO complaint")
    owner.dispose()
    left.told.add(third.token)


def cached(zone: Zone) -> str:
    """Return every key and value of the cache."""
    said = []
    with Redis.from_url(zone.valkey.url()) as redis:
        for key in redis.scan_iter("*"):
            said.append(key.decode("utf-8", "replace"))
            said.append(repr(redis.dump(key)))
            if redis.type(key) == b"string":
                said.append((redis.get(key) or b"").decode("utf-8", "replace"))
    assert said
    return "\n".join(said)


def audited(zone: Zone) -> str:
    """Return every audit row as text."""
    with zone.sessions() as session:
        rows = session.execute(text("SELECT audit::text FROM audit")).scalars().all()
        assert session.get(Roll, 1) is not None
    assert len(rows) > 5
    return "\n".join(rows)


def test_nothing_that_is_left_behind_knows_anybody(zone: Zone) -> None:
    # Controls: each of a name in a log line, an openid in a Redis key, a typed text in an error, a session
    # token in an audit row and a statement's values in an exception turns this red.
    left, hall = Left(), a_hall(zone, members=len(NAMES))
    named(hall, left)
    use_phones(hall, left)
    chat(hall, left)
    work(hall, left)
    break_it(hall, left)
    with zone.sessions() as session:
        until(lambda: session.execute(text("SELECT count(*) FROM planned_run")).scalar())
    token = {"Authorization": f"Bearer {TOKEN}"}
    figures = requests.get(f"{zone.running.web}/metrics", headers=token, timeout=20)
    assert figures.ok
    logs = {path.name: path.read_text("utf-8", "replace") for path in zone.running.folder.glob("*.log")}
    assert {"web.log"} < {name for name in logs if name != "simulator.log"}
    places = {name: said for name, said in logs.items() if name != "simulator.log"}
    places |= {"redis": cached(zone), "audit": audited(zone), "figures": figures.text}
    places |= {f"refusal {n}": said.partition("\n")[2] for n, said in enumerate(left.refusals)}
    assert len(left.told) > 20
    found = {
        place: {one for one in left.told - (left.forms if place[:7] == "refusal" else set()) if one in said}
        for place, said in places.items()
    }
    assert {place: ones for place, ones in found.items() if ones} == {}
    assert re.search(r"complaint", places["web.log"]), "the failure is in the log"
