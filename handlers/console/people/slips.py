"""Printing binding slips: each code exists on paper only."""

from flask import Response, request

from handlers.console.login import judge_password_again
from handlers.console.pages import console, page, refuse_form, staff_page
from handlers.console.people.members import namesakes, roster_by_group
from handlers.console.people.slip_batches import Sheet, branches_form, slip_sheet
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from handlers.reach import org_asked, own_orgs
from models.people.bind import issue_codes
from models.people.org import Org
from models.people.rights import SECRETARIES, Verb, may
from models.people.roster import without_slip
from models.refused import Refused


@console.get("/console/slips")
@staff_page
def slips() -> Response:
    """Choose whose slips to print; above the branch, of which branches."""
    need_somewhere(Verb.ISSUE_SLIPS)
    org = org_asked(Verb.ISSUE_SLIPS, request.args.get("org"))
    return _form(org) if _prints_by_name(org) else branches_form([org])


def _prints_by_name(org: Org) -> bool:
    """Return whether the person is a secretary there: who has no slip yet is nobody's business above."""
    posts = [post for post in staff().posts if post.role in SECRETARIES]
    return may(posts, Verb.ISSUE_SLIPS, org.path)


def _form(org: Org, chosen: set[int] | None = None, status: int = 200, **errors: str) -> Response:
    edge = current()
    groups = roster_by_group(org)
    ids = [row.member.id for _, rows in groups for row in rows]
    wanting = without_slip(edge.session, ids, now=edge.now)
    if chosen is None:
        chosen = wanting if request.args.get("choose") == "wanting" else set()
    return page(
        "people/slips.html",
        status,
        org=org,
        orgs=own_orgs(Verb.ISSUE_SLIPS),
        groups=groups,
        namesakes=namesakes(groups),
        wanting=wanting,
        chosen=chosen,
        errors=errors,
    )


@console.post("/console/slips")
@staff_page
def create_slips() -> Response:
    """Ask for the password again, make one code for each chosen member and show the sheet to print.

    The sheet is the answer itself: the codes are kept nowhere and cannot be shown twice.
    """
    edge, who = current(), staff()
    org = org_asked(Verb.ISSUE_SLIPS, request.form.get("org"))
    if not _prints_by_name(org):
        raise Refused("not_yours", "请按支部打印，单独一位的由支部书记打印")
    sent = {int(value) for value in request.form.getlist("member") if value.isdecimal() and len(value) < 18}
    groups = roster_by_group(org)
    rows = [row for _, of in groups for row in of if row.member.id in sent]
    if len(rows) != len(sent):
        raise Refused("not_found", "没有找到其中一位同志")
    if not rows:
        return _form(org, sent, 400, member="请先选要打印的同志")
    try:
        judge_password_again(request.form.get("password", "")[:200])
    except Refused as error:
        refuse_form(error)
        status = 429 if error.code == "too_many_tries" else 400
        return _form(org, sent, status, password=error.message)
    codes = issue_codes(edge.session, edge.parts.keyring, sorted(sent), by=who.account_id, now=edge.now)
    return slip_sheet([Sheet(org, rows, namesakes(groups))], codes)


@console.app_template_filter("spaced")
def spaced(code: str) -> str:
    """Show twelve digits in groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
