"""Minutes: begun from the agenda, written by people, filed, returned and filed again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.base import Sessions
from models.gatherings.agenda import Line, write_agendas
from models.gatherings.gathering import AgendaKind, GatheringState
from models.gatherings.minutes.filing import file_minutes, return_minutes
from models.gatherings.minutes.minutes import (
    FilingAct,
    ItemOutcome,
    Minutes,
    MinutesAct,
    MinutesItem,
    MinutesState,
)
from models.gatherings.minutes.reading import Record, alike_of, minutes_stand, record_of, records_due_on
from models.gatherings.minutes.writing import Decided, Vote, Written, begin_minutes, save_minutes
from models.gatherings.roll import LeaveReason, RollLine, Status
from models.points.posting import amend_roll, confirm_roll
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK, a_branch, a_gathering, a_leave, a_roll, an_account, filed_minutes
from tests.gatherings.halls import Hall, a_hall
from tests.together import at_once, meanwhile

EVENING = THREE_O_CLOCK + timedelta(hours=3)
PLAN = (
    Line(AgendaKind.STUDY, "学习全会精神"),
    Line(AgendaKind.DELIBERATION, "商量沟渠清淤"),
    Line(AgendaKind.VOLUNTEERING, "打扫村道"),
)
VOTE = Vote(base=30, present=20, written=2, yes=20, no=1, abstain=1)
TOLD = Written(
    host="周明远",
    recorder="陈丽",
    began_at=THREE_O_CLOCK,
    ended_at=THREE_O_CLOCK + timedelta(hours=2),
    observers="入党积极分子 2 人",
    discussion="王建0：先清南段，赶在冬灌以前。",
    dues_fen=3600,
    volunteering="打扫村道",
    volunteers=12,
    volunteer_hours=Decimal("1.5"),
    outcomes={
        1: (ItemOutcome.HELD, ""),
        2: (ItemOutcome.CHANGED, "商量路灯"),
        3: (ItemOutcome.NOT_HELD, ""),
    },
    added=((AgendaKind.OTHER, "通报低保复核"),),
    decisions=(Decided("十二月十日前清完南段", "王建1", date(2026, 12, 10), VOTE),),
)


def a_held_hall(session: Session, members: int = 4) -> Hall:
    """Add a hall with an agenda, whose roll is confirmed: the first came, the last is absent."""
    hall = a_hall(session, members)
    write_agendas(session, {hall.gathering.id: PLAN})
    statuses = [Status.PRESENT, Status.LATE, Status.LEAVE, Status.ABSENT]
    for line, status in zip(lines(session, hall), statuses, strict=False):
        line.status, line.marked_by, line.marked_at = status, hall.secretary.id, NOON
    session.flush()
    confirm_roll(session, hall.roll.id, by=hall.secretary.id, now=EVENING)
    return hall


def lines(session: Session, hall: Hall) -> Sequence[Any]:
    query = select(RollLine).where(RollLine.roll_id == hall.roll.id).order_by(RollLine.member_id)
    return session.scalars(query).all()


def begin(session: Session, hall: Hall) -> Minutes:
    return begin_minutes(session, hall.roll.id, by=hall.secretary.id, via=Via.CONSOLE, now=EVENING)


def save(session: Session, hall: Hall, told: Written = TOLD, seen: int = 1) -> Minutes:
    return save_minutes(session, hall.roll.id, told, seen=seen, by=hall.secretary.id, via=Via.CONSOLE)


def file(session: Session, hall: Hall, **more: Any) -> Minutes:
    return file_minutes(session, hall.roll.id, by=hall.secretary.id, via=Via.CONSOLE, now=EVENING, **more)


def send_back(session: Session, hall: Hall, reason: str = "请补上责任人") -> Minutes:
    return return_minutes(session, hall.roll.id, reason, by=hall.secretary.id, via=Via.CONSOLE, now=EVENING)


def read(session: Session, hall: Hall) -> Record:
    record = record_of(session, hall.roll.id)
    assert record is not None
    return record


def refusal(doing: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        doing()
    return refused.value


def wrong(session: Session, hall: Hall, **typed: Any) -> dict[str, str]:
    """Return the fields that a save with these values is refused for."""
    refused = refusal(lambda: save(session, hall, replace(TOLD, **typed)))
    assert refused.code == "bad_minutes"
    fields: dict[str, str] = refused.extra["fields"]
    return fields


def test_minutes_begin_with_the_agenda_and_say_nothing_of_what_was_said(session: Session) -> None:
    hall = a_held_hall(session)
    hall.roll.observers = 3
    minutes = begin(session, hall)
    record = read(session, hall)
    assert (minutes.discussion, record.decisions, minutes.host, minutes.recorder) == ("", (), None, None)
    assert [(item.title, item.outcome) for item in record.items] == [
        (line.title, ItemOutcome.PLANNED) for line in PLAN
    ]
    assert (minutes.began_at, minutes.ended_at) == (hall.gathering.starts_at, hall.gathering.ends_at)
    assert minutes.observers == "列席 3 人"
    assert begin(session, hall).version == 1
    assert len(read(session, hall).items) == 3


def test_nobody_writes_minutes_of_what_has_not_begun(session: Session) -> None:
    hall = a_hall(session)
    early = THREE_O_CLOCK - timedelta(hours=1)
    begins = partial(begin_minutes, session, hall.roll.id, by=hall.secretary.id, via=Via.CONSOLE)
    assert refusal(lambda: begins(now=early)).code == "too_early"
    hall.gathering.state = GatheringState.CANCELLED
    hall.gathering.reason = "下大雨"
    session.flush()
    assert refusal(lambda: begins(now=EVENING)).code == "cancelled"
    assert record_of(session, hall.roll.id) is None
    assert refusal(lambda: save(session, hall)).code == "not_found"


def test_what_is_written_is_what_is_read(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    save(session, hall)
    record = read(session, hall)
    told = record.minutes
    assert (told.host, told.recorder, told.observers) == ("周明远", "陈丽", "入党积极分子 2 人")
    assert (told.dues_fen, told.volunteers, told.volunteer_hours) == (3600, 12, Decimal("1.5"))
    assert [(item.title, item.outcome, item.changed_to) for item in record.items] == [
        ("学习全会精神", ItemOutcome.HELD, None),
        ("商量沟渠清淤", ItemOutcome.CHANGED, "商量路灯"),
        ("打扫村道", ItemOutcome.NOT_HELD, None),
        ("通报低保复核", ItemOutcome.HELD, None),
    ]
    (decision,) = record.decisions
    assert (decision.text, decision.owner, decision.due_on) == (
        "十二月十日前清完南段", "王建1", date(2026, 12, 10),
    )  # fmt: skip
    assert (decision.vote_base, decision.vote_yes, decision.vote_written) == (30, 20, 2)
    assert told.version == 2


def test_a_second_save_replaces_what_was_added_and_decided(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    save(session, hall)
    save(session, hall, replace(TOLD, added=(), decisions=(Decided("改到明年"),)), seen=2)
    record = read(session, hall)
    assert [item.title for item in record.items] == [line.title for line in PLAN]
    assert [one.text for one in record.decisions] == ["改到明年"]


def test_a_save_over_somebody_elses_is_refused(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    save(session, hall)
    assert refusal(lambda: save(session, hall, replace(TOLD, host="别人"))).code == "minutes_changed"
    assert read(session, hall).minutes.host == "周明远"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"host": "长" * 41}, "host"),
        ({"recorder": "长" * 41}, "recorder"),
        ({"observers": "长" * 121}, "observers"),
        ({"discussion": "长" * 6001}, "discussion"),
        ({"began_at": THREE_O_CLOCK - timedelta(days=1)}, "began_at"),
        ({"ended_at": THREE_O_CLOCK}, "ended_at"),
        ({"dues_fen": -1}, "dues"),
        ({"dues_fen": 100_000_001}, "dues"),
        ({"volunteering": ""}, "volunteering"),
        ({"volunteers": 0}, "volunteers"),
        ({"volunteers": None}, "volunteers"),
        ({"volunteer_hours": Decimal("0.25")}, "volunteer_hours"),
        ({"volunteer_hours": Decimal(25)}, "volunteer_hours"),
        ({"outcomes": {2: (ItemOutcome.CHANGED, " ")}}, "to-2"),
        ({"outcomes": {9: (ItemOutcome.HELD, "")}}, "items"),
        ({"added": ((AgendaKind.OTHER, "长" * 81),)}, "added"),
        ({"added": ((AgendaKind.OTHER, "增加"),) * 11}, "added"),
        ({"decisions": (Decided("", "王建1"),)}, "text-1"),
        ({"decisions": (Decided("定了", "长" * 41),)}, "owner-1"),
        ({"decisions": (Decided("定了", due_on=date(2026, 11, 24)),)}, "due_on-1"),
        ({"decisions": (Decided("定了", vote=replace(VOTE, yes=21)),)}, "vote-1"),
        ({"decisions": (Decided("定了", vote=replace(VOTE, base=21)),)}, "vote-1"),
        ({"decisions": (Decided("定了", vote=replace(VOTE, no=-1, abstain=3)),)}, "vote-1"),
        ({"decisions": (Decided("定了"),) * 21}, "decisions"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    session: Session, typed: dict[str, Any], field: str
) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    assert list(wrong(session, hall, **typed)) == [field]
    assert read(session, hall).minutes.version == 1


def test_unseen_characters_and_empty_rows_are_left_out(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    added, decided = (AgendaKind.OTHER, " \u200b "), Decided(" ")
    save(
        session,
        hall,
        replace(TOLD, discussion="甲\x0b\u202e：\r\n乙  \r", added=(added,), decisions=(decided,)),
    )
    record = read(session, hall)
    assert record.minutes.discussion == "甲：\n乙"
    assert (len(record.items), record.decisions) == (3, ())


def test_a_whole_record_of_a_confirmed_roll_is_filed(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    save(session, hall)
    minutes = file(session, hall)
    assert (minutes.state, minutes.filed_by, minutes.filed_revision) == (
        MinutesState.FILED, hall.secretary.id, 1,
    )  # fmt: skip
    assert [act.act for act in read(session, hall).acts] == [FilingAct.FILED]
    assert refusal(lambda: file(session, hall)).code == "minutes_filed"
    assert refusal(lambda: save(session, hall, seen=2)).code == "minutes_filed"
    acts = session.scalars(select(Audit.verb).where(Audit.subject == "minutes").order_by(Audit.id)).all()
    assert acts == ["begin", "save", "file"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"host": ""}, "host"),
        ({"recorder": ""}, "recorder"),
        ({"began_at": None}, "began_at"),
        ({"ended_at": None}, "ended_at"),
        ({"ended_at": EVENING + timedelta(minutes=1)}, "ended_at"),
        ({"discussion": ""}, "discussion"),
        ({"outcomes": {1: (ItemOutcome.HELD, ""), 2: (ItemOutcome.HELD, "")}}, "items"),
    ],
)
def test_filing_names_what_is_missing(session: Session, typed: dict[str, Any], field: str) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    save(session, hall, replace(TOLD, **typed))
    refused = refusal(lambda: file(session, hall))
    assert (refused.code, list(refused.extra["fields"])) == ("minutes_incomplete", [field])
    assert read(session, hall).minutes.state is MinutesState.DRAFT


def test_hours_of_the_day_it_was_moved_from_are_not_filed(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    save(session, hall)
    for name in ("starts_at", "ends_at"):
        setattr(hall.gathering, name, getattr(hall.gathering, name) + timedelta(days=1))
    session.flush()
    refused = refusal(lambda: file(session, hall))
    assert list(refused.extra["fields"]) == ["began_at", "ended_at"]
    assert "11月26日" in refused.extra["fields"]["began_at"]
    began_at, ended_at = hall.gathering.starts_at, hall.gathering.ends_at
    later: dict[str, Any] = {"by": hall.secretary.id, "via": Via.CONSOLE, "now": EVENING + timedelta(days=1)}
    save(session, hall, replace(TOLD, began_at=began_at, ended_at=ended_at), seen=2)
    assert file_minutes(session, hall.roll.id, **later).state is MinutesState.FILED


def test_minutes_wait_for_the_roll(session: Session) -> None:
    hall = a_hall(session)
    begin(session, hall)
    save(session, hall, replace(TOLD, outcomes={}))
    assert refusal(lambda: file(session, hall)).code == "not_confirmed"


def test_what_was_saved_after_the_look_is_not_filed(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    save(session, hall)
    assert refusal(lambda: file(session, hall, seen=1)).code == "minutes_changed"
    assert file(session, hall, seen=2).state is MinutesState.FILED


def test_a_returned_record_is_filed_again(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    save(session, hall)
    file(session, hall)
    minutes = send_back(session, hall)
    assert (minutes.state, minutes.return_reason) == (MinutesState.RETURNED, "请补上责任人")
    assert minutes_stand(session, [hall.roll.id])[hall.roll.id] == (MinutesState.RETURNED, "请补上责任人")
    assert read(session, hall).minutes.discussion == TOLD.discussion
    save(session, hall, replace(TOLD, host="王建1"), seen=2)
    file(session, hall)
    record = read(session, hall)
    assert record.minutes.host == "王建1"
    assert [(act.act, act.reason) for act in record.acts] == [
        (FilingAct.FILED, ""), (FilingAct.RETURNED, "请补上责任人"), (FilingAct.FILED, ""),
    ]  # fmt: skip
    assert minutes_stand(session, [hall.roll.id])[hall.roll.id] == (MinutesState.FILED, "")


@pytest.mark.parametrize("reason", ["", "短", "短\u200b", "\x00\x07", "长" * 201])
def test_a_return_gives_its_reason(session: Session, reason: str) -> None:
    hall = a_held_hall(session)
    filed_minutes(session, hall.roll, hall.secretary)
    assert refusal(lambda: send_back(session, hall, reason)).code == "reason_missing"
    assert read(session, hall).minutes.state is MinutesState.FILED


def test_only_a_filed_record_is_returned(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    assert refusal(lambda: send_back(session, hall)).code == "not_filed"


def test_the_record_counts_the_roll_and_names_who_did_not_come(session: Session) -> None:
    hall = a_held_hall(session)
    a_leave(session, hall.gathering, hall.members[2], LeaveReason.OFFICIAL)
    begin(session, hall)
    record = read(session, hall)
    assert (record.counts.expected, record.counts.came, record.late) == (4, 2, 1)
    assert (record.full, record.probationary) == (4, 0)
    assert record.leaves == (("公出", 1),)
    assert [(one.name, one.status) for one in record.missed] == [
        ("王建2", Status.LEAVE), ("王建3", Status.ABSENT),
    ]  # fmt: skip


def test_a_leave_by_hand_alone_says_that_no_reason_was_written(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    assert read(session, hall).leaves == (("没有写事由", 1),)


def test_an_amendment_after_filing_is_hinted_at(session: Session) -> None:
    hall = a_held_hall(session)
    filed_minutes(session, hall.roll, hall.secretary)
    assert read(session, hall).hints == ()
    amend_roll(
        session, hall.roll.id, {hall.members[3].id: Status.PRESENT},
        reason="补看签到表", by=hall.secretary.id, now=EVENING,
    )  # fmt: skip
    assert read(session, hall).hints == ("归档以后名册更正过，这里的人数是更正以后的",)


def test_a_vote_without_a_majority_is_hinted_at(session: Session) -> None:
    hall = a_held_hall(session)
    begin(session, hall)
    few, split = replace(VOTE, present=15, written=7), replace(VOTE, yes=15, no=6)
    decisions = tuple(Decided("定了", vote=vote) for vote in (VOTE, few, split))
    save(session, hall, replace(TOLD, decisions=decisions))
    assert read(session, hall).hints == (
        "第 2 条决议：实到有表决权的没有超过应到的一半",
        "第 3 条决议：赞成的没有超过应到有表决权的一半",
    )


def test_the_words_of_an_earlier_record_are_hinted_at_and_block_nothing(session: Session) -> None:
    hall = a_held_hall(session)
    earlier = a_gathering(
        session,
        hall.branch,
        GatheringState.CONFIRMED,
        THREE_O_CLOCK - timedelta(days=31),
        title="十月主题党日",
    )
    roll = a_roll(
        session, earlier, hall.branch, confirmed_at=NOON, confirmed_by=hall.secretary.id, revision=1
    )
    filed_minutes(session, roll, hall.secretary, discussion="王建0：先清南段，\n赶在冬灌以前。")
    begin(session, hall)
    save(session, hall)
    assert read(session, hall).hints == ("讨论要点与 10月25日“十月主题党日”的记录相同",)
    assert alike_of(session, [roll.id, hall.roll.id])[hall.roll.id].roll_id == roll.id
    assert file(session, hall).state is MinutesState.FILED


def test_another_branch_may_have_said_the_same(session: Session) -> None:
    hall, other = a_held_hall(session), a_branch(session)
    earlier = a_gathering(session, other, GatheringState.CONFIRMED, THREE_O_CLOCK - timedelta(days=31))
    roll = a_roll(session, earlier, other, confirmed_at=NOON, confirmed_by=hall.secretary.id, revision=1)
    filed_minutes(session, roll, hall.secretary, discussion=TOLD.discussion)
    begin(session, hall)
    save(session, hall)
    assert read(session, hall).alike is None


def test_a_record_is_due_on_the_third_workday(session: Session) -> None:
    hall = a_hall(session)
    assert records_due_on(session, [hall.gathering])[hall.gathering.id] == (date(2026, 11, 30), False)


def test_reading_takes_as_many_statements_for_forty_people_as_for_four(session: Session) -> None:
    def statements(hall: Hall) -> int:
        begin(session, hall)
        many = tuple(Decided(f"第{n}条") for n in range(len(hall.members) // 2))
        save(session, hall, replace(TOLD, decisions=many))
        session.expire_all()
        seen: list[str] = []
        listen = ("before_cursor_execute", lambda *args: seen.append(args[2]))
        event.listen(session.connection(), *listen)
        read(session, hall)
        event.remove(session.connection(), *listen)
        return len(seen)

    few, many = a_held_hall(session), a_hall(session, 40)
    write_agendas(session, {many.gathering.id: PLAN})
    assert statements(few) == statements(many)


def test_two_hands_begin_one_record(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hall = a_held_hall(session)

    def begins() -> int:
        with sessions.begin() as session:
            return begin(session, hall).version

    assert at_once([begins] * 8) == [1] * 8
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(MinutesItem)) == 3


def test_of_eight_saves_of_one_version_one_is_kept(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hall = a_held_hall(session)
        begin(session, hall)

    def saves(n: int) -> str:
        with sessions.begin() as session:
            return save(session, hall, replace(TOLD, host=f"主持{n}")).host or ""

    results = at_once([partial(saves, n) for n in range(8)])
    kept = [one for one in results if one != "minutes_changed"]
    assert len(kept) == 1
    with sessions() as session:
        assert session.get_one(Minutes, hall.roll.id).host == kept[0]


def test_of_two_who_file_at_once_one_does(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hall, other = a_held_hall(session), an_account(session)
        begin(session, hall)
        save(session, hall)

    def files(by: int) -> str:
        with sessions.begin() as session:
            return file_minutes(session, hall.roll.id, by=by, via=Via.CONSOLE, now=EVENING).state

    results = at_once([partial(files, hall.secretary.id), partial(files, other.id)])
    assert sorted(results) == ["filed", "minutes_filed"]
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(MinutesAct)) == 1


def test_what_is_saved_while_somebody_files_is_looked_at_first(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hall = a_held_hall(session)
        begin(session, hall)
        save(session, hall)

    def files() -> str:
        with sessions.begin() as session:
            return file(session, hall, seen=2).host or ""

    with sessions.begin() as session:
        save(session, hall, replace(TOLD, host="后来写的"), seen=2)
        filing = meanwhile(files)
    assert filing() == "minutes_changed"


def test_what_is_saved_after_somebody_filed_is_refused(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hall = a_held_hall(session)
        begin(session, hall)
        save(session, hall)

    def saves() -> str:
        with sessions.begin() as session:
            return save(session, hall, replace(TOLD, host="后来写的"), seen=2).host or ""

    with sessions.begin() as session:
        file(session, hall, seen=2)
        saving = meanwhile(saves)
    assert saving() == "minutes_filed"
