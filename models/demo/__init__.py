"""The demonstration: one township, four branches, 120 invented people; for an empty database only."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.clock import day_of
from models.demo.accounts import DemoLogin, bind_phones, demo_followers, demo_logins, open_accounts
from models.demo.months import draft_next, hold_last_month
from models.demo.people import settle_people
from models.demo.tree import choose_schemes, enter_holidays, plant_tree
from models.keyring import Keyring
from models.people.org import Org
from models.refused import Refused

__all__ = ["demo_followers", "demo_logins", "load_demo"]


def load_demo(
    session: Session,
    keyring: Keyring,
    *,
    password: str,
    account_appid: str,
    mini_appid: str,
    now: datetime,
) -> list[DemoLogin]:
    """Fill an empty database; all log-ins share `password`. The same `now` gives the same rows.

    Returns the log-ins to print. Refused: not_empty.
    """
    if session.scalar(select(exists().where(Org.id.is_not(None)))):
        raise Refused("not_empty", "数据库里已经有组织，演示数据只装入空的数据库")
    today = day_of(now)
    orgs = plant_tree(session)
    enter_holidays(session)
    choose_schemes(session, orgs, now=now)
    members = settle_people(session, keyring, orgs, today=today)
    accounts = open_accounts(session, orgs, members, password, today=today)
    bind_phones(
        session,
        keyring,
        members,
        account_appid=account_appid,
        mini_appid=mini_appid,
        issued_by=accounts["qlw-sj"].id,
        now=now,
    )
    hold_last_month(session, orgs, accounts, account_appid=account_appid, now=now)
    draft_next(session, orgs, accounts, now=now)
    return demo_logins(session)
