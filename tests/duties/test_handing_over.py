"""An election: one act ends the old hand, gives the new one, and freezes the list of what is open."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from models.articles.unfinished import article_titles, unfinished_articles
from models.audit import Audit
from models.base import Sessions
from models.duties.handing_over import HandedOver, Successor, hand_over, typed_successor
from models.duties.handover import Handover
from models.duties.handover_list import open_items, sections_of
from models.duties.handover_reading import (
    HANDED,
    Beside,
    handover_seen,
    held_beside,
    may_follow,
    post_seen,
    posts_at,
)
from models.gatherings.delegate import delegate_of, name_delegate
from models.gatherings.gathering import GatheringState
from models.gatherings.leave.makeup import Makeup, MakeupForm
from models.gatherings.minutes.minutes import MinutesState
from models.people.account import Account, ConsoleSession, Post, Role
from models.people.binding import PhoneSession
from models.people.console import start_session
from models.people.link_code import LinkKind, issue_link_code
from models.people.org import Org
from models.people.phone import branch_phone_behind, start_branch_work, start_phone_session
from models.people.posts import end_account
from models.people.rights import PostAt
from models.ratings.objections.objection import ObjectionState
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import (
    KEYRING,
    a_binding,
    a_branch,
    a_gathering,
    a_group,
    a_host_attendance,
    a_leave,
    a_member,
    a_post,
    a_roll,
    a_scheme,
    a_township,
    a_zone,
    an_account,
    an_article,
    an_away_report,
    an_entry,
    an_objection,
    filed_minutes,
    some_minutes,
)
from tests.together import at_once, meanwhile

TODAY, DAY = date(2026, 11, 25), date(2026, 11, 20)
DOCUMENT = "河东党〔2026〕18号"


@dataclass
class Branch:
    """A branch with a secretary and a clerk, and the officer above it."""

    org: Org
    town: Org
    secretary: Account
    clerk: Account
    post_id: int
    officer: Account
    posts: list[PostAt]


def a_staffed_branch(session: Session) -> Branch:
    town = a_township(session, a_zone(session))
    org = a_branch(session, town)
    secretary, clerk = an_account(session, "old", "周明远"), an_account(session, "clerk", "林小满")
    post = a_post(session, secretary, org, Role.SECRETARY)
    a_post(session, clerk, org, Role.CLERK)
    officer = an_account(session, "town", "程若兰")
    a_post(session, officer, town, Role.TOWNSHIP_OFFICER)
    posts = [PostAt(Role.TOWNSHIP_OFFICER, town.id, town.path, town.kind, town.name)]
    return Branch(org, town, secretary, clerk, post.id, officer, posts)


def hand(
    session: Session,
    at: Branch,
    successor: Successor | None = None,
    *,
    post_id: int = 0,
    on: date | None = DAY,
    document: str = DOCUMENT,
    posts: list[PostAt] | None = None,
    ends_others: bool = False,
) -> HandedOver:
    """Hand the secretary's post over to the clerk, unless something else is asked."""
    return hand_over(
        session, posts or at.posts, post_seen(session, post_id or at.post_id),
        successor or Successor(at.clerk.id),
        handed_on=on, document=document, ends_others=ends_others, more={}, by=at.officer.id, now=NOON,
    )  # fmt: skip


def refusal(
    session: Session, at: Branch, successor: Successor | None = None, **asked: Any
) -> tuple[str, Any]:
    with pytest.raises(Refused) as refused:
        hand(session, at, successor, **asked)
    return refused.value.code, refused.value.extra.get("fields")


def posts_of(session: Session, account: Account) -> list[tuple[Role, date, date | None]]:
    rows = session.execute(
        select(Post.role, Post.from_on, Post.to_on).where(Post.account_id == account.id).order_by(Post.id)
    )
    return [(role, from_on, to_on) for role, from_on, to_on in rows]


NEW_YEAR = date(2026, 1, 1)


