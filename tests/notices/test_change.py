"""Moving a published gathering: those who were told are told once more, and nothing that stood is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit
from models.gatherings.agenda import Line, agenda_of, write_agendas
from models.gatherings.gathering import AgendaKind, Gathering, GatheringState
from models.gatherings.required_item import issue_item, new_required
from models.gatherings.roll import LeaveState, RollLine, Status
from models.notices.change import Change, move_gathering
from models.notices.delivery import Delivery, DeliveryState
from models.notices.dispatch import Published
from models.notices.joiners import follow_roster
from models.notices.notice import Notice, NoticeKind
from models.notices.outbox import accepted, claim, put_off, settle
from models.notices.phone_list import newest_message, phone_list, sums_of
from models.notices.reminder import remind
from models.people.member import SpellKind
from models.people.org import Org
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING, THREE_O_CLOCK, a_leave, a_member, a_spell
from tests.notices.campaign import CHANNELS, FRIDAY, Campaign, a_campaign, a_draft, one_claim, states

NIGHT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
MORNING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
LATER = FRIDAY + timedelta(minutes=1)


def as_it_is(session: Session, it: Gathering) -> Change:
    """Return the change that changes nothing."""
    agenda = tuple((item.kind, item.title) for item in agenda_of(session, it.id))
    return Change(it.starts_at, it.ends_at, it.place, it.bring, it.contact, it.leave_until, agenda)


def two_days_later(session: Session, campaign: Campaign) -> Change:
    """Return a move from Wednesday to Friday."""
    it = campaign.gathering
    days = timedelta(days=2)
    return replace(as_it_is(session, it), starts_at=it.starts_at + days, ends_at=it.ends_at + days)


def move(
    session: Session, campaign: Campaign, change: Change, reason: str = "会议室停电", now: datetime = FRIDAY
) -> Published:
    return move_gathering(
        session, campaign.gathering.id, change, reason=reason, by=campaign.secretary.id,
        channels=CHANNELS, now=now,
    )  # fmt: skip


def refused(session: Session, campaign: Campaign, change: Change, **more: object) -> Refused:
    with pytest.raises(Refused) as caught:
        move(session, campaign, change, **more)  # type: ignore[arg-type]
    return caught.value


def test_everybody_who_was_told_is_told_once_more_and_the_old_words_stay_unsent(session: Session) -> None:
    campaign = a_campaign(session)
    told = one_claim_of(session)
    assert move(session, campaign, two_days_later(session, campaign)) == Published(3, 0, 0)
    assert states(session) == ["accepted", "cancelled", "cancelled", "queued", "queued", "queued"]
    change = newest_message(session, campaign.gathering.id)
    assert change is not None
    assert (change.kind, change.version, campaign.gathering.version) == (NoticeKind.CHANGE, 2, 2)
    assert change.texts["member"] == {
        "title": "有变动：青石村党支部十一月主题党日",
        "time": "2026年11月27日 15:00",
        "place": "村部二楼会议室",
        "note": "改了日期，会议室停电，以这次为准",
    }
    assert change.texts["at_home"]["note"] == "改了日期，仍可不到会，在家学习"
    assert told
    assert sums_of(session, campaign.gathering.id).counts == {DeliveryState.QUEUED: 3}


def one_claim_of(session: Session) -> int:
    """Send one message; return its delivery."""
    (claimed,) = claim(session, CHANNELS, now=FRIDAY, limit=1)
    settle(session, [accepted(claimed, "2001")], CHANNELS, now=FRIDAY)
    return claimed.delivery_id


def test_second_move_tells_again_by_the_next_version(session: Session) -> None:
    campaign = a_campaign(session)
    move(session, campaign, two_days_later(session, campaign))
    move(session, campaign, replace(as_it_is(session, campaign.gathering), place="老祠堂"))
    kinds = session.execute(select(Notice.kind, Notice.version).order_by(Notice.id)).all()
    assert [tuple(row) for row in kinds] == [("notice", 1), ("change", 2), ("change", 3)]
    assert states(session) == ["cancelled"] * 6 + ["queued"] * 3


def test_form_without_a_change_makes_no_message(session: Session) -> None:
    campaign = a_campaign(session)
    assert refused(session, campaign, as_it_is(session, campaign.gathering)).code == "nothing_changed"
    assert campaign.gathering.version == 1
    assert len(states(session)) == 3


def test_order_of_the_agenda_is_kept_and_told_to_nobody(session: Session) -> None:
    campaign = a_campaign(session)
    lines = [Line(AgendaKind.STUDY, "学习党章"), Line(AgendaKind.DUES, "交纳党费")]
    write_agendas(session, {campaign.gathering.id: lines})
    change = as_it_is(session, campaign.gathering)
    assert move(session, campaign, replace(change, agenda=change.agenda[::-1])) == Published(0, 0, 0)
    assert [item.title for item in agenda_of(session, campaign.gathering.id)] == ["交纳党费", "学习党章"]
    assert (campaign.gathering.version, len(states(session))) == (1, 3)


@pytest.mark.parametrize(
    ("field", "value", "note"),
    [
        ("place", "老祠堂", "改了地点，会议室停电，以这次为准"),
        ("bring", "笔记本", "改了带的东西，会议室停电，以这次为准"),
        ("contact", "李春梅", "改了联系人，会议室停电，以这次为准"),
        ("leave_until", THREE_O_CLOCK - timedelta(hours=5), "改了请假截止，会议室停电，以这次为准"),
        ("ends_at", THREE_O_CLOCK + timedelta(hours=3), "改了时间，会议室停电，以这次为准"),
        ("agenda", ((AgendaKind.STUDY, "学习党章"),), "改了议程，会议室停电，以这次为准"),
    ],
)
def test_each_real_change_is_told_by_its_name(session: Session, field: str, value: Any, note: str) -> None:
    campaign = a_campaign(session)
    move(session, campaign, replace(as_it_is(session, campaign.gathering), **{field: value}))
    change = newest_message(session, campaign.gathering.id)
    assert change is not None
    assert change.texts["member"]["note"] == note


def test_codes_of_the_old_day_are_worthless_and_those_of_the_same_day_hold(session: Session) -> None:
    campaign = a_campaign(session)
    salt = campaign.gathering.hall_salt
    move(session, campaign, replace(as_it_is(session, campaign.gathering), place="老祠堂"))
    assert campaign.gathering.hall_salt == salt
    move(session, campaign, two_days_later(session, campaign))
    assert campaign.gathering.hall_salt not in (None, salt)


def test_rolls_leave_and_month_stay_and_absences_follow_the_new_day(session: Session) -> None:
    campaign = a_campaign(session)
    asked, away, _ = campaign.members
    leave = a_leave(session, campaign.gathering, asked)
    a_spell(session, away, SpellKind.AWAY, from_on=datetime(2026, 11, 26, tzinfo=UTC).date())
    move(session, campaign, two_days_later(session, campaign))
    lines = {line.member_id: line.status for line in session.scalars(select(RollLine))}
    assert lines[away.id] is Status.AWAY
    assert len(lines) == 3
    assert leave.state is LeaveState.SUBMITTED
    assert campaign.gathering.period == "2026-11"
    away_row = session.scalars(
        select(Delivery).where(Delivery.member_id == away.id, Delivery.about.like("%change-2%"))
    ).one()
    assert away_row.at_home


def test_who_was_never_told_is_not_told_of_the_change(session: Session) -> None:
    campaign = a_campaign(session)
    a_member(session, campaign.branch, "周新来")
    move(session, campaign, two_days_later(session, campaign))
    assert len(states(session)) == 6


def test_who_joins_after_a_move_is_phoned_about_the_new_day(session: Session) -> None:
    # Control: on the list of the overtaken notice nobody would ever see them.
    campaign = a_campaign(session)
    move(session, campaign, two_days_later(session, campaign))
    newcomer = a_member(session, campaign.branch, "周新来")
    assert follow_roster(session, [campaign.branch.id], now=FRIDAY) == 1
    by = campaign.secretary.id
    rows = phone_list(session, KEYRING, campaign.gathering.id, org_ids=[campaign.branch.id], by=by)
    assert [row.member_id for row in rows] == [newcomer.id]
    assert sums_of(session, campaign.gathering.id).audience == 4
    assert follow_roster(session, [campaign.branch.id], now=FRIDAY) == 0


def test_moved_at_night_away_from_the_morning_is_telephoned_at_once(session: Session) -> None:
    # Control: judged by the new start alone the message waits for 08:00, and they set out at seven.
    campaign = a_draft(session, starts_at=MORNING - timedelta(hours=1))
    campaign.publish(session)
    done = move(session, campaign, two_days_later(session, campaign), now=NIGHT)
    assert done == Published(0, 0, 3)


def test_moved_at_night_long_before_waits_for_the_morning(session: Session) -> None:
    campaign = a_campaign(session)
    assert move(session, campaign, two_days_later(session, campaign), now=NIGHT) == Published(0, 3, 0)


def test_old_message_that_wechat_put_off_is_not_sent_after_the_change(session: Session) -> None:
    # Control: with `called_off` for cancelled gatherings only, the old day goes out once more.
    campaign = a_campaign(session, people=1)
    on_its_way = one_claim(session, FRIDAY)
    move(session, campaign, two_days_later(session, campaign))
    settle(session, [put_off(on_its_way, LATER)], CHANNELS, now=FRIDAY)
    told = one_claim(session, LATER)
    assert told.words["time"] == "2026年11月27日 15:00"
    settle(session, [accepted(told, "2003")], CHANNELS, now=LATER)
    assert claim(session, CHANNELS, now=LATER, limit=10) == []
    assert states(session) == ["cancelled", "accepted"]


def test_moved_gathering_is_reminded_of_by_its_new_day(session: Session) -> None:
    # Control: judged by its version, which is always one, the reminder of a moved gathering is never sent.
    campaign = a_campaign(session, people=1)
    move(session, campaign, two_days_later(session, campaign))
    settle(session, [accepted(one_claim(session, FRIDAY), "2001")], CHANNELS, now=FRIDAY)
    day_before = campaign.gathering.starts_at - timedelta(hours=23)
    assert remind(session, campaign.gathering.id, CHANNELS, now=day_before)
    assert one_claim(session, day_before).words["time"] == "2026年11月27日 15:00"


def test_open_gathering_that_moves_to_a_later_hour_opens_anew(session: Session) -> None:
    campaign = a_campaign(session)
    it = campaign.gathering
    it.state, it.opened_at = GatheringState.OPEN, NOON
    session.flush()
    hour = timedelta(hours=1)
    change = replace(as_it_is(session, it), starts_at=it.starts_at + hour, ends_at=it.ends_at + hour)
    move(session, campaign, change, now=NOON)
    row = session.execute(select(Gathering.state, Gathering.opened_at)).one()
    assert tuple(row) == (GatheringState.PUBLISHED, None)


def test_day_cannot_move_once_somebody_came(session: Session) -> None:
    campaign = a_campaign(session)
    line = session.scalars(select(RollLine).limit(1)).one()
    line.status, line.marked_by, line.marked_at = Status.PRESENT, campaign.secretary.id, NOON
    session.flush()
    error = refused(session, campaign, two_days_later(session, campaign), now=NOON)
    assert error.code == "too_late_to_move"
    move(session, campaign, replace(as_it_is(session, campaign.gathering), place="老祠堂"), now=NOON)


@pytest.mark.parametrize(
    ("state", "now", "code"),
    [
        (GatheringState.DRAFT, FRIDAY, "not_published"),
        (GatheringState.CANCELLED, FRIDAY, "cancelled"),
        (GatheringState.CLOSED, NOON, "too_late_to_move"),
        (GatheringState.PUBLISHED, THREE_O_CLOCK, "too_late_to_move"),
    ],
)
def test_what_is_not_published_off_or_has_begun_is_not_moved(
    session: Session, state: GatheringState, now: datetime, code: str
) -> None:
    campaign = a_campaign(session)
    campaign.gathering.state, campaign.gathering.reason = state, "有大雨"
    session.flush()
    assert refused(session, campaign, two_days_later(session, campaign), now=now).code == code


@pytest.mark.parametrize("reason", ["", "  ", "停" * 101])
def test_change_needs_a_reason_that_fits(session: Session, reason: str) -> None:
    campaign = a_campaign(session)
    error = refused(session, campaign, two_days_later(session, campaign), reason=reason)
    assert (error.code, set(error.extra["fields"])) == ("reason_missing", {"reason"})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("starts_at", FRIDAY - timedelta(hours=1), "starts_at"),
        ("ends_at", THREE_O_CLOCK - timedelta(hours=1), "ends_at"),
        ("place", "", "place"),
        ("leave_until", THREE_O_CLOCK + timedelta(hours=1), "leave_until"),
        ("starts_at", THREE_O_CLOCK.replace(year=2027, month=2), "period"),
    ],
)
def test_change_that_does_not_hold_names_its_field(
    session: Session, field: str, value: Any, said: str
) -> None:
    campaign = a_campaign(session)
    error = refused(session, campaign, replace(as_it_is(session, campaign.gathering), **{field: value}))
    assert error.code == "bad_plan"
    assert said in error.extra["fields"]


def test_item_required_after_publishing_comes_by_a_change(session: Session) -> None:
    campaign = a_campaign(session)
    town = session.get_one(Org, campaign.branch.parent_id)
    issue_item(
        session, town, "2026-11", AgendaKind.STUDY, "学习全会精神", by=campaign.secretary.id, now=FRIDAY
    )
    assert [one.mark for one in new_required(session, campaign.gathering)] == ["镇党委规定"]
    # Whatever the form sends: a change brings what is required along.
    move(session, campaign, replace(as_it_is(session, campaign.gathering), bring="笔记本"))
    assert [item.title for item in agenda_of(session, campaign.gathering.id)] == ["学习全会精神"]
    assert new_required(session, campaign.gathering) == []


def test_move_is_in_the_log_with_codes_and_numbers(session: Session) -> None:
    campaign = a_campaign(session)
    move(session, campaign, two_days_later(session, campaign))
    act = session.scalars(select(Audit).where(Audit.verb == "move")).one()
    assert act.before == {"version": 1, "starts_at": "2026-11-25T07:00:00+00:00"}
    assert act.after == {
        "version": 2, "starts_at": "2026-11-27T07:00:00+00:00", "changed": ["day"],
        "queued": 3, "held": 0, "phone_list": 0,
    }  # fmt: skip
