"""规定动作: agenda items that the level above requires of a month's theme days, merged into drafts."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Index, String, exists, func, literal, select, text
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Key, Moment, coded, is_month, ref
from models.clock import day_of
from models.gatherings.agenda import Line, agendas_of, write_agendas
from models.gatherings.gathering import AgendaItem, AgendaKind, Gathering, GatheringKind, GatheringState
from models.people.org import ORG_KIND_TEXT, Org
from models.refused import Refused

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
LEVEL = re.compile(r"(?:镇|乡|街道)?(?:党工委|党委)$")
Host = aliased(Org)


class RequiredItem(Base):
    """One item for one month, required of every branch below its issuer."""

    __tablename__ = "required_item"
    id: Mapped[Key]
    org_id: Mapped[int] = ref("org.id", index=True)
    period: Mapped[str] = mapped_column(String(7))
    kind: Mapped[AgendaKind] = coded(AgendaKind, "kind")
    title: Mapped[str] = mapped_column(String(80))
    issued_by: Mapped[int] = ref("account.id")
    issued_at: Mapped[Moment]
    withdrawn_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        is_month("period"),
        CheckConstraint("title <> ''", name="title"),
        Index(
            "uq_required_item_title",
            "org_id",
            "period",
            "title",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class Required(NamedTuple):
    """One item in force for a branch and month, with the words that mark it (镇党委规定)."""

    id: int
    kind: AgendaKind
    title: str
    mark: str


class Issued(NamedTuple):
    """One item as its officer sees it: in how many drafts, and how many published theme days lack it."""

    item: RequiredItem
    org: Org
    drafts: int
    published_without: int


def mark_of(org: Org) -> str:
    """Return what marks an issuer's items: 镇党委规定, 党工委规定."""
    level = LEVEL.search(org.name)
    return f"{level[0] if level else ORG_KIND_TEXT[org.kind]}规定"


def same_title(title: str) -> str:
    """Return the title without what does not make another item of it: spaces and a full stop."""
    return "".join(title.split()).rstrip("。")


def required_of(session: Session, org_id: int, period: str) -> list[Required]:
    """Return what is required of an organisation's theme day in a month, the highest level first.

    Two levels that require the same title make one item.
    """
    rows = session.execute(
        select(RequiredItem, Org)
        .join(Org, Org.id == RequiredItem.org_id)
        .join(Host, Host.path.startswith(Org.path))
        .where(Host.id == org_id, RequiredItem.period == period, RequiredItem.withdrawn_at.is_(None))
        .order_by(func.length(Org.path), RequiredItem.id)
    ).all()
    return _without_twins([Required(item.id, item.kind, item.title, mark_of(org)) for item, org in rows])


def _without_twins(items: Sequence[Required]) -> list[Required]:
    first: dict[str, Required] = {}
    for item in items:
        first.setdefault(same_title(item.title), item)
    return list(first.values())


def with_required(lines: Sequence[Line], required: Sequence[Required]) -> list[Line]:
    """Return the agenda with everything required on it, each once and in its issuer's words.

    The order is the branch's; what was missing stands first; what was required and is no more, leaves.
    """
    wanted = {same_title(one.title): Line(one.kind, one.title, one.id) for one in required}
    missing, kept = dict(wanted), []
    for line in lines:
        key = same_title(line.title)
        if key in missing:
            kept.append(missing.pop(key))
        elif line.required_id is None and key not in wanted:
            kept.append(line)
    return [*missing.values(), *kept]


def merge_required(session: Session, gathering: Gathering) -> bool:
    """Bring a draft's agenda up to what is required of its month; return whether that changed it.

    Call it with the gathering locked. Only theme days have required items; what is published changes by a
    change alone.
    """
    if gathering.kind is not GatheringKind.THEME_DAY or gathering.state is not GatheringState.DRAFT:
        return False
    required = required_of(session, gathering.org_id, gathering.period)
    lines = agendas_of(session, [gathering.id])[gathering.id]
    fitted = with_required(lines, required)
    if fitted != lines:
        write_agendas(session, {gathering.id: fitted})
    return fitted != lines


def new_required(session: Session, gathering: Gathering) -> list[Required]:
    """Return what is required of a theme day's month and does not stand on its agenda yet."""
    if gathering.kind is not GatheringKind.THEME_DAY:
        return []
    titles = {same_title(line.title) for line in agendas_of(session, [gathering.id])[gathering.id]}
    required = required_of(session, gathering.org_id, gathering.period)
    return [one for one in required if same_title(one.title) not in titles]


def issue_item(
    session: Session, org: Org, period: str, kind: AgendaKind, title: str, *, by: int, now: datetime
) -> RequiredItem:
    """Require an item of the theme days below for one month; drafts already made get it at once.

    Refused: bad_item with `fields` (also for a month that is over, or a title issued already).
    """
    title = " ".join(title.split())
    _check(session, org, period, title, now)
    item = RequiredItem(org_id=org.id, period=period, kind=kind, title=title, issued_by=by, issued_at=now)
    session.add(item)
    session.flush()
    drafts = _merge_below(session, org, period)
    _note(session, "require_item", item, by, drafts)
    return item


