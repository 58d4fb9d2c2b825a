"""Pictures that are too large or unpack to much, sent to the real web: words, and no worker grows."""

import re
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import psutil
import requests
from PIL import Image
from sqlalchemy import func, select

from models.articles.article import Article, Picture
from models.people.account import Account
from tests.articles.photos import a_bomb, a_photo
from tests.factories import an_article
from tests.hard.test_large_files import a_clerk, branch_of, memory
from tests.hard.zones import Zone


def a_draft(zone: Zone, login: str) -> tuple[requests.Session, int]:
    """Return a clerk's browser and a draft of the clerk's branch."""
    browser = a_clerk(zone, login)
    with zone.sessions.begin() as session:
        by = session.scalars(select(Account).where(Account.login == login)).one()
        return browser, an_article(session, branch_of(session, login), by).id


def send(zone: Zone, browser: requests.Session, article: int, file: bytes) -> requests.Response:
    """Put a picture into a draft as it stands."""
    address = f"{zone.running.web}/console/articles/{article}/edit"
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get(address, timeout=60).text)
    assert csrf
    with zone.sessions() as session:
        seen = session.get_one(Article, article).version
    form = {
        "csrf": csrf[1],
        "seen": str(seen),
        "title": "题",
        "byline": "署",
        "do": "picture",
        "consent": "yes",
    }
    return browser.post(
        address,
        data=form,
        files={"picture": ("照片.jpg", file, "image/jpeg")},
        timeout=120,
        allow_redirects=False,
    )


def a_webp(side: int) -> bytes:
    file = BytesIO()
    Image.new("RGBA", (side, side)).save(file, "WEBP", lossless=True, method=0)
    return file.getvalue()


def peak(zone: Zone) -> int:
    """Return the most megabytes that one of the web's processes ever held."""
    web = psutil.Process(zone.running.children["web"].pid)
    pids = [process.pid for process in (web, *web.children(recursive=True))]
    told = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
    return max(int(found[1]) // 1000 for text in told if (found := re.search(r"VmHWM:\s*(\d+)", text)))


def test_small_files_that_unpack_to_much_cost_one_picture_at_a_time(zone: Zone) -> None:
    browser, article = a_draft(zone, "picturebomb")
    assert send(zone, browser, article, a_photo()).status_code == 303
    before_peak = peak(zone)
    for file in (a_bomb(30_000, 30_000), a_bomb(7_000, 7_000), a_webp(4_100)):
        answer = send(zone, browser, article, file)
        assert (answer.status_code, "请缩小后再选" in answer.text or "不是能用的图片" in answer.text) == (
            400,
            True,
        )
    assert peak(zone) < before_peak + 60
    whole = a_webp(3_500)  # the worst that is taken
    hands = [a_draft(zone, f"picturehand{n}") for n in range(6)]
    held = []
    with ThreadPoolExecutor(len(hands)) as pool:
        for _ in range(4):
            answers = list(pool.map(lambda hand: send(zone, hand[0], hand[1], whole).status_code, hands))
            assert answers == [303] * len(hands)
            held.append(memory(zone))
    assert peak(zone) < before_peak + 400  # one of them takes 210
    assert held[3] < held[1] + 60  # every thread has unpacked one by then


def test_twenty_five_megabytes_are_refused_with_a_sentence_and_leave_nothing(zone: Zone) -> None:
    browser, article = a_draft(zone, "picturelarge")
    send(zone, browser, article, a_photo())
    before = memory(zone)
    for _ in range(3):
        answer = send(zone, browser, article, a_photo() + bytes(25_000_000))
        assert (answer.status_code, "每张不超过 10 MB" in answer.text) == (413, True)
    with zone.sessions() as session:
        mine = select(func.count()).where(Picture.article_id == article)
        assert session.scalar(mine) == 1
    assert memory(zone) < before + 60
