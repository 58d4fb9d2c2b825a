"""How each route is asked: its address with a row's ids, and the smallest form or body that it takes."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from models.articles.approval import CHECKLIST
from models.articles.article import ArticleState
from models.gatherings.gathering import GatheringState
from models.gatherings.plan import taking_part
from models.gatherings.roll import RollLine
from models.notices.audience import audience_of
from models.notices.link import notice_token
from tests.conftest import NOON
from tests.factories import KEYRING
from tests.handlers.world import MISSING, PASSWORD, POSTS, WHO, World, attend
from tests.imports.sheets import a_workbook

DRAFT, NOW, PAST = GatheringState.DRAFT, GatheringState.PUBLISHED, GatheringState.CONFIRMED
PHONES = WHO[1:4]
# Speaks of what is over: confirmed and filed.
PAST_ONLY = ("/amendment", "/minutes/filing", "/minutes/return", "/record", "/record.docx", "/relay")


def plan(world: World, row: str) -> dict[str, Any]:
    """Return the form of a draft."""
    return {
        "org": org(world, row),
        "title": "一月主题党日",
        "day": "2027-01-25",
        "start": "15:00",
        "end": "16:30",
        "place": "村部",
        "period": "2027-01",
    } | ({"partners": org(world, "own")} if row == "parent" else {})


def change(world: World, row: str) -> dict[str, Any]:
    """Return the form that moves a gathering of today by half an hour."""
    later = {"day": "2026-11-25", "start": "15:30", "place": "老祠堂", "reason": "会议室停电"}
    return plan(world, row) | later


def required_item(world: World, row: str) -> dict[str, Any]:
    """Return the form that requires an item of December."""
    return {"org": org(world, row), "period": "2026-12", "kind": "study", "title": "学习全会精神"}


def org(world: World, row: str) -> str:
    """Return the id of the organisation that a row is about."""
    if row == "-":
        return ""
    return str(world.orgs["own" if row == "line" else row].id if row != "missing" else MISSING)


def slip(world: World, row: str) -> dict[str, Any]:
    """Return the form that prints one slip."""
    of = {"line": "joint", "parent": "joint", "missing": "own"}.get(row, row)
    return {"org": org(world, row), "member": world.members[of].id, "password": PASSWORD}


def of_line(world: World, row: str, field: str, value: str) -> dict[str, Any]:
    """Return one field about the row's first member, or about another group's on the own roll."""
    of = {"line": "same", "parent": "joint", "missing": "own"}.get(row, row)
    return {field.format(world.members[of].id): value}


def marks(world: World, row: str, status: str) -> dict[str, Any]:
    """Return one mark of a line."""
    return of_line(world, row, "m-{}", status)


def a_roster(world: World, row: str) -> dict[str, Any]:
    """Return the form that has a workbook of one newcomer looked at, for the own branch by its code."""
    of = {"missing": "own", "same": "own", "-": "own", "parent": "own"}.get(row, row)
    rows = [["支部", "姓名", "党员身份"], [world.orgs[of].code, "秦新来", "正式党员"]]
    return {"org": org(world, row), "file": (BytesIO(a_workbook(rows)), "名册.xlsx")}


def a_scheme(world: World, row: str) -> dict[str, Any]:
    """Return the form that has the zone's scheme, narrowed nowhere, looked at or published from 2028 on."""
    content = attend() | {"show_every": "quarter", "code": "LOWERED"}
    content |= {"parent": {"code": "ATTEND", "version": 1}}
    text = json.dumps(content)
    file = (BytesIO(text.encode()), "办法.json")
    return {"org": org(world, row), "from_month": "2028-01", "document": text, "file": file}


def all_marks(world: World, row: str) -> dict[str, Any]:
    """Return a mark for every line of a roll."""
    with world.app.parts.sessions() as session:
        lines = session.query(RollLine).filter_by(roll_id=world.rolls.get((row, NOW), 0))
        return {f"m-{line.member_id}": "unclear" for line in lines}


