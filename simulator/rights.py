"""Which kind of account may call which path; what it may not is answered 48001."""

from simulator.accounts import Account
from simulator.calls import Endpoint
from simulator.errcodes import Errcode


def check_right(account: Account | None, endpoint: Endpoint) -> None:
    """Refuse a call that this kind of account has no right to. Raises 48001.

    `account` is whose access_token came with the call, None where the path takes none.
    """
    if endpoint.kind not in (None, account and account.kind):
        raise Errcode(48001)
