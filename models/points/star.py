"""From a total to the star that one member may have, before anybody else is looked at."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from models.points.cycle import cycles_between, span_of
from models.points.exact import show
from models.points.facts import MemberFacts, VetoFact, facts_refused
from models.points.grade_words import GRADE_WORDS, GRADES, VOICE_WORDS, star_words
from models.points.part_rules import missing_voices
from models.points.problem import Problem
from models.points.result import Reason, Score, Standing
from models.points.schemes.document import SchemeDocument
from models.points.schemes.stars import Band, Grade, Veto, YearBand
from models.refused import Refused

# What somebody reads who stands for no star, by standing and the scheme's way with probationary members.
OUTSIDE = {
    ("exempt", ""): ("exempt", "属于办法规定的不参评类别，本期不参评"),
    ("not_rated", ""): ("not_rated", "支部会议决定本期不参评"),
    ("probationary", "score_only"): ("probationary", "预备党员只计分，不评星级"),
    ("probationary", "none"): ("probationary", "预备党员不计分，不评星级"),
}


@dataclass(slots=True, eq=False)
class Candidate:
    """One member on the way to a star.

    `stars`: all the member may have by total, grade, months and vetoes, highest first; `allowed`: all that
    grade and vetoes alone allow, up to which a meeting may raise. `stands` as long as nothing takes the
    member out of the rating of stars.
    """

    member: MemberFacts
    standing: Standing
    score: Score | None
    grade: Grade | None
    total: Decimal | None = None
    stars: tuple[int, ...] = ()
    allowed: frozenset[int] = frozenset()
    by_total: int | None = None
    by_band: int | None = None
    by_quota: int | None = None
    star: int | None = None
    stands: bool = False
    reasons: list[Reason] = field(default_factory=list)

    def say(self, code: str, text: str) -> None:
        """Note a reason."""
        self.reasons.append(Reason(code, text))


def standing_of(document: SchemeDocument, member: MemberFacts, cycle: str) -> Standing:
    """Return where the member stands on the cycle's last day."""
    if document.exempt and member.category(span_of(document.cycle, cycle).last_day) in document.exempt:
        return "exempt"
    if member.not_rated:
        return "not_rated"
    if member.status == "probationary" and document.probationary != "rate":
        return "probationary"
    return "rated"


def is_scored(document: SchemeDocument, standing: Standing) -> bool:
    """Say whether somebody of this standing has a total: who is 不参评 has none."""
    return standing == "rated" or (standing == "probationary" and document.probationary == "score_only")


def stand(
    document: SchemeDocument, member: MemberFacts, cycle: str, standing: Standing, score: Score | None
) -> Candidate:
    """Say which stars the member may have by total, grade, months and vetoes.

    Refused: facts_invalid, veto_without_document.
    """
    # A probationary member is not graded, whatever was written.
    grade = member.grade if member.status == "full" else None
    one = Candidate(member, standing, score, grade)
    vetoes = list(_vetoes_in_force(document, member, cycle))
    if member.adjust and not document.meeting_adjust:
        raise facts_refused([Problem(f"members[id={member.id}].adjust", "本办法没有会议调整星级")])
    if score is not None:
        one.total = score.total
        _zero(document, one, vetoes)
    if member.grade != grade:
        one.say("grade_not_counted", "预备党员不评定等次，登记的等次不计")
    if standing != "rated":
        one.say(*OUTSIDE[standing, document.probationary if standing == "probationary" else ""])
        return one
    if member.at_host:
        one.say("assessed_at_host", "民主评议在流入地党组织进行")
    if score is None or score.pending or one.total is None:
        _say_pending(document, one)
        return one
    _find_stars(document, one, vetoes, _months_here(document, member, cycle))
    return one


