"""主题党日 and 下个月: when and where, to whoever stands on the roll; the general rule to anybody else."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from handlers.chat import gathering_words as words
from handlers.chat.ask import Ask
from models.clock import day_of
from models.gatherings.calendar.calendar import HolidayRule, propose_day
from models.gatherings.leave.leave import leave_of
from models.gatherings.of_member import Seat, coming_up, seat_of, seats_of
from models.people.member import Member
from models.people.org import Org, Setting, settings_of


def show_gatherings(ask: Ask) -> str:
    """主题党日: the member's next gatherings."""
    if ask.member is None:
        return _rule(ask.session)
    seats = coming_up(ask.session, ask.member.id, now=ask.edge.now)
    if not seats:
        org = ask.session.get_one(Org, ask.member.branch_id)
        theme_day = settings_of(ask.session, org)[Setting.THEME_DAY]
        return words.no_gathering_words(theme_day, _contact(ask, ask.member))
    return _told(ask, ask.member, seats)


def show_next_month(ask: Ask) -> str:
    """下个月: what is published for it, else the day by the branch's rule."""
    if ask.member is None:
        return _rule(ask.session)
    today = day_of(ask.edge.now)
    year, month = divmod(today.year * 12 + today.month, 12)
    seats = [
        seat
        for seat in coming_up(ask.session, ask.member.id, now=ask.edge.now)
        if (day := day_of(seat.gathering.starts_at)) and (day.year, day.month) == (year, month + 1)
    ]
    if seats:
        return _told(ask, ask.member, seats)
    settings = settings_of(ask.session, ask.session.get_one(Org, ask.member.branch_id))
    proposal = propose_day(
        ask.session, year=year, month=month + 1, day_of_month=settings[Setting.THEME_DAY],
        rule=HolidayRule(settings[Setting.HOLIDAY_RULE]),
    )  # fmt: skip
    return words.next_month_words(proposal.day, _contact(ask, ask.member))


def _told(ask: Ask, member: Member, seats: list[Seat]) -> str:
    session, now = ask.session, ask.edge.now
    first, agenda = seat_of(session, member.id, seats[0].gathering.id, now=now)
    leave = leave_of(session, first.gathering.id, member.id)
    said = words.gathering_words(first, agenda, leave, now=now)
    return "\n\n".join([said, *map(words.later_words, seats[1:])])


def _contact(ask: Ask, member: Member) -> str | None:
    """Return whom the branch named for questions the last time."""
    seats, _ = seats_of(ask.session, member.id, now=ask.edge.now)
    return next((seat.gathering.contact for seat in seats if seat.gathering.contact), None)


def _rule(session: Session) -> str:
    top: ColumnElement[bool] = Org.parent_id.is_(None)
    zone = session.scalars(select(Org).where(top).order_by(Org.id).limit(1)).one()
    return words.rule_words(settings_of(session, zone)[Setting.THEME_DAY])
