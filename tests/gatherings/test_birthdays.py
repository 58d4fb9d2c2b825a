"""Political birthdays: day and month of admission, a year only to tell two of one name apart."""

from datetime import date

from sqlalchemy.orm import Session

from models.gatherings.birthdays import Birthday, birthday_item, birthdays_of, is_birthday_item, named_in
from models.people.member import MemberStatus
from tests.factories import a_branch, a_member, a_township, a_zone


def test_whoever_joined_in_the_month_is_offered_in_surname_order_without_the_year(session: Session) -> None:
    branch = a_branch(session, a_township(session, a_zone(session)))
    a_member(session, branch, "唐开运", joined_on=date(1984, 11, 21))
    a_member(session, branch, "何桂芳", joined_on=date(2010, 11, 8))
    a_member(session, branch, "白玉珍", joined_on=date(1984, 10, 31))
    a_member(session, branch, "王福贵")
    a_member(session, a_branch(session), "远山人", joined_on=date(1984, 11, 21))
    found = birthdays_of(session, branch, "2026-11")
    assert [(one.called, one.day, one.year) for one in found] == [("何桂芳", 8, None), ("唐开运", 21, None)]
    assert "198" not in birthday_item(found)
    assert birthdays_of(session, branch, "2027-02") == []


def test_who_has_left_or_is_not_on_the_rolls_is_not_offered(session: Session) -> None:
    branch = a_branch(session)
    a_member(
        session, branch, status=MemberStatus.TRANSFERRED_OUT, joined_on=date(1990, 11, 1),
        left_on=date(2026, 1, 1),
    )  # fmt: skip
    assert birthdays_of(session, branch, "2026-11") == []


def test_two_of_one_name_are_told_apart_by_their_year_even_if_one_has_no_birthday_now(
    session: Session,
) -> None:
    branch = a_branch(session)
    a_member(session, branch, "张建国", joined_on=date(1986, 11, 3))
    a_member(session, branch, "张建国", joined_on=date(1998, 5, 4))
    (one,) = birthdays_of(session, branch, "2026-11")
    assert one.called == "张建国（1986年入党）"
    assert birthday_item([one]) == "为 张建国（1986年入党） 过政治生日"


def test_item_names_as_many_as_fit_and_knows_whom_it_names() -> None:
    two = [Birthday(1, "何桂芳", 8, None), Birthday(2, "唐开运", 21, None)]
    item = birthday_item(two)
    assert item == "为 何桂芳、唐开运 过政治生日"
    assert is_birthday_item(item)
    assert named_in(item, two) == {1, 2}
    assert named_in(birthday_item(two[1:]), two) == {2}
    many = [Birthday(number, f"欧阳静{number:02d}", 1, None) for number in range(40)]
    assert len(birthday_item(many)) <= 80
    assert "等 40 位同志" in birthday_item(many)
    assert not is_birthday_item("商议清淤")
