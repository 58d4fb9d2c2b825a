"""Hostile input to the API, the forms, the lists, the workbooks and the settings, round after round."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUND = 3000  # requests to each part


def soak(_: Path, *, seconds: float) -> list[str]:
    """Return what the rounds found; each is a process of its own with another seed, which it prints."""
    end, faults = time.monotonic() + seconds, list[str]()
    while time.monotonic() < end and not faults:
        command = [sys.executable, "-m", "tests.hard.fuzz", str(ROUND)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        print(done.stdout, flush=True)
        if done.returncode:
            faults.append(f"{done.stdout}{done.stderr}"[-4000:])
    return faults
