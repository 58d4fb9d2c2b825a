"""Stars whose last seats went to equals: how many seats, how many are settled, who is left to the meeting."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from handlers.console.ratings.rows import Row
from handlers.console.ratings.words import star_text
from models.points.schemes.document import SchemeDocument
from models.points.schemes.stars import Quota

SEATS = re.compile(r"名额 ([0-9]+) 个")


class Tie(NamedTuple):
    """One star with seats left open; `left` of the members may be chosen, 0: the meeting knows."""

    star: int
    words: str
    left: int
    members: list[Row]


def ties_among(document: SchemeDocument, rows: Sequence[Row]) -> list[Tie]:
    """Return the ties that a run left to the meeting, the highest star first."""
    ties = []
    for quota in sorted(document.quotas, key=lambda one: -one.star):
        name = star_text(document, quota.star)
        told = [
            (row, why)
            for row in rows
            for why in row.said("meeting")
            if why.startswith(f"{name}名额 ") or f"；{name}空余名额" in why
        ]
        if told:
            tied = [row for row, _ in told]
            settled = sum(row.star_final == quota.star for row in rows)
            words, left = _words(quota, name, told[0][1], len(tied), settled)
            ties.append(Tie(quota.star, words, left, tied))
    return ties


def _words(quota: Quota, name: str, why: str, tied: int, settled: int) -> tuple[str, int]:
    """Say what is open, and how many of the tied may be chosen; 0 where that is for the meeting to say."""
    found = SEATS.search(why)
    if found is None:
        return f"{name}空余名额不够，下面 {tied} 位会议都提出调整，请会议定给谁", 0
    if quota.scope == "township":
        return f"全镇{name}名额 {found[1]} 个，本支部下面 {tied} 位条件相同，请会议评定", 0
    left = max(int(found[1]) - settled, 1)
    words = f"{name}名额 {found[1]} 个，{settled} 个已定，下面 {tied} 位条件相同，请会议定 {left} 位"
    return words, left
