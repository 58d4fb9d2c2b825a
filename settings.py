"""What this installation is told: config.toml and the environment, read once, refused when wrong."""

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, IPvAnyNetwork, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

ROOT = Path(__file__).resolve().parent
CONFIG_FILE = ROOT / "config.toml"
ENV_FILE = ROOT / "var" / "env"
CLOCK = "ZONE_CLOCK"  # seconds by which this process runs ahead; never in production

STRICT = ConfigDict(extra="forbid", strict=True)
AppId = Annotated[str, StringConstraints(pattern=r"^wx[0-9a-z]{6,30}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=60)]
DatabaseUrl = Annotated[str, StringConstraints(pattern=r"^postgresql\+psycopg://.+/\w+")]
Words = Literal["title", "time", "place", "note"]


class BadSettings(Exception):
    """The start is refused; the message names the file or variable, the key and what is allowed."""


@dataclass(frozen=True, config=STRICT)
class Zone:
    """Who runs this installation, as the home page says it."""

    name: Text
    owner: Text
    filing_no: Annotated[str, StringConstraints(max_length=40)]
    complaint_phone: Text


@dataclass(frozen=True, config=STRICT)
class Template:
    """An approved template: its id, and which of our words goes into which of its fields."""

    id: Text
    fields: dict[Annotated[str, StringConstraints(pattern=r"^[a-z_]+[0-9]+$")], Words]


@dataclass(frozen=True, config=STRICT)
class SubscribeTemplate(Template):
    """A template for subscription messages: after each tap one message, or any number after the first."""

    kind: Literal["once", "long"]


@dataclass(frozen=True, config=STRICT)
class OfficialAccount:
    """The public account: what it is, and what it may therefore do."""

    appid: AppId
    original_id: Text
    kind: Literal["service", "subscription"]
    publishes: bool
    safe_mode: bool
    theme_day_template: Template


@dataclass(frozen=True, config=STRICT)
class MiniProgram:
    """The mini-program that members use."""

    appid: AppId
    original_id: Text
    gathering_page: Text
    public_articles: bool
    theme_day_template: SubscribeTemplate


@dataclass(frozen=True, config=STRICT)
class Web:
    """How many processes and threads answer, and behind which proxies.

    Each thread holds at most one database connection.
    """

    workers: Annotated[int, Field(ge=1, le=64)]
    threads: Annotated[int, Field(ge=1, le=32)]
    trusted_proxies: list[IPvAnyNetwork]


@dataclass(frozen=True, config=STRICT)
class Config:
    """The whole of config.toml."""

    mode: Literal["demonstration", "production"]
    zone: Zone
    official_account: OfficialAccount
    mini_program: MiniProgram
    web: Web
    verification_files: dict[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.(txt|html)$")],
        Annotated[str, StringConstraints(max_length=200)],
    ]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Environment:
    """Secrets and addresses; none of them is ever printed."""

    database_url: DatabaseUrl = field(repr=False)
    database_owner_url: DatabaseUrl = field(repr=False)
    redis_url: Annotated[str, StringConstraints(pattern=r"^(rediss?|unix)://")] = field(repr=False)
    public_base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/]+$")]
    secret_key: Annotated[str, StringConstraints(min_length=32)] = field(repr=False)
    field_key: Annotated[str, StringConstraints(pattern=r"^\w+:\w{32,}(,\w+:\w{32,})*$")] = field(repr=False)
    wechat_oa_secret: Annotated[str, StringConstraints(min_length=8)] = field(repr=False)
    wechat_oa_token: Annotated[str, StringConstraints(pattern=r"^\w{3,32}$")] = field(repr=False)
    wechat_oa_aes_key: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{43}(,[0-9A-Za-z]{43})?$")] = (
        field(repr=False)
    )
    wechat_mini_secret: Annotated[str, StringConstraints(min_length=8)] = field(repr=False)
    wechat_mini_token: Annotated[str, StringConstraints(pattern=r"^\w{3,32}$")] = field(repr=False)
    wechat_mini_aes_key: Annotated[
        str, StringConstraints(pattern=r"^[0-9A-Za-z]{43}(,[0-9A-Za-z]{43})?$")
    ] = field(repr=False)
    wechat_api_base: Annotated[str, StringConstraints(pattern=r"^https?://[^/]+$")]
    secret_key_old: Annotated[str, StringConstraints(min_length=32)] | None = field(default=None, repr=False)
    metrics_token: Annotated[str, StringConstraints(min_length=16)] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """Everything the process was told."""

    config: Config
    env: Environment


def environment() -> dict[str, str]:
    """Return the process's environment, completed by var/env, which `make run` writes."""
    lines = ENV_FILE.read_text("utf-8").splitlines() if ENV_FILE.exists() else []
    written = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return written | dict(os.environ)


def load(path: Path | None = None, env: Mapping[str, str] | None = None) -> Settings:
    """Read config.toml (or the file that ZONE_CONFIG names) and the environment.

    Raises BadSettings with a sentence for the operator.
    """
    path = path or Path(os.environ.get("ZONE_CONFIG") or CONFIG_FILE)
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadSettings(f"{path.name} 读不出来：{_unread(error)}") from error
    try:
        # As JSON: strict about types, and still taking tables for dataclasses.
        config = TypeAdapter(Config).validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        raise BadSettings(_sentences(path.name, error)) from error
    given = environment() if env is None else env
    names = Environment.__dataclass_fields__
    values = {name: given[name.upper()] for name in names if given.get(name.upper())}
    if "database_url" in values:
        values.setdefault("database_owner_url", values["database_url"])
    try:
        checked = TypeAdapter(Environment).validate_python(values)
    except ValidationError as error:
        raise BadSettings(_sentences("环境变量", error, upper=True)) from error
    settings = Settings(config, checked)
    if config.mode == "production":
        _refuse_in_production(settings)
    return settings


