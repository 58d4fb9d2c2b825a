"""Whose a row of a list is: a name, the year only where two share it, and the branch or group at home."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.people.member import ON_ROLLS, Member, surname_order
from models.people.org import Org, tree_order

Home, Group, Twin = aliased(Org), aliased(Org), aliased(Member)
HAS_NAMESAKE = exists().where(
    Twin.branch_id == Member.branch_id, Twin.name == Member.name, Twin.id != Member.id
)
# What `whose` is made from, in its order; of a select that `with_home` joined.
WHOSE = (Member, Org, Group, HAS_NAMESAKE)


# Members with their branch and group.
MEMBERS = (
    select(Member, Org, Group)
    .join(Org, Org.id == Member.branch_id)
    .outerjoin(Group, Group.id == Member.group_id)
)


class Whose(NamedTuple):
    """Whose it is, as a list names them; the joining year only where the branch has two of the name."""

    member_id: int
    name: str
    joined_year: int | None
    branch: Org
    group: Org | None

    @property
    def home(self) -> Org:
        """Return the organisation whose staff this person's requests belong to."""
        return self.group or self.branch


def whose(member: Member, branch: Org, group: Org | None, has_namesake: bool) -> Whose:
    """Return how a list names a member."""
    return Whose(member.id, member.name, year_beside(member, has_namesake), branch, group)


def year_beside(member: Member, has_namesake: bool) -> int | None:
    """Return the joining year that tells two of one name apart, None where it is not needed."""
    return member.joined_on.year if has_namesake and member.joined_on else None


def with_home(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join the branch (Org), the group (Group) and the nearer of both (Home) to a select of members."""
    return (
        query.join(Org, Org.id == Member.branch_id)
        .join(Home, Home.id == func.coalesce(Member.group_id, Member.branch_id))
        .outerjoin(Group, Group.id == Member.group_id)
    )


def at_home_below(paths: Sequence[str]) -> ColumnElement[bool]:
    """Select the members whose branch or group is below one of these paths."""
    return or_(false(), *(Home.path.startswith(path) for path in paths))


def in_order(of: Whose) -> tuple[list[int], bytes, int]:
    """Return the key of a list by group and surname."""
    return tree_order(of.home), surname_order(of.name), of.member_id


def people_of(session: Session, paths: Sequence[str]) -> list[Whose]:
    """Return the members below these paths by group and in surname order; one statement."""
    query = with_home(select(*WHOSE).select_from(Member))
    found = session.execute(query.where(at_home_below(paths), Member.status.in_(ON_ROLLS)))
    return sorted((whose(*row) for row in found), key=in_order)
