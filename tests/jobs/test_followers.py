"""The nightly look at who follows the account: a leaving nobody told is made up for, no more."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs.followers import sync_followers
from models.base import Sessions
from models.people.binding import Binding
from tests.conftest import NOON
from tests.factories import a_binding, a_branch, a_member
from tests.simulated import Account
from wechat.followers import FOLLOWERS
from wechat.gateway import App, Gateway


def linked(sessions: Sessions) -> list[str | None]:
    with sessions() as session:
        query = select(Binding.openid).where(Binding.ended_at.is_(None))
        return list(session.scalars(query.order_by(Binding.id)))


def link(sessions: Sessions, account: Account, *openids: str, **columns: Any) -> None:
    """Let these follow the account, and link each to a member."""
    account.follow(list(openids))
    with sessions.begin() as session:
        branch = a_branch(session)
        for openid in openids:
            a_binding(session, a_member(session, branch, openid), account.appid, openid, **columns)


def leave(account: Account, openid: str) -> None:
    """Leave the account, of which nobody tells us."""
    account.order("unfollow", {"appid": account.appid, "openid": openid})


def gateway_of(account: Account, on_call: Callable[[], None] = lambda: None) -> Gateway:
    """Our gateway for this account, which repeats what it may without a pause."""
    app = App(account.appid, account.settings["secret"])
    return Gateway(app, base_url=account.url, redis=None, on_call=on_call, sleep=lambda _: None)


def night(sessions: Sessions, account: Account, caplog: pytest.LogCaptureFixture) -> tuple[int, list[str]]:
    """Look once; how many links ended, and what the operator is alerted of."""
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        ended = sync_followers(sessions, NOON, gateway=gateway_of(account))
    return ended, [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]


def test_leaving_that_nobody_told_is_made_up_for(
    sessions: Sessions, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    link(sessions, account, "oA", "oB")
    link(sessions, account, "oNew", bound_at=NOON + timedelta(seconds=1))
    assert night(sessions, account, caplog) == (0, [])
    leave(account, "oA")
    leave(account, "oNew")
    assert night(sessions, account, caplog) == (1, [])
    assert linked(sessions) == ["oB", "oNew"]
    assert night(sessions, account, caplog) == (0, [])


@pytest.mark.parametrize("kind", ["html_502", "reset_before", "errcode"])
def test_list_that_cannot_be_read_ends_nobody_and_alerts_the_operator(
    sessions: Sessions, account: Account, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    link(sessions, account, "oA", "oB")
    leave(account, "oA")
    account.fault(kind, path=FOLLOWERS, **({"errcode": 45009} if kind == "errcode" else {}))
    ended, alerts = night(sessions, account, caplog)
    assert (ended, linked(sessions)) == (0, ["oA", "oB"])
    assert [alert.partition(":")[0] for alert in alerts] == ["alert"]
    assert "not whole" in alerts[0]


def test_list_that_lacks_more_than_a_few_and_a_tenth_ends_nobody_and_alerts_the_operator(
    sessions: Sessions, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    openids = [f"o{n}" for n in range(20)]
    link(sessions, account, *openids)
    for openid in openids[:6]:
        leave(account, openid)
    said = "alert: the list of followers lacks 6 of 20 links and ended none"
    assert night(sessions, account, caplog) == (0, [said])
    assert len(linked(sessions)) == 20


def test_account_that_may_not_ask_is_not_alerted_about_each_night(
    sessions: Sessions, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    link(sessions, account, "oA")
    account.fault("errcode", path=FOLLOWERS, errcode=48001)
    assert night(sessions, account, caplog) == (0, [])
    assert "48001" in caplog.text


def test_nobody_linked_costs_no_call(sessions: Sessions, account: Account) -> None:
    account.follow(["oA"])
    assert sync_followers(sessions, NOON, gateway=gateway_of(account)) == 0
    assert account.ledger()["token_fetches"].get(account.appid, 0) == 0


def test_list_holds_no_connection_while_it_is_read(sessions: Sessions, account: Account) -> None:
    link(sessions, account, "oA")
    pool = sessions.kw["bind"].pool
    held: list[int] = []
    gateway = gateway_of(account, lambda: held.append(pool.checkedout()))
    sync_followers(sessions, NOON, gateway=gateway)
    assert held
    assert set(held) == {0}
