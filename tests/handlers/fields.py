"""The fields that answers of the API may hold, by route: written by hand, as the contract has them."""

SEAT = [
    "id", "kind", "title", "starts_at", "ends_at", "place", "bring", "contact", "state", "host", "status",
    "checked_in_at",
]  # fmt: skip
FIELDS: dict[str, set[str]] = {
    "POST /api/v1/session": {
        "token", "expires_in", "bound", "member", "member.id", "member.name", "member.branch", "ticket",
    },
    "DELETE /api/v1/session": set(),
    "POST /api/v1/binding": {"name", "branch", "bound"},
    "DELETE /api/v1/binding": set(),
    "POST /api/v1/complaints": {"receipt", "due_on"},
    "GET /api/v1/complaints/<receipt>": {
        "receipt", "text", "received_at", "due_on", "answer", "answered_at",
    },
    "GET /api/v1/home": {
        "serves", "demonstration", "member", "branch",
        "legal", "legal.owner", "legal.filing_no", "legal.voluntary", "legal.complaint_phone",
        "gatherings", *(f"gatherings[].{name}" for name in SEAT), "subscribe",
    },
    "GET /api/v1/gatherings": {"items", "next", *(f"items[].{name}" for name in SEAT)},
    "GET /api/v1/gatherings/<int:gathering_id>": {
        *SEAT, "date_reason", "leave_until", "reason", "agenda", "agenda[].kind", "agenda[].title",
    },
    "POST /api/v1/check-ins": {"gathering_id", "status", "at", "to_confirm"},
    "GET /api/v1/me/points": {
        "cycle", "scheme", "total", "provisional",
        "parts", "parts[].code", "parts[].title", "parts[].initial", "parts[].subtotal", "parts[].cap",
        "parts[].why", "parts[].pending",
    "POST /api/v1/subscriptions": {"subscribe"},
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
}
PROJECTOR = {
    "picture", "digits", "seconds_left", "clock", "message",
    "counts", "counts.present", "counts.leave", "counts.unrecorded", "counts.expected",
}  # fmt: skip