def _vetoes_in_force(
    document: SchemeDocument, member: MemberFacts, cycle: str
) -> Iterator[tuple[Veto, VetoFact]]:
    known = {veto.id: veto for veto in document.vetoes}
    for fact in member.vetoes:
        if not fact.document.strip():
            raise Refused("veto_without_document", "一票否决要有文件依据，请先登记文件号，再核算。")
        veto = known.get(fact.id)
        if veto is None:
            path = f"members[id={member.id}].vetoes"
            raise facts_refused([Problem(path, f"本办法没有“{fact.id}”这一项否决")])
        if 0 <= cycles_between(document.cycle, fact.cycle, cycle) < veto.valid_cycles:
            yield veto, fact


def _zero(document: SchemeDocument, one: Candidate, vetoes: Iterable[tuple[Veto, VetoFact]]) -> None:
    for veto, fact in vetoes:
        if veto.effect == "set_zero":
            one.total = Decimal(0).scaleb(-document.rounding.scale)
            one.say("veto_set_zero", _zero_words(veto, fact))


def _zero_words(veto: Veto, fact: VetoFact) -> str:
    return f"“{veto.title}”，按 {fact.document} 总分计为 0 分"


def zeroed_by(document: SchemeDocument, member: MemberFacts, cycle: str) -> str:
    """Say which veto makes the printed total 0, empty for none.

    Refused: facts_invalid, veto_without_document.
    """
    vetoes = _vetoes_in_force(document, member, cycle)
    return next((_zero_words(*one) for one in vetoes if one[0].effect == "set_zero"), "")


def _say_pending(document: SchemeDocument, one: Candidate) -> None:
    missing = missing_voices(document.assessment, one.member) if document.assessment else []
    if one.grade is not None and missing:
        told = "、".join(words for voice, words in VOICE_WORDS.items() if voice in missing)
        one.say("voices_missing", f"民主评议还缺{told}的等次，总分是暂计的，星级待评")
    else:
        one.say("grade_missing", "还没有民主评议等次，总分是暂计的，星级待评")


def _months_here(document: SchemeDocument, member: MemberFacts, cycle: str) -> int:
    first_days = span_of(document.cycle, cycle).first_days
    return sum(member.since is None or member.since <= day for day in first_days)


def _find_stars(
    document: SchemeDocument, one: Candidate, vetoes: list[tuple[Veto, VetoFact]], months: int
) -> None:
    total = one.total or Decimal(0)
    reached = [band for band in document.bands if band.min <= total]
    one.by_total = reached[0].star if reached else None
    limit = _ceiling(document, one.grade, vetoes)
    one.allowed = frozenset(
        band.star for band in document.bands if _allows(band, one.grade, vetoed=bool(vetoes), limit=limit)
    )
    one.stars = tuple(
        band.star for band in reached if band.star in one.allowed and (band.min_months or 0) <= months
    )
    one.star = one.stars[0] if one.stars else None
    one.stands = not any(veto.effect == "not_rated" for veto, _ in vetoes)
    _say_vetoes(document, one, vetoes)
    if not one.stands:
        one.stars, one.star, one.allowed = (), None, frozenset()
        return
    one.by_band = one.star
    _say_grade(document, one, reached)
    _say_band(document, one, total)
    missed = [band for band in reached if band.star <= limit and band.star > (one.star or 0)]
    _say_missed(document, one, missed, months, vetoed=bool(vetoes))


def _ceiling(document: SchemeDocument, grade: Grade | None, vetoes: Iterable[tuple[Veto, VetoFact]]) -> int:
    """Return the highest star that grade and vetoes leave; 0 is none. 不合格 never has a star."""
    limits = [veto.max_star for veto, _ in vetoes if veto.effect == "max_star"]
    if grade == "unqualified":
        return 0
    if document.assessment is not None and grade is not None:
        limits.append(getattr(document.assessment.max_star, grade))
    return min((limit for limit in limits if limit is not None), default=10)


def _allows(band: YearBand, grade: Grade | None, *, vetoed: bool, limit: int) -> bool:
    if band.star > limit:
        return False
    if not isinstance(band, Band):
        return True
    return not (band.no_veto and vetoed) and (band.min_grade is None or _at_least(grade, band.min_grade))


