"""A thousand messages of a hundred followers at once, one in five of them a repeat: one effect each.

Five thousand of five hundred, over and over: tests/soak/chat.py.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from handlers.chat.words import BUSY
from models.audit import Audit
from models.base import Sessions
from models.gatherings.gathering import GatheringState
from models.gatherings.hall_code import hall_digits
from models.gatherings.roll import Leave, LeaveState, RollLine
from models.notices.event import InboundMessage
from models.people.bind import issue_codes
from models.people.binding import BindCodeUse, Binding
from models.people.complaint import Complaint
from models.people.link_code import LinkCode, LinkKind, issue_link_code
from models.people.tries import Guess, Tries
from tests.conftest import NOON
from tests.factories import (
    KEYRING,
    THREE_O_CLOCK,
    a_branch,
    a_gathering,
    a_member,
    a_roll,
    a_township,
    a_zone,
    an_account,
)
from tests.handlers.chat.follower import Chat
from tests.points.published import publish_for

pytestmark = pytest.mark.processes

THREADS = 8
ASKED = ("组织关系转接", "入党流程", "帮助", "动态", "星级")


@dataclass
class Burst:
    """What each follower types, in the order that matters: binding first, the rest in any order."""

    chats: tuple[Chat, Chat]
    binds: list[dict[str, Any]] = field(default_factory=list)
    rest: list[dict[str, Any]] = field(default_factory=list)
    members: dict[str, int] = field(default_factory=dict)

    def send(
        self, messages: Sequence[dict[str, Any]], chance: random.Random
    ) -> dict[tuple[str, int], set[str]]:
        """Send these and a repeat of one in four, half right behind the first; what each was answered."""
        line = list(messages)
        chance.shuffle(line)
        repeats = chance.sample(line, len(line) // 4)
        at_once, later = repeats[: len(repeats) // 2], repeats[len(repeats) // 2 :]
        line = [one for first in line for one in (first, *([first] if first in at_once else []))]
        for one in later:
            line.insert(chance.randrange(line.index(one), len(line)) + 1, one)
        answers: dict[tuple[str, int], set[str]] = defaultdict(set)

        def push(numbered: tuple[int, dict[str, Any]]) -> tuple[dict[str, Any], str]:
            number, message = numbered
            chat = self.chats[number % 2]
            return message, chat.shown(chat.push(message))

        with ThreadPoolExecutor(THREADS) as threads:
            for message, said in threads.map(push, enumerate(line)):
                answers[message["FromUserName"], message["MsgId"]].add(said)
        assert len(line) == len(messages) * 5 // 4
        return answers


def a_burst(sessions: Sessions, *, branches: int, in_each: int) -> Burst:
    """Let followers of some branches write; each branch has an open gathering and the next one published."""
    safe, plain = Chat(sessions), Chat(sessions, is_safe=False)
    burst = Burst((safe, plain))
    with sessions.begin() as session:
        zone = a_zone(session)
        town = a_township(session, zone)
        publish_for(session, zone, "DEMO")
        by = an_account(session)
        for n in range(branches):
            branch = a_branch(session, town, name=f"第{n + 1}村党支部")
            members = [a_member(session, branch, f"党员{n}-{m}") for m in range(in_each)]
            now = a_gathering(session, branch, GatheringState.OPEN)
            later = a_gathering(
                session, branch, starts_at=THREE_O_CLOCK + timedelta(days=30), period="2026-12"
            )
            for gathering in (now, later):
                a_roll(session, gathering, branch, members)
            slips = issue_codes(session, KEYRING, [one.id for one in members[::2]], by=by.id, now=NOON)
            digits = hall_digits(KEYRING, now.id, now.hall_salt or b"", now=NOON)
            for m, member in enumerate(members):
                openid = f"o{n}-{m}"
                burst.members[openid] = member.id
                code = slips.get(member.id) or issue_link_code(
                    session, KEYRING, LinkKind.CHAT, member_id=member.id, now=NOON
                )
                burst.binds.append(safe.typed(openid, f"绑定 {code}"))
                typed = (
                    f"请假 {m % 5 + 1}", f"签到 {digits}", f"投诉 第{n}村第{m}件事", "积分", "主题党日",
                    ASKED[m % 5], "解绑",
                )  # fmt: skip
                burst.rest += [safe.typed(openid, text) for text in typed]
    return burst


def test_burst_with_repeats_has_one_effect_each_and_identical_answers(sessions: Sessions) -> None:
    # Control: without the kept reply (reply_given answering None) complaints double; without the claim
    # (claim_message answering True) they are counted twice.
    live_through(a_burst(sessions, branches=5, in_each=20), random.Random(25))


def live_through(burst: Burst, chance: random.Random) -> None:
    """Send all of it, with repeats, and see that each message had its effect once."""
    everybody = len(burst.members)
    answers = burst.send(burst.binds, chance) | burst.send(burst.rest, chance)
    assert len(answers) == 8 * everybody
    assert {len(said) for said in answers.values()} == {1}
    read = Counter(text[:4] for (text,) in answers.values())
    assert BUSY not in {text for (text,) in answers.values()}
    assert (read["绑定好了"], read["【请假已"], read["【签到成"], read["收到了，"]) == (everybody,) * 4
    with burst.chats[0].sessions() as session:
        bound = session.execute(select(Binding.openid, Binding.member_id).where(Binding.ended_at.is_(None)))
        assert dict(bound.all()) == burst.members

        def number(*what: Any) -> int:
            return session.scalar(select(func.count()).where(*what)) or 0

        assert number(Binding.id > 0) == everybody
        assert number(BindCodeUse.code_id > 0) == number(LinkCode.used_at.is_not(None)) == everybody // 2
        assert number(Leave.state == LeaveState.SUBMITTED) == number(Leave.member_id > 0) == everybody
        assert number(RollLine.checked_in_at.is_not(None)) == everybody
        assert number(InboundMessage.reply != "") == number(InboundMessage.appid != "") == 8 * everybody
        receipts = session.scalars(select(Complaint.receipt).order_by(Complaint.receipt)).all()
        assert receipts == [f"20261125{n:04d}" for n in range(1, everybody + 1)]
        verbs = dict(session.execute(select(Audit.verb, func.count()).group_by(Audit.verb)).all())
        assert (verbs["bind"], verbs["ask_leave"]) == (everybody, everybody)
        # A right guess is given back; a complaint counts once, however often it came.
        spent = dict(session.execute(select(Tries.purpose, func.sum(Tries.n)).group_by(Tries.purpose)).all())
        assert {purpose: n for purpose, n in spent.items() if n} == {Guess.COMPLAINT: everybody}
