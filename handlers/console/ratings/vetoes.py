"""一票否决: noted by the number of the paper that says so, lifted by another; never what it was about."""

from flask import Response, request

from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.console.ratings.frame import rating_frame
from handlers.console.ratings.reach import rating_led
from handlers.console.ratings.steps import day_typed
from handlers.edge import current
from handlers.identity import staff
from models.clock import day_of
from models.points.grade_words import star_words
from models.points.schemes.document import SchemeDocument
from models.points.schemes.stars import Veto
from models.ratings.meeting.roster import rated_roster, vetoes_of
from models.ratings.meeting.vetoing import lift_veto, record_veto
from models.ratings.procedure.beginning import RatingSeen
from models.refused import Refused


@console.get("/console/ratings/<int:rating_id>/vetoes")
@staff_page
def rating_vetoes(rating_id: int) -> Response:
    """Show the vetoes in force on members of the branch, and ask for the paper of another."""
    return _vetoes_page(rating_led(rating_id))


@console.post("/console/ratings/<int:rating_id>/vetoes")
@staff_page
def create_rating_veto(rating_id: int) -> Response:
    """Note a veto by its paper; 400 or 409 with the form as typed where it cannot be."""
    edge, form = current(), request.form
    seen = rating_led(rating_id)
    try:
        decided_on = day_typed(form.get("decided_on", ""))
        if decided_on is None:
            raise Refused("bad_veto", "请选哪天决定的", fields={"decided_on": "请选日期"})
        record_veto(
            edge.session, _own(seen, form.get("member", "")), form.get("code", ""),
            document=form.get("document", ""), decided_by=form.get("decided_by", ""), decided_on=decided_on,
            by=staff().account_id, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        refuse_form(error)
        return _vetoes_page(rating_led(rating_id), error, "veto")
    return go("console.rating_vetoes", rating_id=rating_id)


def _own(seen: RatingSeen, asked: str) -> int:
    """Return the id of a member of this branch. Refused: bad_veto."""
    for row in rated_roster(current().session, seen):
        if str(row.member.id) == asked:
            return row.member.id
    raise Refused("bad_veto", "请选是哪位同志", fields={"member": "请选一位"})


@console.post("/console/ratings/<int:rating_id>/vetoes/<int:veto_id>/lifting")
@staff_page
def create_veto_lifting(rating_id: int, veto_id: int) -> Response:
    """Lift a veto of a member of this branch by another paper. Refused: not_found."""
    edge, seen = current(), rating_led(rating_id)
    if not any(row.veto.id == veto_id for row in vetoes_of(edge.session, seen)):
        raise Refused("not_found", "没有找到这条登记")
    try:
        lift_veto(
            edge.session, veto_id, document=request.form.get("document", ""), by=staff().account_id,
            now=edge.now,
        )  # fmt: skip
    except Refused as error:
        refuse_form(error)
        return _vetoes_page(rating_led(rating_id), error, f"lift-{veto_id}")
    return go("console.rating_vetoes", rating_id=rating_id)


def _vetoes_page(seen: RatingSeen, error: Refused | None = None, failed: str = "") -> Response:
    edge = current()
    titles = {veto.id: veto.title for veto in seen.document.vetoes}
    return form_page(
        "ratings/vetoes.html",
        error,
        **rating_frame(seen, own=True),
        standing=[(row.member, row.veto, titles[row.veto.code]) for row in vetoes_of(edge.session, seen)],
        kinds=[(veto, _effect_words(seen.document, veto)) for veto in seen.document.vetoes],
        members=[row.member for row in rated_roster(edge.session, seen)],
        today=day_of(edge.now),
        failed=failed,
    )


def _effect_words(document: SchemeDocument, veto: Veto) -> str:
    match veto.effect:
        case "set_zero":
            return "总分计为 0 分"
        case "max_star":
            return f"最高{star_words(document, veto.max_star)}" if veto.max_star else "不评星级"
        case "not_rated":
            return "不评星级"
        case _:
            return "由会议研究"
