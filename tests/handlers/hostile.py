"""A site where somebody typed hostile texts at every door; pages and answers that show them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from itertools import cycle
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from models.articles.approval import CHECKLIST
from models.articles.article import Article
from models.audit import Via
from models.gatherings.marks import set_marks, settle_rest
from models.gatherings.minutes.minutes import Minutes
from models.gatherings.roll import Roll, Status
from models.people.account import Account, Post
from models.people.complaint import Complaint, receive_complaint
from models.people.member import Member
from models.people.org import Org
from models.points.posting import confirm_roll
from tests.articles.photos import a_photo
from tests.factories import a_branch, a_member
from tests.handlers.console.minutes.test_minutes_pages import FORM
from tests.handlers.console_site import Browser, Site, publish_theme_day
from tests.hard.payloads import ALL, fitting
from tests.imports.sheets import a_workbook

# What a field of one line or a table's cell can hold at all.
LINES = tuple(text.strip() for text in ALL if text.isprintable())
# A NUL is refused, and its field named (test_nul.py): everything else is taken as it is.
TAKEN = tuple(text.replace("\0", "") for text in ALL)
Step = tuple[str, str, dict[str, Any]]
# Names hold no digit, and no place is finer than a county.
NAMES = tuple(text for text in LINES if text[0] not in "=+-@" and not any(map(str.isdigit, text)))
MONTHS = ("2026-12", "2027-01", "2027-02", "2027-03", "2027-04", "2027-05")
PUBLISHED, WHOLE = range(5, 11), (5, 6)  # which articles; which have all texts between them


def some(most: int, among: tuple[str, ...] = LINES) -> Callable[[], str]:
    """Return a function that gives the next text of one line and so many characters, over and over."""
    texts = cycle(fitting(most, among))
    return lambda: next(texts)


@dataclass
class Typed:
    """What came of the typing: ids, and the answers to forms that show what was typed."""

    site: Site
    roll: int = 0
    coming: int = 0  # roll of the first gathering
    gatherings: list[int] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    answers: list[TestResponse] = field(default_factory=list)
    hands: dict[tuple[str, datetime], tuple[Browser, str]] = field(default_factory=dict)

    def send(self, who: str, address: str, fields: dict[str, Any], status: int = 303) -> TestResponse:
        """Send a form that is taken, or whose answer shows it again."""
        if (who, self.site.now) not in self.hands:
            browser = self.site.browser(who or None)
            self.hands[who, self.site.now] = browser, browser.csrf()
        browser, csrf = self.hands[who, self.site.now]
        answer = browser.client.post(address, data={"csrf": csrf} | fields)
        assert answer.status_code == status, (address, answer.status_code, words_of(answer))
        if status != 303:
            self.answers.append(answer)
        return answer

    def seen(self, who: str, address: str) -> str:
        """Return the version that a page's form was made from."""
        found = re.search(r'name="seen" value="(\d+)"', self.site.browser(who).get(address).text)
        assert found, address
        return found[1]

    def made(self, who: str, address: str, fields: dict[str, Any]) -> int:
        """Send a form that makes a row; return the row's id."""
        found = re.search(r"/(\d+)", self.send(who, address, fields).location)
        assert found
        return int(found[1])


