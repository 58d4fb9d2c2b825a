"""A hall beside the phone: gatherings of the site, what the screen shows, and what people record by hand."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete

from models.gatherings.gathering import Gathering
from models.gatherings.hall_code import hall_digits, qr_token
from models.gatherings.marks import set_marks
from models.gatherings.roll import Status
from models.people.bind import end_bindings, issue_codes
from models.people.binding import Binding, PhoneSession
from tests.factories import KEYRING, THREE_O_CLOCK, a_binding, a_gathering, a_roll
from tests.handlers.console_site import MINI
from tests.mini_program.conftest import BASE, Zone

CHECK_IN = "pages/check-in/check-in"


def hold(
    zone: Zone, *names: str, org: str = "home", starts_at: datetime = THREE_O_CLOCK, **columns: Any
) -> tuple[int, int]:
    """Publish a gathering whose roll holds these members; return its id and the roll's."""
    with zone.site.sessions.begin() as session:
        members = [zone.site.members[name] for name in names]
        it = a_gathering(session, zone.site.orgs[org], starts_at=starts_at, **columns)
        return it.id, a_roll(session, it, zone.site.orgs[org], members).id


def token(zone: Zone, gathering_id: int) -> str:
    """Return what the screen's picture says now, without the address."""
    with zone.site.sessions() as session:
        salt = session.get_one(Gathering, gathering_id).hall_salt or b""
    return qr_token(KEYRING, gathering_id, salt, now=zone.site.now)


def picture(zone: Zone, gathering_id: int) -> str:
    """Return the address in the screen's picture now."""
    return f"{BASE}/c/{token(zone, gathering_id)}"


def digits(zone: Zone, gathering_id: int) -> str:
    """Return the six digits on the screen now."""
    with zone.site.sessions() as session:
        salt = session.get_one(Gathering, gathering_id).hall_salt or b""
    return hall_digits(KEYRING, gathering_id, salt, now=zone.site.now)


def mark(zone: Zone, roll_id: int, name: str, status: Status) -> None:
    """Let the secretary record somebody by hand."""
    with zone.site.sessions.begin() as session:
        marks = {zone.site.members[name].id: status}
        set_marks(session, roll_id, marks, by=zone.site.staff["secretary"].id, now=zone.site.now)


def slip(zone: Zone, name: str) -> str:
    """Print a bind code for a member; return its twelve digits."""
    with zone.site.sessions.begin() as session:
        member_id = zone.site.members[name].id
        by = zone.site.staff["secretary"].id
        return issue_codes(session, KEYRING, [member_id], by=by, now=zone.site.now)[member_id]


def hand_over(zone: Zone, giver: str, taker: str) -> None:
    """Let somebody else bind the WeChat user of `giver`."""
    openid = zone.openid(giver)
    with zone.site.sessions.begin() as session:
        end_bindings(session, Binding.openid == openid, now=zone.site.now)
        a_binding(session, zone.site.members[taker], MINI, openid, bound_at=zone.site.now)


def end_sessions(zone: Zone) -> None:
    """Let every phone's session be over, as after seven days."""
    with zone.site.sessions.begin() as session:
        session.execute(delete(PhoneSession))
