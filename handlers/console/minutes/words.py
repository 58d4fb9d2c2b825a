"""What a record says in words: the same on the page, on paper, in Word and field by field for copying."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from handlers.console.minutes.form import yuan
from models.clock import clock_text, day_of, long_day
from models.gatherings.gathering import GATHERING_KIND_TEXT, GatheringKind
from models.gatherings.minutes.minutes import ITEM_OUTCOME_TEXT, Decision, ItemOutcome, MinutesItem
from models.gatherings.minutes.reading import Record
from models.gatherings.roll import Status

NONE = "无"


class Fact(NamedTuple):
    """One field for copying: its name in the form, and what stands in it."""

    code: str
    label: str
    text: str


def day_words(record: Record) -> str:
    """Return 2026年11月25日."""
    return long_day(day_of(record.gathering.starts_at))


def time_words(record: Record) -> str:
    """Return 15:00–16:30, empty while it is not written."""
    began, ended = record.minutes.began_at, record.minutes.ended_at
    return f"{clock_text(began)}–{clock_text(ended)}" if began and ended else ""


def kind_words(record: Record) -> str:
    """Return 主题党日."""
    return GATHERING_KIND_TEXT[record.gathering.kind]


def heading_of(record: Record) -> str:
    """Return 青石村党支部主题党日会议记录."""
    meets = record.gathering.kind is not GatheringKind.VOLUNTEERING
    return f"{record.org.name}{kind_words(record)}{'会议' if meets else '活动'}记录"


def subject_of(record: Record) -> str:
    """Return 十一月主题党日, with who called it where that was another: （由河东镇党委召集）."""
    host = record.host_org
    return record.gathering.title + (f"（由{host.name}召集）" if host.id != record.org.id else "")


def item_words(item: MinutesItem) -> str:
    """Return what became of an item: 商量沟渠清淤（改为：商量路灯）."""
    if item.added:
        return f"{item.title}（临时增加）"
    if item.outcome is ItemOutcome.CHANGED:
        return f"{item.title}（{ITEM_OUTCOME_TEXT[item.outcome]}：{item.changed_to}）"
    if item.outcome is ItemOutcome.NOT_HELD:
        return f"{item.title}（{ITEM_OUTCOME_TEXT[item.outcome]}）"
    return item.title + ("（还没有写）" if item.outcome is ItemOutcome.PLANNED else "")


def expected_words(record: Record) -> str:
    """Return 45 人（正式 43、预备 2）."""
    return f"{record.counts.expected} 人（正式 {record.full}、预备 {record.probationary}）"


def came_words(record: Record) -> str:
    """Return 40 人（其中迟到 1、早退 1）."""
    parts = ((record.late, "迟到"), (record.left_early, "早退"))
    said = "、".join(f"{word} {number}" for number, word in parts if number)
    return f"{record.counts.came} 人" + (f"（其中{said}）" if said else "")


def leave_words(record: Record) -> str:
    """Return 3 人（公出 1、家中有事 2）; no names."""
    classes = "、".join(f"{text} {number}" for text, number in record.leaves)
    return f"{record.counts.leave} 人（{classes}）" if classes else f"{record.counts.leave} 人"


def absent_words(record: Record) -> str:
    """Return 1 人, and who is not accounted for beside it; no names."""
    more = ((record.counts.unclear, "未查明"), (record.counts.unrecorded, "未登记"))
    said = "、".join(f"{word} {number}" for number, word in more if number)
    return f"{record.counts.absent} 人" + (f"（另有{said}）" if said else "")


def apart_words(record: Record) -> str:
    """Return who is not counted as expected: 外出 3、不作要求 2; empty where nobody is."""
    parts = (
        (record.counts.away, "外出"),
        (record.counts.exempt, "不作要求"),
        (record.counts.host_branch, "在流入地参加"),
    )
    return "、".join(f"{word} {number}" for number, word in parts if number)


def missed_words(record: Record, status: Status) -> str:
    """Return the names of one status: 王建国（公出）、李兰."""
    return "、".join(
        f"{one.name}（{one.why}）" if one.why else one.name for one in record.missed if one.status is status
    )


def observer_words(record: Record) -> str:
    """Return who sat in as it was written, else their number."""
    return record.minutes.observers or (f"{record.observers} 人" if record.observers else NONE)


def vote_words(one: Decision) -> str:
    """Return the totals of a vote, empty where there was none."""
    if one.vote_base is None:
        return ""
    return (
        f"应到有表决权 {one.vote_base}、实到 {one.vote_present}、赞成 {one.vote_yes}、反对 {one.vote_no}、"
        f"弃权 {one.vote_abstain}、书面意见 {one.vote_written}"
    )


def due_words(one: Decision) -> str:
    """Return 2026年12月10日, empty where there is no day."""
    return long_day(one.due_on) if one.due_on else ""


def makeup_words(record: Record) -> str:
    """Return how many make up and how many have: 安排 3 人，已补 1 人."""
    return f"安排 {record.makeups} 人，已补 {record.made_up} 人" if record.makeups else NONE


def dues_words(record: Record) -> str:
    """Return who paid and what was collected that day: 38 人已交，当天收 36 元."""
    parts = []
    if record.dues_paid:
        parts.append(f"{record.dues_paid} 人已交")
    if record.minutes.dues_fen:
        parts.append(f"当天收 {yuan(record.minutes.dues_fen)} 元")
    return "，".join(parts) or NONE


def volunteering_words(record: Record) -> str:
    """Return 打扫村道，12 人，每人 1.5 小时."""
    told = record.minutes
    hours = f"每人 {told.volunteer_hours.normalize():f} 小时" if told.volunteer_hours else ""
    parts = (told.volunteering or "", f"{told.volunteers} 人" if told.volunteers else "", hours)
    return "，".join(part for part in parts if part) or NONE


def _numbered(texts: Sequence[str]) -> str:
    """Return one text as it is, several with their numbers; what is empty is 无."""
    if not any(texts):
        return NONE
    if len(texts) == 1:
        return texts[0]
    return "\n".join(f"{number}. {text or NONE}" for number, text in enumerate(texts, start=1))


def facts_of(record: Record) -> list[Fact]:
    """Return the fields in the order of the branch handbook, for copying; no member's name of the roll."""
    it, told, decisions = record.gathering, record.minutes, record.decisions

    def of(words: Iterable[str]) -> str:
        return _numbered(list(words))

    return [
        Fact("kind", "类型", kind_words(record)),
        Fact("day", "日期", day_words(record)),
        Fact("time", "时间", time_words(record)),
        Fact("place", "地点", it.place),
        Fact("host", "主持人", told.host or NONE),
        Fact("recorder", "记录人", told.recorder or NONE),
        Fact("expected", "应到", str(record.counts.expected)),
        Fact("came", "实到", str(record.counts.came)),
        Fact("leave", "请假", leave_words(record)),
        Fact("absent", "缺席", absent_words(record)),
        Fact("observers", "列席", observer_words(record)),
        Fact("items", "议程", of(item_words(item) for item in record.items)),
        Fact("discussion", "讨论要点", told.discussion or NONE),
        Fact("votes", "表决", of(vote_words(one) for one in decisions)),
        Fact("decisions", "决议", of(one.text for one in decisions)),
        Fact("owners", "责任人", of(one.owner or "" for one in decisions)),
        Fact("due", "时限", of(due_words(one) for one in decisions)),
        Fact("makeups", "补学", makeup_words(record)),
        Fact("dues", "党费", dues_words(record)),
        Fact("volunteering", "志愿服务", volunteering_words(record)),
    ]


def whole_text(facts: Sequence[Fact]) -> str:
    """Return all fields as one text, a field a line; what has several lines stands beneath its name."""
    return "\n".join(
        f"{fact.label}：\n{fact.text}" if "\n" in fact.text else f"{fact.label}：{fact.text}"
        for fact in facts
    )
