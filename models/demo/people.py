"""The demonstration's 120 members: invented, the same at every loading."""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.keyring import Keyring
from models.people.member import Member, MemberStatus, Spell, SpellKind
from models.people.org import Org

SURNAMES = (
    "王李张刘陈杨赵周吴徐孙马朱胡郭林何高梁郑罗宋谢唐韩冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
)
GIVEN = (
    "国强桂兰志明秀英卫东玉梅建军凤霞海涛丽华德胜春花永福淑珍长河爱民红旗小燕新民桂芳"
    "文博雪梅东升秋菊保田金凤立新翠平明远惠芳根生晓红庆丰素珍学文巧云守信兰英铁柱美玲"
)
# Two of one name in one branch, a surname of two characters, a rare character.
NAMED = {3: "张建国", 21: "张建国", 58: "欧阳春", 77: "靳垚"}
CAREERS = ((1968, 9), (1979, 11), (1988, 12), (1996, 10), (2005, 9), (2012, 8), (2018, 7))
AWAY = {
    12: ("浙江省义乌市", "商贸物流园联合党支部"),
    31: ("江苏省昆山市", None),
    60: ("北京市朝阳区", None),
}
EXEMPT = (8, 52)
PROBATIONARY = (40, 96)


class Place(NamedTuple):
    """How many members a branch has, and into which groups they are dealt."""

    branch: str
    size: int
    groups: tuple[str, ...]
    village: bool


PLACES = (
    Place("HZ01", 45, ("HZ-G1", "HZ-G2", "HZ-G3"), True),
    Place("HZ02", 35, ("HZ-G4", "HZ-G5"), True),
    Place("HZ03", 30, ("HZ-G6", "HZ-G7"), False),
    Place("HZ04", 10, (), False),
)
OFFICES = ("支部书记", "支部副书记", "组织委员", "宣传委员")


def settle_people(session: Session, keyring: Keyring, orgs: dict[str, Org], *, today: date) -> list[Member]:
    """Add the members, in the order of the branches, and what holds for a few of them."""
    members: list[Member] = []
    for place in PLACES:
        for rank in range(place.size):
            members.append(_member(len(members), rank, place, keyring, orgs, today))
    session.add_all(members)
    session.flush()
    since = today - timedelta(days=200)
    for number, (where, host) in AWAY.items():
        session.add(
            Spell(member_id=members[number].id, kind=SpellKind.AWAY, from_on=since, place=where, host=host)
        )
    for number in EXEMPT:
        session.add(Spell(member_id=members[number].id, kind=SpellKind.EXEMPT, code="frail", from_on=since))
    session.flush()
    return members


def _member(
    number: int, rank: int, place: Place, keyring: Keyring, orgs: dict[str, Org], today: date
) -> Member:
    joined_on = _joined_on(number, today)
    probationary = number in PROBATIONARY
    no_phone = place.village and rank % 11 in (4, 8)
    phone = f"1380000{number + 1:04d}"
    return Member(
        name=NAMED.get(number) or _name(number),
        branch_id=orgs[place.branch].id,
        group_id=orgs[place.groups[rank % len(place.groups)]].id if place.groups else None,
        status=MemberStatus.PROBATIONARY if probationary else MemberStatus.FULL,
        joined_on=joined_on,
        full_on=None if probationary else joined_on.replace(year=joined_on.year + 1),
        office=OFFICES[rank] if rank < len(OFFICES) else None,
        no_phone=no_phone,
        phone_box=None if no_phone else keyring.seal(phone),
        phone_hash=None if no_phone else keyring.phone_hash(phone),
        family_phone_box=keyring.seal(f"1390000{number + 1:04d}") if no_phone and rank % 2 == 0 else None,
    )


def _name(number: int) -> str:
    """Return a name that no other number below 120 gets."""
    given = (number * 11 + number // 40 * 3) % (len(GIVEN) // 2)
    return SURNAMES[number * 7 % len(SURNAMES)] + GIVEN[2 * given : 2 * given + 2]


def _joined_on(number: int, today: date) -> date:
    if number in PROBATIONARY:
        return (today - timedelta(days=150)).replace(day=1)
    first, span = CAREERS[number % len(CAREERS)]
    return date(first + number * 5 % span, number % 12 + 1, 1)
