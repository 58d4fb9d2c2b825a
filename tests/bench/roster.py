"""A roster of 10,000 rows imported into 500 branches, and once more; a quarter and a sixteenth of it too.

Each import runs in a process of its own, so that its memory is its own. Beside it: reading the workbook with
openpyxl and nothing else.
"""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models.base import connect, sessions_of
from models.keyring import Keyring
from models.people.imports.roster_import import import_roster
from models.people.org import Org, OrgKind
from tests.bench.ground import ROOT, figure, most_memory, platform
from tests.imports.sheets import a_workbook

HEADER = ["支部", "姓名", "手机", "党员身份", "入党时间", "党小组"]
SIZES = {"1/16": 625, "1/4": 2_500, "1": 10_000}
EACH = 20  # rows of one branch
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return seconds and memory of an import at three sizes, and of the same file once more."""
    figures: dict[str, dict[str, Any]] = {}
    for size, rows in SIZES.items():
        place = folder / f"{rows}"
        place.mkdir()
        with platform(place) as (_, running):
            engine = create_engine(running.environment["DATABASE_URL"])
            with Session(engine) as session:
                _branches(session, rows // EACH + 1)
                session.commit()
            engine.dispose()
            file = folder / f"{rows}.xlsx"
            file.write_bytes(a_workbook([HEADER, *_people(rows)]))
            first, again = (_import(running.environment, file) for _ in range(2))
        assert (first["added"], again["added"], again["unchanged"]) == (rows, 0, rows), (first, again)
        figures |= {
            f"roster at {size}: openpyxl alone": figure(first["bare"], "s"),
            f"roster at {size}: import": figure(first["seconds"], "s"),
            f"roster at {size}: memory": figure(first["memory"], "MB"),
            f"roster at {size}: same file again": figure(again["seconds"], "s"),
        }
    return figures | {
        "roster: import of 10,000 rows": figure(first["seconds"], "s", "< 20", first["seconds"] < 20),
        "roster: peak memory": figure(first["memory"], "MB", "< 300", first["memory"] < 300),
    }


def _branches(session: Session, number: int) -> None:
    zone = Org(kind=OrgKind.WORKING_COMMITTEE, code="Z", name="示范区党工委")
    session.add(zone)
    session.flush()
    session.add_all(
        Org(kind=OrgKind.BRANCH, code=f"B{n}", name=f"第{n}党支部", parent_id=zone.id) for n in range(number)
    )


def _people(rows: int) -> list[list[str]]:
    digits = str.maketrans("0123456789", "东南西北中春夏秋冬和")
    return [
        [
            f"B{n // EACH}",
            SURNAMES[n % len(SURNAMES)] + f"{n:05d}"[-3:].translate(digits),
            f"139{n:08d}",
            "正式党员",
            f"{1960 + n % 60}-{1 + n % 12:02d}",
            "",
        ]
        for n in range(rows)
    ]


def _import(environment: dict[str, str], file: Path) -> dict[str, float]:
    told = {name: environment[name] for name in ("DATABASE_URL", "SECRET_KEY", "FIELD_KEY")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.roster", str(file)],
        cwd=ROOT, input=json.dumps(told), capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(file: Path, told: dict[str, str]) -> None:
    """Import the file in this process; print how long it took and the most memory it ever had."""
    content = file.read_bytes()
    keyring = Keyring.read(told["SECRET_KEY"], None, told["FIELD_KEY"])
    begin = time.monotonic()
    with sessions_of(connect(told["DATABASE_URL"], pool_size=1)).begin() as session:
        report = import_roster(
            session, keyring, content, org_code=None, dry_run=False, now=datetime.now(UTC), by=None
        )
    seconds, memory = time.monotonic() - begin, most_memory()
    assert not report.problems, report.problems[:3]
    begin = time.monotonic()
    for _ in load_workbook(BytesIO(content), read_only=True).active.iter_rows(values_only=True):  # type: ignore[union-attr]
        pass
    bare = time.monotonic() - begin
    counts = {"added": len(report.added), "unchanged": report.unchanged}
    print(json.dumps({"seconds": seconds, "memory": memory, "bare": bare} | counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.stdin.read()))