def test_one_act_ends_the_old_post_gives_the_new_one_and_is_kept(session: Session) -> None:
    at = a_staffed_branch(session)
    done = hand(session, at)
    assert posts_of(session, at.secretary) == [(Role.SECRETARY, NEW_YEAR, date(2026, 11, 19))]
    assert posts_of(session, at.clerk) == [(Role.CLERK, NEW_YEAR, None), (Role.SECRETARY, DAY, None)]
    kept = session.scalars(select(Handover)).one()
    assert (kept.org_id, kept.role, kept.handed_on, kept.document) == (
        at.org.id,
        Role.SECRETARY,
        DAY,
        DOCUMENT,
    )
    assert (kept.from_account_id, kept.to_account_id) == (at.secretary.id, at.clerk.id)
    assert done.password is None
    act = session.scalars(select(Audit).where(Audit.verb == "hand_over")).one()
    assert (act.account_id, act.org_id, act.subject_id) == (at.officer.id, at.org.id, kept.id)


def test_account_ends_with_its_last_post_and_stays_with_another(session: Session) -> None:
    at = a_staffed_branch(session)
    hand(session, at)
    assert at.secretary.ended_at == NOON
    other = a_staffed_branch_of(session, at)
    a_post(session, other.secretary, a_group(session, other.org), Role.GROUP_LEADER)
    hand(session, other, typed_successor("白玉珍", "baiyz"))
    assert other.secretary.ended_at is None


def a_staffed_branch_of(session: Session, at: Branch) -> Branch:
    """Return another branch below the same township, with a secretary of its own."""
    org = a_branch(session, at.town, name="柳湾村党支部")
    secretary = an_account(session, name="冯小军")
    post = a_post(session, secretary, org, Role.SECRETARY)
    return Branch(org, at.town, secretary, at.clerk, post.id, at.officer, at.posts)


def test_old_hand_is_out_of_the_console_and_off_the_phone_at_once(session: Session) -> None:
    # Control: without the log-out both stay, for the account has another post.
    at = a_staffed_branch(session)
    a_post(session, at.secretary, a_group(session, at.org), Role.GROUP_LEADER)
    start_session(session, at.secretary, now=NOON)
    member = a_member(session, at.org)
    a_binding(session, member, "wxmini", "o1")
    token = start_phone_session(session, KEYRING, "wxmini", "o1", now=NOON)
    digits = issue_link_code(session, KEYRING, LinkKind.BRANCH, account_id=at.secretary.id, now=NOON)
    phone, _ = branch_phone_behind(session, token, now=NOON)
    start_branch_work(session, KEYRING, token, phone, digits, now=NOON)
    assert branch_phone_behind(session, token, now=NOON)[1] is not None
    hand(session, at)
    assert branch_phone_behind(session, token, now=NOON)[1] is None
    theirs = [ConsoleSession.account_id == at.secretary.id, PhoneSession.staff_id == at.secretary.id]
    for whose in theirs:
        assert session.scalar(select(func.count()).where(whose)) == 0


def post_at(session: Session, account: Account) -> int:
    return (
        session.scalars(select(Post.id).where(Post.account_id == account.id).order_by(Post.id)).first() or 0
    )


def test_new_hand_keeps_its_other_post_unless_that_ends_too(session: Session) -> None:
    at = a_staffed_branch(session)
    a_post(session, at.clerk, a_group(session, at.org), Role.GROUP_LEADER)
    clerk = post_at(session, at.clerk)
    kept = hand(session, at).handover
    assert kept.items["kept"] == [clerk]
    other = a_staffed_branch_of(session, at)
    deputy = an_account(session, name="陈春生")
    a_post(session, deputy, other.org, Role.DEPUTY)
    ended = hand(session, other, Successor(deputy.id), ends_others=True).handover
    assert ended.items["ended"] == [post_at(session, deputy)]
    assert posts_of(session, deputy) == [
        (Role.DEPUTY, NEW_YEAR, date(2026, 11, 19)), (Role.SECRETARY, DAY, None),
    ]  # fmt: skip
    seen = [handover_seen(session, one.id) for one in (kept, ended)]
    assert held_beside(session, seen) == {
        kept.id: Beside((Role.CLERK,), ()), ended.id: Beside((), (Role.DEPUTY,)),
    }  # fmt: skip
    assert [one.roles for one in may_follow(session, at.org, now=NOON)] == [(Role.CLERK, Role.SECRETARY)]


