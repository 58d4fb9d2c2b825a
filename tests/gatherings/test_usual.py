"""What a new draft is filled with: last month's place, hour and standing items, in the new month's words."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models.gatherings.agenda import Line, write_agendas
from models.gatherings.gathering import AgendaKind, Gathering, GatheringKind, GatheringState
from models.gatherings.plan import draft, suggest
from models.gatherings.usual import FIRST_AGENDA, in_month
from models.people.org import Org
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK, a_branch, a_gathering

DECEMBER = THREE_O_CLOCK + timedelta(days=2)
OATH, DUES, STUDY = AgendaKind.OATH, AgendaKind.DUES, AgendaKind.STUDY
DELIBERATION, OTHER = AgendaKind.DELIBERATION, AgendaKind.OTHER


def held(session: Session, branch: Org, month: int, *lines: Line, **columns: Any) -> Gathering:
    """Add a confirmed theme day at half past nine of one month of 2026."""
    begins = THREE_O_CLOCK.replace(month=month, hour=1, minute=30)
    usual: dict[str, Any] = {
        "state": GatheringState.CONFIRMED,
        "starts_at": begins,
        "period": f"2026-{month:02d}",
        "ends_at": begins + timedelta(hours=2),
        "leave_until": begins - timedelta(hours=15),
        "bring": f"党徽、{month}月党费",
        "contact": "李春梅",
    }
    it = a_gathering(session, branch, **usual | columns)
    write_agendas(session, {it.id: lines})
    return it


def test_first_draft_of_a_branch_has_the_usual_items_and_no_place(session: Session) -> None:
    suggestion = suggest(session, a_branch(session), now=NOON)
    assert (suggestion.place, suggestion.bring, suggestion.agenda) == ("", None, FIRST_AGENDA)
    assert suggestion.starts_at == THREE_O_CLOCK


def test_draft_takes_over_place_hour_length_deadline_and_contact(session: Session) -> None:
    branch = a_branch(session)
    held(session, branch, 11, place="老祠堂")
    suggestion = suggest(session, branch, now=DECEMBER)
    begins = suggestion.starts_at
    assert (suggestion.period, suggestion.place, suggestion.contact) == ("2026-12", "老祠堂", "李春梅")
    assert f"{begins:%d %H:%M}" == "25 01:30"
    assert suggestion.ends_at - begins == timedelta(hours=2)
    assert begins - suggestion.leave_until == timedelta(hours=15)
    assert suggestion.bring == "党徽、12月党费"


def test_standing_items_stay_and_each_other_kind_asks_anew(session: Session) -> None:
    branch = a_branch(session)
    held(session, branch, 10, Line(OTHER, "排定10月值班表"), Line(DELIBERATION, "商议秋收"))
    held(
        session, branch, 11,
        Line(OATH, "重温入党誓词"), Line(STUDY, "学习党章第一章"), Line(STUDY, "学习条例"),
        Line(OTHER, "排定11月值班表"), Line(DELIBERATION, "商议清淤"), Line(OTHER, "为 何桂芳 过政治生日"),
        Line(DUES, "交纳11月党费"),
    )  # fmt: skip
    assert suggest(session, branch, now=DECEMBER).agenda == (
        Line(OATH, "重温入党誓词"),
        Line(STUDY, ""),
        Line(OTHER, "排定12月值班表"),
        Line(DELIBERATION, ""),
        Line(DUES, "交纳12月党费"),
    )


def test_cancelled_gatherings_drafts_and_other_kinds_set_no_example(session: Session) -> None:
    branch = a_branch(session)
    held(session, branch, 9, place="村部")
    held(session, branch, 10, place="取消了", state=GatheringState.CANCELLED, reason="大雨")
    held(session, branch, 11, place="还没定", state=GatheringState.DRAFT)
    held(session, branch, 11, place="支委会", kind=GatheringKind.COMMITTEE)
    assert suggest(session, branch, now=DECEMBER).place == "村部"


def test_draft_made_without_typing_holds_the_standing_items(session: Session) -> None:
    branch = a_branch(session)
    held(session, branch, 11, Line(STUDY, "学习党章"), Line(DUES, "交纳11月党费"))
    plan = suggest(session, branch, now=DECEMBER).plan()
    assert plan.agenda == ((DUES, "交纳12月党费"),)
    it = draft(session, branch.id, plan, by=None, now=DECEMBER)
    assert (it.drafted_by, it.period, it.place) == (None, "2026-12", "村部二楼会议室")


@pytest.mark.parametrize(
    ("text", "old", "month", "new"),
    [
        ("交纳11月党费", 11, 12, "交纳12月党费"),
        ("交纳十一月党费", 11, 12, "交纳十二月党费"),
        ("交纳1月党费", 1, 2, "交纳2月党费"),
        ("交纳11月党费", 1, 2, "交纳11月党费"),
        ("交纳十一月党费", 1, 2, "交纳十一月党费"),
        ("11月20日前报名", 11, 12, "11月20日前报名"),
        ("十一月二十日前报名", 11, 12, "十一月二十日前报名"),
        ("12月党费", 12, 1, "1月党费"),
    ],
)
def test_month_in_words_or_digits_follows_and_a_date_does_not(
    text: str, old: int, month: int, new: str
) -> None:
    assert in_month(text, old, date(2027, month, 1)) == new


def test_filling_a_draft_takes_the_same_statements_after_two_years(session: Session) -> None:
    branch = a_branch(session)

    def spent() -> int:
        session.flush()
        told: list[str] = []

        def note(*args: object) -> None:
            told.append(str(args[2]))

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        suggest(session, branch, now=DECEMBER)
        event.remove(engine, "before_cursor_execute", note)
        return len(told)

    held(session, branch, 11, Line(DUES, "交纳11月党费"))
    first = spent()
    for month in range(1, 11):
        held(session, branch, month, Line(DUES, "交纳党费"), Line(STUDY, "学习"))
    assert spent() <= first
