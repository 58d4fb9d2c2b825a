"""A field takes as many signs as the server keeps: where a page writes the number, it is the server's."""

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from handlers.mini_program.branch.leaves import Decision
from handlers.mini_program.own_data import Correcting
from models.articles.article import LONGEST_URL
from models.gatherings.gathering import AgendaItem, Gathering
from models.gatherings.leave.host_attendance import HostAttendance
from models.gatherings.leave.leave import LONGEST_NOTE
from models.gatherings.minutes.minutes import MinutesItem
from models.gatherings.required_item import RequiredItem
from models.notices import change, night_override
from models.people import complaint, membership
from models.people.account import Account
from models.people.away_report import AwayReport
from models.people.request import LONGEST_ANSWER
from models.people.said import LONGEST_REASON
from models.points.deed import LONGEST_EVIDENCE, LONGEST_TITLE
from models.points.schemes.document import SchemeDocument
from models.ratings.objections.raising import LONGEST_SAID
from models.ratings.procedure import wording

ROOT = Path(__file__).parents[2]
FIELD = re.compile(r'<(?:input|textarea)\b[^>]*?maxlength="(\d+)"[^>]*>')
NAME = re.compile(r'\b(?:data-name|name)="([^"]*)"|\bvalue="\{\{([^}]*)\}\}"')
# Not kept as text: passwords become hashes, numbers are read, what a slip of the thumb adds is cut.
NOT_KEPT = {"password", "quantity", "heads", "observers", "year", "{{ name }}", "{{ place.field }}"}


def column(of: Any) -> int:
    return int(of.type.length)


def taken(body: type[BaseModel], field: str) -> int:
    told = body.model_json_schema()["properties"][field]
    return int(told.get("anyOf", [told])[0]["maxLength"])


MINI_PROGRAM = {
    "away/away": {
        "place": column(AwayReport.place),
        "host": column(AwayReport.host),
        "contact": column(AwayReport.contact),
    },
    "complaint/complaint": {"text": complaint.LONGEST, "contact": complaint.LONGEST_CONTACT},
    "correction/correction": {"text": taken(Correcting, "text")},
    "declare/declare": {"title": LONGEST_TITLE, "evidence": LONGEST_EVIDENCE},
    "host-attendance/host-attendance": {
        "host": column(HostAttendance.host),
        "contact": column(HostAttendance.contact),
    },
    "leave/leave": {"note": LONGEST_NOTE},
    "objection/objection": {"said": LONGEST_SAID},
    "objection-answer/objection-answer": {"said": LONGEST_SAID},
    "day/day": {"place": column(Gathering.place)},
    "draft/draft": {"typed": column(Gathering.title), "item.title": column(AgendaItem.title)},
    "leaves/leaves": {"answer": taken(Decision, "answer")},
}
CONSOLE = {
    # Wider than what is kept: the server says so where somebody writes that much.
    "articles/templates/steps": {"signer": 60, "number": 60, "url": LONGEST_URL},
    "gatherings/templates/cancellation": {"reason": change.LONGEST_REASON},
    "gatherings/templates/change": {"reason": change.LONGEST_REASON},
    "gatherings/templates/draft_fields": {"agenda_title": column(AgendaItem.title)},
    "gatherings/templates/gathering": {"reason": night_override.LONGEST},
    "gatherings/templates/required_items": {"title": column(RequiredItem.title)},
    "minutes/templates/minutes": {
        "{{ to }}": column(MinutesItem.changed_to),
        "added_title": column(MinutesItem.title),
    },
    "minutes/templates/record": {"reason": LONGEST_REASON},
    "office/templates/accounts": {"name": column(Account.name), "login": column(Account.login)},
    "office/templates/handover_form": {"name": column(Account.name), "login": column(Account.login)},
    "people/templates/membership": {"document": membership.LONGEST_DOCUMENT},
    "people/templates/person": {"document": membership.LONGEST_DOCUMENT},
    "points/templates/proposal_form": {"title": LONGEST_TITLE, "evidence": LONGEST_EVIDENCE},
    "points/templates/proposals": {"title": LONGEST_TITLE, "evidence": LONGEST_EVIDENCE},
    "points/templates/proposal_row": {"answer": LONGEST_ANSWER, "reason": LONGEST_REASON},
    "ratings/templates/results": {"reason": LONGEST_REASON},
    "ratings/templates/vetoes": {"document": wording.LONGEST_NUMBER},
    "rolls/templates/amendment": {"reason": LONGEST_REASON},
    "schemes/templates/narrowing": {
        "title": taken(SchemeDocument, "title"),
        "basis": taken(SchemeDocument, "basis"),
    },
    "templates/login_form": {"login": column(Account.login)},
    "templates/request": {"answer": LONGEST_ANSWER},
}


def written(folder: str, kind: str) -> dict[str, dict[str, int]]:
    """Return page -> field -> the number that the page writes by hand."""
    found: dict[str, dict[str, int]] = {}
    for path in sorted((ROOT / folder).rglob(f"*.{kind}")):
        page = path.relative_to(ROOT / folder).with_suffix("").as_posix()
        for tag in FIELD.finditer(path.read_text("utf-8")):
            names = NAME.search(tag[0])
            name = (names[1] or names[2]).removeprefix("form.") if names else ""
            if name not in NOT_KEPT:
                found.setdefault(page, {})[name] = int(tag[1])
    return found


def test_phone_takes_as_many_signs_as_the_server_keeps() -> None:
    pages = written("miniprogram", "wxml")
    assert {page.split("/", 1)[1]: fields for page, fields in pages.items()} == MINI_PROGRAM


def test_console_takes_as_many_signs_as_the_server_keeps() -> None:
    assert written("handlers/console", "html") == CONSOLE
