"""`make bench`: measure, print one line per figure, write var/bench.json; the log goes to var/bench.log.

`python -m tests.bench.run [NAME…]` runs only the benches of these names.
"""

import json
import math
import re
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
    pages,
    rating,
    roster,
    simulator,
    township,
)
from tests.bench.ground import SIZES, figure  # noqa: E402
from tests.bench.log import written_to  # noqa: E402

BENCHES = {
    bench.__name__.rpartition(".")[2]: bench
    for bench in (
        check_in,
        callback,
        confirmation,
        group_entry,
        delivery,
        township,
        rating,
        roster,
        pages,
        simulator,
    )
}
OUT = ROOT / "var" / "bench.json"
LOG = OUT.with_suffix(".log")

SIZED = re.compile(r"(?P<work>.+) at (?P<size>1|1/4|1/16)(?P<what>( of|:).*|)")

SMALLEST = 0.01  # below it a figure is noise


def print_growth(figures: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Print the table of growth, each work at a sixteenth, a quarter and the whole of its data; judge it."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, it in figures.items():
        if of := SIZED.fullmatch(name):
            found.setdefault(f"{of['work']}{of['what']}", {})[of["size"]] = it
    print(f"{'growth':<60}{'1x':>10}{'4x':>10}{'16x':>10}  16x / 1x")
    worst, of_what = 0.0, ""
    for name, sizes in found.items():
        low, middle, high = (sizes[size]["value"] for size in SIZES)
        times = high / max(low, SMALLEST)
        print(f"{name:<60}{low:>10,.2f}{middle:>10,.2f}{high:>10,.2f}{times:>10.1f}")
        worst, of_what = max((worst, of_what), (times, name))
    bar = round(16 * math.log(10_000) / math.log(10_000 / 16), 1)
    return {f"growth: the worst of 16 x the data ({of_what})": figure(worst, "x", f"< {bar}", worst < bar)}


def main() -> int:
    """Run every benchmark, or those that are named; exit 1 when a figure misses its bar."""
    names = sys.argv[1:] or [*BENCHES]
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"{', '.join(unknown)}: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    if shutil.which("wrk") is None and any("wrk" in vars(BENCHES[name]) for name in names):
        print("压测要用 wrk：apt-get install -y wrk", file=sys.stderr)
        return 2
    OUT.parent.mkdir(exist_ok=True)
    print(f"日志：{LOG.relative_to(ROOT)}", flush=True)
    figures: dict[str, dict[str, Any]] = {}
    with written_to(LOG):
        for name in names:
            with tempfile.TemporaryDirectory(prefix="zone-bench-") as folder:
                figures |= BENCHES[name].measure(Path(folder))
    figures |= print_growth(figures)
    for name, it in figures.items():
        if SIZED.fullmatch(name):
            continue
        bar = f"  {it['bar']}" if it["bar"] else ""
        mark = {True: "ok", False: "MISSED", None: ""}[it["ok"]]
        print(f"{name:<60}{it['value']:>12,.2f} {it['unit']:<8}{bar:<14}{mark}")
    OUT.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")
    return 1 if any(it["ok"] is False for it in figures.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
