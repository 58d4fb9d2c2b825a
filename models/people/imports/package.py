"""The file as somebody sent it: opened only if it is an .xlsx of a size that a roster may have."""

import zipfile
from io import BytesIO

from models.refused import Refused

MOST_BYTES = 20_000_000
MOST_UNPACKED = 60_000_000  # a roster of 10,000 people unpacks to about 7 MB
MOST_PARTS = 500
NEXT = "请在 Excel 里另存为“Excel 工作簿（.xlsx）”再导入"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Streams that stand in an old Office container, and what the file therefore is.
STREAMS = (
    ("EncryptedPackage", "这个文件设了打开密码。请在 Excel 里打开，去掉密码，另存为 .xlsx 再导入"),
    ("WordDocument", f"这是 Word 文档，不是 Excel 表格。请把里面的表格复制到 Excel，{NEXT[1:]}"),
    ("Workbook", f"这是老格式的表格（.xls 或 .et），改扩展名没有用。{NEXT}"),
    ("Book", f"这是老格式的表格（.xls 或 .et），改扩展名没有用。{NEXT}"),
)
# Folders and parts that stand in a package of another kind.
PARTS = (
    ("word/", f"这是 Word 文档，不是 Excel 表格。请把里面的表格复制到 Excel，{NEXT[1:]}"),
    ("ppt/", f"这是 PowerPoint 文件，不是 Excel 表格。请把里面的表格复制到 Excel，{NEXT[1:]}"),
    ("xl/workbook.bin", f"这是二进制的表格（.xlsb）。{NEXT}"),
    ("content.xml", f"这是 .ods 表格。{NEXT}"),
    ("", "这是压缩包，不是表格。请先解压，导入里面的 .xlsx"),
)
# How files of other kinds begin.
BEGINNINGS = (
    (b"%PDF", f"这是 PDF，读不出格子。请找到原来的表格，{NEXT[1:]}"),
    (b"Rar!", "这是压缩包，不是表格。请先解压，导入里面的 .xlsx"),
    (b"7z\xbc\xaf", "这是压缩包，不是表格。请先解压，导入里面的 .xlsx"),
    (b"\xff\xd8\xff", "这是图片，不是表格。请照着填到 Excel 里再导入"),
    (b"\x89PNG", "这是图片，不是表格。请照着填到 Excel 里再导入"),
    (b"<", f"这是网页格式的表格，只是扩展名写成了 .xls 或 .xlsx。{NEXT}"),
)
TEXT = f"这是文本文件（.csv 或 .txt），改扩展名没有用。请用 Excel 打开，看清没有乱码，{NEXT[1:]}"


def open_package(file: bytes) -> zipfile.ZipFile:
    """Open the package of a workbook, before anything in it is unpacked.

    Refused: workbook_unreadable with what the file is instead and what to do, workbook_too_large.
    """
    if len(file) > MOST_BYTES:
        raise Refused("workbook_too_large", TOO_LARGE)
    if not file.startswith(b"PK"):
        raise Refused("workbook_unreadable", what_else(file))
    # The library reads the whole list of parts at once, whatever its length.
    if file.count(b"PK\x01\x02") > MOST_PARTS:
        raise Refused("workbook_too_large", UNPACKED)
    try:
        package = zipfile.ZipFile(BytesIO(file))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise Refused(
            "workbook_unreadable", "文件不完整，可能没有存好或没有传完。请重新保存再导入"
        ) from error
    names = package.namelist()
    if "xl/workbook.xml" not in names:
        found = (said for part, said in PARTS if any(name.startswith(part) for name in names))
        raise Refused("workbook_unreadable", next(found, DAMAGED))
    if sum(part.file_size for part in package.infolist()) > MOST_UNPACKED:
        raise Refused("workbook_too_large", UNPACKED)
    for part in package.infolist():
        # Office writes nothing else; other methods may ask for gigabytes before the first byte.
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or part.flag_bits & 1:
            raise Refused("workbook_unreadable", DAMAGED)
    return package


TOO_LARGE = f"文件超过 {MOST_BYTES // 1_000_000} MB。请只保留名册这一张表，去掉图片，或分成几个文件导入"
UNPACKED = "文件展开后太大。请把名册复制到一个新的工作簿，只留有字的行，去掉图片和多余的格式再导入"
DAMAGED = f"文件读不出来，可能已经损坏。{NEXT}"


def what_else(file: bytes) -> str:
    """Say what a file is that is no .xlsx, and what its owner does next."""
    if not file.strip(b"\0\r\n\t "):
        return "这是空文件，里面什么也没有。请重新选一次文件"
    if file.startswith(OLD_OFFICE):
        found = (said for stream, said in STREAMS if stream.encode("utf-16-le") in file)
        return next(found, DAMAGED)
    start = file.removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, said in BEGINNINGS:
        if start.startswith(beginning):
            return said
    return TEXT if _is_text(file[:4096]) else DAMAGED


def _is_text(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    # A character may be cut at the end, which is no sign of anything.
    return b"\0" not in start and any(
        "\ufffd" not in start.decode(encoding, "replace")[:-2] for encoding in ("utf-8", "gb18030")
    )
