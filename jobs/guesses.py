"""Watching for somebody who guesses bind codes across the whole zone."""

import logging
from datetime import datetime, timedelta

from models.base import Sessions
from models.people.bind import ALERT_A_DAY
from models.people.tries import Guess, spent_by_all

log = logging.getLogger(__name__)


def watch_guesses(sessions: Sessions, now: datetime) -> int:
    """Alert the operator when bind codes were tried 200 times in a day; return the tries.

    A number and nothing else: who tried is not for the log.
    """
    with sessions() as session:
        tries = spent_by_all(session, Guess.BIND_CODE, within=timedelta(days=1), now=now)
    if tries >= ALERT_A_DAY:
        log.error("alert: bind codes were tried %s times within a day", tries)
    return tries
