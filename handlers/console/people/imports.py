"""Bringing the roster up to a workbook: looked at first, then the same file once more for good."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from handlers.console.pages import console, is_part, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import holds, need_somewhere, staff
from handlers.reach import org_asked, own_orgs
from models.notices.joiners import follow_roster
from models.people.imports.package import MOST_BYTES, TOO_LARGE
from models.people.imports.report import Report
from models.people.imports.roster_import import import_roster
from models.people.imports.roster_row import COLUMNS
from models.people.org import Org, OrgKind, branches_below
from models.people.rights import Verb
from models.refused import Refused

BESIDE_FILE = 100_000  # bytes of a form that are not its file
MOST_LINES = 200  # of a list on the page


def with_workbook(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let this one form carry a file; a larger one is refused unread. Refused: workbook_too_large."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        request.max_content_length = MOST_BYTES + BESIDE_FILE
        try:
            return view(*args, **kwargs)
        except RequestEntityTooLarge as error:
            raise Refused("workbook_too_large", TOO_LARGE) from error
        finally:
            request.close()  # a large file lies on the disk until then

    return guarded


@console.get("/console/imports")
@staff_page
def imports() -> Response:
    """Ask for the workbook of one's own branch, or of an organisation below."""
    need_somewhere(Verb.IMPORT_ROSTER)
    return _page(_with_roster(org_asked(Verb.IMPORT_ROSTER, request.args.get("org"))))


def _with_roster(org: Org) -> Org:
    if org.kind is OrgKind.PARTY_GROUP:
        raise Refused("not_a_branch", "名册按支部导入，请从支部或上级组织进入")
    return org


@console.post("/console/imports")
@with_workbook
@staff_page
def create_import() -> Response:
    """Say what the workbook would change; with what was seen and the same workbook again, change it.

    400 with the page where the file cannot be taken or is not the one that was looked at.
    """
    edge = current()
    need_somewhere(Verb.IMPORT_ROSTER)
    org = _with_roster(org_asked(Verb.IMPORT_ROSTER, request.form.get("org")))
    sent, seen = request.files.get("file"), request.form.get("seen", "")
    for_good = request.form.get("do") == "import"
    if sent is None or not sent.filename:
        return _page(org, 400, wrong="请先选名册文件")
    file = sent.read()
    try:
        report = import_roster(
            edge.session,
            edge.parts.keyring,
            file,
            org_code=org.code,
            dry_run=not for_good,
            now=edge.now,
            by=staff().account_id,
        )
        if for_good and not report.problems and report.mark(file) != seen:
            raise Refused("import_changed", "文件或名册和刚才看的不一样，没有导入。请把新的结果再看一遍")
    except Refused as error:
        refuse_form(error)
        return _page(org, 400, report if error.code == "import_changed" else None, file, wrong=error.message)
    follow_roster(edge.session, report.branch_ids, now=edge.now)
    done = for_good and not report.problems
    return _page(org, 400 if for_good and not done else 200, report, file, done=done)


def _page(
    org: Org,
    status: int = 200,
    report: Report | None = None,
    file: bytes = b"",
    *,
    wrong: str = "",
    done: bool = False,
) -> Response:
    own = own_orgs(Verb.IMPORT_ROSTER)
    below = [branch for one in own for branch in branches_below(current().session, one)]
    return page(
        "people/imports.html",
        status,
        org=org,
        orgs=list({one.id: one for one in (*own, *below, org)}.values()),
        columns=COLUMNS,
        report=report,
        mark=report.mark(file) if report and not report.problems and not done else "",
        most=MOST_LINES,
        megabytes=MOST_BYTES // 1_000_000,
        wrong=wrong,
        done=done,
        # A browser with our script keeps the chosen file while the page around it changes.
        keeps_file=is_part(),
        sees_roster=holds(Verb.SEE_ROSTER),
    )
