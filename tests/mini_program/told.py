"""What the API tells a phone, for comparing with its pages."""

from typing import Any

from tests.handlers.at_work import Phone as Asking
from tests.mini_program.conftest import Zone
from tests.mini_program.phone import Phone


def asking(zone: Zone, phone: Phone) -> Asking:
    """Return the phone's session, to ask the API with; the mini-program must be open."""
    return Asking(zone.site.app.test_client(), phone.storage()["session"]["token"])


def told(zone: Zone, phone: Phone, address: str) -> Any:
    """Return the API's answer to this phone."""
    return asking(zone, phone).get(address)
