"""公示: the sheet with the stars to print, and the form that notes when it was put up."""

from itertools import groupby
from typing import Any

from flask import Response, request

from handlers.console.pages import console, form_page, go, page, refuse_form, staff_page
from handlers.console.ratings.frame import rating_frame, township_of
from handlers.console.ratings.reach import rating_led
from handlers.console.ratings.rows import rows_by_group
from handlers.console.ratings.steps import day_typed
from handlers.console.ratings.words import star_text
from handlers.edge import current
from handlers.identity import staff
from handlers.todo.rating_step import STEP_SAYS, until_words, who_acts
from models.clock import day_of
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.procedure import procedure_of
from models.ratings.procedure.progress import steps_of
from models.ratings.procedure.rating import Act
from models.ratings.publicity.board import Board, board_of
from models.ratings.publicity.posting_up import post_sheet
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.run import last_run
from models.refused import Refused

# What the board says the stars went through, in the order of the procedure.
WENT_THROUGH = {
    Act.SELF_DECLARE: "个人申报",
    Act.GROUP_REVIEW: "党小组初评",
    Act.COMMITTEE_REVIEW: "支部委员会审核",
    Act.ASSEMBLY_APPRAISAL: "党员大会评议",
}


@console.get("/console/ratings/<int:rating_id>/posting")
@staff_page
def rating_posting(rating_id: int) -> Response:
    """Show what hangs on the board and until when, and ask when the next sheet was put up."""
    return _posting_page(rating_led(rating_id))


@console.post("/console/ratings/<int:rating_id>/posting")
@staff_page
def create_rating_posting(rating_id: int) -> Response:
    """Note that a sheet was put up; 400 or 409 with the form as typed where that is not to be."""
    edge, form = current(), request.form
    rating_led(rating_id)
    try:
        posted_on = day_typed(form.get("posted_on", ""))
        if posted_on is None:
            raise Refused("bad_sheet", "请选哪天贴出的", fields={"posted_on": "请选日期"})
        post_sheet(
            edge.session, rating_id, posted_on=posted_on, contact=form.get("contact", ""),
            contact_phone=form.get("contact_phone", ""), township_phone=form.get("township_phone", ""),
            member_id=member_typed(form.get("member", "")), by=staff().account_id, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        refuse_form(error)
        return _posting_page(rating_led(rating_id), error)
    return go("console.rating_posting", rating_id=rating_id)


def member_typed(text: str) -> int | None:
    """Return the id that a field sent, None for none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _posting_page(seen: RatingSeen, error: Refused | None = None) -> Response:
    edge = current()
    steps = steps_of(edge.session, seen.rating.id, now=edge.now)
    step = next((one for one in steps if one.step is Act.PUBLICITY), None)
    if step is None:
        raise Refused("not_found", "这份办法没有公示这一步")
    board, names = board_of(edge.session, seen), _names(seen)
    last = board.sheets[-1] if board.sheets else None
    return form_page(
        "ratings/publicity.html",
        error,
        **rating_frame(seen, own=True),
        step=step,
        taken_by=who_acts(step.step, step.body),
        until=until_words(step.due_on),
        says=STEP_SAYS[step.step],
        sheets=[(one, names.get(one.member_id or 0, "全支部")) for one in board.sheets],
        changed=[(member_id, name) for member_id, name in names.items() if member_id in board.changed],
        above=township_of(seen.branch),
        workdays=seen.document.publicity_workdays,
        usual=_usual(seen, last),
        today=day_of(edge.now),
    )


def _hanging(board: Board, member_id: int | None) -> RatingPublicity | None:
    """Return the latest sheet of the whole branch, or of one member; None before it was put up."""
    return next((one for one in reversed(board.sheets) if one.member_id == member_id), None)


def _usual(seen: RatingSeen, last: RatingPublicity | None) -> dict[str, Any]:
    """Return what was typed on the sheet before: contact and phones seldom change."""
    if last is None:
        return {"contact": seen.document.contact or "", "contact_phone": "", "township_phone": ""}
    return {name: getattr(last, name) for name in ("contact", "contact_phone", "township_phone")}


def _names(seen: RatingSeen) -> dict[int, str]:
    """Return the members of the last run in the order of the roster, by id."""
    run = last_run(current().session, seen.rating.id)
    groups = rows_by_group(seen, run) if run else []
    return {row.member_id: row.name for _, rows in groups for row in rows}


@console.get("/console/ratings/<int:rating_id>/board")
@staff_page
def rating_board(rating_id: int) -> Response:
    """Show the sheet for the board: names under their star by group and surname, no totals, no order."""
    edge, seen = current(), rating_led(rating_id)
    run = last_run(edge.session, rating_id)
    board = board_of(edge.session, seen)
    member_id = member_typed(request.args.get("member", ""))
    groups = rows_by_group(seen, run) if run else []
    rows = [row for _, of in groups for row in of]
    if member_id is not None:
        rows = [row for row in rows if row.member_id == member_id]
    rows = [row for row in rows if row.star_final]
    return page(
        "ratings/board.html",
        **rating_frame(seen, own=True),
        posted=_hanging(board, member_id),
        one_member=member_id is not None,
        went_through="、".join(
            WENT_THROUGH[act]
            for step in procedure_of(seen.document)
            if (act := Act(step.step)) in WENT_THROUGH
        ),
        stars=[
            (star_text(seen.document, star), list(of))
            for star, of in groupby(
                sorted(rows, key=lambda row: -(row.star_final or 0)), key=lambda row: row.star_final
            )
        ],
        grouped=len(groups) > 1,
        above=township_of(seen.branch),
        workdays=seen.document.publicity_workdays,
    )
