"""积分明白卡: one small paper for each member, four to a page, with the numbers that the phone shows."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from flask import Response, request

from handlers.console.pages import console, page, staff_page
from handlers.console.people.members import namesakes
from handlers.console.points.book import Book, book_asked
from handlers.console.points.member_points import days_covered, is_over
from handlers.edge import current
from models.clock import day_of
from models.people.roster import RosterRow
from models.points.exact import show
from models.ratings.objections.raising import ANSWER_WORKDAYS
from models.ratings.statement.balance import Balance

ROWS_OF_SMALL = 8  # on a quarter of A4
ROWS_OF_ROOMY = 6  # leave room for larger letters
ROWS_OF_TALL = 26  # on two quarters, one above the other


class CardRow(NamedTuple):
    """One line of a card: what, its limit in words, what it counts; None waits for the appraisal."""

    title: str
    limit: str
    counted: Decimal | None


class Card(NamedTuple):
    """The card of one member; `is_tall` takes two places of a page."""

    row: RosterRow
    balance: Balance
    rows: list[CardRow]

    @property
    def is_tall(self) -> bool:
        """Say whether a quarter of the page is too small."""
        return len(self.rows) > ROWS_OF_SMALL

    @property
    def is_roomy(self) -> bool:
        """Say whether there is room for larger letters."""
        return len(self.rows) <= ROWS_OF_ROOMY


def card_rows(balance: Balance) -> list[CardRow]:
    """Return the lines of all parts; they add up to the total, or to what `total_how` begins with."""
    rows: list[CardRow] = []
    for part in balance.parts:
        most = "满分" if part.initial and part.initial == part.cap else "上限"
        limit = f"{most} {show(part.cap)}" if part.cap is not None else ""
        lines = balance.lines[part.code]
        if not lines:
            rows.append(CardRow(f"{part.title}：还没有记录", limit, part.subtotal))
        for line in lines:
            title = f"{line.title}，{line.how}" if line.how else line.title
            if line is lines[0] and (part.initial or part.pending):
                title = f"{part.title}（{line.how}）" if line.how else part.title
            rows.append(CardRow(title, line.limit or (limit if line is lines[0] else ""), line.counted))
    return rows if len(rows) <= ROWS_OF_TALL else _shortened(rows)


def _shortened(rows: Sequence[CardRow]) -> list[CardRow]:
    """Put together what does not fit, so that the lines still add up."""
    kept, rest = rows[: ROWS_OF_TALL - 1], rows[ROWS_OF_TALL - 1 :]
    together = sum((row.counted for row in rest if row.counted is not None), Decimal(0))
    return [*kept, CardRow(f"其余 {len(rest)} 项，合在一起", "", together)]


def columns_of(cards: Iterable[Card]) -> list[list[Card]]:
    """Lay the cards in their order into columns of two places; a tall one fills a column."""
    columns: list[list[Card]] = []
    for card in cards:
        if columns and len(columns[-1]) == 1 and not columns[-1][0].is_tall and not card.is_tall:
            columns[-1].append(card)
        else:
            columns.append([card])
    return columns


@console.get("/console/points/cards")
@staff_page
def points_cards() -> Response:
    """Choose whose cards to print."""
    return _form(book_asked())


@console.get("/console/points/cards/print")
@staff_page
def print_cards() -> Response:
    """Show the cards to print: all (`who=all`), those without a phone (`who=no_phone`), or `member` by id.

    400 with the form where nobody is chosen; 404 for somebody who is not on the roster of the branch.
    """
    book = book_asked()
    everybody = [row for _, rows in book.groups for row in rows]
    match request.args.get("who"):
        case "all":
            rows = everybody
        case "no_phone":
            rows = [row for row in everybody if without_phone(row)]
        case _:
            sent = {int(one) for one in request.args.getlist("member") if one.isdecimal() and len(one) < 18}
            rows = [row for row in everybody if row.member.id in sent]
    if not rows or book.seen is None:
        return _form(book, 400, "请先选要打印的同志")
    today = day_of(current().now)
    balances = [book.balances[row.member.id] for row in rows]
    cards = [Card(row, balance, card_rows(balance)) for row, balance in zip(rows, balances, strict=True)]
    columns = columns_of(cards)
    return page(
        "points/cards_print.html",
        book=book,
        pages=[columns[at : at + 2] for at in range(0, len(columns), 2)],
        number=len(cards),
        span=days_covered(book.seen.cycle, today),
        is_over=is_over(book.seen.cycle, today),
        today=today,
        workdays=ANSWER_WORKDAYS,
        namesakes=namesakes(book.groups),
    )


def without_phone(row: RosterRow) -> bool:
    """Say whether the roster says that the member uses no phone, or has no number."""
    return row.member.no_phone or row.member.phone_hash is None


def _form(book: Book, status: int = 200, error: str = "") -> Response:
    everybody = [row for _, rows in book.groups for row in rows]
    return page(
        "points/cards.html",
        status,
        book=book,
        error=error,
        number=len(everybody),
        without=sum(map(without_phone, everybody)),
        without_phone=without_phone,
        namesakes=namesakes(book.groups),
    )
