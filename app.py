"""Build everything from the settings, and the command line: the one file that knows every room."""

import gc

gc.disable()  # what the imports make is no garbage, and looking for some takes half of every start
import logging.config
import os
import sys
from datetime import UTC, datetime
from functools import cache, partial

import click
from granian import Granian
from granian.constants import Interfaces
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

import settings as told
from handlers.command_line import commands, sentence_of
from handlers.desk import Desk
from handlers.doctor.finding import Subject
from handlers.edge import App, Installation, Parts
from handlers.limits import Counter
from handlers.log import log_config
from handlers.web import create_app
from jobs.deliver import Outlets
from jobs.followers import sync_followers
from jobs.leader import LOCK
from jobs.publish import publish_articles
from jobs.run import CONNECTIONS as JOB_CONNECTIONS
from jobs.run import run as run_jobs
from jobs.schedule import schedule
from jobs.subscribe import subscribe_sender
from jobs.template import template_sender
from models.base import Sessions, connect, sessions_of
from models.keyring import Keyring
from models.notices.audience import Channels
from models.notices.delivery import Channel
from models.people.account import Account
from models.refused import Refused
from wechat.breaker import Breaker
from wechat.callback import Callback
from wechat.gateway import App as WechatApp
from wechat.gateway import Gateway
from wechat.log_in import log_in

gc.freeze()
gc.enable()
# Seconds that the web waits for one statement. A phone gives up after eight (miniprogram/request.js): from
# then on a thread would only be kept from the others. Ratings and imports take longer as a whole, but in many
# short statements; what jobs and commands do may take thirty.
PATIENCE = 8


def keyring_of(settings: told.Settings) -> Keyring:
    """Return the keys of this installation."""
    env = settings.env
    return Keyring.read(env.secret_key, env.secret_key_old, env.field_key)


def redis_of(settings: told.Settings) -> Redis:
    """Return a client that gives up quickly: what Redis holds may be lost."""
    retry = Retry(NoBackoff(), 1)
    return Redis.from_url(settings.env.redis_url, socket_connect_timeout=1, socket_timeout=2, retry=retry)


@cache
def breaker_of(_base_url: str) -> Breaker:
    """Return the breaker of one host, for every gateway of this process."""
    return Breaker()


def gateway_of(settings: told.Settings, app: WechatApp, *, timeout: tuple[float, float]) -> Gateway:
    """Return the gateway of one WeChat app; `timeout` is (connect, read) in seconds."""
    url = settings.env.wechat_api_base
    return Gateway(app, base_url=url, redis=redis_of(settings), timeout=timeout, breaker=breaker_of(url))


def parts_of(settings: told.Settings, sessions: Sessions) -> Parts:
    """Return what the handlers get: values and doors, not the settings."""
    config, env = settings.config, settings.env
    account, mini = config.official_account, config.mini_program
    # A log-in holds a thread of the web: a WeChat that hangs must not stop the check-ins beside it.
    mini_gateway = gateway_of(settings, WechatApp(mini.appid, env.wechat_mini_secret), timeout=(2, 3))
    return Parts(
        sessions=sessions,
        keyring=keyring_of(settings),
        redis=redis_of(settings),
        clock=told.clock_of(settings),
        log_in=lambda code: log_in(mini_gateway, code),
        account_callback=Callback(
            account.appid, env.wechat_oa_token, tuple(env.wechat_oa_aes_key.split(",")), account.safe_mode,
            account.original_id,
        ),
        mini_callback=Callback(
            mini.appid, env.wechat_mini_token, tuple(env.wechat_mini_aes_key.split(",")), True,
            mini.original_id,
        ),
        installation=installation_of(settings),
        counter=Counter(redis_of(settings)),
        trusted_proxies=tuple(config.web.trusted_proxies),
        metrics_token=env.metrics_token,
    )  # fmt: skip


def installation_of(settings: told.Settings) -> Installation:
    """Return what the pages say about who runs this."""
    config = settings.config
    account, mini = config.official_account, config.mini_program
    return Installation(
        zone_name=config.zone.name,
        owner=config.zone.owner,
        filing_no=config.zone.filing_no,
        complaint_phone=config.zone.complaint_phone,
        base_url=settings.env.public_base_url,
        demonstration=config.mode == "demonstration",
        mini_appid=mini.appid,
        account_appid=account.appid,
        channels=channels_of(settings),
        publishes=account.publishes,
        public_articles=mini.public_articles,
        verification_files=dict(config.verification_files),
    )


def channels_of(settings: told.Settings) -> Channels:
    """Return what messages may go out by: a verified service account may send template messages."""
    account, mini = settings.config.official_account, settings.config.mini_program
    return Channels(
        account_appid=account.appid if account.kind == "service" else None,
        mini_appid=mini.appid,
        template_id=mini.theme_day_template.id,
        lasting=mini.theme_day_template.kind == "long",
    )


def make_web() -> App:
    """Return the application of one worker process, from config.toml and the environment."""
    settings = told.load()
    threads = settings.config.web.threads
    engine = connect(settings.env.database_url, pool_size=threads, statement_seconds=PATIENCE)
    web = create_app(parts_of(settings, sessions_of(engine)))
    # What is loaded by now stays: else each full collection walks all of it, and some reply waits for that.
    gc.collect()
    gc.freeze()
    return web


def sessions_for(settings: told.Settings, pool_size: int = 2) -> Sessions:
    """Return the session factory of a command or of the jobs process."""
    return sessions_of(connect(settings.env.database_url, pool_size=pool_size))


