"""`backup DIR`: what is kept, that it is of one moment, and that nothing half done is left."""

import hashlib
import json
import os
import re
import resource
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from models.contents import contents_of
from models.contents import owned as long_read
from models.migrate import newest
from models.tables import APPEND_ONLY, TABLES
from tests.backup.conftest import at_desk, owned
from tests.conftest import APP, OWNER, url
from tests.factories import KEYRING
from tests.running import Running, until

pytestmark = pytest.mark.processes


def manifest_of(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def test_folder_is_dated_and_only_its_owner_reads_it(made: tuple[Path, str]) -> None:
    folder, _ = made
    assert folder.name == "20261125-145000"
    files = [folder.parent, folder, *sorted(folder.iterdir())]
    assert [(file.name, oct(stat.S_IMODE(file.stat().st_mode))) for file in files] == [
        ("backups", "0o700"),
        ("20261125-145000", "0o700"),
        ("manifest.json", "0o600"),
        ("zone.dump", "0o600"),
    ]


def test_manifest_says_what_the_dump_holds(made: tuple[Path, str], original: str) -> None:
    folder, _ = made
    dump, told = (folder / "zone.dump").read_bytes(), manifest_of(folder)
    assert told["dump_bytes"] == len(dump)
    assert told["dump_sha256"] == hashlib.sha256(dump).hexdigest()
    assert told["at"] == "2026-11-25T06:50:00Z"
    with owned(original) as connection:
        rows = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in TABLES}
        server = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    held = told["contents"]
    assert isinstance(held, dict)
    assert held["rows"] == {**rows, "alembic_version": 1}
    assert held["revision"] == newest()
    assert set(held["ledgers"]) == {table.__tablename__ for table in APPEND_ONLY}
    assert told["postgresql"] == int(server) // 10_000


def test_hash_of_a_ledger_tells_every_changed_value(database: str) -> None:
    def hash_of_audit() -> str:
        with long_read(url(OWNER, database)) as connection:
            return contents_of(connection).ledgers["audit"]

    with owned(database) as connection:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER ALL")
        connection.exec_driver_sql("INSERT INTO audit (via, verb, subject) VALUES ('cli', 'a', 's')")
        first = hash_of_audit()
        assert hash_of_audit() == first
        connection.exec_driver_sql("UPDATE audit SET verb = 'b'")
        second = hash_of_audit()
        connection.exec_driver_sql("UPDATE audit SET verb = 'a'")
        assert (first != second, hash_of_audit() == first) == (True, True)


def test_keys_are_in_neither_file_and_are_said_to_be_kept_apart(made: tuple[Path, str]) -> None:
    folder, said = made
    assert "FIELD_KEY 和 SECRET_KEY 要另外存好" in said
    written = b"".join(file.read_bytes() for file in folder.iterdir())
    for key in [*KEYRING.lasting.values(), *KEYRING.short_lived]:
        assert key not in written
        assert key.hex().encode() not in written
        assert key.decode() not in said


def test_backup_is_of_one_moment_while_others_write(database: str, tmp_path: Path, empty: str) -> None:
    stopping, pairs = threading.Event(), 0

    def write() -> None:
        nonlocal pairs
        with owned(database) as connection:
            while not stopping.is_set():
                # One statement, so one transaction: whoever sees one row of the pair sees the other.
                connection.exec_driver_sql(
                    "WITH a AS (INSERT INTO audit (via, verb, subject) VALUES ('cli', 'w', 's'))"
                    f" INSERT INTO holiday_year (year) VALUES ({2020 + pairs % 80}) ON CONFLICT DO NOTHING"
                )
                pairs += 1

    writer = threading.Thread(target=write)
    writer.start()
    until(lambda: pairs > 100)
    done = at_desk(database, "backup", str(tmp_path))
    at_the_end = pairs
    until(lambda: pairs > at_the_end)
    stopping.set()
    writer.join()
    assert done.exit_code == 0, done.output
    [folder] = tmp_path.iterdir()
    held = manifest_of(folder)["contents"]
    assert isinstance(held, dict)
    assert 100 < held["rows"]["audit"] < at_the_end
    back = at_desk(empty, "restore", str(folder))
    assert back.exit_code == 0, back.output
    with owned(empty) as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit")) == held["rows"]["audit"]


def test_password_is_in_nobodys_arguments(original: str, tmp_path: Path) -> None:
    """Also not for the moment in which pg_dump runs."""
    seen: list[str] = []
    stopping = threading.Event()

    def look() -> None:
        me = psutil.Process()
        while not stopping.is_set():
            for child in me.children():
                try:
                    seen.append(" ".join(child.cmdline()))
                except psutil.Error:
                    continue

    watcher = threading.Thread(target=look)
    watcher.start()
    done = at_desk(original, "backup", str(tmp_path))
    stopping.set()
    watcher.join()
    commands = {line for line in seen if "pg_dump" in line and "--snapshot=" in line}
    assert commands
    password = re.split("[:@]", url(OWNER, original))[2]
    assert len(password) > 5
    assert not [line for line in [*commands, done.output] if password in line]


def test_database_that_does_not_answer_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://nobody:hidden-word@127.0.0.1:9/none"
    running = Running(
        tmp_path, database=nowhere, owner=nowhere, redis="redis://127.0.0.1:9", at=datetime.now(UTC)
    )
    said = running.command("backup", str(tmp_path / "backups"), fails=True)
    assert said == "连不上数据库，请检查 DATABASE_URL 和 DATABASE_OWNER_URL，或先运行 make run\n"
    assert list((tmp_path / "backups").iterdir()) == []


def test_folder_that_cannot_be_written_is_one_sentence(original: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = at_desk(original, "backup", str(tmp_path / "file" / "backups"))
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "写不进去" in done.output


def test_full_disk_leaves_nothing_behind(original: str, tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        done = at_desk(original, "backup", str(tmp_path / "backups"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "磁盘满了" in done.output
    assert list((tmp_path / "backups").iterdir()) == []


def test_role_that_owns_nothing_is_told_so(database: str, tmp_path: Path) -> None:
    done = at_desk(database, "backup", str(tmp_path / "backups"), owner_url=url(APP, database))
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "角色权限不够" in done.output
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.fixture
def old_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has PostgreSQL 9's programs only."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (programs / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 9.6.24'\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setattr("handlers.backup.programs.PACKAGED", tmp_path / "none")
    return programs


@pytest.mark.usefixtures("old_programs")
def test_programs_older_than_the_server_are_not_used(original: str, tmp_path: Path) -> None:
    done = at_desk(original, "backup", str(tmp_path / "backups"))
    assert done.exit_code == 1
    assert "这台机器上最新的是 9" in done.output
    assert "请装 postgresql-client-" in done.output
    assert list((tmp_path / "backups").iterdir()) == []


def test_killed_backup_is_taken_for_none(original: str, tmp_path: Path, empty: str) -> None:
    left = tmp_path / ".unfinished-k1ll3d"
    left.mkdir()
    (left / "zone.dump").write_bytes(b"PGDMP")
    done = at_desk(empty, "restore", str(left))
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "没有可用的备份" in done.output
