"""LibreOffice, which opens the Word and Excel files as a secretary's computer does, and shows their pages."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pypdfium2

from tests.chromium import FONT, FONTS_CONF

# The browser's variable font is drawn by nobody once LibreOffice has put it into a PDF.
STATIC_FONT = "noto_cjk_sans_otc"


def pdf_of(file: Path) -> Path:
    """Print one Word or Excel file into a PDF beside it and return that."""
    return pdfs_of([file])[0]


def pdfs_of(several: Sequence[Path]) -> list[Path]:
    """Print files of one folder at one start, which costs more than most; AssertionError if one fails.

    Each call has a profile of its own: two at once would else wait for one another.
    """
    with tempfile.TemporaryDirectory(prefix="zone-office-") as folder:
        conf = Path(folder) / "fonts.conf"
        conf.write_text(FONTS_CONF.format(fonts=files(STATIC_FONT), cache=folder, font=FONT), "utf-8")
        told = subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
             "--outdir", str(several[0].parent), *map(str, several)],
            env={**os.environ, "FONTCONFIG_FILE": str(conf), "HOME": folder},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    made = [file.with_suffix(".pdf") for file in several]
    assert [pdf.name for pdf in made if not pdf.exists()] == [], told.stderr
    return made


def texts_of(pdf: Path) -> list[str]:
    """Return the text of each page."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def pictures_of(pdf: Path, folder: Path, *, dots_per_inch: int = 80) -> list[Path]:
    """Draw each page into `folder` and return the pictures in order."""
    drawn = []
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document, start=1):
            picture = folder / f"{pdf.stem}-{number}.png"
            page.render(scale=dots_per_inch / 72).to_pil().save(picture)
            drawn.append(picture)
    return drawn
