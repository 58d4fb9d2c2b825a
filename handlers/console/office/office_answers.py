"""公众号答复: what a follower reads who asks about the office; the zone edits it and sees it first."""

from flask import Response, request

from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from models.people.office_answer import (
    LONGEST,
    MATTER_TEXT,
    House,
    Matter,
    built_in,
    edit_office_answer,
    office_answers,
    office_text,
    reset_office_answer,
    tidy_office_text,
)
from models.people.rights import Verb
from models.refused import Refused

# What followers may type to get it; the chat knows more.
WORDS = {
    Matter.TRANSFER: "组织关系转接、转组织关系、转接",
    Matter.JOINING: "入党流程、入党、怎么入党",
    Matter.FLOATING: "流动党员报到、流动党员、报到",
    Matter.CENTRE: "地址电话、地址、电话、服务中心",
}


@console.get("/console/office-answers")
@staff_page
def office_answers_page() -> Response:
    """Show every text as a follower reads it, and whose hand edited it."""
    need_somewhere(Verb.ANSWER_PUBLIC)
    answers = office_answers(current().session, _house())
    return page("office/office_answers.html", answers=answers, matter_text=MATTER_TEXT, words=WORDS)


@console.get("/console/office-answers/<matter>")
@staff_page
def office_answer_page(matter: str) -> Response:
    """Show one text in its form."""
    need_somewhere(Verb.ANSWER_PUBLIC)
    which = _matter(matter)
    text = office_text(current().session, which, _house())
    return _page(which, text, text)


@console.post("/console/office-answers/<matter>")
@staff_page
def save_office_answer(matter: str) -> Response:
    """Let the text answer from now on, or only show how it will look; 400 with the form if too long."""
    need_somewhere(Verb.ANSWER_PUBLIC)
    edge, which, text = current(), _matter(matter), request.form.get("text", "")[:4000]
    try:
        if request.form.get("do") == "look":
            return _page(which, text, tidy_office_text(text))
        edit_office_answer(edge.session, which, text, by=staff().account_id, now=edge.now)
    except Refused as error:
        refuse_form(error)
        return _page(which, text, text.strip(), error)
    return go("console.office_answers_page")


@console.post("/console/office-answers/<matter>/built-in")
@staff_page
def reset_office_answer_page(matter: str) -> Response:
    """Let the built-in text answer again."""
    need_somewhere(Verb.ANSWER_PUBLIC)
    reset_office_answer(current().session, _matter(matter), by=staff().account_id)
    return go("console.office_answers_page")


def _matter(matter: str) -> Matter:
    if matter not in list(Matter):
        raise Refused("not_found", "没有这一条")
    return Matter(matter)


def _house() -> House:
    house = current().parts.installation
    return House(house.owner, house.complaint_phone)


def _page(which: Matter, text: str, seen: str, error: Refused | None = None) -> Response:
    usual, now = built_in(which, _house()), office_text(current().session, which, _house())
    return page(
        "office/office_answer.html",
        400 if error else 200,
        matter=which,
        title=MATTER_TEXT[which],
        words=WORDS[which],
        text=text,
        seen=seen,
        built_in=usual if now != usual else "",
        longest=LONGEST,
        error=error.message if error else "",
    )
