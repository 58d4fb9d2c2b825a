"""Names for the demonstration's people: put together by chance, fitting their years."""

import re
from random import Random

SURNAMES = (
    "王李张刘陈杨赵周吴徐孙马朱胡郭林何高梁郑罗宋谢唐韩冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
OLDER: list[str] = re.findall(
    r"\w+",
    "国强 桂兰 志明 秀英 卫东 玉梅 建军 凤霞 德胜 春花 永福 淑珍 长河 爱民 红旗 桂芳 "
    "保田 金凤 根生 素珍 守信 兰英 铁柱 明远 惠芳 庆丰 学文 玉珍 福来 有田 满仓 秀兰 "
    "继先 广德 树林 振海 玉兰 大有 长顺 水生 凤英 喜梅 万福 来顺 志高 月娥 桂英 连生 "
    "德全 安民 秀珍 富贵 先进 怀玉 克勤 建华 国栋 金山 银花 小满 ",
)
MIDDLE: list[str] = re.findall(
    r"\w+",
    "海涛 丽华 立新 晓红 新民 东升 秋菊 文巧 美玲 志刚 永刚 红梅 建平 俊峰 丽萍 海燕 "
    "春生 艳丽 少华 国庆 卫红 志勇 晓东 桂花 军 伟 敏 静 丽 强 磊 萍 洁 勇 燕 艳 "
    "斌 辉 芳 红军 爱华 学东 玉洁 新华 宏伟 文斌 建设 春梅 立军 双喜 ",
)
YOUNGER: list[str] = re.findall(
    r"\w+",
    "文博 雪梅 小燕 翠平 浩 宇航 思远 佳 鹏飞 婷婷 晨 雅琴 子涵 俊杰 欣怡 晓峰 梦瑶 "
    "天宇 倩 凯 露 志远 帆 雨薇 明轩 璐 一鸣 慧 梓萌 昊 颖 泽宇 诗雨 超 阳 丹 "
    "晓雯 嘉伟 楠 萌 ",
)


def a_name(chance: Random, joined_year: int, taken: set[str], surname: str = "") -> str:
    """Return a name nobody in `taken` bears, and add it there."""
    pool = OLDER if joined_year < 1988 else MIDDLE if joined_year < 2008 else YOUNGER
    while True:
        # The first surnames are the common ones.
        rank = min(chance.randrange(len(SURNAMES)), chance.randrange(len(SURNAMES)))
        name = (surname or SURNAMES[rank]) + chance.choice(pool)
        if name not in taken:
            taken.add(name)
            return name
