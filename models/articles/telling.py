"""How filed records are told: the first title, digest and text of an article, for a person to improve."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from models.articles.article import BlockKind
from models.articles.html import Block
from models.gatherings.gathering import GatheringKind
from models.people.org import Org

HELD_TEXT = {
    GatheringKind.THEME_DAY: "开展{month}月主题党日活动",
    GatheringKind.MEMBER_ASSEMBLY: "召开党员大会",
    GatheringKind.COMMITTEE: "召开支委会",
    GatheringKind.GROUP: "召开党小组会",
    GatheringKind.LECTURE: "举办党课",
    GatheringKind.ORG_LIFE: "召开组织生活会",
    GatheringKind.APPRAISAL: "开展民主评议党员",
    GatheringKind.VOLUNTEERING: "开展志愿服务活动",
    GatheringKind.STUDY: "组织集体学习",
}


class Told(NamedTuple):
    """What one filed record says that everybody may read."""

    org: Org
    kind: GatheringKind
    period: str
    day: date
    place: str  # empty where it names somebody
    came: int
    items: tuple[str, ...]  # held, as they were held
    volunteering: str
    decisions: tuple[str, ...]

    @property
    def held(self) -> str:
        """What was held: 开展11月主题党日活动."""
        return HELD_TEXT[self.kind].format(month=int(self.period[5:]))


class Drafted(NamedTuple):
    """A first version; a title or digest may still be too long."""

    title: str
    digest: str
    blocks: list[Block]


def of_one(told: Told) -> Drafted:
    """Tell of one gathering."""
    opening = f"{_day(told.day)}，{told.org.name}{_at(told.place)}{told.held}{_came(told.came)}。"
    blocks = [Block(BlockKind.TEXT, opening)]
    blocks += _listed("这次活动的内容：", told.items)
    blocks += [Block(BlockKind.TEXT, f"志愿服务：{told.volunteering}。")] if told.volunteering else []
    blocks += _listed("会上议定：", told.decisions)
    return Drafted(f"{told.org.name}{told.held}", opening, blocks)


def of_several(org: Org, records: Sequence[Told]) -> Drafted:
    """Tell of several gatherings in one article, in the order of the tree and of the days.

    How many came is told of all together: no branch is set beside another.
    """
    homes = list(dict.fromkeys(one.org.name for one in records))
    held = list(dict.fromkeys(one.held for one in records))
    what = held[0] if len(held) == 1 else "组织开展党内活动"
    who = homes[0] if len(homes) == 1 else f"{org.name}所属 {len(homes)} 个党支部"
    came = sum(one.came for one in records)
    opening = f"{_span(records)}，{who}{what}{f'，共有党员 {came} 人次参加' if came else ''}。"
    blocks = [Block(BlockKind.TEXT, opening), *(_told_of(one, alone=len(homes) == 1) for one in records)]
    title = f"{homes[0] if len(homes) == 1 else f'{org.name}各支部'}{what}"
    return Drafted(title, opening, blocks)


def _told_of(told: Told, *, alone: bool) -> Block:
    where = "" if alone else told.org.name
    parts = [f"{_day(told.day)}，{where}{_at(told.place)}{told.held}"]
    parts += [f"内容有：{'；'.join(told.items)}"] if told.items else []
    parts += [f"志愿服务：{told.volunteering}"] if told.volunteering else []
    parts += [f"议定：{'；'.join(told.decisions)}"] if told.decisions else []
    return Block(BlockKind.TEXT, "。".join(part.rstrip("。") for part in parts) + "。")


def _listed(heading: str, entries: Iterable[str]) -> list[Block]:
    entries = list(entries)
    if not entries:
        return []
    return [Block(BlockKind.TEXT, heading), Block(BlockKind.LIST, "\n".join(entries))]


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _span(records: Sequence[Told]) -> str:
    months = sorted({one.period for one in records})
    first, last = (f"{month[:4]}年{int(month[5:])}月" for month in (months[0], months[-1]))
    return first if first == last else f"{first}至{last}"


def _at(place: str) -> str:
    return f"在{place}" if place else ""


def _came(number: int) -> str:
    return f"，{number} 名党员参加" if number else ""