def _check(session: Session, org: Org, period: str, title: str, now: datetime) -> None:
    wrong = {}
    if not 1 <= len(title) <= 80:
        wrong["title"] = "请写内容，最多 80 个字"
    if not MONTH.fullmatch(period) or period < f"{day_of(now):%Y-%m}":
        wrong["period"] = "请选这个月或以后的月份"
    in_force = select(RequiredItem.title).where(
        RequiredItem.org_id == org.id,
        RequiredItem.period == period,
        RequiredItem.withdrawn_at.is_(None),
    )
    if same_title(title) in {same_title(one) for one in session.scalars(in_force)}:
        wrong["title"] = "这个月已经有这一项了"
    if wrong:
        raise Refused("bad_item", "有几处需要改一下", fields=wrong)


def withdraw_item(session: Session, item: RequiredItem, *, by: int, now: datetime) -> None:
    """Require an item no more: it leaves the drafts and stays where it was published already."""
    if item.withdrawn_at is None:
        item.withdrawn_at = now
        session.flush()
        drafts = _merge_below(session, session.get_one(Org, item.org_id), item.period)
        _note(session, "withdraw_item", item, by, drafts)


def _merge_below(session: Session, org: Org, period: str) -> int:
    """Bring every draft of the month below `org` up to what is required; return how many changed.

    Statements do not grow with the drafts. A draft that is just being made sees the item by itself, at the
    latest when its page is opened or it is published.
    """
    drafts = session.execute(
        select(Gathering.id, Org.path)
        .join(Org, Org.id == Gathering.org_id)
        .where(
            Org.path.startswith(org.path),
            Gathering.period == period,
            Gathering.kind == GatheringKind.THEME_DAY,
            Gathering.state == GatheringState.DRAFT,
        )
        .order_by(Gathering.id)
        .with_for_update(of=Gathering, key_share=True)
    ).all()
    in_force = _in_force(session, period)
    before = agendas_of(session, [gathering_id for gathering_id, _ in drafts])
    changed = {}
    for gathering_id, path in drafts:
        required = _without_twins([one for issuer, one in in_force if path.startswith(issuer)])
        fitted = with_required(before[gathering_id], required)
        if fitted != before[gathering_id]:
            changed[gathering_id] = fitted
    if changed:
        write_agendas(session, changed)
    return len(changed)


def _in_force(session: Session, period: str) -> list[tuple[str, Required]]:
    """Return (issuer's path, item) of a month, the highest level first."""
    rows = session.execute(
        select(RequiredItem, Org)
        .join(Org, Org.id == RequiredItem.org_id)
        .where(RequiredItem.period == period, RequiredItem.withdrawn_at.is_(None))
        .order_by(func.length(Org.path), RequiredItem.id)
    ).all()
    return [(org.path, Required(item.id, item.kind, item.title, mark_of(org))) for item, org in rows]


def issued_by(session: Session, org: Org, *, since: str) -> list[Issued]:
    """Return the items in force of this committee and those above it, from the month `since` on.

    Newest month first, then the highest level. Two statements, whatever the number of branches.
    """
    rows = session.execute(
        select(RequiredItem, Org)
        .join(Org, Org.id == RequiredItem.org_id)
        .where(
            literal(org.path).startswith(Org.path),
            RequiredItem.period >= since,
            RequiredItem.withdrawn_at.is_(None),
        )
        .order_by(RequiredItem.period.desc(), func.length(Org.path), RequiredItem.id)
    ).all()
    counted = _counted(session, org, [item.id for item, _ in rows])
    return [Issued(item, issuer, *counted.get(item.id, (0, 0))) for item, issuer in rows]


def _counted(session: Session, org: Org, item_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return item -> how many drafts below `org` have it, and how many published theme days lack it."""
    twin = exists().where(
        AgendaItem.gathering_id == Gathering.id,
        func.regexp_replace(AgendaItem.title, r"\s|。$", "", "g")
        == func.regexp_replace(RequiredItem.title, r"\s|。$", "", "g"),
    )
    is_draft = Gathering.state == GatheringState.DRAFT
    rows = session.execute(
        select(
            RequiredItem.id,
            func.count().filter(is_draft, twin),
            func.count().filter(~is_draft, ~twin),
        )
        .join(Gathering, Gathering.period == RequiredItem.period)
        .join(Org, Org.id == Gathering.org_id)
        .where(
            RequiredItem.id.in_(item_ids),
            Org.path.startswith(org.path),
            Gathering.kind == GatheringKind.THEME_DAY,
            Gathering.state != GatheringState.CANCELLED,
        )
        .group_by(RequiredItem.id)
    )
    return {item_id: (drafts, without) for item_id, drafts, without in rows}


def _note(session: Session, verb: str, item: RequiredItem, by: int, drafts: int) -> None:
    record(
        session, verb, "required_item", item.id, via=Via.CONSOLE, account_id=by, org_id=item.org_id,
        after={"period": item.period, "drafts": drafts},
    )  # fmt: skip
