"""Links held against the list of followers: who is gone loses the account's link, and nobody else does."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.people.bind import unbind, unbind_as_of
from models.people.binding import Binding
from models.people.following import TooManyLeft, end_links_of_leavers, has_links
from models.people.member import Member
from tests.conftest import NOON
from tests.factories import KEYRING, a_binding, a_branch, a_member

OA = "wxaccount"
SECOND = timedelta(seconds=1)


def followers(session: Session, many: int) -> list[Member]:
    """Members linked by the account, their openids o0, o1 …"""
    branch = a_branch(session)
    members = [a_member(session, branch, f"党员{n}") for n in range(many)]
    for n, member in enumerate(members):
        a_binding(session, member, OA, f"o{n}")
    return members


def sync(session: Session, *openids: str) -> int:
    """Hold the links against a list of these and of one whom nobody knows."""
    listed = frozenset({*openids, "oStranger"})
    return end_links_of_leavers(session, OA, listed, listed_at=NOON, now=NOON + SECOND)


def linked(session: Session, appid: str = OA) -> list[str | None]:
    query = select(Binding.openid).where(Binding.ended_at.is_(None), Binding.appid == appid)
    return list(session.scalars(query.order_by(Binding.id)))


def test_who_left_unheard_loses_the_accounts_link_alone_and_the_log_says_so(session: Session) -> None:
    _, gone = followers(session, 2)
    a_binding(session, gone, "wxmini", "m1")
    before = (gone.status, gone.left_on, gone.branch_id, gone.phone_box)
    assert sync(session, "o0") == 1
    assert linked(session) == ["o0"]
    assert linked(session, "wxmini") == ["m1"]
    session.refresh(gone)
    assert (gone.status, gone.left_on, gone.branch_id, gone.phone_box) == before
    (act,) = session.scalars(select(Audit))
    assert (act.verb, act.subject, act.subject_id, act.via) == ("unbind", "member", gone.id, Via.JOB)
    assert (act.member_id, act.before) == (None, {"appid": OA})  # no member's own act, and which link


def test_second_look_ends_nothing_more(session: Session) -> None:
    followers(session, 2)
    assert [sync(session, "o0"), sync(session, "o0")] == [1, 0]
    assert len(session.scalars(select(Audit)).all()) == 1


@pytest.mark.parametrize(("made", "ended"), [(-SECOND, 1), (timedelta(), 0), (SECOND, 0)])
def test_link_made_while_the_list_was_read_stands(session: Session, made: timedelta, ended: int) -> None:
    # Control: without the comparison whoever follows and binds at that moment is thrown out again.
    member = a_member(session, a_branch(session))
    a_binding(session, member, OA, "oNew", bound_at=NOON + made)
    assert sync(session) == ended


@pytest.mark.parametrize(
    ("links", "gone", "ends"),
    [(1, 1, True), (2, 2, False), (6, 5, True), (6, 6, False), (60, 6, True), (59, 6, False), (80, 8, True)],
)
def test_list_that_would_end_more_than_a_few_and_a_tenth_ends_nobody(
    session: Session, links: int, gone: int, ends: bool
) -> None:
    followers(session, links)
    still = [f"o{n}" for n in range(links - gone)]
    if ends:
        assert sync(session, *still) == gone
        return
    with pytest.raises(TooManyLeft) as left:
        sync(session, *still)
    assert (left.value.gone, left.value.links) == (gone, links)
    assert len(linked(session)) == links


@pytest.mark.parametrize("links", [1, 2])
def test_list_of_nobody_ends_nobody(session: Session, links: int) -> None:
    # Control: a trial with a few links would lose them all by one empty answer.
    followers(session, links)
    with pytest.raises(TooManyLeft):
        end_links_of_leavers(session, OA, frozenset(), listed_at=NOON, now=NOON + SECOND)
    assert len(linked(session)) == links


def test_account_without_links_has_nobody_to_ask_about(session: Session) -> None:
    a_binding(session, a_member(session, a_branch(session)), "wxmini", "m1")
    assert not has_links(session, OA)
    assert has_links(session, "wxmini")


def test_link_ended_twice_at_once_is_one_act(session: Session) -> None:
    # Control: without the look at what ended, the second hand's act is in the log, too.
    member = a_member(session, a_branch(session))
    binding = a_binding(session, member, OA, "oA")
    ends = [unbind(session, binding.id, member.id, via=via, now=NOON) for via in (Via.CHAT, Via.JOB)]
    assert ends == [True, False]
    assert [act.via for act in session.scalars(select(Audit))] == [Via.CHAT]


@pytest.mark.parametrize(
    ("bound", "left", "ended"),
    [
        (timedelta(), -SECOND, False),
        (timedelta(milliseconds=900), timedelta(), True),  # WeChat tells whole seconds
        (timedelta(), timedelta(), True),
        (timedelta(), SECOND, True),
    ],
)
def test_leaving_ends_only_the_link_that_was_there(
    session: Session, bound: timedelta, left: timedelta, ended: bool
) -> None:
    a_binding(session, a_member(session, a_branch(session)), OA, "oA", bound_at=NOON + bound)
    who = KEYRING.openid_hash(OA, "oA")
    told = unbind_as_of(session, OA, who, happened_at=NOON + left, via=Via.CHAT, now=NOON + SECOND * 60)
    assert (told, linked(session)) == (ended, [] if ended else ["oA"])
    assert len(session.scalars(select(Audit)).all()) == ended
