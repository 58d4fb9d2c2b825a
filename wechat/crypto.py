"""WeChat's signatures and its AES envelope."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

# Wider than the AES block: the pad is 1 to 32 bytes long, and every one of them is checked.
_PAD = PKCS7(256)
_SALT = 16


class Undecipherable(Exception):
    """An envelope none of our keys opens, or one whose inside is no message."""


class ForeignEnvelope(Exception):
    """An envelope our key opens but which names another appid."""


def sign(*parts: str) -> str:
    """Return WeChat's signature over a token and what travels with it, in any order.

    Three parts (token, timestamp, nonce) make `signature`; the sealed text as the fourth makes
    `msg_signature`. Source: WeChat, "Message push".
    """
    text = "".join(sorted(parts)).encode("utf-8", "replace")
    return hashlib.sha1(text, usedforsecurity=False).hexdigest()  # WeChat's choice


def same(ours: str, theirs: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))


def read_key(encoding_aes_key: str) -> bytes:
    """Return the 32 bytes behind a console's 43-character EncodingAESKey. ValueError: not one."""
    key = base64.b64decode(encoding_aes_key + "=", validate=True)
    if len(encoding_aes_key) != 43 or len(key) != 32:
        raise ValueError("an EncodingAESKey has 43 letters and digits")
    return key


def new_salt() -> bytes:
    """Return the 16 unguessable printable bytes an envelope begins with."""
    return base64.b64encode(secrets.token_bytes(12))


def seal(message: str, key: bytes, appid: str, *, salt: bytes) -> str:
    """Encrypt a message to an app; `salt` is a `new_salt()`. Source: WeChat, "Message encryption"."""
    text = message.encode()
    plain = salt + len(text).to_bytes(4) + text + appid.encode()
    padder = _PAD.padder()
    padded = padder.update(plain) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def unseal(sealed: str, keys: Iterable[bytes], appid: str) -> tuple[str, bytes]:
    """Decrypt with the first key that fits; return the message and that key.

    After a change in the console WeChat may still use the previous key for a while: give both, the current
    one first. Undecipherable, ForeignEnvelope.
    """
    for key in keys:
        try:
            message, sealed_for = _open(sealed, key)
        except ValueError:
            continue
        if not hmac.compare_digest(sealed_for, appid.encode()):
            raise ForeignEnvelope
        return message, key
    raise Undecipherable


def _open(sealed: str, key: bytes) -> tuple[str, bytes]:
    """Return the message and the appid behind it. ValueError: anything is out of shape."""
    cipher = base64.b64decode(sealed, validate=True)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    padded = decryptor.update(cipher) + decryptor.finalize()
    unpadder = _PAD.unpadder()
    plain = unpadder.update(padded) + unpadder.finalize()
    end = _SALT + 4 + int.from_bytes(plain[_SALT : _SALT + 4])
    if len(plain) < _SALT + 4 or end > len(plain):
        raise ValueError("the length points outside")
    return plain[_SALT + 4 : end].decode(), plain[end:]
