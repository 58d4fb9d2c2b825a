"""The demonstration's places: six townships, forty branches, all invented."""

from datetime import time
from enum import StrEnum
from typing import NamedTuple

from models.gatherings.calendar.calendar import HolidayRule
from models.people.org import OrgKind


class Sort(StrEnum):
    """What sort of branch it is: its people, its hours and its matters follow from it."""

    VILLAGE = "village"
    COMMUNITY = "community"
    OFFICE = "office"
    RETIRED = "retired"
    UNIT = "unit"
    FIRM = "firm"


class Place(NamedTuple):
    """One branch: the organisation above, code, name, sort, size, the names of its groups, its log-ins."""

    above: str
    code: str
    name: str
    sort: Sort
    size: int
    groups: tuple[str, ...] = ()
    kind: OrgKind = OrgKind.BRANCH
    prefix: str = ""

    @property
    def login(self) -> str:
        """How the log-ins of this branch begin."""
        return self.prefix or self.code.lower()


ZONE = ("SFQ", "示范区党工委（演示）")
TOWNS = (
    ("HZ", "禾泽镇党委", "沈静"),
    ("LQ", "柳泉镇党委", "贺志远"),
    ("YX", "云栖乡党委", "苗青"),
    ("CH", "长河街道党工委", "卫兰"),
    ("XB", "新柏街道党工委", "时光明"),
    ("DY", "东苑街道党工委", "卓越群"),
)
GENERAL = ("LQ", "LQ00", "大槐树村党总支")
NUMBERED = ("第一党小组", "第二党小组", "第三党小组", "第四党小组")

