"""试算 and results: each member with parts, total, star and reasons; what changed; what a meeting decides."""

from typing import Any

from flask import Response, request, url_for

from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.console.ratings.changes import changed_since
from handlers.console.ratings.frame import rating_frame
from handlers.console.ratings.reach import rating_led, rating_read, shows_results
from handlers.console.ratings.rows import results_shown
from handlers.console.ratings.steps import day_typed
from handlers.console.ratings.ties import ties_among
from handlers.console.ratings.words import star_text
from handlers.edge import current
from handlers.identity import staff
from handlers.todo.rating_step import next_card
from models.clock import day_of
from models.people.account import Account
from models.ratings.meeting.decision import Ruling, RulingKind
from models.ratings.meeting.roster import rulings_of
from models.ratings.meeting.ruling import rule, unrule
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.progress import steps_of
from models.ratings.procedure.rating import RatingState
from models.ratings.procedure.recheck import recheck_rating
from models.ratings.procedure.trail import trail_of
from models.ratings.runs.run import run_rating
from models.refused import Refused

# Whom a meeting may move: whoever the calculation gave a star, or none for want of points.
MOVES = (RulingKind.RAISE, RulingKind.LOWER)
RECHECKED = (RatingState.APPRAISED, RatingState.PUBLICISED)
# What holds for the whole branch stands once above the list.
FOR_ALL = ("excellent_over_limit", "pool_open")


@console.get("/console/ratings/<int:rating_id>/results")
@staff_page
def rating_results(rating_id: int) -> Response:
    """Show the last run, member by member, those first whose numbers differ from the run before."""
    seen, own = rating_read(rating_id)
    if not shows_results(seen, own=own):
        raise Refused("not_found", "会议评议以后，上级才看得到结果")
    return _results_page(seen, own=own)


def _results_page(seen: RatingSeen, *, own: bool, error: Refused | None = None, failed: str = "") -> Response:
    edge, frame = current(), rating_frame(seen, own=own)
    shown = results_shown(seen)
    run, groups = shown["run"], shown["groups"]
    rows = [row for _, of in groups for row in of]
    rulings = rulings_of(edge.session, seen.rating.id)
    decides = frame["deciding"] and frame["leads"]
    return form_page(
        "ratings/results.html",
        error,
        **frame,
        **shown,
        hand=edge.session.get_one(Account, run.account_id).name if run else "",
        decides=decides,
        after=_after(seen) if decides and run else None,
        rechecks=frame["leads"] and seen.rating.state in RECHECKED,
        changed=changed_since(seen, run) if run and own else [],
        for_all=sorted({why for row in rows for why in row.said(*FOR_ALL)}),
        ties=ties_among(seen.document, rows) if run else [],
        rulings={member_id: _ruled(seen, one) for member_id, one in rulings.items()},
        moves=bool(seen.document.meeting_adjust),
        today=day_of(edge.now),
        failed=failed,
    )


def _after(seen: RatingSeen) -> tuple[str, str] | None:
    """Return the words and the address of what comes after a trial; None while this page has to do first."""
    session = current().session
    card = next_card(
        seen, steps_of(session, seen.rating.id, now=current().now), trail_of(session, seen.rating.id)
    )
    if card is None or not card.button or card.page == "rating_results":
        return None
    return card.button, url_for(f"console.{card.page}", **card.values)


def _ruled(seen: RatingSeen, ruling: Ruling) -> dict[str, Any]:
    words = {RulingKind.RAISE: "上调一级", RulingKind.LOWER: "下调一级"}.get(
        ruling.kind, f"给{star_text(seen.document, ruling.star)}名额"
    )
    return {"words": words, "reason": ruling.reason, "decided_on": ruling.decided_on}


@console.post("/console/ratings/<int:rating_id>/runs")
@staff_page
def create_rating_run(rating_id: int) -> Response:
    """Try the calculation with what is written so far; nothing is decided by it."""
    edge, seen = current(), rating_led(rating_id)
    try:
        run_rating(edge.session, rating_id, by=staff().account_id, now=edge.now)
    except Refused as error:
        refuse_form(error)
        return _results_page(rating_led(seen.rating.id), own=True, error=error)
    return go("console.rating_results", rating_id=rating_id)


@console.post("/console/ratings/<int:rating_id>/rulings")
@staff_page
def create_rating_ruling(rating_id: int) -> Response:
    """Write down that the meeting moved a star by one level, and reckon again; else the page as typed."""
    form, wrong = request.form, {}
    kind, member_id = form.get("kind", ""), _member(form.get("member", ""))
    if kind not in list(MOVES):
        wrong["kind"] = "请选上调还是下调"
    if not member_id:
        wrong["member"] = "请选是哪位同志"
    if wrong:
        rating_led(rating_id)
        return _refused(rating_id, Refused("bad_step", "；".join(wrong.values()), fields=wrong), "move")
    return _decide(rating_id, [member_id], RulingKind(kind), None, "move")


@console.post("/console/ratings/<int:rating_id>/seats")
@staff_page
def create_rating_seats(rating_id: int) -> Response:
    """Write down to whom the meeting gave the seats that a tie left open, and reckon again."""
    star = _member(request.form.get("star", ""))
    chosen = [_member(text) for text in request.form.getlist("member")]
    failed = f"tie-{star}"
    if not chosen:
        rating_led(rating_id)
        error = Refused("bad_step", "请选会议把名额给了谁", fields={"members": "请选会议定的同志"})
        return _refused(rating_id, error, failed)
    return _decide(rating_id, chosen, RulingKind.SEAT, star, failed)


def _decide(
    rating_id: int, member_ids: list[int], kind: RulingKind, star: int | None, failed: str
) -> Response:
    edge, by = current(), staff().account_id
    rating_led(rating_id)
    decided_on = day_typed(request.form.get("decided_on", ""))
    try:
        if decided_on is None:
            raise Refused("bad_step", "请选哪天的会议", fields={"decided_on": "请选日期"})
        for member_id in member_ids:
            rule(
                edge.session, rating_id, member_id, kind, star, reason=request.form.get("reason", ""),
                decided_on=decided_on, by=by, now=edge.now,
            )  # fmt: skip
        run_rating(edge.session, rating_id, by=by, now=edge.now)
    except Refused as error:
        return _refused(rating_id, error, failed)
    return go("console.rating_results", rating_id=rating_id)


def _refused(rating_id: int, error: Refused, failed: str = "") -> Response:
    refuse_form(error)
    return _results_page(rating_led(rating_id), own=True, error=error, failed=failed)


def _member(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


@console.post("/console/ratings/<int:rating_id>/rulings/ending")
@staff_page
def end_rating_ruling(rating_id: int) -> Response:
    """Take back what was written of a meeting about one member, and reckon again."""
    edge, by = current(), staff().account_id
    rating_led(rating_id)
    try:
        unrule(edge.session, rating_id, _member(request.form.get("member", "")), by=by)
        run_rating(edge.session, rating_id, by=by, now=edge.now)
    except Refused as error:
        return _refused(rating_id, error)
    return go("console.rating_results", rating_id=rating_id)


@console.post("/console/ratings/<int:rating_id>/recheck")
@staff_page
def create_rating_recheck(rating_id: int) -> Response:
    """Reckon again after the meeting, with the reason; a star that changed is put on the board again."""
    edge = current()
    rating_led(rating_id)
    try:
        recheck_rating(
            edge.session,
            rating_id,
            reason=request.form.get("reason", ""),
            by=staff().account_id,
            now=edge.now,
        )
    except Refused as error:
        return _refused(rating_id, error, "recheck")
    return go("console.rating_results", rating_id=rating_id)
