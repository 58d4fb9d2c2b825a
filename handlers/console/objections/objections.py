"""异议: what waits and until when, one objection with every number, and its papers."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response

from handlers.console.pages import console, form_page, page, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from models.audit import Via
from models.clock import day_of, long_day
from models.gatherings.roll import STATUS_TEXT, Status
from models.people.member import Member
from models.people.persons_above import Purpose, note_look
from models.people.rights import Verb, may, sees
from models.people.said import SAID_TEXT
from models.points.grade_words import grade_text, star_words
from models.ratings.objections.answerers import DESK_TEXT, OFFICE
from models.ratings.objections.answering import Change, Standing, result_disputed, standing_of
from models.ratings.objections.appealing import ABOVE, APPEAL_WORKDAYS, is_settled
from models.ratings.objections.objection import ANSWERED, OBJECTION_STATE_TEXT, Desk
from models.ratings.objections.raising import ANSWER_WORKDAYS, LONGEST_SAID, receipt_of
from models.ratings.objections.reading import (
    ObjectionView,
    answers_above,
    is_reached,
    objection_seen,
    objections_for,
)
from models.refused import Refused

SHOWN_FOR = timedelta(days=92)  # how long what is over stays on the page
# What a roll can be amended to, the usual first.
AMENDED_TO = (
    Status.PRESENT, Status.LEAVE, Status.UNCLEAR, Status.LATE, Status.LEFT_EARLY, Status.HOST_BRANCH,
    Status.EXEMPT, Status.AWAY, Status.ABSENT,
)  # fmt: skip


def objection_reached(objection_id: int) -> ObjectionView:
    """Return an objection that the person may read; whoever reads it from above is in the log.

    Refused: not_found outside one's subtree, not_your_desk for officers whom it is not before, not_yours.
    """
    edge, who = current(), staff()
    view = objection_seen(edge.session, objection_id, now=edge.now)
    if not is_reached(who.posts, view):
        if not sees(who.posts, view.whose.home.path):
            raise Refused("not_found", "没有找到这件异议")
        if any(post.role in OFFICE for post in who.posts):
            where = f"{DESK_TEXT[view.hands.desk]}办理：{view.hands.names}" if view.waits else "支部答复的"
            raise Refused("not_your_desk", f"这一件是{where}，没有报到您这里")
        raise Refused("not_yours", "这一页要有相应的职务才能看")
    if not is_reached([post for post in who.posts if post.role not in OFFICE], view):
        member = edge.session.get_one(Member, view.objection.member_id)
        note_look(edge.session, member, Purpose.OBJECTION, by=who.account_id, via=Via.CONSOLE)
    return view


@console.app_template_filter("date_of")
def date_of_filter(moment: datetime) -> str:
    """Show the day of a moment with its year: 2026年12月1日."""
    return long_day(day_of(moment))


@console.get("/console/objections")
@staff_page
def objections() -> Response:
    """List what waits, the one due first on top, and what was answered lately.

    Officers see what lies on their desk, without names until they open it.
    """
    need_somewhere(Verb.TICK, Verb.ANSWER_OBJECTION)
    edge, who = current(), staff()
    found = objections_for(edge.session, who.posts, since=edge.now - SHOWN_FOR, now=edge.now)
    own = [post for post in who.posts if post.role not in OFFICE]
    return page(
        "objections/objections.html",
        found=found,
        named=lambda view: is_reached(own, view),
        mine=lambda view: view.waits_for(who.account_id),
        writes_down=any(may([post], Verb.TICK, post.org_path) for post in who.posts),
        **words(),
    )


def words() -> dict[str, Any]:
    """Return what the pages of objections say things with."""
    return {
        "receipt": receipt_of,
        "state_text": OBJECTION_STATE_TEXT,
        "status_text": STATUS_TEXT,
        "desk_text": DESK_TEXT,
        "said_text": SAID_TEXT,
        "said": [(how.value, text) for how, text in SAID_TEXT.items()],
        "star_text": star_text,
        "today": day_of(current().now),
        "longest": LONGEST_SAID,
        "answer_workdays": ANSWER_WORKDAYS,
        "appeal_workdays": APPEAL_WORKDAYS,
    }


def star_text(view: ObjectionView, star: int | None) -> str:
    """Say a star as its scheme calls it."""
    return star_words(view.disputed.document, star) if star else "没有星级"


@console.get("/console/objections/<int:objection_id>")
@staff_page
def objection(objection_id: int) -> Response:
    """Show what is disputed with every number, and what comes next."""
    return objection_page(objection_reached(objection_id))


def objection_page(
    view: ObjectionView, error: Refused | None = None, form: str = "", typed: Any = None,
    change: Change | None = None, seen: str = "",
) -> Response:  # fmt: skip
    """Show one objection; `form` is the one sent back, `change` what the answer typed would do.

    `seen` names that change, so that no other is sent.
    """
    edge, who, it = current(), staff(), view.objection
    answered = it.state in ANSWERED
    return form_page(
        "objections/objection.html",
        error,
        view=view,
        it=it,
        earlier=answers_above(edge.session, view, now=edge.now),
        standing=standing_of(edge.session, it, now=edge.now) if view.waits else None,
        result=result_disputed(edge.session, it),
        grade_text=grade_text,
        mine=view.waits_for(who.account_id),
        ticks=may(who.posts, Verb.TICK, view.whose.home.path),
        leads=may(who.posts, Verb.RATE, view.whose.branch.path),
        choices=[one for one in AMENDED_TO if one is not view.disputed.status],
        change=change,
        seen=seen,
        before=Standing(it.total_before, it.star_before),
        after=Standing(it.total_after, it.star_after),
        appeals_to=_appeals_to(view) if answered else None,
        in_time=view.appeal_until is None or day_of(edge.now) <= view.appeal_until,
        form=form,
        typed=typed or {},
        **words(),
    )


def _appeals_to(view: ObjectionView) -> Desk | None:
    """Return the desk to which an answer can still be appealed, None if to none or already."""
    if view.appealed_by is not None or is_settled(current().session, view.objection):
        return None
    return ABOVE.get(view.objection.desk)


@console.get("/console/objections/<int:objection_id>/receipt")
@staff_page
def objection_receipt(objection_id: int) -> Response:
    """Show the receipt to print: half a page for the one who objected."""
    view = objection_reached(objection_id)
    return page("objections/receipt.html", view=view, it=view.objection, **words())


@console.get("/console/objections/<int:objection_id>/paper")
@staff_page
def objection_paper(objection_id: int) -> Response:
    """Show the answer to print (异议答复). Refused: not_answered."""
    view = objection_reached(objection_id)
    if view.objection.state not in ANSWERED:
        raise Refused("not_answered", "还没有答复，答复以后再打印")
    return page(
        "objections/paper.html", view=view, it=view.objection, appeals_to=_appeals_to(view), **words()
    )
