"""The demonstration: a whole zone of invented people and a year of their work; for an empty database only."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.clock import day_of
from models.demo.accounts import DemoLogin, bind_phones, demo_followers, demo_logins, open_accounts
from models.demo.coming import prepare_next
from models.demo.deeds import record_deeds
from models.demo.ledger import correct_rolls, keep_unrated, volunteer
from models.demo.letters import receive_letters
from models.demo.months import tell_the_year
from models.demo.people import settle_people
from models.demo.publicity import tell_the_public
from models.demo.quarter import rate_last_quarter
from models.demo.ratings import rate_last_year
from models.demo.records import keep_records
from models.demo.tree import choose_schemes, enter_holidays, plant_tree
from models.demo.waiting import leave_things_open
from models.keyring import Keyring
from models.notices.audience import Channels
from models.people.org import Org
from models.refused import Refused

__all__ = ["demo_followers", "demo_logins", "load_demo"]


def load_demo(
    session: Session,
    keyring: Keyring,
    *,
    password: str,
    channels: Channels,
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
    people = settle_people(session, keyring, orgs, today=today)
    accounts = open_accounts(session, orgs, people, password, today=today)
    issued_by = accounts["qlw-sj"].id
    bind_phones(session, keyring, people, channels=channels, issued_by=issued_by, now=now)
    told = tell_the_year(session, people, accounts, now=now)
    correct_rolls(session, told)
    volunteer(session, people, told, accounts)
    record_deeds(session, people, accounts, now=now)
    keep_unrated(session, people, told)
    rate_last_year(session, people, accounts, now=now)
    rate_last_quarter(session, people, accounts, now=now)
    keep_records(session, people, told, accounts, now=now)
    tell_the_public(session, orgs, told, accounts, now=now)
    receive_letters(session, accounts, now=now)
    leave_things_open(session, people, accounts, now=now)
    prepare_next(session, orgs, people, accounts, channels=channels, now=now)
    return demo_logins(session)
