"""星级评定: what a branch's rating needs next, how it stands, and the results by group."""

from typing import Any

from flask import Response, request, url_for

from handlers.console.pages import console, form_page, go, page, refuse_form, staff_page
from handlers.console.ratings.frame import rating_frame
from handlers.console.ratings.reach import rating_read, shows_results
from handlers.console.ratings.rows import results_shown
from handlers.console.ratings.words import STATE_SHAPE, act_words
from handlers.console.ratings.year import year_shown
from handlers.edge import current
from handlers.identity import holds, need_somewhere, staff
from handlers.reach import org_asked, own_orgs
from handlers.todo.rating_step import next_card, until_words, who_acts
from models.clock import day_of, long_day
from models.people.org import BRANCHES, Org, branches_among
from models.people.rights import Verb, may
from models.points.cycle import cycle_words
from models.ratings.meeting.roster import graded_roster, grades_of, vetoes_of
from models.ratings.procedure.beginning import RatingSeen, begin_rating, rating_seen
from models.ratings.procedure.due import cycles_due, ratings_of, running_of
from models.ratings.procedure.progress import StepView, steps_of
from models.ratings.procedure.rating import ACT_TEXT, RATING_STATE_TEXT, Act
from models.ratings.procedure.trail import trail_of
from models.refused import Refused


@console.get("/console/ratings")
@staff_page
def ratings() -> Response:
    """Show the next step of one's branch's rating; whoever stands above sees the branches below."""
    need_somewhere(Verb.SEE_ROSTER, Verb.FILE_RATING)
    if not holds(Verb.SEE_ROSTER):
        return go("console.ratings_below_page")
    return _ratings_page(_branch_asked(request.args.get("org")))


def _branch_asked(asked: str | None) -> Org:
    """Return the branch a page asks for, or the first of one's own. Refused: not_found, not_yours."""
    org = org_asked(Verb.SEE_ROSTER, asked)
    if org.kind in BRANCHES:
        return org
    branches = branches_among(current().session, [org])
    if not branches:
        raise Refused("not_found", "这里下面还没有支部")
    return branches[0]


def _ratings_page(org: Org, error: Refused | None = None) -> Response:
    edge = current()
    ratings = ratings_of(edge.session, [org.id])
    running = running_of(ratings)
    card = None
    if running is not None:
        steps = steps_of(edge.session, running.id, now=edge.now)
        card = next_card(rating_seen(edge.session, running.id), steps, trail_of(edge.session, running.id))
    return form_page(
        "ratings/ratings.html",
        error,
        org=org,
        orgs=branches_among(edge.session, own_orgs(Verb.SEE_ROSTER)),
        next=card,
        running=running,
        due=cycles_due(edge.session, org, ratings, now=edge.now),
        today=day_of(edge.now),
        leads=may(staff().posts, Verb.RATE, org.path),
        ratings=ratings,
        year=year_shown(org, ratings),
        cycle_words=cycle_words,
        state_text=RATING_STATE_TEXT,
        shapes=STATE_SHAPE,
    )


@console.post("/console/ratings")
@staff_page
def create_rating() -> Response:
    """Begin the rating of a cycle; 400 or 409 with the page where it cannot begin."""
    edge, org = current(), org_asked(Verb.RATE, request.form.get("org", ""))
    try:
        rating = begin_rating(
            edge.session, org.id, request.form.get("cycle", ""), by=staff().account_id, now=edge.now
        )
    except Refused as error:
        refuse_form(error)
        return _ratings_page(_branch_asked(str(org.id)), error)
    return go("console.rating", rating_id=rating.id)


@console.get("/console/ratings/<int:rating_id>")
@staff_page
def rating(rating_id: int) -> Response:
    """Show one rating: its next step, all its steps, what was done, and the results by group."""
    edge, (seen, own) = current(), rating_read(rating_id)
    steps = steps_of(edge.session, rating_id, now=edge.now)
    trail = trail_of(edge.session, rating_id)
    shows = shows_results(seen, own=own)
    return page(
        "ratings/rating.html",
        **rating_frame(seen, own=own),
        next=next_card(seen, steps, trail, tells=shows),
        steps=[_step_line(seen, step, own=own) for step in steps],
        trail=[(one, ACT_TEXT[one.act.act], act_words(one.act)) for one in trail],
        graded=_graded_words(seen) if own else "",
        vetoes=_vetoes(seen) if own else [],
        files=may(staff().posts, Verb.FILE_RATING, seen.branch.path),
        **results_shown(seen, hidden=not shows),
    )


def _step_line(seen: RatingSeen, step: StepView, *, own: bool) -> dict[str, Any]:
    """Return one step as the list shows it; it leads to its page while there is something to do there."""
    leads = own and may(staff().posts, Verb.RATE, seen.branch.path)
    here = step.is_next or (step.step is Act.PUBLICITY and step.act is not None)
    address = ""
    if leads and here and step.step is not Act.UPPER_REVIEW:
        address = url_for("console.rating_step", rating_id=seen.rating.id, act=step.step.value)
    return {
        "title": step.title,
        "act": step.act,
        "is_next": step.is_next,
        "who": who_acts(step.step, step.body),
        "until": until_words(step.due_on),
        "said": act_words(step.act) if step.act else "",
        "on": long_day(step.act.held_on) if step.act else "",
        "address": address,
    }


def _graded_words(seen: RatingSeen) -> str:
    """Say how many grades are written; empty where the scheme has none."""
    session = current().session
    if seen.document.assessment is None:
        return ""
    full, written = graded_roster(session, seen), grades_of(session, seen.rating.id)
    left = sum(row.member.id not in written for row in full)
    return (
        f"还有 {left} 人没有填等次，正式党员共 {len(full)} 人。"
        if left
        else f"{len(full)} 人的等次都填好了。"
    )


def _vetoes(seen: RatingSeen) -> list[dict[str, str]]:
    titles = {veto.id: veto.title for veto in seen.document.vetoes}
    return [
        {"name": row.member.name, "title": titles[row.veto.code], "document": row.veto.document}
        for row in vetoes_of(current().session, seen)
    ]
