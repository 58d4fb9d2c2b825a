"""Who is behind a phone: a member as long as the binding and the membership last."""

import pytest
from sqlalchemy.orm import Session

from models.people.member import MemberStatus
from models.people.phone import LIFE, end_phone_session, phone_behind, start_phone_session
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING, a_binding, a_branch, a_member


def a_phone(session: Session) -> str:
    member = a_member(session, a_branch(session))
    a_binding(session, member, "wxmini", "o1")
    return start_phone_session(session, KEYRING, "wxmini", "o1", now=NOON)


def test_bound_phone_is_its_member(session: Session) -> None:
    phone = phone_behind(session, a_phone(session), now=NOON)
    assert (phone.member_name, phone.branch_name) == ("王建国", "青石村党支部")


def test_who_has_left_is_nobody_behind_a_phone(session: Session) -> None:
    member = a_member(session, a_branch(session))
    a_binding(session, member, "wxmini", "o1")
    token = start_phone_session(session, KEYRING, "wxmini", "o1", now=NOON)
    member.status, member.left_on = MemberStatus.TRANSFERRED_OUT, NOON.date()
    session.flush()
    phone = phone_behind(session, token, now=NOON)
    assert (phone.member_id, phone.member_name, phone.branch_name) == (None, None, None)


def test_session_lasts_seven_days_and_ends_at_once_when_logged_out(session: Session) -> None:
    token = a_phone(session)
    phone_behind(session, token, now=NOON + LIFE * 0.999)
    with pytest.raises(Refused):
        phone_behind(session, token, now=NOON + LIFE)
    end_phone_session(session, token)
    with pytest.raises(Refused):
        phone_behind(session, token, now=NOON)
