"""Long absences and exemptions: reported once, they mark every roll not yet open until they end."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.clock import day_of
from models.gatherings.expected import publish_rolls
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.roll import RollLine, Status
from models.notices.joiners import follow_roster
from models.people.account import Account
from models.people.away_report import (
    AwayReport,
    ReportState,
    Trip,
    decide_away,
    last_report,
    report_away,
    withdraw_away,
)
from models.people.member import Member, Spell, SpellKind
from models.people.org import Org
from models.people.said import Filing, Said
from models.people.spells import Ground, end_spell, record_spell, spell_to_end, spells_of
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import (
    THREE_O_CLOCK,
    a_branch,
    a_gathering,
    a_group,
    a_member,
    a_post,
    a_spell,
    an_account,
)

TODAY = day_of(NOON)
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
NEXT_MONTH = THREE_O_CLOCK + timedelta(days=30)


class Home(NamedTuple):
    """A branch with its secretary, a member, and theme days of the next two months, published."""

    branch: Org
    secretary: Account
    member: Member
    gatherings: list[Gathering]


def a_home(session: Session) -> Home:
    branch = a_branch(session)
    secretary = an_account(session, name="周明远")
    a_post(session, secretary, branch)
    member = a_member(session, branch, "王建国")
    a_member(session, branch, "白玉珍")
    gatherings = [
        a_gathering(session, branch, starts_at=NEXT_MONTH + timedelta(days=31 * n), period=period)
        for n, period in enumerate(("2026-12", "2027-01"))
    ]
    for gathering in gatherings:
        publish_rolls(session, gathering, [branch.id])
    return Home(branch, secretary, member, gatherings)


def statuses(session: Session, home: Home) -> list[Status]:
    session.expire_all()
    return [session.get_one(RollLine, (one.id, home.member.id)).status for one in home.gatherings]


def report(
    session: Session, home: Home, trip: Trip | None = None, filing: Filing | None = None
) -> AwayReport:
    trip = trip or Trip(TODAY, None, "浙江省义乌市", "商贸城党支部", "张书记")
    via = Via.CONSOLE if filing else Via.PHONE
    return report_away(session, home.member.id, trip, filing=filing, via=via, now=NOON)


def decide(
    session: Session, home: Home, of: AwayReport, *, approve: bool = True, answer: str = ""
) -> AwayReport:
    decided = decide_away(
        session, of.id, approve=approve, answer=answer, told_how=None, by=home.secretary.id, via=Via.CONSOLE,
        now=NOON,
    )  # fmt: skip
    follow_roster(session, [home.branch.id], now=NOON)
    return decided


def exempt(session: Session, home: Home, **more: Any) -> Spell:
    usual: dict[str, Any] = {"code": Ground.FRAIL, "from_on": TODAY, "how": Said.IN_PERSON}
    spell = record_spell(
        session, home.member.id, SpellKind.EXEMPT, by=home.secretary.id, via=Via.CONSOLE, **usual | more
    )
    follow_roster(session, [home.branch.id], now=NOON)
    return spell


def end(session: Session, home: Home, spell: Spell) -> Spell:
    ended = end_spell(session, spell.id, member_id=home.member.id, filing=None, via=Via.PHONE, now=NOON)
    follow_roster(session, [home.branch.id], now=NOON)
    return ended


def refused(doing: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        doing()
    return caught.value.code


def test_report_waits_and_once_accepted_marks_every_roll_not_yet_open(session: Session) -> None:
    home = a_home(session)
    sent = report(session, home)
    assert (sent.state, statuses(session, home)) == (ReportState.SUBMITTED, [Status.UNRECORDED] * 2)
    accepted = decide(session, home, sent)
    spell = session.get_one(Spell, accepted.spell_id)
    assert (spell.kind, spell.from_on, spell.to_on) == (SpellKind.AWAY, TODAY, None)
    assert (spell.place, spell.host, spell.approved_by) == ("浙江省义乌市", "商贸城党支部", home.secretary.id)
    assert statuses(session, home) == [Status.AWAY] * 2


def test_rolls_are_marked_as_far_as_the_days_reach(session: Session) -> None:
    home = a_home(session)
    decide(session, home, report(session, home, Trip(TODAY, day_of(NEXT_MONTH), "杭州市")))
    assert statuses(session, home) == [Status.AWAY, Status.UNRECORDED]


def test_roll_published_later_knows_the_spell(session: Session) -> None:
    home = a_home(session)
    decide(session, home, report(session, home))
    later = a_gathering(session, home.branch, starts_at=NEXT_MONTH + timedelta(days=62), period="2027-02")
    publish_rolls(session, later, [home.branch.id])
    assert session.get_one(RollLine, (later.id, home.member.id)).status is Status.AWAY


def test_roll_that_is_open_changes_by_hand_only(session: Session) -> None:
    home = a_home(session)
    today = a_gathering(session, home.branch)
    publish_rolls(session, today, [home.branch.id])
    today.state = GatheringState.OPEN
    session.flush()
    decide(session, home, report(session, home))
    session.expire_all()
    assert session.get_one(RollLine, (today.id, home.member.id)).status is Status.UNRECORDED


def test_ending_a_spell_gives_the_lines_back_but_not_those_a_hand_marked(session: Session) -> None:
    # Control: without follow_roster after the end both lines stay away.
    home = a_home(session)
    spell_id = decide(session, home, report(session, home)).spell_id
    line = session.get_one(RollLine, (home.gatherings[0].id, home.member.id))
    line.status, line.marked_by, line.marked_at = Status.HOST_BRANCH, home.secretary.id, NOON
    session.flush()
    end(session, home, session.get_one(Spell, spell_id))
    assert statuses(session, home) == [Status.HOST_BRANCH, Status.UNRECORDED]


@pytest.mark.parametrize(
    ("from_on", "last"),
    [(date(2026, 9, 1), YESTERDAY), (TODAY, YESTERDAY), (date(2026, 12, 1), date(2026, 11, 30))],
    ids=["that runs", "that began today", "still to come"],
)
def test_spell_ends_with_yesterday_or_never_was(session: Session, from_on: date, last: date) -> None:
    home = a_home(session)
    spell = a_spell(session, home.member, from_on=from_on)
    assert end(session, home, spell).to_on == last
    assert statuses(session, home) == [Status.UNRECORDED] * 2
    assert spells_of(session, [home.branch.path], now=NOON) == []
    assert spell_to_end(session, home.member.id, SpellKind.AWAY, now=NOON) is None
    assert refused(lambda: end(session, home, spell)) == "spell_ended"
    # The same days are free again.
    decide(session, home, report(session, home, Trip(max(from_on, TODAY), None, "杭州市")))
    assert statuses(session, home) == [Status.AWAY] * 2


def test_report_is_refused_or_taken_back_before_it_is_answered(session: Session) -> None:
    home = a_home(session)
    sent = report(session, home)
    assert refused(lambda: report(session, home)) == "report_waiting"
    withdraw_away(session, sent.id, member_id=home.member.id, filing=None, via=Via.PHONE)
    assert refused(lambda: decide(session, home, sent)) == "not_waiting"
    again = report(session, home)
    assert refused(lambda: decide(session, home, again, approve=False)) == "reason_missing"
    decide(session, home, again, approve=False, answer="一个月以内请按月请假")
    assert (
        refused(
            lambda: withdraw_away(session, again.id, member_id=home.member.id, filing=None, via=Via.PHONE)
        )
        == "not_waiting"
    )
    found = last_report(session, home.member.id)
    assert found is not None
    assert (found.state, found.answer) == (ReportState.REJECTED, "一个月以内请按月请假")
    assert statuses(session, home) == [Status.UNRECORDED] * 2


def test_nobody_takes_back_anothers_report_nor_ends_anothers_spell(session: Session) -> None:
    home, other = a_home(session), a_member(session, a_branch(session))
    sent, spell = report(session, home), a_spell(session, home.member, SpellKind.EXEMPT)
    for taken in (
        lambda: withdraw_away(session, sent.id, member_id=other.id, filing=None, via=Via.PHONE),
        lambda: end_spell(session, spell.id, member_id=other.id, filing=None, via=Via.PHONE, now=NOON),
    ):
        assert refused(taken) == "not_found"


def test_absence_is_not_reported_twice_for_the_same_days(session: Session) -> None:
    home = a_home(session)
    decide(session, home, report(session, home, Trip(TODAY, date(2027, 1, 31), "杭州市")))
    assert refused(lambda: report(session, home, Trip(date(2027, 1, 31), None, "杭州市"))) == "spell_overlaps"
    later = report(session, home, Trip(date(2027, 2, 1), None, "杭州市"))
    assert decide(session, home, later).state is ReportState.ACCEPTED


WRONG = [
    ("a street", Trip(TODAY, None, "义乌市商城大道8号"), "place"),
    ("no place", Trip(TODAY, None, " "), "place"),
    ("back before leaving", Trip(TOMORROW, TODAY, "杭州市"), "to_on"),
    ("back already", Trip(date(2026, 9, 1), YESTERDAY, "杭州市"), "to_on"),
    ("in two years", Trip(date(2028, 12, 1), None, "杭州市"), "from_on"),
    ("a long host", Trip(TODAY, None, "杭州市", "支" * 61), "host"),
    ("a long contact", Trip(TODAY, None, "杭州市", None, "1" * 41), "contact"),
]


@pytest.mark.parametrize(("trip", "field"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_report_says_what_is_wrong_with_it(session: Session, trip: Trip, field: str) -> None:
    home = a_home(session)
    with pytest.raises(Refused) as caught:
        report(session, home, trip)
    assert (caught.value.code, list(caught.value.extra["fields"])) == ("bad_report", [field])


def test_exemption_has_a_coarse_ground_and_marks_rolls_until_it_ends(session: Session) -> None:
    home = a_home(session)
    spell = exempt(session, home, to_on=day_of(NEXT_MONTH))
    assert statuses(session, home) == [Status.EXEMPT, Status.UNRECORDED]
    (view,) = spells_of(session, [home.branch.path], now=NOON)
    assert (view.ground, view.approved_by, view.whose.name) == ("年老体弱", "周明远", "王建国")
    end(session, home, spell)
    assert statuses(session, home) == [Status.UNRECORDED] * 2


def test_exemption_in_other_words_backwards_or_twice_is_refused(session: Session) -> None:
    home = a_home(session)
    assert refused(lambda: exempt(session, home, code="高血压")) == "bad_report"
    assert refused(lambda: exempt(session, home, to_on=YESTERDAY)) == "bad_report"
    exempt(session, home)
    assert refused(lambda: exempt(session, home)) == "spell_overlaps"
    left = a_member(session, home.branch, "远行人")
    left.left_on = TODAY
    assert refused(lambda: exempt(session, home._replace(member=left))) == "not_found"


def test_log_of_a_spell_says_neither_ground_nor_place(session: Session) -> None:
    home = a_home(session)
    exempt(session, home, code=Ground.ILL)
    decide(session, home, report(session, home, filing=Filing(home.secretary.id, Said.FAMILY)))
    acts = session.execute(select(Audit.verb, Audit.after).order_by(Audit.id)).all()
    assert [verb for verb, _ in acts] == ["record_spell", "report_away", "record_spell", "decide_away"]
    assert "ill" not in str(acts)
    assert not any(sign > "\u4dff" for sign in str(acts))


def test_group_leader_sees_spells_of_the_own_group(session: Session) -> None:
    branch = a_branch(session)
    groups = [a_group(session, branch, name) for name in ("第一党小组", "第二党小组")]
    for group, name in zip(groups, ("白玉珍", "王福贵"), strict=True):
        a_spell(session, a_member(session, branch, name, group))
    assert [view.whose.name for view in spells_of(session, [groups[1].path], now=NOON)] == ["王福贵"]
    assert len(spells_of(session, [branch.path], now=NOON)) == 2
    assert spells_of(session, [], now=NOON) == []
