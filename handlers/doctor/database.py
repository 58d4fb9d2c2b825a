"""What the doctor sees in the database; where one look fails the next still goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from handlers.doctor.finding import Finding, Subject
from models.clock import day_of
from models.migrate import is_known, newest
from models.notices.waiting import oldest_due_seconds
from models.standing import (
    demo_accounts,
    first_passwords,
    is_locked,
    open_ledgers,
    owns_tables,
    revision_of,
    runs_not_done,
    size_of,
    years_unknown,
)

OLDEST_SERVER = 15
LONGEST_WAIT = 600.0  # seconds that a message may stay in the queue
FARTHEST = 5.0  # seconds between two clocks
GRACE = timedelta(days=7)  # in which a new account is first logged in to


def look_into_database(subject: Subject) -> Iterator[Finding]:
    """Look as the app's role."""
    try:
        with _connected(subject.app_url) as connection:
            for what, look in LOOKS:
                yield from _looked(what, look, connection, subject)
    except OperationalError:
        yield Finding("数据库", "连不上", "看数据库在不在，DATABASE_URL 对不对")


def look_as_owner(subject: Subject) -> Iterator[Finding]:
    """Look whether the other role really owns the tables."""
    what = "升级用的角色"
    if subject.owner_url == subject.app_url:
        return  # said already: the app's role owns the tables
    try:
        with _connected(subject.owner_url) as connection:
            if owns_tables(connection):
                yield Finding(what, "是表的主人")
            else:
                yield Finding(what, "不是表的主人，升级不了", "DATABASE_OWNER_URL 填建表的那个角色")
    except OperationalError:
        yield Finding(what, "连不上", "看 DATABASE_OWNER_URL 对不对")
    except SQLAlchemyError:
        yield Finding(what, "没有表", "先运行 python app.py migrate")


def _looked(
    what: str, look: Callable[[Connection, Subject], Finding], connection: Connection, subject: Subject
) -> Iterator[Finding]:
    try:
        yield look(connection, subject)
    except ProgrammingError:
        yield Finding(what, "查不了，多半是结构不对", "先运行 python app.py migrate，再查一次")
    except Exception as failure:  # also what is our own mistake: the looks after it still go on
        if connection.invalidated:
            raise
        kind = type(getattr(failure, "orig", None) or failure).__name__
        yield Finding(what, f"查不了（{kind}）", "过一会儿再查一次；还是这样，把这一行交给开发的人")


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    # Each statement by itself: one that fails spoils none of the others.
    engine = create_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "options": "-c statement_timeout=8s -c timezone=UTC"},
    )
    with engine.connect() as connection:
        yield connection


def _server(connection: Connection, _subject: Subject) -> Finding:
    number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    version, size = f"PostgreSQL {number // 10_000}.{number % 10_000}", size_of(connection) / 1024**2
    if number < OLDEST_SERVER * 10_000:
        return Finding("数据库", version, f"太旧，请换成 {OLDEST_SERVER} 或更新的")
    return Finding("数据库", f"{version}，占 {size:.0f} MB")


def _shape(connection: Connection, _subject: Subject) -> Finding:
    found = revision_of(connection)
    if not is_known(found):
        how = f"是 {found}，比程序新"
        return Finding("结构", how, "换上新版本的程序；要用旧的，照“部署”的“退回”先退结构")
    if found != newest():
        return Finding("结构", f"是 {found}，程序要 {newest()}", "先运行 python app.py migrate，再启动")
    return Finding("结构", f"最新（{found}）")


def _role(connection: Connection, _subject: Subject) -> Finding:
    what = "程序的角色"
    fix = "给程序另建一个普通角色，写进 DATABASE_URL，再运行 python app.py migrate"
    if owns_tables(connection):
        return Finding(what, "就是表的主人或超级用户，流水少一层保护", fix)
    if ledgers := open_ledgers(connection):
        told = "、".join(ledgers)
        return Finding(
            what, f"流水没有守住：{told}", "以表的主人打开这些表的触发器，再运行 python app.py migrate"
        )
    return Finding(what, "改不了流水，停不了触发器")


def _clock(connection: Connection, subject: Subject) -> Finding:
    found = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return apart("数据库的时钟", (subject.now() - found).total_seconds())


def apart(what: str, seconds: float) -> Finding:
    """Say how far a clock is from ours."""
    how = f"和本机相差 {abs(seconds):.1f} 秒"
    return Finding(what, how, "" if abs(seconds) <= FARTHEST else "两台机器都要自动对时（chrony 或 ntpd）")


def _queue(connection: Connection, subject: Subject) -> Finding:
    waited = oldest_due_seconds(connection, now=subject.parts.clock()) or 0.0
    how = f"最久的等了 {waited / 60:.0f} 分钟" if waited else "没有等着发的消息"
    return Finding("消息队列", how, "" if waited <= LONGEST_WAIT else "看 jobs 在不在，微信接口通不通")


def _runs(connection: Connection, subject: Subject) -> Finding:
    late = "、".join(runs_not_done(connection, subject.parts.clock()))
    if late:
        return Finding("定时任务", f"没有做成或晚了：{late}", "看 jobs 在不在，再看它的日志")
    return Finding("定时任务", "没有误的")


def _leader(connection: Connection, subject: Subject) -> Finding:
    if is_locked(connection, subject.leader_lock):
        return Finding("jobs", "有一个在领头")
    return Finding("jobs", "没有在运行，消息和定时任务都停着", "启动 python app.py jobs，由系统看着")


def _holidays(connection: Connection, subject: Subject) -> Finding:
    today = day_of(subject.parts.clock())
    years = [today.year, today.year + 1] if today.month >= 11 else [today.year]
    unknown = "、".join(map(str, years_unknown(connection, years)))
    if unknown:
        return Finding("放假安排", f"{unknown} 年的没有录入", "公布以后用 import-workdays 导入")
    return Finding("放假安排", "、".join(map(str, years)) + " 年的已录入")


def _demo(connection: Connection, subject: Subject) -> Finding:
    count = demo_accounts(connection)
    if count and not subject.parts.installation.demonstration:
        return Finding("演示账号", f"正式运行的数据库里有 {count} 个", "换一个空的数据库")
    return Finding("演示账号", f"{count} 个" if count else "没有")


def _passwords(connection: Connection, subject: Subject) -> Finding:
    count = first_passwords(connection, subject.now() - GRACE)
    if count:
        return Finding(
            "初始密码", f"{count} 个账号一周没有换", "请本人登录更换；不用的账号，到“账号与岗位”停用"
        )
    return Finding("初始密码", "没有过一周还不换的")


LOOKS: tuple[tuple[str, Callable[[Connection, Subject], Finding]], ...] = (
    ("数据库", _server),
    ("结构", _shape),
    ("程序的角色", _role),
    ("数据库的时钟", _clock),
    ("消息队列", _queue),
    ("定时任务", _runs),
    ("jobs", _leader),
    ("放假安排", _holidays),
    ("演示账号", _demo),
    ("初始密码", _passwords),
)
