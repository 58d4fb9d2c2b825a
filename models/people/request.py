"""What somebody asks and another hand answers: its columns, its rules, and how the answer reached the person.

Leave, the report of a long absence and attendance elsewhere have all of it. A declaration has its own way of
being asked, an objection its finding, a complaint its letter: they are held and answered by the same rules.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypedDict, TypeVar

from sqlalchemy import CheckConstraint, ColumnElement, Select, String, and_, func
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Moment, coded, one_of, ref
from models.people.said import Filing, Said, readable_line
from models.refused import Refused

LONGEST_ANSWER = 60
A_DAY = timedelta(days=1)


class Stage(StrEnum):
    """Where a request stands, as far as the kinds agree; each has a word of its own for a yes."""

    SUBMITTED = "submitted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Request:
    """A row that is answered once. `MISSING` is what people read where there is none."""

    MISSING: ClassVar[str]

    @property
    def waits(self) -> bool:
        """Say whether it is still to be answered."""
        raise NotImplementedError


class Staged(Request):
    """A request that can be taken back as well; `OVER` is what people read once it does not wait any more.

    `state` is a column of the kind's own: an enum of the codes of Stage, and `YES` beside them.
    """

    OVER: ClassVar[str] = "已经答复过了，或者本人撤回了"
    YES: ClassVar[StrEnum]
    __tablename__: Any
    state: Mapped[Any]

    @property
    def waits(self) -> bool:
        """Say whether nobody answered it or took it back."""
        return bool(self.state == Stage.SUBMITTED)

    @property
    def granted(self) -> bool:
        """Say whether the answer was a yes, not taken back since."""
        return bool(self.state == self.YES)

    @property
    def stands(self) -> bool:
        """Say whether it waits or was granted: it is not asked a second time."""
        return self.waits or self.granted


class Answered(Staged):
    """A request answered by a yes or a no and a line: by which account, when, and how the person was told."""

    decided_by: Mapped[int | None] = ref("account.id")
    decided_at: Mapped[Moment | None]
    answer: Mapped[str | None] = mapped_column(String(LONGEST_ANSWER))
    told_how: Mapped[Said | None] = coded(Said, "told_how")


class Asked(Answered):
    """A request by a member's phone, or by the account that wrote down what the member said (代录)."""

    member_id: Mapped[int]
    asked_at: Mapped[Moment]
    filed_by: Mapped[int | None] = ref("account.id")
    filed_how: Mapped[Said | None] = coded(Said, "filed_how")

    @property
    def subject(self) -> tuple[int, int | None]:
        """Return the id by which the log knows it, and the gathering it is about."""
        raise NotImplementedError


ONE = TypeVar("ONE", bound=Request)


def decided_by_someone(yes: StrEnum) -> CheckConstraint:
    """Return the CHECK that what is answered, and nothing else, says by whom and when."""
    answered = f"({one_of('state', yes, Stage.REJECTED)}) = (decided_by IS NOT NULL)"
    return CheckConstraint(
        f"{answered} AND (decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_someone"
    )


def filed_by_someone() -> CheckConstraint:
    """Return the CHECK that what an account wrote down says how the member said it."""
    return CheckConstraint("(filed_by IS NULL) = (filed_how IS NULL)", name="filed_by_someone_somehow")


class Answer(TypedDict):
    """An answer as the verbs take it; `told_how` where the person was told in the same act."""

    approve: bool
    answer: str
    told_how: Said | None
    by: int
    via: Via
    now: datetime


def seen(session: Session, kind: type[ONE], key: Any) -> ONE:
    """Return one request. Refused: not_found."""
    found = session.get(kind, key)
    if found is None:
        raise Refused("not_found", kind.MISSING)
    return found


def held(session: Session, kind: type[ONE], key: Any) -> ONE:
    """Return one request, locked against every other hand. Refused: not_found."""
    found = session.get(kind, key, with_for_update=True, populate_existing=True)
    if found is None:
        raise Refused("not_found", kind.MISSING)
    return found


def check_waits(request: Staged) -> None:
    """Let nothing be answered twice, or after it was taken back. Refused: not_waiting."""
    if not request.waits:
        raise Refused("not_waiting", request.OVER)


def take_in(session: Session, request: Asked, filing: Filing | None, *, now: datetime) -> None:
    """Store what is asked, also what is asked again after a no; it waits."""
    request.asked_at = now
    request.filed_by, request.filed_how = filing or (None, None)
    _put(request, Stage.SUBMITTED)
    session.add(request)
    session.flush()


def check_flood(
    session: Session,
    sent: Select[*tuple[Any, ...]],
    asked_at: Mapped[Any],
    most: int,
    words: str,
    now: datetime,
) -> None:
    """Bound what one phone sends in a day: asked and taken back over and over, it would bury the rest.

    `sent` is what it ever sent. Refused: too_many_tries with `retry_after` in seconds.
    """
    today = sent.where(asked_at > now - A_DAY).with_only_columns(func.count())
    if (session.scalar(today) or 0) >= most:
        raise Refused("too_many_tries", words, retry_after=int(A_DAY.total_seconds()))


def take_back(session: Session, request: Asked) -> None:
    """Let a request be over that the member does not want any more."""
    _put(request, Stage.WITHDRAWN)
    session.flush()


def _put(request: Asked, stage: Stage) -> None:
    request.state = type(request.YES)(stage)
    request.decided_by = request.decided_at = request.answer = request.told_how = None


def tidy_answer(answer: str, *, approve: bool) -> str | None:
    """Return the line beside an answer, None for none; whoever says no says why. Refused: reason_missing."""
    answer = readable_line(answer)
    if len(answer) > LONGEST_ANSWER or (not approve and len(answer) < 2):
        words = f"请写一句原因，2 到 {LONGEST_ANSWER} 个字" if not approve else f"最多 {LONGEST_ANSWER} 个字"
        raise Refused("reason_missing", words, fields={"answer": words})
    return answer or None


def settle(session: Session, request: Answered, line: str | None, answer: Answer) -> None:
    """Write an answer down; `line` is its text as `tidy_answer` returned it."""
    request.state = type(request.YES)(request.YES if answer["approve"] else Stage.REJECTED)
    request.decided_by, request.decided_at = answer["by"], answer["now"]
    request.answer, request.told_how = line, answer["told_how"]
    session.flush()


def record_told(session: Session, request: Asked, how: Said, *, by: int, via: Via) -> None:
    """Keep how an answer reached somebody without a phone. Refused: not_answered."""
    if request.decided_at is None:
        raise Refused("not_answered", "还没有答复，先不用告诉本人")
    request.told_how = how
    session.flush()
    subject_id, gathering = request.subject
    record(
        session, "tell_answer", request.__tablename__, subject_id, via=via, account_id=by,
        after={"told_how": how, "gathering": gathering},
    )  # fmt: skip


def waiting(kind: type[Staged]) -> ColumnElement[bool]:
    """Select what is still to be answered."""
    return kind.state == Stage.SUBMITTED


def waiting_or_granted(kind: type[Staged]) -> ColumnElement[bool]:
    """Select what waits or was granted."""
    return kind.state.in_((Stage.SUBMITTED, kind.YES))


def over_since(
    kind: type[Staged], answered_at: Mapped[Any], asked_at: Mapped[Any], since: datetime
) -> ColumnElement[bool]:
    """Select what was answered since then, or taken back of what was asked since then."""
    return and_(kind.state != Stage.SUBMITTED, func.coalesce(answered_at, asked_at) >= since)
