"""The pages for people in docs/: each is found where one looks; of pictures only those shown are kept."""

import re
from pathlib import Path

import pytest

from tests.guides.guide import DOCS
from tests.pictures.shelf import DOCUMENTS, KEPT, shown, shown_in

GUIDES = [path for path in sorted(DOCS.glob("*.md")) if not path.name.isascii()]
# Not done line by line here: files for whoever reckons again, what is done in WeChat's own settings, and what
# is for the operator.
REFERENCE = {"积分核算文件", "小程序", "部署", "安全"}


def test_there_is_a_page_for_each_kind_of_person() -> None:
    assert {guide.stem for guide in GUIDES} - REFERENCE == {
        "第一次主题党日", "积分定星一页", "党小组长一页", "乡镇一页", "宣传编辑一页",
    }  # fmt: skip


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_page_is_linked_where_one_begins_and_shows_what_there_is(guide: Path) -> None:
    name, text = guide.name, guide.read_text("utf-8")
    assert f"](docs/{name})" in (DOCS.parent / "README.md").read_text("utf-8")
    assert f"]({name})" in (DOCS / "operations.md").read_text("utf-8")
    pictures = re.findall(r'<img src="[^"]+" width="170" alt="[^"]+">', text)
    assert len(pictures) == text.count("<img")


def test_pictures_are_kept_that_a_document_shows_and_no_others() -> None:
    assert {path for path in shown() if path.parent == KEPT} == set(KEPT.iterdir())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(DOCS.parent)))
def test_every_picture_that_a_document_shows_exists(document: Path) -> None:
    assert {path for path in shown_in(document) if not path.is_file()} == set()
