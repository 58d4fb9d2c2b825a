"""A branch that counts by the zone's scheme, and one member's year in it: caps, a mistake, a late deed."""

from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

from sqlalchemy.orm import Session

from models.gatherings.roll import Amendment
from models.points.entry import Source
from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import use_scheme
from tests.conftest import NOON
from tests.factories import a_gathering, a_proposal, a_roll, an_entry
from tests.handlers.console_site import Site

SCHEMES = files("models.points.schemes")
WHO = "何桂芳"
# Month, day, item, quantity-times-points, what was done.
DEEDS = (
    *((month, 14, "volunteer", "1", "清扫村道") for month in range(2, 12)),
    *((month, 28, "post_duty", "0.5", f"{month}月履职") for month in range(1, 11)),
    (3, 6, "mediation", "0.5", "东头两户宅边排水"),
    (7, 9, "mediation", "0.5", "借款纠纷"),
    (7, 1, "award_town", "3", "优秀党务工作者"),
    (6, 20, "led_project", "3", "领办村口路灯"),
)


def count_by_the_zone(site: Site) -> Scheme:
    """Let the home branch count by the demonstration zone's scheme."""
    with site.sessions.begin() as session:
        text = SCHEMES.joinpath("ZONE.json").read_text("utf-8")
        zone = site.orgs["zone"]
        scheme = publish_scheme(session, text, issuer=zone, by=None, now=NOON - timedelta(days=300))
        use_scheme(session, site.orgs["home"], scheme, from_month="2020-01", by=None)
        return scheme


def live_the_year(site: Site, scheme: Scheme, who: str = WHO) -> None:
    """Post a year for one member: 53.0 + 17.0 + 3.0 by the look of it, one absence taken back."""
    with site.sessions.begin() as session:
        member, secretary = site.members[who], site.staff["secretary"]
        for month, day, item, points, title in DEEDS:
            post_by_hand(session, site, scheme, who, item, date(2026, month, day), points, title)
        late = a_proposal(
            session, member, scheme, secretary, item="award_county", title="县级先进个人",
            evidence="县委〔2025〕31号", occurred_on=date(2025, 12, 20), period="2026-11",
            account_id=site.staff["clerk"].id, by_member_id=None,
        )  # fmt: skip
        an_entry(
            session, member, scheme, secretary, item="award_county", occurred_on=late.occurred_on,
            points=Decimal(5), proposal_id=late.id, about=f"proposal:{late.id}:{member.id}",
        )  # fmt: skip
        be_absent(session, site, scheme, who, 8, taken_back="因病请假，已批")
        be_absent(session, site, scheme, who, 9)


def post_by_hand(
    session: Session, site: Site, scheme: Scheme, who: str, item: str, day: date, points: str, title: str
) -> None:
    """Post one deed that the clerk proposed, or the member declared, and the secretary approved."""
    member, secretary = site.members[who], site.staff["secretary"]
    told = {"item": item, "occurred_on": day, "period": f"{day:%Y-%m}"}
    own = item == "volunteer"
    proposal = a_proposal(
        session, member, scheme, secretary, title=title, **told,
        by_member_id=member.id if own else None, account_id=None if own else site.staff["clerk"].id,
    )  # fmt: skip
    an_entry(
        session, member, scheme, secretary, **told, points=Decimal(points), proposal_id=proposal.id,
        about=f"proposal:{proposal.id}:{member.id}",
    )  # fmt: skip


def be_absent(
    session: Session, site: Site, scheme: Scheme, who: str, month: int, taken_back: str = ""
) -> None:
    """Let the member have missed the theme day of `month`; with a reason the roll was corrected since."""
    member, secretary = site.members[who], site.staff["secretary"]
    starts = NOON.replace(month=month)
    it = a_gathering(
        session, site.orgs["home"], starts_at=starts, period=f"2026-{month:02d}", title=f"{month}月主题党日"
    )
    roll = a_roll(session, it, site.orgs["home"], [member])
    told = {
        "item": "absent_theme", "occurred_on": starts.date(), "period": it.period, "gathering_id": it.id,
        "source": Source.ATTENDANCE,
    }  # fmt: skip
    posted = an_entry(
        session, member, scheme, secretary, **told, points=Decimal(-2), revision=1,
        about=f"roll:{it.id}:1:{member.id}:absent_theme",
    )  # fmt: skip
    if taken_back:
        session.add(Amendment(roll_id=roll.id, revision=2, reason=taken_back, account_id=secretary.id))
        an_entry(
            session, member, scheme, secretary, **told, points=Decimal(2), revision=2, reverses=posted.id,
            about=f"reverse:{posted.id}",
        )  # fmt: skip


def fill_the_book(site: Site, scheme: Scheme) -> None:
    """Give every other member of the branch a few deeds and one absence here and there."""
    with site.sessions.begin() as session:
        for place, who in enumerate(sorted(site.members)):
            if site.members[who].branch_id != site.orgs["home"].id or who == WHO:
                continue
            for month in range(1, 2 + place % 6):
                post_by_hand(
                    session, site, scheme, who, "volunteer", date(2026, 5 + month, 14), "1", "沟渠清淤"
                )
            if place % 7 == 0:
                be_absent(session, site, scheme, who, 10)
