"""换届交接: a post passes to its next holder by one act, with the list of what is open that day."""

from datetime import date, timedelta

from flask import Response, request

from handlers.console.login import ask_password
from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, require, staff
from handlers.reach import org_asked
from models.articles.unfinished import article_titles, unfinished_articles
from models.clock import day_of
from models.duties.handing_over import LONGEST_DOCUMENT, HandedOver, Successor, hand_over, typed_successor
from models.duties.handover_list import KIND_TEXT, open_items, sections_of
from models.duties.handover_reading import (
    HANDED,
    Seen,
    handed_to,
    handover_seen,
    handovers_below,
    held_beside,
    may_follow,
    post_seen,
    posts_at,
)
from models.people.account import ROLE_TEXT
from models.people.console import is_fresh
from models.people.org import Org
from models.people.posts import Held, may_give, orgs_below
from models.people.rights import Verb, may, sees
from models.refused import Refused

PASSWORD = ("password_needed", "password_wrong", "too_many_tries")
SHOWN_FOR = timedelta(days=30)  # so long 今天 shows the new hand where the list is


@console.get("/console/handovers")
@staff_page
def handovers() -> Response:
    """List what was handed over below, and ask where the next post changes hands."""
    need_somewhere(Verb.GIVE_POSTS)
    session, posts = current().session, staff().posts
    orgs = orgs_below(session, posts)
    return page(
        "office/handovers.html",
        seen=(seen := handovers_below(session, posts)),
        beside=held_beside(session, seen),
        orgs=[org for org in orgs if any(may_give(posts, role, org) for role in HANDED)],
        role_text=ROLE_TEXT,
    )


@console.get("/console/handovers/new")
@staff_page
def handover_form() -> Response:
    """Ask which post of an organisation passes to whom, and show how much is open there."""
    need_somewhere(Verb.GIVE_POSTS)
    return _form(org_asked(Verb.GIVE_POSTS, request.args.get("org")), request.args.get("post", ""))


def _form(org: Org, chosen: str, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    edge = current()
    items = open_items(edge.session, org) | _known_here(org)
    return page(
        "office/handover_form.html",
        status,
        org=org,
        held=[one for one in posts_at(edge.session, org, now=edge.now) if _is_mine(one)],
        followers=may_follow(edge.session, org, now=edge.now),
        chosen=chosen,
        numbers=[(title, len(items[kind])) for kind, title in KIND_TEXT.items() if items.get(kind)],
        role_text=ROLE_TEXT,
        today=day_of(edge.now).isoformat(),
        typed=request.form,
        longest=LONGEST_DOCUMENT,
        fresh=is_fresh(staff(), now=edge.now),
        errors=errors or {},
    )


def _is_mine(held: Held) -> bool:
    return may_give(staff().posts, held.post.role, held.org)


def _known_here(org: Org) -> dict[str, list[int]]:
    """Return what belongs on the list and the room of duties does not know."""
    return {"articles": unfinished_articles(current().session, org)}


@console.post("/console/handovers")
@staff_page
def create_handover() -> Response:
    """Hand a post over; a new account's first password is in this answer and nowhere else."""
    edge, who, form = current(), staff(), request.form
    need_somewhere(Verb.GIVE_POSTS)
    held = post_seen(edge.session, _number(form.get("post", "")) or 0)
    require(Verb.GIVE_POSTS, held.org)
    org, chosen = held.org, str(held.post.id)
    try:
        ask_password()
        done = hand_over(
            edge.session, who.posts, held, _successor(), handed_on=_day(form.get("day", "")),
            document=form.get("document", ""), ends_others="ends_others" in form, more=_known_here(org),
            by=who.account_id, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        refuse_form(error)
        if error.code in PASSWORD:
            status = 429 if error.code == "too_many_tries" else 400
            return _form(org, chosen, status, {"password": error.message})
        if error.code in ("bad_handover", "login_taken"):
            return _form(org, chosen, 400, error.fields or {"login": error.message})
        raise
    return _done(done)


def _done(done: HandedOver) -> Response:
    if done.password is None:
        return go("console.handover", handover_id=done.handover.id)
    back = {"handover_id": done.handover.id}
    return page("console/first_password.html", account=done.taker, password=done.password, handover=back)


def _successor() -> Successor:
    """Read who takes over: the one chosen, else whoever is typed."""
    chosen = _number(request.form.get("successor", ""))
    if chosen is not None:
        return Successor(chosen)
    return typed_successor(request.form.get("name", "")[:80], request.form.get("login", "")[:80])


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@console.get("/console/handovers/<int:handover_id>")
@staff_page
def handover(handover_id: int) -> Response:
    """Show the list to print and sign: for who gave the post, who took it, the secretary and those above.

    Who asked for something is named to the branch's own staff alone.
    """
    session, posts = current().session, staff().posts
    seen = handover_seen(session, handover_id)
    _let_read(seen)
    titles = article_titles(session, seen.handover.items.get("articles", ()))
    names = may(posts, Verb.TICK, seen.org.path)
    return page(
        "office/handover.html",
        seen=seen,
        sections=sections_of(session, seen.handover.items, titles, names=names),
        names=names,
        beside=held_beside(session, [seen]),
        role_text=ROLE_TEXT,
        may_give=may(posts, Verb.GIVE_POSTS, seen.org.path),
    )


def _let_read(seen: Seen) -> None:
    """Let the request go on for who has to do with a handover. Refused: not_found, not_yours."""
    who = staff()
    if who.account_id in (seen.giver.id, seen.taker.id):
        return
    if not sees(who.posts, seen.org.path):
        raise Refused("not_found", "没有找到这次交接")
    if not any(may(who.posts, verb, seen.org.path) for verb in (Verb.GIVE_POSTS, Verb.CONFIRM)):
        raise Refused("not_yours", "这一页要有相应的职务才能看")


def handed_lately() -> list[Seen]:
    """Return what was handed to the person in the last thirty days."""
    edge = current()
    return handed_to(edge.session, staff().account_id, since=edge.now - SHOWN_FOR)
