"""Text from people stays text: on every page, in every answer, in the article the public reads."""

import pytest
from playwright.sync_api import Browser as Chromium

from models.articles.editing import plain_text
from models.notices.link import notice_token
from models.people.console import start_session
from tests.factories import KEYRING
from tests.handlers.console_site import Site
from tests.handlers.hostile import LINES, PUBLISHED, WHOLE, Typed, typed_everywhere
from tests.handlers.watch import watched
from tests.hard.payloads import ALL, ATTRIBUTES, MARKUP, fitting

pytestmark = pytest.mark.browser

EVALUATED = str(1337 * 7331)


def logged_in(site: Site, who: str) -> str:
    with site.sessions.begin() as session:
        return start_session(session, site.staff[who], now=site.now)


def read_as_typed(text: str, page: str) -> bool:
    """Return whether a page can be read with this text in it, line for line."""
    return all(" ".join(line.split()) in page for line in plain_text(text).split("\n"))


def test_watch_notices_each_of_them_where_nothing_escapes_it(chromium: Chromium) -> None:
    quoted = ('<p title="%s">', "<p title='%s'>")
    frames = dict.fromkeys(MARKUP, ("<p>%s</p>",)) | dict.fromkeys(ATTRIBUTES, quoted)
    unnoticed = []
    with watched(chromium, "http://unsafe.test") as watch:
        for text in frames:
            watch.faults.clear()
            for frame in frames[text]:
                watch.page.set_content(frame.replace("%s", text), wait_until="commit")
                watch.judge()
            if not watch.faults:
                unnoticed.append(text)
    assert unnoticed == []


@pytest.fixture
def typed(site: Site) -> Typed:
    """The site with hostile texts in everything."""
    return typed_everywhere(site)


def pages_of(typed: Typed, who: str) -> list[str]:
    """Return what this person may look at, of the pages that show what people typed."""
    roll, coming = f"/console/rolls/{typed.roll}", f"/console/rolls/{typed.coming}"
    first, _, third, draft, *_ = (f"/console/gatherings/{at}" for at in typed.gatherings)
    told, articles = (
        f"/console/gatherings/{typed.site.gathering_id}",
        [f"/console/articles/{at}" for at in typed.articles],
    )
    pictured, printed = articles[PUBLISHED[2]], articles[PUBLISHED[1]]
    member = typed.site.members["赵大有"].id
    match who:
        case "secretary":
            return [
                "/console/", "/console/gatherings", "/console/gatherings/new", first, draft, f"{draft}/sheet",
                f"{first}/phone-list", f"{first}/sheet", f"{first}/change", f"{third}/cancellation",
                f"{third}/projector", told, roll, f"{roll}/sheet", f"{coming}/paper", coming,
                f"{roll}/amendment",
                f"{roll}/record", f"{roll}/relay", "/console/members", f"/console/members/{member}/points",
                "/console/slips", "/console/leaves", "/console/makeups", "/console/articles",
                "/console/articles?state=published", "/console/articles?state=withdrawn",
                "/console/articles/new", *articles[:5], f"{articles[0]}/edit", f"{articles[1]}/sheet",
                f"{printed}/copy", pictured, printed, "/console/ledgers", "/console/imports",
            ]  # fmt: skip
        case "town":
            return [
                "/console/", "/console/gatherings", "/console/gatherings/new", first, "/console/below",
                "/console/people", f"{roll}/record", "/console/articles", f"{articles[1]}", "/console/slips",
                "/console/required-items", "/console/accounts", "/console/accounts/batch",
                "/console/handovers", "/console/handovers/1", "/console/ledgers",
            ]  # fmt: skip
        case "zone":
            return [
                "/console/", "/console/below", "/console/articles", articles[12], articles[11],
                "/console/complaints", "/console/office-answers", "/console/office-answers/transfer",
                "/console/accounts",
            ]  # fmt: skip
    token = notice_token(KEYRING, typed.gatherings[0])
    return ["/", f"/n/{token}", *(f"/a/{typed.articles[n]}" for n in PUBLISHED)]


def test_text_from_people_stays_text_on_every_page_and_in_every_answer(
    typed: Typed, address: str, chromium: Chromium
) -> None:
    faults, read = [], {}
    for who in ("secretary", "town", "zone", ""):
        cookie = logged_in(typed.site, who) if who else ""
        with watched(chromium, address, cookie=cookie) as watch:
            for at in pages_of(typed, who):
                read[at] = watch.open(at)
            for answer in [] if who else typed.answers:
                read[f"{answer.request.path} answered"] = watch.show(address, answer)
            if not who:
                news = watch.open("/api/v1/home")
            faults += watch.faults
    assert not faults, "\n".join(faults)
    assert [at for at, text in read.items() if EVALUATED in text] == []
    # Nothing was taken for markup and dropped either.
    public = " ".join(read[f"/a/{typed.articles[n]}"] for n in WHOLE)
    record = read[f"/console/rolls/{typed.roll}/record"]
    assert [text for text in ALL if not read_as_typed(text, public)] == []
    assert [text for text in ALL if not read_as_typed(text, record)] == []
    assert sum(title in news for title in fitting(32, LINES)) >= len(PUBLISHED) - 1
