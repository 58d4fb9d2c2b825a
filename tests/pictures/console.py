"""Every page of the console with the demonstration, at 360 and 1280 px.

Taken on the morning of 21 November 2026, so that drafts, notices, an open roll and answers are all there.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, text

from models.demo.tree import SCHEMES
from tests.bench.ground import platform
from tests.chromium import launched
from tests.pictures.shelf import ALL, wanted, with_palette
from tests.running import Running

WHEN = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
WIDTHS = (360, 1280)


class Shot(NamedTuple):
    """One page: the picture's name, who looks, and its address; `{…}` is an id that QUERIES finds.

    `file`: a scheme's text that is sent from there by the page's form; its answer is the picture.
    """

    name: str
    login: str
    address: str
    file: str = ""


QUERIES = {
    "draft": "SELECT g.id FROM gathering g JOIN org o ON o.id = g.org_id WHERE g.state = 'draft'"
    " AND o.code = 'HZ01'",
    "told": "SELECT id FROM gathering WHERE state = 'published'",
    "told_roll": "SELECT r.id FROM roll r JOIN gathering g ON g.id = r.gathering_id"
    " WHERE g.state = 'published'",
    "past_roll": "SELECT r.id FROM roll r JOIN org o ON o.id = r.org_id WHERE o.code = 'HZ01'"
    " AND r.confirmed_at IS NOT NULL ORDER BY r.id DESC",
    "open_roll": "SELECT r.id FROM roll r JOIN gathering g ON g.id = r.gathering_id"
    " WHERE g.state = 'closed' AND r.confirmed_at IS NULL",
    "filed_roll": "SELECT r.id FROM roll r JOIN org o ON o.id = r.org_id JOIN minutes m ON m.roll_id = r.id"
    " WHERE o.code = 'HZ01' AND m.state = 'filed' ORDER BY r.id DESC",
    "begun_roll": "SELECT roll_id FROM minutes WHERE state = 'draft'",
    "returned_roll": "SELECT r.id FROM roll r JOIN org o ON o.id = r.org_id JOIN minutes m"
    " ON m.roll_id = r.id WHERE o.code = 'HZ02' AND m.state = 'returned'",
    "handover": "SELECT h.id FROM handover h JOIN org o ON o.id = h.org_id WHERE o.code = 'HZ05'",
    "called": "SELECT id FROM gathering WHERE state = 'draft' AND kind = 'volunteering'",
    "elected": "SELECT id FROM org WHERE code = 'HZ05'",
    "sent_back": "SELECT id FROM article WHERE state = 'draft'",
    "proposed": "SELECT a.id FROM article a JOIN org o ON o.id = a.org_id WHERE a.state = 'proposed'"
    " AND o.code = 'HZ03'",
    "reviewed": "SELECT id FROM article WHERE state = 'reviewed'",
    "published": "SELECT id FROM article WHERE state = 'published'",
    "proposal": "SELECT p.id FROM proposal p JOIN org o ON o.id = p.branch_id WHERE o.code = 'HZ01'"
    " AND p.state = 'approved' ORDER BY p.decided_at DESC",
    "objection": "SELECT id FROM objection WHERE answered_at IS NULL AND how IS NOT NULL",
    "objection_answered": "SELECT id FROM objection WHERE state = 'upheld'",
    "objector": "SELECT member_id FROM objection WHERE answered_at IS NULL AND how IS NOT NULL",
    "half_graded": "SELECT r.id FROM rating r JOIN org o ON o.id = r.branch_id WHERE o.code = 'XB05'",
    "on_board": "SELECT r.id FROM rating r JOIN org o ON o.id = r.branch_id WHERE o.code = 'XB07'",
    "disputed": "SELECT r.id FROM rating r JOIN org o ON o.id = r.branch_id WHERE o.code = 'HZ01'",
    "tied": "SELECT r.id FROM rating r JOIN org o ON o.id = r.branch_id WHERE o.code = 'HZ02'",
    "scheme": "SELECT id FROM scheme WHERE code = 'ZONE' ORDER BY version DESC",
    "unrated": "SELECT m.id FROM member m JOIN org o ON o.id = m.branch_id WHERE o.code = 'DY07'"
    " ORDER BY m.id DESC",
    "member": "SELECT e.member_id FROM point_entry e JOIN org o ON o.id = e.branch_id WHERE o.code = 'HZ03'"
    " AND e.item = 'volunteer' GROUP BY 1 ORDER BY count(*) DESC, 1",
}
ZONE_SCHEME = (SCHEMES / "ZONE.json").read_text("utf-8")
# A part misspelt, and an item that earns where one can only lose.
FAULTY = ZONE_SCHEME.replace('"part": "task"', '"part": "tasks"', 1).replace('"pts": -2', '"pts": 2', 1)
SHOTS = (
    Shot("front", "", "/"),
    Shot("login", "", "/console/login"),
    Shot("scanned", "", "/c/AQAAAAEDfVf2i0Q1m8Yk3v0pXk"),
    Shot("today", "qlw-sj", "/console/"),
    Shot("today-group-leader", "qlw-zz1", "/console/"),
    Shot("today-township", "hz-gb", "/console/"),
    Shot("today-quiet", "sfq-sjy", "/console/"),
    Shot("gatherings", "qlw-sj", "/console/gatherings"),
    Shot("gatherings-township", "hz-gb", "/console/gatherings"),
    Shot("draft", "qlw-sj", "/console/gatherings/{draft}"),
    Shot("gathering", "dy01-sj", "/console/gatherings/{told}"),
    Shot("change", "dy01-sj", "/console/gatherings/{told}/change"),
    Shot("cancellation", "dy01-sj", "/console/gatherings/{told}/cancellation"),
    Shot("board-sheet", "dy01-sj", "/console/gatherings/{told}/sheet"),
    Shot("phone-list", "dy01-sj", "/console/gatherings/{told}/phone-list"),
    Shot("phone-list-group-leader", "dy01-zz2", "/console/gatherings/{told}/phone-list"),
    Shot("roll", "dy01-sj", "/console/rolls/{told_roll}"),
    Shot("roll-confirmed", "qlw-sj", "/console/rolls/{past_roll}"),
    Shot("paper", "dy01-sj", "/console/rolls/{told_roll}/paper"),
    Shot("sign-in-sheet", "dy01-sj", "/console/rolls/{told_roll}/sheet"),
    Shot("confirmation", "dy07-sj", "/console/rolls/{open_roll}/confirmation"),
    Shot("amendment", "qlw-sj", "/console/rolls/{past_roll}/amendment"),
    Shot("makeups", "qlw-sj", "/console/makeups"),
    Shot("leaves", "qlw-sj", "/console/leaves"),
    Shot("leaves-group-leader", "qlw-zz1", "/console/leaves"),
    Shot("members", "qlw-sj", "/console/members"),
    Shot("points", "hzsq-sj", "/console/members/{member}/points"),
    Shot("points-book", "hzsq-sj", "/console/points"),
    Shot("points-month", "hzsq-sj", "/console/points/month?month=2026-10"),
    Shot("points-cards", "hzsq-sj", "/console/points/cards"),
    Shot("points-cards-print", "qlw-sj", "/console/points/cards/print?who=no_phone"),
    Shot("membership", "dy07-sj", "/console/members/{unrated}/membership"),
    Shot("proposals", "qlw-sj", "/console/proposals"),
    Shot("proposals-clerk", "qlw-zg", "/console/proposals"),
    Shot("proposals-decided", "hzsq-sj", "/console/proposals"),
    Shot("proposal-new", "qlw-sj", "/console/proposals/new"),
    Shot("objections", "qlw-wy", "/console/objections"),
    Shot("objection", "qlw-wy", "/console/objections/{objection}"),
    Shot("objection-new", "qlw-zg", "/console/objections/new?member={objector}"),
    Shot("objection-receipt", "qlw-wy", "/console/objections/{objection}/receipt"),
    Shot("objection-answered", "hzsq-sj", "/console/objections/{objection_answered}"),
    Shot("objection-paper", "hzsq-sj", "/console/objections/{objection_answered}/paper"),
    Shot("ratings", "qlw-sj", "/console/ratings"),
    Shot("ratings-under-way", "xb05-sj", "/console/ratings"),
    Shot("ratings-below", "xb-gb", "/console/ratings/below?cycle=2026Q3"),
    Shot("ratings-below-filed", "hz-gb", "/console/ratings/below?cycle=2025"),
    Shot("ratings-below-zone", "sfq-gb", "/console/ratings/below?cycle=2025"),
    Shot("rating-begun", "xb05-sj", "/console/ratings/{half_graded}"),
    Shot("rating-grades", "xb05-sj", "/console/ratings/{half_graded}/grades"),
    Shot("rating-results", "xb05-sj", "/console/ratings/{half_graded}/results"),
    Shot("rating-meeting", "xb05-sj", "/console/ratings/{half_graded}/steps/assembly_appraisal"),
    Shot("rating-on-board", "xb07-sj", "/console/ratings/{on_board}"),
    Shot("rating-posting", "xb07-sj", "/console/ratings/{on_board}/posting"),
    Shot("rating-board", "xb07-sj", "/console/ratings/{on_board}/board"),
    Shot("rating-filing", "xb-gb", "/console/ratings/{on_board}/filing"),
    Shot("rating-archived", "qlw-sj", "/console/ratings/{disputed}"),
    Shot("rating-results-archived", "qlw-sj", "/console/ratings/{disputed}/results"),
    Shot("rating-results-tied", "lsp-sj", "/console/ratings/{tied}/results"),
    Shot("rating-sheet", "qlw-sj", "/console/ratings/{disputed}/sheet"),
    Shot("rating-filed", "hz-gb", "/console/ratings/{disputed}/filing"),
    Shot("schemes", "hz-gb", "/console/schemes"),
    Shot("scheme", "hz-gb", "/console/schemes/{scheme}"),
    Shot("scheme-check", "sfq-gb", "/console/schemes", FAULTY),
    Shot("scheme-narrowing", "hz-gb", "/console/schemes/{scheme}/narrowing"),
    Shot("slips", "qlw-sj", "/console/slips"),
    Shot("imports", "qlw-zg", "/console/imports"),
    Shot("required-items", "hz-gb", "/console/required-items"),
    Shot("accounts", "hz-gb", "/console/accounts"),
    Shot("complaints", "sfq-gb", "/console/complaints"),
    Shot("office-answers", "sfq-gb", "/console/office-answers"),
    Shot("phone-code", "qlw-sj", "/console/phone-code"),
    Shot("password", "qlw-sj", "/console/password"),
    Shot("refused", "qlw-zz1", "/console/members"),
    Shot("today-zone", "sfq-gb", "/console/"),
    Shot("minutes", "qlw-sj", "/console/rolls/{begun_roll}/minutes"),
    Shot("record", "qlw-sj", "/console/rolls/{filed_roll}/record"),
    Shot("record-above", "hz-gb", "/console/rolls/{filed_roll}/record"),
    Shot("record-returned", "lsp-sj", "/console/rolls/{returned_roll}/record"),
    Shot("relay", "qlw-sj", "/console/rolls/{filed_roll}/relay"),
    Shot("below", "hz-gb", "/console/below?period=2026-10"),
    Shot("below-zone", "sfq-gb", "/console/below?period=2026-10"),
    Shot("people", "hz-gb", "/console/people"),
    Shot("convening", "hz-gb", "/console/gatherings/{called}"),
    Shot("accounts-batch", "hz-gb", "/console/accounts/batch"),
    Shot("slips-township", "hz-gb", "/console/slips"),
    Shot("handovers", "hz-gb", "/console/handovers"),
    Shot("handover-new", "hz-gb", "/console/handovers/new?org={elected}"),
    Shot("handover", "hz-gb", "/console/handovers/{handover}"),
    Shot("ledgers", "qlw-sj", "/console/ledgers"),
    Shot("ledgers-township", "hz-gb", "/console/ledgers"),
    Shot("articles", "sfq-gb", "/console/articles"),
    Shot("article-new", "qlw-sj", "/console/articles/new"),
    Shot("article-edit", "dy01-zg", "/console/articles/{sent_back}/edit"),
    Shot("article-review", "hz-gb", "/console/articles/{proposed}"),
    Shot("article-approval", "sfq-gb", "/console/articles/{reviewed}"),
    Shot("article-published", "dy02-sj", "/console/articles/{published}"),
    Shot("article-copy", "sfq-xc", "/console/articles/{published}/copy"),
    Shot("approval-sheet", "sfq-gb", "/console/articles/{reviewed}/sheet"),
    Shot("article", "", "/a/{published}"),
)
# The hall's screen, once the gathering is open: after everything else.
PROJECTOR = Shot("projector", "dy01-sj", "/console/gatherings/{told}/projector")


@contextmanager
def demonstrated(folder: Path, at: datetime) -> Iterator[Running]:
    """Start the product with the demonstration, the clock set."""
    with platform(folder) as (_, running):
        running.set_clock(at)
        running.command("demo", seconds=300)
        running.start(jobs=False)
        try:
            yield running
        finally:
            running.stop()


def found_ids(running: Running) -> dict[str, int]:
    """Return the ids that addresses name."""
    engine = create_engine(running.environment["DATABASE_URL"])
    with engine.connect() as connection:
        ids = {name: connection.scalar(text(query)) for name, query in QUERIES.items()}
    engine.dispose()
    return {name: int(found) for name, found in ids.items() if found is not None}


def logged_in(browser: Browser, running: Running, login: str, width: int) -> Page:
    """Return a page of this width, logged in unless nobody is asked for."""
    context = browser.new_context(
        viewport={"width": width, "height": 740 if width < 500 else 900},
        base_url=running.web,
        locale="zh-CN",
    )
    page = context.new_page()
    if login:
        page.goto("/console/login")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(running.environment["DEMO_PASSWORD"])
        page.get_by_role("button", name="登录").click()
        page.wait_for_load_state()
    return page


def take(page: Page, shot: Shot, width: int, ids: dict[str, int]) -> Path:
    """Take one picture of the whole page."""
    page.goto(shot.address.format(**ids))
    if shot.file:
        page.get_by_label("办法文件").set_input_files(
            {"name": "scheme.json", "mimeType": "application/json", "buffer": shot.file.encode()}
        )
        page.get_by_role("button", name="核对").click()
    page.wait_for_load_state("networkidle" if "projector" not in shot.name else "load")
    path, usual = ALL / f"{shot.name}-{width}.png", page.viewport_size
    if usual and page.locator(".confirm").count():
        # What sticks to the bottom of the screen would lie across the middle of the picture.
        page.set_viewport_size({"width": width, "height": page.evaluate("document.body.scrollHeight")})
    page.screenshot(path=path, full_page=True)
    if usual:
        page.set_viewport_size(usual)
    with_palette(path)
    print(path.name)
    return path


def take_all(words: Sequence[str]) -> list[Path]:
    """Take every picture, or those whose names begin with one of the words."""
    shots = [shot for shot in SHOTS if wanted(shot.name, words)]
    last = wanted(PROJECTOR.name, words)
    taken: list[Path] = []
    if not shots and not last:
        return taken
    with (
        tempfile.TemporaryDirectory(prefix="zone-pictures-") as folder,
        launched() as browser,
        demonstrated(Path(folder), WHEN) as running,
    ):
        ids = found_ids(running)
        for width in WIDTHS:
            pages: dict[str, Page] = {}
            for shot in shots:
                if shot.login not in pages:
                    pages[shot.login] = logged_in(browser, running, shot.login, width)
                taken.append(take(pages[shot.login], shot, width, ids))
        if last:
            taken += take_projector(browser, running, ids)
    return taken


def take_projector(browser: Browser, running: Running, ids: dict[str, int]) -> list[Path]:
    """Open the gathering by hand and take the hall's screen with its code."""
    page = logged_in(browser, running, PROJECTOR.login, WIDTHS[0])
    page.goto("/console/gatherings/{told}".format(**ids))
    page.get_by_role("button", name="现在开放签到").click()
    page.wait_for_load_state()
    return [
        take(logged_in(browser, running, PROJECTOR.login, width), PROJECTOR, width, ids) for width in WIDTHS
    ]