def new_account(world: World, row: str) -> dict[str, Any]:
    """Return the form that gives a post."""
    role = {"same": "group_leader", "parent": "township_officer"}.get(row, "clerk")
    return {"org": org(world, row), "login": "newcomer", "name": "赵一", "role": role}


def new_article(world: World, row: str) -> dict[str, Any]:
    """Return the form that drafts an article from last month's record of the row's organisation."""
    return {"org": org(world, row), "record": world.rolls.get((row, PAST), MISSING)}


def account_list(world: World, row: str) -> dict[str, Any]:
    """Return the form that has a list of one clerk looked at."""
    code = world.orgs[row].code if row in world.orgs else "NONE"
    return {"rows": f"{code}\t赵一\tnewcomer\t党务专干", "do": "look"}


def handover(world: World, row: str) -> dict[str, Any]:
    """Return the form that hands a post over to somebody new."""
    post = world.posts.get(row, MISSING)
    return {
        "post": post,
        "name": "赵一",
        "login": "newcomer",
        "day": "2026-11-24",
        "document": "党〔2026〕18号",
    }


def code(world: World, row: str, state: GatheringState = NOW) -> dict[str, Any]:
    """Return what a phone sends after a scan."""
    return {"token": world.token(world.gatherings.get((row, state), MISSING))}


def leave(world: World, row: str) -> dict[str, Any]:
    """Return the form that records leave, from a gathering where the row's first member asked none."""
    place, of = {"own": ("joint", "own"), "same": ("own", "same"), "parent": ("parent", "joint")}.get(
        row, (row, row)
    )
    asked = {"gathering": world.gatherings.get((place, NOW), MISSING), "reason": "family"}
    return person(world, of) | asked | {"how": "phone_call"}


def objection(world: World, row: str) -> dict[str, Any]:
    """Return the form that writes down an objection to the row's entry."""
    entry = world.entries.get(row, MISSING)
    return person(world, row) | {"about": f"e{entry}", "said": "到会了", "how": "in_person"}


def person(world: World, row: str) -> dict[str, Any]:
    """Return the field that names the row's first member."""
    return {"member": world.members[row].id if row in world.members else MISSING}


def deed(world: World, row: str) -> dict[str, Any]:
    """Return the form that writes down voluntary work of the row's first member."""
    said = {"item": "activity_day", "title": "清淤", "day": "2026-11-20", "quantity": "1"}
    return person(world, row) | said | SAID


def decided(world: World, row: str) -> dict[str, Any]:
    """Return what a meeting decided about the row's first member."""
    return person(world, row) | {"reason": "防汛抢险表现突出", "decided_on": "2026-11-25"}


def promise(world: World, row: str) -> dict[str, Any]:
    """Return the number of people that publishing a draft would tell."""
    with world.app.parts.sessions() as session:
        orgs = taking_part(session, world.gatherings.get((row, DRAFT), MISSING))
        channels = world.app.parts.installation.channels
        return {"people": len(audience_of(session, orgs, channels=channels, now=NOON).recipients)}


def marks_sent(world: World, row: str) -> dict[str, Any]:
    """Return one mark as a phone sends it."""
    [(member, status)] = marks(world, row, "present").items()
    return {"marks": [{"member_id": int(member.removeprefix("m-")), "status": status}]}


