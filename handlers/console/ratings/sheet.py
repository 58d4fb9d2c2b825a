"""星级评定登记表: the archive sheet of a rating, one row for each member, with blank lines for hands."""

from flask import Response

from handlers.console.pages import console, page, staff_page
from handlers.console.ratings.frame import rating_frame, township_of
from handlers.console.ratings.reach import rating_read, shows_results
from handlers.console.ratings.rows import Row, results_shown
from handlers.console.ratings.words import act_words
from handlers.edge import current
from models.clock import long_day
from models.ratings.meeting.roster import rulings_of
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.procedure import acts_done
from models.ratings.procedure.rating import ACT_TEXT, DONE, Act
from models.ratings.procedure.trail import frozen_sha
from models.ratings.publicity.board import board_of
from models.refused import Refused

# What a remark repeats of the reasons: what people decided, and what took a star away.
REMARKED = (
    "meeting_raised", "meeting_lowered", "meeting_seat", "meeting_not_applied", "quota", "veto_set_zero",
    "veto_max_star", "veto_not_rated", "veto_manual", "assessed_at_host", "months_below_min",
    "grade_unqualified", "max_star_of_grade",
)  # fmt: skip


@console.get("/console/ratings/<int:rating_id>/sheet")
@staff_page
def rating_sheet(rating_id: int) -> Response:
    """Show the sheet to print: for the meeting, for the level above, and for the archive once filed."""
    seen, own = rating_read(rating_id)
    if not shows_results(seen, own=own):
        raise Refused("not_found", "会议评议以后，上级才看得到结果")
    shown = results_shown(seen)
    filed = seen.rating.state in DONE
    rows = [row for _, of in shown["groups"] for row in of]
    rulings = rulings_of(current().session, rating_id)
    return page(
        "ratings/sheet.html",
        **rating_frame(seen, own=own),
        **shown,
        filed=filed,
        counts=_counts(rows),
        notes={
            row.member_id: "；".join(
                [*row.said(*REMARKED), *([rulings[row.member_id].reason] if row.member_id in rulings else [])]
            )
            for row in rows
        },
        way=way_of(seen),
        above=township_of(seen.branch),
        sha=frozen_sha(current().session, rating_id) if filed else "",
    )


def _counts(rows: list[Row]) -> str:
    apart = sum(row.standing == "不参评" for row in rows)
    probationary = sum(row.standing == "预备党员" for row in rows)
    said = f"共 {len(rows)} 人，参评 {len(rows) - apart - probationary} 人"
    said += f"，预备党员 {probationary} 人" if probationary else ""
    return said + (f"，不参评 {apart} 人" if apart else "")


def way_of(seen: RatingSeen) -> list[str]:
    """Say what was done, on which day and by how many: what the signatures stand for."""
    session = current().session
    lines = []
    for act, done in acts_done(session, seen.rating.id).items():
        said = act_words(done)
        if act is Act.PUBLICITY:
            ends_on = board_of(session, seen).ends_on
            said = f"至{long_day(ends_on)}" if ends_on else ""
        lines.append(f"{ACT_TEXT[act]}：{long_day(done.held_on)}{'，' if said else ''}{said}")
    return lines
