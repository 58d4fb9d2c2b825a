"""The demonstration's members, some nine hundred: invented, the same at every loading."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.demo.names import a_name
from models.demo.places import PLACES, Place, Sort
from models.keyring import Keyring
from models.people.member import ON_ROLLS, Member, MemberStatus, Spell, SpellKind
from models.people.org import Org

# Years of joining, and how many of a hundred joined in them.
CAREERS = {
    Sort.VILLAGE: ((1966, 1990, 49), (1991, 2005, 25), (2006, 2016, 15), (2017, 2024, 11)),
    Sort.COMMUNITY: ((1968, 1992, 35), (1993, 2008, 35), (2009, 2024, 30)),
    Sort.RETIRED: ((1962, 1986, 80), (1987, 1996, 20)),
    Sort.OFFICE: ((1992, 2004, 30), (2005, 2015, 45), (2016, 2024, 25)),
    Sort.UNIT: ((1990, 2004, 30), (2005, 2015, 40), (2016, 2024, 30)),
    Sort.FIRM: ((2000, 2010, 30), (2011, 2019, 45), (2020, 2024, 25)),
}
NO_PHONE = {Sort.VILLAGE: 0.18, Sort.COMMUNITY: 0.08, Sort.RETIRED: 0.16}
AWAY = {Sort.VILLAGE: 0.21, Sort.COMMUNITY: 0.02}
EXEMPT = {Sort.VILLAGE: 0.10, Sort.COMMUNITY: 0.08, Sort.RETIRED: 0.25}
PLACES_AWAY = (
    "浙江省义乌市", "江苏省昆山市", "北京市朝阳区", "广东省东莞市", "上海市嘉定区", "郑州市航空港区",
    "新疆库尔勒市",
    "山东省青岛市", "天津市武清区", "福建省晋江市",
)  # fmt: skip
HOSTS = ("商贸物流园联合党支部", "电子城流动党员党支部", "建筑工地流动党支部")
GROUNDS = ("frail", "immobile", "seriously_ill")
OFFICES = ("支部书记", "支部副书记", "组织委员", "宣传委员", "纪检委员")
FIRST_SECRETARY, DIRECTOR = ("LQ02", 6), "YX01"
# Two of one name in a branch, a surname of two characters, rare characters: (branch, rank) -> name.
NAMED = {
    ("HZ01", 3): "张建国",
    ("HZ01", 21): "张建国",
    ("HZ02", 13): "欧阳春",
    ("HZ02", 32): "靳垚",
    ("XB05", 4): "佘翀",
}
ONE_SURNAME = {"LQ02": "南"}  # seven of ten in this village share it
DECEASED, JOINED_IN_MAY = ("CH06", 31), ("CH02", 20)
OUT_OF_CONTACT = (("LQ04", 40), ("YX02", 18))


class Settled(NamedTuple):
    """The people of one branch, in the order in which they were added."""

    place: Place
    org: Org
    members: list[Member]

    @property
    def on_rolls(self) -> list[Member]:
        """Those whom a gathering expects."""
        return [member for member in self.members if member.status in ON_ROLLS]


def settle_people(
    session: Session, keyring: Keyring, orgs: dict[str, Org], *, today: date
) -> dict[str, Settled]:
    """Add the members, branch after branch, and what holds for some of them; return code -> people."""
    settled = {}
    number = 0
    for place in PLACES:
        chance = Random(f"people of {place.code}")
        taken: set[str] = set()
        members = []
        for rank in range(place.size):
            number += 1
            members.append(_member(number, rank, place, keyring, orgs, chance, taken, today))
        session.add_all(members)
        settled[place.code] = Settled(place, orgs[place.code], members)
    session.flush()
    hosts = iter(HOSTS)
    for branch in settled.values():
        session.add_all(_spells(branch, hosts, today))
    session.flush()
    return settled


def _member(
    number: int, rank: int, place: Place, keyring: Keyring, orgs: dict[str, Org], chance: Random,
    taken: set[str], today: date,
) -> Member:  # fmt: skip
    joined_on = _joined_on(rank, place, chance, today)
    probationary = joined_on > today - timedelta(days=365)
    name = _name_of(rank, place, joined_on, chance, taken)
    old = joined_on.year < 1996
    no_phone = rank > 4 and chance.random() < NO_PHONE.get(place.sort, 0) * (1.6 if old else 0.5)
    phone = f"1380000{number:04d}"
    status = MemberStatus.PROBATIONARY if probationary else MemberStatus.FULL
    status = MemberStatus.OUT_OF_CONTACT if (place.code, rank) in OUT_OF_CONTACT else status
    gone = (place.code, rank) == DECEASED
    groups = place.groups
    return Member(
        name=name,
        branch_id=orgs[place.code].id,
        group_id=orgs[f"{place.code}-G{rank % len(groups) + 1}"].id if groups else None,
        status=MemberStatus.DECEASED if gone else status,
        left_on=today - timedelta(days=100) if gone else None,
        joined_on=joined_on,
        full_on=None if probationary else _year_later(joined_on),
        office=_office(rank, place),
        no_phone=no_phone,
        phone_box=None if no_phone else keyring.seal(phone),
        phone_hash=None if no_phone else keyring.phone_hash(phone),
        family_phone_box=keyring.seal(f"1390000{number:04d}") if no_phone and rank % 2 == 0 else None,
    )


def _name_of(rank: int, place: Place, joined_on: date, chance: Random, taken: set[str]) -> str:
    surname = ONE_SURNAME.get(place.code, "") if rank % 10 < 7 else ""
    return NAMED.get((place.code, rank)) or a_name(chance, joined_on.year, taken, surname)


def _joined_on(rank: int, place: Place, chance: Random, today: date) -> date:
    # Two in a hundred are probationary: the last of a large branch.
    if (
        place.size >= 24
        and rank == place.size - 2
        and place.sort in (Sort.VILLAGE, Sort.COMMUNITY, Sort.UNIT)
    ):
        return today - timedelta(days=120 + len(place.name) * 9)
    spans = CAREERS[place.sort]
    # Whoever leads is seldom the oldest.
    first, last, _ = spans[-2] if rank < 5 else chance.choices(spans, [span[2] for span in spans])[0]
    # Many were admitted around the first of July.
    month, day = (
        (6, chance.randint(20, 30))
        if chance.random() < 0.3
        else (chance.randint(1, 12), chance.randint(1, 28))
    )
    return date(chance.randint(first, last), month, day)


def _year_later(day: date) -> date:
    return day.replace(year=day.year + 1)


def _office(rank: int, place: Place) -> str | None:
    if (place.code, rank) == FIRST_SECRETARY:
        return "驻村第一书记"
    if place.code == DIRECTOR and rank == 0:
        return "支部书记、村委会主任"
    # Fewer than seven full members have no committee.
    most = 5 if place.size >= 20 else 3 if place.size >= 7 else 1
    return OFFICES[rank] if rank < most else None


def _spells(branch: Settled, hosts: Iterator[str], today: date) -> Sequence[Spell]:
    """Let some be away for long and some, old or ill, not be required; nobody both."""
    chance, sort = Random(f"spells of {branch.place.code}"), branch.place.sort
    spells = []
    for rank, member in enumerate(branch.members):
        if rank < 6 or member not in branch.on_rolls or member.joined_on is None:
            continue
        draw, old = chance.random(), member.joined_on.year < 1990
        away, exempt = AWAY.get(sort, 0) * (0.3 if old else 1.9), EXEMPT.get(sort, 0) * (2.2 if old else 0)
        since = today - timedelta(days=chance.randint(90, 700))
        if draw < away:
            host = next(hosts, None) if sort is Sort.VILLAGE and draw < away / 3 else None
            spells.append(
                Spell(
                    member_id=member.id,
                    kind=SpellKind.AWAY,
                    from_on=since,
                    place=chance.choice(PLACES_AWAY),
                    host=host,
                    contact="流入地支部值班电话" if host else None,
                )
            )
        elif draw > 1 - exempt:
            spells.append(
                Spell(member_id=member.id, kind=SpellKind.EXEMPT, code=chance.choice(GROUNDS), from_on=since)
            )
    return spells