def test_post_of_another_branch_never_ends_with_the_act(session: Session) -> None:
    # Control: without `one.org.id == org.id` the clerk's post at the neighbour ends.
    at = a_staffed_branch(session)
    other = a_staffed_branch_of(session, at)
    a_post(session, at.clerk, other.org, Role.CLERK)
    hand(session, at, ends_others=True)
    assert [to_on for _, _, to_on in posts_of(session, at.clerk)] == [date(2026, 11, 19), None, None]


def test_new_account_has_a_first_password_and_the_post(session: Session) -> None:
    at = a_staffed_branch(session)
    done = hand(session, at, typed_successor(" 白  玉珍 ", " BaiYZ "))
    assert (done.taker.login, done.taker.name, done.taker.must_change) == ("baiyz", "白 玉珍", True)
    assert done.password
    assert posts_of(session, done.taker) == [(Role.SECRETARY, DAY, None)]


def test_account_that_is_typed_and_there_is_meant(session: Session) -> None:
    at = a_staffed_branch(session)
    done = hand(session, at, typed_successor("林小满", "clerk"))
    assert (done.taker.id, done.password) == (at.clerk.id, None)


def test_delegates_of_the_old_hand_and_named_by_it_end(session: Session) -> None:
    at = a_staffed_branch(session)
    member = a_member(session, at.org)
    it = a_gathering(session, at.org)
    roll = a_roll(session, it, at.org, [member])
    name_delegate(session, roll.id, at.clerk.id, by=at.secretary.id, now=NOON)
    done = hand(session, at, typed_successor("白玉珍", "baiyz"))
    assert delegate_of(session, roll.id, now=NOON) is None
    assert done.handover.items["delegates"] == [roll.id]


def full_of_work(session: Session, at: Branch) -> dict[str, list[Any]]:
    """Leave one of everything undone in the branch, and return the list as it should be."""
    group = a_group(session, at.org)
    one, two = a_member(session, at.org, "王建国", group), a_member(session, at.org, "白玉珍")
    earlier = NOON - timedelta(days=30)
    later = NOON + timedelta(days=30)
    draft = a_gathering(session, at.org, GatheringState.DRAFT, later, period="2026-12", hall_salt=None)
    a_roll(session, draft, at.org)
    now = a_gathering(session, at.org)
    waiting = a_roll(session, now, at.org, [one, two])
    signed = {"confirmed_at": earlier, "confirmed_by": at.secretary.id, "revision": 1}
    rolls = []
    for month, name in enumerate(("无记录", "草稿", "退回", "已归档"), start=7):
        it = a_gathering(
            session, at.org, GatheringState.CONFIRMED, earlier + timedelta(hours=month),
            period=f"2026-{month:02d}", title=name,
        )  # fmt: skip
        rolls.append(a_roll(session, it, at.org, [one], **signed))
    some_minutes(session, rolls[1], at.secretary)
    back = {"returned_at": NOON, "returned_by": at.officer.id, "return_reason": "缺表决"}
    filed_minutes(session, rolls[2], at.secretary, state=MinutesState.RETURNED, **back)
    filed_minutes(session, rolls[3], at.secretary)
    called_off = a_gathering(
        session, at.org, GatheringState.CANCELLED, earlier, period="2026-06", reason="大雨"
    )
    a_roll(session, called_off, at.org, [one])
    a_leave(session, now, one)
    plan = {
        "form": MakeupForm.SELF_STUDY,
        "due_on": TODAY,
        "planned_at": earlier,
        "planned_by": at.secretary.id,
    }
    session.add(Makeup(gathering_id=rolls[0].gathering_id, member_id=two.id, **plan))
    scheme = a_scheme(session, at.org, code=f"OF{at.org.id}")
    disputed, settled = (an_entry(session, two, scheme, at.secretary) for _ in range(2))
    an_objection(session, settled, state=ObjectionState.WITHDRAWN)
    return {
        "drafts": [draft.id], "rolls": [waiting.id], "minutes": [rolls[0].id, rolls[1].id],
        "returned": [rolls[2].id], "leaves": [[now.id, one.id]], "reports": [an_away_report(session, two).id],
        "attendances": [a_host_attendance(session, two).id],
        "objections": [an_objection(session, disputed).id], "makeups": [[rolls[0].gathering_id, two.id]],
    }  # fmt: skip


