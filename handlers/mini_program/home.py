"""GET /api/v1/home: whom this serves, and for a member what comes next."""

from typing import Any

from flask import request
from pydantic import BaseModel

from handlers.description import may_answer
from handlers.edge import VOLUNTARY, Edge, current
from handlers.identity import bearer
from handlers.mini_program import api
from handlers.mini_program.articles import News, newest, news
from handlers.mini_program.away import AwayNow
from handlers.mini_program.fields import fields_of
from handlers.mini_program.gatherings import Attending, shown
from handlers.mini_program.notices import NoticeOut
from handlers.mini_program.points import text
from handlers.mini_program.subscriptions import asked
from models.gatherings.of_member import coming_up
from models.notices.reading import notices_of, unread_of
from models.people.member import ON_ROLLS, Member, Spell, SpellKind
from models.people.org import Org, Setting, settings_of
from models.people.phone import Phone, branch_phone_behind, holds_post
from models.people.roster import member_seen
from models.people.spells import spells_now
from models.points.cycle import cycle_words
from models.ratings.statement.stars import NOT_YET, stars_of
from models.ratings.statement.statement import running_balance

MOST_NEWS = 5
MOST_NOTICES = 3


class Legal(BaseModel):
    """Who runs this, its filing number, and that nobody has to use it."""

    owner: str
    filing_no: str
    voluntary: str
    complaint_phone: str


class PointsNow(BaseModel):
    """What the running cycle comes to; no total for who is 不参评, nothing at all without a scheme."""

    cycle: str | None
    total: str | None


class Home(BaseModel):
    """The first screen. `attending`: required, exempt or away; `posts`: the phone acts for an account now."""

    serves: str
    demonstration: bool
    legal: Legal
    member: str | None
    member_id: int | None
    branch: str | None
    group: str | None
    star: str | None
    points: PointsNow | None
    attending: str | None
    away: AwayNow | None
    theme_day: int | None
    posts: bool
    has_post: bool
    gatherings: list[Attending]
    notices: list[NoticeOut]
    unread: int
    subscribe: list[str]
    articles: list[News]


NOBODY: dict[str, Any] = {
    **dict.fromkeys(("member", "member_id", "branch", "group", "star", "points")),
    **dict.fromkeys(("attending", "away", "theme_day")),
    **dict.fromkeys(("posts", "has_post"), False),
    "gatherings": [],
    "notices": [],
    "unread": 0,
    "subscribe": [],
}


@api.get("/home")
@api.output(Home)
@may_answer(401)
def show_home() -> dict[str, Any]:
    """Anybody may look; a member's own part comes with the session token. 401 for a token that ended."""
    edge = current()
    house = edge.parts.installation
    answer: dict[str, Any] = NOBODY | {
        "serves": f"供{house.zone_name}各支部党员使用",
        "demonstration": house.demonstration,
        "legal": {
            "owner": house.owner,
            "filing_no": house.filing_no or "试运行",
            "voluntary": VOLUNTARY,
            "complaint_phone": house.complaint_phone,
        },
        "articles": [news(News, one) for one in newest(most=MOST_NEWS)],
    }
    if "Authorization" in request.headers:
        phone, hand = branch_phone_behind(edge.session, bearer(), now=edge.now)
        if phone.member_id is not None:
            answer |= _own(edge, phone, phone.member_id) | {"posts": hand is not None}
    return answer


def _own(edge: Edge, phone: Phone, member_id: int) -> dict[str, Any]:
    """Return what the first screen says to a member, in a fixed number of statements."""
    session = edge.session
    member, branch, group = member_seen(session, member_id)
    told, _ = notices_of(session, member_id, most=MOST_NOTICES)
    return {
        "member": member.name,
        "member_id": member_id,
        "branch": branch.name,
        "group": group.name if group else None,
        "star": _star(edge, member_id, branch),
        "points": _points(edge, member_id),
        **_attending(edge, member),
        "theme_day": settings_of(session, branch)[Setting.THEME_DAY],
        "has_post": holds_post(session, member_id, now=edge.now),
        "gatherings": [shown(seat) for seat in coming_up(session, member_id, now=edge.now)],
        "notices": [fields_of(NoticeOut, one) for one in told],
        "unread": unread_of(session, member_id),
        "subscribe": asked(phone),
    }


def _star(edge: Edge, member_id: int, branch: Org) -> str:
    """Return the member's last star in words, or that there is none yet: 2026年 四星."""
    told = [star for star in stars_of(edge.session, member_id, branch.id) if star.is_told]
    return f"{cycle_words(told[0].cycle)} {told[0].label}" if told else NOT_YET


def _points(edge: Edge, member_id: int) -> dict[str, str | None]:
    balance = running_balance(edge.session, member_id, now=edge.now)
    if balance is None:
        return {"cycle": None, "total": None}
    return {"cycle": balance.cycle, "total": None if balance.is_outside else text(balance.total)}


def _attending(edge: Edge, member: Member) -> dict[str, Any]:
    """Say whether the member is expected today, and for which absence not."""
    spells = spells_now(edge.session, member.id, now=edge.now)
    away: Spell | None = spells.get(SpellKind.AWAY)
    required = member.status in ON_ROLLS and SpellKind.EXEMPT not in spells
    return {
        "attending": "away" if away else "required" if required else "exempt",
        "away": fields_of(AwayNow, away) if away else None,
    }
