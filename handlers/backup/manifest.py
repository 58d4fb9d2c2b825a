"""The manifest beside a dump: what the dump holds, and what a restore has to find again."""

import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Literal

import click
from pydantic import ConfigDict, TypeAdapter, ValidationError

from handlers.backup.programs import why
from models.contents import Contents

DUMP, MANIFEST = "zone.dump", "manifest.json"
LARGEST = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """What is known of one backup. `keys`: each FIELD_KEY's name and proof, newest first, never the key."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    product: Literal["shifanqu-dangjian"]
    form: Literal[1]
    version: str
    at: datetime
    postgresql: int
    pg_dump: int
    dump_bytes: int
    dump_sha256: str
    contents: Contents
    keys: list[tuple[str, str]]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it so that only its owner can read it, and have it on the disk."""
    place = os.open(folder / MANIFEST, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(place, "wb") as file:
        file.write(TypeAdapter(Manifest).dump_json(manifest, indent=1))
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup. ClickException: there is none, or it is none of ours."""
    try:
        with (folder / MANIFEST).open("rb") as file:
            return TypeAdapter(Manifest).validate_json(file.read(LARGEST))
    except OSError as failure:
        raise click.ClickException(
            f"{folder} 里没有可用的备份（{MANIFEST} 读不出来：{why(failure)}）"
        ) from None
    except ValidationError:
        raise click.ClickException(f"{folder} 里的 {MANIFEST} 不是本平台的备份清单，或者已经损坏") from None


def digest_of(file: Path) -> tuple[int, str]:
    """Return a file's length and SHA-256."""
    with file.open("rb") as source:
        digest = file_digest(source, "sha256")
        return source.tell(), digest.hexdigest()


def check_dump(folder: Path, manifest: Manifest) -> None:
    """Refuse a dump that is not, to the last byte, what the manifest speaks of. ClickException."""
    try:
        found = digest_of(folder / DUMP)
    except OSError as failure:
        raise click.ClickException(f"备份文件 {DUMP} 读不出来：{why(failure)}") from None
    if found != (manifest.dump_bytes, manifest.dump_sha256):
        raise click.ClickException(f"备份文件 {DUMP} 和清单对不上：已经损坏，或者不是同一份备份")
