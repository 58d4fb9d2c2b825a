"""Many accounts and posts at once: a list is looked at first, then all of it is made or nothing."""

from typing import Any

from flask import Response, request

from handlers.console.login import ask_password
from handlers.console.pages import console, page, refuse_form, staff_page
from handlers.console.people.imports import with_workbook
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from models.clock import day_of
from models.people.account import ROLE_TEXT
from models.people.account_batch import (
    NEW,
    OUTCOME_TEXT,
    Judged,
    Made,
    Outcome,
    create_accounts,
    judge_accounts,
    mark_of,
)
from models.people.account_rows import MOST_ROWS, TITLES, Wanted, text_of, wanted_in_text, wanted_in_workbook
from models.people.console import is_fresh
from models.people.imports.report import Report
from models.people.rights import Verb
from models.refused import Refused

PASSWORD = ("password_needed", "password_wrong", "too_many_tries")


@console.get("/console/accounts/batch")
@staff_page
def account_batch() -> Response:
    """Ask for the list: pasted, or out of a workbook."""
    need_somewhere(Verb.GIVE_POSTS)
    return _page("")


@console.post("/console/accounts/batch")
@with_workbook
@staff_page
def create_account_batch() -> Response:
    """Say what each row comes to; with what was seen and the same list again, make the accounts.

    The first passwords are in that answer and nowhere else. 400 with the page where a row is wrong.
    """
    need_somewhere(Verb.GIVE_POSTS)
    text, report = request.form.get("rows", ""), None
    sent = request.files.get("file")
    is_file = sent is not None and bool(sent.filename)
    try:
        if sent is not None and is_file:
            rows, report = wanted_in_workbook(sent.read())
            text = text_of(rows) if rows else text
        else:
            rows = wanted_in_text(text)
    except Refused as error:
        refuse_form(error)
        return _page(text, 400, errors={"file" if is_file else "rows": error.message})
    if report is not None and report.problems:
        return _page(text, 400, report=report)
    if request.form.get("do") == "create" and not is_file:
        return _create(text, rows)
    return _looked(text, rows, report)


def _looked(
    text: str, rows: list[Wanted], report: Report | None = None, errors: dict[str, str] | None = None
) -> Response:
    """Show what each row comes to; a list that can be made carries its mark."""
    edge = current()
    judged = judge_accounts(edge.session, staff().posts, rows, now=edge.now)
    wrong = bool(errors) or any(one.faults for one in judged)
    return _page(text, 400 if wrong else 200, report=report, judged=judged, errors=errors)


def _create(text: str, rows: list[Wanted]) -> Response:
    edge, who = current(), staff()
    try:
        ask_password()
        seen = request.form.get("seen", "")
        made = create_accounts(edge.session, who.posts, rows, seen, by=who.account_id, now=edge.now)
    except Refused as error:
        refuse_form(error)
        if error.code not in (*PASSWORD, "bad_batch", "import_changed", "nothing_changed"):
            raise
        errors = {"password" if error.code in PASSWORD else "rows": error.message}
        answer = _looked(text, rows, errors=errors)
        answer.status_code = 429 if error.code == "too_many_tries" else 400
        return answer
    return _sheet(made)


def _sheet(made: list[Made]) -> Response:
    return page(
        "office/account_sheet.html",
        new=[one for one in made if one.password],
        more=[one for one in made if not one.password],
        role_text=ROLE_TEXT,
        on=day_of(current().now),
    )


def _page(
    text: str,
    status: int = 200,
    *,
    report: Report | None = None,
    judged: list[Judged] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    found = judged or []
    faulty = sum(bool(one.faults) for one in found)
    shown: dict[str, Any] = {
        "new_posts": sum(one.outcome in NEW for one in found),
        "new_accounts": sum(one.outcome is Outcome.NEW_ACCOUNT for one in found),
    }
    return page(
        "office/account_batch.html",
        status,
        text=text,
        judged=found,
        faulty=faulty,
        mark=mark_of(found) if shown["new_posts"] and not faulty else "",
        problems=[(report.place(one), one.reason) for one in report.problems] if report else [],
        notices=report.notices if report else [],
        role_text=ROLE_TEXT,
        outcome_text=OUTCOME_TEXT,
        titles=TITLES,
        most=MOST_ROWS,
        fresh=is_fresh(staff(), now=current().now),
        errors=errors or {},
        **shown,
    )
