"""One branch in full swing: ten minutes before December's theme day, a year of points behind it.

For what looks at every page: nothing here is changed by looking. The longest data that is real stands in it:
a name of four characters, a place of eighteen, a title of thirty.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests
from sqlalchemy import select

from models.audit import Via
from models.gatherings.gathering import AgendaKind, Gathering
from models.gatherings.leave.leave import ask_leave, decide_leave
from models.gatherings.marks import set_marks, settle_rest
from models.gatherings.plan import Plan, draft
from models.gatherings.roll import LeaveReason, RollLine, Status
from models.notices.audience import Channels
from models.notices.delivery import Delivery, DeliveryState
from models.notices.phone_list import mark_phoned
from models.notices.publish import publish
from models.people.account import Account
from models.people.member import Member, SpellKind
from models.points.approving import approve, reject
from models.points.entry import PointEntry
from models.points.posting import confirm_roll
from models.points.proposing import withdraw
from models.points.schemes.published import Scheme
from models.ratings.objections.raising import object_to
from models.ratings.procedure.rating import Rating
from tests.factories import (
    a_gathering,
    a_host_attendance,
    a_member,
    a_roll,
    a_spell,
    an_away_report,
)
from tests.handlers.console.objections.test_objections_pages import answer
from tests.handlers.console.points.a_year_of_points import live_the_year
from tests.handlers.console.ratings.rated_site import add_deed, begin, meet, put_up, rate_by
from tests.handlers.console_site import MINI, OA
from tests.handlers.mini_program.at_work import digits_for
from tests.mini_program.conftest import Zone, session_kept
from tests.mini_program.phone import code_of
from tests.mini_program.rich_texts import file_the_year_before, write_articles, write_complaint

# Monday, 14 December 2026, 14:50 in Shanghai.
NOW = datetime(2026, 12, 14, 6, 50, tzinfo=UTC)
THREE = NOW + timedelta(minutes=10)
DAY = timedelta(days=1)
MEMBER, OF_POINTS, AWAY, EXEMPT, ON_LEAVE = "王丽娟", "何桂芳", "段文斌", "白玉珍", "高长山"
SECRETARY, WAITS, TOLD_NO = "周明远", "葛秀兰", "陈春生"
LONG_NAME, LONG_PLACE = "欧阳思源", "青石村党群服务中心二楼东侧第三会议室"
LONG_TITLE = "学习粮食安全保障法和耕地保护条例，商议今冬明春的沟渠清淤用工"
SAID = "那天我到会了，坐在后排，孙德福同志在旁边，会议记录里有我的发言。"


@dataclass
class Rich:
    """The zone, ids that addresses name, and what each phone keeps since it logged in."""

    zone: Zone
    ids: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def kept(self, who: str) -> dict[str, Any]:
        """Return the session of somebody's phone; `at work` is the secretary's after the eight digits."""
        if who not in self.sessions:
            name = SECRETARY if who == "at work" else who
            self.zone.bind(name)
            made = session_kept(self.zone, code_of(self.zone.simulator, MINI, self.zone.openid(name))())
            if who == "at work":
                self._begin_work(str(made["token"]))
            self.sessions[who] = made
        return self.sessions[who]

    def _begin_work(self, token: str) -> None:
        body = {"code": digits_for(self.zone.site, "secretary")}
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{self.zone.address}/api/v1/branch/session"
        requests.post(address, json=body, headers=headers, timeout=20).raise_for_status()


def fill(zone: Zone) -> Rich:
    """Let the branch have lived its year; the clock stands at NOW afterwards."""
    rich = Rich(zone)
    site = zone.site
    rate_by(site)
    with site.sessions.begin() as session:
        scheme = session.scalars(select(Scheme).where(Scheme.code == "ZONE")).one()
        session.expunge(scheme)
        name_the_new(rich, session)
    live_the_year(site, scheme, OF_POINTS)
    add_deed(site, OF_POINTS, "volunteer", 1)
    hold_theme_days(rich)
    declare(rich)
    file_the_year_before(site, scheme, OF_POINTS)
    place = begin(site)
    meet(site, place)
    put_up(site, place)
    object_twice(rich)
    site.clock[0] = NOW
    plan_theme_day(rich)
    plan_next(rich)
    be_away(rich)
    rich.ids |= write_articles(site)
    write_complaint(zone, MEMBER)
    with site.sessions.begin() as session:
        # That the member works for the branch is known from here on.
        session.get_one(Account, site.staff["secretary"].id).member_id = site.members[SECRETARY].id
        rich.ids["rating"] = session.scalars(
            select(Rating.id).where(Rating.branch_id == site.orgs["home"].id, Rating.cycle == "2026")
        ).one()
    return rich


def name_the_new(rich: Rich, session: Any) -> None:
    """Take in a member whose name has four characters, and one who need not come."""
    site = rich.zone.site
    site.members[LONG_NAME] = a_member(session, site.orgs["home"], LONG_NAME, site.orgs["group2"])
    a_spell(session, site.members[EXEMPT], SpellKind.EXEMPT, code="frail")


def hold_theme_days(rich: Rich) -> None:
    """Let October's and November's theme days be confirmed, the member absent from both by mistake."""
    site = rich.zone.site
    by = site.staff["secretary"].id
    for month, day in ((10, 23), (11, 25)):
        at = datetime(2026, month, day, 7, tzinfo=UTC)
        with site.sessions.begin() as session:
            home = session.merge(site.orgs["home"])
            it = a_gathering(
                session, home, starts_at=at, period=f"2026-{month}", title=f"{month}月主题党日",
                bring=f"党徽、{month}月党费",
            )  # fmt: skip
            members = session.scalars(select(Member).where(Member.branch_id == home.id)).all()
            roll = a_roll(session, it, home, members)
            marks = {one.id: Status.PRESENT for one in members} | {site.members[MEMBER].id: Status.ABSENT}
            set_marks(session, roll.id, marks, by=by, now=at)
            settle_rest(session, roll.id, Status.UNCLEAR, by=by, now=at + timedelta(hours=2))
            confirm_roll(session, roll.id, by=by, now=at + timedelta(hours=2, minutes=4))
            rich.ids |= {f"past_{month}": it.id, f"past_roll_{month}": roll.id}


def declare(rich: Rich) -> None:
    """Let the member have declared four deeds: one counted, one refused, one taken back, one waiting."""
    site, phone = rich.zone.site, rich.zone.ask(MEMBER)
    deeds = {
        "approved": ("2026-11-14", "清扫村道"),
        "rejected": ("2026-11-21", "帮邻居搬家"),
        "withdrawn": ("2026-11-28", "清扫村道"),
        "submitted": ("2026-12-12", "和第二党小组一起清扫村口到学校的路，帮两户老人家搬煤"),
    }
    for state, (day, title) in deeds.items():
        body = {"item": "volunteer", "occurred_on": day, "title": title, "quantity": "1"}
        answered = phone.ask("POST", "me/declarations", body)
        assert answered.status_code == 201, answered.text
        rich.ids[f"declaration_{state}"] = phone.get("me/declarations")["items"][0]["id"]
    told: dict[str, Any] = {"by": site.staff["secretary"].id, "via": Via.CONSOLE, "now": site.now}
    with site.sessions.begin() as session:
        approve(session, rich.ids["declaration_approved"], **told)
        reject(session, rich.ids["declaration_rejected"], answer="邻里互助很好，不在志愿服务的范围里", **told)
        own: dict[str, Any] = {"by": None, "by_member": site.members[MEMBER].id, "how": None}
        withdraw(session, rich.ids["declaration_withdrawn"], via=Via.PHONE, **own)


def object_twice(rich: Rich) -> None:
    """Let the member have objected to both absences: October is put right, November's is open."""
    site, who = rich.zone.site, rich.zone.site.members[MEMBER].id
    with site.sessions.begin() as session:
        query = select(PointEntry.id).where(PointEntry.member_id == who, PointEntry.item == "absent_theme")
        old, new = session.scalars(query.order_by(PointEntry.occurred_on)).all()
        for name, entry in (("answered", old), ("open", new)):
            made = object_to(
                session, member_id=who, entry_id=entry, said=SAID, filing=None, via=Via.PHONE, now=site.now
            )
            rich.ids[f"objection_{name}"] = made.id
        rich.ids["entry"] = session.scalars(
            select(PointEntry.id).where(PointEntry.member_id == who, PointEntry.item == "volunteer")
        ).one()
    answer(site.browser("commissioner"), rich.ids["objection_answered"], status="late")


