"""The demonstration's last rating: twelve branches from the meeting to the archive, objections included."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Via
from models.clock import at, day_of
from models.demo.deeds import TRIAL, first_year
from models.demo.people import Settled
from models.demo.places import TOWNS
from models.gatherings.calendar.calendar import HolidayYear
from models.people.account import Account
from models.people.member import Member
from models.people.said import Filing, Said
from models.points.entry import PointEntry
from models.ratings.archive.filing import archive_rating, file_rating
from models.ratings.meeting.decision import GradeKind, RulingKind
from models.ratings.meeting.grades import Graded, write_grades
from models.ratings.meeting.roster import graded_roster
from models.ratings.meeting.ruling import rule
from models.ratings.objections.answering import Answer, answer_objection, tell_answer
from models.ratings.objections.appealing import appeal
from models.ratings.objections.raising import object_to
from models.ratings.procedure.beginning import begin_rating, rating_seen
from models.ratings.procedure.rating import Act, Rating
from models.ratings.procedure.step import take_step
from models.ratings.publicity.posting_up import post_sheet
from models.ratings.runs.results import RatingResult
from models.ratings.runs.run import last_run, run_rating
from models.refused import Refused

LOWERED, DISPUTED_STAR, DISPUTED_ENTRY = "HZ01", "HZ01", "HZ03"
TIED = "HZ02"  # all 优秀 of this branch got the same votes
LOWER = "全年有七个月在外地驻点，会议评定下调一级，本人同意"
SEATED = "条件相同，会议举手评定"


class Year(NamedTuple):
    """The days on which the last rating's steps were taken, the same in every branch."""

    year: int

    def on(self, month: int, day: int) -> date:
        """Return a day of the rated year."""
        return date(self.year, month, day)

    @property
    def filed(self) -> date:
        """Return the day of filing: the township's committee sits in the new year."""
        return date(self.year + 1, 1, 14)


def rate_last_year(
    session: Session, people: Mapping[str, Settled], accounts: Mapping[str, Account], *, now: datetime
) -> None:
    """Rate the trial branches for the last year, where the holidays of that year are known."""
    year = Year(first_year(day_of(now)))
    if session.get(HolidayYear, year.year) is None:
        return
    for code in TRIAL:
        branch = people[code]
        hand = accounts[f"{branch.place.login}-sj"].id
        rating = _meeting(session, branch, year, hand)
        post_sheet(
            session, rating.id, posted_on=year.on(12, 15), contact="支部委员会", contact_phone="0391-3680000",
            township_phone="0391-3680012", by=hand, now=at(year.on(12, 15), time(10)),
        )  # fmt: skip
        if code == DISPUTED_ENTRY:
            _object_to_entry(session, branch, accounts, year)
        if code == DISPUTED_STAR:
            _object_to_star(session, rating, branch, accounts, year)
        town = branch.place.above[:2]
        name = next(name for code, name, _ in TOWNS if code == town)
        file_rating(
            session, rating.id, document=f"{name[:2]}党〔{year.year + 1}〕3号", filed_on=year.filed,
            by=accounts[f"{town.lower()}-gb"].id, now=at(year.filed, time(16)),
        )  # fmt: skip
        archive_rating(session, rating.id, by=hand, now=at(date(year.year + 1, 1, 20), time(9)))


def _meeting(session: Session, branch: Settled, year: Year, hand: int) -> Rating:
    """Begin, grade, decide what is left open, and hold the meeting."""
    held = year.on(12, 12)
    evening = at(held, time(17))
    rating = begin_rating(session, branch.org.id, f"{year.year}", by=hand, now=at(year.on(12, 1), time(9)))
    full = [row.member for row in graded_roster(session, rating_seen(session, rating.id))]
    write_grades(
        session, rating.id, _grades(session, branch, full, year), decided_on=held, by=hand, now=evening
    )
    run_rating(session, rating.id, by=hand, now=evening)
    if branch.place.code == LOWERED:
        _lower_one(session, rating, held, hand, evening)
    for _ in full:
        try:
            take_step(
                session, rating.id, Act.ASSEMBLY_APPRAISAL, held_on=held, base=len(full),
                present=len(full) - len(full) // 8, by=hand, now=evening,
            )  # fmt: skip
        except Refused as refused:
            if refused.code != "tie_open":
                raise
            _seat_one(session, rating, held, hand, evening)
        else:
            break
    return rating