def words_of(answer: TestResponse) -> str:
    """Return an answer's main part without tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2]).split())[:600]


def typed_everywhere(site: Site) -> Typed:
    """Type hostile texts at every door of the site, and put them where the doors take no such names."""
    done = Typed(site)
    _name_everything(done)
    for part in (_gatherings, _record, _articles, _requests, _letters, _officers, _refusals):
        part(done)
    return done


def _name_everything(done: Typed) -> None:
    """Rename all; the doors refuse such names, an older roster may hold them."""
    site = done.site
    with site.sessions.begin() as session:
        name, org_name = some(40), some(60)
        for account in session.scalars(select(Account).order_by(Account.id)):
            account.name = name()
        for org in session.scalars(select(Org).order_by(Org.id)):
            org.name = org_name()
        for _ in fitting(60, LINES):
            a_branch(session, site.orgs["town"], name=org_name())
        members = list(session.scalars(select(Member).order_by(Member.id)))
        members += [a_member(session, site.orgs["home"]) for _ in fitting(40, LINES)]
        office = some(40)
        for member in members:
            member.name, member.office = name(), office()


def _plan(day: str, agenda: list[str], text: Callable[[], str], org: int) -> dict[str, Any]:
    return {
        "org": org, "title": text(), "day": day, "start": "15:00", "end": "16:30", "place": text(),
        "period": day[:7], "bring": text(), "contact": text(), "date_reason": text(), "guests": "1",
        "agenda_kind": ["study"] * len(agenda), "agenda_title": agenda,
    }  # fmt: skip


def _gatherings(done: Typed) -> None:
    """Draft six months with all agendas; tell everybody of two, move one, call one off."""
    home, agenda, text = done.site.orgs["home"].id, fitting(80, LINES), some(60)
    for n, month in enumerate(MONTHS):
        plan = _plan(f"{month}-25", agenda[n * 20 : n * 20 + 20] or agenda[:20], text, home)
        done.gatherings.append(done.made("secretary", "/console/gatherings", plan))
    for at in done.gatherings[:3]:
        page = done.site.browser("secretary").get(f"/console/gatherings/{at}").text
        people = re.search(r'name="people" value="(\d+)"', page)
        assert people
        done.send("secretary", f"/console/gatherings/{at}/publication", {"people": people[1]})
    with done.site.sessions() as session:
        done.coming = session.scalars(select(Roll.id).where(Roll.gathering_id == done.gatherings[0])).one()
    first, second = (f"/console/gatherings/{at}" for at in done.gatherings[:2])
    moved = _plan("2026-12-25", agenda[:20], text, home) | {"start": "15:30", "reason": "<b xss>停电"}
    done.send("secretary", f"{first}/change", moved)
    done.send("secretary", f"{second}/cancellation", {"reason": "<script>window.__xss=1</script>"})


def _record(done: Typed) -> None:
    """Write and file a record with everything in it, sent back once in between."""
    site, name, text = done.site, some(40), some(80)
    done.roll = roll = publish_theme_day(site, title="<img src=x onerror=window.__xss=1>")["home"]
    site.clock[0] += timedelta(hours=3)
    with site.sessions.begin() as session:
        by = site.staff["secretary"].id
        gone = {site.members["赵大有"].id: Status.ABSENT, site.members["宋桂兰"].id: Status.LEAVE}
        set_marks(session, roll, gone, by=by, now=site.now)
        settle_rest(session, roll, Status.UNCLEAR, by=by, now=site.now)
        confirm_roll(session, roll, by=by, now=site.now)
    written = FORM | {
        "host": name(), "recorder": name(), "observers": text(), "volunteering": text(), "to-2": text(),
        "added_kind": ["other"] * 10, "added_title": [text() for _ in range(10)],
        "discussion": "\n".join(TAKEN),
        "d_text": [text() for _ in range(20)], "d_owner": [name() for _ in range(20)],
        "d_due_on": ["2026-12-31"] * 20,
        **{f"d_{vote}": [""] * 20 for vote in ("base", "present", "written", "yes", "no", "abstain")},
    }  # fmt: skip
    address = f"/console/rolls/{roll}/minutes"
    done.send("clerk", address, written)
    done.send("secretary", f"{address}/filing", {"seen": "2"})
    done.send("town", f"{address}/return", {"reason": "<svg/onload=window.__xss=1>"})
    done.send("clerk", address, written | {"began_at": "<b xss>", "seen": "3"}, 400)
    done.send("clerk", address, written | {"seen": done.seen("clerk", address)})
    with site.sessions() as session:
        seen = session.get_one(Minutes, roll).version
    done.send("secretary", f"{address}/filing", {"seen": seen})


def _articles(done: Typed) -> None:
    """Write an article for every title that fits, two with all texts; take each step somewhere."""
    home, digest, byline = done.site.orgs["home"].id, some(120), some(16)
    for title in fitting(32, LINES):
        at = done.made("clerk", "/console/articles", {"org": home, "record": done.roll})
        done.articles.append(at)
        blocks = {"block_kind": ["text"], "block_text": [digest()]}
        if (n := len(done.articles) - 1) in WHOLE:
            half = TAKEN[:59] if n == WHOLE[0] else TAKEN[59:]
            blocks = {"block_kind": ["text", "list"] * 30, "block_text": list(half)}
        form = {"title": title, "digest": digest(), "byline": byline(), "seen": "1"} | blocks
        done.send("clerk", f"/console/articles/{at}/edit", form | {"do": "save"})
    _picture(done, done.articles[PUBLISHED[2]])
    _steps(done)


def _picture(done: Typed, at: int) -> None:
    """Put a picture in under a hostile name, with a hostile caption."""
    address = f"/console/articles/{at}/edit"
    form: dict[str, Any] = {
        "title": "<b id=xss>", "byline": "<i xss>", "seen": done.seen("clerk", address), "do": "picture",
        "consent": "yes", "block_kind": ["text"], "block_text": ["<xss-a>"], "block_picture": [""],
        "picture": (BytesIO(a_photo()), "<img src=x onerror=window.__xss=1>.jpg"),
    }  # fmt: skip
    done.send("clerk", address, form)
    del form["picture"]
    page = done.site.browser("clerk").get(address).text
    picture = re.search(r'name="block_picture" value="(\d+)"', page)
    assert picture
    form |= {
        "seen": done.seen("clerk", address), "do": "save", "block_kind": ["picture"],
        "block_picture": [picture[1]], "block_text": ['"><img src=x onerror=window.__xss=1>'],
    }  # fmt: skip
    done.send("clerk", address, form)


def _steps(done: Typed) -> None:
    """Leave a draft and a proposed one; let others be sent back, withdrawn, approved, published."""
    reason = some(200)
    checked = {"say": "yes"} | {f"c-{code}": "1" for code in CHECKLIST}
    paper = {"say": "paper", "signer": fitting(40, LINES)[20], "signed_on": "2026-11-25", "number": "<i xss>"}
    url = 'https://mp.weixin.qq.com/s/a?"><b/id=xss>'
    way: list[Step] = [
        ("secretary", "proposal", {}), ("town", "review", checked), ("zone", "approval", paper),
        ("zone", "registration", {"url": url, "on": "2026-11-25"}),
    ]  # fmt: skip
    ends: dict[int, list[Step]] = {
        1: way[:1],
        2: [way[0], ("town", "review", {"say": "no", "reason": reason()})],
        3: [*way[:2], ("zone", "approval", {"say": "no", "reason": reason()})],
        4: [*way[:3], ("zone", "withdrawal", {"reason": reason()})],
        **dict.fromkeys(PUBLISHED, way),
        11: way[:3],
        12: way[:2],
    }
    for n, steps in ends.items():
        for who, step, fields in steps:
            with done.site.sessions() as session:
                seen = session.get_one(Article, done.articles[n]).version
            done.send(who, f"/console/articles/{done.articles[n]}/{step}", fields | {"seen": seen})


def _requests(done: Typed) -> None:
    """Ask leave, report absences and visits for people; answer some; write down what was made up."""
    note, place, host = some(60), some(40, NAMES), some(60)
    with done.site.sessions() as session:
        mine = select(Member.id).where(Member.branch_id == done.site.orgs["home"].id).order_by(Member.id)
        ids = session.scalars(mine).all()
    said = {"how": "phone_call"}
    for member in ids[:20]:
        form = {"member": member, "gathering": done.gatherings[0], "reason": "other", "note": note()}
        done.send("clerk", "/console/leaves", form | said)
    for member in ids[:5]:
        address = f"/console/leaves/{done.gatherings[0]}/{member}/answer"
        done.send("secretary", address, {"say": "no", "answer": note()})
    for n, member in enumerate(ids[60:68]):
        now = {"then": "approve"} if n % 2 else {}
        trip = {"from_on": "2026-12-01", "place": place(), "host": host(), "contact": place()}
        done.send("secretary", "/console/away-reports", {"member": member} | said | trip | now)
        visit = {"attended_on": "2026-11-20", "host": host(), "contact": place()}
        done.send("secretary", "/console/host-attendances", {"member": member} | said | visit | now)
    absent = done.site.members["赵大有"].id
    done.send("clerk", f"/console/rolls/{done.roll}/makeup", {f"u-{absent}": "self_study"})
    made_up = {"done_on": "2026-11-25", "content": "<img src=x onerror=window.__xss=1>"}
    done.send("clerk", f"/console/makeups/{done.site.gathering_id}/{absent}", made_up)


def _letters(done: Typed) -> None:
    """Complain with every text, answer half; change what the account answers."""
    contact, due = some(60), date(2026, 12, 9)
    with done.site.sessions.begin() as session:
        for text in LINES:
            receive_complaint(
                session, text, contact(), openid_hash=None, via=Via.CHAT, due_on=due, now=done.site.now
            )
    with done.site.sessions() as session:
        ids = session.scalars(select(Complaint.id).order_by(Complaint.id)).all()
    answer = some(500)
    for at in ids[:30]:
        done.send("zone", f"/console/complaints/{at}/answer", {"answer": answer()})
    office = {"text": "".join(fitting(60, LINES))[:600]}
    done.send("zone", "/console/office-answers/transfer", office | {"do": "look"}, 200)
    done.send("zone", "/console/office-answers/transfer", office)


def _officers(done: Typed) -> None:
    """Require items, hand a post over, look for people, import names, list accounts."""
    site, text, home = done.site, some(80), done.site.orgs["home"]
    for _ in range(20):
        required = {"org": site.orgs["town"].id, "period": "2027-01", "kind": "study", "title": text()}
        done.send("town", "/console/required-items", required)
    with site.sessions() as session:
        post = session.scalars(select(Post.id).where(Post.account_id == site.staff["leader"].id)).one()
    document = {"name": "<b id=xss>", "login": "newcomer", "day": "2026-11-24", "document": text()}
    done.send("town", "/console/handovers", {"post": post} | document, 200)
    names = fitting(40, NAMES)
    rows = [["支部", "姓名", "职务"], *([home.code, name, name] for name in names)]
    sheet = (BytesIO(a_workbook(rows)), "<img src=x onerror=window.__xss=1>.xlsx")
    done.send("clerk", "/console/imports", {"org": home.id, "file": sheet, "do": "look"}, 200)
    wrong = [["支部", "姓名", "党员身份", "<b xss>"], *([text, text, text, text] for text in LINES)]
    sheet = (BytesIO(a_workbook(wrong)), "名册.xlsx")
    done.send("clerk", "/console/imports", {"org": home.id, "file": sheet, "do": "look"}, 200)
    accounts = "\n".join(f"{home.code}\t{name}\tclerk{n}\t党务专干" for n, name in enumerate(names))
    done.send("town", "/console/accounts/batch", {"rows": accounts, "do": "look"}, 200)
    accounts = "\n".join("\t".join([text] * 4) for text in LINES if "\t" not in text)
    done.send("town", "/console/accounts/batch", {"rows": accounts, "do": "look"}, 400)
    for name in fitting(40, LINES)[:3]:
        done.send("town", "/console/people", {"name": name, "purpose": "objection"}, 200)


def _refusals(done: Typed) -> None:
    """Send forms that come back with what was typed."""
    home, long = done.site.orgs["home"].id, "".join(LINES)
    text = some(200)
    plan = _plan("2026-02-30", [text() for _ in range(20)], text, home)
    done.send("secretary", "/console/gatherings", plan, 400)
    edit = f"/console/articles/{done.articles[0]}/edit"
    typed = {"title": long, "digest": long, "byline": long, "seen": done.seen("clerk", edit), "do": "save"}
    blocks = {"block_kind": ["text", "list"] * 50, "block_text": list(TAKEN)[:100]}
    done.send("clerk", edit, typed | blocks, 400)
    proposed, approvable = (f"/console/articles/{done.articles[n]}" for n in (1, 12))
    seen = {"seen": 2, "say": "no", "reason": long}
    done.send("town", f"{proposed}/review", seen, 400)
    paper = {"say": "paper", "signer": long, "number": long, "signed_on": "<b xss>", "seen": 2}
    done.send("zone", f"{approvable}/approval", paper, 400)
    url = {"url": "javascript:window.__xss=1", "on": "2026-11-25", "seen": 2}
    done.send("zone", f"/console/articles/{done.articles[11]}/registration", url, 400)
    done.send("zone", f"{approvable}/withdrawal", {"reason": long}, 400)
    done.send("town", f"/console/rolls/{done.roll}/minutes/return", {"reason": long}, 400)
    done.send("secretary", f"/console/gatherings/{done.gatherings[2]}/cancellation", {"reason": long}, 400)
    done.send("secretary", f"/console/rolls/{done.roll}/amendment", {"reason": long}, 400)
    leave = {"member": done.site.members["白玉珍"].id, "gathering": done.gatherings[0], "reason": "other"}
    done.send("clerk", "/console/leaves", leave | {"note": long, "how": "phone_call"}, 400)
    done.send("town", "/console/required-items", {"org": "<b xss>", "period": text(), "title": long}, 404)
    form = {"org": done.site.orgs["town"].id, "period": text(), "kind": text(), "title": long}
    done.send("town", "/console/required-items", form, 400)
    account = {"org": home, "role": "clerk", "login": text(), "name": long}
    done.send("town", "/console/accounts", account, 400)
    done.send("zone", "/console/complaints/1/answer", {"answer": long}, 400)
    done.send("", "/console/login", {"login": "<b id=xss>", "password": long}, 401)
