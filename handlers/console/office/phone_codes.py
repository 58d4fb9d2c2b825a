"""Working by phone: the eight digits that let a bound phone act for this account."""

from flask import Response, request

from handlers.console.login import judge_password_again
from handlers.console.pages import console, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from models.people.link_code import LIFE, LinkKind, issue_link_code
from models.people.rights import Verb
from models.refused import Refused


@console.get("/console/phone-code")
@staff_page
def phone_code() -> Response:
    """Explain what the digits do and ask for the password."""
    need_somewhere(Verb.TICK, Verb.PUBLISH)
    return page("office/phone_code.html", error="")


@console.post("/console/phone-code")
@staff_page
def create_phone_code() -> Response:
    """Show eight digits once the password was typed again; they are in this answer and nowhere else."""
    need_somewhere(Verb.TICK, Verb.PUBLISH)
    edge = current()
    try:
        judge_password_again(request.form.get("password", "")[:200])
    except Refused as error:
        refuse_form(error)
        return page(
            "office/phone_code.html", 429 if error.code == "too_many_tries" else 400, error=error.message
        )
    digits = issue_link_code(
        edge.session, edge.parts.keyring, LinkKind.BRANCH, account_id=staff().account_id, now=edge.now
    )
    return page("office/phone_code.html", error="", digits=digits, until=edge.now + LIFE)
