"""Workbooks and settings that were right, with one thing in them spoilt: read, or refused in a sentence."""

import random
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models.gatherings.calendar.calendar import DayKind
from models.gatherings.calendar.workday_import import import_workdays
from models.people.account_rows import wanted_in_workbook
from models.people.imports.org_import import import_orgs
from models.people.imports.report import Report
from models.people.imports.roster_import import import_roster
from models.refused import Refused
from settings import CONFIG_FILE, BadSettings, load
from tests.conftest import NOON
from tests.factories import KEYRING
from tests.gatherings.holidays import special_days
from tests.handlers.world import World
from tests.hard.fuzz_run import Fuzzed, is_chinese
from tests.imports.sheets import a_workbook
from tests.test_settings import ENV, SECRETS

CELLS: tuple[Any, ...] = (
    "", " ", 0, -1, 1.5, 1e308, 45000, 2958466, 60, True, "1" * 32_767, "=1/0", '=HYPERLINK("a","b")',
    "=SUM(A1:A9)", date(1900, 1, 1), date(9999, 12, 31), "2026-02-30", "2月30日", "0000-00-00",
    "１３８００００００００", "\u202e王", "\u200b", "王" * 41, "-2+3", "@a", "e\u0301" * 60, "是", "不是",
    "13800000000\n13900000000", "正式党员", "国庆节",
)  # fmt: skip
XML = (
    b"", b"-1", b"0", b"1", b"A1", b"A1048577", b"XFE1", b"A0", b"999999999999", b"1e400", b"NaN", b"e", b"b",
    b"d", b"inlineStr", b"str", b"&amp;", b"&#0;", b"&lt;", b"<x/>", b"]]>", b"\xff\xfe", b"9" * 5000,
    b"2026-02-30T00:00:00", b"A1:XFD1048576", b"A2:A1", b"hidden", b"\x00", b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"true", b"rId1",
)  # fmt: skip
TOML = (
    "0", "-1", "true", '""', '"1"', "1.5", "1e400", "nan", "-inf", "[]", "[[]]", "{}", "{a = 1}", "9" * 30,
    '"x"', '"\\u0000"', '"\\u202e"', "2026-02-30", "2026-11-25", "07:32:00", "0xDEADBEEF", f'"{"x" * 5000}"',
    "'''a", "", "[" * 3000, '"http://127.0.0.1"', '["127.0.0.1/99"]', '["0.0.0.0/0"]',
    '{ thing1 = "title", thing1 = "time" }',
)  # fmt: skip
WORDS = (
    "", " ", "0", "x" * 5000, "http://", "https://a/b", "ftp://a", "postgresql://", "\u202e", "a b", "k1:",
    "k1:x,k1:x", "\n", "redis://[", "https://dj.example.cn\n", "true", "x" * 43,
)  # fmt: skip
Read = Callable[[Session, bytes], Any]


def books(world: World) -> dict[str, tuple[list[list[Any]], Read]]:
    """Return the kinds of workbook: rows that are right, and what reads them."""
    branch, zone = world.orgs["own"].code, world.orgs["zone"].code
    header = ["支部", "姓名", "手机号", "党小组", "党员身份", "入党时间", "转正时间", "类别", "流动"]
    member = [
        branch,
        "秦新来",
        "13700001234",
        "第一党小组",
        "正式党员",
        date(2011, 7, 1),
        "201207",
        "无职",
        "否",
    ]
    days = [[day, "休" if kind is DayKind.OFF else "班"] for day, kind in sorted(special_days(2026).items())]
    return {
        "roster": ([header, member, [branch, "王建国"]], lambda session, file: import_roster(
            session, KEYRING, file, org_code=None, dry_run=False, now=NOON, by=None)),
        "orgs": ([["代码", "名称", "类型", "上级代码", "主题党日"], [zone, "示范区", "党工委", "", 25],
                  ["NEW1", "新村党支部", "党支部", zone, 20]],
                 lambda session, file: import_orgs(session, file, dry_run=False, by=None)),
        "workdays": ([["日期", "类别"], *days],
                     lambda session, file: import_workdays(session, file, dry_run=False, by=None)),
        "accounts": ([["组织", "姓名", "登录名", "岗位"], [branch, "赵一", "newcomer", "党务专干"]],
                     lambda _, file: wanted_in_workbook(file)[1]),
    }  # fmt: skip


def fuzz(world: World, run: Fuzzed, number: int) -> None:
    """Read so many spoilt workbooks, as many of each kind."""
    chance, kinds = random.Random(run.seed), books(world)
    whole = {name: a_workbook(rows) for name, (rows, _) in kinds.items()}
    for name, (_, read) in kinds.items():
        _read(world, run, name, "as it is", whole[name], read)
    run.settle()
    for turn in range(number):
        name = chance.choice([*kinds])
        rows, read = kinds[name]
        how, file = _spoilt(chance, rows, whole[name])
        _read(world, run, name, f"{turn} {how}", file, read)


