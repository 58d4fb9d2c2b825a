"""Stars of which only so many may be given: how many, to whom, and where a tie waits for the meeting."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from models.points.grade_words import star_words
from models.points.result import Standing
from models.points.schemes.document import SchemeDocument
from models.points.schemes.stars import Quota
from models.points.star import Candidate

THIRD = Fraction(1, 3)  # of the full members may be 优秀, by the rules on the democratic appraisal
Named = Mapping[int, frozenset[int]]


class Outcome(NamedTuple):
    """Who has a seat, who of them by the meeting's word, who ties for the last, who has none."""

    won: list[Candidate]
    chosen: list[Candidate]
    tied: list[Candidate]
    lost: list[Candidate]


def excellent_allowed(document: SchemeDocument, full_members: int) -> int:
    """Return how many of so many full members may be graded 优秀."""
    ratio = (document.assessment.max_excellent_ratio if document.assessment else None) or THIRD
    return full_members * ratio.numerator // ratio.denominator


def hold_back_branches(document: SchemeDocument, candidates: Sequence[Candidate]) -> None:
    """Leave every star of a branch open that graded too many 优秀: the meeting corrects that first."""
    if document.assessment is None:
        return
    by_branch: dict[int, list[Candidate]] = defaultdict(list)
    for one in candidates:
        by_branch[one.member.branch].append(one)
    for own in by_branch.values():
        full = sum(one.member.status == "full" for one in own)
        excellent = sum(one.grade == "excellent" for one in own)
        allowed = excellent_allowed(document, full)
        if excellent <= allowed:
            continue
        text = (
            f"支部评为优秀的有 {excellent} 人，正式党员 {full} 人，优秀最多 {allowed} 人；"
            "请支部会议先更正，再评星级"
        )
        for one in own:
            if one.standing == "rated":
                one.by_total = one.by_band = one.star = None
                one.stars, one.stands = (), False
                one.say("excellent_over_limit", text)


class Contest(NamedTuple):
    """The seats of one star in one branch, or in all branches together."""

    quota: Quota
    branch: int | None
    seats: int
    open_end: bool  # whoever is too many is only reported
    everybody: Sequence[Candidate]

    @property
    def holders(self) -> list[Candidate]:
        """List who has this star now."""
        return [one for one in self.everybody if one.stands and one.star == self.quota.star]


def contests_of(document: SchemeDocument, quota: Quota, candidates: Iterable[Candidate]) -> list[Contest]:
    """Return the contests for the star of `quota`: one a branch, or one for all of the township."""
    groups: dict[int | None, list[Candidate]] = defaultdict(list)
    for one in candidates:
        groups[one.member.branch if quota.scope == "branch" else None].append(one)
    lowest = document.bands[-1].star if document.bands else quota.star
    open_end = quota.overflow == "report" or quota.star == lowest
    return [
        Contest(quota, branch, seats_of(quota, [one.standing for one in own]), open_end, own)
        for branch, own in groups.items()
    ]


def seats_of(quota: Quota, everybody: Sequence[Standing]) -> int:
    """Return how many seats there are among people of these standings, rounded down."""
    base = everybody.count("rated") if quota.base == "rated" else len(everybody)
    seats = base * quota.max_ratio.numerator // quota.max_ratio.denominator
    return max(seats, 1) if quota.min_one and base else seats


def hold(document: SchemeDocument, contest: Contest, named: Named) -> None:
    """Give the seats of one contest; who finds none competes one star lower."""
    star, holders = contest.quota.star, contest.holders
    words = f"{star_words(document, star)}名额 {contest.seats} 个"
    if contest.open_end:
        if len(holders) > contest.seats:
            for one in holders:
                one.say("quota_reported", f"{words}，达到条件的有 {len(holders)} 位，请会议研究")
        return
    chosen = named.get(star, frozenset())
    outcome = award(document, holders, contest.seats, chosen)
    for one in outcome.lost:
        one.stars = one.stars[1:]
        one.star = one.stars[0] if one.stars else None
        one.say("quota", f"{words}，已经评满；按条件评下一级")
        if one.member.id in chosen:
            one.say(
                "meeting_not_applied",
                f"会议评定的{star_words(document, star)}名额只在条件相同的同志中评定，这里不适用",
            )
    for one in outcome.chosen:
        one.say("meeting_seat", f"{words}，由会议评定给本人")
    for one in outcome.tied:
        one.star, one.stands = None, False
        one.say("meeting", f"{words}，条件相同的同志有 {len(outcome.tied)} 位，请会议评定")


def award(
    document: SchemeDocument, candidates: Sequence[Candidate], seats: int, named: frozenset[int]
) -> Outcome:
    """Give `seats` by printed total and what breaks ties; equals at the last seat wait for the meeting.

    `named`: to whom the meeting gave seats. It counts only among those equals.
    """
    if len(candidates) <= seats:
        return Outcome(list(candidates), [], [], [])
    if seats == 0:
        return Outcome([], [], [], list(candidates))
    weigh = _weight(document)
    weights = {one.member.id: weigh(one) for one in candidates}
    last = sorted(weights.values(), reverse=True)[seats - 1]
    above = [one for one in candidates if weights[one.member.id] > last]
    equal = [one for one in candidates if weights[one.member.id] == last]
    below = [one for one in candidates if weights[one.member.id] < last]
    free = seats - len(above)
    if len(equal) <= free:
        return Outcome(above + equal, [], [], below)
    chosen = [one for one in equal if one.member.id in named]
    others = [one for one in equal if one.member.id not in named]
    if len(chosen) > free:
        return Outcome(above, [], equal, below)
    if len(chosen) == free:
        return Outcome(above + chosen, chosen, [], others + below)
    return Outcome(above + chosen, chosen, others, below)


def _weight(document: SchemeDocument) -> Callable[[Candidate], tuple[Fraction, ...]]:
    """Return what candidates are weighed by: the printed total, then the scheme's keys up to the meeting."""
    keys = list(document.tie_break)
    if "meeting_decision" in keys:
        keys = keys[: keys.index("meeting_decision")]

    def weigh(one: Candidate) -> tuple[Fraction, ...]:
        score = one.score
        by_key = {
            "total_raw": score.total_raw if score else Fraction(0),
            "base_subtotal": score.base if score else Fraction(0),
            "assessment_votes": Fraction(one.member.votes or 0),
        }
        return (Fraction(one.total or 0), *(by_key[key] for key in keys))

    return weigh