def test_list_holds_everything_that_waits_and_nothing_that_is_done(session: Session) -> None:
    at = a_staffed_branch(session)
    expected = full_of_work(session, at)
    other = a_staffed_branch_of(session, at)
    full_of_work(session, other)
    assert open_items(session, at.org) == expected
    assert hand(session, at).handover.items == expected | {
        "delegates": [],
        "kept": [post_at(session, at.clerk)],
    }


def test_list_of_a_group_speaks_of_its_own_people_alone(session: Session) -> None:
    at = a_staffed_branch(session)
    full_of_work(session, at)
    group = session.scalars(select(Org).where(Org.parent_id == at.org.id)).one()
    items = open_items(session, group)
    assert {kind: len(ids) for kind, ids in items.items() if ids} == {"leaves": 1}


def test_articles_on_their_way_are_on_the_list_by_title(session: Session) -> None:
    at = a_staffed_branch(session)
    article = an_article(session, at.org, at.clerk)
    items = {"articles": unfinished_articles(session, at.org)}
    assert items == {"articles": [article.id]}
    titles = article_titles(session, items["articles"])
    [section] = sections_of(session, items, titles, names=True)
    assert section.lines == ("沟渠清淤忙",)
    # Nobody has reviewed it yet: above the branch, and for who left it, there is a draft and no title.
    [section] = sections_of(session, items, titles, names=False)
    assert (section.number, section.lines) == (1, ())


def test_persons_are_named_to_their_branch_and_counted_to_those_above(session: Session) -> None:
    # Control: without `if names` the officer reads who asked leave.
    at = a_staffed_branch(session)
    items = full_of_work(session, at)
    told = {one.kind: one for one in sections_of(session, items, {}, names=True)}
    assert told["leaves"].lines == ("王建国，2026年11月25日 十一月主题党日",)
    assert told["reports"].lines == ("白玉珍，2026年12月1日 浙江省义乌市",)
    assert told["objections"].lines[0].startswith("白玉珍，编号 2026-")
    assert told["objections"].lines[0].endswith("收到后 15 个工作日以内答复")  # no holidays are entered
    assert told["returned"].lines[0].endswith("退回（青石村党支部）")
    above = sections_of(session, items, {}, names=False)
    assert [(one.kind, one.number) for one in above] == [(kind, len(ids)) for kind, ids in items.items()]
    text = "".join(line for one in above for line in one.lines)
    assert [one.lines for one in above if one.kind == "drafts"] == [()]
    assert "王建国" not in text
    assert "白玉珍" not in text


def test_list_costs_the_same_for_one_and_for_many(session: Session, engine: Engine) -> None:
    at = a_staffed_branch(session)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def cost() -> int:
        session.flush()
        asked.clear()
        items = open_items(session, at.org)
        sections_of(session, items, {}, names=True)
        return len(asked)

    full_of_work(session, at)
    first = cost()
    member = a_member(session, at.org, "陈春生")
    for n in range(20):
        it = a_gathering(session, at.org, starts_at=NOON + timedelta(days=n), title=f"第{n}次")
        a_roll(session, it, at.org, [member])
        a_leave(session, it, member)
    assert cost() == first <= 15


WRONG = (
    ({"on": None}, {"day": "请写交接的日期"}),
    ({"on": TODAY + timedelta(days=1)}, {"day": "不能晚于今天，到了那天再办"}),
    ({"on": NEW_YEAR}, {"day": "要晚于 2026年1月1日，现任从那天开始"}),
    ({"document": "  "}, {"document": "请写批复或选举结果的文号；没有文号，写会议的名称和日期"}),
    ({"document": "号" * 81}, {"document": "太长了，最多 80 个字"}),
    ({"document": "a\x07b"}, {"document": "有看不见的特殊符号，请重新输入这一格"}),
    ({"successor": Successor(None)}, {"successor": "请选一位，或在下面填写姓名和登录名"}),
    ({"successor": typed_successor("", "baiyz")}, {"name": "请写接任同志的姓名"}),
    ({"successor": typed_successor("白玉珍", "白")}, {"login"}),
    ({"successor": typed_successor("=1+1", "baiyz")}, {"name"}),
    ({"successor": Successor(999_999_999)}, {"successor"}),
    ({"successor": typed_successor("周明远", "old")}, {"login"}),
    ({"successor": typed_successor("别人", "clerk")}, {"login": "这个登录名已经有人用了，请换一个"}),
    ({"successor": typed_successor("程若兰", "town")}, {"login": "这个登录名已经有人用了，请换一个"}),
)


