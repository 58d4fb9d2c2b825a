"""What a meeting may do to a star after the calculation: one level up or down, within ceilings and seats."""

from collections.abc import Iterable, Mapping, Sequence

from models.points.grade_words import star_words
from models.points.schemes.document import SchemeDocument
from models.points.seats import Contest, Named, award
from models.points.star import Candidate


def move(
    document: SchemeDocument,
    candidates: Sequence[Candidate],
    contests: Mapping[int, list[Contest]],
    named: Named,
) -> None:
    """Let the meeting move stars by one level: down first, from the lowest up; then up, from the highest."""
    adjusted = [one for one in candidates if one.member.adjust]
    for one in adjusted:
        if not one.stands:
            one.say("meeting_not_applied", "会议提出调整一级；现在没有星级可以调整")
    ladder = [0, *(band.star for band in reversed(document.bands))]
    for place in range(1, len(ladder)):
        _step(document, adjusted, -1, (ladder[place], ladder[place - 1]), contests, named)
    for place in range(len(ladder) - 1, 0, -1):
        _step(document, adjusted, 1, (ladder[place - 1], ladder[place]), contests, named)
    for one in adjusted:
        if one.stands and one.member.adjust > 0 and one.by_quota == ladder[-1]:
            one.say("meeting_not_applied", "会议提出上调一级；已是最高星级，不作调整")
        elif one.stands and one.member.adjust < 0 and one.by_quota is None:
            one.say("meeting_not_applied", "会议提出下调一级；本来没有星级，不作调整")


def _step(
    document: SchemeDocument,
    adjusted: Iterable[Candidate],
    way: int,
    step: tuple[int, int],
    contests: Mapping[int, list[Contest]],
    named: Named,
) -> None:
    """Move who stands on the first star of `step` to the second, as far as ceilings and seats allow."""
    start, star = step
    code, words = ("meeting_raised", "上调") if way > 0 else ("meeting_lowered", "下调")
    moving = [
        one for one in adjusted if one.stands and one.member.adjust == way and (one.by_quota or 0) == start
    ]
    if way > 0:
        for one in moving:
            if star not in one.allowed:
                why = f"民主评议等次或一票否决不允许评{star_words(document, star)}"
                one.say("meeting_not_applied", f"会议提出上调一级；{why}，不作调整")
        moving = [one for one in moving if star in one.allowed]
    lost, tied = _seated(document, moving, star, contests, named)
    for one in moving:
        if one in lost:
            one.say(
                "meeting_not_applied",
                f"会议提出{words}一级；{star_words(document, star)}没有空余名额，不作调整",
            )
        elif one in tied:
            one.say("meeting", f"会议提出{words}一级；{star_words(document, star)}空余名额不够，请会议评定")
        else:
            one.star = star or None
            told = f"评为{star_words(document, star)}" if star else "不评星级"
            one.say(code, f"会议决定{words}一级，{told}")


def _seated(
    document: SchemeDocument,
    moving: Sequence[Candidate],
    star: int,
    contests: Mapping[int, list[Contest]],
    named: Named,
) -> tuple[list[Candidate], list[Candidate]]:
    """Return who of those on the move finds no free seat, and who must wait for the meeting."""
    lost: list[Candidate] = []
    tied: list[Candidate] = []
    for contest in contests.get(star, ()):
        own = [one for one in moving if contest.branch in (None, one.member.branch)]
        if own and not contest.open_end:
            free = max(contest.seats - len(contest.holders), 0)
            outcome = award(document, own, free, named.get(star, frozenset()))
            lost, tied = lost + outcome.lost, tied + outcome.tied
    return lost, tied
