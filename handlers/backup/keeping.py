"""A backup: one consistent dump with its manifest, there as a whole or not at all."""

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from handlers.backup.manifest import DUMP, Manifest, digest_of, write_manifest
from handlers.backup.programs import program, run, why
from handlers.edge import VERSION
from models.clock import SHANGHAI
from models.contents import contents_of, owned

NOT_OWNED = "DATABASE_OWNER_URL 的角色权限不够，要填表的主人；或者数据库还没有 migrate"
# Nobody takes such a folder for a backup; a process that was killed may leave one.
UNFINISHED = ".unfinished-"


def keep_backup(parent: Path, *, owner_url: str, keys: list[tuple[str, str]], now: datetime) -> Path:
    """Make a new folder in `parent` with the dump and its manifest; return it.

    ClickException says why not; nothing half done is then left.
    """
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=parent))  # only its owner enters it
    except OSError as failure:
        raise click.ClickException(f"{parent} 写不进去：{why(failure)}") from None
    try:
        _fill(fresh, owner_url, keys, now)
        whole = parent / f"{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
        fresh.rename(whole)
        _sync(parent)
    except OSError as failure:
        raise click.ClickException(f"{parent} 写不进去：{why(failure)}") from None
    except ProgrammingError:
        raise click.ClickException(NOT_OWNED) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return whole


def _fill(folder: Path, owner_url: str, keys: list[tuple[str, str]], now: datetime) -> None:
    dump = folder / DUMP
    dump.touch(mode=0o600)
    with owned(owner_url) as connection:
        contents, server = contents_of(connection), server_version(connection)
        pg_dump, made_by = program("pg_dump", server)
        # What was counted and hashed is what is dumped, whatever others write meanwhile.
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        run(
            pg_dump, "--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s",
            f"--snapshot={snapshot}", f"--file={dump}", url=owner_url,
        )  # fmt: skip
    _sync(dump)
    # Every block is read back and unpacked: a dump that cannot be restored is found today.
    run(program("pg_restore", made_by)[0], "--file=/dev/null", str(dump))
    length, digest = digest_of(dump)
    manifest = Manifest(
        product="shifanqu-dangjian", form=1, version=VERSION, at=now, postgresql=server, pg_dump=made_by,
        dump_bytes=length, dump_sha256=digest, contents=contents, keys=keys,
    )  # fmt: skip
    write_manifest(folder, manifest)
    _sync(folder)


def server_version(connection: Connection) -> int:
    """Return the server's major version."""
    number = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    return int(number) // 10_000


def _sync(place: Path) -> None:
    """Have a file or a folder's list on the disk."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
