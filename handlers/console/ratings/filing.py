"""What the level above does with a rating: files it under a paper, sends it back, lets it be done again."""

from typing import Any

from flask import Response, request

from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.console.ratings.frame import rating_frame
from handlers.console.ratings.reach import rating_judged, shows_results
from handlers.console.ratings.rows import results_shown
from handlers.console.ratings.sheet import way_of
from handlers.console.ratings.steps import day_typed
from handlers.console.ratings.words import star_text
from handlers.edge import current
from handlers.identity import staff
from models.clock import day_of
from models.ratings.archive.filing import file_rating, reopen_rating, return_rating
from models.ratings.archive.filing_hands import why_not_file
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.progress import steps_of
from models.ratings.procedure.rating import DONE, Act, RatingState
from models.ratings.runs.pool import pool_missing
from models.refused import Refused

RETURNED = (RatingState.APPRAISED, RatingState.PUBLICISED)


@console.get("/console/ratings/<int:rating_id>/filing")
@staff_page
def rating_filing(rating_id: int) -> Response:
    """Show what was decided and how, and the one form that is due: filing, return or doing it again."""
    return _filing_page(rating_judged(rating_id))


def _filing_page(seen: RatingSeen, error: Refused | None = None, failed: str = "") -> Response:
    edge = current()
    shown = results_shown(seen, hidden=not shows_results(seen, own=False))
    steps = steps_of(edge.session, seen.rating.id, now=edge.now)
    step = next((one for one in steps if one.is_next), None)
    files = step is not None and step.step is Act.UPPER_REVIEW
    by = staff().account_id
    return form_page(
        "ratings/filing.html",
        error,
        **rating_frame(seen, own=False),
        **shown,
        numbers=_numbers(seen, shown),
        way=way_of(seen),
        waits=step.waits_for if step and files else "",
        files=files,
        barred=why_not_file(edge.session, seen, by, now=edge.now) if files else "",
        returns=seen.rating.state in RETURNED,
        reopens=seen.rating.state in DONE,
        missing=[org.name for org in pool_missing(edge.session, seen)],
        today=day_of(edge.now),
        failed=failed,
    )


def _numbers(seen: RatingSeen, shown: dict[str, Any]) -> list[tuple[str, int]]:
    """Count the members by star, the highest first; then those without."""
    rows = [row for _, of in shown["groups"] for row in of]
    stars = sorted({row.star_final for row in rows if row.star_final}, reverse=True)
    counted = [
        (star_text(seen.document, star), sum(row.star_final == star for row in rows)) for star in stars
    ]
    for word in ("不评星级", "待评", "预备党员", "不参评"):
        number = sum(not row.star_final and word in (row.star, row.standing) for row in rows)
        counted += [(word, number)] if number else []
    return counted


@console.post("/console/ratings/<int:rating_id>/filing")
@staff_page
def create_rating_filing(rating_id: int) -> Response:
    """File a rating under the number and date of a paper; 400 or 409 with the form as typed."""
    edge, form = current(), request.form
    rating_judged(rating_id)
    try:
        filed_on = day_typed(form.get("filed_on", ""))
        if filed_on is None:
            raise Refused("bad_step", "请选备案的日期", fields={"filed_on": "请选日期"})
        file_rating(
            edge.session, rating_id, document=form.get("document", ""), filed_on=filed_on,
            by=staff().account_id, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        return _refused(rating_id, error, "filing")
    return go("console.rating_filing", rating_id=rating_id)


@console.post("/console/ratings/<int:rating_id>/return")
@staff_page
def create_rating_return(rating_id: int) -> Response:
    """Send a rating back with a reason; 400 or 409 with the form as typed."""
    edge, reason = current(), request.form.get("reason", "")
    rating_judged(rating_id)
    try:
        return_rating(edge.session, rating_id, reason, by=staff().account_id, now=edge.now)
    except Refused as error:
        return _refused(rating_id, error, "return")
    return go("console.rating_filing", rating_id=rating_id)


@console.post("/console/ratings/<int:rating_id>/reopening")
@staff_page
def create_rating_reopening(rating_id: int) -> Response:
    """Let a filed rating be done again, with reason and number; 400 or 409 with the form as typed."""
    edge, form = current(), request.form
    rating_judged(rating_id)
    try:
        reopen_rating(
            edge.session, rating_id, reason=form.get("reason", ""), document=form.get("document", ""),
            by=staff().account_id, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        return _refused(rating_id, error, "reopening")
    return go("console.rating_filing", rating_id=rating_id)


def _refused(rating_id: int, error: Refused, failed: str) -> Response:
    refuse_form(error)
    return _filing_page(rating_judged(rating_id), error, failed)
