"""Over random months: one notice, one reminder, one message per change; by day; within the month's limit.

Calendar after calendar: tests/soak/calendars.py.
"""

from collections import Counter, defaultdict

from sqlalchemy import select

from models.base import Sessions
from models.clock import SHANGHAI, day_of
from models.notices.delivery import DeliveryState
from models.notices.notice import TO_EVERYBODY, NoticeKind
from models.notices.reason import Reason
from models.people.member import Member
from models.people.org import Org, Setting, settings_of
from tests.notices.months import Months, Told, told_in

ENDED = {
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
    DeliveryState.PHONE_LIST,
    DeliveryState.PHONED,
    DeliveryState.DROPPED,
    DeliveryState.CANCELLED,
}
# Where the row itself says that the message may be on the phone all the same.
MAYBE = {Reason.MAYBE, Reason.BLOCKED, Reason.REFUSED}


def test_random_months(sessions: Sessions) -> None:
    # Control: with an id of ours repeated for half an hour somebody is told twice; without the night's second
    # half somebody is rung; with reminders beyond the month's limit somebody gets too many.
    live_through(Months(sessions, 0))


def live_through(months: Months) -> None:
    """Let three months go by and see what everybody was told."""
    months.run()
    assert len(months.wechat.sent) > 40
    told = told_in(months)
    nobody_is_told_twice(months, told)
    nobody_is_rung_at_night(months)
    nobody_gets_more_than_the_months_messages(months, told)
    everybody_ends_in_exactly_one_place(months, told)


def nobody_is_told_twice(months: Months, told: list[Told]) -> None:
    """At most one notice, one reminder and one message for each real change of a gathering."""
    counted = Counter(
        (one.notice.gathering_id, one.row.member_id, one.notice.kind) for one in told for _ in one.sent
    )
    for (gathering_id, _, kind), number in counted.items():
        if kind is NoticeKind.CHANGE:
            assert number <= months.changes[gathering_id]
        elif kind is not NoticeKind.PROMPT:
            assert number == 1
    versions = Counter((one.notice.id, one.row.member_id) for one in told for _ in one.sent)
    assert set(versions.values()) == {1}


def nobody_is_rung_at_night(months: Months) -> None:
    """Between 21:00 and 08:00 only what an officer let out."""
    by_hour = [(one.at.astimezone(SHANGHAI).hour, one) for one in months.wechat.sent]
    assert [one for hour, one in by_hour if (hour >= 21 or hour < 8) and not one.urgent] == []


def nobody_gets_more_than_the_months_messages(months: Months, told: list[Told]) -> None:
    """Notices, reminders and prompts never pass the branch's limit; changes go beyond it."""
    with months.sessions() as session:
        limits = {
            org.id: settings_of(session, org)[Setting.MONTH_LIMIT] for org in session.scalars(select(Org))
        }
        branch = dict(session.execute(select(Member.id, Member.branch_id)).all())
    counted = Counter(
        (one.row.member_id, f"{day_of(sent.at):%Y-%m}")
        for one in told
        for sent in one.sent
        if one.notice.kind is not NoticeKind.CHANGE
    )
    over = {key: number for key, number in counted.items() if number > limits[branch[key[0]]]}
    assert over == {}


def everybody_ends_in_exactly_one_place(months: Months, told: list[Told]) -> None:
    """Nothing waits for ever, and nobody who was told for certain is telephoned as well."""
    audiences = defaultdict(list)
    for one in told:
        row, kind = one.row, one.notice.kind
        audiences[one.notice.id].append(row.member_id)
        if kind in TO_EVERYBODY:
            assert row.state in ENDED, (row.id, row.state)
        else:
            # Nobody phones about a reminder or a prompt: a doubt about it may stay one.
            assert row.state in (ENDED | {DeliveryState.UNKNOWN}) - {DeliveryState.PHONE_LIST}
        if row.state is DeliveryState.DELIVERED:
            assert one.sent
        elif row.state not in (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN) and row.reason not in MAYBE:
            assert not one.sent, (row.id, row.state, row.reason)
    for members in audiences.values():
        assert len(members) == len(set(members))
