"""What the doctor sees in a database: each fault is a real one, in a database of the test's own."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from handlers.doctor import database as looks
from handlers.doctor import machine
from handlers.doctor.finding import Finding, Subject
from models.migrate import downgrade
from models.notices.delivery import Channel, DeliveryState
from models.planned_run import plan
from models.tables import APPEND_ONLY
from tests.backup.conftest import empty as empty
from tests.backup.conftest import owned
from tests.conftest import APP, NOON, url
from tests.doctor.conftest import about, leader, prepare
from tests.factories import (
    a_binding,
    a_branch,
    a_delivery,
    a_gathering,
    a_member,
    a_notice,
    a_township,
    a_zone,
    an_account,
)
from tests.running import until


@pytest.fixture
def subject(installation: tuple[Subject, Any], database: str) -> Subject:
    """The well installation on a database of this test's own, without a leader."""
    prepare(database)
    return about(database, installation[0])


def of(what: str, subject: Subject) -> Finding:
    """Return what is found of one thing."""
    found = [
        *looks.look_into_database(subject),
        *looks.look_as_owner(subject),
        *machine.look_at_versions(subject),
    ]
    [finding] = [finding for finding in found if finding.what == what]
    return finding


def change(subject: Subject, *statements: str) -> None:
    with owned(make_url(subject.app_url).database or "") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def adding(subject: Subject, add: Callable[[Session], object]) -> None:
    engine = create_engine(subject.app_url, poolclass=NullPool)
    with Session(engine) as session, session.begin():
        add(session)


def test_database_of_before_the_newest_step_is_told_to_migrate(subject: Subject) -> None:
    assert of("结构", subject).is_well
    downgrade(subject.owner_url, "0022")
    finding = of("结构", subject)
    assert (finding.how.startswith("是 0022"), finding.fix) == (True, "先运行 python app.py migrate，再启动")


def test_empty_database_is_told_to_migrate_and_no_look_stumbles(installation: Any, empty: str) -> None:
    subject = about(empty, installation[0])
    found = [*looks.look_into_database(subject), *looks.look_as_owner(subject)]
    assert {finding.fix for finding in found if finding.what in ("结构", "消息队列", "升级用的角色")} == {
        "先运行 python app.py migrate，再查一次",
        "先运行 python app.py migrate",
    }
    assert len(found) == len(looks.LOOKS) + 1


def test_database_newer_than_the_program_is_not_told_to_migrate(subject: Subject) -> None:
    change(subject, "UPDATE alembic_version SET version_num = '9999'")
    finding = of("结构", subject)
    assert ("比程序新" in finding.how, "migrate" in finding.fix, finding.is_well) == (True, False, False)


def test_look_that_is_cut_off_stops_none_after_it(subject: Subject) -> None:
    """Somebody alters a table: the look at it does not come to an end."""
    # Control: taken for a database that is away, as every OperationalError, it ended all the others too.
    found: list[Finding] = []
    name = make_url(subject.app_url).database or ""
    cancel = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity"
    cancel += f" WHERE datname = '{name}' AND wait_event_type = 'Lock'"
    with owned(name) as altering, owned(name) as watching:
        altering.exec_driver_sql("BEGIN; LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE")
        looking = threading.Thread(target=lambda: found.extend(looks.look_into_database(subject)))
        looking.start()
        until(lambda: watching.exec_driver_sql(cancel).scalar_one())
        looking.join()
        altering.exec_driver_sql("ROLLBACK")
    ill = {finding.what: finding.how for finding in found if not finding.is_well}
    assert ill == {"消息队列": "查不了（QueryCanceled）", "jobs": "没有在运行，消息和定时任务都停着"}
    assert len(found) == len(looks.LOOKS)


def test_look_that_stumbles_over_itself_stops_none_after_it(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "size_of", lambda _: "large")
    found = list(looks.look_into_database(subject))
    assert (found[0].how, len(found)) == ("查不了（TypeError）", len(looks.LOOKS))


