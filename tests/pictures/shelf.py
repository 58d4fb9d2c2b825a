"""Where pictures lie: all in var/pictures with one page to look through, those shown in docs/pictures."""

import re
import shutil
from collections.abc import Iterable
from html import escape
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
ALL, KEPT = ROOT / "var" / "pictures", ROOT / "docs" / "pictures"
DOCUMENTS = (ROOT / "README.md", ROOT / "simulator" / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_SHOWN = re.compile(r'!\[[^\]]*\]\(([^)\s]+)\)|<img src="([^"]+)"')
COLOURS = 256  # as many as a palette holds: a third of the size of all colours, and the eye misses none
_PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>界面图片</title>
<style>
body {{ font-family: sans-serif }}
figure {{ display: inline-block; margin: 8px; vertical-align: top }}
img {{ display: block; max-width: 360px; border: 1px solid #ccc }}
</style>
{figures}
</html>
"""


def shown_in(document: Path) -> set[Path]:
    """Return the pictures of this repository that a document shows."""
    addresses = ("".join(found) for found in _SHOWN.findall(document.read_text("utf-8")))
    return {(document.parent / one).resolve() for one in addresses if "://" not in one}


def shown() -> set[Path]:
    """Return every picture that some document shows."""
    return set().union(*(shown_in(document) for document in DOCUMENTS))


def wanted(name: str, words: Iterable[str]) -> bool:
    """Tell whether a picture is to be taken: all are, unless words are given with which names begin."""
    return not words or name.startswith(tuple(words))


def with_palette(path: Path, *, times_smaller: int = 1) -> None:
    """Write the picture anew with a palette of its own."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").reduce(times_smaller)
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def put_out(taken: Iterable[Path]) -> None:
    """Copy what documents show of the pictures just taken; list all that there are on index.html."""
    kept = shown()
    for path in taken:
        if KEPT / path.name in kept:
            shutil.copy(path, KEPT)
    figures = (
        f"<figure><figcaption>{escape(path.stem)}</figcaption>"
        f'<a href="{path.name}"><img loading="lazy" src="{path.name}" alt="{escape(path.stem)}"></a></figure>'
        for path in sorted(ALL.glob("*.png"))
    )
    (ALL / "index.html").write_text(_PAGE.format(figures="\n".join(figures)), "utf-8")
