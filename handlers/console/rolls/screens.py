"""The hall's screen on a computer where nobody is logged in: a link typed once, a cookie, nothing else."""

from flask import Response, jsonify, request, url_for

from handlers.console.pages import console, go, page, staff_page
from handlers.console.rolls.projector import screen_of, screen_page
from handlers.edge import current
from handlers.identity import staff
from handlers.reach import roll_hosted
from models.gatherings.gathering import Gathering
from models.gatherings.plan import gathering_seen
from models.gatherings.screen_link import (
    LIFE,
    check_screen,
    end_screen_links,
    issue_screen_link,
    open_screen,
)


@console.post("/console/gatherings/<int:gathering_id>/screen-links")
@staff_page
def create_screen_link(gathering_id: int) -> Response:
    """Show a new link to type on the other computer; it is in this answer and nowhere else."""
    edge = current()
    it = roll_hosted(gathering_id)
    link = issue_screen_link(edge.session, edge.parts.keyring, it, by=staff().account_id, now=edge.now)
    base, path = edge.parts.installation.base_url, f"/s/{link[:5]}-{link[5:]}"
    return page("rolls/screen_link.html", gathering=it, base=base, path=path, until=edge.now + LIFE)


@console.post("/console/gatherings/<int:gathering_id>/screen-links/ending")
@staff_page
def create_screen_ending(gathering_id: int) -> Response:
    """End every link given for this gathering and the screens shown by them."""
    end_screen_links(current().session, roll_hosted(gathering_id), by=staff().account_id)
    return go("console.gathering", gathering_id=gathering_id)


def cookie_name() -> str:
    """Return the screen's own cookie; the prefix binds it to this host where there is https."""
    return "__Host-screen" if _is_secure() else "screen"


def _is_secure() -> bool:
    return current().parts.installation.base_url.startswith("https://")


@console.get("/s/<token>")
def exchange_screen_link(token: str) -> Response:
    """Exchange the link for a cookie, once, and go to the screen; the address is out of sight by then."""
    edge = current()
    screen = open_screen(edge.session, edge.parts.keyring, token, now=edge.now)
    answer = go("console.screen", gathering_id=screen.gathering_id)
    answer.set_cookie(
        cookie_name(),
        screen.cookie,
        max_age=screen.expires_at - edge.now,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=_is_secure(),
    )
    return answer


def _screened(gathering_id: int) -> Gathering:
    """Return the gathering that this browser's cookie shows. Refused: screen_ended."""
    edge = current()
    check_screen(edge.session, request.cookies.get(cookie_name(), ""), gathering_id, now=edge.now)
    return gathering_seen(edge.session, gathering_id)


@console.get("/console/screens/<int:gathering_id>")
def screen(gathering_id: int) -> Response:
    """Show the hall's screen to whoever holds its cookie; it reads this and nothing else."""
    return screen_page(_screened(gathering_id), url_for("console.screen_code", gathering_id=gathering_id))


@console.get("/console/screens/<int:gathering_id>/code")
def screen_code(gathering_id: int) -> Response:
    """Answer the screen's question every few seconds, as JSON."""
    return jsonify(screen_of(_screened(gathering_id)))
