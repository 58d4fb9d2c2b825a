"""Files that somebody made to break a command: each is refused in words, and nothing is read for ever."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from handlers.command_line import commands
from handlers.desk import Desk
from models.base import Sessions
from models.notices.audience import Channels
from models.ratings.archive.verify import verify_snapshot
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_township, a_zone
from tests.ratings.test_verifying import frozen

DEEP = 100_000
BROKEN = {
    "nothing": b"",
    "cut short": b'{"code": "TOWN", "version": 1, "parts": [{',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "NaN": b'{"version": NaN}',
    "Infinity": b'{"version": -Infinity}',
    "1e999": b'{"version": 1e999}',
    "five thousand digits": b'{"version": ' + b"9" * 5000 + b"}",
    "five thousand places": b'{"version": 0.' + b"9" * 5000 + b"}",
    "one key twice": b'{"version": 1, "version": 2}',
    "another encoding": '{"title": "积分"}'.encode("utf-16"),
    "no UTF-8": b'{"title": "\xed\xa0\x80"}',
    "half a sign": b'{"title": "\\ud800", "cycle": "\\udfff"}',
    "half a key": b'{"\\ud800": 1}',
    "a terminal's command": b'{"\\u001b[2J": 1, "title": "\\u001b[2J", "\\u202e": 2}',
    "NUL": b'{"title": "a\\u0000b", "cycle": "2026\\u0000"}',
    "lists without an end": b"[" * DEEP,
    "lists in lists": b'{"items": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "objects in objects": b'{"a":' * 1000 + b"1" + b"}" * 1000,
    "half a megabyte": b'{"title": "' + b"a" * 600_000 + b'"}',
    "11,000 items": json.dumps({"items": [{}] * 11_000, "members": [{}] * 11_000}).encode(),
}


def command(sessions: Sessions | None, *words: str | Path) -> Result:
    """Run a command; without sessions there is no database at all."""

    def desk() -> Desk:
        assert sessions is not None
        return Desk(sessions, KEYRING, lambda: NOON, Channels("wxoa", "wxmini", None), False, "")

    return CliRunner().invoke(commands, [str(word) for word in words], obj=desk)


def refused_in_words(done: Result) -> bool:
    """Say whether a command ended with 1 and lines that a terminal can show."""
    lines = done.stderr.splitlines()
    return (done.exit_code, done.stdout) == (1, "") and bool(lines) and all(map(str.isprintable, lines))


@pytest.mark.parametrize("what", BROKEN)
def test_broken_file_is_refused_by_every_command_that_reads_one(tmp_path: Path, what: str) -> None:
    file = tmp_path / "文件.json"
    file.write_bytes(BROKEN[what])
    asked: tuple[tuple[str | Path, ...], ...] = (
        ("scheme", "check", file),
        ("rating", "explain", file, file),
        ("rating", "verify", "--file", file),
    )
    for words in asked:
        done = command(None, *words)
        assert refused_in_words(done), (words, done.exception, done.stderr[:300])


def test_mark_of_the_byte_order_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "办法.json"
    file.write_bytes(b"\xef\xbb\xbf{}")
    assert "code：缺少这一项" in command(None, "scheme", "check", file).stderr


def test_broken_file_publishes_nothing(sessions: Sessions, tmp_path: Path) -> None:
    with sessions.begin() as session:
        code = a_branch(session, a_township(session, a_zone(session))).code
    file = tmp_path / "办法.json"
    for content in BROKEN.values():
        file.write_bytes(content)
        assert refused_in_words(command(sessions, "scheme", "publish", file, "--org", code))


def test_what_is_no_file_is_said_to_be_none_and_what_never_ends_is_not_read_to_its_end(
    tmp_path: Path,
) -> None:
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    (tmp_path / "dangling.json").symlink_to(tmp_path / "nothing")
    asked: tuple[tuple[str, ...], ...] = (("scheme", "check"), ("rating", "verify", "--file"))
    for words in asked:
        for name in ("", "loop.json", "dangling.json", "nothing"):
            assert command(None, *words, tmp_path / name).exit_code == 2
        assert "文件太大" in command(None, *words, "/dev/zero").stderr


@pytest.mark.parametrize("number", ["0", "-1", "9" * 20, "1.5", "NaN", "' OR 1=1"])
def test_number_that_no_rating_has_is_none(sessions: Sessions, number: str) -> None:
    for word in ("verify", "snapshot"):
        done = command(sessions, "rating", word, "--", number)
        assert (done.exit_code, done.stdout) == (2, "")
    assert command(sessions, "rating", "verify", str(2**63 - 1)).exit_code == 1


# A frozen record whose every value was made into something else.

WORSE: tuple[Any, ...] = (
    None, True, -1, 10**15, 10**38, "", "\ud800", "\x1b[2J", [], {}, [[]], "9999-12-31", "0001-01-01", "1/0",
)  # fmt: skip


def places(content: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to each value; of a list only to the first."""
    inside: Any = content.items() if isinstance(content, dict) else []
    if isinstance(content, list) and content:
        inside = [(0, content[0])]
    return [at, *(place for key, value in inside for place in places(value, (*at, key)))]


def put(content: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Return the content with another value in one place."""
    if not place:
        return value
    copy = content.copy()
    copy[place[0]] = put(content[place[0]], place[1:], value)
    return copy


def test_altered_record_is_told_in_words_whatever_stands_in_it(sessions: Sessions) -> None:
    with sessions.begin() as session:
        content = json.loads(frozen(session)[1])
    ways, said = places(content), 0
    assert len(ways) > 100
    for number, place in enumerate(ways):
        # Every value meets some of what is worse, and every kind of value all of it.
        for value in WORSE[number % 3 :: 3]:
            problems = verify_snapshot(json.dumps(put(content, place, value)))
            assert all(problem.isprintable() for problem in problems), (place, value)
            said += bool(problems)
    assert said > len(ways)


def test_record_as_deep_as_a_well_is_refused_in_words(sessions: Sessions) -> None:
    with sessions.begin() as session:
        content = json.loads(frozen(session)[1])
    for place in (
        ("results", 0, "total"),
        ("acts", 0, "act"),
        ("sheets", 0, "ends_on"),
        ("rating", "branch"),
    ):
        for depth in (500, 950, 5000, DEEP):
            text = json.dumps(put(content, place, "@")).replace('"@"', "[" * depth + "]" * depth)
            problems = verify_snapshot(text)
            assert problems
            assert all(problem.isprintable() for problem in problems)


def test_days_of_a_sheet_without_number_are_not_counted_one_by_one(sessions: Sessions) -> None:
    with sessions.begin() as session:
        content = json.loads(frozen(session)[1])
    content["sheets"][0]["workdays"] = 10**30
    assert any("办法规定公示 5 个工作日" in problem for problem in verify_snapshot(json.dumps(content)))


def test_sheet_that_hangs_to_the_end_of_time_is_no_sheet(sessions: Sessions) -> None:
    with sessions.begin() as session:
        content = json.loads(frozen(session)[1])
    content["sheets"][0]["posted_on"] = "9999-12-31"
    assert verify_snapshot(json.dumps(content)) == ["存档不完整，有内容缺了或写法不对"]
