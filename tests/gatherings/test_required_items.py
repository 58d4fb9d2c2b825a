"""What the level above requires: it is on every draft of the month, once, and no branch takes it off."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from models.audit import Audit
from models.gatherings.agenda import Line, agenda_of
from models.gatherings.gathering import AgendaKind, Gathering, GatheringKind, GatheringState, GatheringTag
from models.gatherings.plan import Plan, draft, redraft
from models.gatherings.required_item import (
    Required,
    RequiredItem,
    issue_item,
    issued_by,
    mark_of,
    merge_required,
    new_required,
    same_title,
    with_required,
    withdraw_item,
)
from models.people.org import Org
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK, a_branch, a_gathering, a_township, a_zone, an_account

STUDY = "学习全会精神"


class Town:
    """A zone, a township and a branch, with one hand for all of them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.zone = a_zone(session)
        self.town = a_township(session, self.zone)
        self.branch = a_branch(session, self.town)
        self.by = an_account(session).id

    def issue(self, title: str = STUDY, org: Org | None = None, period: str = "2026-11") -> RequiredItem:
        """Require one item of a month."""
        return issue_item(
            self.session, org or self.town, period, AgendaKind.STUDY, title, by=self.by, now=NOON
        )

    def draft(self, *titles: str, branch: Org | None = None, period: str = "2026-11") -> Gathering:
        """Draft a theme day with these matters of the branch's own."""
        return draft(self.session, (branch or self.branch).id, self.plan(*titles, period=period),
                     by=self.by, now=NOON)  # fmt: skip

    def plan(self, *titles: str, period: str = "2026-11") -> Plan:
        """Return a plan with these matters."""
        begins = THREE_O_CLOCK + timedelta(days=0 if period == "2026-11" else 30)
        return Plan(
            title="主题党日",
            starts_at=begins,
            ends_at=begins + timedelta(hours=1),
            place="村部",
            period=period,
            agenda=tuple((AgendaKind.DELIBERATION, title) for title in titles),
        )

    def agenda(self, it: Gathering) -> list[str]:
        """Return the titles of an agenda, the required ones with a star."""
        return [
            f"*{item.title}" if item.required_id else item.title for item in agenda_of(self.session, it.id)
        ]


@pytest.fixture
def town(session: Session) -> Town:
    """A township with one branch."""
    return Town(session)


def test_required_item_stands_first_on_a_new_draft(town: Town) -> None:
    town.issue()
    assert town.agenda(town.draft("商议清淤")) == [f"*{STUDY}", "商议清淤"]


def test_required_item_reaches_drafts_already_made_below_and_no_others(town: Town) -> None:
    far = a_branch(town.session, a_township(town.session, town.zone, "河西镇党委"), name="远山村党支部")
    mine, theirs, later = town.draft("商议清淤"), town.draft(branch=far), town.draft(period="2026-12")
    town.issue()
    assert town.agenda(mine) == [f"*{STUDY}", "商议清淤"]
    assert town.agenda(theirs) == town.agenda(later) == []


def test_branch_reorders_but_neither_removes_nor_rewords(town: Town) -> None:
    # Control: without `with_required` in `_write_parts` the second draft has lost the item.
    item = town.issue()
    it = town.draft("商议清淤")
    redraft(town.session, it, town.plan("商议清淤", STUDY), by=town.by, now=NOON)
    assert town.agenda(it) == ["商议清淤", f"*{STUDY}"]
    assert agenda_of(town.session, it.id)[1].kind is item.kind
    redraft(town.session, it, town.plan("商议清淤"), by=town.by, now=NOON)
    assert town.agenda(it) == [f"*{STUDY}", "商议清淤"]
    redraft(town.session, it, town.plan("学习别的"), by=town.by, now=NOON)
    assert town.agenda(it) == [f"*{STUDY}", "学习别的"]


def test_two_levels_with_one_title_make_one_item_of_the_higher_one(town: Town) -> None:
    below, above = town.issue("学习全会精神。"), town.issue("学习 全会精神", org=town.zone)
    it = town.draft("学习全会精神", "商议清淤")
    assert town.agenda(it) == ["*学习 全会精神", "商议清淤"]
    assert agenda_of(town.session, it.id)[0].required_id == above.id
    withdraw_item(town.session, above, by=town.by, now=NOON)
    assert agenda_of(town.session, it.id)[0].required_id == below.id
    withdraw_item(town.session, below, by=town.by, now=NOON)
    assert town.agenda(it) == ["商议清淤"]


def test_withdrawn_item_leaves_drafts_and_stays_where_it_was_published(town: Town) -> None:
    item = town.issue()
    it = town.draft("商议清淤")
    other = town.draft(branch=a_branch(town.session, town.town, name="柳湾村党支部"))
    other.state, other.hall_salt = GatheringState.PUBLISHED, b"sixteen byte salt"[:16]
    town.session.flush()
    withdraw_item(town.session, item, by=town.by, now=NOON)
    assert town.agenda(it) == ["商议清淤"]
    assert town.agenda(other) == [f"*{STUDY}"]
    withdraw_item(town.session, item, by=town.by, now=NOON + timedelta(days=1))
    assert item.withdrawn_at == NOON


def test_item_issued_again_after_its_withdrawal_is_another_one(town: Town) -> None:
    withdraw_item(town.session, town.issue(), by=town.by, now=NOON)
    town.issue()
    assert town.agenda(town.draft()) == [f"*{STUDY}"]


