"""Keys derived from the installation's secrets, and what they seal: phone numbers, openids, codes."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@lru_cache(maxsize=64)
def derive(secret: bytes, label: str) -> bytes:
    """Return a 32-byte key for one purpose (HKDF-SHA256 with `label` as info)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label.encode()).derive(secret)


def framed(*parts: bytes) -> bytes:
    """Join variable parts length-prefixed (u32), so that no two lists of parts read the same."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@dataclass(frozen=True)
class Keyring:
    """The keys of one installation.

    `short_lived` are SECRET_KEY and SECRET_KEY_OLD (codes on the wall, tickets), newest first;
    `lasting` is FIELD_KEY as {id: key}, newest first: what must outlive a change of SECRET_KEY.
    """

    short_lived: tuple[bytes, ...] = field(repr=False)
    lasting: dict[str, bytes] = field(repr=False)

    @classmethod
    def read(cls, secret_key: str, secret_key_old: str | None, field_key: str) -> Self:
        """Read the keys as the environment gives them; `field_key` is `id:key[,id:key]`, newest first."""
        short_lived = [secret_key, secret_key_old] if secret_key_old else [secret_key]
        lasting = dict(part.split(":", 1) for part in field_key.split(","))
        return cls(
            tuple(key.encode() for key in short_lived),
            {name: key.encode() for name, key in lasting.items()},
        )

    def halls(self) -> Iterable[bytes]:
        """Yield the keys of the hall code, the current one first."""
        return (derive(secret, "hall-v1") for secret in self.short_lived)

    def tickets(self) -> Iterable[bytes]:
        """Yield the keys of the ticket, the current one first."""
        return (derive(secret, "ticket-v1") for secret in self.short_lived)

    def _lasting(self, label: str) -> bytes:
        # The oldest key: hashes stored once must be found again after a new key was put in front.
        return derive(list(self.lasting.values())[-1], label)

    def openid_hash(self, appid: str, openid: str) -> bytes:
        """Return the keyed hash under which a WeChat user is remembered after the openid is erased."""
        return hmac.digest(self._lasting("openid-v1"), framed(appid.encode(), openid.encode()), "sha256")

    def phone_hash(self, phone: str) -> bytes:
        """Return the keyed hash by which a phone number is looked up; families share phones."""
        return hmac.digest(self._lasting("phone-v1"), phone.encode(), "sha256")

    def code_hash(self, digits: str) -> bytes:
        """Return the keyed hash under which a bind code is stored."""
        return hmac.digest(self._lasting("bind-code-v1"), digits.encode(), "sha256")

    def link_hash(self, kind: str, digits: str) -> bytes:
        """Return the keyed hash under which eight digits of one kind are stored for their five minutes."""
        message = framed(kind.encode(), digits.encode())
        return hmac.digest(self._lasting("link-code-v1"), message, "sha256")

    def notice_seal(self, gathering_id: int) -> bytes:
        """Return the eight bytes that make a gathering's public address unguessable."""
        return hmac.digest(self._lasting("notice-v1"), gathering_id.to_bytes(8, "big"), "sha256")[:8]

    def proofs(self) -> list[tuple[str, str]]:
        """Return each field key's name and what shows that one has it, newest first.

        No key follows from it.
        """
        return [
            (name, hmac.digest(derive(key, "proof-v1"), name.encode(), "sha256").hex())
            for name, key in self.lasting.items()
        ]

    def seal(self, text: str) -> bytes:
        """Encrypt a phone number; the box names its key."""
        key_id, key = next(iter(self.lasting.items()))
        nonce = secrets.token_bytes(12)
        name = key_id.encode()
        box = AESGCM(derive(key, "field-v1")).encrypt(nonce, text.encode(), name)
        return bytes([len(name)]) + name + nonce + box

    def unseal(self, box: bytes) -> str:
        """Decrypt a box; raise ValueError when its key is not on the ring or it was tampered with."""
        name, rest = box[1 : 1 + box[0]], box[1 + box[0] :]
        key = self.lasting.get(name.decode(errors="replace"))
        if key is None:
            raise ValueError("no such field key")
        try:
            return AESGCM(derive(key, "field-v1")).decrypt(rest[:12], rest[12:], name).decode()
        except InvalidTag as error:
            raise ValueError("the box was changed") from error


def token_hash(token: str) -> bytes:
    """Return what is stored of a session token: a plain SHA-256, for the token itself is random."""
    return sha256(token.encode()).digest()
