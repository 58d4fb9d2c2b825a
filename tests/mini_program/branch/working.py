"""Phones of people with posts: at work after the eight digits, and what the day needs beside them."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image
from sqlalchemy import select

from models.gatherings.gathering import Gathering
from models.gatherings.marks import set_marks, settle_rest
from models.gatherings.roll import Status
from models.points.posting import confirm_roll
from tests.handlers.mini_program.at_work import Phone as Asking
from tests.handlers.mini_program.at_work import digits_for
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.phone import Phone

DRAWN = "[...document.querySelectorAll('.mp-frame:not([hidden]) img')].some(one => one.naturalWidth)"
BRANCH = "work/day/day"
# Of the site's posts: account -> the member whose phone it is.
WHOSE = {"secretary": "周明远", "clerk": "林小满", "leader": "何桂芳", "neighbour": "冯小军"}


def at_work(zone: Zone, phone_of: PhoneOf, who: str = "secretary", **phone: Any) -> Phone:
    """Return somebody's phone on 支部工作, into which the console's digits were typed."""
    made = phone_of(WHOSE[who], **phone).open(BRANCH)
    type_digits(zone, made, who)
    made.see("结束支部工作")
    return made


def type_digits(zone: Zone, phone: Phone, who: str = "secretary") -> None:
    """Type what the console shows now."""
    phone.type("八位数字", digits_for(zone.site, who))
    phone.tap("开始办事")


def other_hand(zone: Zone, who: str) -> Asking:
    """Return another phone at work, which asks the API."""
    asking = zone.ask(WHOSE[who])
    answer = asking.ask("POST", "branch/session", {"code": digits_for(zone.site, who)})
    assert answer.status_code == 201
    return asking


def mark(zone: Zone, roll: int, who: str, status: Status, *names: str) -> None:
    """Let somebody mark these members at the console."""
    with zone.site.sessions.begin() as session:
        marks = dict.fromkeys((zone.site.members[name].id for name in names), status)
        set_marks(session, roll, marks, by=zone.site.staff[who].id, now=zone.site.now)


def close_the_month(zone: Zone, roll: int, now: datetime) -> None:
    """Confirm a roll at the console, everybody unclear."""
    by = zone.site.staff["secretary"].id
    with zone.site.sessions.begin() as session:
        settle_rest(session, roll, Status.UNCLEAR, by=by, now=now)
        confirm_roll(session, roll, by=by, now=now + timedelta(minutes=1))


def code_on(phone: Phone) -> str:
    """Photograph the phone from an arm's length away; return what the picture of the code says."""
    phone.page.wait_for_function(DRAWN)
    seen = Image.open(BytesIO(phone.page.screenshot()))
    (found,) = zxingcpp.read_barcodes(seen.resize((seen.width // 2, seen.height // 2)))
    return str(found.text)


def newest_gathering(zone: Zone) -> Gathering:
    """Return the gathering that was drafted last."""
    with zone.site.sessions() as session:
        query = select(Gathering).order_by(Gathering.id.desc()).limit(1)
        return session.scalars(query).one()
