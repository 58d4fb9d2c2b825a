"""Stars as their member reads them: only what was put up or filed, with its reasons; none is foretold."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from models.points.grade_words import grade_text, star_words
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import Scheme, document_of
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.procedure.rating import Rating, RatingState
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.results import RatingResult, RatingRun

UP = (RatingState.PUBLICISED, RatingState.CONFIRMED, RatingState.ARCHIVED)
NOT_YET = "未评定"
# No star is not a low star: what stands there instead.
WITHOUT = {
    "exempt": "不参评", "not_rated": "不参评", "probationary": "预备党员，不评星级", "none": "不参评",
    "rated": "没有评上星级",
}  # fmt: skip


@dataclass(frozen=True)
class StarView:
    """One member's star of one cycle. `label` is what is read: 四星, 不参评, or 未评定 until it is put up.

    Until then nothing else is told. `grade` and `reasons` are in words; `sheet` is the one on the board
    that showed it last, None where the scheme asks for no public notice.
    """

    rating_id: int
    member_id: int
    cycle: str
    state: RatingState
    star: int | None
    label: str
    total: Decimal | None
    grade: str
    reasons: tuple[str, ...]
    sheet: RatingPublicity | None

    @property
    def is_told(self) -> bool:
        """Say whether the result was put up or filed."""
        return self.label != NOT_YET


class Told(NamedTuple):
    """By which run a member's star is told, and the sheet on the board that showed it last."""

    run_id: int
    sheet: RatingPublicity | None


def stars_of(session: Session, member_id: int, branch_id: int) -> list[StarView]:
    """Return a member's stars, newest cycle first, with what runs now in the branch; three statements."""
    mine = select(RatingRun.rating_id).join(RatingResult, RatingResult.run_id == RatingRun.id)
    query = select(Rating, Scheme.document).where(
        or_(
            Rating.branch_id == branch_id,
            Rating.id.in_(mine.where(RatingResult.member_id == member_id)),
        )
    )
    found = _stars(session, query, [member_id])
    return sorted((one for one in found if one.is_told or not _is_over(one)), key=_newest, reverse=True)


def stars_in(
    session: Session, branch_id: int, cycle: str, member_ids: Collection[int]
) -> dict[int, StarView]:
    """Return member id -> star of one cycle of a branch, 未评定 included; none where no rating began."""
    query = select(Rating, Scheme.document).where(Rating.branch_id == branch_id, Rating.cycle == cycle)
    return {one.member_id: one for one in _stars(session, query, member_ids)}


def _is_over(star: StarView) -> bool:
    """Say whether a rating went on without the member: it had come to the board, and names somebody else."""
    return star.state in UP


def _newest(star: StarView) -> tuple[str, int]:
    return star.cycle, star.rating_id


def _stars(session: Session, query: Select[Rating, str], member_ids: Collection[int]) -> list[StarView]:
    rows = session.execute(query.join(Scheme, Scheme.id == Rating.scheme_id)).all()
    up = [rating for rating, _ in rows if rating.state in UP]
    told = _told(session, up, member_ids) if up else {}
    results = _results(session, {one.run_id for one in told.values()}) if told else {}
    found = []
    for rating, text in rows:
        for member_id in member_ids:
            one = told.get((rating.id, member_id))
            result = results.get((one.run_id, member_id)) if one else None
            if one is None or result is None:
                found.append(_not_yet(rating, member_id))
            else:
                found.append(_star(rating, document_of(text), result, one.sheet))
    return found


def _told(
    session: Session, ratings: Sequence[Rating], member_ids: Collection[int]
) -> dict[tuple[int, int], Told]:
    """Return (rating, member) -> what the last sheet about them shows; once filed, what was frozen."""
    ids = [rating.id for rating in ratings]
    frozen = select(RatingSnapshot.rating_id, func.max(RatingSnapshot.run_id))
    frozen = frozen.where(RatingSnapshot.rating_id.in_(ids)).group_by(RatingSnapshot.rating_id)
    filed = dict(session.execute(frozen).all())
    of_all = or_(RatingPublicity.member_id.is_(None), RatingPublicity.member_id.in_(member_ids))
    query = select(RatingPublicity).where(RatingPublicity.rating_id.in_(ids), of_all)
    sheets: dict[tuple[int, int], RatingPublicity] = {}
    for sheet in session.scalars(query.order_by(RatingPublicity.id)):
        for member_id in member_ids if sheet.member_id is None else (sheet.member_id,):
            sheets[sheet.rating_id, member_id] = sheet
    found = {}
    for rating in ratings:
        for member_id in member_ids:
            last = sheets.get((rating.id, member_id))
            if rating.state is not RatingState.PUBLICISED and rating.id in filed:
                found[rating.id, member_id] = Told(filed[rating.id], last)
            elif last is not None:
                found[rating.id, member_id] = Told(last.run_id, last)
    return found


def _results(session: Session, run_ids: Iterable[int]) -> dict[tuple[int, int], RatingResult]:
    query = select(RatingResult).where(RatingResult.run_id.in_(run_ids))
    return {(result.run_id, result.member_id): result for result in session.scalars(query)}


def _not_yet(rating: Rating, member_id: int) -> StarView:
    return StarView(rating.id, member_id, rating.cycle, rating.state, None, NOT_YET, None, "", (), None)


def _star(
    rating: Rating, document: SchemeDocument, result: RatingResult, sheet: RatingPublicity | None
) -> StarView:
    star = result.star_final
    return StarView(
        rating.id,
        result.member_id,
        rating.cycle,
        rating.state,
        star,
        star_words(document, star) if star is not None else WITHOUT[result.standing],
        result.total,
        grade_text(result.grade),
        tuple(reason["text"] for reason in result.detail.get("reasons", ())),
        sheet,
    )
