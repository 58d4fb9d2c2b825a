"""Many at once on two workers: one first time, one confirmation, no line counted wrong, one who binds."""

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from models.audit import Audit
from models.clock import clock_text, iso
from models.gatherings.roll import Roll, Status
from models.people.binding import Binding
from tests.hard.halls import Hall, a_hall, a_slip
from tests.hard.zones import MINI, Zone
from tests.together import at_once

ROUNDS = range(5)


def taps_of(hall: Hall) -> list[Callable[[], Any]]:
    """Twenty taps of one member: from two sessions of the phone's binding, and in the account's chat."""
    phones, token, digits = (hall.phone(), hall.phone()), hall.token(), hall.digits()
    scans = [partial(phones[n % 2].call, "POST", "check-ins", {"token": token}) for n in range(11)]
    typed = {"gathering_id": hall.gathering.id, "code": digits}
    by_hand = [partial(phones[n % 2].call, "POST", "check-ins", typed) for n in range(4)]
    chat = [partial(hall.zone.say, hall.openids[0], f"签到 {digits}") for _ in range(5)]
    return [*scans, *by_hand, *chat]


@pytest.mark.parametrize("_", ROUNDS)
def test_twenty_taps_at_once_are_one_first_time_and_one_answer(zone: Zone, _: int) -> None:
    # Control: without `RollLine.checked_in_at.is_(None)` in the write, several are told of a first time.
    hall = a_hall(zone)
    answers = at_once(taps_of(hall))
    posted = [answer for answer in answers if isinstance(answer, requests.Response)]
    said = [answer for answer in answers if isinstance(answer, str)]
    firsts = sum(answer.status_code == 201 for answer in posted)
    assert firsts + sum(words.startswith("【签到成功】") for words in said) == 1
    assert {answer.status_code for answer in posted} <= {200, 201}
    (receipt,) = {answer.text for answer in posted}
    (line,) = hall.lines()
    assert line.checked_in_at is not None
    told = {"gathering_id": hall.gathering.id, "status": "present", "at": iso(line.checked_in_at)}
    assert {key: value for key, value in json.loads(receipt).items() if value} == told
    assert all(clock_text(line.checked_in_at) in words for words in said), said


def test_two_confirmations_at_once_are_one(zone: Zone) -> None:
    # Control: without the lock in `unconfirmed`, both pass the check and both are told that it is done.
    for _ in ROUNDS:
        hall = a_hall(zone, members=3)
        hands, address = [hall.console(0), hall.console(1)], f"rolls/{hall.roll.id}"
        marks = {f"m-{member.id}": Status.ABSENT.value for member in hall.members}
        assert hands[0].post(f"{address}/marks", **marks).status_code == 303
        answers = at_once([partial(hand.post, f"{address}/confirmation") for hand in hands * 2])
        assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
        assert all("名册已经确认" in answer.text for answer in answers if answer.status_code == 409)
        with zone.sessions() as session:
            assert session.get_one(Roll, hall.roll.id).revision == 1
            acts = select(func.count()).where(Audit.verb == "confirm", Audit.subject_id == hall.roll.id)
            assert session.scalar(acts) == 1


@pytest.mark.parametrize("_", ROUNDS)
def test_confirmation_among_sign_ins_counts_every_line_as_it_was_answered(zone: Zone, _: int) -> None:
    # Controls: without FOR SHARE in the write a sign-in slips past the confirmation; and without the lock
    # before the open lines are read, the secretary's 未查明 is written over somebody who has just come.
    hall = a_hall(zone, members=16)
    token, secretary = hall.token(), hall.console()
    taps = [partial(hall.phone(n).sign, token=token) for n in range(16)]
    marks = {f"m-{member.id}": Status.UNCLEAR.value for member in hall.members}
    confirm = partial(secretary.post, f"rolls/{hall.roll.id}/confirmation", **marks)
    answers: list[Any] = at_once([*taps[:8], confirm, *taps[8:]])
    assert answers.pop(8).status_code == 303
    assert set(answers) <= {(201, ""), (409, "roll_confirmed")}
    told = [Status.PRESENT if status == 201 else Status.UNCLEAR for status, _ in answers]
    assert [line.status for line in hall.lines()] == told
    with zone.sessions() as session:
        confirmed = select(Audit.after).where(Audit.verb == "confirm", Audit.subject_id == hall.roll.id)
        counted = session.scalars(confirmed).one() or {}
    assert counted["came"] == told.count(Status.PRESENT)


def test_slip_claimed_by_many_at_once_binds_one(zone: Zone) -> None:
    # Control: without the unique claim in `bind` (BindCodeUse), the last one unseats the others with 201.
    for _ in ROUNDS:
        hall = a_hall(zone)
        slip = {"bind_code": a_slip(hall, hall.members[0]), "confirm": True}
        strangers = [zone.phone(f"{hall.openids[0]}-{n}") for n in range(6)]
        answers = at_once([partial(one.call, "POST", "binding", slip) for one in strangers])
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
        winner = next(one for one, answer in zip(strangers, answers, strict=True) if answer.ok)
        with zone.sessions() as session:
            open_ones = select(Binding.openid).where(
                Binding.member_id == hall.members[0].id, Binding.appid == MINI, Binding.ended_at.is_(None)
            )
            assert session.scalars(open_ones).all() == [winner.openid]