def plan_theme_day(rich: Rich) -> None:
    """Publish December's theme day five days ago; half the roll is ticked, two leaves wait."""
    site, by = rich.zone.site, rich.zone.site.staff["secretary"].id
    plan = Plan(
        title="12月主题党日", starts_at=THREE, ends_at=THREE + timedelta(minutes=90), place="村部二楼会议室",
        period="2026-12", date_reason="本支部每月 14 日；当天是工作日，不顺延", bring="党徽、12月党费",
        contact="周明远书记 138 0000 0000", leave_until=THREE - timedelta(hours=3),
        agenda=((AgendaKind.STUDY, "学习粮食安全文件"), (AgendaKind.DELIBERATION, "商议冬季沟渠清淤")),
        partners=(site.orgs["neighbour"].id,),
    )  # fmt: skip
    rich.ids["theme"] = it = published(rich, plan)
    with site.sessions.begin() as session:
        lines = session.scalars(select(RollLine).where(RollLine.gathering_id == it)).all()
        home = {one.member_id: one for one in lines if one.status is Status.UNRECORDED}
        rich.ids["roll"] = home[site.members[MEMBER].id].roll_id or 0
        came = [one for one in home if home[one].roll_id == rich.ids["roll"]]
        kept = {site.members[name].id for name in (MEMBER, ON_LEAVE, "林小满", OF_POINTS)}
        marks = dict.fromkeys([one for one in sorted(came) if one not in kept][:20], Status.PRESENT)
        set_marks(session, rich.ids["roll"], marks, by=by, now=site.now)
        asked = ((ON_LEAVE, LeaveReason.FAMILY, "接孙子放学"), ("林小满", LeaveReason.ILLNESS, None))
        for name, reason, note in asked:
            ask_leave(
                session, it, site.members[name].id, reason, note, filing=None, via=Via.PHONE,
                now=site.now - DAY,
            )  # fmt: skip
        called = select(Delivery.id).where(Delivery.state == DeliveryState.PHONE_LIST).order_by(Delivery.id)
        orgs = [site.orgs["home"].id]
        for delivery in session.scalars(called).all()[:3]:
            mark_phoned(session, delivery, org_ids=orgs, by=by, now=site.now - DAY)


