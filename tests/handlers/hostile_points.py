"""A rated branch where somebody typed hostile texts at every door of points and stars."""

import re
from itertools import cycle
from typing import Any

from sqlalchemy import select

from models.people.account import Account
from models.people.member import Member
from models.people.org import Org
from models.points.entry import PointEntry
from models.points.proposal import Proposal
from models.ratings.objections.objection import Objection
from tests.handlers.console.ratings.rated_site import begin, grades, rate_by, review
from tests.handlers.console_site import Site
from tests.handlers.hostile import LINES, Typed, some
from tests.handlers.mini_program.at_work import Phone, bound_phone
from tests.hard.payloads import fitting

# What begins a formula, or would begin one in a file of commas.
FORMULAS = ("=1+1", "+86", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("//evil.example/xss","x")')
LISTS, DECLARED = 24, 12
SPELLED = {"day": "2026-12-10", "quantity": "1", "item": "volunteer"}


def chinese(most: int) -> list[str]:
    """Return the texts that a scheme's title may be: some Chinese in them, nothing that cannot be printed."""
    return [f"{text}分" for text in fitting(most - 1, LINES) if f"{text}分".isprintable()]


def hostile_scheme() -> dict[str, Any]:
    """Return what is changed of the zone's scheme: every title and note of it."""
    title, note = cycle(chinese(40)), cycle(chinese(200))
    item = {"part": "task", "source": "volunteer", "review": True}
    outcome = {"part": "task", "source": "manual", "unit": "once"}
    levels = [f"{text}好" for text in fitting(18, LINES) if text.isprintable()][:6]
    return {
        "title": next(title),
        "parts": [
            {"code": "base", "title": next(title), "initial": 60, "mode": "deduct_only", "floor": 0},
            {"code": "task", "title": next(title), "cap": 20},
            {"code": "assess", "title": next(title), "cap": 20},
        ],
        "items": [
            {"id": "volunteer", "title": next(title), "pts": 1, "legal_basis": next(note)} | item,
            {"id": "outcome", "title": next(title), "levels": dict.fromkeys(levels, 1)} | outcome,
            *({"id": f"i{n}", "title": next(title), "pts": 1} | item for n in range(30)),
        ],
        "vetoes": [
            {"id": f"v{n}", "title": next(title), "effect": "max_star", "max_star": 2} for n in range(5)
        ],
        "exempt": [],
        "narrow": [],
        "contact": next(title),
        "basis": next(note),
    }


def typed_in_points(site: Site) -> Typed:
    """Type hostile texts at every door of points, objections and ratings, and rename everybody."""
    rate_by(site, **hostile_scheme())
    done = Typed(site)
    _name(site)
    phone = bound_phone(site, site.members["白玉珍"])
    _propose(done, phone)
    _object(done, phone)
    _rate(done)
    _refusals(done)
    return done


def _name(site: Site) -> None:
    with site.sessions.begin() as session:
        tables: tuple[Any, ...] = (Account, Member, Org)
        for table in tables:
            name = cycle([*FORMULAS, *fitting(40, LINES)])
            for row in session.scalars(select(table).order_by(table.id)):
                row.name = next(name)


def _ids(site: Site, table: Any) -> list[int]:
    with site.sessions() as session:
        return list(session.scalars(select(table.id).order_by(table.id)))


def _propose(done: Typed, phone: Phone) -> None:
    """Put lists down and declare, approve some, refuse some, take some back."""
    title, evidence, reason = some(60), some(80), some(200)
    member = [str(done.site.members[name].id) for name in ("何桂芳", "曹振海")]
    for n in range(LISTS):
        form = SPELLED | {"title": title(), "evidence": evidence(), "member": member}
        done.send("clerk", "/console/proposals", form | {"item": f"i{n}"})
    for n in range(DECLARED):
        body = {"item": f"i{n}", "occurred_on": "2026-12-09", "title": title(), "evidence": evidence()}
        assert phone.ask("POST", "me/declarations", body).status_code == 201
    made = _ids(done.site, Proposal)
    for one in (*made[: LISTS // 2], *made[LISTS : LISTS + DECLARED // 2]):
        done.send("secretary", f"/console/proposals/{one}/approval", {})
    answer = some(60)
    for one in (*made[LISTS // 2 : LISTS - 4], *made[LISTS + DECLARED // 2 : -2]):
        done.send("secretary", f"/console/proposals/{one}/rejection", {"answer": answer()})
    for one in made[:4]:
        with done.site.sessions() as session:
            entry = session.scalars(select(PointEntry.id).where(PointEntry.proposal_id == one)).first()
        sent = {"entry": str(entry), "reason": reason()}
        done.send("secretary", f"/console/proposals/{one}/reversal", sent)


def _object(done: Typed, phone: Phone) -> None:
    """Say what is wrong with an entry, by phone and by word, answer some, appeal one."""
    said, own = some(200), done.site.members["白玉珍"].id
    with done.site.sessions() as session:
        query = select(PointEntry.id).where(PointEntry.member_id == own, PointEntry.reverses.is_(None))
        entries = list(session.scalars(query.order_by(PointEntry.id)))
    for entry in entries[:3]:
        body = {"entry_id": entry, "said": said()}
        assert phone.ask("POST", "me/objections", body).status_code == 201
    for entry in entries[3:]:
        form = {"member": own, "about": f"e{entry}", "said": said(), "how": "paper"}
        done.made("clerk", "/console/objections", form)
    objections = _ids(done.site, Objection)
    for one, say in zip(objections, ("reject", "uphold", "reject"), strict=False):
        _answer(done, one, {"say": say, "finding": said()})
    appealed = phone.ask("POST", f"me/objections/{objections[0]}/appeal", {"said": said()})
    assert appealed.status_code == 201, appealed.text


def _answer(done: Typed, objection: int, told: dict[str, str]) -> None:
    address = f"/console/objections/{objection}/answer"
    shown = done.send("commissioner", address, told | {"do": "look"}, 200)
    seen = re.search(r'name="seen" value="([^"]*)"', shown.text)
    assert seen
    done.send("commissioner", address, told | {"do": "send", "seen": seen[1]})


def _rate(done: Typed) -> None:
    """Lead the rating to the board with a veto, a ruling and a return; leave its answers to be looked at."""
    site, text, reason, body = done.site, some(80), some(200), some(60)
    place = begin(site)
    done.gatherings = [int(place.rpartition("/")[2])]
    for n, name in enumerate(("何桂芳", "曹振海", "王丽娟")):
        sent = {"member": site.members[name].id, "code": f"v{n}", "document": text(), "decided_by": body()}
        done.send("secretary", f"{place}/vetoes", sent | {"decided_on": "2026-12-10"})
    done.send("secretary", f"{place}/vetoes/1/lifting", {"document": text()})
    review(site, place)
    form = grades(site)
    done.send("secretary", f"{place}/grades", form)
    moved = {"member": site.members["白玉珍"].id, "kind": "lower", "reason": reason()}
    done.send("secretary", f"{place}/rulings", moved | {"decided_on": "2026-12-14"})
    for _ in range(2):
        _meet_and_put_up(done, place, form)
        done.send("town", f"{place}/return", {"reason": reason()})
    _meet_and_put_up(done, place, form)
    done.send("secretary", f"{place}/recheck", {"reason": reason()})


def _meet_and_put_up(done: Typed, place: str, form: dict[str, str]) -> None:
    number = str(sum(field.startswith("g-") for field in form))
    held = {"held_on": "2026-12-14", "base": number, "present": number}
    votes = {"votes_for": number, "votes_against": "0", "abstained": "0"}
    done.send("secretary", f"{place}/steps/assembly_appraisal", held | votes)
    sheet = {"posted_on": "2026-12-14", "contact": some(40)(), "contact_phone": "0391-3550123"}
    done.send("secretary", f"{place}/posting", sheet | {"township_phone": "0391-3550100"})


def _refusals(done: Typed) -> None:
    """Send forms that come back with what was typed."""
    place, long = f"/console/ratings/{done.gatherings[0]}", "".join(LINES)
    own = done.site.members["白玉珍"].id
    for who, address, form in (
        ("clerk", "/console/proposals", SPELLED | {"title": long, "evidence": long, "member": [str(own)]}),
        ("clerk", "/console/declarations", SPELLED | {"title": long, "member": own, "how": "paper"}),
        ("clerk", "/console/objections", {"member": own, "about": "e0", "said": long, "how": "paper"}),
        ("secretary", f"{place}/vetoes", {"document": long, "decided_by": long, "decided_on": "2026-12-10"}),
        ("secretary", f"{place}/rulings", {"member": own, "kind": "<b xss>", "reason": long}),
        ("secretary", f"{place}/seats", {"star": "<b xss>", "reason": long, "decided_on": long}),
        ("secretary", f"{place}/posting", {"posted_on": "<b xss>", "contact": long, "contact_phone": long}),
        ("secretary", f"{place}/recheck", {"reason": long}),
        ("town", f"{place}/return", {"reason": long}),
        ("town", f"{place}/filing", {"document": long, "filed_on": "<b xss>"}),
        (
            "secretary",
            f"/console/members/{own}/membership",
            {"change": "left", "status": "removed", "left_on": "2026-12-10", "document": long},
        ),
        (
            "town",
            f"/console/people/{own}/move",
            {"purpose": "record", "moved_on": "2026-12-10", "document": long, "branch": "<b xss>"},
        ),
    ):
        done.send(who, address, form, 400)