def outlets_of(settings: told.Settings) -> Outlets:
    """Return what sends one message: by the account's template, and by the mini-program's subscription."""
    account, mini, env = settings.config.official_account, settings.config.mini_program, settings.env
    template = template_sender(
        account_of(settings),
        account.theme_day_template.id,
        account.theme_day_template.fields,
        url=f"{env.public_base_url}/",
        mini=(mini.appid, mini.gathering_page),
    )
    subscribe = subscribe_sender(
        gateway_of(settings, WechatApp(mini.appid, env.wechat_mini_secret), timeout=(3, 10)),
        mini.theme_day_template.id,
        mini.theme_day_template.fields,
        page=mini.gathering_page,
    )
    senders = {Channel.TEMPLATE: template, Channel.SUBSCRIBE: subscribe}
    return Outlets(channels_of(settings), senders, breaker_of(env.wechat_api_base))


def account_of(settings: told.Settings) -> Gateway:
    """Return the gateway of the official account for what is no hurry."""
    account = WechatApp(settings.config.official_account.appid, settings.env.wechat_oa_secret)
    return gateway_of(settings, account, timeout=(3, 10))


def set_clock(_context: click.Context, _option: click.Parameter, value: str | None) -> None:
    """Let this process and its workers run ahead by seconds, or from a moment; refused in production."""
    if value is None:
        return
    try:
        ahead = float(value)
    except ValueError:
        ahead = (datetime.fromisoformat(value) - datetime.now(UTC)).total_seconds()
    os.environ[told.CLOCK] = str(ahead)
    told.clock_of(told.load())


clock = click.option(
    "--clock",
    callback=set_clock,
    expose_value=False,
    help="演示和测试用：提前的秒数，或 2026-11-25T14:50+08:00",
)


@commands.command(help="启动网站。")
@click.option("--port", default=8000, show_default=True, help="端口")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听的地址")
@clock
def serve(port: int, host: str) -> None:
    """Serve the web application with granian; every worker builds its own."""
    settings = told.load()
    if settings.config.mode == "production":
        with sessions_for(settings)() as session:
            if session.scalar(select(Account.id).where(Account.demo).limit(1)) is not None:
                raise told.BadSettings("数据库里有演示账号，正式运行前请换一个空的数据库")
    Granian(
        "app:make_web",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.config.web.workers,
        blocking_threads=settings.config.web.threads,
        # Else granian ends with the first worker that the system kills; one that cannot start ends it still.
        respawn_failed_workers=True,
        log_access=False,
        log_dictconfig=log_config("web"),
        websockets=False,
    ).serve()


@commands.command(help="启动定时任务和消息发送。")
@clock
def jobs() -> None:
    """Run the schedule (one leader) and the sending (shared)."""
    logging.config.dictConfig(log_config("jobs"))
    settings = told.load()
    outlets, account = outlets_of(settings), account_of(settings)
    publish = partial(publish_articles, gateway=account, base_url=settings.env.public_base_url)
    lines = schedule(outlets.channels, publish, partial(sync_followers, gateway=account))
    sessions, clock = sessions_for(settings, JOB_CONNECTIONS), told.clock_of(settings)
    sys.exit(run_jobs(sessions, settings.env.database_url, outlets, lines, clock))


@commands.command("simulator-accounts", hidden=True)
def simulator_accounts() -> None:
    """Print the simulator's accounts file for this installation."""
    click.echo(told.simulator_accounts(told.load()))


def subject_of(settings: told.Settings) -> Subject:
    """Return what `doctor` looks at."""
    config, env, waits = settings.config, settings.env, (3.0, 5.0)
    account = WechatApp(config.official_account.appid, env.wechat_oa_secret)
    mini = WechatApp(config.mini_program.appid, env.wechat_mini_secret)
    return Subject(
        parts=parts_of(settings, sessions_for(settings)),
        app_url=env.database_url,
        owner_url=env.database_owner_url,
        secrets=told.secrets_of(env),
        samples=told.samples_of(env),
        env_file=told.ENV_FILE,
        wechat_url=env.wechat_api_base,
        account=Gateway(account, base_url=env.wechat_api_base, redis=None, timeout=waits),
        mini=Gateway(mini, base_url=env.wechat_api_base, redis=None, timeout=waits),
        leader_lock=LOCK,
    )


def open_desk() -> Desk:
    """Return what the operator's commands get."""
    settings = told.load()
    return Desk(
        sessions=sessions_for(settings),
        keyring=keyring_of(settings),
        clock=told.clock_of(settings),
        channels=channels_of(settings),
        production=settings.config.mode == "production",
        demo_password=told.environment().get("DEMO_PASSWORD", ""),
        app_url=settings.env.database_url,
        owner_url=settings.env.database_owner_url,
        account=partial(account_of, settings),
        subject=partial(subject_of, settings),
    )


def main() -> None:
    """Run a command; what goes wrong is one Chinese sentence on stderr, never a traceback."""
    try:
        commands.main(standalone_mode=False, obj=open_desk)
    except click.UsageError as error:
        click.echo(f"命令写得不对：{error.format_message()}", err=True)
        sys.exit(2)
    except click.Abort:  # Ctrl-C
        sys.exit(130)
    except (click.ClickException, told.BadSettings, Refused, DBAPIError) as error:
        click.echo(sentence_of(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
