"""The codes of a hall: QR token, six digits, ticket; derived from secret, gathering, time; never stored."""

import base64
import binascii
import hmac
import unicodedata
from datetime import UTC, datetime
from typing import NamedTuple

from models.keyring import Keyring, framed
from models.refused import Refused

QR_STEP = 30  # seconds
DIGITS_STEP = 120
TICKET_LIFE = 600
CLOCKS_APART = 5  # as much as /readyz lets pass
QR_AGES = range(-1, 3)  # steps: one ahead (the screen's clock), now, and two old ones
DIGITS_AGES = range(2)


class Token(NamedTuple):
    """A scanned QR token, read but not yet believed."""

    gathering_id: int
    step: int
    mac: bytes


class Ticket(NamedTuple):
    """Proof that a WeChat user showed a fresh token at `seen_at`, read but not yet believed."""

    gathering_id: int
    seen_at: datetime
    mac: bytes


def _text(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _packed(text: str, *, size: int, kind: int) -> bytes | None:
    """Undo `_text`; None unless it is exactly what `_text` would have written."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(packed) != size or packed[0] != kind or _text(packed) != text:
        return None
    return packed


def _hall_key(root: bytes, gathering_id: int, hall_salt: bytes) -> bytes:
    return hmac.digest(root, gathering_id.to_bytes(8, "big") + hall_salt, "sha256")


def _qr_mac(hall_key: bytes, gathering_id: int, step: int) -> bytes:
    message = b"qr" + gathering_id.to_bytes(4, "big") + step.to_bytes(4, "big")
    return hmac.digest(hall_key, message, "sha256")[:10]


def _digits(hall_key: bytes, step: int) -> str:
    number = int.from_bytes(hmac.digest(hall_key, b"digits" + step.to_bytes(4, "big"), "sha256")[:8], "big")
    return f"{number % 1_000_000:06d}"


def qr_token(keyring: Keyring, gathering_id: int, hall_salt: bytes, *, now: datetime) -> str:
    """Return the 26 characters that the hall's QR code shows now."""
    step = int(now.timestamp()) // QR_STEP
    mac = _qr_mac(_hall_key(next(iter(keyring.halls())), gathering_id, hall_salt), gathering_id, step)
    return _text(b"\x01" + gathering_id.to_bytes(4, "big") + step.to_bytes(4, "big") + mac)


def hall_digits(keyring: Keyring, gathering_id: int, hall_salt: bytes, *, now: datetime) -> str:
    """Return the six digits that the hall's screen shows now."""
    step = int(now.timestamp()) // DIGITS_STEP
    return _digits(_hall_key(next(iter(keyring.halls())), gathering_id, hall_salt), step)


def seconds_left(now: datetime) -> int:
    """Return how long the QR code shown now stays on the screen, 1 to 30 seconds."""
    return QR_STEP - int(now.timestamp()) % QR_STEP


def read_token(text: str) -> Token:
    """Take a QR token apart. Refused: code_invalid, also for base64 that is not canonical."""
    packed = _packed(text, size=19, kind=1)
    if packed is None:
        raise Refused("code_invalid", "请扫会场屏幕上的二维码")
    return Token(int.from_bytes(packed[1:5], "big"), int.from_bytes(packed[5:9], "big"), packed[9:])


def read_ticket(text: str) -> Ticket:
    """Take a ticket apart. Refused: code_invalid."""
    packed = _packed(text, size=25, kind=2)
    if packed is None:
        raise Refused("code_invalid", "请扫会场屏幕上的二维码")
    seen_at = datetime.fromtimestamp(int.from_bytes(packed[5:9], "big"), UTC)
    return Ticket(int.from_bytes(packed[1:5], "big"), seen_at, packed[9:])


def token_is_authentic(keyring: Keyring, token: Token, hall_salt: bytes) -> bool:
    """Return whether this installation made the token for this salt, however old it is."""
    return any(
        hmac.compare_digest(
            token.mac, _qr_mac(_hall_key(root, token.gathering_id, hall_salt), token.gathering_id, token.step)
        )
        for root in keyring.halls()
    )


def token_is_fresh(token: Token, *, now: datetime) -> bool:
    """Return whether the token was on the screen within the last minute and a half."""
    return int(now.timestamp()) // QR_STEP - token.step in QR_AGES


def digits_match(
    keyring: Keyring, digits: str, gathering_id: int, hall_salt: bytes, *, now: datetime
) -> bool:
    """Return whether these are the hall's digits now or one step ago."""
    step = int(now.timestamp()) // DIGITS_STEP
    # No short cut: every candidate is compared, whichever matches.
    matches = [
        hmac.compare_digest(
            digits.encode(), _digits(_hall_key(root, gathering_id, hall_salt), step - age).encode()
        )
        for root in keyring.halls()
        for age in DIGITS_AGES
    ]
    return any(matches)


def tidy_digits(text: str) -> str | None:
    """Return six plain digits from what a person typed (full width and spaces allowed), else None."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return plain if len(plain) == 6 and plain.isascii() and plain.isdigit() else None


def _ticket_mac(root: bytes, appid: str, openid: str, hall_salt: bytes, fields: bytes) -> bytes:
    message = framed(appid.encode(), openid.encode(), hall_salt) + fields
    return hmac.digest(root, message, "sha256")[:16]


def make_ticket(
    keyring: Keyring, *, gathering_id: int, hall_salt: bytes, appid: str, openid: str, seen_at: datetime
) -> str:
    """Return the ticket of one WeChat user for one gathering, good for ten minutes after `seen_at`."""
    fields = b"\x02" + gathering_id.to_bytes(4, "big") + int(seen_at.timestamp()).to_bytes(4, "big")
    return _text(fields + _ticket_mac(next(iter(keyring.tickets())), appid, openid, hall_salt, fields))


def ticket_is_authentic(
    keyring: Keyring, ticket: Ticket, hall_salt: bytes, *, appid: str, openid: str
) -> bool:
    """Return whether this ticket was made for this WeChat user, this gathering and this salt."""
    seen_at = int(ticket.seen_at.timestamp())
    fields = b"\x02" + ticket.gathering_id.to_bytes(4, "big") + seen_at.to_bytes(4, "big")
    return any(
        hmac.compare_digest(ticket.mac, _ticket_mac(root, appid, openid, hall_salt, fields))
        for root in keyring.tickets()
    )


def ticket_is_fresh(ticket: Ticket, *, now: datetime) -> bool:
    """Return whether the ticket's ten minutes still run; another machine's clock may be a little ahead."""
    return -CLOCKS_APART <= (now - ticket.seen_at).total_seconds() <= TICKET_LIFE
