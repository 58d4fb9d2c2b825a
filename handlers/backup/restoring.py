"""A restore: into an empty database only, checked before and compared afterwards."""

from pathlib import Path

import click
from sqlalchemy import make_url

from handlers.backup.keeping import server_version
from handlers.backup.manifest import DUMP, Manifest, check_dump, read_manifest
from handlers.backup.programs import program, run
from models.contents import Contents, analyse, contents_of, differences, has_role, is_empty, owned
from models.migrate import is_known, migrate


def restore_backup(
    folder: Path, *, owner_url: str, app_url: str, keys: list[tuple[str, str]]
) -> tuple[Manifest, Contents, list[str]]:
    """Restore, migrate and grant; return the manifest, what was found, and the tables that differ from it.

    ClickException: what is wrong with the backup, the keys or the database, which is then as it was.
    Where tables differ nothing was migrated: that database is to be thrown away.
    """
    manifest = read_manifest(folder)
    check_dump(folder, manifest)
    _check_code_and_keys(manifest, keys)
    _check_database(manifest, owner_url, app_url)
    pg_restore, _ = program("pg_restore", manifest.pg_dump)
    run(
        pg_restore, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
        str(folder / DUMP), url=owner_url,
    )  # fmt: skip
    with owned(owner_url) as connection:
        found = contents_of(connection)
    differing = list(differences(manifest.contents, found))
    if not differing:
        migrate(owner_url, app_url)
        analyse(owner_url)
    return manifest, found, differing


def _check_code_and_keys(manifest: Manifest, keys: list[tuple[str, str]]) -> None:
    if not is_known(manifest.contents.revision):
        raise click.ClickException(
            f"备份的结构（{manifest.contents.revision}）比这个程序新，请用同一版或更新的程序恢复"
            f"（备份时的程序是 {manifest.version}）"
        )
    # New keys may stand in front; the oldest finds people again, so it has to stay the last.
    if keys[-len(manifest.keys) :] != manifest.keys:
        names = "、".join(name for name, _ in manifest.keys)
        raise click.ClickException(
            f"FIELD_KEY 不是备份时的：手机号解不开，绑定也认不出来。要有编号 {names} 的原来的密钥，次序不变"
        )


def _check_database(manifest: Manifest, owner_url: str, app_url: str) -> None:
    role = make_url(app_url).username or ""
    with owned(owner_url) as connection:
        if not is_empty(connection):
            raise click.ClickException("数据库不是空的，没有改动。请建一个空的数据库，再恢复")
        if not has_role(connection, role):
            raise click.ClickException(f"数据库里还没有 DATABASE_URL 的角色 {role}，请先建好")
        if (server := server_version(connection)) < manifest.postgresql:
            raise click.ClickException(
                f"这台数据库是 PostgreSQL {server}，备份时是 {manifest.postgresql}，不能恢复到更旧的"
            )
