"""WeChat's own addresses, and its check of the callback."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from simulator.calls import Call, Endpoint
from simulator.errcodes import Errcode
from simulator.state import State

HERE = "127.0.0.1"
SEGMENT = "101.226.103.0/25"  # a list may hold networks too
OPERATORS = ("DEFAULT", "CHINANET", "UNICOM", "CAP")


def addresses(_state: State, _call: Call) -> dict[str, Any]:
    """List where the API is reached, and where pushes come from: this machine, and a network beside it.

    Source: WeChat, getApiDomainIp and getCallbackIp.
    """
    return {"ip_list": [HERE, SEGMENT]}


def check(_state: State, call: Call) -> dict[str, Any]:
    """Tell how the callback's host is found (dns) and reached (ping); nothing is really sent to it.

    Raises 40201 no callback, 40202 action, 40203 check_operator. Source: WeChat, callbackCheck.
    """
    asked, url = call.json(), call.owner().callback_url
    action, operator = asked.get("action"), asked.get("check_operator")
    if action not in ("all", "dns", "ping"):
        raise Errcode(40202)
    if operator not in OPERATORS:
        raise Errcode(40203)
    if url is None:
        raise Errcode(40201)
    ip, real = _address(urlsplit(url).hostname), "UNICOM" if operator == "DEFAULT" else operator
    found = [{"ip": ip, "real_operator": real}]
    reached = [{"ip": ip, "from_operator": real, "package_loss": "0%", "time": "23.079ms"}]
    answer = {"dns": found, "ping": reached}
    return answer if action == "all" else {action: answer[action]}


def _address(host: str | None) -> str:
    # No name is looked up: the simulator needs nothing but itself.
    try:
        return str(ipaddress.ip_address(host or ""))
    except ValueError:
        return HERE


ENDPOINTS = [
    Endpoint("GET", "/cgi-bin/get_api_domain_ip", addresses),
    Endpoint("GET", "/cgi-bin/getcallbackip", addresses),
    Endpoint("POST", "/cgi-bin/callback/check", check),
]