def published(rich: Rich, plan: Plan) -> int:
    """Draft a gathering of the branch and publish it, five days ago."""
    site, by, before = rich.zone.site, rich.zone.site.staff["secretary"].id, NOW - 5 * DAY
    orgs = [site.orgs["home"].id, *plan.partners]
    with site.sessions.begin() as session:
        it = draft(session, site.orgs["home"].id, plan, by=by, now=before)
        publish(session, it.id, org_ids=orgs, by=by, channels=Channels(OA, MINI, "S1"), now=before)
        session.get_one(Gathering, it.id).hall_salt = b"sixteen byte salt"[:16]
        return it.id


def plan_next(rich: Rich) -> None:
    """Publish January's with the longest words, one leave refused; begin a draft of February's."""
    site, who = rich.zone.site, rich.zone.site.members[TOLD_NO].id
    starts = THREE + 25 * DAY
    plan = Plan(
        title=LONG_TITLE, starts_at=starts, ends_at=starts + timedelta(hours=2), place=LONG_PLACE,
        period="2027-01", date_reason="1月 10 日是星期日，提前到 1月 8 日", bring="党徽、笔记本、1月党费",
        contact="周明远书记 138 0000 0000", leave_until=starts - DAY,
        agenda=((AgendaKind.STUDY, LONG_TITLE), (AgendaKind.DUES, "交纳党费")),
    )  # fmt: skip
    rich.ids["next"] = it = published(rich, plan)
    by = site.staff["secretary"].id
    with site.sessions.begin() as session:
        reason = LeaveReason.OFFICIAL
        ask_leave(session, it, who, reason, "去县里开会", filing=None, via=Via.PHONE, now=site.now - DAY)
        decide_leave(
            session, it, who, approve=False, answer="这次要表决，请尽量到会", told_how=None, by=by,
            via=Via.CONSOLE, now=site.now,
        )  # fmt: skip
    with site.sessions.begin() as session:
        start = starts + 31 * DAY
        words: dict[str, Any] = {"title": "2月主题党日", "place": LONG_PLACE, "period": "2027-02"}
        words |= {"bring": "党徽、2月党费", "date_reason": "本支部每月 8 日；当天是工作日，不顺延"}
        words |= {"agenda": ((AgendaKind.STUDY, "学习冬季防火"), (AgendaKind.DELIBERATION, "商议清淤"))}
        plan = Plan(starts_at=start, ends_at=start + timedelta(hours=2), **words)
        rich.ids["draft"] = draft(session, site.orgs["home"].id, plan, by=by, now=site.now).id
    for number, name in ((0, "notice_new"), (-1, "notice_read")):
        rich.ids[name] = rich.zone.ask(MEMBER).get("notices")["items"][number]["id"]
    rich.zone.ask(MEMBER).ask("POST", f"notices/{rich.ids['notice_read']}/read")


def be_away(rich: Rich) -> None:
    """Let one member be away and have been at meetings there, another have reported to leave."""
    site = rich.zone.site
    with site.sessions.begin() as session:
        an_away_report(
            session, site.members[ON_LEAVE], from_on=date(2027, 1, 4), to_on=None, host="商贸城党支部",
            asked_at=NOW - DAY,
        )  # fmt: skip
        for month, day in ((12, 5), (11, 20)):
            a_host_attendance(
                session, site.members[AWAY], period=f"2026-{month}", attended_on=date(2026, month, day),
                asked_at=NOW - DAY, host="义乌市商贸城流动党员党支部",
            )  # fmt: skip
