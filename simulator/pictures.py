"""Pictures that the simulator draws: codes that a phone can scan."""

import io

import segno
from PIL import Image

QUIET_ZONE = 4


def drawn_code(text: str, width: int, *, png: bool = False, dark: tuple[int, int, int] = (0, 0, 0)) -> bytes:
    """Draw a QR code `width` pixels wide: JPEG, or PNG with nothing behind the code.

    Raises ValueError for a text that is too long for any.
    """
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="png", border=QUIET_ZONE, dark=dark, light=None if png else "white"
    )
    picture = Image.open(drawn).convert("RGBA" if png else "RGB")
    written = io.BytesIO()
    picture.resize((width, width), Image.Resampling.NEAREST).save(
        written, "PNG" if png else "JPEG", quality=90
    )
    return written.getvalue()
