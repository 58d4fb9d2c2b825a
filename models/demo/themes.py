"""What the demonstration's branches meet about: a theme for each month, matters of each place."""

from random import Random

from models.demo.places import PLACES, Place, Sort
from models.gatherings.gathering import AgendaKind

Agenda = tuple[tuple[AgendaKind, str], ...]

# Month of the year -> title and what is studied.
THEMES = {
    1: ("盘点一年，谋划新春", "学习中央农村工作会议精神"),
    2: ("走访慰问，平安过年", "学习《中国共产党党员权利保障条例》"),
    3: ("植树护绿，备好春耕", "学习《中国共产党支部工作条例（试行）》"),
    4: ("缅怀先烈，守好初心", "重温革命烈士的家书"),
    5: ("防汛演练，安全先行", "学习安全生产有关规定"),
    6: ("抢收抢种，支部在前", "学习粮食安全有关政策"),
    7: ("重温誓词，对照检视", "学习党章总纲"),
    8: ("防汛值守，邻里互助", "学习防灾减灾知识"),
    9: ("秋收助老，学用结合", "学习《中国共产党党员教育管理工作条例》"),
    10: ("爱国爱家，整治环境", "学习乡村建设有关政策"),
    11: ("管好冬灌，学好新规", "学习民法典中的相邻关系"),
    12: ("述职评议，听听意见", "学习民主评议党员的有关要求"),
}
# `{x}` is a spot of the place itself, so that no two branches speak of one thing.
MATTERS = {
    Sort.VILLAGE: (
        "商议{x}清淤的分段和出工", "评议今年新申请的低保户", "排定{x}片秸秆禁烧值班",
        "商议{x}路灯维修和电费",
        "讨论{x}机耕路修补的用料", "通报村集体收支，听取意见", "商议{x}垃圾收集点的位置",
        "评议公益岗位人选",
        "商议{x}鱼塘发包的办法", "研究留守老人的结对照看", "商议{x}排水沟加盖板",
        "讨论村规民约中的红白事条款",
        "商议{x}晒场的错时使用", "核对高标准农田{x}段的管护人", "商议{x}饮水管的防冻",
        "研究返乡青年的创业场地",
    ),
    Sort.COMMUNITY: (
        "商议{x}加装电梯的分摊", "商议{x}停车划线", "讨论{x}充电棚的位置", "评议低保和临时救助对象",
        "商议{x}楼道杂物的清理", "研究独居老人的敲门问候", "讨论{x}雨污分流的施工时段",
        "商议{x}小广场的健身时间",
        "征求{x}围墙修缮的意见", "讨论物业费公开的办法", "商议{x}垃圾分类投放点", "研究暑期儿童看护",
    ),
    Sort.OFFICE: (
        "排定包村干部到{x}的日程", "讨论便民窗口延时服务", "通报{x}项目的进展",
        "研究减少向基层要表的清单", "商议值班和应急的分工", "讨论{x}信访件的答复",
        "研究年轻干部的跟班学习", "通报机关党费的使用", "商议{x}调研的分组",
        "征求{x}对机关作风的意见", "讨论{x}结对帮扶的安排", "研究{x}文明劝导的排班",
    ),
    Sort.RETIRED: (
        "商量给{x}孩子讲故事的日子", "研究老同志的体检安排", "讨论{x}书画角的布置", "征求对街道工作的意见",
        "商量看望住院老同志", "讨论{x}健身器材的检修",
    ),
    Sort.UNIT: (
        "讨论{x}的服务规范", "研究党员示范岗的职责", "商议{x}值班的互助办法", "征求群众对{x}的意见",
        "讨论青年骨干的带教", "研究{x}安全隐患的整改",
    ),
    Sort.FIRM: (
        "讨论{x}的安全检查", "商议党员突击项目的分工", "研究员工夜校的课程", "讨论{x}的节能办法",
        "商议结对帮扶的订单", "征求员工对食堂的意见",
    ),
}  # fmt: skip
SPOTS = {
    Sort.VILLAGE: (
        "东渠",
        "西沟",
        "南塘",
        "北坡",
        "老街",
        "村口",
        "二组",
        "桥头",
        "河滩",
        "庙前",
        "果园",
        "井台",
    ),
    Sort.COMMUNITY: ("一号楼", "三号楼", "西院", "北门", "老单元", "南巷", "五号楼", "花池边", "东门"),
    Sort.OFFICE: ("柳河片", "水厂", "农贸市场", "旧改片", "园区北路", "中心校"),
    Sort.RETIRED: ("小学", "幼儿园", "活动室", "社区食堂"),
    Sort.UNIT: ("夜间窗口", "接待台", "实验室", "泵房", "急诊", "阅览室"),
    Sort.FIRM: ("仓库", "车间", "机房", "配电间", "农机棚", "商铺通道"),
}


def programme(place: Place, year: int, month: int) -> tuple[str, Agenda]:
    """Return title and agenda of a branch's theme day: the month's study, two matters of its own."""
    title, study = THEMES[month]
    chance = Random(f"{place.code} {year}-{month}")
    matters, spots = MATTERS[place.sort], SPOTS[place.sort]
    nth = [one.code for one in PLACES if one.sort is place.sort].index(place.code)
    start = (month + nth * 3) % len(matters)
    own = [
        matters[(start + step) % len(matters)].format(x=spots[(nth + month + step) % len(spots)])
        for step in (0, 1 + nth % 3)
    ]
    agenda = [(AgendaKind.STUDY, study), *((AgendaKind.DELIBERATION, matter) for matter in own)]
    if month in (1, 4, 7, 10) and place.sort is not Sort.FIRM:
        agenda.insert(0, (AgendaKind.OATH, "重温入党誓词"))
    if month in (3, 9):
        agenda.append((AgendaKind.LECTURE, f"党课：{own[0][2:]}，党员该怎么做"[:60]))
    if month in (2, 6, 8, 10):
        agenda.append((AgendaKind.VOLUNTEERING, f"到{chance.choice(spots)}做两小时志愿服务"))
    agenda.append((AgendaKind.DUES, f"交纳 {month} 月党费"))
    return title, tuple(agenda)
