"""Four texts of one notice: they never disagree, whatever the plan, and the loudspeaker's fits its breath."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.clock import SHANGHAI
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.notices.link import notice_token, read_notice_token
from models.notices.spoken import spoken_time
from models.notices.texts import LOUDEST, Texts, texts_of
from models.notices.words import cancellation_words, change_words
from tests.factories import KEYRING

LINK = "https://dj.example.cn/n/AAAAUQ2v6m1kq3Zx"
WEDNESDAY = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)  # 15:00 in Shanghai
NUMERALS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}


def a_plan(**columns: Any) -> Gathering:
    """Return a theme day that is written nowhere."""
    begins = columns.get("starts_at", WEDNESDAY)
    usual = {
        "kind": GatheringKind.THEME_DAY,
        "state": GatheringState.DRAFT,
        "version": 1,
        "title": "学习粮食安全文件，商议冬季沟渠清淤",
        "starts_at": begins,
        "ends_at": begins + timedelta(minutes=90),
        "place": "村委会二楼会议室",
        "bring": "党徽、11月党费",
        "leave_until": begins - timedelta(hours=3),
    }
    return Gathering(**usual | columns)


def texts(it: Gathering, host: str = "青芦湾村党支部", **more: Any) -> Texts:
    """Return its four texts, beside the message that went out last."""
    sent = None
    if it.state is GatheringState.CANCELLED:
        sent = cancellation_words(it, host, it.reason or "")["member"]
    elif it.version > 1:
        sent = change_words(it, host, ["日期"])["member"]
    usual: dict[str, Any] = {
        "sent": sent,
        "agenda": ["学习《中央一号文件》", "商议东沟清淤"],
        "link": LINK,
        "issued_on": date(2026, 11, 18),
    }
    return texts_of(it, host=host, **usual | more)


def heard_number(words: str) -> int:
    """Return 0..99 from its words."""
    if "十" not in words:
        return NUMERALS[words]
    tens, _, ones = words.partition("十")
    return (NUMERALS[tens] if tens else 1) * 10 + (NUMERALS[ones] if ones else 0)


def heard(loudspeaker: str) -> tuple[int, int, str, int, int]:
    """Return month, day, weekday, hour and minute from what is read out, as a listener would."""
    found = re.search(
        r"([一二三四五六七八九十]+)月([一二三四五六七八九十]+)号，星期([一二三四五六日])，"
        r"(凌晨|早上|上午|中午|下午|晚上)([零一二两三四五六七八九十]+)点(半|零?[一二三四五六七八九十]+分)?，",
        loudspeaker,
    )
    assert found, loudspeaker
    month, day, weekday, part, hour, minute = found.groups()
    clock = heard_number(hour) + (12 if part in ("下午", "晚上") else 0)
    minutes = 30 if minute == "半" else heard_number(minute.strip("分").removeprefix("零")) if minute else 0
    return heard_number(month), heard_number(day), weekday, clock, minutes


SIGNS = st.sampled_from("青芦湾村党支部二楼会议室学习粮食安全，（）0123AB ")
# As long as the columns are, often enough: chance alone hardly ever makes two such names at once.
WORDS = st.text(SIGNS, min_size=1, max_size=60) | st.text(SIGNS, min_size=50, max_size=60)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2099, 12, 30)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
PLANS = st.builds(
    a_plan,
    kind=st.sampled_from(GatheringKind),
    state=st.sampled_from([GatheringState.DRAFT, GatheringState.PUBLISHED, GatheringState.CANCELLED]),
    version=st.integers(1, 3),
    title=WORDS,
    place=WORDS,
    bring=st.none() | WORDS,
    contact=st.none() | WORDS,
    reason=st.none() | WORDS,
    starts_at=MOMENTS,
    leave_until=st.none() | MOMENTS,
)


@given(PLANS, WORDS, st.lists(WORDS, max_size=5), st.lists(WORDS, max_size=2), st.none() | st.just(LINK))
def test_place_day_hour_and_host_agree_in_all_four_whatever_the_plan(
    it: Gathering, host: str, agenda: list[str], together: list[str], link: str | None
) -> None:
    said = texts(it, host, agenda=agenda, together=together, link=link)
    begins = it.starts_at.astimezone(SHANGHAI)
    day, weekday = f"{begins.month}月{begins.day}日", "一二三四五六日"[begins.weekday()]
    assert said.message["time"] == f"{begins.year}年{day} {begins:%H:%M}"
    assert host in said.message["title"]
    assert said.message["place"] == it.place
    for text in (said.group, said.sheet.opening):
        assert f"{day}（周{weekday}）{begins:%H:%M}" in text
        assert it.place in text
    assert host in said.group
    assert said.sheet.signed == host
    assert f"{begins.year}年{day}" in said.sheet.opening
    assert heard(said.loudspeaker) == (begins.month, begins.day, weekday, begins.hour, begins.minute)
    assert it.place in said.loudspeaker
    shortened = re.search(r"，([^，]*)…在", said.loudspeaker)
    assert host in said.loudspeaker or (shortened and len(host) > 15 and host[:2] in said.loudspeaker)
    called_off = it.state is GatheringState.CANCELLED
    assert all(
        (word in text) == called_off
        for word, text in (
            ("已取消", said.message["note"]),
            ("不开了。", said.loudspeaker),
            ("这次活动取消了", said.group),
            ("这次活动取消了", said.sheet.opening),
        )
    )


@given(PLANS, WORDS)
def test_loudspeaker_never_takes_more_than_120_characters(it: Gathering, host: str) -> None:
    assert len(texts(it, host).loudspeaker) <= LOUDEST


@given(st.datetimes().map(lambda at: at.replace(tzinfo=UTC, second=0)).filter(lambda at: 1 < at.year < 9999))
def test_every_minute_of_the_day_is_said_as_it_is_heard(moment: datetime) -> None:
    clock = moment.astimezone(SHANGHAI)
    _, _, _, hour, minute = heard(f"一月一号，星期一，{spoken_time(moment)}，")
    assert (hour, minute) == (clock.hour, clock.minute)


def test_loudspeaker_says_it_as_a_village_says_it() -> None:
    said = texts(a_plan()).loudspeaker
    assert said == (
        "全体党员同志请注意：十一月二十五号，星期三，下午三点，青芦湾村党支部在村委会二楼会议室过主题党日。"
        "内容是学习粮食安全文件，商议冬季沟渠清淤。请带上党徽、11月党费。"
        "来不了的，当天中午十二点以前跟组长说一声。"
    )
    assert len(said) <= LOUDEST


def test_what_does_not_fit_is_left_out_from_the_least_needed() -> None:
    said = texts(a_plan(title="学" * 60)).loudspeaker
    assert "内容是" not in said
    assert "请带上党徽" in said
    assert "跟组长说一声" in said


def test_group_text_has_the_agenda_the_link_and_asks_for_no_reply() -> None:
    said = texts(a_plan(contact="李春梅", title="十一月主题党日")).group
    assert said.splitlines() == [
        "各位同志：",
        "青芦湾村党支部定于11月25日（周三）15:00在村委会二楼会议室过十一月主题党日。",
        "1. 学习《中央一号文件》",
        "2. 商议东沟清淤",
        "请带党徽、11月党费。",
        "不能来的，请在11月25日（周三）12:00以前请假，或跟组长说一声。",
        "联系人：李春梅",
        f"安排以这里为准：{LINK}",
        "看到就好，不用回复。",
    ]


def test_moved_and_cancelled_say_so_with_the_reason_everywhere() -> None:
    moved = texts(a_plan(version=2, state=GatheringState.PUBLISHED, reason="会议室停电"))
    assert "有变动" in moved.loudspeaker
    assert "安排有变动，以这次的为准。原因：会议室停电。" in moved.group
    assert moved.sheet.opening.startswith("安排有变动，以这次的为准。原因：会议室停电。")
    off = texts(a_plan(version=2, state=GatheringState.CANCELLED, reason="大雪封路"))
    assert off.loudspeaker.endswith("的主题党日不开了。原因是大雪封路。")
    assert "原因：大雪封路" in off.group
    assert "1. " not in off.group
    assert off.sheet.agenda == ()
    assert off.message["title"].startswith("已取消：青芦湾村党支部")


def test_partners_are_named_on_the_board_and_in_the_group() -> None:
    said = texts(a_plan(), together=["柳湾村党支部"])
    assert "和柳湾村党支部一起" in said.group
    assert "参加人员：青芦湾村党支部、柳湾村党支部全体党员。" in said.sheet.closing


def test_title_of_the_message_names_the_host_and_the_matter_where_both_fit() -> None:
    assert texts(a_plan(title="商议清淤")).message["title"] == "青芦湾村党支部商议清淤"
    assert texts(a_plan()).message["title"] == "青芦湾村党支部主题党日"
    assert texts(a_plan(), host="青" * 18 + "支部").message["title"] == "青" * 18 + "支部"


@given(st.integers(1, 2**32 - 1), st.integers(0, 15), st.sampled_from("AB_-9=/ 号"))
def test_address_of_the_chat_group_is_read_and_cannot_be_guessed(number: int, at: int, sign: str) -> None:
    token = notice_token(KEYRING, number)
    assert len(token) == 16
    assert read_notice_token(KEYRING, token) == number
    other = token[:at] + sign + token[at + 1 :]
    assert read_notice_token(KEYRING, other) == (number if other == token else None)
    assert read_notice_token(KEYRING, token[:12]) is None


def test_committee_that_calls_branches_names_them_and_not_itself_among_those_who_come() -> None:
    some = texts(a_plan(), "河东镇党委", together=["青石村党支部", "柳湾村党支部"], convened=True)
    assert "河东镇党委定于11月25日（周三）15:00在村委会二楼会议室" in some.group
    assert "青石村党支部、柳湾村党支部参加。" in some.group
    assert some.sheet.closing[0] == "参加人员：青石村党支部、柳湾村党支部全体党员。"
    many = texts(a_plan(), "河东镇党委", together=[f"{n}村党支部" for n in "一二三四五"], convened=True)
    assert "一村党支部、二村党支部、三村党支部等 5 个支部参加。" in many.group
    assert "河东镇党委" in many.loudspeaker