PLACES = (
    Place("HZ", "HZ01", "青龙湾村党支部", Sort.VILLAGE, 45, NUMBERED[:3], prefix="qlw"),
    Place("HZ", "HZ02", "柳树坡村党支部", Sort.VILLAGE, 35, ("河东党小组", "河西党小组"), prefix="lsp"),
    Place("HZ", "HZ03", "禾泽社区党支部", Sort.COMMUNITY, 30, ("东院党小组", "西院党小组"), prefix="hzsq"),
    Place("HZ", "HZ04", "禾泽镇机关党支部", Sort.OFFICE, 10, prefix="jg"),
    Place("HZ", "HZ05", "石桥岭村党支部", Sort.VILLAGE, 28, NUMBERED[:2]),
    Place("LQ", "LQ01", "白鹭洲村党支部", Sort.VILLAGE, 48, NUMBERED),
    Place("LQ", "LQ02", "南塘村党支部", Sort.VILLAGE, 32, NUMBERED[:2]),
    Place("LQ00", "LQ03", "大槐树村第一党支部", Sort.VILLAGE, 49, NUMBERED[:3]),
    Place("LQ00", "LQ04", "大槐树村第二党支部", Sort.VILLAGE, 48, NUMBERED[:3]),
    Place("LQ00", "LQ05", "大槐树村第三党支部", Sort.VILLAGE, 48, NUMBERED[:3]),
    Place("LQ", "LQ06", "柳泉社区党支部", Sort.COMMUNITY, 28, ("南区党小组", "北区党小组")),
    Place("LQ", "LQ07", "柳泉镇机关党支部", Sort.OFFICE, 14),
    Place("YX", "YX01", "云栖岭村党支部", Sort.VILLAGE, 30, NUMBERED[:2]),
    Place("YX", "YX02", "竹园村党支部", Sort.VILLAGE, 24, NUMBERED[:2]),
    Place("YX", "YX03", "下河村党支部", Sort.VILLAGE, 20),
    Place("YX", "YX04", "松岗村党支部", Sort.VILLAGE, 26, NUMBERED[:2]),
    Place("YX", "YX05", "云栖乡机关党支部", Sort.OFFICE, 13),
    Place("CH", "CH01", "长河社区党支部", Sort.COMMUNITY, 32, ("一区党小组", "二区党小组")),
    Place("CH", "CH02", "北关社区党支部", Sort.COMMUNITY, 28, ("前街党小组", "后街党小组")),
    Place("CH", "CH03", "渔湾村党支部", Sort.VILLAGE, 22, NUMBERED[:2]),
    Place("CH", "CH04", "长河街道机关党支部", Sort.OFFICE, 12),
    Place("CH", "CH05", "红色物业联合党支部", Sort.FIRM, 7, kind=OrgKind.JOINT_BRANCH),
    Place("CH", "CH06", "长河街道离退休党支部", Sort.RETIRED, 40, NUMBERED[:3]),
    Place("XB", "XB01", "柏园社区党支部", Sort.COMMUNITY, 26, ("东区党小组", "西区党小组")),
    Place("XB", "XB02", "东柏村党支部", Sort.VILLAGE, 25, NUMBERED[:2]),
    Place("XB", "XB03", "新柏街道机关党支部", Sort.OFFICE, 11),
    Place("XB", "XB04", "示范区医院党支部", Sort.UNIT, 26, ("门诊党小组", "住院部党小组")),
    Place("XB", "XB05", "青禾网络公司党支部", Sort.FIRM, 9),
    Place("XB", "XB06", "柏盛印务公司党支部", Sort.FIRM, 3),
    Place("XB", "XB07", "科创园联合党支部", Sort.FIRM, 10, kind=OrgKind.JOINT_BRANCH),
    Place(
        "DY",
        "DY01",
        "东苑社区党支部",
        Sort.COMMUNITY,
        24,
        ("梅园楼院党小组", "兰园楼院党小组", "竹园楼院党小组"),
    ),
    Place("DY", "DY02", "马家洼村党支部", Sort.VILLAGE, 21, NUMBERED[:2]),
    Place("DY", "DY03", "东苑街道机关党支部", Sort.OFFICE, 12),
    Place("DY", "DY04", "示范区第一中学党支部", Sort.UNIT, 22, ("文科党小组", "理科党小组")),
    Place("DY", "DY05", "示范区水务公司党支部", Sort.UNIT, 20),
    Place("DY", "DY06", "丰登农机合作社党支部", Sort.FIRM, 8),
    Place("DY", "DY07", "东苑商贸城党支部", Sort.FIRM, 6),
    Place("SFQ", "SQ01", "示范区党群工作部党支部", Sort.OFFICE, 11),
    Place("SFQ", "SQ02", "示范区财政局党支部", Sort.OFFICE, 12),
    Place("SFQ", "SQ03", "示范区行政审批局党支部", Sort.OFFICE, 10),
)
PLACE = {place.code: place for place in PLACES}

# When each sort meets, and what it does when the day is off.
HOURS = {
    Sort.VILLAGE: time(15, 0),
    Sort.COMMUNITY: time(9, 30),
    Sort.OFFICE: time(16, 0),
    Sort.RETIRED: time(9, 0),
    Sort.UNIT: time(16, 30),
    Sort.FIRM: time(18, 0),
}
RULES = {
    Sort.OFFICE: HolidayRule.NEXT_WORKDAY,
    Sort.UNIT: HolidayRule.NEXT_WORKDAY,
    Sort.FIRM: HolidayRule.PREVIOUS_WORKDAY,
}
ROOMS = {
    Sort.VILLAGE: "党群服务中心二楼",
    Sort.COMMUNITY: "居民活动室",
    Sort.OFFICE: "三楼会议室",
    Sort.RETIRED: "老干部活动室",
    Sort.UNIT: "党员活动室",
    Sort.FIRM: "会客室",
}


def room_of(place: Place) -> str:
    """Return where a branch usually meets."""
    stem = place.name.removesuffix("联合党支部").removesuffix("党支部")
    for ordinal in ("第一", "第二", "第三"):
        stem = stem.removesuffix(ordinal)
    return stem + ROOMS[place.sort]
