"""What waits of ratings: for a secretary the next step, for an officer what has hung long enough."""

from collections.abc import Iterator

from handlers.edge import current
from handlers.reach import own_orgs
from handlers.todo.rating_step import next_card
from handlers.todo.todo import Todo, names
from models.clock import day_of
from models.people.org import BRANCHES
from models.people.rights import Verb
from models.points.cycle import cycle_words
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.due import cycles_due, ratings_of, ratings_to_file, running_of
from models.ratings.procedure.progress import steps_of
from models.ratings.procedure.trail import trail_of


def rating_steps() -> Iterator[Todo]:
    """Yield the next step of each own branch's rating, or its beginning; then what is to be filed below."""
    edge = current()
    for branch in own_orgs(Verb.RATE):
        if branch.kind not in BRANCHES:
            continue
        ratings = ratings_of(edge.session, [branch.id])
        running = running_of(ratings)
        if running is not None:
            yield from _next(running.id)
            continue
        due = cycles_due(edge.session, branch, ratings, now=edge.now)
        if due and due[0].opens_on <= day_of(edge.now):
            yield Todo(
                f"开始{cycle_words(due[0].cycle)}星级评定",
                f"{branch.name}，一步一步办，每一步都写着怎么办",
                "去看看",
                "ratings",
                {"org": branch.id},
            )
    yield from _to_file()


def _next(rating_id: int) -> Iterator[Todo]:
    """Yield the next step where it is the branch's turn."""
    edge, seen = current(), rating_seen(current().session, rating_id)
    steps = steps_of(edge.session, rating_id, now=edge.now)
    card = next_card(seen, steps, trail_of(edge.session, rating_id))
    if card is None or not card.button:
        return
    why = card.back or card.waits or card.says[0].rstrip("。")
    if card.until and not card.back:
        why = f"{card.until}。{why}"
    yield Todo(f"{card.cycle}：{card.title}", why, card.button, card.page, card.values)


def _to_file() -> Iterator[Todo]:
    """Yield the ratings below whose sheets have hung their workdays."""
    edge, own = current(), own_orgs(Verb.FILE_RATING)
    if not own:
        return
    ripe = [
        (rating, org)
        for rating, org, ends_on in ratings_to_file(edge.session, own)
        if ends_on < day_of(edge.now)
    ]
    if len(ripe) == 1:
        rating, org = ripe[0]
        title, values = f"备案{cycle_words(rating.cycle)}星级评定", {"rating_id": rating.id}
        yield Todo(title, f"{org.name}，公示期满", "去备案", "rating_filing", values)
    elif ripe:
        yield Todo(
            f"备案 {len(ripe)} 个支部的星级评定",
            names([org.name for _, org in ripe], "个支部"),
            "去备案",
            "ratings_below_page",
            {"cycle": ripe[0][0].cycle},
        )
