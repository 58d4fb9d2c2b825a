"""The accounts the simulator plays: what WeChat's console would have on file for each."""

import base64
import hashlib
import ipaddress
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from urllib3.util import parse_url

from simulator.undocumented import Undocumented


class Template(BaseModel):
    """One template of an account; a key such as thing1 carries its value type in its letters.

    `enums` lists what a key of the type enum may say; `content` and `example` are what lists of templates
    show, made of the keys where they are left out.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    title: str
    keys: list[str] = Field(min_length=1)
    enums: dict[str, list[str]] = {}
    content: str = ""
    example: str = ""


class SubscribeTemplate(Template):
    """A template for subscription messages: once, one tap allows one message; long, one tap any number.

    A long_limited one is a long one with a limit of how many messages one person gets a day.
    """

    kind: Literal["once", "long", "long_limited"] = "once"
    most_a_day: int = Field(default=1, ge=1)  # of a long_limited one, to one person


class Account(BaseModel):
    """One official account or mini-program, secrets hidden from repr.

    An official account is of the `type` service (服务号) or subscription (公众号, once 订阅号); what it may
    call follows from that and from `verified`, see rights.py. Accounts of one `open_platform` know a person
    by one unionid. `ip_whitelist` holds the addresses and networks that may fetch tokens; empty: all may.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["official", "mini_program"]
    type: Literal["service", "subscription"] | None = None
    verified: bool = True
    appid: str = Field(min_length=1)
    secret: str = Field(min_length=1, repr=False)
    original_id: str = Field(pattern=r"^gh_\w+$")
    token: str = Field(pattern=r"^[A-Za-z0-9]{3,32}$", repr=False)
    aes_key: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{43}$", repr=False)
    push_mode: Literal["plain", "compatible", "safe"] = "plain"
    push_format: Literal["xml", "json"] = "xml"
    callback_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+")
    templates: list[Template] = []
    subscribe_templates: list[SubscribeTemplate] = []
    publishes: bool = True  # whether a verified account has the right to freepublish
    open_platform: str | None = Field(default=None, min_length=1)
    ip_whitelist: list[str] = []
    pages: list[str] | None = None  # of a mini-program's released version; None: any page is there
    linked: list[str] | None = None  # appids of mini-programs that messages may open; None: any
    undocumented: Undocumented = Undocumented()

    @model_validator(mode="after")
    def _push_must_be_possible(self) -> "Account":
        if self.push_mode != "plain" and self.aes_key is None:
            raise ValueError(f"push_mode {self.push_mode!r} needs an aes_key")
        if self.push_format == "json" and self.kind == "official":
            raise ValueError("an official account is pushed XML only")
        return self

    @model_validator(mode="after")
    def _type_must_fit(self) -> "Account":
        if self.kind == "official":
            self.type = self.type or "service"
        elif self.type is not None:
            raise ValueError("only an official account has a type")
        return self

    @field_validator("callback_url")
    @classmethod
    def _must_be_an_address(cls, url: str | None) -> str | None:
        if url is not None and not parse_url(url).host:
            raise ValueError("the address has no host")
        return url

    @field_validator("ip_whitelist")
    @classmethod
    def _must_be_addresses(cls, listed: list[str]) -> list[str]:
        for one in listed:
            ipaddress.ip_network(one, strict=False)
        return listed

    def lets_in(self, address: str) -> bool:
        """Say whether this address may fetch tokens."""
        if not self.ip_whitelist:
            return True
        caller = ipaddress.ip_address(address)
        return any(caller in ipaddress.ip_network(one, strict=False) for one in self.ip_whitelist)

    def opens(self, appid: object) -> bool:
        """Say whether messages and the menu may open this mini-program."""
        return isinstance(appid, str) and appid != "" and (self.linked is None or appid in self.linked)

    def has_page(self, path: str) -> bool:
        """Say whether a mini-program's released version has this page, told without / before it."""
        return self.pages is None or path in self.pages

    def unionid_of(self, person: str) -> str | None:
        """Name a person as all accounts of the open platform do, None for an account outside of any."""
        if self.open_platform is None:
            return None
        digest = hashlib.sha256(f"{self.open_platform}\n{person}".encode()).digest()
        return f"o{base64.urlsafe_b64encode(digest).decode()[:27]}"

    def template(self, template_id: object) -> Template | None:
        """Find a template by its id, None when the account has none such."""
        return next((one for one in self.templates if one.id == template_id), None)

    def subscribe_template(self, template_id: object) -> SubscribeTemplate | None:
        """Find a subscription message's template by its id, None when the account has none such."""
        return next((one for one in self.subscribe_templates if one.id == template_id), None)


class AccountsFile(BaseModel):
    """The accounts file: any number of [[account]] tables."""

    model_config = ConfigDict(extra="forbid")

    account: list[Account] = []


def read_accounts(path: Path) -> list[Account]:
    """Read the accounts of a TOML file. Raises OSError, TOMLDecodeError or ValidationError."""
    return AccountsFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).account
