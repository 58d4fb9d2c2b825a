"""All looks at once, each with a limit of time, and the command that prints what they found."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click

from handlers.desk import Open
from handlers.doctor.database import look_as_owner, look_into_database
from handlers.doctor.finding import Finding, Subject
from handlers.doctor.machine import look_at_backups, look_at_cache, look_at_keys, look_at_versions
from handlers.doctor.outside import (
    look_at_account,
    look_at_address,
    look_at_callbacks,
    look_at_clock,
    look_at_mini,
)

LOOKS: tuple[tuple[str, Callable[[Subject], Iterator[Finding]]], ...] = (
    ("版本", look_at_versions),
    ("密钥", look_at_keys),
    ("数据库", look_into_database),
    ("升级用的角色", look_as_owner),
    ("Redis", look_at_cache),
    ("备份", look_at_backups),
    ("对外的网址", look_at_address),
    ("服务器地址", look_at_callbacks),
    ("微信的时钟", look_at_clock),
    ("公众号", look_at_account),
    ("小程序", look_at_mini),
)


def examine(subject: Subject) -> list[Finding]:
    """Look at everything at once; what does not come to an end in time is a finding too."""
    # What is said here says it all: without a handler the gateway's line for the log would come before it.
    logging.getLogger("wechat").addHandler(logging.NullHandler())
    end = time.monotonic() + subject.seconds
    found: list[list[Finding]] = [[] for _ in LOOKS]
    looks = [
        threading.Thread(target=_look, args=(subject, *look, place), daemon=True)
        for look, place in zip(LOOKS, found, strict=True)
    ]
    for look in looks:
        look.start()
    for look, place, (what, _) in zip(looks, found, LOOKS, strict=True):
        look.join(max(0.0, end - time.monotonic()))
        if look.is_alive():
            place.append(Finding(what, f"{subject.seconds:.0f} 秒里没有查完", "看是不是网络不通，再查一次"))
    return [finding for place in found for finding in place]


def _look(
    subject: Subject, what: str, look: Callable[[Subject], Iterator[Finding]], place: list[Finding]
) -> None:
    try:
        for finding in look(subject):
            place.append(finding)
    except Exception as failure:  # one look that stumbles stops none of the others
        place.append(Finding(what, f"查不了（{type(failure).__name__}）", "把这一行交给开发的人"))


@click.command(help="体检：逐项看这套平台好不好，要处理的写明怎么办。")
@click.option("--backups", type=click.Path(path_type=Path), help="备份的文件夹，看最近一份有多旧")
@click.pass_obj
def doctor(open_desk: Open, backups: Path | None) -> None:
    """Print one line for each finding; exit 1 where something has to be seen to."""
    findings = examine(replace(open_desk().subject(), backups=backups))
    for finding in findings:
        click.echo(str(finding))
    ill = sum(not finding.is_well for finding in findings)
    click.echo(f"要处理 {ill} 项。" if ill else "都好。")
    sys.exit(1 if ill else 0)
