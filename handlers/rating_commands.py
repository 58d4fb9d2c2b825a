"""Ratings at the command line: reckoned again from a scheme and facts, or from a frozen record."""

import json
import sys
from hashlib import sha256
from pathlib import Path

import click

from handlers.desk import Open, tell_errors, text_of
from models.points.every_number import every_number
from models.points.facts import read_facts
from models.points.schemes.reading import read_scheme
from models.ratings.archive.verify import LARGEST, snapshot_of, verify_rating, verify_snapshot
from models.refused import Refused

KEY = click.IntRange(1, 2**63 - 1)  # what a row can be numbered
JSON_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help="积分评定。")
def rating() -> None:
    """Group the commands about ratings."""


@rating.command("explain", help="按一份积分办法和一份核算文件核算，逐个数打印（JSON），不连数据库，不写入。")
@click.argument("scheme", type=JSON_FILE)
@click.argument("facts", type=JSON_FILE)
def explain(scheme: Path, facts: Path) -> None:
    """Print every number between the entries and the stars; exit 1 with every fault of the two files."""
    try:
        content = every_number(read_scheme(text_of(scheme)), read_facts(text_of(facts)))
    except Refused as refused:
        tell_errors(refused)
    click.echo(json.dumps(content, ensure_ascii=False, indent=1))


@rating.command("verify", help="把备案时的存档重算一遍，逐项核对；按编号连数据库，或用 --file 只看存档文件。")
@click.argument("rating_id", type=KEY, required=False)
@click.option("--file", "file", type=JSON_FILE, help="存档文件，不连数据库")
@click.pass_obj
def verify(open_desk: Open, rating_id: int | None, file: Path | None) -> None:
    """Print what differs and exit 1, or the hash of the record that holds."""
    if (rating_id is None) == (file is None):
        raise click.UsageError("写定星的编号，或者用 --file 写存档文件，二选一")
    if file is not None:
        with file.open("rb") as source:
            text = source.read(LARGEST + 1)
        problems = verify_snapshot(text)
    else:
        try:
            with open_desk().sessions() as session:
                text = snapshot_of(session, rating_id or 0).document.encode()
                problems = verify_rating(session, rating_id or 0)
        except Refused as refused:
            tell_errors(refused)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo(f"与存档不一致，共 {len(problems)} 处。", err=True)
        sys.exit(1)
    click.echo(f"重算结果与存档一致。校验码 {sha256(text).hexdigest()}")


@rating.command("snapshot", help="打印一次定星备案时的存档全文，另存后可以用 verify --file 核对。")
@click.argument("rating_id", type=KEY)
@click.pass_obj
def snapshot(open_desk: Open, rating_id: int) -> None:
    """Print the frozen text exactly as it was hashed."""
    try:
        with open_desk().sessions() as session:
            text = snapshot_of(session, rating_id).document
    except Refused as refused:
        tell_errors(refused)
    click.echo(text, nl=False)
