"""`make soak`: live through one bad day after another, print a line for each, exit 1 if a promise broke."""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.soak import drawn, fuzz, guesses, sends, taps  # noqa: E402 (the path above comes first)

SECONDS = 300  # of each scenario: its last round is finished


def main() -> int:
    """Run every scenario; exit 1 when one of them found a fault."""
    faults: list[str] = []
    for scenario in (taps, sends, drawn, guesses, fuzz):
        with tempfile.TemporaryDirectory(prefix="zone-soak-") as folder:
            faults += scenario.soak(Path(folder), seconds=SECONDS)
    print("\n".join(faults) or "没有发现问题。")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
