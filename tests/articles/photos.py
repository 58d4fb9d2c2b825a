"""Picture files as people and attackers send them."""

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F
SECRET = b"35.2156N 113.2420E HONOR-90"


def a_photo(size: tuple[int, int] = (400, 300), kind: str = "JPEG", mode: str = "RGB", **saved: Any) -> bytes:
    """Return a picture whose upper left corner is red and the rest blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    file = BytesIO()
    image.convert(mode).save(file, kind, **saved)
    return file.getvalue()


def a_photo_of_a_phone(**changed: Any) -> bytes:
    """Return a photo that lies on its side and tells where, when and with what it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, SECRET.decode()
    exif.get_ifd(GPS)[1] = "N"
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    return a_photo(exif=exif, comment=SECRET, icc_profile=SECRET, xmp=xmp, **changed) + SECRET


def noise(size: tuple[int, int]) -> bytes:
    """Return a picture that no encoder makes small."""
    image = Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3))
    file = BytesIO()
    image.save(file, "JPEG", quality=95)
    return file.getvalue()


def a_bomb(width: int, height: int) -> bytes:
    """Return a small PNG file that says it is this large, and would be if it were unpacked."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(min(height, 6000))) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def moving(kind: str) -> bytes:
    """Return a picture that moves."""
    file = BytesIO()
    frames = [Image.new("RGB", (100, 100), colour) for colour in ("red", "blue")]
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><title>x</title><script>alert(1)</script>"
# Not pictures, or not ones that may come in, whatever their name says.
WRONG = {
    "html": HTML,
    "svg": SVG,
    "gif": a_photo(kind="GIF"),
    "gif that is a page": b"GIF89a/*" + HTML,
    "moving gif": moving("GIF"),
    "moving webp": moving("WEBP"),
    "moving png": moving("PNG"),
    "bmp": a_photo(kind="BMP"),
    "tiff": a_photo(kind="TIFF"),
    "nothing": b"",
    "head of a jpeg": a_photo()[:200],
    "cut jpeg": noise((300, 300))[:20000],
    "cut png": a_photo(kind="PNG")[:-40],
    "jpeg of lies": a_photo()[:160] + b"\x00" * 3000,
    "word": b"PK\x03\x04" + b"\x00" * 500,
    "pdf": b"%PDF-1.7\n" + HTML,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\nshowpage\n",
    "bomb": a_bomb(30_000, 30_000),
    "larger than warned of": a_bomb(12_000, 9_000),
    "larger than a phone's": a_bomb(9000, 5800),
    "too small": a_photo((40, 300)),
}
