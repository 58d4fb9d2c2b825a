"""Make 会议记录.docx anew: `python -m handlers.console.minutes.word.make_template`.

An office may edit the file itself in Word; this is how its first version came about. Form of official
papers: A4, 黑体 headings, 仿宋 body, the page's number and the number of pages beneath.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell

BODY, HEADING, TITLE = "仿宋", "黑体", "黑体"
FACTS = (
    (("时间", "{{ time }}"), ("地点", "{{ place }}")),
    (("主持人", "{{ host }}"), ("记录人", "{{ recorder }}")),
    (("应到", "{{ expected }}"), ("实到", "{{ came }}")),
)
WIDE_FACTS = (
    ("请假", "{{ leave }}"),
    ("缺席", "{{ absent }}{% if absent_names %}　{{ absent_names }}{% endif %}"),
    ("不计应到", "{{ apart }}"),
    ("列席", "{{ observers }}"),
)
COLUMNS = ((12, "序号", "number"), (52, "决议", "text"), (22, "责任人", "owner"), (36, "完成时限", "due"),
           (38, "表决", "vote"))  # fmt: skip


def _write(paragraph: Any, text: str, font: str = BODY, size: float = 12, *, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = font, Pt(size), bold
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    paragraph.paragraph_format.space_after = Pt(0)


def _cell(cell: _Cell, text: str, font: str = BODY, size: float = 12) -> None:
    _write(cell.paragraphs[0], text, font, size)


def _field(paragraph: Any, code: str) -> None:
    """Put a number into a paragraph that Word itself counts: PAGE or NUMPAGES."""
    run = paragraph.add_run()
    run.font.name, run.font.size = BODY, Pt(10.5)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), BODY)
    for kind, text in (("begin", None), (None, code), ("separate", None), ("text", "1"), ("end", None)):
        part = OxmlElement("w:t" if kind == "text" else "w:instrText" if kind is None else "w:fldChar")
        if text is None:
            part.set(qn("w:fldCharType"), kind or "")
        else:
            part.text = text
        run._element.append(part)


def _repeats(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _frame(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(30), Mm(26)
    section.left_margin, section.right_margin = Mm(26), Mm(24)
    style = document.styles["Normal"]
    style.font.name, style.font.size = BODY, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)
    _write(section.header.paragraphs[0], "{{ org }}　{{ period }}　{{ draft }}", size=10.5)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(foot, "第 ", size=10.5)
    _field(foot, "PAGE")
    _write(foot, " 页　共 ", size=10.5)
    _field(foot, "NUMPAGES")
    _write(foot, " 页", size=10.5)


def _facts(document: Any) -> None:
    table = document.add_table(0, 4, style="Table Grid")
    table.autofit = False
    for pairs in FACTS:
        cells = table.add_row().cells
        for place, (label, text) in enumerate(pairs):
            _cell(cells[2 * place], label, HEADING)
            _cell(cells[2 * place + 1], text)
    for label, text in WIDE_FACTS:
        cells = table.add_row().cells
        _cell(cells[0], label, HEADING)
        _cell(cells[1].merge(cells[3]), text)
    _widths(table, (22, 68, 18, 52))


def _widths(table: Any, widths: Sequence[int]) -> None:
    """Give the columns their widths in mm, as a grid and cell by cell: each program reads another."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        at = 0
        for cell in row._tr.tc_lst:
            spans = cell.grid_span
            cell.width = Mm(sum(widths[at : at + spans]))
            at += spans


def _heading(document: Any, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(10)
    paragraph.paragraph_format.keep_with_next = True
    _write(paragraph, text, HEADING, 14)


def _body(document: Any, text: str, *, indent: bool = True) -> None:
    paragraph = document.add_paragraph()
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(24)
    paragraph.paragraph_format.line_spacing = Pt(24)
    _write(paragraph, text)


def _decisions(document: Any) -> None:
    table = document.add_table(4, len(COLUMNS), style="Table Grid")
    table.autofit = False
    _repeats(table.rows[0])
    for place, (_, label, name) in enumerate(COLUMNS):
        _cell(table.cell(0, place), label, HEADING, 10.5)
        _cell(table.cell(2, place), f"{{{{ one.{name} }}}}", size=10.5)
    _widths(table, [width for width, _, _ in COLUMNS])
    _cell(table.cell(1, 0), "{%tr for one in decisions %}")
    _cell(table.cell(3, 0), "{%tr endfor %}")


def made() -> Any:
    """Return the template as a document."""
    document = Document()
    _frame(document)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(title, "{{ heading }}", TITLE, 20)
    about = document.add_paragraph()
    about.alignment = WD_ALIGN_PARAGRAPH.CENTER
    about.paragraph_format.space_after = Pt(8)
    _write(about, "主题：{{ title }}")
    _facts(document)
    _heading(document, "一、议程")
    _body(document, "{%p for item in items %}", indent=False)
    _body(document, "{{ loop.index }}. {{ item }}")
    _body(document, "{%p endfor %}", indent=False)
    _heading(document, "二、讨论要点")
    _body(document, "{%p for line in discussion %}", indent=False)
    _body(document, "{{ line }}")
    _body(document, "{%p endfor %}", indent=False)
    _heading(document, "三、表决和决议")
    _body(document, "{%p if decisions %}", indent=False)
    _decisions(document)
    _body(document, "{%p else %}", indent=False)
    _body(document, "无")
    _body(document, "{%p endif %}", indent=False)
    _heading(document, "四、补学、党费和志愿服务")
    for text in ("补学：{{ makeups }}", "党费：{{ dues }}", "志愿服务：{{ volunteering }}"):
        _body(document, text)
    hands = document.add_paragraph()
    hands.paragraph_format.space_before = Pt(28)
    _write(hands, "主持人（签名）：　　　　　　记录人（签名）：　　　　　　年　　月　　日")
    about_file = document.core_properties
    about_file.author = about_file.comments = about_file.title = ""
    return document


if __name__ == "__main__":
    made().save(str(Path(__file__).parent / "会议记录.docx"))
