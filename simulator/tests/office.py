"""An account that sends to many, as its owner's program uses it, for the tests."""

import calendar
import time
import xml.etree.ElementTree as ET
from typing import Any

from simulator.tests.conftest import Callback, Caller
from simulator.tests.shelf import Shelf

MASS = 'WeChat, "Batch Sends"'
DAY = 86_400


class Office(Shelf):
    """The calls about mass sends, for an account with the followers o_one, o_two, o_three."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        rows = [{"openid": openid, "name": openid} for openid in ("o_one", "o_two", "o_three")]
        self.order("followers", followers=rows)

    def to_all(self, text: str = "各位党员", **more: Any) -> Any:
        """Send a text to all followers."""
        body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": text}}
        return self.post("message/mass/sendall", body | more)

    def to_some(self, *openids: str, text: str = "各位党员", **more: Any) -> Any:
        """Send a text to a list of people."""
        body = {"touser": list(openids), "msgtype": "text", "text": {"content": text}}
        return self.post("message/mass/send", body | more)

    def status(self, msg_id: int) -> Any:
        """Ask how a send stands."""
        return self.post("message/mass/get", {"msg_id": str(msg_id)})["msg_status"]

    def shown(self, openid: str = "o_one") -> list[str]:
        """List the texts on a phone."""
        phones = self.caller.sim.get("/_sim/wall", appid=self.caller.appid)["phones"]
        chat = next(phone["chat"] for phone in phones if phone["openid"] == openid)
        return [row["text"] for row in chat]

    def order_rows(self) -> Any:
        """List the account's mass sends."""
        return self.kept("mass")

    def order_count(self) -> int:
        """Count the account's mass sends."""
        return len(self.kept("mass"))

    def clock(self, seconds: float) -> None:
        """Move the clock, and draw the token anew."""
        self.caller.sim.post("/_sim/clock", {"offset_seconds": seconds})
        self.token = str(self.caller.token()["access_token"])


def events(callback: Callback) -> list[ET.Element]:
    """Read what was pushed."""
    return [ET.fromstring(body) for _, body in callback.received]


def counts(event: ET.Element) -> list[int]:
    """List the four counts of an event: total, filter, sent, error."""
    return [int(event.findtext(f"{name}Count", "-1")) for name in ("Total", "Filter", "Sent", "Error")]


def at_noon_of_month_start(office: Office) -> float:
    """Move the clock to noon in China on the first of a month; the offset in seconds."""
    today = time.gmtime(time.time() + 8 * 3600)
    year, month = (today.tm_year, today.tm_mon + 1) if today.tm_mon < 12 else (today.tm_year + 1, 1)
    offset = calendar.timegm((year, month, 1, 4, 0, 0)) - time.time()
    office.clock(offset)
    return offset