def _at_least(grade: Grade | None, wanted: Grade) -> bool:
    return grade is not None and GRADES.index(grade) <= GRADES.index(wanted)


def star_within(
    document: SchemeDocument, bands: Sequence[YearBand], total: Decimal, grade: Grade | None
) -> tuple[int | None, int | None]:
    """Return the star by total alone, and the one the grade allows; without a grade only the former."""
    reached = [band for band in bands if band.min <= total]
    limit = _ceiling(document, grade, ())
    allowed = [band.star for band in reached if _allows(band, grade, vetoed=False, limit=limit)]
    waits = document.assessment is not None and grade is None
    return (
        reached[0].star if reached else None,
        allowed[0] if allowed and not waits else None,
    )


def _say_vetoes(document: SchemeDocument, one: Candidate, vetoes: Iterable[tuple[Veto, VetoFact]]) -> None:
    for veto, fact in vetoes:
        words = f"“{veto.title}”，按 {fact.document} "
        if veto.effect == "max_star":
            one.say("veto_max_star", words + _at_most(document, veto.max_star or 0))
        elif veto.effect == "not_rated":
            one.say("veto_not_rated", f"{words}本期不评星级")
        elif veto.effect == "manual":
            one.say("veto_manual", f"{words}由支部会议研究")


def _at_most(document: SchemeDocument, star: int) -> str:
    return f"最高{star_words(document, star)}" if star else "不评星级"


def _say_grade(document: SchemeDocument, one: Candidate, reached: list[Band]) -> None:
    """Say where the grade by itself holds the star down."""
    if one.grade is None or not reached:
        return
    words = f"民主评议{GRADE_WORDS[one.grade]}"
    if one.grade == "unqualified":
        one.say("grade_unqualified", f"{words}，不评星级")
        return
    most = getattr(document.assessment.max_star, one.grade) if document.assessment else None
    if most is not None and reached[0].star > most:
        one.say("max_star_of_grade", f"{words}，{_at_most(document, most)}")


def _say_band(document: SchemeDocument, one: Candidate, total: Decimal) -> None:
    """Say between which two bands the total lies, and what the next star takes."""
    if not document.bands:
        return
    lowest = document.bands[-1]
    if total < lowest.min:
        one.say(
            "below_bands",
            f"总分 {show(total)} 分；{star_words(document, lowest.star)}要 {show(lowest.min)} 分以上",
        )
        return
    at = next(place for place, band in enumerate(document.bands) if band.min <= total)
    band, higher = document.bands[at], document.bands[at - 1] if at else None
    words = [
        f"总分 {show(total)} 分，在 {show(band.min)} 到 {show(higher.min)} 分之间"
        if higher
        else f"总分 {show(total)} 分，达到{star_words(document, band.star)}的 {show(band.min)} 分"
    ]
    if one.grade is not None:
        words.append(f"民主评议{GRADE_WORDS[one.grade]}")
    if higher:
        words.append(f"{star_words(document, higher.star)}要 {show(higher.min)} 分以上")
    one.say("band", "；".join(words))


def _say_missed(
    document: SchemeDocument, one: Candidate, missed: Iterable[Band], months: int, *, vetoed: bool
) -> None:
    """Say of the stars that the total reaches and the member does not have, what else they take."""
    for band in missed:
        star = star_words(document, band.star)
        if band.min_grade is not None and not _at_least(one.grade, band.min_grade):
            better = "" if band.min_grade == "excellent" else "以上"
            one.say("grade_below_min", f"{star}要民主评议{GRADE_WORDS[band.min_grade]}{better}")
        if (band.min_months or 0) > months:
            one.say("months_below_min", f"{star}要在本支部满 {band.min_months} 个月，本期 {months} 个月")
        if band.no_veto and vetoed:
            one.say("veto_in_force", f"有一票否决在有效期内，不评{star}")