# What is sent to every row alike, and what names the row.
SAID = {"how": "phone_call"}
VISIT = {"attended_on": "2026-11-20", "host": "商贸城党支部", "contact": "张书记"}
FIXED: dict[str, dict[str, Any]] = {
    "POST /console/login": {"login": "secretary", "password": PASSWORD},
    "POST /console/password": {"old": PASSWORD, "new": "stone-river-24", "again": "stone-river-24"},
    "POST /console/gatherings/<int:gathering_id>/cancellation": {"reason": "大雪封路"},
    "POST /console/gatherings/<int:gathering_id>/night-override": {"reason": "防汛转移"},
    "POST /console/people": {"name": "何桂芳", "purpose": "objection"},
    "POST /console/people/<int:member_id>": {"purpose": "objection"},
    "POST /console/people/<int:member_id>/move": {
        "purpose": "objection",
        "moved_on": "2026-11-20",
        "document": "河东组转〔2026〕12号",
    },
    "POST /console/members/<int:member_id>/membership": {
        "change": "category",
        "category": "resident",
        "from_on": "2026-11-01",
    },
    "POST /console/makeups/<int:gathering_id>/<int:member_id>": {"done_on": "2026-11-25", "content": "学习"},
    "POST /console/rolls/<int:roll_id>/heads": {"heads": "3"},
    "POST /console/rolls/<int:roll_id>/minutes": {"seen": "1", "host": "李书平"},
    "POST /console/rolls/<int:roll_id>/minutes/return": {"reason": "请补上责任人"},
    "POST /console/rolls/<int:roll_id>/amendment": {"reason": "当时看错了行"},
    "POST /console/leaves/<int:gathering_id>/<int:member_id>/answer": {"say": "yes"},
    "POST /console/leaves/<int:gathering_id>/<int:member_id>/withdrawal": SAID,
    "POST /console/leaves/<int:gathering_id>/<int:member_id>/telling": SAID,
    "POST /console/away-reports": {"from_on": "2026-12-01", "to_on": "2026-12-31", "place": "杭州市"} | SAID,
    "POST /console/away-reports/<int:report_id>/answer": {"say": "yes"},
    "POST /console/away-reports/<int:report_id>/withdrawal": SAID,
    "POST /console/away-reports/<int:report_id>/telling": SAID,
    "POST /console/spells": {"ground": "frail"} | SAID,
    "POST /console/spells/<int:spell_id>/ending": SAID,
    "POST /console/host-attendances": VISIT | SAID,
    "POST /console/host-attendances/<int:attendance_id>/answer": {"say": "yes"},
    "POST /console/host-attendances/<int:attendance_id>/withdrawal": SAID,
    "POST /console/host-attendances/<int:attendance_id>/telling": SAID,
    "POST /console/proposals/<int:proposal_id>/rejection": {"answer": "没有做完"},
    "POST /console/proposals/<int:proposal_id>/withdrawal": SAID,
    "POST /console/proposals/<int:proposal_id>/telling": SAID,
    "POST /console/objections/<int:objection_id>/answer": {"say": "reject", "finding": "没有错"},
    "POST /console/objections/<int:objection_id>/withdrawal": SAID,
    "POST /console/objections/<int:objection_id>/telling": SAID | {"told_on": "2026-11-25"},
    "POST /console/objections/<int:objection_id>/appeal": SAID | {"said": "不同意"},
    "POST /api/v1/me/objections/<int:objection_id>/appeal": {"said": "不同意"},
    "POST /api/v1/me/declarations": {"item": "activity_day", "occurred_on": "2026-11-20", "title": "清淤"},
    "POST /api/v1/gatherings/<int:gathering_id>/leave": {"reason": "family"},
    "POST /api/v1/subscriptions": {"template_id": "S1", "result": "accept"},
    "POST /api/v1/me/away": {"from_on": "2026-12-01", "to_on": "2026-12-31", "place": "杭州市"},
    "POST /api/v1/me/host-attendances": VISIT,
    "POST /api/v1/branch/gatherings/<int:gathering_id> draft": {"bring": "党徽"},
    "POST /api/v1/branch/rolls/<int:roll_id>/rest": {"status": "unclear"},
    "POST /api/v1/branch/rolls/<int:roll_id>/heads": {"heads": 3},
    "POST /api/v1/branch/rolls/<int:roll_id>/confirmation": {"rest": "unclear"},
    "POST /api/v1/branch/leaves/<int:gathering_id>/<int:member_id>/decision": {"approve": True},
    "POST /console/phone-code": {"password": PASSWORD},
    "POST /api/v1/session": {"code": "openid-member"},
    "POST /api/v1/complaints": {"text": "通知发得太晚"},
    "POST /api/v1/me/corrections": {"what": "joined_on", "text": "应当是一九八七年"},
    "POST /console/complaints/<int:complaint_id>/answer": {"answer": "以后提前五天发。"},
    "POST /console/office-answers/<matter>": {"text": "请找您的支部。"},
    "POST /api/v1/binding": {"confirm": True},
    "POST /console/schemes/<int:scheme_id>/narrowing": {"title": "河东镇积分办法"},
    "POST /console/articles/<int:article_id>/proposal": {"seen": 1},
    "POST /console/articles/<int:article_id>/review": {"seen": 1, "say": "yes"}
    | {f"c-{code}": "1" for code in CHECKLIST},
    "POST /console/articles/<int:article_id>/approval": {"seen": 1, "say": "yes"},
    "POST /console/articles/<int:article_id>/publication": {"seen": 1},
    "POST /console/articles/<int:article_id>/registration": {
        "seen": 1,
        "url": "https://mp.weixin.qq.com/s/abc",
        "on": "2026-11-25",
    },
    "POST /console/articles/<int:article_id>/withdrawal": {"reason": "活动改期"},
    "POST /console/articles/<int:article_id>/edit": {
        "seen": "1",
        "title": "清淤忙",
        "byline": "支部",
        "block_kind": "text",
        "block_text": "渠通了",
        "do": "save",
    },
}
RATED = "POST /console/ratings/<int:rating_id>"
MEETING = {"held_on": "2026-11-25", "base": "3", "present": "3"}
FIXED |= {
    f"{RATED}/steps/<act>": MEETING,
    f"{RATED}/grades": {"decided_on": "2026-11-25"},
    f"{RATED}/recheck": {"reason": "积分有更正"},
    f"{RATED}/posting": {
        "posted_on": "2026-11-25",
        "contact": "林小满",
        "contact_phone": "0391-3550123",
        "township_phone": "0391-3550100",
    },
    f"{RATED}/vetoes/<int:veto_id>/lifting": {"document": "河东纪〔2026〕9号"},
    f"{RATED}/filing": {"document": "河东党〔2026〕3号", "filed_on": "2026-11-25"},
    f"{RATED}/return": {"reason": "请补上票数"},
    f"{RATED}/reopening": {"reason": "有一位同志的星级有误", "document": "河东党〔2026〕4号"},
}
NAMED: dict[str, Callable[[World, str], dict[str, Any]]] = {
    "POST /console/slips": slip,
    "POST /console/people/<int:member_id>/move": lambda world, row: {
        "branch": org(world, "own" if row == "joint" else "joint")
    },
    "POST /console/ratings": lambda world, row: {"org": org(world, row), "cycle": "2026"},
    "POST /console/ratings/below/runs": lambda world, row: {"org": org(world, row), "cycle": "2025"},
    f"{RATED}/rulings": lambda world, row: decided(world, row) | {"kind": "raise"},
    f"{RATED}/rulings/ending": person,
    f"{RATED}/seats": lambda world, row: decided(world, row) | {"star": "5"},
    f"{RATED}/vetoes": lambda world, row: (
        person(world, row)
        | {"code": "court", "document": "河东纪〔2026〕8号", "decided_by": "河东镇纪委"}
        | {"decided_on": "2025-11-20"}
    ),
    "POST /console/gatherings": plan,
    "POST /console/gatherings/<int:gathering_id> draft": plan,
    "POST /console/gatherings/<int:gathering_id>/change": change,
    "POST /console/required-items": required_item,
    "POST /console/articles": new_article,
    "POST /console/rolls/<int:roll_id>/marks": lambda world, row: marks(world, row, "present"),
    "POST /console/rolls/<int:roll_id>/dues": lambda world, row: of_line(world, row, "d-{}", "1"),
    # Nobody is recorded as not having come, so there is nothing to choose but nothing.
    "POST /console/rolls/<int:roll_id>/makeup": lambda world, row: of_line(world, row, "u-{}", "none"),
    "POST /console/rolls/<int:roll_id>/paper": lambda world, row: (
        of_line(world, row, "v-{}", "unrecorded..") | of_line(world, row, "t-{}", "1")
    ),
    "POST /console/rolls/<int:roll_id>/delegate": lambda world, row: {
        "account": world.accounts.get(row, "0")
    },
    "POST /console/rolls/<int:roll_id>/confirmation": all_marks,
    "POST /console/rolls/<int:roll_id>/amendment": lambda world, row: marks(world, row, "leave"),
    "POST /console/leaves": leave,
    "POST /console/away-reports": person,
    "POST /console/spells": person,
    "POST /console/host-attendances": person,
    "POST /console/proposals/<int:proposal_id>/reversal": lambda world, row: {
        "entry": world.entries.get(row, MISSING),
        "reason": "记错了人",
    },
    "POST /console/proposals": deed,
    "POST /console/declarations": deed,
    "POST /console/objections": objection,
    "POST /api/v1/me/objections": lambda world, row: {
        "entry_id": world.entries.get(row, MISSING),
        "said": "到会了",
    },
    "POST /console/imports": a_roster,
    "POST /console/schemes": a_scheme,
    "POST /console/schemes/check": a_scheme,
    "POST /console/schemes/<int:scheme_id>/use": lambda world, row: {
        "org": str(world.orgs["other"].parent_id if row == "other" else world.orgs["zone"].id),
        "from_month": "2028-01",
    },
    "POST /console/accounts": new_account,
    "POST /console/accounts/batch": account_list,
    "POST /console/handovers": handover,
    "POST /console/slips/branches": lambda world, row: {
        "branch": org(world, row),
        "who": "all",
        "password": PASSWORD,
    },
    "POST /api/v1/binding": lambda world, row: {"bind_code": world.slips.get(row, "123456789014")},
    "POST /api/v1/check-ins": code,
    "POST /api/v1/branch/session": lambda world, row: {"code": world.digits if row == "own" else "00000000"},
    "POST /api/v1/branch/gatherings": lambda world, row: (
        {"place": "村部"} | ({} if row == "-" else {"org_id": int(org(world, row))})
    ),
    "POST /api/v1/branch/gatherings/<int:gathering_id>/publication draft": promise,
    "POST /api/v1/branch/rolls/<int:roll_id>/marks": marks_sent,
    "POST /api/v1/check-ins draft": lambda world, row: code(world, row, DRAFT),
}


