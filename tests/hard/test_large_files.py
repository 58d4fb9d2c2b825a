"""Files that are too large or made to hurt, sent to the real web: a clear answer, and no worker grows."""

import re
from io import BytesIO
from typing import IO

import psutil
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.account import Role
from models.people.console import start_session
from models.people.org import Org
from tests.factories import a_branch, a_post, an_account
from tests.hard.zones import Zone
from tests.imports.sheets import a_workbook, repacked

END = b"</sheetData>"
BOMB = ("xl/worksheets/sheet1.xml", END, b"<row>" + b"<c/>" * 4_000_000 + b"</row>" + END)


def a_clerk(zone: Zone, login: str) -> requests.Session:
    """Return the browser of a clerk who is logged in."""
    with zone.sessions.begin() as session:
        account = an_account(session, login, "林小满")
        a_post(session, account, branch_of(session, login), Role.CLERK)
        token = start_session(session, account, now=zone.now())
    browser = requests.Session()
    browser.trust_env = False
    browser.cookies.set("console", token)
    return browser


def branch_of(session: Session, code: str) -> Org:
    return session.scalar(select(Org).where(Org.code == code)) or a_branch(session, code=code)


def send(zone: Zone, browser: requests.Session, file: IO[bytes] | bytes) -> requests.Response:
    """Have a workbook looked at."""
    page = f"{zone.running.web}/console/imports"
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get(page, timeout=20).text)
    assert csrf
    return browser.post(
        page, data={"csrf": csrf[1], "do": "look"}, files={"file": ("名册.xlsx", file)}, timeout=60
    )


def memory(zone: Zone) -> int:
    """Return the megabytes that the web's processes hold."""
    web = psutil.Process(zone.running.children["web"].pid)
    return sum(process.memory_info().rss for process in (web, *web.children(recursive=True))) // 1_000_000


def test_fifty_megabytes_get_a_sentence_and_no_memory(zone: Zone) -> None:
    browser = a_clerk(zone, "large")
    send(zone, browser, a_workbook([["姓名"]]))
    before = memory(zone)
    for _ in range(4):
        answer = send(zone, browser, b"PK" + bytes(50_000_000))
        assert answer.status_code == 413
        assert "文件超过 20 MB" in answer.text
    assert memory(zone) < before + 40


def test_the_largest_file_that_is_read_is_given_back(zone: Zone) -> None:
    browser = a_clerk(zone, "nearly")
    before = memory(zone)
    for _ in range(4):
        answer = send(zone, browser, b"PK" + bytes(19_900_000))
        assert (answer.status_code, "不完整" in answer.text) == (400, True)
    assert memory(zone) < before + 100


def test_a_bomb_costs_one_request_seconds_and_the_others_nothing(zone: Zone) -> None:
    browser = a_clerk(zone, "bomb")
    file = repacked(a_workbook([["姓名"], ["王建国"]]), *BOMB)
    before = memory(zone)
    for _ in range(2):
        answer = send(zone, browser, BytesIO(file))
        assert (answer.status_code, "展开后太大" in answer.text) == (400, True)
    assert memory(zone) < before + 60
