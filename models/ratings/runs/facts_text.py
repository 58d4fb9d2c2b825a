"""Facts written as the JSON that `read_facts` reads: so that a rating can be reckoned again elsewhere."""

from typing import Any

from models.points.exact import show
from models.points.facts import Entry, Facts, MemberFacts


def facts_json(facts: Facts) -> dict[str, Any]:
    """Return facts as JSON content: numbers and days as text, what is absent left out."""
    return {
        "cycle": facts.cycle,
        "members": [_member(member) for member in facts.members],
        "seats": {str(star): sorted(members) for star, members in facts.seats},
    }


def _member(member: MemberFacts) -> dict[str, Any]:
    content = {
        "id": member.id,
        "branch": member.branch,
        "status": member.status,
        "since": member.since and member.since.isoformat(),
        "categories": [
            _told({"code": one.code, "from_on": f"{one.from_on}", "to_on": one.to_on and f"{one.to_on}"})
            for one in member.categories
        ],
        "not_rated": member.not_rated,
        "grade": member.grade,
        "votes": member.votes,
        "at_host": member.at_host,
        "voices": dict(member.voices),
        "vetoes": [{"id": one.id, "cycle": one.cycle, "document": one.document} for one in member.vetoes],
        "previous_total": None if member.previous_total is None else show(member.previous_total),
        "adjust": member.adjust,
        "entries": [_entry(entry) for entry in member.entries],
    }
    return _told(content)


def _entry(entry: Entry) -> dict[str, Any]:
    return _told(
        {
            "id": entry.id,
            "item": entry.item,
            "period": entry.period,
            "occurred_on": entry.occurred_on.isoformat(),
            "quantity": show(entry.quantity),
            "points": show(entry.points),
            "source": entry.source,
            "gathering_id": entry.gathering_id,
            "reverses": entry.reverses,
            "title": entry.title,
            "level": entry.level,
        }
    )


def _told(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value is not None}
