"""What the database never lets stand of the calendar, gatherings, rolls and leave."""

from tests.models.nevers import HASH, never, row

NEVERS = (
    never("holidays of 2019", "ck_holiday_year_year", row("holiday_year", year="2019")),
    never("one run planned twice", "uq_planned_run_kind_period", row("planned_run"), row("planned_run")),
    never(
        "a run done without an outcome",
        "ck_planned_run_done_with_outcome",
        row("planned_run", done_at=":now"),
    ),
    never(
        "an outcome of a run not done",
        "ck_planned_run_done_with_outcome",
        row("planned_run", outcome="'ok'"),
    ),
    # gatherings
    never("the thirteenth month", "ck_gathering_period", row("gathering", period="'2026-13'")),
    never("a month without its zero", "ck_gathering_period", row("gathering", period="'2026-1'")),
    never("an end before the start", "ck_gathering_ends_after_start", row("gathering", ends_at=":now")),
    never("a gathering without a title", "ck_gathering_title_and_place", row("gathering", title="''")),
    never("a gathering nowhere", "ck_gathering_title_and_place", row("gathering", place="''")),
    never("a short salt", "ck_gathering_hall_salt_is_16_bytes", row("gathering", hall_salt="'salt'")),
    never(
        "published without a salt",
        "ck_gathering_hall_salt_once_published",
        row("gathering", hall_salt="NULL"),
    ),
    never(
        "a salt taken from an open gathering",
        "ck_gathering_hall_salt_once_published",
        "UPDATE gathering SET hall_salt = NULL, state = 'open' WHERE id = :gathering",
    ),
    never(
        "cancelled without a reason",
        "ck_gathering_cancelled_with_reason",
        row("gathering", state="'cancelled'"),
    ),
    never(
        "two agenda items in one place",
        "uq_agenda_item_gathering_id_position",
        row("agenda_item"),
        row("agenda_item", title="'党费'"),
    ),
    never("an agenda item before the first", "ck_agenda_item_position", row("agenda_item", position="0")),
    never("an agenda item about nothing", "ck_agenda_item_title", row("agenda_item", title="''")),
    # rolls
    never(
        "two rolls of one branch",
        "uq_roll_gathering_id_org_id",
        row("roll"),
        row("roll", revision="0", heads="1"),
    ),
    never(
        "confirmed by nobody",
        "ck_roll_confirmed_by_someone",
        "UPDATE roll SET confirmed_at = :now, revision = 1 WHERE id = :roll",
    ),
    never(
        "confirmed at no time",
        "ck_roll_confirmed_by_someone",
        "UPDATE roll SET confirmed_by = :account, revision = 1 WHERE id = :roll",
    ),
    never(
        "confirmed without a revision",
        "ck_roll_confirmed_by_someone",
        "UPDATE roll SET confirmed_by = :account, confirmed_at = :now WHERE id = :roll",
    ),
    never(
        "a revision without a confirmation",
        "ck_roll_confirmed_by_someone",
        "UPDATE roll SET revision = 1 WHERE id = :roll",
    ),
    never("fewer heads than none", "ck_roll_heads", row("roll", heads="-1")),
    never("more observers than a hall holds", "ck_roll_heads", row("roll", observers="2001")),
    never(
        "an amendment that is the first revision",
        "ck_amendment_revision_and_reason",
        row("amendment", revision="1"),
    ),
    never("an amendment without a reason", "ck_amendment_revision_and_reason", row("amendment", reason="''")),
    never(
        "two amendments to one revision", "uq_amendment_roll_id_revision", row("amendment"), row("amendment")
    ),
    # lines
    never(
        "an observer on a roll",
        "ck_roll_line_guest_has_no_roll",
        row("roll_line", status="'observer'", checked_in_at=":now", checked_in_via="'qr'"),
    ),
    never(
        "a guest who is counted as present",
        "ck_roll_line_guest_has_no_roll",
        row("roll_line", roll_id="NULL", status="'present'", checked_in_at=":now", checked_in_via="'qr'"),
    ),
    *(
        never(
            f"{status} by a phone alone",
            "ck_roll_line_status_has_hand",
            row("roll_line", status=f"'{status}'", checked_in_at=":now", checked_in_via="'qr'"),
        )
        for status in ("absent", "late", "left_early", "leave", "unclear", "exempt", "away", "host_branch")
    ),
    never("present by nobody", "ck_roll_line_status_has_hand", row("roll_line", status="'present'")),
    never(
        "absent because of a spell",
        "ck_roll_line_status_has_hand",
        row("roll_line", status="'absent'", spell_id=":spell"),
    ),
    never("a mark at no time", "ck_roll_line_mark_has_time", row("roll_line", marked_by=":account")),
    never("a mark by nobody", "ck_roll_line_mark_has_time", row("roll_line", marked_at=":now")),
    never("a check-in by no way", "ck_roll_line_check_in_has_way", row("roll_line", checked_in_at=":now")),
    never("a way of no check-in", "ck_roll_line_check_in_has_way", row("roll_line", checked_in_via="'qr'")),
    never(
        "one phone for two members",
        "uq_roll_line_openid",
        f"UPDATE roll_line SET openid_hash = {HASH} WHERE member_id = :member",
        row("roll_line", openid_hash=HASH),
    ),
    never(
        "a line on another gathering's roll",
        "fk_roll_line_roll_id_gathering_id",
        row("gathering"),
        row("roll_line", gathering_id="(SELECT max(id) FROM gathering)"),
    ),
    never(
        "a roll removed under its lines",
        "fk_roll_line_roll_id_gathering_id",
        "DELETE FROM roll WHERE id = :roll",
    ),
    # leave
    never(
        "an illness in words",
        "ck_leave_illness_without_text",
        row("leave", reason="'illness'", note="'感冒'"),
    ),
    never("leave granted by nobody", "ck_leave_decided_by_someone", row("leave", state="'approved'")),
    never(
        "leave refused at no time",
        "ck_leave_decided_by_someone",
        row("leave", state="'rejected'", decided_by=":account"),
    ),
    never(
        "a decision on leave that is still asked for",
        "ck_leave_decided_by_someone",
        row("leave", decided_by=":account", decided_at=":now"),
    ),
)
