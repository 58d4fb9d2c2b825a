"""Make-up: what is still due before the next theme day, and what was done, when and by whom."""

from datetime import date, timedelta

from flask import Response, request

from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from handlers.reach import own_orgs
from models.audit import Via
from models.clock import day_of
from models.gatherings.leave.makeup_plan import (
    LONGEST_CONTENT,
    MakeupView,
    makeups_done,
    makeups_due,
    record_makeup,
)
from models.people.org import OrgKind, branches_below
from models.people.rights import Verb
from models.refused import Refused

LISTED = timedelta(days=366)


@console.get("/console/makeups")
@staff_page
def makeups() -> Response:
    """List what the own branch's people, or the own group's, have to make up and made up within a year."""
    need_somewhere(Verb.TICK)
    return _makeups_page()


def _listed() -> tuple[list[MakeupView], list[MakeupView]]:
    edge = current()
    own = own_orgs(Verb.TICK)
    below = [
        branch
        for org in own
        if org.kind is OrgKind.GENERAL_BRANCH
        for branch in branches_below(edge.session, org)
    ]
    org_ids = [org.id for org in (*own, *below)]
    since = day_of(edge.now) - LISTED
    return (
        makeups_due(edge.session, org_ids, now=edge.now),
        makeups_done(edge.session, org_ids, since=since, now=edge.now),
    )


def _makeups_page(status: int = 200, error: Refused | None = None, at: tuple[int, int] = (0, 0)) -> Response:
    due, done = _listed()
    return page(
        "leaves/makeups.html",
        status,
        due=due,
        done=done,
        today=day_of(current().now),
        longest=LONGEST_CONTENT,
        wrong=error.fields if error else {},
        wrong_at=at,
        typed=request.form,
    )


def _typed_day() -> date:
    """Read the day. Refused: bad_makeup."""
    try:
        return date.fromisoformat(request.form.get("done_on", ""))
    except ValueError:
        words = "请写补学的日子"
        raise Refused("bad_makeup", words, fields={"done_on": words}) from None


@console.post("/console/makeups/<int:gathering_id>/<int:member_id>")
@staff_page
def create_makeup_record(gathering_id: int, member_id: int) -> Response:
    """Record that one make-up is done, or with `undo` that it is not; 400 with the form where it is wrong."""
    edge = current()
    need_somewhere(Verb.TICK)
    mine = {(one.gathering_id, one.member_id) for one in (row for rows in _listed() for row in rows)}
    if (gathering_id, member_id) not in mine:
        raise Refused("not_found", "没有找到这次补学")
    try:
        record_makeup(
            edge.session, gathering_id, member_id,
            done_on=None if "undo" in request.form else _typed_day(),
            content=request.form.get("content", ""),
            by=staff().account_id, via=Via.CONSOLE, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        if error.code != "bad_makeup":
            raise
        refuse_form(error)
        return _makeups_page(400, error, (gathering_id, member_id))
    return go("console.makeups", _anchor=f"k{gathering_id}-{member_id}")
