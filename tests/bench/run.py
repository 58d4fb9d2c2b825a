"""`make bench`: measure, print one line per figure, write var/bench.json."""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench import (  # noqa: E402 (the path above comes first)
    callback,
    check_in,
    confirmation,
    delivery,
    group_entry,
    rating,
    simulator,
    township,
)


def main() -> int:
    """Run every benchmark; exit 1 when a figure misses its bar."""
    if shutil.which("wrk") is None:
        print("压测要用 wrk：apt-get install -y wrk", file=sys.stderr)
        return 2
    figures: dict[str, dict[str, Any]] = {}
    for bench in (check_in, callback, confirmation, group_entry, delivery, township, rating, simulator):
        with tempfile.TemporaryDirectory(prefix="zone-bench-") as folder:
            figures |= bench.measure(Path(folder))
    for name, figure in figures.items():
        bar = f"  {figure['bar']}" if figure["bar"] else ""
        mark = {True: "ok", False: "MISSED", None: ""}[figure["ok"]]
        print(f"{name:<44}{figure['value']:>12,.2f} {figure['unit']:<8}{bar:<14}{mark}")
    out = ROOT / "var" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")
    return 1 if any(figure["ok"] is False for figure in figures.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
