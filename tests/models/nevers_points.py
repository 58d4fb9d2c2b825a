"""What the database never lets stand of schemes and of the ledger of points."""

from tests.models.nevers import never, row

REVERSAL = {
    "about": "'reverse:' || :entry",
    "member_id": ":second_member",
    "item": "'help'",
    "points": "-1",
    "source": "'manual'",
    "gathering_id": "NULL",
    "revision": "NULL",
    "reverses": ":entry",
    "proposal_id": "(SELECT proposal_id FROM public.point_entry WHERE id = :entry)",
    "reason": "'记错了人'",
}

NEWEST = "(SELECT max(id) FROM point_entry)"

NEVERS = (
    never("version nought", "ck_scheme_version", row("scheme", version="0")),
    never("a code in small letters", "ck_scheme_code", row("scheme", code="'town'")),
    never("a document that is a list", "ck_scheme_document", row("scheme", document="'[]'")),
    never("the sum of another text", "ck_scheme_sha", row("scheme", document="'{ }'")),
    never("a version published twice", "uq_scheme_code_version", row("scheme"), row("scheme")),
    never("an entry of nothing", "ck_point_entry_quantity", row("point_entry", quantity="0")),
    never("a quantity that is no number", "ck_point_entry_quantity", row("point_entry", quantity="'NaN'")),
    never("points that are no number", "ck_point_entry_points", row("point_entry", points="'NaN'")),
    never("a third half-year", "ck_point_entry_cycle", row("point_entry", cycle="'2026H3'")),
    never("a fifth quarter", "ck_point_entry_cycle", row("point_entry", cycle="'2026Q5'")),
    never("a cycle of two years", "ck_point_entry_cycle", row("point_entry", cycle="'2026-27'")),
    never("month nought", "ck_point_entry_period", row("point_entry", period="'2026-00'")),
    never(
        "attendance at no gathering",
        "ck_point_entry_attendance_from_roll",
        row("point_entry", gathering_id="NULL"),
    ),
    never(
        "attendance of no revision",
        "ck_point_entry_attendance_from_roll",
        row("point_entry", revision="NULL"),
    ),
    never(
        "points posted twice",
        "uq_point_entry_about",
        row("point_entry"),
        row("point_entry", member_id=":second_member"),
    ),
    # reversals
    never(
        "an entry that only calls itself a reversal",
        "ck_point_entry_reversal_is_about_its_entry",
        row("point_entry", about="'reverse:1'"),
    ),
    never(
        "a reversal that calls itself something else",
        "ck_point_entry_reversal_is_about_its_entry",
        row("point_entry", **REVERSAL | {"about": "'again'"}),
    ),
    never(
        "a reversal that names another entry",
        "ck_point_entry_reversal_is_about_its_entry",
        row("point_entry", **REVERSAL | {"about": "'reverse:0'"}),
    ),
    never(
        "a reversal without its reason",
        "ck_point_entry_reversed_with_reason",
        row("point_entry", **REVERSAL | {"reason": "NULL"}),
    ),
    never(
        "a reversal with an empty reason",
        "ck_point_entry_reversed_with_reason",
        row("point_entry", **REVERSAL | {"reason": "''"}),
    ),
    never(
        "a reason for what is no reversal",
        "ck_point_entry_reversed_with_reason",
        row("point_entry", reason="'记错了人'"),
    ),
    never(
        "one entry reversed twice",
        "uq_point_entry_about",
        row("point_entry", **REVERSAL),
        row("point_entry", **REVERSAL),
    ),
    *(
        never(
            f"a reversal with {what}",
            "ck_point_entry_reversal",
            row("scheme", published_at=":now"),
            row("point_entry", **REVERSAL | changed),
        )
        for what, changed in (
            ("another sum", {"points": "-2"}),
            ("the same sign", {"points": "1"}),
            ("another quantity", {"quantity": "2"}),
            ("another member", {"member_id": ":member"}),
            ("another item", {"item": "'attend'"}),
            ("another branch", {"branch_id": ":other_branch"}),
            ("another cycle", {"cycle": "'2027'"}),
            ("another period", {"period": "'2026-10'"}),
            ("another source", {"source": "'dues'"}),
            ("another scheme", {"scheme_id": "(SELECT max(id) FROM scheme)"}),
            ("no entry", {"about": "'reverse:0'", "reverses": "0"}),
        )
    ),
    never(
        "a reversal of a reversal",
        "ck_point_entry_reversal",
        row("point_entry", **REVERSAL),
        row(
            "point_entry",
            **REVERSAL | {"about": f"'reverse:' || {NEWEST}", "points": "1", "reverses": NEWEST},
        ),
    ),
)
