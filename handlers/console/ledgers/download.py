"""What every ledger is asked with, the page that asks it, and the file that answers, with its log row."""

import re
from collections.abc import Callable, Mapping, Sequence
from tempfile import SpooledTemporaryFile
from typing import NamedTuple

from flask import Response, request, send_file
from sqlalchemy import false, or_, select

from handlers.console.ledgers.sheet import Column, Ledger, fit, write_ledger
from handlers.console.pages import go, page
from handlers.edge import current
from handlers.identity import count, need_somewhere, staff
from handlers.limits import FILES
from handlers.reach import org_asked, own_orgs
from models.audit import Via, record
from models.clock import SHANGHAI, day_of
from models.gatherings.gathering import GatheringState
from models.gatherings.standing import Standing, months_back, rolls_among, seen_orgs
from models.people.org import BRANCHES, Org, OrgKind, tree_order
from models.people.rights import Verb, may
from models.refused import Refused

PURPOSES = {"archive": "存档备查", "report": "报上级组织", "check": "核对情况", "meeting": "会上使用"}
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
MOST_MONTHS = 12
CHOICES = ("org", "since", "until", "roll")  # what a link may choose
IN_MEMORY = 1_000_000  # bytes of a file that are not on the disk yet
NOT_IN_A_NAME = re.compile(r'[\\/:*?"<>|\t\r\n]')
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Wish(NamedTuple):
    """What a ledger is asked with: the months (YYYY-MM, both included) and what it is for."""

    since: str
    until: str
    purpose: str

    @property
    def span(self) -> str:
        """Say which months: 2026年1月至11月."""
        (year, first), (last_year, last) = (
            (int(month[:4]), int(month[5:])) for month in (self.since, self.until)
        )
        if self.since == self.until:
            return f"{year}年{first}月"
        return f"{year}年{first}月至{f'{last_year}年' if last_year != year else ''}{last}月"


def org_wanted(verb: Verb) -> Org:
    """Return the organisation asked for, else the person's own.

    Refused: not_found, not_yours, not_a_branch.
    """
    need_somewhere(verb)
    org = org_asked(verb, request.args.get("org"))
    if org.kind is OrgKind.PARTY_GROUP:
        raise Refused("not_a_branch", "报表按支部出，请从支部或上级组织进入")
    return org


def with_branch(org: Org, columns: Sequence[Column]) -> list[Column]:
    """Put a column for the branch before the columns of a ledger that speaks of several."""
    return [*([Column("党支部", 18)] if several(org) else []), *columns]


def several(org: Org) -> bool:
    """Say whether a ledger of this organisation speaks of more branches than one."""
    return org.kind not in BRANCHES


def answer(
    kind: str,
    org: Org,
    make: Callable[[Wish], Ledger],
    *,
    months: bool = True,
    roll_id: int | None = None,
    named: str = "",
) -> Response:
    """Answer a download: the workbook, with one row in the log; 400 with the page where something is wrong.

    Without a purpose at all it was a link, which leads to the page with its choices made.
    Source: an export names its reason, who took it and when, and is logged.
    """
    edge, who = current(), staff()
    if "purpose" not in request.args:
        chosen = {name: request.args[name] for name in CHOICES if name in request.args}
        return go("console.ledgers", **chosen, _anchor=kind)
    wish = _typed()
    errors = _wrong(wish, months=months)
    if errors:
        return ledgers_page(org, 400, errors)
    count(FILES)
    ledger = make(wish)
    taken_at = f"{edge.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    stamp = f"导出人：{who.name}　导出时间：{taken_at}　用途：{PURPOSES[wish.purpose]}　仅供内部使用"
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the response closes it
    try:
        rows = write_ledger(file, ledger, stamp)
    except BaseException:
        file.close()
        raise
    record(
        edge.session, "export", "roll" if roll_id else "org", roll_id or org.id, via=Via.CONSOLE,
        account_id=who.account_id, org_id=org.id,
        after={"ledger": kind, "rows": rows, **(wish._asdict() if months else {"purpose": wish.purpose})},
    )  # fmt: skip
    name = " ".join(filter(None, (org.name, named, ledger.title, wish.span if months else "")))
    return _sent(file, fit(NOT_IN_A_NAME.sub("_", name)) + ".xlsx")


def _sent(file: SpooledTemporaryFile[bytes], name: str) -> Response:
    length = file.tell()
    file.seek(0)
    sent = send_file(file, XLSX, as_attachment=True, download_name=name, conditional=False, etag=False)
    sent.content_length = length
    return sent


def _typed() -> Wish:
    """Return what was chosen; from January to this month where nothing was."""
    today = f"{day_of(current().now):%Y-%m}"
    asked = request.args
    return Wish(
        asked.get("since") or f"{today[:4]}-01", asked.get("until") or today, asked.get("purpose", "")
    )


def _wrong(wish: Wish, *, months: bool) -> dict[str, str]:
    """Return what has to be chosen otherwise, by field."""
    wrong = {} if wish.purpose in PURPOSES else {"purpose": "请选一项用途，会印在表下面，也会记下来"}
    if not months:
        return wrong
    if not (MONTH.fullmatch(wish.since) and MONTH.fullmatch(wish.until)):
        return wrong | {"months": "月份请从列表里选"}
    span = [int(month[:4]) * 12 + int(month[5:]) for month in (wish.since, wish.until)]
    if not 0 <= span[1] - span[0] < MOST_MONTHS:
        return wrong | {"months": f"结束月份不早于开始月份，一次最多 {MOST_MONTHS} 个月"}
    return wrong


def ledgers_page(org: Org, status: int = 200, errors: Mapping[str, str] | None = None) -> Response:
    """Show the choices and the ledgers that this person may take out for this organisation."""
    edge, posts = current(), staff().posts
    own = may(posts, Verb.SEE_ROSTER, org.path)
    return page(
        "ledgers/ledgers.html",
        status,
        org=org,
        orgs=_choices(),
        wish=_typed(),
        months=months_back(day_of(edge.now), 36)[1:],
        purposes=PURPOSES,
        own=own,
        rolls=_rolls() if own else [],
        roll=request.args.get("roll", ""),
        several=several(org),
        errors=errors or {},
    )


def _choices() -> list[tuple[str, Org]]:
    """Return the organisations that this person may choose, each with its place in the tree, in its order."""
    paths = [org.path for org in own_orgs(Verb.SEE_FILED)]
    query = select(Org).where(
        or_(false(), *(Org.path.startswith(path) for path in paths)),
        Org.kind != OrgKind.PARTY_GROUP,
        Org.dissolved_on.is_(None),
    )
    orgs = sorted(current().session.scalars(query), key=tree_order)
    top = min((len(tree_order(org)) for org in orgs), default=0)
    return [("　" * (len(tree_order(org)) - top), org) for org in orgs]


def _rolls() -> list[Standing]:
    """Return the rolls of the last months whose sign-in sheet this person may take out, the newest first."""
    edge, posts = current(), staff().posts
    months = months_back(day_of(edge.now), MOST_MONTHS + 1)
    of_mine = rolls_among(edge.session, seen_orgs(posts), periods=months, now=edge.now)
    gone = (GatheringState.DRAFT, GatheringState.CANCELLED)
    return [
        roll for roll in of_mine
        if not roll.is_draft and roll.state not in gone and may(posts, Verb.TICK, roll.org.path)
    ]  # fmt: skip
