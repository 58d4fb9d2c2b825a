"""A fortnight against the simulator, whose ledger and not ours says what reached which phone."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.deliver import Outlets, deliver_due
from jobs.schedule import schedule
from jobs.subscribe import subscribe_sender
from models.base import Sessions
from models.gatherings.gathering import AgendaKind, Gathering
from models.notices.audience import Channels
from models.notices.change import Change, move_gathering
from models.notices.delivery import Channel, Delivery
from models.notices.notice import TO_EVERYBODY, Notice
from models.notices.publish import cancel
from models.notices.subscription import Subscription, allow
from tests.factories import THREE_O_CLOCK, a_binding
from tests.notices.campaign import Campaign, a_draft
from tests.simulated import FIELDS, Account
from wechat.breaker import Breaker
from wechat.subscribe import SUBSCRIBE_SEND

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TEMPLATE = {"id": "S1", "title": "主题党日通知", "keys": list(FIELDS)}
PUBLISHED_AT = THREE_O_CLOCK - 7 * DAY
MOVED_AT, CANCELLED_AT = THREE_O_CLOCK - 3 * DAY, THREE_O_CLOCK + 2 * HOUR


def outlets(account: Account, mini: Account) -> Outlets:
    """What sends by both channels."""
    subscribe = subscribe_sender(mini.gateway(), "S1", FIELDS, page="pages/gathering/index")
    channels = Channels(account.appid, mini.appid, "S1")
    return Outlets(
        channels,
        {Channel.TEMPLATE: account.sender(timeout=(1, 0.5)), Channel.SUBSCRIBE: subscribe},
        Breaker(),
    )


def eight_people(session: Session, account: Account, mini: Account) -> Campaign:
    """Draft for eight: four follow the account, six have the mini-program and allow 0, 1, 2 … messages."""
    campaign = a_draft(session, people=8, bound=False)
    followers = [a_binding(session, one, account.appid) for one in campaign.members[:4]]
    phones = [a_binding(session, one, mini.appid) for one in campaign.members[2:]]
    account.follow([one.openid or "" for one in followers])
    mini.follow([one.openid or "" for one in phones])
    for grants, phone in enumerate(phones):
        for days in range(1, grants + 1):
            tap = {"appid": mini.appid, "openid": phone.openid, "choices": {"S1": "accept"}}
            mini.order("subscribe", tap)
            allow(session, phone.id, "S1", 1, now=PUBLISHED_AT - DAY * days)
    # One has left the account since, of which nobody told us; the mini-program reaches that one.
    account.order("unfollow", {"appid": account.appid, "openid": followers[3].openid})
    return campaign


def move(session: Session, campaign: Campaign, out: Outlets) -> None:
    it = session.get_one(Gathering, campaign.gathering.id)
    agenda = ((AgendaKind.STUDY, "学习"),)
    change = Change(it.starts_at + DAY, it.ends_at + DAY, "礼堂", it.bring, it.contact, None, agenda)
    by = campaign.secretary.id
    move_gathering(session, it.id, change, reason="礼堂空出来了", by=by, channels=out.channels, now=MOVED_AT)


def a_fortnight(sessions: Sessions, campaign: Campaign, out: Outlets) -> None:
    """Let the clock and the sending work, with one change on the way and a calling-off at the end."""
    now, hands = PUBLISHED_AT, [CANCELLED_AT, MOVED_AT]
    while now < THREE_O_CLOCK + 4 * DAY:
        while hands and hands[-1] <= now:
            with sessions.begin() as session:
                if hands.pop() == MOVED_AT:
                    move(session, campaign, out)
                else:
                    it, by = campaign.gathering.id, campaign.secretary.id
                    cancel(session, it, reason="有大雪", by=by, channels=out.channels, now=CANCELLED_AT)
        for line in schedule(out.channels, lambda *_: 0, lambda *_: 0):
            line.verb(sessions, now)
        while deliver_due(sessions, out, now):
            pass
        now += timedelta(minutes=7) if now < PUBLISHED_AT + HOUR else 3 * HOUR


def test_fortnight_with_faults_leaves_nobody_told_twice_and_nobody_forgotten(
    sessions: Sessions, account: Account
) -> None:
    mini = Account(
        account.url, alone=False, kind="mini_program", templates=[], subscribe_templates=[TEMPLATE]
    )
    out = outlets(account, mini)
    with sessions.begin() as session:
        campaign = eight_people(session, account, mini)
        campaign.publish(session, PUBLISHED_AT, out.channels)
        for row in (campaign.gathering, campaign.secretary):
            session.refresh(row)  # readable after the commit
    account.fault("errcode", errcode=-1, nth=2)
    account.fault("timeout_after", nth=4, seconds=1)
    mini.fault("errcode", path=SUBSCRIBE_SEND, errcode=43108, nth=1)
    mini.fault("html_502", path=SUBSCRIBE_SEND, nth=3)
    a_fortnight(sessions, campaign, out)
    # Which of the four messages it was, by how its first words begin.
    told = Counter(
        (message["openid"], message["data"]["thing1"][:3]) for message in (*account.inbox(), *mini.inbox())
    )
    assert set(told.values()) == {1}
    assert {what for _, what in told} == {"青石村", "有变动", "提醒：", "已取消"}
    assert account.ledger()["concurrent_same_openid_max"] == 1
    with sessions() as session:
        ends = Counter(session.scalars(select(Delivery.state)))
        audiences = Counter(
            session.scalars(
                select(Notice.version)
                .join(Delivery, Delivery.notice_id == Notice.id)
                .where(Notice.kind.in_(TO_EVERYBODY))
            )
        )
        left = session.scalars(select(Subscription.remaining)).all()
    assert set(ends) <= {"accepted", "phone_list", "cancelled", "dropped"}, ends
    assert audiences == {1: 8, 2: 8, 3: 8}
    assert min(left) >= 0