def _spoilt(chance: random.Random, rows: list[list[Any]], whole: bytes) -> tuple[str, bytes]:
    """Return what was done to a workbook, and the file."""
    way = chance.randrange(4)
    if way == 0:
        at, column, value = chance.randrange(len(rows)), chance.randrange(len(rows[0])), chance.choice(CELLS)
        changed = [[*row] for row in rows]
        changed[at] = [*changed[at][:column], value, *changed[at][column + 1 :]]
        return f"{at}, {column}: {value!r:.60}", a_workbook(changed)
    if way == 1:
        return "bytes", _bytes_changed(chance, whole)
    return _part_changed(chance, whole)


def _bytes_changed(chance: random.Random, file: bytes) -> bytes:
    """Flip, cut, double or put in some bytes of a file."""
    for _ in range(chance.randint(1, 4)):
        at, size = chance.randrange(len(file) or 1), chance.randint(1, 64)
        file = chance.choice((
            file[:at] + chance.randbytes(size) + file[at + size :], file[:at], file[:at] + file[at + size :],
            file[:at] + file[at : at + size] * 3 + file[at:], file[:at] + chance.randbytes(size) + file[at:],
        ))  # fmt: skip
    return file


def _part_changed(chance: random.Random, whole: bytes) -> tuple[str, bytes]:
    """Put something else in the place of one value or text of one part's XML, or spoil or drop the part."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(whole)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        spoilt, how = chance.choice(package.namelist()), ""
        for name in package.namelist():
            xml = package.read(name)
            if name == spoilt:
                found = [*re.finditer(rb'(?<==")[^"]*(?=")|(?<=>)[^<>]*(?=<)|(?<=<)\w+', xml)]
                hit, new = chance.choice(found), chance.choice(XML)
                how = f"{name} at {hit.start()}: {hit[0][:30]!r} -> {new[:30]!r}"
                xml = xml[: hit.start()] + new + xml[hit.end() :]
                if chance.randrange(10) == 0:
                    how, xml = f"{name} spoilt", _bytes_changed(chance, xml)
            copy.writestr(name, xml)
    return how, out.getvalue()


def _read(world: World, run: Fuzzed, name: str, how: str, file: bytes, read: Read) -> None:
    """Read one file, undo what it did, and write down what is wrong with what is said."""
    said: list[str] = []
    with run.timed(f"{name} {how}"), world.rolled_back() as connection, world.on(connection)() as session:
        try:
            report: Report | None = read(session, file)
            said = [problem.reason for problem in report.problems] if report else []
            run.answers[name, 400 if said else 200] += 1
        except Refused as refused:
            said = [refused.message]
            run.answers[name, 413 if refused.code == "workbook_too_large" else 400] += 1
        except TimeoutError:
            raise
        except Exception as crash:
            run.answers[name, 500] += 1
            run.wrong.append(f"{name} {how}: {type(crash).__name__} {crash!s:.300}")
    unsaid = [line for line in said if not (is_chinese(line) and line.isprintable())]
    run.wrong += [f"{name} {how}: says {line!r:.200}" for line in unsaid]


def fuzz_settings(run: Fuzzed, number: int, folder: Path) -> None:
    """Load so many spoilt settings."""
    chance, text = random.Random(run.seed), CONFIG_FILE.read_text("utf-8")
    path = folder / "config.toml"
    for _ in range(number):
        env = dict(ENV)
        how, content = "environment", text.encode()
        if chance.randrange(3) == 0:
            name = chance.choice([*env, "SECRET_KEY_OLD", "METRICS_TOKEN"])
            env[name] = chance.choice(WORDS)
            how = f"{name}={env[name]!r:.60}"
        else:
            how, content = _config_changed(chance, text)
        path.write_bytes(content)
        with run.timed(how):
            _load(run, how, path, env)


def _config_changed(chance: random.Random, text: str) -> tuple[str, bytes]:
    """Give one line of config.toml another value, another key, twice or not at all; or spoil bytes."""
    lines = text.splitlines()
    at = chance.choice([n for n, line in enumerate(lines) if line and not line.startswith("#")])
    key, value = lines[at].partition("=")[0].strip(), chance.choice(TOML)
    other, twice = f"unknown = {value}\n{lines[at]}", f"{lines[at]}\n{lines[at]}"
    lines[at] = chance.choice((f"{key} = {value}", f"{key} = {value}", other, twice, ""))
    content = "\n".join(lines).encode()
    if chance.randrange(6) == 0:
        return "bytes", _bytes_changed(chance, content)
    return lines[at][:80], content


def _load(run: Fuzzed, how: str, path: Path, env: dict[str, str]) -> None:
    """Load settings; write down what is wrong with what is said."""
    try:
        load(path, env)
        run.answers["settings", 200] += 1
    except BadSettings as bad:
        run.answers["settings", 400] += 1
        said = str(bad)
        run.wrong += [f"{how}: {fault}: {said:.300}" for fault in _faults(said)]
    except TimeoutError:
        raise
    except Exception as crash:
        run.answers["settings", 500] += 1
        run.wrong.append(f"{how}: {type(crash).__name__} {crash!s:.300}")


def _faults(said: str) -> Iterator[str]:
    """Yield what is wrong with a refusal: it says where, in Chinese, without secrets."""
    if not all(is_chinese(line) and line.isprintable() for line in said.splitlines()):
        yield "not a sentence"
    if re.search(r"[A-Z][a-z]+ (should|must|is|was|has|at|in) ", said):
        yield "English"
    if any(secret in said for secret in SECRETS.values()):
        yield "a secret"