# In which state an article takes a step, by the end of its address; the rest are asked of a proposed one.
TAKEN_IN = {
    "/edit": ArticleState.DRAFT,
    "/proposal": ArticleState.DRAFT,
    "/approval": ArticleState.REVIEWED,
    "/articles/<int:article_id>/publication": ArticleState.APPROVED,
    "/registration": ArticleState.APPROVED,
    "/pack.zip": ArticleState.APPROVED,
    "/copy": ArticleState.APPROVED,
}


def article_state(rule: str, wanted: str) -> ArticleState:
    """Return in which state an article takes a step."""
    if rule.startswith(("/a/", "/api/v1/articles/")):
        return ArticleState.PUBLISHED
    if wanted == "draft":
        return ArticleState.DRAFT
    return next((state for end, state in TAKEN_IN.items() if rule.endswith(end)), ArticleState.PROPOSED)


def tokens(world: World, row: str) -> dict[str, str]:
    """Return what stands for a row in the addresses that take no id."""
    gathering_id = world.gatherings.get((row, NOW), MISSING)
    return {
        "/s/<token>": f"/s/{world.screens.get(row, 'x' * 10)}",
        "/n/<token>": f"/n/{notice_token(KEYRING, gathering_id)}",
        "<token>": world.token(gathering_id),
    }


