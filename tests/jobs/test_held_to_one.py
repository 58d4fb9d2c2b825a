"""What holds messages to one and calls to none: with it gone, the simulator's ledger shows the second."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from jobs.deliver import deliver_due
from models.base import Sessions
from models.notices.outbox import Claimed
from tests.conftest import OWNER, url
from tests.jobs.test_deliver import SECOND, now_states, outlets, told
from tests.notices.campaign import FRIDAY
from tests.simulated import FIELDS, Account
from wechat.template import send_template


def test_lost_answer_asked_for_again_under_another_id_makes_two_messages(
    sessions: Sessions, account: Account
) -> None:
    # The control of all that count messages: it is the id that holds them to one, and they see the second.
    told(sessions, account, people=1)
    account.fault("timeout_after", nth=1, seconds=2)
    gateway = account.gateway(timeout=(1, 0.3))

    def forgets(claimed: Claimed) -> str:
        words = {key: claimed.words[word] for key, word in FIELDS.items()}
        return send_template(gateway, claimed.openid, "T1", words, client_msg_id=f"{claimed.attempt_no}")

    for late in range(2):
        deliver_due(sessions, outlets(account, forgets), FRIDAY + late * SECOND)
    assert now_states(sessions) == ["accepted"]
    assert len(account.inbox()) == 2


def test_second_writer_of_one_notice_is_stopped_by_its_unique_key_alone(
    sessions: Sessions, database: str, account: Account
) -> None:
    told(sessions, account, people=2)
    again = text(
        "INSERT INTO delivery (about, notice_id, member_id, binding_id, channel, state, not_before)"
        " SELECT about, notice_id, member_id, binding_id, channel, state, not_before FROM delivery"
    )
    with pytest.raises(IntegrityError, match="uq_delivery_about"), sessions.begin() as session:
        session.execute(again)
    owner = create_engine(url(OWNER, database), poolclass=NullPool)
    with owner.begin() as connection:  # the control
        connection.execute(text("ALTER TABLE delivery DROP CONSTRAINT uq_delivery_about"))
    with sessions.begin() as session:
        session.execute(again)
    for _ in range(2):
        deliver_due(sessions, outlets(account), FRIDAY)
    assert sorted(Counter(message["openid"] for message in account.inbox()).values()) == [2, 2]


def test_used_up_quota_lets_neither_a_doubt_nor_a_later_notice_call_before_midnight(
    sessions: Sessions, account: Account
) -> None:
    # Control: without `used_up` both are asked for, and refused like the first.
    first = told(sessions, account, people=2)
    send, openids = outlets(account), [binding.openid for binding in first.bindings]
    account.fault("html_502", openid=openids[0], count=1)
    account.fault("errcode", errcode=45009, openid=openids[1], count=1)
    deliver_due(sessions, send, FRIDAY)
    calls = account.ledger()["calls"]
    told(sessions, account, people=2)
    assert deliver_due(sessions, send, FRIDAY + SECOND) == 3
    assert account.ledger()["calls"] == calls
    assert now_states(sessions) == ["queued", "queued", "queued", "unknown"]
    assert deliver_due(sessions, send, datetime(2026, 11, 21, 0, 0, tzinfo=UTC)) == 3
    assert now_states(sessions) == ["accepted"] * 3 + ["unknown"]
