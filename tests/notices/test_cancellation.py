"""What was on its way when a gathering is called off: nobody is invited to it afterwards."""

from datetime import timedelta

from sqlalchemy.orm import Session

from models.notices.outbox import accepted, claim, put_off, settle, unclear
from models.notices.publish import cancel
from tests.notices.campaign import CHANNELS, FRIDAY, Campaign, a_campaign, one_claim, states

LATER = FRIDAY + timedelta(minutes=1)


def call_off(session: Session, campaign: Campaign) -> None:
    by = campaign.secretary.id
    cancel(session, campaign.gathering.id, reason="有大雨", by=by, channels=CHANNELS, now=FRIDAY)


def test_notice_put_off_by_wechat_is_not_sent_after_the_cancellation(session: Session) -> None:
    # Control: without `called_off` in the claim the invitation goes out once more, behind the cancellation.
    campaign = a_campaign(session, people=1)
    on_its_way = one_claim(session, FRIDAY)
    call_off(session, campaign)
    settle(session, [put_off(on_its_way, LATER)], CHANNELS, now=FRIDAY)
    told = one_claim(session, LATER)
    assert told.words["title"].startswith("已取消")
    settle(session, [accepted(told, "2003")], CHANNELS, now=LATER)
    assert claim(session, CHANNELS, now=LATER, limit=10) == []
    assert states(session) == ["cancelled", "accepted"]


def test_notice_in_doubt_is_not_repeated_after_the_cancellation(session: Session) -> None:
    campaign = a_campaign(session, people=1)
    in_doubt = unclear(one_claim(session, FRIDAY), pause=timedelta(seconds=1), now=FRIDAY)
    settle(session, [in_doubt], CHANNELS, now=FRIDAY)
    call_off(session, campaign)
    settle(session, [accepted(one_claim(session, LATER), "2003")], CHANNELS, now=LATER)
    assert claim(session, CHANNELS, now=LATER, limit=10) == []
    assert states(session) == ["unknown", "accepted"]
