"""Publishing, cancelling, and the phone list."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Audit
from models.gatherings.gathering import GatheringState
from models.gatherings.roll import RollLine, Status
from models.notices.audience import Channels, audience_of
from models.notices.delivery import Channel, Delivery, DeliveryState
from models.notices.dispatch import Published
from models.notices.notice import Notice, NoticeKind
from models.notices.outbox import claim
from models.notices.phone_list import mark_phoned, phone_list, sums_of
from models.notices.publish import add_joiners, cancel, publish
from models.people.member import MemberStatus, SpellKind
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import (
    KEYRING,
    THREE_O_CLOCK,
    a_binding,
    a_group,
    a_member,
    a_spell,
    an_account,
)
from tests.notices.campaign import ACCOUNT, CHANNELS, FRIDAY, Campaign, a_campaign, a_draft, reasons, states

NIGHT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
MORNING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)


def cancelled(
    session: Session, campaign: Campaign, reason: str = "有大雨", now: datetime = FRIDAY
) -> Published:
    return cancel(
        session,
        campaign.gathering.id,
        reason=reason,
        by=campaign.secretary.id,
        channels=CHANNELS,
        now=now,
    )


def test_publishing_writes_roll_notice_and_one_delivery_per_person(session: Session) -> None:
    campaign = a_draft(session)
    a_member(session, campaign.branch, "赵不上网", no_phone=True)
    a_member(session, campaign.branch, "钱转出", status=MemberStatus.TRANSFERRED_OUT, left_on=FRIDAY.date())
    campaign.publish(session)
    assert campaign.gathering.state is GatheringState.PUBLISHED
    assert campaign.gathering.hall_salt is not None
    assert session.scalar(select(func.count()).select_from(RollLine)) == 4
    assert sorted(states(session)) == ["phone_list", "queued", "queued", "queued"]
    assert session.scalar(select(Delivery.reason).where(Delivery.channel.is_(None))) == "no_phone"
    about = set(session.scalars(select(Delivery.about)))
    assert about == {
        f"gathering:{campaign.gathering.id}:notice:{member}"
        for member in session.scalars(select(RollLine.member_id))
    }


def test_words_are_frozen_and_fit_wechats_fields(session: Session) -> None:
    campaign = a_campaign(session)
    campaign.gathering.place = "换了地方"
    session.flush()
    notice = session.scalars(select(Notice)).one()
    assert notice.texts["member"] == {
        "title": "青石村党支部十一月主题党日",
        "time": "2026年11月25日 15:00",
        "place": "村部二楼会议室",
        "note": "带党徽、笔记本，不能来请告诉支部",
    }
    assert notice.texts["at_home"]["note"] == "可不到会，在家学习，有事请联系支部"


def test_publishing_twice_is_refused_and_adds_nothing(session: Session) -> None:
    campaign = a_campaign(session)
    with pytest.raises(Refused) as refused:
        campaign.publish(session)
    assert refused.value.code == "already_published"
    assert len(states(session)) == 3


def test_gathering_that_is_over_cannot_be_published(session: Session) -> None:
    campaign = a_draft(session)
    with pytest.raises(Refused) as refused:
        campaign.publish(session, now=NOON + timedelta(days=1))
    assert refused.value.code == "gathering_past"


def test_away_and_exempt_get_the_words_for_staying_at_home(session: Session) -> None:
    campaign = a_draft(session)
    a_spell(session, campaign.members[0], SpellKind.AWAY)
    a_spell(session, campaign.members[1], SpellKind.EXEMPT)
    campaign.publish(session)
    at_home = dict(session.execute(select(Delivery.member_id, Delivery.at_home)).all())
    assert [at_home[member.id] for member in campaign.members] == [True, True, False]
    notes = {claimed.words["note"] for claimed in claim(session, CHANNELS, now=FRIDAY, limit=10)}
    assert len(notes) == 2


def test_account_that_may_not_send_leaves_everybody_to_the_telephone(session: Session) -> None:
    campaign = a_draft(session)
    done = publish(
        session,
        campaign.gathering.id,
        org_ids=[campaign.branch.id],
        by=campaign.secretary.id,
        channels=Channels(None, None, None),
        now=FRIDAY,
    )
    assert done == Published(0, 0, 3)
    assert reasons(session) == ["account_cannot_send"] * 3


def test_binding_of_the_mini_program_alone_brings_no_message(session: Session) -> None:
    campaign = a_draft(session, people=1, bound=False)
    a_binding(session, campaign.members[0], "wxmini")
    audience = audience_of(
        session, [campaign.branch.id], channels=Channels(ACCOUNT, "wxmini", None), now=FRIDAY
    )
    assert audience.by_channel == {None: 1}
    assert audience.recipients[0].reason == "not_following"


def test_preview_counts_what_publishing_then_does(session: Session) -> None:
    campaign = a_draft(session)
    a_member(session, campaign.branch, "赵不上网")
    preview = audience_of(session, [campaign.branch.id], channels=CHANNELS, now=FRIDAY)
    campaign.publish(session)
    assert preview.by_channel == {Channel.TEMPLATE: 3, None: 1}
    assert sums_of(session, campaign.gathering.id).counts == {
        DeliveryState.QUEUED: 3,
        DeliveryState.PHONE_LIST: 1,
    }


def test_published_at_night_waits_for_eight_o_clock(session: Session) -> None:
    campaign = a_draft(session)
    campaign.publish(session, now=NIGHT)
    assert states(session) == ["held"] * 3
    assert set(session.scalars(select(Delivery.not_before))) == {MORNING}
    assert claim(session, CHANNELS, now=MORNING - timedelta(seconds=1), limit=10) == []
    assert len(claim(session, CHANNELS, now=MORNING, limit=10)) == 3


def test_meeting_before_the_morning_is_left_to_the_telephone(session: Session) -> None:
    campaign = a_draft(session, starts_at=MORNING - timedelta(hours=1))
    campaign.publish(session, now=NIGHT)
    assert states(session) == ["phone_list"] * 3
    assert set(reasons(session)) == {"before_morning"}


def test_joiner_after_publishing_is_put_on_the_phone_list_once(session: Session) -> None:
    campaign = a_campaign(session)
    newcomer = a_member(session, campaign.branch, "周新来")
    session.add(
        RollLine(
            gathering_id=campaign.gathering.id,
            member_id=newcomer.id,
            roll_id=session.scalar(select(RollLine.roll_id).limit(1)),
            status=Status.UNRECORDED,
        )
    )
    session.flush()
    assert add_joiners(session, campaign.gathering, now=FRIDAY) == 1
    assert add_joiners(session, campaign.gathering, now=FRIDAY) == 0
    rows = phone_list(session, KEYRING, campaign.gathering.id, org_ids=[campaign.branch.id], by=1)
    assert [(row.name, row.reason) for row in rows] == [("周新来", "发布以后才列入名册")]


def test_cancelling_tells_everybody_once_and_takes_back_what_was_unsent(session: Session) -> None:
    campaign = a_campaign(session)
    claim(session, CHANNELS, now=FRIDAY, limit=1)
    done = cancelled(session, campaign)
    assert campaign.gathering.state is GatheringState.CANCELLED
    assert states(session)[:3] == ["sending", "cancelled", "cancelled"]
    assert done == Published(3, 0, 0)
    change = session.scalars(select(Notice).where(Notice.kind == NoticeKind.CHANGE)).one()
    assert change.texts["member"]["note"] == "已取消。有大雨"
    assert sums_of(session, campaign.gathering.id).counts == {DeliveryState.QUEUED: 3}
    with pytest.raises(Refused) as refused:
        cancelled(session, campaign)
    assert refused.value.code == "too_late_to_cancel"
    assert len(states(session)) == 6


def test_cancelling_a_draft_tells_nobody(session: Session) -> None:
    campaign = a_draft(session)
    assert cancelled(session, campaign) == Published(0, 0, 0)
    assert states(session) == []


def test_cancelling_needs_a_reason(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        cancelled(session, a_campaign(session), reason=" ")
    assert refused.value.code == "reason_missing"


def test_gathering_that_is_over_cannot_be_cancelled(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        cancelled(session, a_campaign(session), now=THREE_O_CLOCK + timedelta(days=1))
    assert refused.value.code == "too_late_to_cancel"


def test_cancelled_at_night_before_a_morning_meeting_goes_to_the_phone_list_at_once(session: Session) -> None:
    campaign = a_draft(session, starts_at=MORNING - timedelta(minutes=30))
    campaign.publish(session)
    cancelled(session, campaign, now=NIGHT)
    assert states(session)[3:] == ["phone_list"] * 3


def test_phone_list_stands_by_group_and_surname_with_numbers_and_leaves_a_log_row(session: Session) -> None:
    campaign = a_draft(session, people=0)
    first, second = a_group(session, campaign.branch), a_group(session, campaign.branch, "第二党小组")
    for name, group in (("赵国", second), ("王民", first), ("李军", first)):
        a_member(
            session,
            campaign.branch,
            name,
            group,
            phone_box=KEYRING.seal("13900000118"),
            phone_hash=KEYRING.phone_hash("13900000118"),
        )
    campaign.publish(session)
    rows = phone_list(session, KEYRING, campaign.gathering.id, org_ids=[campaign.branch.id], by=7)
    assert [row.name for row in rows] == ["李军", "王民", "赵国"]
    assert {row.phone for row in rows} == {"13900000118"}
    opened = session.scalars(select(Audit).where(Audit.verb == "open_phone_list")).one()
    assert (opened.account_id, opened.after) == (
        7,
        {"purpose": "notice", "orgs": [campaign.branch.id], "rows": 3},
    )
    own = phone_list(session, KEYRING, campaign.gathering.id, org_ids=[second.id], by=7)
    assert [row.name for row in own] == ["赵国"]


def test_second_tick_keeps_the_first_ones_time_and_hand(session: Session) -> None:
    campaign = a_draft(session, people=1, bound=False)
    campaign.publish(session)
    clerk, leader = an_account(session), an_account(session)
    row_id = session.scalars(select(Delivery.id)).one()
    for account, minutes in ((clerk, 0), (leader, 5)):
        mark_phoned(
            session,
            row_id,
            org_ids=[campaign.branch.id],
            by=account.id,
            now=FRIDAY + timedelta(minutes=minutes),
        )
    (row,) = phone_list(session, KEYRING, campaign.gathering.id, org_ids=[campaign.branch.id], by=1)
    assert (row.phoned_at, row.phoned_by) == (FRIDAY, clerk.name)
    assert sums_of(session, campaign.gathering.id).counts == {DeliveryState.PHONED: 1}


def test_tick_outside_ones_own_people_finds_nothing(session: Session) -> None:
    campaign = a_draft(session, people=1, bound=False)
    campaign.publish(session)
    row_id = session.scalars(select(Delivery.id)).one()
    with pytest.raises(Refused) as refused:
        mark_phoned(session, row_id, org_ids=[campaign.branch.id + 1], by=1, now=FRIDAY)
    assert refused.value.code == "not_found"


def test_tick_of_what_is_on_its_way_is_refused(session: Session) -> None:
    campaign = a_campaign(session, people=1)
    row_id = session.scalars(select(Delivery.id)).one()
    with pytest.raises(Refused) as refused:
        mark_phoned(session, row_id, org_ids=[campaign.branch.id], by=1, now=FRIDAY)
    assert refused.value.code == "not_on_phone_list"
