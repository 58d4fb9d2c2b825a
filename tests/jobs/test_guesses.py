"""Somebody who guesses bind codes is noticed, by number and not by name."""

import logging
from datetime import timedelta

import pytest

from jobs.guesses import watch_guesses
from models.base import Sessions
from models.people.tries import Guess, spend_try
from tests.conftest import NOON


def guess(sessions: Sessions, times: int) -> None:
    with sessions.begin() as session:
        for n in range(times):
            who = bytes([n % 50]) * 32
            spend_try(session, Guess.BIND_CODE, who, now=NOON - timedelta(minutes=n))


@pytest.mark.parametrize(("times", "alerts"), [(199, 0), (200, 1)])
def test_two_hundred_tries_a_day_alert_the_operator(
    sessions: Sessions, caplog: pytest.LogCaptureFixture, times: int, alerts: int
) -> None:
    guess(sessions, times)
    with caplog.at_level(logging.ERROR):
        assert watch_guesses(sessions, NOON) == times
    assert len(caplog.records) == alerts


def test_yesterdays_tries_are_forgotten(sessions: Sessions) -> None:
    guess(sessions, 5)
    assert watch_guesses(sessions, NOON + timedelta(days=1, minutes=1)) == 0
