"""The browser of the tests and its Chinese font, both out of packages: no root, the same on every machine.

`CHROMIUM` names another one, such as Debian's; the font stays. `make browser` runs this file.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import brotli
from playwright.sync_api import Browser, Error, sync_playwright

MODULES = Path(__file__).parent.parent / "node_modules"
PACKED = MODULES / "@sparticuz/chromium/bin"
UNPACKED = MODULES / ".cache/chromium"  # npm clears it whenever it installs
FONTS, FONT = "manimgx_fonts_cjk", "Noto Sans CJK SC"
# Whatever a page asks for, this one font answers: no text is measured in a font that only one machine has.
FONTS_CONF = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir>
<match><edit name="family" mode="append"><string>{font}</string></edit></match></fontconfig>
"""


def unpacked() -> Path:
    """Return the folder of the package's browser and its libraries, unpacked once."""
    if not UNPACKED.is_dir():
        if not PACKED.is_dir():
            raise FileNotFoundError("the browser is not installed: make browser")
        UNPACKED.parent.mkdir(exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=UNPACKED.parent))
        _write(half / "chromium", brotli.decompress((PACKED / "chromium.br").read_bytes()))
        libraries = brotli.decompress((PACKED / "al2023.tar.br").read_bytes())
        with tarfile.open(fileobj=BytesIO(libraries)) as packed:
            for member in packed:
                if content := packed.extractfile(member):
                    _write(half / Path(member.name).name, content.read())
        try:
            half.rename(UNPACKED)
        except OSError:  # another worker was faster
            shutil.rmtree(half)
    return UNPACKED


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    file.chmod(0o755)


def versions(executable: str, surroundings: dict[str, str]) -> str:
    """Return both versions, for whoever has to find out why they do not understand one another."""
    try:
        asked = [executable, "--version"]
        told = subprocess.run(
            asked, env=surroundings, capture_output=True, text=True, check=False, timeout=20
        )
        said = (told.stdout or told.stderr).strip()
    except OSError as error:
        said = str(error)
    return f"Playwright {version('playwright')}; {executable}: {said}"


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the browser and end it; whoever cannot start it is told both versions."""
    surroundings = dict(os.environ)
    executable = os.environ.get("CHROMIUM", "")
    if not executable:
        executable = str(unpacked() / "chromium")
        surroundings["LD_LIBRARY_PATH"] = str(UNPACKED)
    with tempfile.TemporaryDirectory(prefix="zone-fonts-") as folder, sync_playwright() as playwright:
        conf = Path(folder) / "fonts.conf"
        conf.write_text(FONTS_CONF.format(fonts=files(FONTS), cache=folder, font=FONT), "utf-8")
        surroundings["FONTCONFIG_FILE"] = str(conf)
        try:
            browser = playwright.chromium.launch(
                executable_path=executable, args=["--no-sandbox", "--lang=zh-CN"], env={**surroundings}
            )
        except Error as error:
            raise RuntimeError(f"{versions(executable, surroundings)}\n{error.message}") from error
        yield browser
        browser.close()


if __name__ == "__main__":
    try:
        with launched() as found:
            found.new_page().evaluate("1 + 1")
    except (OSError, RuntimeError) as error:
        sys.exit("\n".join(str(error).splitlines()[:2]))
