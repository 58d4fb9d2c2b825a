"""Eight digits: good for five minutes and once, whoever types them and however often."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Sessions
from models.people.link_code import LIFE, LinkCode, LinkKind, issue_link_code, redeem_link_code
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_member, an_account
from tests.together import at_once

SECOND = timedelta(seconds=1)


def a_chat_code(session: Session) -> tuple[int, str]:
    member = a_member(session, a_branch(session))
    return member.id, issue_link_code(session, KEYRING, LinkKind.CHAT, member_id=member.id, now=NOON)


def refusal(session: Session, digits: str, kind: LinkKind = LinkKind.CHAT, after: timedelta = SECOND) -> str:
    with pytest.raises(Refused) as refused:
        redeem_link_code(session, KEYRING, kind, digits, now=NOON + after)
    return refused.value.code


def test_a_code_names_its_person_and_only_its_hash_is_kept(session: Session) -> None:
    member_id, digits = a_chat_code(session)
    assert (len(digits), digits.isdecimal()) == (8, True)
    code = redeem_link_code(session, KEYRING, LinkKind.CHAT, digits, now=NOON + LIFE - SECOND)
    assert (code.member_id, code.account_id, code.used_at) == (member_id, None, NOON + LIFE - SECOND)
    assert digits.encode() not in code.code_hash
    assert code.code_hash != KEYRING.code_hash(digits)


def test_digits_are_read_as_people_type_them(session: Session) -> None:
    _, digits = a_chat_code(session)
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
    redeem_link_code(session, KEYRING, LinkKind.CHAT, f"{full_width[:4]} {full_width[4:]} ", now=NOON)


def test_a_code_is_good_once_and_for_five_minutes(session: Session) -> None:
    _, digits = a_chat_code(session)
    assert refusal(session, digits, after=LIFE) == "link_code_used"
    redeem_link_code(session, KEYRING, LinkKind.CHAT, digits, now=NOON)
    assert refusal(session, digits) == "link_code_used"


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "abcdefgh", "১২৩৪৫৬৭৮", "-1234567"])
def test_what_is_not_eight_digits_is_no_code(session: Session, typed: str) -> None:
    a_chat_code(session)
    assert refusal(session, typed) == "link_code_wrong"


def test_a_code_of_one_kind_is_none_of_the_other(session: Session) -> None:
    _, digits = a_chat_code(session)
    assert refusal(session, digits, LinkKind.BRANCH) == "link_code_wrong"


def test_a_new_code_ends_the_older_one_of_the_same_person_only(session: Session) -> None:
    member_id, older = a_chat_code(session)
    _, neighbours = a_chat_code(session)
    account = an_account(session)
    branch = issue_link_code(session, KEYRING, LinkKind.BRANCH, account_id=account.id, now=NOON)
    newer = issue_link_code(session, KEYRING, LinkKind.CHAT, member_id=member_id, now=NOON)
    assert refusal(session, older) == "link_code_used"
    assert redeem_link_code(session, KEYRING, LinkKind.CHAT, newer, now=NOON).member_id == member_id
    redeem_link_code(session, KEYRING, LinkKind.CHAT, neighbours, now=NOON)
    assert redeem_link_code(session, KEYRING, LinkKind.BRANCH, branch, now=NOON).account_id == account.id


def test_codes_of_yesterday_are_gone(session: Session) -> None:
    a_chat_code(session)
    member = a_member(session, a_branch(session))
    tomorrow = NOON + timedelta(days=2)
    issue_link_code(session, KEYRING, LinkKind.CHAT, member_id=member.id, now=tomorrow)
    assert session.scalars(select(LinkCode.member_id)).all() == [member.id]


def test_of_twenty_at_once_one_uses_the_code(sessions: Sessions) -> None:
    # Control: without `LinkCode.used_at.is_(None)` in the statement, all twenty have it.
    with sessions.begin() as session:
        member_id, digits = a_chat_code(session)

    def redeem() -> Any:
        with sessions.begin() as session:
            return redeem_link_code(session, KEYRING, LinkKind.CHAT, digits, now=NOON).member_id

    assert Counter(at_once([redeem] * 20)) == {member_id: 1, "link_code_used": 19}


def test_of_pages_opened_at_once_one_code_stays_good(sessions: Sessions) -> None:
    # Control: without the turns in `issue_link_code`, several stay good.
    with sessions.begin() as session:
        member_id, _ = a_chat_code(session)

    def issuing() -> Callable[[], str]:
        def issue() -> str:
            with sessions.begin() as session:
                return issue_link_code(session, KEYRING, LinkKind.CHAT, member_id=member_id, now=NOON)

        return issue

    codes = at_once([issuing() for _ in range(8)])
    with sessions() as session:
        live = select(LinkCode.code_hash).where(LinkCode.void_at.is_(None))
        assert len(session.scalars(live).all()) == 1
    assert len(set(codes)) == 8