WRONG = {
    "missing": "没有填", "unexpected_keyword_argument": "不认识这一项", "literal_error": "不在允许的值里",
    "string_pattern_mismatch": "格式不对", "string_too_short": "太短", "string_too_long": "太长",
    "string_type": "应当是引号里的文字", "int_type": "应当是整数", "bool_type": "应当是 true 或 false",
    "greater_than_equal": "太小", "less_than_equal": "太大", "tuple_type": "应当是方括号里的几项",
    **dict.fromkeys(("dict_type", "dataclass_type"), "应当是几行“名字 = 值”"),
    "ip_any_network": "应当是地址或网段，例如 127.0.0.1、10.0.0.0/24",
}  # fmt: skip


# What is allowed, as pydantic calls it.
LIMITS = ("expected", "pattern", "min_length", "max_length", "ge", "le")


def _unread(error: Exception) -> str:
    """Say why a file is no TOML, and where."""
    if isinstance(error, OSError):
        return "没有这个文件，或者不能打开"
    place = re.search(r"line (\d+), column (\d+)", str(error))
    return f"第 {place[1]} 行第 {place[2]} 个字起写得不对" if place else "不完整，或者不是 UTF-8 文字"


def _sentences(where: str, error: ValidationError, *, upper: bool = False) -> str:
    """Name each wrong key and what is allowed; a secret's value is never repeated."""
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        key = ".".join(str(step) for step in item["loc"])
        context = item.get("ctx", {})
        allowed = next((context[name] for name in LIMITS if name in context), "")
        said = WRONG.get(item["type"], "格式不对")
        lines.append(
            f"{where} 的 {key.upper() if upper else key}：{said}{f'（{allowed}）' if allowed else ''}"
        )
    return "\n".join(lines)


SECRETS = (
    "secret_key", "secret_key_old", "field_key", "wechat_oa_secret", "wechat_oa_token", "wechat_oa_aes_key",
    "wechat_mini_secret", "wechat_mini_token", "wechat_mini_aes_key", "metrics_token",
)  # fmt: skip


def _refuse_in_production(settings: Settings) -> None:
    """Refuse plain http, no known proxy, and keys that are no secret. Rule: start safe or not at all."""
    env = settings.env
    if not settings.config.web.trusted_proxies:
        raise BadSettings("正式运行时 config.toml 的 web.trusted_proxies 要填反向代理的地址")
    for name in ("public_base_url", "wechat_api_base"):
        if not getattr(env, name).startswith("https://"):
            raise BadSettings(f"正式运行时 {name.upper()} 应当以 https:// 开头")
    for name in samples_of(env):
        raise BadSettings(f"正式运行时 {name} 不能用示例值")


def secrets_of(env: Environment) -> dict[str, tuple[str, ...]]:
    """Return the keys that are given, by variable.

    Every key of a list counts: an old one still opens what it once closed.
    """
    given = {name.upper(): getattr(env, name) for name in SECRETS}
    return {
        name: tuple(part.split(":")[-1] for part in text.split(",")) for name, text in given.items() if text
    }


def samples_of(env: Environment) -> tuple[str, ...]:
    """Return the variables in which some key is a sample, or no secret at all."""
    return tuple(name for name, keys in secrets_of(env).items() if any(_is_sample(key) for key in keys))


def _is_sample(key: str) -> bool:
    return len(set(key)) < 3 or any(word in key.lower() for word in ("demo", "secret", "change", "test"))


def simulator_accounts(settings: Settings) -> str:
    """Return the simulator's accounts file (TOML) for this installation's two apps; it holds the secrets."""
    config, env = settings.config, settings.env
    account, mini = config.official_account, config.mini_program
    template, subscribe = account.theme_day_template, mini.theme_day_template
    return f"""[[account]]
kind = "official"
appid = "{account.appid}"
original_id = "{account.original_id}"
secret = "{env.wechat_oa_secret}"
token = "{env.wechat_oa_token}"
aes_key = "{env.wechat_oa_aes_key.split(",")[0]}"
push_mode = "{"safe" if account.safe_mode else "plain"}"
push_format = "xml"
callback_url = "{env.public_base_url}/wechat/official-account"
publishes = {str(account.publishes).lower()}
templates = [{{ id = "{template.id}", title = "主题党日通知", keys = {list(template.fields)} }}]

[[account]]
kind = "mini_program"
appid = "{mini.appid}"
original_id = "{mini.original_id}"
secret = "{env.wechat_mini_secret}"
token = "{env.wechat_mini_token}"
aes_key = "{env.wechat_mini_aes_key.split(",")[0]}"
push_mode = "safe"
push_format = "json"
callback_url = "{env.public_base_url}/wechat/mini-program"

[[account.subscribe_templates]]
id = "{subscribe.id}"
title = "主题党日通知"
kind = "{subscribe.kind}"
keys = {list(subscribe.fields)}
"""


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """Return the clock: the real one, or outside production one that runs ahead (tests reach the 25th)."""
    try:
        ahead = timedelta(seconds=float(os.environ.get(CLOCK) or "0"))
    except (ValueError, OverflowError) as error:
        raise BadSettings(f"{CLOCK} 应当是秒数") from error
    if ahead and settings.config.mode == "production":
        raise BadSettings("正式运行时不能拨动时钟")
    return lambda: datetime.now(UTC) + ahead
