"""A branch whose year 2026 is rated, and every step of it as its people take them in January 2027."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.gatherings.calendar.calendar import DayKind, HolidayYear, Workday
from models.people.account import Account, Role
from models.people.member import Member, MemberStatus
from models.people.org import Org
from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import use_scheme
from models.ratings.archive.filing import file_rating
from models.ratings.meeting.decision import GradeKind
from models.ratings.meeting.grades import Graded, write_grades
from models.ratings.meeting.quorum import Votes
from models.ratings.procedure.beginning import begin_rating
from models.ratings.procedure.rating import Act, Rating, RatingAct, RatingState
from models.ratings.procedure.step import take_step
from models.ratings.publicity.posting_up import post_sheet
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.results import RatingResult
from models.ratings.runs.run import last_run
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_branch, a_member, a_post, a_township, a_zone, an_account, an_entry
from tests.points.published import SCHEMES

# Monday, 11 January 2027, noon in Shanghai: the year is over.
JANUARY = datetime(2027, 1, 11, 4, tzinfo=UTC)
MEETING = date(2027, 1, 8)
DAY = timedelta(days=1)
EXCELLENT, QUALIFIED = GradeKind.EXCELLENT, GradeKind.QUALIFIED
OFFICES = {"contact": "支部办公室", "contact_phone": "0391-3550123", "township_phone": "0391-3550100"}


@dataclass
class Walk:
    """A branch on the way through its rating: one call for each step, with what is usual filled in."""

    session: Session
    township: Org
    branch: Org
    scheme: Scheme
    members: list[Member]
    secretary: Account
    officer: Account
    rating: Rating | None = None

    @property
    def id(self) -> int:
        """The rating's id."""
        assert self.rating is not None
        return self.rating.id

    def stands(self) -> RatingState:
        """What the rating is now."""
        assert self.rating is not None
        return self.rating.state

    def begins(self, cycle: str = "2026", now: datetime = JANUARY) -> "Walk":
        """Begin the rating."""
        self.rating = begin_rating(self.session, self.branch.id, cycle, by=self.secretary.id, now=now)
        return self

    def grades(
        self, excellent: Iterable[Member] = (), others: Mapping[Member, GradeKind] | None = None
    ) -> "Walk":
        """Grade every full member 合格, but `excellent` 优秀 and `others` as they say."""
        best = {member.id for member in excellent}
        told = {
            member.id: Graded(EXCELLENT if member.id in best else QUALIFIED)
            for member in self.members
            if member.status is MemberStatus.FULL
        }
        told |= {member.id: Graded(kind) for member, kind in (others or {}).items()}
        self.writes(told)
        return self

    def writes(self, told: Mapping[int, Graded | None], **more: Any) -> None:
        """Write grades as the meeting decided them on its day."""
        usual: dict[str, Any] = {"decided_on": MEETING, "by": self.secretary.id, "now": JANUARY}
        write_grades(self.session, self.id, told, **usual | more)

    def steps(self, act: Act, **more: Any) -> RatingAct:
        """Take one of the branch's steps, on the meeting's day."""
        usual: dict[str, Any] = {"held_on": MEETING, "by": self.secretary.id, "now": JANUARY}
        return take_step(self.session, self.id, act, **usual | more)

    def meets(self, **more: Any) -> RatingAct:
        """Hold the meeting: everybody is there and for it."""
        full = sum(member.status is MemberStatus.FULL for member in self.members)
        usual: dict[str, Any] = {"base": full, "present": full, "votes": Votes(full, 0, 0)}
        return self.steps(Act.ASSEMBLY_APPRAISAL, **usual | more)

    def posts(self, member: Member | None = None, **more: Any) -> RatingPublicity:
        """Put the sheet up on the day of the meeting."""
        usual: dict[str, Any] = {"posted_on": MEETING, "by": self.secretary.id, "now": JANUARY} | OFFICES
        usual |= {"member_id": member and member.id}
        return post_sheet(self.session, self.id, **usual | more)

    def files(self, **more: Any) -> Rating:
        """File it once the sheet has hung for five full workdays."""
        usual: dict[str, Any] = {"document": "河东党〔2027〕3号", "filed_on": date(2027, 1, 18)}
        usual |= {"by": self.officer.id, "now": JANUARY + 7 * DAY}
        return file_rating(self.session, self.id, **usual | more)

    def confirmed(self, excellent: Iterable[Member] = ()) -> "Walk":
        """Walk the whole way, to the paper."""
        self.begins().grades(excellent)
        self.meets()
        self.posts()
        self.files()
        return self

    def earns(self, member: Member, item: str, points: str, times: int = 1, month: str = "2026-11") -> None:
        """Let a member earn or lose points in the ledger, so many times."""
        for day in range(1, times + 1):
            an_entry(
                self.session, member, self.scheme, self.officer, item=item, points=Decimal(points),
                cycle="2026", period=month, occurred_on=date.fromisoformat(f"{month}-{day:02}"),
            )  # fmt: skip

    def stars(self) -> dict[str, int | None]:
        """Name -> star of the latest run."""
        run = last_run(self.session, self.id)
        query = (
            select(Member.name, RatingResult.star_final)
            .join(RatingResult, RatingResult.member_id == Member.id)
            .where(RatingResult.run_id == (run and run.id))
        )
        return dict(self.session.execute(query).all())


def refused(code: str) -> pytest.RaisesExc[Refused]:
    """Expect a refusal with this code."""
    return pytest.raises(Refused, check=lambda error: error.code == code)


def holidays(session: Session, *years: int) -> None:
    """Enter the public holidays of these years: New Year's Day is off, the Sunday after it is worked."""
    for year in years:
        session.merge(HolidayYear(year=year))
    session.merge(Workday(day=date(2027, 1, 1), kind=DayKind.OFF))
    session.merge(Workday(day=date(2027, 1, 10), kind=DayKind.WORK))
    session.flush()


def a_walk(
    session: Session,
    full: int = 15,
    probationary: int = 0,
    township: Org | None = None,
    scheme: Scheme | None = None,
    code: str = "ZONE",
    years: tuple[int, ...] = (2026, 2027),
    **changes: Any,
) -> Walk:
    """Make a branch of so many members under one of the shipped schemes with changes."""
    top = township or a_township(session, a_zone(session))
    branch = a_branch(session, top)
    members = [a_member(session, branch, f"党员{number:02}") for number in range(1, full + 1)]
    members += [
        a_member(session, branch, f"预备{number}", status=MemberStatus.PROBATIONARY)
        for number in range(1, probationary + 1)
    ]
    secretary, officer = an_account(session, name="李书平"), an_account(session, name="程若兰")
    a_post(session, secretary, branch, Role.SECRETARY)
    a_post(session, officer, top, Role.TOWNSHIP_OFFICER)
    held = scheme or a_published(session, top, code, **changes)
    holidays(session, *years)
    return Walk(session, top, branch, held, members, secretary, officer)


def a_published(session: Session, org: Org, code: str, **changes: Any) -> Scheme:
    """Publish one of the shipped schemes with changes for `org`."""
    content = json.loads((SCHEMES / f"{code}.json").read_text("utf-8"), parse_float=str) | changes
    scheme = publish_scheme(session, json.dumps(content), issuer=org, by=None, now=NOON)
    use_scheme(session, org, scheme, from_month="2020-01", by=None)
    return scheme