@pytest.mark.parametrize(
    ("title", "period", "field"),
    [
        ("", "2026-11", "title"),
        ("学" * 81, "2026-11", "title"),
        (f"{STUDY} 。", "2026-12", "title"),
        ("别的", "2026-10", "period"),
        ("别的", "2026-13", "period"),
        ("别的", "", "period"),
    ],
)
def test_item_without_a_title_of_a_past_month_or_twice_is_refused(
    town: Town, title: str, period: str, field: str
) -> None:
    town.issue(period="2026-12")
    with pytest.raises(Refused) as caught:
        town.issue(title, period=period)
    assert caught.value.code == "bad_item"
    assert field in caught.value.extra["fields"]


def test_only_theme_days_have_required_items(town: Town) -> None:
    town.issue()
    it = draft(town.session, town.branch.id, town.plan(), kind=GatheringKind.GROUP, by=town.by, now=NOON)
    assert merge_required(town.session, it) is False
    assert town.agenda(it) == []


def test_published_theme_day_changes_by_a_change_alone(town: Town) -> None:
    it = town.draft("商议清淤")
    it.state, it.hall_salt = GatheringState.PUBLISHED, b"sixteen byte salt"[:16]
    town.session.flush()
    town.issue()
    assert merge_required(town.session, it) is False
    assert town.agenda(it) == ["商议清淤"]
    assert [one.title for one in new_required(town.session, it)] == [STUDY]


def test_required_study_also_fulfils_the_duty_of_study(town: Town) -> None:
    it = town.draft("商议清淤")
    town.issue()
    assert town.session.get(GatheringTag, (it.id, GatheringKind.STUDY)) is not None


def test_officer_reads_how_many_had_published_before(town: Town) -> None:
    for name in ("甲村党支部", "乙村党支部"):
        published = town.draft(branch=a_branch(town.session, town.town, name=name))
        published.state, published.hall_salt = GatheringState.PUBLISHED, b"sixteen byte salt"[:16]
    town.draft()
    cancelled = a_gathering(
        town.session, a_branch(town.session, town.town), GatheringState.CANCELLED, reason="大雨"
    )
    assert cancelled.period == "2026-11"
    town.issue()
    town.issue("学习党章", org=town.zone)
    (mine,) = [
        one for one in issued_by(town.session, town.town, since="2026-11") if one.org.id == town.town.id
    ]
    assert (mine.drafts, mine.published_without) == (1, 2)
    assert [mark_of(one.org) for one in issued_by(town.session, town.town, since="2026-11")] == [
        "党工委规定",
        "镇党委规定",
    ]
    assert [one.item.title for one in issued_by(town.session, town.zone, since="2026-11")] == ["学习党章"]
    assert issued_by(town.session, town.town, since="2026-12") == []


def test_issuing_and_withdrawing_are_in_the_log_with_numbers_only(town: Town) -> None:
    town.draft()
    withdraw_item(town.session, town.issue(), by=town.by, now=NOON)
    acts = town.session.query(Audit).filter(Audit.subject == "required_item").order_by(Audit.id).all()
    assert [(act.verb, act.after) for act in acts] == [
        ("require_item", {"period": "2026-11", "drafts": 1}),
        ("withdraw_item", {"period": "2026-11", "drafts": 1}),
    ]


def test_statements_do_not_grow_with_the_drafts(town: Town) -> None:
    # Control: without `render_nulls` the second item takes 34 statements.
    def spent(title: str) -> int:
        told: list[str] = []

        def note(*args: object) -> None:
            told.append(str(args[2]))

        town.session.flush()
        engine = town.session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        town.issue(title)
        event.remove(engine, "before_cursor_execute", note)
        return len(told)

    town.draft("商议清淤")
    first = spent("第一项")
    for number in range(12):
        town.draft("商议清淤", branch=a_branch(town.session, town.town, name=f"{number}村党支部"))
    assert spent("第二项") <= first


def test_levels_are_named_as_people_name_them(session: Session) -> None:
    zone = a_zone(session)
    names = {"河东镇党委": "镇党委规定", "北山乡党委": "乡党委规定", "新城街道党工委": "街道党工委规定"}
    assert {name: mark_of(a_township(session, zone, name)) for name in names} == names
    assert mark_of(zone) == "党工委规定"


TITLES = st.sampled_from(["学习全会精神", "学习 全会精神", "学习党章。", "学习党章", "交纳党费", "商议清淤"])
OWN = st.lists(st.builds(Line, st.sampled_from(AgendaKind), TITLES, st.sampled_from([None, None, 90])))
ABOVE = st.lists(TITLES, unique_by=same_title, max_size=3)


@given(OWN, ABOVE)
def test_whatever_was_typed_everything_required_stands_once_in_its_own_words(
    lines: list[Line], titles: list[str]
) -> None:
    required = [Required(n, AgendaKind.STUDY, title, "镇党委规定") for n, title in enumerate(titles, start=1)]
    fitted = with_required(lines, required)
    assert sorted(line.required_id or 0 for line in fitted if line.required_id) == [
        one.id for one in required
    ]
    assert all(line.title == titles[line.required_id - 1] for line in fitted if line.required_id)
    own = {same_title(one.title) for one in required}
    kept = [line for line in lines if line.required_id is None and same_title(line.title) not in own]
    assert [line for line in fitted if line.required_id is None] == kept
    assert with_required(fitted, required) == fitted
