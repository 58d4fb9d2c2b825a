"""GET /api/v1/home: whom this serves, and for a member what comes next."""

from typing import Any

from flask import request
from pydantic import BaseModel

from handlers.edge import VOLUNTARY, Edge, current
from handlers.identity import bearer
from handlers.mini_program import api
from handlers.mini_program.gatherings import Attending, shown
from handlers.mini_program.subscriptions import asked
from models.articles.listing import published
from models.gatherings.of_member import coming_up
from models.people.phone import phone_behind
from models.people.roster import member_seen
from models.points.cycle import cycle_words
from models.ratings.stars import NOT_YET, stars_of

MOST_NEWS = 5


class Legal(BaseModel):
    """Who runs this, its filing number, and that nobody has to use it."""

    owner: str
    filing_no: str
    voluntary: str
    complaint_phone: str


class News(BaseModel):
    """A published article, with the address where it is read."""

    title: str
    digest: str
    url: str
    published_on: str


class Home(BaseModel):
    """The first screen."""

    serves: str
    demonstration: bool
    legal: Legal
    member: str | None
    branch: str | None
    star: str | None
    gatherings: list[Attending]
    subscribe: list[str]
    articles: list[News]


@api.get("/home")
@api.output(Home)
def show_home() -> dict[str, Any]:
    """Anybody may look; a member's own part comes with the session token. 401 for a token that ended."""
    edge = current()
    house = edge.parts.installation
    answer: dict[str, Any] = {
        "serves": f"供{house.zone_name}各支部党员使用",
        "demonstration": house.demonstration,
        "legal": {
            "owner": house.owner,
            "filing_no": house.filing_no or "试运行",
            "voluntary": VOLUNTARY,
            "complaint_phone": house.complaint_phone,
        },
        "member": None,
        "branch": None,
        "star": None,
        "gatherings": [],
        "subscribe": [],
        # News asks for a category of its own in a mini-program: shown only where the zone says so.
        "articles": _news(edge) if house.public_articles else [],
    }
    if "Authorization" in request.headers:
        phone = phone_behind(edge.session, bearer(), now=edge.now)
        if phone.member_id is not None:
            seats = coming_up(edge.session, phone.member_id, now=edge.now)
            answer |= {
                "member": phone.member_name,
                "branch": phone.branch_name,
                "star": _star(edge, phone.member_id),
                "gatherings": [shown(seat) for seat in seats],
                "subscribe": asked(phone),
            }
    return answer


def _star(edge: Edge, member_id: int) -> str:
    """Return the member's last star in words, or that there is none yet: 2026年 四星."""
    _, branch, _ = member_seen(edge.session, member_id)
    told = [star for star in stars_of(edge.session, member_id, branch.id) if star.is_told]
    return f"{cycle_words(told[0].cycle)} {told[0].label}" if told else NOT_YET


def _news(edge: Edge) -> list[dict[str, str]]:
    return [
        {
            "title": one.title,
            "digest": one.digest,
            "url": one.address(edge.parts.installation.base_url),
            "published_on": one.published_on.isoformat(),
        }
        for one in published(edge.session, most=MOST_NEWS)
    ]
