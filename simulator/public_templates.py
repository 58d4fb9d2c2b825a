"""A small public library of templates, from which accounts add their own; WeChat's has tens of thousands."""

from dataclasses import dataclass, field

ONCE, LONG = 2, 3
"""WeChat's types of a template for subscription messages."""

INDUSTRIES = {
    1: ("IT科技", "互联网|电子商务"),
    2: ("IT科技", "IT软件与服务"),
    7: ("金融业", "银行"),
    10: ("餐饮", "餐饮"),
    13: ("运输与仓储", "快递"),
    16: ("教育", "培训"),
    17: ("教育", "院校"),
    18: ("政府与公共事业", "学术科研"),
    19: ("政府与公共事业", "交警"),
    20: ("政府与公共事业", "博物馆"),
    21: ("政府与公共事业", "公共事业|非盈利机构"),
    22: ("医药护理", "医药医疗"),
    30: ("房地产", "物业"),
    41: ("其它", "其它"),
}

CATEGORIES = {616: "公交", 2: "工具", 670: "政务民生"}


@dataclass(frozen=True)
class Keyword:
    """One keyword: its name, the type of its value, an example, and for the type enum what it may say."""

    name: str
    rule: str
    example: str
    enum: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublicTemplate:
    """One template of the library; keywords are numbered from 1. `industry` only of an old one (TM…)."""

    title: str
    keywords: tuple[Keyword, ...]
    type: int = ONCE
    category: int = 616
    industry: int = 0
    banned: bool = False
    kids: dict[int, Keyword] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kids", dict(enumerate(self.keywords, 1)))

    def key(self, kid: int) -> str:
        """Name the member of a message's data for a keyword, such as thing1; an old template's as it is."""
        rule = self.kids[kid].rule
        return rule if self.industry else f"{rule}{kid}"


WHEN, WHERE = Keyword("会议时间", "date", "2026年11月25日"), Keyword("会议地点", "thing", "村委会二楼")
NOTICES = {
    99: PublicTemplate(
        "付款成功通知",
        (Keyword("物品名称", "thing", "名称"), Keyword("金额", "amount", "100元")),
    ),
    401: PublicTemplate(
        "会议通知",
        (WHERE, WHEN, Keyword("会议主题", "thing", "主题党日"), Keyword("主持人", "name", "钱有粮")),
        category=2,
    ),
    402: PublicTemplate(
        "设备提醒",
        (
            Keyword("设备名称", "thing", "投影仪"),
            Keyword("所在房间", "enum_string", "客厅", ("客厅", "书房", "会议室")),
            Keyword("提醒时间", "time", "15:01"),
        ),
        category=2,
    ),
    901: PublicTemplate(
        "办事进度提醒",
        (
            Keyword("事项名称", "thing", "组织关系转接"),
            Keyword("办理进度", "phrase", "已受理"),
            Keyword("更新时间", "time", "2026年11月25日 15:01"),
            Keyword("受理编号", "character_string", "A-2026-11"),
        ),
        type=LONG,
        category=670,
    ),
    902: PublicTemplate(
        "中奖通知",
        (Keyword("奖品", "thing", "奖品"), Keyword("时间", "time", "15:01")),
        category=670,
        banned=True,
    ),
}
"""For subscription messages, by tid."""

CARDS = {
    "TM00015": PublicTemplate(
        "领取奖金提醒",
        (
            Keyword("", "result", "您已提交领奖申请"),
            Keyword("领奖金额", "withdrawMoney", "2000元"),
            Keyword("领奖时间", "withdrawTime", "2013-10-10 12:22:22"),
        ),
        industry=1,
    ),
    "TM00351": PublicTemplate(
        "快递签收通知", (Keyword("单号", "number", "1"), Keyword("签收时间", "time", "15:01")), industry=13
    ),
    "43216": PublicTemplate(
        "事项办理通知",
        (
            Keyword("单号", "character_string", "A-2026-11"),
            Keyword("时间", "time", "2026年11月25日 15:01"),
            Keyword("事项", "thing", "组织关系转接"),
            Keyword("地点", "thing", "党群服务中心"),
            Keyword("状态", "phrase", "已受理"),
        ),
    ),
    "43217": PublicTemplate("会议通知", (WHERE, WHEN, Keyword("会议主题", "thing", "主题党日"))),
}
"""For template messages, by the short id: TM… of an industry, digits of a category."""
