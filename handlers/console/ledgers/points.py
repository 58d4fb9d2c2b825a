"""积分登记 and 星级公示: what a cycle comes to for each member of a branch, and the stars that stand."""

from collections.abc import Collection, Iterator
from decimal import Decimal

from flask import Response

from handlers.console.ledgers.download import Wish, answer, org_wanted
from handlers.console.ledgers.sheet import Column, Form, Ledger, Value
from handlers.console.pages import console, staff_page
from handlers.console.people.members import namesakes, roster_by_group
from handlers.edge import current
from models.people.member import surname_order
from models.people.membership import CATEGORY_TEXT
from models.people.org import BRANCHES, Org
from models.people.rights import Verb
from models.people.roster import RosterRow
from models.points.cycle import cycle_of, cycle_words
from models.points.exact import plain
from models.points.grade_words import GRADE_WORDS, star_words
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import document_of
from models.points.schemes.use import scheme_for
from models.ratings.procedure.listing import results_of
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.run import last_run
from models.ratings.statement.balance import Balance, CycleSeen, balances_of, cycle_seen
from models.ratings.statement.stars import StarView, stars_in
from models.refused import Refused

STARS = (
    Column("姓名", 14),
    Column("评定星级", 14),
    Column("公示起止", 26),
    Column("联系人", 14),
    Column("电话", 16),
    Column("监督电话", 16),
)


@console.get("/console/ledgers/points")
@staff_page
def points_ledger() -> Response:
    """Answer the points of the cycle that the last month chosen belongs to."""
    org = _branch_wanted()
    return answer("points", org, lambda wish: _points(org, wish))


@console.get("/console/ledgers/stars")
@staff_page
def stars_ledger() -> Response:
    """Answer the stars that were put up for the cycle that the last month chosen belongs to."""
    org = _branch_wanted()
    return answer("stars", org, lambda wish: _stars(org, wish))


def _branch_wanted() -> Org:
    org = org_wanted(Verb.SEE_ROSTER)
    if org.kind not in BRANCHES:
        raise Refused("not_a_branch", "积分按支部登记，请选一个支部")
    return org


def _cycle(org: Org, wish: Wish) -> CycleSeen | None:
    """Return the cycle of the last month that was chosen."""
    edge = current()
    scheme = scheme_for(edge.session, org, wish.until)
    if scheme is None:
        return None
    cycle = cycle_of(document_of(scheme.document).cycle, wish.until)
    return cycle_seen(edge.session, org, cycle, now=edge.now)


def _about(org: Org, seen: CycleSeen | None) -> list[str]:
    if seen is None:
        return [f"组织：{org.name}", "支部还没有定积分办法，没有积分。"]
    return [f"组织：{org.name}　　周期：{cycle_words(seen.cycle)}", f"规则：{seen.document.title}"]


def _points(org: Org, wish: Wish) -> Ledger:
    seen = _cycle(org, wish)
    columns = [Column("姓名", 12), Column("类别", 14), Column("初始分", 9, Form.POINTS)]
    for part in seen.document.parts if seen else ():
        columns.append(Column(f"{part.title}小计", 12, Form.POINTS))
    columns += [
        Column("加分", 9, Form.POINTS),
        Column("扣分", 9, Form.POINTS),
        Column("测评等次", 10),
        Column("总分", 9, Form.POINTS),
        Column("建议星级", 10),
        Column("评定星级", 12),
        Column("备注", 20),
    ]
    return Ledger("积分登记", _about(org, seen), columns, _rows(org, seen) if seen else (), wide=True)


def _rows(org: Org, seen: CycleSeen) -> Iterator[list[Value]]:
    session = current().session
    groups = roster_by_group(org)
    people, twice = [row for _, rows in groups for row in rows], namesakes(groups)
    ids = [row.member.id for row in people]
    balances = balances_of(session, seen, ids)
    stars = stars_in(session, org.id, seen.cycle, ids)
    run = last_run(session, seen.rating.id) if seen.rating else None
    proposed = {one.member.id: one.result.star_by_quota for one in results_of(session, run.id)} if run else {}
    for row in people:
        balance, star = balances[row.member.id], stars.get(row.member.id)
        yield [
            _name(row, twice),
            CATEGORY_TEXT.get(balance.category, balance.category) if balance.category else None,
            _number(sum((part.initial for part in balance.parts), Decimal(0))),
            *(None if part.pending else _number(part.subtotal) for part in balance.parts),
            _number(balance.earned),
            _number(balance.deducted),
            GRADE_WORDS[balance.grade] if balance.grade else None,
            None if balance.is_outside else _number(balance.total),
            _star(seen.document, proposed.get(row.member.id)),
            star.label if star else None,
            _remark(balance),
        ]


def _name(row: RosterRow, twice: Collection[str]) -> str:
    """Return a name, with the joining year where two people of the branch bear it."""
    name, joined_on = row.member.name, row.member.joined_on
    return f"{name}（{joined_on.year}年入党）" if name in twice and joined_on else name


def _star(document: SchemeDocument, star: int | None) -> str | None:
    return star_words(document, star) if star is not None else None


def _remark(balance: Balance) -> str | None:
    told = {"exempt": "不参评", "not_rated": "不参评", "probationary": "预备党员"}
    words = [told.get(balance.standing, ""), "" if balance.is_outside else balance.total_how]
    if balance.provisional and not balance.is_outside:
        words.append("民主评议待评")
    return "；".join(filter(None, words)) or None


def _number(points: Decimal) -> int | float:
    """Return points for a cell: a workbook knows no decimals; six places survive the way."""
    shortest = plain(points)
    return int(shortest) if shortest == shortest.to_integral_value() else float(shortest)


def _stars(org: Org, wish: Wish) -> Ledger:
    seen = _cycle(org, wish)
    return Ledger("星级公示", _about(org, seen), STARS, _star_rows(org, seen) if seen else (), hands=())


def _star_rows(org: Org, seen: CycleSeen) -> Iterator[list[Value]]:
    """Yield who has which star, from the highest label down, in surname order within one."""
    session = current().session
    groups = roster_by_group(org)
    people, twice = [row for _, rows in groups for row in rows], namesakes(groups)
    stars = stars_in(session, org.id, seen.cycle, [row.member.id for row in people])
    told = [(row, stars[row.member.id]) for row in people if _is_up(stars.get(row.member.id))]
    for row, star in sorted(told, key=_by_star):
        yield [_name(row, twice), star.label, *_sheet(star.sheet)]


def _by_star(told: tuple[RosterRow, StarView]) -> tuple[int, bytes, int]:
    row, star = told
    return -(star.star or 0), surname_order(row.member.name), row.member.id


def _is_up(star: StarView | None) -> bool:
    return star is not None and star.is_told and star.star is not None


def _sheet(sheet: RatingPublicity | None) -> list[Value]:
    if sheet is None:
        return [None] * 4
    return [f"{sheet.posted_on} 至 {sheet.ends_on}", sheet.contact, sheet.contact_phone, sheet.township_phone]