@pytest.mark.parametrize(("asked", "wrong"), WRONG)
def test_wrong_form_says_what_is_allowed_and_changes_nothing(
    session: Session, asked: dict[str, Any], wrong: Any
) -> None:
    at = a_staffed_branch(session)
    code, fields = refusal(session, at, **asked)
    assert code == "bad_handover"
    assert fields == wrong if isinstance(wrong, dict) else set(fields) == wrong
    assert posts_of(session, at.secretary) == [(Role.SECRETARY, NEW_YEAR, None)]
    assert session.scalar(select(Handover.id)) is None


def test_nobody_is_handed_what_they_hold_or_gave(session: Session) -> None:
    at = a_staffed_branch(session)
    second = an_account(session, name="孟凡林")
    a_post(session, second, at.org, Role.SECRETARY)
    assert refusal(session, at, Successor(second.id))[1] == {"successor": "孟凡林已经有这里的这个岗位"}
    assert refusal(session, at, Successor(at.secretary.id))[1] == {"successor": "移交和接任的是同一个账号"}


def test_account_of_another_township_cannot_be_taken(session: Session) -> None:
    at = a_staffed_branch(session)
    stranger = an_account(session, "far", "远山人")
    a_post(session, stranger, a_branch(session, name="远山村党支部"))
    assert refusal(session, at, Successor(stranger.id))[0] == "bad_handover"
    assert refusal(session, at, typed_successor("远山人", "far"))[0] == "bad_handover"


def test_only_what_is_elected_below_is_handed(session: Session) -> None:
    at = a_staffed_branch(session)
    own = session.scalars(select(Post).where(Post.account_id == at.officer.id)).one()
    assert refusal(session, at, post_id=own.id)[0] == "not_yours"
    far = a_branch(session, name="远山村党支部")
    post = a_post(session, an_account(session, name="远山人"), far)
    assert refusal(session, at, post_id=post.id)[0] == "not_yours"
    secretary = [PostAt(Role.SECRETARY, at.org.id, at.org.path, at.org.kind, at.org.name)]
    assert refusal(session, at, posts=secretary)[0] == "not_yours"
    assert set(HANDED) == {Role.GROUP_LEADER, Role.CLERK, Role.COMMISSIONER, Role.SECRETARY, Role.DEPUTY}


def test_post_that_was_handed_over_is_not_there_any_longer(session: Session) -> None:
    at = a_staffed_branch(session)
    hand(session, at, typed_successor("白玉珍", "baiyz"))
    assert refusal(session, at)[0] == "post_ended"
    assert [one.account.name for one in posts_at(session, at.org, now=NOON)] == ["白玉珍", "林小满"]
    assert [one.account.name for one in may_follow(session, at.org, now=NOON)] == ["白玉珍", "林小满"]


def handing(sessions: Sessions, at: Branch, successor: Successor) -> Callable[[], Any]:
    def act() -> str:
        with sessions.begin() as session:
            hand(session, at, successor)
            return "done"

    return act


def test_two_officers_at_once_hand_a_post_over_once(sessions: Sessions) -> None:
    # Control: without the locks two secretaries are given the post and two lists are kept.
    with sessions.begin() as session:
        at = a_staffed_branch(session)
    done = at_once([handing(sessions, at, typed_successor(f"白玉{n}"[:2], f"baiyz{n}")) for n in "123"])
    assert Counter(done) == {"done": 1, "post_ended": 2}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Handover)) == 1
        in_force = select(Post).where(Post.role == Role.SECRETARY, Post.to_on.is_(None))
        assert len(session.scalars(in_force).all()) == 1


def test_nobody_is_given_a_post_at_the_moment_their_account_ends(sessions: Sessions) -> None:
    with sessions.begin() as session:
        at = a_staffed_branch(session)
    with sessions.begin() as session:
        end_account(session, session.get_one(Account, at.clerk.id), by=at.officer.id, now=NOON)
        session.flush()
        result = meanwhile(handing(sessions, at, Successor(at.clerk.id)))
    assert result() == "bad_handover"
    with sessions() as session:
        assert [role for role, _, _ in posts_of(session, at.clerk)] == [Role.CLERK]