def _grades(session: Session, branch: Settled, full: list[Member], year: Year) -> dict[int, Graded]:
    """Grade those with the most deeds 优秀, as far as a third allows, one 基本合格, the rest 合格."""
    rows = session.execute(
        select(PointEntry.member_id, func.count())
        .where(PointEntry.branch_id == branch.org.id, PointEntry.cycle == f"{year.year}")
        .group_by(PointEntry.member_id)
    )
    deeds = Counter(dict(rows.all()))
    ordered = sorted(full, key=lambda one: (-deeds[one.id], one.id))
    excellent = {one.id: number for number, one in enumerate(ordered[: max(len(full) // 3 - 1, 1)])}
    grades = {one.id: Graded(GradeKind.QUALIFIED) for one in full}
    for member_id, number in excellent.items():
        votes = len(full) * 4 // 5 - (0 if branch.place.code == TIED else number)
        grades[member_id] = Graded(GradeKind.EXCELLENT, max(votes, 1))
    if len(full) > 20:
        grades[ordered[-1].id] = Graded(GradeKind.BASICALLY_QUALIFIED)
    return grades


def _results(session: Session, rating: Rating) -> list[RatingResult]:
    run = run_rating(session, rating.id, by=rating.begun_by, now=rating.begun_at)
    query = select(RatingResult).where(RatingResult.run_id == run.id).order_by(RatingResult.member_id)
    return list(session.scalars(query))


def _lower_one(session: Session, rating: Rating, held: date, hand: int, evening: datetime) -> None:
    four = next(one for one in _results(session, rating) if one.star_by_quota == 4)
    rule(
        session, rating.id, four.member_id, RulingKind.LOWER, reason=LOWER, decided_on=held, by=hand,
        now=evening,
    )  # fmt: skip


def _seat_one(session: Session, rating: Rating, held: date, hand: int, evening: datetime) -> None:
    tied = next(
        one
        for one in _results(session, rating)
        if any(reason["code"] == "meeting" for reason in one.detail["reasons"])
    )
    rule(
        session, rating.id, tied.member_id, RulingKind.SEAT, 5, reason=SEATED, decided_on=held, by=hand,
        now=evening,
    )  # fmt: skip


def _object_to_entry(session: Session, branch: Settled, accounts: Mapping[str, Account], year: Year) -> None:
    """Somebody says that a volunteering written for them was another's: it was, and is taken back."""
    entry = session.scalars(
        select(PointEntry)
        .where(
            PointEntry.branch_id == branch.org.id, PointEntry.cycle == f"{year.year}",
            PointEntry.item == "volunteer", PointEntry.occurred_on < year.on(12, 1),
        )
        .order_by(PointEntry.occurred_on.desc(), PointEntry.id.desc())
    ).first()  # fmt: skip
    if entry is None:
        return
    clerk, other = accounts[f"{branch.place.login}-fsj"].id, accounts[f"{branch.place.login}-wy"].id
    objection = object_to(
        session, member_id=entry.member_id, entry_id=entry.id, said="那天我没有去，去的是同组另一位同志",
        filing=Filing(clerk, Said.IN_PERSON), via=Via.CONSOLE, now=at(year.on(12, 16), time(10)),
    )  # fmt: skip
    answer_objection(
        session, objection.id, Answer(True, "查对当天的签名，确实是另一位同志，予以冲回"), by=other,
        via=Via.CONSOLE, now=at(year.on(12, 17), time(15)),
    )  # fmt: skip
    tell_answer(
        session, objection.id, Said.IN_PERSON, year.on(12, 17), by=clerk, via=Via.CONSOLE,
        now=at(year.on(12, 17), time(17)),
    )  # fmt: skip


def _object_to_star(
    session: Session, rating: Rating, branch: Settled, accounts: Mapping[str, Account], year: Year
) -> None:
    """Somebody thinks the star too low: looked into and kept, by the branch and then by the township."""
    run = last_run(session, rating.id)
    three = session.scalars(
        select(RatingResult)
        .where(RatingResult.run_id == (run and run.id), RatingResult.star_final == 3)
        .order_by(RatingResult.member_id)
    ).first()
    if three is None:
        return
    clerk, other = accounts[f"{branch.place.login}-zg"].id, accounts[f"{branch.place.login}-wy"].id
    objection = object_to(
        session, member_id=three.member_id, rating_id=rating.id, said="我觉得应当评四星，志愿服务没有少去",
        filing=Filing(clerk, Said.PHONE_CALL), now=at(year.on(12, 16), time(9)), via=Via.CONSOLE,
    )  # fmt: skip
    answer_objection(
        session, objection.id, Answer(False, "志愿服务已按上限计满，总分不到四星的 80 分"), by=other,
        now=at(year.on(12, 17), time(9)), via=Via.CONSOLE,
    )  # fmt: skip
    tell_answer(
        session, objection.id, Said.PHONE_CALL, year.on(12, 17), by=clerk, now=at(year.on(12, 17), time(11)),
        via=Via.CONSOLE,
    )  # fmt: skip
    again = appeal(
        session, objection.id, member_id=three.member_id, said="想请镇里再看一看",
        filing=Filing(clerk, Said.PHONE_CALL), now=at(year.on(12, 18), time(9)), via=Via.CONSOLE,
    )  # fmt: skip
    answer_objection(
        session, again.id, Answer(False, "镇党建办核对了原始记录，支部的计算没有错"), by=accounts["hz-gb"].id,
        now=at(year.on(12, 19), time(15)), via=Via.CONSOLE,
    )  # fmt: skip
    tell_answer(
        session, again.id, Said.PHONE_CALL, year.on(12, 19), by=clerk, now=at(year.on(12, 19), time(16)),
        via=Via.CONSOLE,
    )  # fmt: skip
