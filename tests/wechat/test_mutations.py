"""Spoilt callbacks end in an answer: no 5xx, no wait, and no effect of one that WeChat did not sign.

Some of the 20,000, others each time; `python -m tests.wechat.mutations 20000 SEED` sends all.
"""

import logging
import secrets
from collections.abc import Iterator

import pytest

from models.base import Sessions
from tests.wechat.mutations import everything, fire, spoilt, target_app

NUMBER, UNSIGNED = 1500, 500
SECONDS, MEGABYTES = 5.0, 32.0  # far from what is measured, 0.1 and 1: the machine may be busy


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Log nothing: thousands are turned away."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def seed() -> int:
    """Another seed each time; a failure names it."""
    return secrets.randbelow(2**32)


def test_no_callback_whatever_is_in_it_gets_a_5xx_or_hangs_or_costs_memory(
    sessions: Sessions, seed: int
) -> None:
    # Control: with the parser's own errors let through, "cut" and "bits" end in 500s.
    fired = fire(target_app(sessions), spoilt(seed), NUMBER)
    assert not fired.wrong, f"seed {seed}\n{fired.shown()}"
    assert fired.slowest < SECONDS, f"seed {seed}\n{fired.shown()}"
    assert fired.growth < MEGABYTES, f"seed {seed}\n{fired.shown()}"
    assert fired.answers["signed: as it is", 200] > 0


def test_nothing_that_wechat_did_not_sign_has_any_effect(sessions: Sessions, seed: int) -> None:
    # Control: with `same` always true rows are added.
    app = target_app(sessions)
    with sessions() as session:
        before = everything(session)
    unsigned = (shot for shot in spoilt(seed) if not shot.signed)
    fired = fire(app, unsigned, UNSIGNED)
    assert not fired.wrong, f"seed {seed}\n{fired.shown()}"
    with sessions() as session:
        assert everything(session) == before, f"seed {seed}"
    signed = (shot for shot in spoilt(seed) if shot.how == "signed: as it is")
    fire(app, signed, 20)
    with sessions() as session:
        assert everything(session) != before  # so an effect would have been seen


def test_same_seed_sends_the_same() -> None:
    one, other = spoilt(7), spoilt(7)
    assert [next(iter(one)) for _ in range(50)] == [next(iter(other)) for _ in range(50)]
