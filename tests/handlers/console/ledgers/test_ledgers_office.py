"""The ledgers as a secretary's computer opens and prints them: LibreOffice, A4, every page with its head."""

from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from models.gatherings.gathering import GatheringState
from models.gatherings.roll import RollLine, Status
from tests.conftest import NOON
from tests.factories import a_gathering, a_member, a_roll, a_spell
from tests.handlers.console_site import Site, publish_theme_day
from tests.office import pdfs_of, texts_of

pytestmark = pytest.mark.office

ODD = ("=1+1", "+86", "@x", "-2", "<b>&", "𠮷田𬭎", "#N/A")
A4 = {595, 842}  # points
# A head of each table, which stands on each page.
HEADS = {
    "roster": "是否参评", "sign-in": "到会情况", "meetings": "出席率", "leave-makeup": "经办人",
    "floating": "参加活动情况",
}  # fmt: skip
WIDE = ("roster", "meetings", "floating")
LONG = ("meetings", "roster", "sign-in")  # go on over more than one page


def many_people_and_gatherings(site: Site) -> int:
    """Let people with odd names be away and have leave of forty gatherings; return the roll of today."""
    roll = publish_theme_day(site)["home"]
    by, home = site.staff["secretary"].id, site.orgs["home"]
    with site.sessions.begin() as session:
        odd = [a_member(session, home, name, site.orgs["group1"], office=name) for name in ODD]
        for one in odd:
            a_spell(session, one, place=one.name, host=one.name, contact=one.name)
            session.add(RollLine(gathering_id=site.gathering_id, member_id=one.id, roll_id=roll))
        for number in range(40):
            starts_at = NOON - timedelta(days=number + 1)
            it = a_gathering(session, home, GatheringState.CONFIRMED, starts_at, title=ODD[number % len(ODD)])
            held = a_roll(session, it, home, confirmed_at=NOON, confirmed_by=by, revision=1)
            line = {"gathering_id": it.id, "roll_id": held.id, "marked_by": by, "marked_at": NOON}
            session.add(RollLine(member_id=odd[number % len(ODD)].id, status=Status.LEAVE, **line))
    return roll


def exported(site: Site, kind: str, roll: int, folder: Path) -> Path:
    """Export a ledger into the folder."""
    query = f"roll={roll}&since=2026-11&until=2026-11&purpose=archive"
    file = folder / f"{kind}.xlsx"
    file.write_bytes(
        site.browser("secretary").client.get(f"/console/ledgers/{kind}?{query}", buffered=True).data
    )
    return file


def test_each_ledger_opens_and_prints_with_every_odd_name(site: Site, tmp_path: Path) -> None:
    roll = many_people_and_gatherings(site)
    printed = pdfs_of([exported(site, kind, roll, tmp_path) for kind in HEADS])
    assert {pdf.stem: faults_of(pdf) for pdf in printed} == {kind: [] for kind in HEADS}


def faults_of(pdf: Path) -> list[str]:
    """Return what is wrong with a printed ledger."""
    kind, texts = pdf.stem, texts_of(pdf)
    with pypdfium2.PdfDocument(pdf) as document:
        sizes = [(round(page.get_width()), round(page.get_height())) for page in document]
    said = "".join(texts)
    heads = ("第", "页", "共", "导出人：周明远", HEADS[kind])
    return [
        *(f"{size} is no A4, or lies wrong" for size in sizes if not stands_right(kind, size)),
        *(f"{name} is missing" for name in ODD if name not in said),
        *(f"no {word} on page {n}" for n, text in enumerate(texts, 1) for word in heads if word not in text),
        *["a formula"] * ("Err:" in said),
        *["too few pages"] * (len(texts) <= (kind in LONG)),
    ]


def stands_right(kind: str, size: tuple[int, int]) -> bool:
    """Return whether this is A4, upright or lying as the table needs it."""
    return set(size) == A4 and (size[0] > size[1]) is (kind in WIDE)
