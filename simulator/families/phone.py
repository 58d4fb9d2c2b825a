"""The phone number a person lets a mini-program have."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.state import State

CODE_LIFE = 300.0


@dataclass
class PhoneCode:
    """A code as the button getPhoneNumber hands it out: good once, for five minutes."""

    openid: str
    number: str
    country_code: int
    at: float
    used: bool = False


@dataclass
class PhoneCodes:
    """The codes of one mini-program."""

    codes: dict[str, PhoneCode] = field(default_factory=dict)


def make_phone_code(state: State, appid: str, openid: str, number: str, country_code: int) -> str:
    """Hand out a code as the button would on this person's phone; the number without its country."""
    code = secrets.token_hex(32)
    state.of(appid, PhoneCodes).codes[code] = PhoneCode(openid, number, country_code, state.now())
    return code


def getuserphonenumber(state: State, call: Call) -> dict[str, Any]:
    """Exchange a code for a number, once.

    Raises 40029 unknown, used or expired, 40013 for another mini-program's, 40003 where the openid that
    may come along is another person's. Source: WeChat, getPhoneNumber.
    """
    asked, account = call.json(), call.owner()
    key = str(asked.get("code"))
    code = state.of(account.appid, PhoneCodes).codes.get(key)
    if code is None:
        others = any(key in kept.codes for _, kept in state.all_of(PhoneCodes))
        raise Errcode(40013 if others else 40029)
    if code.used or call.now - code.at >= CODE_LIFE:
        raise Errcode(40029)
    if asked.get("openid") not in (None, "", code.openid):
        raise Errcode(40003)
    code.used = True
    info = {
        "phoneNumber": f"+{code.country_code}{code.number}",
        "purePhoneNumber": code.number,
        "countryCode": code.country_code,
        "watermark": {"timestamp": int(code.at), "appid": account.appid},
    }
    return OK | {"phone_info": info}


ENDPOINTS = [Endpoint("POST", "/wxa/business/getuserphonenumber", getuserphonenumber, kind="mini_program")]
