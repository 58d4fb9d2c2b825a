"""Which member a log-in is: so that nobody approves or answers what is their own."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.people.account import Account
from models.people.member import Member
from models.people.org import Org, OrgKind
from models.people.rights import parent_path
from models.refused import Refused


def link_by_name(
    session: Session, account: Account, org: Org, *, joined_year: int | None = None, by: int | None, via: Via
) -> Member:
    """Note that a log-in with a post at `org` is the one member of this name there or below.

    Of two with one name the year of joining the Party tells which.
    Refused: no_namesake, several_namesakes, member_has_account.
    """
    found = [
        member
        for member, path in _named(session, [account.name])
        if path.startswith(_top(org))
        and (joined_year is None or (member.joined_on and member.joined_on.year == joined_year))
    ]
    if not found:
        raise Refused("no_namesake", f"名册上没有找到“{account.name}”，请核对姓名，或先导入名册")
    if len(found) > 1:
        raise Refused("several_namesakes", f"有 {len(found)} 位“{account.name}”，请写入党的年份")
    member = found[0]
    if _with_account(session, [member.id]) and account.member_id != member.id:
        raise Refused("member_has_account", f"“{account.name}”已经有一个账号了")
    account.member_id = member.id
    session.flush()
    _noted(session, account, org, by, via)
    return member


def link_new(session: Session, opened: Sequence[tuple[Account, Org]], *, by: int | None, via: Via) -> None:
    """Link new log-ins where the name leaves no doubt; the others stay for a person to do. Two statements."""
    unlinked = [(account, org) for account, org in opened if account.member_id is None]
    people = _named(session, {account.name for account, _ in unlinked})
    taken = _with_account(session, [member.id for member, _ in people])
    for account, org in unlinked:
        top = _top(org)
        here = [member for member, path in people if member.name == account.name and path.startswith(top)]
        if len(here) == 1 and here[0].id not in taken:
            account.member_id = here[0].id
            taken.add(here[0].id)
            _noted(session, account, org, by, via)
    session.flush()


def _top(org: Org) -> str:
    return parent_path(org.path) if org.kind is OrgKind.PARTY_GROUP else org.path


def _named(session: Session, names: Collection[str]) -> list[tuple[Member, str]]:
    """Return the members of these names, each with the path of the branch."""
    query = (
        select(Member, Org.path)
        .join(Org, Org.id == Member.branch_id)
        .where(Member.name.in_(names), Member.left_on.is_(None))
        .order_by(Member.id)
    )
    return [(member, path) for member, path in session.execute(query)] if names else []


def _with_account(session: Session, member_ids: Sequence[int]) -> set[int]:
    query = select(Account.member_id).where(Account.member_id.in_(member_ids))
    return {member_id for member_id in session.scalars(query) if member_id} if member_ids else set()


def _noted(session: Session, account: Account, org: Org, by: int | None, via: Via) -> None:
    record(
        session, "link_member", "account", account.id, via=via, account_id=by, org_id=org.id,
        after={"member_id": account.member_id},
    )  # fmt: skip
