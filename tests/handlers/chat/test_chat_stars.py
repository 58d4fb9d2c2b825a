"""积分 and 星级 in the chat: the star once it is up, with its reasons, short, to the member alone."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.base import Sessions
from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import use_scheme
from models.ratings.procedure.rating import Rating, RatingState
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.results import RatingResult
from tests.conftest import NOON
from tests.factories import KEYRING, a_member, a_rating, a_run, an_account, an_entry
from tests.handlers.chat.follower import Chat, Hall, a_hall
from tests.points.published import publish_for
from tests.points.strategies import a_scheme

REASONS = ("总分 84.5 分，在 80 到 90 分之间；民主评议合格；五星要 90 分以上", "五星要民主评议优秀")


@pytest.fixture
def chat(sessions: Sessions) -> Chat:
    """The account's chat."""
    return Chat(sessions)


def a_star(
    session: Session, hall: Hall, scheme: Scheme, cycle: str = "2025", star: int = 4, **changes: Any
) -> Rating:
    """Put the member's star of a year on the board."""
    by = an_account(session, name="周明远")
    rating = a_rating(session, hall.branch, scheme, by, cycle=cycle)
    run = a_run(session, rating, by)
    detail = {"reasons": [{"code": "band", "text": text} for text in REASONS]}
    usual: dict[str, Any] = {"standing": "rated", "total": Decimal("84.5"), "grade": "qualified"}
    usual |= {"star_final": star, "detail": detail}
    session.add(RatingResult(run_id=run.id, member_id=hall.member.id, **usual | changes))
    year = int(cycle) + 1
    session.add(
        RatingPublicity(
            rating_id=rating.id, run_id=run.id, posted_on=date(year, 1, 12), workdays=5,
            ends_on=date(year, 1, 19), contact="支部办公室", contact_phone="0391-3550123",
            township_phone="0391-3550100", account_id=by.id, acted_at=run.made_at,
        )
    )  # fmt: skip
    rating.state = RatingState.PUBLICISED
    session.flush()
    return rating


def test_star_on_the_board_is_read_with_its_reasons_and_the_years_before(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        scheme = publish_for(session, hall.branch, "ZONE")
        a_star(session, hall, scheme)
        a_star(session, hall, scheme, "2024", 3)
    said = chat.say(hall.openid, "星级")
    assert said.startswith("王建国 同志\n【2025年 四星】\n\n总分 84.5 分，")
    assert "五星要民主评议优秀。" in said
    assert "公示：1月12日至1月19日" in said
    assert "2024年 三星" in said
    assert len(said) < 600
    assert "写不下" not in said


def test_star_that_is_not_up_is_not_said(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        rating = a_star(session, hall, publish_for(session, hall.branch, "ZONE"))
    with chat.sessions.begin() as session:
        session.merge(rating).state = RatingState.REVIEWING
    said = chat.say(hall.openid, "星级")
    assert said == "王建国 同志\n星级由支部大会定，还没有评。\n看分数，请发：积分"


def test_no_star_is_said_as_none_and_never_as_zero(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    with chat.sessions.begin() as session:
        a_star(session, hall, publish_for(session, hall.branch, "ZONE"), star_final=None, grade="unqualified")
    assert chat.say(hall.openid, "星级").startswith("王建国 同志\n【2025年 没有评上星级】")


def test_family_phone_reads_the_star_without_its_reasons(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    box, number = KEYRING.seal("13800000001"), KEYRING.phone_hash("13800000001")
    with chat.sessions.begin() as session:
        member = session.merge(hall.member)
        member.phone_box, member.phone_hash = box, number
        a_member(session, hall.branch, "赵桂花", phone_box=box, phone_hash=number)
        a_star(session, hall, publish_for(session, hall.branch, "ZONE"))
    said = chat.say(hall.openid, "星级")
    assert said.startswith("王建国 同志\n【2025年 四星】\n\n这个手机号不止一位同志用，")
    assert "总分" not in said


@pytest.mark.parametrize("word", ["积分", "星级"])
def test_answer_stays_under_six_hundred_signs_whatever_there_is_to_say(chat: Chat, word: str) -> None:
    hall = a_hall(chat.sessions)
    long = [{"code": "quota", "text": "达到五星条件的同志多于名额，由支部党员大会评定"}] * 30
    with chat.sessions.begin() as session:
        scheme = publish_for(session, hall.branch, "ZONE")
        by = an_account(session)
        for item in ("volunteer", "mediation", "led_project", "innovation", "award_county", "post_duty"):
            for month in range(1, 12):
                an_entry(session, hall.member, scheme, by, item=item, period=f"2026-{month:02}")
        a_star(session, hall, scheme, detail={"reasons": long})
    said = chat.say(hall.openid, word)
    assert 300 < len(said) < 600
    assert ("写不下的请到支部看。" in said) is (word == "星级")
    assert len(said.encode()) <= 2048


def test_scheme_of_many_parts_leaves_out_what_there_is_no_room_for_and_says_so(chat: Chat) -> None:
    hall = a_hall(chat.sessions)
    titles = [
        f"服务群众和乡村治理的积分第{letter}部分" for letter in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"
    ]
    parts = [{"code": f"p{at}", "title": title, "initial": 5} for at, title in enumerate(titles)]
    items = [{"id": f"i{at}", "title": title, "part": f"p{at}", "pts": 1} for at, title in enumerate(titles)]
    with chat.sessions.begin() as session:
        text = json.dumps(a_scheme(parts=parts, items=items))
        scheme = publish_scheme(session, text, issuer=hall.branch, by=None, now=NOON)
        use_scheme(session, hall.branch, scheme, from_month="2026-01", by=None)
        by = an_account(session)
        for item in items:
            an_entry(session, hall.member, scheme, by, item=item["id"], points=Decimal(1))
    said = chat.say(hall.openid, "积分")
    assert said.startswith("王建国 同志\n2026年\n【到今天 120 分】")
    assert "写不下的请到支部看。" in said
    assert said.endswith("哪条不对，请告诉支部。")
    assert len(said) < 600
    assert len(said.encode()) <= 2048