def address(world: World, route: str, row: str) -> str:
    """Put a row's ids into a route's address."""
    rule, _, wanted = route.partition(" ")[2].partition(" ")
    if rule.startswith("/<name>"):
        return "/MP_verify_abc.txt" if row == "own" else "/MP_verify_xyz.txt"
    # Only what is answered is told or taken back.
    told = (
        " answered"
        if rule.endswith(
            ("/telling", "/reversal", *(("/appeal", "/paper") if "/objections/" in rule else ()))
        )
        else ""
    )
    past = rule.endswith(PAST_ONLY) or "/makeups/" in rule or told
    state = DRAFT if wanted == "draft" else PAST if past else NOW
    host = "own" if row == "line" else row
    ids = {
        "<int:gathering_id>": world.gatherings.get((host, state), MISSING),
        "<int:roll_id>": world.rolls.get((host, state), MISSING),
        "<int:member_id>": world.members[row].id if row in world.members else MISSING,
        "<int:notice_id>": world.deliveries.get(row, MISSING),
        "<int:delivery_id>": world.deliveries.get(row, MISSING),
        "<int:report_id>": world.reports.get(row + told, MISSING),
        "<int:spell_id>": world.spells.get(row, MISSING),
        "<int:attendance_id>": world.attendances.get(row + told, MISSING),
        "<int:proposal_id>": world.proposals.get(row + told, MISSING),
        "<int:declaration_id>": world.proposals.get(row, MISSING),
        "<int:objection_id>": world.objections.get(row + told, MISSING),
        "<int:handover_id>": world.handovers.get(row, MISSING),
        "<int:account_id>": world.accounts.get(row, MISSING),
        "<path:filename>": "console.css",
        "<int:complaint_id>": world.complaints.get(row, MISSING),
        "<receipt>": world.receipt if row == "own" else "202601010001",
        "<matter>": "transfer" if row == "own" else "gossip",
        "<int:rating_id>": world.ratings.get(row, MISSING),
        "<int:veto_id>": world.vetoes.get(row, MISSING),
        "<act>": "assembly_appraisal",
        "<int:item_id>": world.items.get(row, MISSING),
        "<int:scheme_id>": world.schemes.get(row, MISSING),
        "<int:article_id>": world.articles.get((row, article_state(rule, wanted)), MISSING),
        "<int:picture_id>": world.pictures.get((row, article_state(rule, wanted)), MISSING),
    }
    if "<token>" in rule:
        ids |= tokens(world, row)
    for name, value in ids.items():
        rule = rule.replace(name, str(value))
    if "/console/ledgers" in route:
        # Without a purpose it is a link, which leads to the page.
        return f"{rule}?org={org(world, row)}&roll={ids['<int:roll_id>']}&purpose=archive"
    if "/console/points" in route:
        return f"{rule}?org={org(world, row)}&who=all"
    if route == "GET /console/objections/new":
        return f"{rule}?member={ids['<int:member_id>'] if row != '-' else ''}"
    by_query = route in (
        "GET /console/below",
        "GET /console/ratings/below",
        "GET /console/imports",
        "GET /console/members",
        "GET /console/proposals/new",
        "GET /console/slips",
        "GET /console/gatherings/new",
        "GET /console/handovers/new",
        "GET /console/articles/new",
    )
    return f"{rule}?org={org(world, row)}" if by_query else rule


@contextmanager
def asked(world: World, route: str, row: str, who: str, **fields: Any) -> Iterator[TestResponse]:
    """Ask as `who` about a row, with a valid form or these fields, and undo whatever that did."""
    client, method = world.app.test_client(), route.split()[0]
    by_phone = who in PHONES
    token = world.sessions.get(who, "")
    if who in POSTS and route.split()[1].startswith("/api/v1/branch/"):
        by_phone, token = True, world.phones[who]
    sent = FIXED.get(route, {}) | (NAMED[route](world, row) if route in NAMED else {}) | fields
    headers = {"Authorization": f"Bearer {token}"} if by_phone else {}
    if token:
        client.set_cookie("console", token)
    place = address(world, route, row)
    body: dict[str, Any] = {}
    if method == "POST":
        is_json = place.startswith("/api")
        body = {"json": sent} if is_json else {"data": {"csrf": world.csrf.get(who, "x"), **sent}}
    with world.rolled_back():
        answer = client.open(place, method=method, headers=headers, **body)
        try:
            yield answer
        finally:
            answer.close()


def methods(rule: Rule) -> set[str]:
    """Return the methods a rule was written for."""
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}
