"""What an import found and did: one report, of which the caller makes sentences."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple


class Problem(NamedTuple):
    """One cell that cannot be taken: row number as the spreadsheet shows it, column title, reason."""

    row: int
    column: str
    reason: str


class Added(NamedTuple):
    """A row that is new; `who` names it with its organisation."""

    row: int
    who: str


class Changed(NamedTuple):
    """A row that differs from what is known, with the titles of the columns that differ."""

    row: int
    who: str
    fields: tuple[str, ...]


@dataclass
class Report:
    """The outcome of one import. With any problem nothing was written; a dry run writes nothing either.

    `missing` names whoever is known and not in the file: listed, never removed. `branch_ids` are the
    branches whose rosters changed; it is empty when nothing was written. `letters` says where a column
    stands in the file (title -> C).
    """

    added: list[Added] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    unchanged: int = 0
    missing: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    branch_ids: tuple[int, ...] = ()
    letters: dict[str, str] = field(default_factory=dict)

    def complain(self, row: int, column: str, reason: str) -> None:
        """Add one problem."""
        self.problems.append(Problem(row, column, reason))

    def settle(self) -> None:
        """Put the problems in the order of the rows."""
        self.problems.sort(key=lambda problem: problem.row)

    def mark(self, file: bytes) -> str:
        """Return what a file and its outcome are known by: whatever was looked at is what is then done."""
        outcome = (self.added, self.changed, self.unchanged, self.missing, self.notices)
        return sha256(sha256(file).digest() + repr(outcome).encode()).hexdigest()

    def place(self, problem: Problem) -> str:
        """Say where a problem is: 第 3 行 C 列“手机号”; without letters for a column that the file lacks."""
        letters = self.letters.get(problem.column)
        return f"第 {problem.row} 行 {f'{letters} 列' if letters else ''}“{problem.column}”"

    def sentences(self, *, dry_run: bool) -> list[str]:
        """Say what was found, a line each, for the person who gave the file."""
        if self.problems:
            lines = [f"有 {len(self.problems)} 处要改，一行也没有写入："]
            return lines + [f"  {self.place(problem)}：{problem.reason}" for problem in self.problems]
        done = "将会" if dry_run else "已"
        lines = [
            f"{done}新增 {len(self.added)} 行，更新 {len(self.changed)} 行，{self.unchanged} 行没有变化。"
        ]
        lines += [f"  第 {row} 行 更新 {who}：{'、'.join(fields)}" for row, who, fields in self.changed]
        lines += [f"  注意：{notice}" for notice in self.notices]
        if self.missing:
            lines.append(
                f"文件里没有、系统里有的 {len(self.missing)} 个（没有改动）：{'、'.join(self.missing)}"
            )
        if dry_run:
            lines.append("这是试运行，什么也没有写入。")
        return lines
