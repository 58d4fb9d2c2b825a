"""`restore DIR`: only what is whole, into what is empty, with the right keys; and the product goes on."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from handlers.backup.commands import LEDGERS
from handlers.backup.manifest import digest_of
from models.audit import Audit, Via
from models.base import connect
from models.keyring import Keyring
from models.migrate import downgrade, newest
from models.people.console import check_password
from models.people.member import Member
from models.ratings.archive.snapshot import RatingSnapshot
from models.tables import APPEND_ONLY
from tests.backup.conftest import at_desk, is_bare, owned
from tests.conftest import APP, OWNER, clone_database, drop_database, url
from tests.demo.conftest import PASSWORD
from tests.factories import KEYRING
from tests.models.test_migrations import fill as one_row_each
from tests.models.test_migrations import privileges

pytestmark = pytest.mark.processes

FIELD = next(iter(KEYRING.lasting.items()))


def refused(database: str, folder: Path, keyring: Keyring = KEYRING) -> str:
    """Restore in vain; return the sentence."""
    done = at_desk(database, "restore", str(folder), keyring=keyring)
    assert (done.exit_code, done.output.count("\n")) == (1, 1), done.output
    assert is_bare(database)
    return done.output


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = folder / "manifest.json"
    told = json.loads(file.read_text("utf-8"))
    change(told)
    file.write_text(json.dumps(told), "utf-8")


def test_ledgers_have_chinese_names() -> None:
    assert set(LEDGERS) == {table.__tablename__ for table in APPEND_ONLY}


def test_restored_product_works(made: tuple[Path, str], original: str, empty: str) -> None:
    done = at_desk(empty, "restore", str(made[0]))
    assert done.exit_code == 0, done.output
    assert "不一致" not in done.output
    assert "积分流水（point_entry）" in done.output
    assert "先只启动 serve" in done.output
    with owned(empty) as restored, owned(original) as kept:
        assert privileges(restored) == privileges(kept)
    engine = connect(url(APP, empty), pool_size=1)
    with Session(engine) as session:
        _people_and_keys_are_there(session)
        _identities_go_on(session)
        for name in sorted(LEDGERS):
            for forbidden in (f"DELETE FROM {name}", f"UPDATE {name} SET created_at = now()"):
                with pytest.raises(DBAPIError):
                    session.execute(text(forbidden))
                session.rollback()
        rating_id = session.scalar(select(RatingSnapshot.rating_id).limit(1))
    engine.dispose()
    with owned(empty) as owner, pytest.raises(DBAPIError, match="point_entry"):
        owner.exec_driver_sql("UPDATE point_entry SET points = points + 1")
    verified = at_desk(empty, "rating", "verify", str(rating_id))
    assert verified.exit_code == 0, verified.output


def _people_and_keys_are_there(session: Session) -> None:
    sealed = session.scalar(select(Member.phone_box).where(Member.phone_box.is_not(None)).limit(1))
    assert sealed is not None
    assert KEYRING.unseal(sealed).isdecimal()
    login = session.execute(text("SELECT login FROM account WHERE demo LIMIT 1")).scalar_one()
    assert check_password(session, login, PASSWORD).login == login


def _identities_go_on(session: Session) -> None:
    last = session.execute(text("SELECT max(id) FROM audit")).scalar_one()
    session.add(Audit(via=Via.CLI, verb="restored", subject="zone"))
    session.commit()
    assert session.execute(text("SELECT max(id) FROM audit")).scalar_one() > last


def test_database_that_is_not_empty_is_left_as_it_is(kept: Path, database: str) -> None:
    with owned(database) as connection:
        connection.exec_driver_sql("INSERT INTO holiday_year (year) VALUES (2031)")
    done = at_desk(database, "restore", str(kept))
    assert (done.exit_code, "数据库不是空的" in done.output) == (1, True)
    with owned(database) as connection:
        assert connection.scalars(text("SELECT year FROM holiday_year")).all() == [2031]
        assert connection.scalar(text("SELECT count(*) FROM member")) == 0


@pytest.mark.parametrize("where", [0, 0.5, -1])
def test_one_flipped_bit_is_found_before_anything_is_done(kept: Path, empty: str, where: float) -> None:
    dump = kept / "zone.dump"
    content = bytearray(dump.read_bytes())
    content[int(where * len(content)) if where >= 0 else -1] ^= 1
    dump.write_bytes(content)
    assert "和清单对不上" in refused(empty, kept)


def test_cut_dump_is_found(kept: Path, empty: str) -> None:
    dump = kept / "zone.dump"
    dump.write_bytes(dump.read_bytes()[:-100])
    assert "和清单对不上" in refused(empty, kept)


def test_manifest_of_another_dump_is_found(kept: Path, database: str, empty: str, tmp_path: Path) -> None:
    done = at_desk(database, "backup", str(tmp_path / "other"))
    assert done.exit_code == 0, done.output
    [other] = (tmp_path / "other").iterdir()
    shutil.copy(other / "manifest.json", kept / "manifest.json")
    assert "和清单对不上" in refused(empty, kept)


def test_foreign_folder_is_refused(tmp_path: Path, empty: str) -> None:
    assert "没有可用的备份" in refused(empty, tmp_path)
    (tmp_path / "manifest.json").write_text('{"name": "another product"}')
    assert "不是本平台的备份清单" in refused(empty, tmp_path)


def test_dump_that_breaks_off_in_the_database_leaves_it_empty(kept: Path, empty: str) -> None:
    """Damaged in a way that only pg_restore finds: the manifest agrees with it."""
    dump = kept / "zone.dump"
    dump.write_bytes(dump.read_bytes()[:-2000])

    def agree(told: dict[str, Any]) -> None:
        told["dump_bytes"], told["dump_sha256"] = digest_of(dump)

    rewrite(kept, agree)
    assert "没有做成" in refused(empty, kept)


def test_newer_backup_is_refused(kept: Path, empty: str) -> None:
    rewrite(kept, lambda told: told["contents"].update(revision="9999"))
    assert "比这个程序新" in refused(empty, kept)


def test_newer_server_s_backup_is_refused(kept: Path, empty: str) -> None:
    rewrite(kept, lambda told: told.update(postgresql=99))
    assert "不能恢复到更旧的" in refused(empty, kept)


@pytest.mark.parametrize(
    "lasting",
    [
        {FIELD[0]: b"z" * 40},
        {"k9": FIELD[1]},
        {FIELD[0]: FIELD[1], "k9": b"z" * 40},
    ],
    ids=["another key", "another name", "in the wrong order"],
)
def test_wrong_key_is_said_at_once(kept: Path, empty: str, lasting: dict[str, bytes]) -> None:
    said = refused(empty, kept, Keyring(KEYRING.short_lived, lasting))
    assert "手机号解不开" in said
    assert "z" * 5 not in said


def test_newer_key_in_front_of_the_old_one_is_right(database: str, empty: str, tmp_path: Path) -> None:
    assert at_desk(database, "backup", str(tmp_path)).exit_code == 0
    [folder] = tmp_path.iterdir()
    newer = Keyring(KEYRING.short_lived, {"k9": b"z" * 40, **KEYRING.lasting})
    assert at_desk(empty, "restore", str(folder), keyring=newer).exit_code == 0


@pytest.fixture
def yesterdays(tmp_path: Path) -> Any:
    """A backup of a database at the revision before the newest, with a row in every table."""
    name = clone_database()
    one_row_each(name)
    downgrade(url(OWNER, name), "0022")
    assert at_desk(name, "backup", str(tmp_path / "kept")).exit_code == 0
    drop_database(name)
    [folder] = (tmp_path / "kept").iterdir()
    return folder


def test_backup_of_an_older_revision_is_brought_up(yesterdays: Path, empty: str) -> None:
    done = at_desk(empty, "restore", str(yesterdays))
    assert done.exit_code == 0, done.output
    assert "结构 0022" in done.output
    with owned(empty) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest()
        assert connection.scalar(text("SELECT count(*) FROM point_entry"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: held["rows"].update(org=held["rows"]["org"] + 1), "org | 2 | 1 | 不一致"),
        (lambda held: held["ledgers"].update(audit="0" * 64), "操作记录（audit） | 1 | 1 | 不一致"),
    ],
    ids=["a row is missing", "a ledger differs"],
)
def test_what_differs_is_said(
    database: str, empty: str, tmp_path: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    with owned(database) as connection:
        connection.exec_driver_sql("INSERT INTO audit (via, verb, subject) VALUES ('cli', 'a', 's')")
        connection.exec_driver_sql(
            "INSERT INTO org (kind, code, name, path) VALUES ('working_committee', 'Z', '区', '1/')"
        )
    assert at_desk(database, "backup", str(tmp_path)).exit_code == 0
    [folder] = tmp_path.iterdir()
    rewrite(folder, lambda told: change(told["contents"]))
    done = at_desk(empty, "restore", str(folder))
    assert done.exit_code == 1
    assert said in done.output
    assert "和清单不一致，共 1 张表" in done.output
