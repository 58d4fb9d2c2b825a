"""The address in the chat group's text: it leads to the page that always says what holds now."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from models.keyring import Keyring

LENGTH = 16  # characters: four bytes of the gathering, eight that nobody guesses


def notice_token(keyring: Keyring, gathering_id: int) -> str:
    """Return what follows /n/ in the address of a gathering."""
    return urlsafe_b64encode(gathering_id.to_bytes(4, "big") + keyring.notice_seal(gathering_id)).decode()


def read_notice_token(keyring: Keyring, token: str) -> int | None:
    """Return the gathering that an address names; None for what this installation never wrote."""
    if len(token) != LENGTH or not token.isascii():
        return None
    try:
        gathering_id = int.from_bytes(urlsafe_b64decode(token)[:4], "big")
    except ValueError:
        return None
    # As it was written, to the letter: two signs of other alphabets read like ours.
    return gathering_id if hmac.compare_digest(token, notice_token(keyring, gathering_id)) else None
