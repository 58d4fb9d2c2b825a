"""Four messages a month for one person: a notice beyond is told by telephone, a change is told at once."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Sessions
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.notices.audience import audience_of
from models.notices.delivery import DeliveryState
from models.notices.dispatch import dispatch, write_notice
from models.notices.notice import Notice, NoticeKind
from models.notices.outbox import accepted, claim, refused, settle, unclear
from models.notices.publish import cancel, publish
from models.notices.reason import Reason
from models.people.org import Setting, put_setting
from tests.factories import a_gathering, a_member
from tests.notices.campaign import CHANNELS, FRIDAY, Campaign, a_draft, reasons, states
from tests.together import at_once

WEEK = timedelta(days=7)
# 22:00 on 30 November in Shanghai: what is published now goes out in December.
LAST_NIGHT = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 3, 6, 0, tzinfo=UTC)


def another(session: Session, campaign: Campaign, now: datetime = FRIDAY, months: int = 0) -> Gathering:
    """Publish one more gathering of the branch to the same people."""
    starts_at = campaign.gathering.starts_at + timedelta(days=3 + 30 * months)
    it = a_gathering(
        session,
        campaign.branch,
        GatheringState.DRAFT,
        starts_at=starts_at,
        hall_salt=None,
        kind=GatheringKind.STUDY,
    )
    by = campaign.secretary.id
    publish(session, it.id, org_ids=[campaign.branch.id], by=by, channels=CHANNELS, now=now)
    return it


def a_full_month(session: Session, number: int = 4) -> Campaign:
    """Tell one person of so many gatherings this month."""
    campaign = a_draft(session, people=1)
    campaign.publish(session)
    for _ in range(number - 1):
        another(session, campaign)
    return campaign


def test_fifth_notice_of_a_month_is_told_by_telephone(session: Session) -> None:
    campaign = a_full_month(session)
    assert states(session) == ["queued"] * 4
    another(session, campaign)
    assert (states(session)[-1], reasons(session)[-1]) == ("phone_list", "month_limit")


def test_change_is_told_whatever_the_month_has_brought(session: Session) -> None:
    campaign = a_full_month(session)
    fifth = another(session, campaign)
    cancel(session, fifth.id, reason="有大雨", by=campaign.secretary.id, channels=CHANNELS, now=FRIDAY)
    assert states(session)[-1] == "queued"


def test_change_counts_for_what_comes_after_it(session: Session) -> None:
    campaign = a_full_month(session, 3)
    (claimed,) = claim(session, CHANNELS, now=FRIDAY, limit=1)
    settle(session, [accepted(claimed, "1")], CHANNELS, now=FRIDAY)
    by = campaign.secretary.id
    cancel(session, campaign.gathering.id, reason="有大雨", by=by, channels=CHANNELS, now=FRIDAY)
    another(session, campaign)
    assert reasons(session)[-1] == "month_limit"


def test_reminder_beyond_the_limit_is_dropped_with_its_reason(session: Session) -> None:
    campaign = a_full_month(session)
    people = audience_of(session, [campaign.branch.id], channels=CHANNELS, now=FRIDAY).recipients
    words = session.scalars(select(Notice.texts)).first() or {}
    notice = write_notice(session, campaign.gathering, NoticeKind.REMINDER, words, by=None, now=FRIDAY)
    dispatch(session, campaign.gathering, notice, people, now=FRIDAY)
    assert (states(session)[-1], reasons(session)[-1]) == ("dropped", "month_limit")


def test_next_month_begins_anew(session: Session) -> None:
    campaign = a_full_month(session)
    for _ in range(4):
        (claimed,) = claim(session, CHANNELS, now=FRIDAY, limit=10)
        settle(session, [accepted(claimed, "0")], CHANNELS, now=FRIDAY)
    another(session, campaign, now=DECEMBER, months=1)
    assert states(session)[-1] == "queued"


def test_message_still_waiting_counts_in_the_month_in_which_it_may_go_out(session: Session) -> None:
    campaign = a_full_month(session)  # four that November never sent
    another(session, campaign, now=DECEMBER, months=1)
    assert reasons(session)[-1] == "month_limit"


def test_notice_of_the_last_night_counts_in_the_month_of_its_morning(session: Session) -> None:
    campaign = a_full_month(session)
    for _ in range(4):
        (claimed,) = claim(session, CHANNELS, now=FRIDAY, limit=10)
        settle(session, [accepted(claimed, "0")], CHANNELS, now=FRIDAY)
    for _ in range(4):
        another(session, campaign, now=LAST_NIGHT, months=1)
    assert states(session)[4:] == ["held"] * 4
    another(session, campaign, now=DECEMBER, months=1)
    assert reasons(session)[-1] == "month_limit"


def test_message_that_certainly_failed_does_not_count_and_a_doubtful_one_does(session: Session) -> None:
    campaign = a_draft(session, people=1)
    campaign.publish(session)
    put_setting(session, campaign.branch.id, Setting.MONTH_LIMIT, 1)
    (claimed,) = claim(session, CHANNELS, now=FRIDAY, limit=10)
    settle(session, [refused(claimed, Reason.REFUSED, 43004)], CHANNELS, now=FRIDAY)
    another(session, campaign)
    assert states(session) == ["phone_list", "queued"]
    (claimed,) = claim(session, CHANNELS, now=FRIDAY, limit=10)
    settle(session, [unclear(claimed, pause=WEEK, now=FRIDAY)], CHANNELS, now=FRIDAY)
    another(session, campaign)
    assert reasons(session)[-1] == "month_limit"


@pytest.mark.parametrize(("of_branch", "of_township", "sent"), [(2, 1, 2), (None, 1, 1), (None, None, 4)])
def test_limit_is_that_of_the_nearest_organisation(
    session: Session, of_branch: int | None, of_township: int | None, sent: int
) -> None:
    campaign = a_draft(session, people=1)
    for org_id, limit in ((campaign.branch.id, of_branch), (campaign.branch.parent_id, of_township)):
        if limit is not None:
            put_setting(session, org_id or 0, Setting.MONTH_LIMIT, limit)
    campaign.publish(session)
    for _ in range(5):
        another(session, campaign)
    assert states(session).count(DeliveryState.QUEUED) == sent


def test_each_person_is_counted_alone(session: Session) -> None:
    campaign = a_full_month(session)
    a_member(session, campaign.branch, "周新来")
    another(session, campaign)
    assert reasons(session)[-2:] == ["month_limit", "not_following"]


def test_two_notices_at_once_do_not_both_take_the_last_place(sessions: Sessions) -> None:
    # Control: without the advisory lock in full_this_month() both see three and send a fifth.
    with sessions.begin() as session:
        campaign = a_full_month(session, 3)
        ids = [
            a_gathering(session, campaign.branch, GatheringState.DRAFT, kind=kind, hall_salt=None).id
            for kind in (
                GatheringKind.STUDY,
                GatheringKind.LECTURE,
                GatheringKind.GROUP,
                GatheringKind.COMMITTEE,
            )
        ]
        branch, by = campaign.branch.id, campaign.secretary.id

    def publishes(gathering_id: int) -> None:
        with sessions.begin() as mine:
            publish(mine, gathering_id, org_ids=[branch], by=by, channels=CHANNELS, now=FRIDAY)

    at_once([partial(publishes, it) for it in ids])
    with sessions() as session:
        assert states(session).count(DeliveryState.QUEUED) == 4
        assert reasons(session).count("month_limit") == 3
