"""What the doctor sees on this machine: versions, keys, files, the cache, backups."""

import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from redis.exceptions import RedisError

from handlers.backup.manifest import DUMP, Manifest, read_manifest
from handlers.backup.programs import why
from handlers.doctor.database import apart
from handlers.doctor.finding import Finding, Subject
from handlers.edge import VERSION

OLDEST_PYTHON = (3, 11)
NEWEST_AGE = timedelta(days=2)


def look_at_versions(subject: Subject) -> Iterator[Finding]:
    """Say what runs, and how."""
    mode = "演示" if subject.parts.installation.demonstration else "正式运行"
    yield Finding("程序", f"{VERSION}，{mode}")
    python = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    too_old = sys.version_info < OLDEST_PYTHON
    yield Finding("Python", python, "请换成 3.11 或更新的" if too_old else "")


def look_at_keys(subject: Subject) -> Iterator[Finding]:
    """Look for keys that anybody could guess, keys used twice, and a file of keys that others can read."""
    samples = "、".join(subject.samples)
    if samples:
        yield Finding(
            "密钥",
            f"{samples} 像示例值",
            "换成随机的，例如 python -c 'import secrets; print(secrets.token_hex(32))'",
        )
    variables: dict[str, set[str]] = {}
    for name, keys in subject.secrets.items():
        for key in keys:
            variables.setdefault(key, set()).add(name)
    shared = sorted({name for names in variables.values() if len(names) > 1 for name in names})
    if shared:
        yield Finding(
            "密钥", f"{'、'.join(shared)} 用了同一个", "各用各的；FIELD_KEY 换的时候新的放前面，旧的留着"
        )
    if not samples and not shared:
        yield Finding("密钥", "都够长，各不相同")
    yield from _file(subject.env_file)


def _file(path: Path) -> Iterator[Finding]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return  # keys come from the environment alone
    if mode & 0o077:
        yield Finding("密钥文件", f"{path} 别人也能看（{mode:o}）", f"chmod 600 {path}")
    else:
        yield Finding("密钥文件", "只有本人可读")


def look_at_cache(subject: Subject) -> Iterator[Finding]:
    """Ask the cache for its version and its time."""
    redis = subject.parts.redis
    try:
        told: dict[str, object] = redis.info("server")
        seconds, micros = redis.time()
    except (RedisError, OSError):
        yield Finding("Redis", "连不上，平台照常用，只是慢", "看 Redis 在不在，REDIS_URL 对不对")
        return
    name = "Valkey" if "valkey_version" in told else "Redis"
    yield Finding("Redis", f"{name} {told.get('valkey_version') or told.get('redis_version')}")
    found = datetime.fromtimestamp(seconds + micros / 1e6, UTC)
    yield apart("Redis 的时钟", (subject.now() - found).total_seconds())


def look_at_backups(subject: Subject) -> Iterator[Finding]:
    """Look how old the newest whole backup is, and whether there is room for the next."""
    folder = subject.backups
    if folder is None:
        return
    now = subject.parts.clock()
    try:
        # One from the future was made by a wrong clock, and would be the newest for ever.
        made = [manifest for manifest in _whole(folder) if manifest.at <= now]
    except OSError as failure:
        yield Finding("备份", f"{folder} 看不了：{why(failure)}", "用做备份的那个用户来查")
        return
    newest = max(made, key=lambda manifest: manifest.at, default=None)
    if newest is None:
        yield Finding("备份", f"{folder} 里没有完整的备份", "python app.py backup，每天一次")
        return
    age = now - newest.at
    how = f"最近一份是 {age / timedelta(hours=1):.0f} 小时以前的"
    yield Finding("备份", how, "" if age <= NEWEST_AGE else "看每天的备份为什么没有做，今天先手工做一份")
    free = shutil.disk_usage(folder).free
    how = f"还有 {free / 1024**2:.0f} MB"
    enough = free >= 2 * newest.dump_bytes
    yield Finding("备份的磁盘", how, "" if enough else "放不下两份了，删掉旧的，或换大的磁盘")


def _whole(folder: Path) -> Iterator[Manifest]:
    for place in folder.iterdir() if folder.is_dir() else ():
        try:
            manifest = read_manifest(place)
            if (place / DUMP).stat().st_size == manifest.dump_bytes:
                yield manifest
        except (click.ClickException, OSError):
            continue
