"""Which kind of account may call which path; what it may not is answered 48001."""

import functools

from simulator.accounts import Account
from simulator.calls import Endpoint
from simulator.errcodes import Errcode

VERIFIED_SERVICE = frozenset({("service", True)})
VERIFIED = VERIFIED_SERVICE | {("subscription", True)}
VERIFIED_MINI_PROGRAM = frozenset({("mini_program", True)})
MINI_PROGRAM = VERIFIED_MINI_PROGRAM | {("mini_program", False)}

# A path, or a folder of paths, and who may call it; the longest entry counts. Where there is none, the
# endpoint's own kind of account may. Source: WeChat, 接口权限说明 and 适用范围 of each page.
RIGHTS = {
    "/cgi-bin/menu/": VERIFIED,
    "/cgi-bin/user/": VERIFIED,
    "/cgi-bin/tags/": VERIFIED,
    "/cgi-bin/freepublish/": VERIFIED,
    "/cgi-bin/message/mass/": VERIFIED,
    "/cgi-bin/message/mass/send": VERIFIED_SERVICE,
    "/cgi-bin/message/template/": VERIFIED_SERVICE,
    "/cgi-bin/template/": VERIFIED_SERVICE,
    "/cgi-bin/qrcode/": VERIFIED_SERVICE,
    "/cgi-bin/message/subscribe/bizsend": VERIFIED_SERVICE,
    "/cgi-bin/message/custom/": VERIFIED | MINI_PROGRAM,
    "/wxaapi/newtmpl/": VERIFIED_SERVICE | MINI_PROGRAM,
    "/wxa/business/": VERIFIED_MINI_PROGRAM,
}


def may_call(account: Account, endpoint: Endpoint) -> bool:
    """Say whether this account has the right to call this path."""
    if endpoint.kind not in (None, account.kind):
        return False
    who = _who_may(endpoint.path)
    return who is None or (account.type or account.kind, account.verified) in who


def check_right(account: Account | None, endpoint: Endpoint) -> None:
    """Refuse a call that this kind of account has no right to. Raises 48001.

    `account` is whose access_token came with the call, None where the path takes none.
    """
    if account is not None and not may_call(account, endpoint):
        raise Errcode(48001)


@functools.cache
def _who_may(path: str) -> frozenset[tuple[str, bool]] | None:
    entries = [entry for entry in RIGHTS if path == entry or (entry[-1] == "/" and path.startswith(entry))]
    return RIGHTS[max(entries, key=len)] if entries else None