def test_old_server_and_old_python_are_named(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demand is raised, for there is no old one here."""
    assert (of("数据库", subject).is_well, of("Python", subject).is_well) == (True, True)
    monkeypatch.setattr(looks, "OLDEST_SERVER", 99)
    monkeypatch.setattr(machine, "OLDEST_PYTHON", (9, 0))
    assert (of("数据库", subject).fix[:2], of("Python", subject).fix[:2]) == ("太旧", "请换")


def test_app_that_runs_as_the_owner_is_told_so(subject: Subject) -> None:
    assert of("程序的角色", subject).is_well
    finding = of("程序的角色", replace(subject, app_url=f"{subject.owner_url}?application_name=x"))
    assert "就是表的主人" in finding.how


def test_owner_that_owns_nothing_is_told_so(subject: Subject) -> None:
    assert of("升级用的角色", subject).is_well
    finding = of("升级用的角色", replace(subject, owner_url=f"{subject.app_url}?application_name=x"))
    assert finding.how == "不是表的主人，升级不了"


@pytest.mark.parametrize(
    "how",
    [
        "GRANT UPDATE ON {table} TO {role}",
        "GRANT UPDATE (created_at) ON {table} TO {role}",
        "GRANT DELETE ON {table} TO {role}",
        "GRANT TRUNCATE ON {table} TO {role}",
        "ALTER TABLE {table} DISABLE TRIGGER USER",
        "ALTER TABLE {table} ENABLE REPLICA TRIGGER keep_rows",
    ],
)
def test_ledger_that_is_open_is_named(subject: Subject, how: str) -> None:
    role, table = f'"{make_url(url(APP, "x")).username}"', "point_entry"
    if "REPLICA" in how:
        with owned(make_url(subject.app_url).database or "") as connection:
            query = "SELECT min(tgname) FROM pg_trigger WHERE NOT tgisinternal"
            query += " AND tgrelid = 'point_entry'::regclass"
            how = how.replace("keep_rows", connection.exec_driver_sql(query).scalar_one())
    change(subject, how.format(table=table, role=role))
    assert of("程序的角色", subject).how == "流水没有守住：point_entry"


def test_every_ledger_is_looked_at(subject: Subject) -> None:
    names = sorted(table.__tablename__ for table in APPEND_ONLY)
    change(subject, *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in names))
    assert of("程序的角色", subject).how == f"流水没有守住：{'、'.join(names)}"


def test_message_that_waits_too_long_is_told(subject: Subject) -> None:
    def wait(session: Session) -> None:
        branch = a_branch(session, a_township(session, a_zone(session)))
        member = a_member(session, branch)
        binding = a_binding(session, member)
        notice = a_notice(session, a_gathering(session, branch), an_account(session))
        a_delivery(
            session, notice, member, DeliveryState.QUEUED,
            channel=Channel.TEMPLATE, binding_id=binding.id, not_before=NOON - timedelta(minutes=9),
        )  # fmt: skip

    assert of("消息队列", subject).how == "没有等着发的消息"
    adding(subject, wait)
    assert of("消息队列", subject).is_well
    later = replace(subject, parts=replace(subject.parts, clock=lambda: NOON + timedelta(minutes=3)))
    assert (of("消息队列", later).how, of("消息队列", later).is_well) == ("最久的等了 12 分钟", False)


def test_run_that_is_late_or_failed_is_named(subject: Subject) -> None:
    def run(kind: str, due_at: datetime, period: str) -> None:
        adding(subject, lambda session: plan(session, kind, period, due_at=due_at))

    run("remind", NOON - timedelta(minutes=2), "2026-11-25T14:48")
    assert of("定时任务", subject).is_well
    run("retain", NOON - timedelta(minutes=20), "2026-11-25T14:30")
    run("prompt", NOON + timedelta(minutes=4), "2026-11-25T14:00")
    assert of("定时任务", subject).how == "没有做成或晚了：prompt、retain"


def test_jobs_that_do_not_run_are_told(subject: Subject) -> None:
    assert "没有在运行" in of("jobs", subject).how
    with leader(make_url(subject.app_url).database or ""):
        assert of("jobs", subject).is_well


def test_leader_of_another_database_is_not_ours(subject: Subject, database: str, empty: str) -> None:
    with leader(empty):
        assert not of("jobs", subject).is_well


def test_year_without_holidays_is_named_and_the_next_from_november_on(subject: Subject) -> None:
    assert of("放假安排", subject).how == "2026、2027 年的已录入"
    change(subject, "DELETE FROM holiday_year WHERE year = 2027")
    assert of("放假安排", subject).how == "2027 年的没有录入"
    october = replace(
        subject, parts=replace(subject.parts, clock=lambda: datetime(2026, 10, 31, 15, tzinfo=UTC))
    )
    assert of("放假安排", october).is_well
    change(subject, "DELETE FROM holiday_year")
    assert of("放假安排", october).how == "2026 年的没有录入"


ACCOUNT = "INSERT INTO account (login, name, password_hash, demo, must_change, created_at)"


def test_demonstrations_account_is_told_in_production(subject: Subject) -> None:
    change(subject, f"{ACCOUNT} VALUES ('shuji.one', '何桂芳', 'x', true, true, now() - interval '1 year')")
    assert of("演示账号", subject).is_well
    installation = replace(subject.parts.installation, demonstration=False)
    production = replace(subject, parts=replace(subject.parts, installation=installation))
    assert of("演示账号", production).how == "正式运行的数据库里有 1 个"


def test_first_passwords_are_counted_after_a_week_and_nobody_is_named(subject: Subject) -> None:
    for number, (age, changed, ended) in enumerate(
        [(6, "true", "NULL"), (30, "false", "NULL"), (30, "true", "now()")]
    ):
        change(
            subject,
            f"{ACCOUNT[:-1]}, ended_at) VALUES ('login{number}', '何桂芳', 'x', false, {changed},"
            f" now() - interval '{age} days', {ended})",
        )
    assert of("初始密码", subject).is_well
    change(subject, f"{ACCOUNT} VALUES ('shuji.one', '何桂芳', 'x', false, true, now() - interval '8 days')")
    assert str(of("初始密码", subject)).startswith("要处理  初始密码：1 个账号一周没有换")
    assert "shuji" not in str(of("初始密码", subject))
