"""WXBizMsgCrypt: the signatures and the cipher of WeChat's message push."""

import base64
import binascii
import hashlib
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # the padding's block, although AES's own is 16


class BadCipher(Exception):
    """A cipher text that WeChat could not read; the text says why."""


def sign(*parts: str) -> str:
    """Sign the parts in byte order with SHA-1, as hexadecimal digits.

    `signature` is over (token, timestamp, nonce), `msg_signature` over these and the cipher text.
    Source: WeChat, message push.
    """
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def encrypt(message: str, aes_key: str, appid: str, *, random16: bytes | None = None) -> str:
    """Encrypt a message for an appid to base64 text.

    random(16) + length (4 bytes, big-endian) + message + appid, padded to 32, AES-256-CBC with the
    key's first 16 bytes as iv. Source: WeChat, message push, encryption.
    """
    content = message.encode()
    plain = (random16 or secrets.token_hex(8).encode()) + len(content).to_bytes(4) + content + appid.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def decrypt(text: str, aes_key: str, appid: str) -> str:
    """Decrypt base64 text that was encrypted for this appid. Raises BadCipher with the reason."""
    try:
        raw = base64.b64decode(text, validate=True)
        decryptor = _cipher(aes_key).decryptor()
        padded = decryptor.update(raw) + decryptor.finalize()
    except (binascii.Error, ValueError) as error:
        raise BadCipher("not base64 of whole blocks") from error
    pad = padded[-1] if padded else 0
    if not 1 <= pad <= BLOCK:
        raise BadCipher("bad padding")
    plain = padded[:-pad]
    length = int.from_bytes(plain[16:20])
    if len(plain) < 20 + length:
        raise BadCipher("bad length")
    if plain[20 + length :] != appid.encode():
        raise BadCipher("appid differs")
    try:
        return plain[20 : 20 + length].decode()
    except UnicodeDecodeError as error:
        raise BadCipher("not UTF-8") from error


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
