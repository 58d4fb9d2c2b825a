"""The fields that answers of the API may hold, by route: written by hand, as the contract has them."""

SEAT = [
    "id", "kind", "title", "starts_at", "ends_at", "place", "bring", "contact", "state", "host", "status",
    "checked_in_at", "leave_state",
]  # fmt: skip
LEAVE = {"state", "reason", "asked_at", "answer", "decided_at"}
AWAY = {
    "report", "report.id", "report.from_on", "report.to_on", "report.place", "report.host", "report.contact",
    "report.state", "report.asked_at", "report.answer", "report.decided_at",
    "away", "away.from_on", "away.to_on", "away.place", "away.host",
}  # fmt: skip
ATTENDANCE = {
    "id", "period", "attended_on", "host", "contact", "state", "asked_at", "answer", "decided_at",
}  # fmt: skip
DECLARATION = [
    "id", "item", "item_title", "level", "occurred_on", "quantity", "title", "evidence", "points", "cycle",
    "late", "state", "submitted_at", "recorded_by", "answer", "decided_at",
]  # fmt: skip
OBJECTION = {
    "id", "receipt", "entry_id", "rating_id", "appeals", "about", "occurred_on", "points", "said", "asked_at",
    "state", "desk", "due_on", "handled_by", "finding", "answered_by", "answered_at", "total_before",
    "total_after", "star_before", "star_after", "appeal_until", "appealed_by",
}  # fmt: skip
COUNTS = [
    "expected", "came", "leave", "absent", "unclear", "unrecorded", "exempt", "away", "host_branch",
]  # fmt: skip
SUMS = {"counts", *(f"counts.{name}" for name in COUNTS)}
TOLD = {"told", *(f"told.{name}" for name in (
    "audience", "delivered", "phoned", "under_way", "to_phone", "unsent",
))}  # fmt: skip
TICK = {"phoned_at", "phoned_by"}
POSTS = {"posts", "posts[].role", "posts[].org_id", "posts[].org"}
ROLL = {"roll_id", "org_id", "org", "confirmed", "questions", *SUMS}
LISTED = ROLL | {"gathering_id", "title", "starts_at", "ends_at", "place", "state", "host", "may"}
LINE = ["member_id", "name", "joined_year", "group", "status", "how", "asks", "leave", "version", "saved_by"]
ONE_GATHERING = {
    "gathering_id", "kind", "period", "title", "starts_at", "ends_at", "opens_at", "place", "bring",
    "contact", "date_reason", "calendar_note", "leave_until", "reason", "state", "host", "guests", "may",
    "agenda", "agenda[].kind", "agenda[].title", "agenda[].required",
    "rolls", *(f"rolls[].{name}" for name in ROLL),
    "audience", "told", "texts", *(f"texts.{name}" for name in ("message", "group", "loudspeaker", "board")),
}  # fmt: skip
REACHED = {f"audience.{name}" for name in ("people", "account", "mini_program", "phone", "at_home")}
NOTICE = ["id", "gathering_id", "kind", "title", "summary", "sent_at", "read_at"]
LETTER = ["receipt", "text", "received_at", "due_on", "answer", "answered_at"]
NEWS = ["id", "title", "digest", "url", "published_on"]
FIELDS: dict[str, set[str]] = {
    "POST /api/v1/session": {
        "token", "expires_in", "bound", "member", "member.id", "member.name", "member.branch", "ticket",
    },
    "DELETE /api/v1/session": set(),
    "POST /api/v1/binding": {"name", "branch", "bound", "member_id"},
    "DELETE /api/v1/binding": set(),
    "POST /api/v1/complaints": {"receipt", "due_on"},
    "GET /api/v1/complaints": {"items", "next", *(f"items[].{name}" for name in LETTER)},
    "GET /api/v1/complaints/<receipt>": set(LETTER),
    "GET /api/v1/me/data": {"made_at", "sections", "sections[].title", "sections[].rows"},
    "POST /api/v1/me/corrections": {"receipt", "due_on"},
    "GET /api/v1/articles": {"items", "next", *(f"items[].{name}" for name in (*NEWS, "byline"))},
    "GET /api/v1/articles/<int:article_id>": {
        *NEWS, "byline", "blocks", *(f"blocks[].{name}" for name in ("kind", "text", "picture", "caption")),
    },
    "GET /api/v1/guides": {"items", "items[].matter", "items[].title", "items[].text"},
    "GET /api/v1/home": {
        "serves", "demonstration", "member", "member_id", "branch", "group", "star", "theme_day",
        "points", "points.cycle", "points.total", "posts", "has_post", "attending",
        "away", "away.from_on", "away.to_on", "away.place", "away.host",
        "notices", *(f"notices[].{name}" for name in NOTICE), "unread",
        "legal", "legal.owner", "legal.filing_no", "legal.voluntary", "legal.complaint_phone",
        "gatherings", *(f"gatherings[].{name}" for name in SEAT), "subscribe",
        "articles", *(f"articles[].{name}" for name in NEWS),
    },
    "GET /api/v1/notices": {"items", "next", *(f"items[].{name}" for name in NOTICE)},
    "GET /api/v1/notices/<int:notice_id>": {
        *NOTICE, "text", "at_home", "materials", "gathering", *(f"gathering.{name}" for name in SEAT),
    },
    "POST /api/v1/notices/<int:notice_id>/read": {"read_at"},
    "POST /api/v1/subscriptions": {"subscribe"},
    "GET /api/v1/gatherings": {"items", "next", *(f"items[].{name}" for name in SEAT)},
    "GET /api/v1/gatherings/<int:gathering_id>": {
        *SEAT, "date_reason", "leave_until", "reason", "agenda", "agenda[].kind", "agenda[].title",
        "leave", *(f"leave.{name}" for name in LEAVE), "leave_open",
        "record", *(f"record.{name}" for name in ("how", "at", "by", "confirmed_at", "confirmed_by")),
    },
    "POST /api/v1/gatherings/<int:gathering_id>/leave": LEAVE,
    "DELETE /api/v1/gatherings/<int:gathering_id>/leave": LEAVE,
    "GET /api/v1/me/away": AWAY,
    "POST /api/v1/me/away": AWAY,
    # Whoever is back is away no longer.
    "DELETE /api/v1/me/away": {name for name in AWAY if not name.startswith("away.")},
    "GET /api/v1/me/host-attendances": {"items", "next", *(f"items[].{name}" for name in ATTENDANCE)},
    "POST /api/v1/me/host-attendances": ATTENDANCE,
    "DELETE /api/v1/me/host-attendances/<int:attendance_id>": ATTENDANCE,
    "GET /api/v1/me/objections": {"items", "next", *(f"items[].{name}" for name in OBJECTION)},
    "POST /api/v1/me/objections": OBJECTION,
    "DELETE /api/v1/me/objections/<int:objection_id>": OBJECTION,
    "POST /api/v1/me/objections/<int:objection_id>/appeal": OBJECTION,
    "GET /api/v1/me/declarations": {
        "items", "next", "late_until", *(f"items[].{name}" for name in DECLARATION),
        "choices", *(f"choices[].{name}" for name in (
            "item", "title", "unit", "points", "levels", "evidence",
        )),
    },
    "POST /api/v1/me/declarations": set(DECLARATION),
    "DELETE /api/v1/me/declarations/<int:declaration_id>": set(DECLARATION),
    "POST /api/v1/check-ins": {"gathering_id", "status", "at", "to_confirm"},
    "GET /api/v1/me/link-code": {"code", "expires_in"},
    "POST /api/v1/branch/session": {"name", "expires_in", *POSTS},
    "DELETE /api/v1/branch/session": set(),
    "GET /api/v1/branch/today": {
        "name", *POSTS,
        "waiting", "waiting[].what", "waiting[].number", "waiting[].gathering_id", "waiting[].roll_id",
        "waiting[].org_id",
        "gatherings", *(f"gatherings[].{name}" for name in LISTED | TOLD | {"opens", "ticks", "confirms"}),
    },
    "GET /api/v1/branch/gatherings": {"items", "next", *(f"items[].{name}" for name in LISTED)},
    "POST /api/v1/branch/gatherings": ONE_GATHERING | REACHED,
    "POST /api/v1/branch/gatherings/<int:gathering_id>": ONE_GATHERING | REACHED,
    "GET /api/v1/branch/gatherings/<int:gathering_id>": ONE_GATHERING | REACHED | TOLD,
    "POST /api/v1/branch/gatherings/<int:gathering_id>/publication": ONE_GATHERING | TOLD,
    "GET /api/v1/branch/gatherings/<int:gathering_id>/code": {
        "address", "picture", "digits", "seconds_left", "message",
        "counts", "counts.present", "counts.leave", "counts.unrecorded", "counts.expected",
    },
    "POST /api/v1/branch/gatherings/<int:gathering_id>/opening": {"state"},
    "POST /api/v1/branch/gatherings/<int:gathering_id>/closing": {"state"},
    "GET /api/v1/branch/gatherings/<int:gathering_id>/phone-list": {
        "purpose", "message", "items", "next", *TOLD,
        *(f"items[].{name}" for name in (
            "delivery_id", "member_id", "name", "joined_year", "group", "phone", "family_phone", "at_home",
            "reason", "phoned_at", "phoned_by",
        )),
    },
    "POST /api/v1/branch/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>": TICK | TOLD,
    "DELETE /api/v1/branch/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>": TICK | TOLD,
    "GET /api/v1/branch/rolls/<int:roll_id>": {
        "roll_id", "gathering_id", "org", "title", "starts_at", "state", "confirmed", "heads", "observers",
        "guests", "whole", "may_confirm", "lines", *(f"lines[].{name}" for name in LINE), *SUMS,
    },
    "POST /api/v1/branch/rolls/<int:roll_id>/marks": {
        "lines", *(f"lines[].{name}" for name in LINE), "kept", *SUMS,
    },
    "POST /api/v1/branch/rolls/<int:roll_id>/rest": {"recorded", *SUMS},
    "POST /api/v1/branch/rolls/<int:roll_id>/heads": {"heads", "observers"},
    "POST /api/v1/branch/rolls/<int:roll_id>/confirmation": {"entries", *SUMS},
    "GET /api/v1/branch/leaves": {
        "items", "next",
        *(f"items[].{name}" for name in (
            "gathering_id", "title", "starts_at", "member_id", "name", "joined_year", "branch", "group",
            "reason", "note", "late", "asked_at", "filed_by",
        )),
    },
    "POST /api/v1/branch/leaves/<int:gathering_id>/<int:member_id>/decision": {"state", "answer"},
    "GET /api/v1/me/ratings": {
        "items", "items[].id", "items[].cycle", "items[].state", "items[].star", "items[].label",
        "items[].total", "items[].grade", "items[].reasons",
        "items[].published_on", "items[].ends_on",
    },
    "GET /api/v1/me/points": {
        "cycle", "scheme", "total", "provisional",
        "parts", "parts[].code", "parts[].title", "parts[].initial", "parts[].subtotal", "parts[].cap",
        "parts[].why", "parts[].pending", "total_how", "standing",
        "parts[].lines", "parts[].lines[].title", "parts[].lines[].how", "parts[].lines[].limit",
        "parts[].lines[].counted", "subtotals", "subtotals[].month", "subtotals[].total",
        "subtotals[].parts", "subtotals[].parts[].code", "subtotals[].parts[].title",
        "subtotals[].parts[].subtotal",
        "entries[].proposed_by", "entries[].evidence", "entries[].reason", "entries[].reversed_by",
        "entries[].is_late", "entries[].objection", "entries[].contestable",
        "entries", "entries[].id", "entries[].occurred_on", "entries[].title", "entries[].about",
        "entries[].points", "entries[].counted", "entries[].why", "entries[].by", "entries[].reverses",
    },
}  # fmt: skip
ERROR = {
    "error",
    "error.code",
    "error.message",
    "error.fields",
    "error.ticket",
    "error.opens_at",
    "error.left",
    "error.host",
    "error.reason",
    "error.unrecorded",
}
PROJECTOR = {
    "picture", "digits", "seconds_left", "clock", "message",
    "counts", "counts.present", "counts.leave", "counts.unrecorded", "counts.expected",
}  # fmt: skip
