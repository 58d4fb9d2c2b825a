"""What the database never lets stand of reports, codes, complaints, make-up, delegates and overrides."""

from tests.models.nevers import HASH, never, row

EARLIER = "CAST(:now AS timestamptz) - interval '1 minute'"
OTHER_HASH = "decode(repeat('cd', 32), 'hex')"

NEVERS = (
    # leave
    never("leave recorded by somebody, nobody knows how", "ck_leave_filed_by_someone_somehow",
          row("leave", filed_by=":account")),
    # reports of long absence
    never("away until before it began", "ck_away_report_ends_after_start",
          row("away_report", to_on="DATE '2026-02-01'")),
    never("away nowhere", "ck_away_report_place", row("away_report", place="''")),
    never("a report recorded by somebody, nobody knows how", "ck_away_report_filed_by_someone_somehow",
          row("away_report", filed_by=":account")),
    never("a report rejected by nobody", "ck_away_report_decided_by_someone",
          row("away_report", state="'rejected'")),
    never("a report answered without a time", "ck_away_report_decided_by_someone",
          row("away_report", state="'rejected'", decided_by=":account")),
    never("a report accepted without a spell", "ck_away_report_accepted_with_spell",
          row("away_report", state="'accepted'", decided_by=":account", decided_at=":now")),
    never("a spell of a report that was withdrawn", "ck_away_report_accepted_with_spell",
          row("away_report", state="'withdrawn'", spell_id=":spell")),
    never("two reports that wait", "uq_away_report_open", row("away_report"),
          row("away_report", place="'江苏省昆山市'")),
    # attendance at a host branch
    never("a month that is none", "ck_host_attendance_period", row("host_attendance", period="'2026-1'")),
    never("a host without a name", "ck_host_attendance_host_and_contact", row("host_attendance", host="''")),
    never("nobody to ask there", "ck_host_attendance_host_and_contact", row("host_attendance", contact="''")),
    never("recorded by somebody, nobody knows how", "ck_host_attendance_filed_by_someone_somehow",
          row("host_attendance", filed_how="'paper'")),
    never("accepted by nobody", "ck_host_attendance_decided_by_someone",
          row("host_attendance", state="'accepted'")),
    never("one month attended twice", "uq_host_attendance_month", row("host_attendance"),
          row("host_attendance", host="'别处党支部'")),
    # codes
    never("a code past before it is made", "ck_link_code_expires_after_issue",
          row("link_code", expires_at=EARLIER)),
    never("a code of nobody", "ck_link_code_of_one_person", row("link_code", member_id="NULL")),
    never("a code of two", "ck_link_code_of_one_person", row("link_code", account_id=":account")),
    never("a code used and void", "ck_link_code_used_or_void",
          row("link_code", used_at=":now", void_at=":now")),
    never("two live codes alike", "uq_link_code_live", row("link_code"),
          row("link_code", member_id=":second_member")),
    never("staff rights since never", "ck_phone_session_staff_since",
          row("phone_session", staff_id=":account")),
    # complaints and answers
    never("a complaint about nothing", "ck_complaint_text", row("complaint", text="''")),
    never("a receipt of letters", "ck_complaint_receipt", row("complaint", receipt="'A1'")),
    never("one receipt twice", "uq_complaint_receipt", row("complaint"), row("complaint", text="'太慢'")),
    never("answered by nobody", "ck_complaint_answered_by_someone", row("complaint", answer="'改了'")),
    never("answered at no time", "ck_complaint_answered_by_someone",
          row("complaint", answer="'改了'", answered_by=":account")),
    never("an answer without words", "ck_office_answer_text", row("office_answer", text="''")),
    # required items
    never("required for no month", "ck_required_item_period", row("required_item", period="'26-11'")),
    never("nothing required", "ck_required_item_title", row("required_item", title="''")),
    never("one item required twice", "uq_required_item_title", row("required_item"),
          row("required_item", kind="'other'")),
    never("one required item twice in an agenda", "uq_agenda_item_gathering_id_required_id",
          row("required_item"),
          row("agenda_item", required_id="(SELECT max(id) FROM required_item)"),
          row("agenda_item", required_id="(SELECT max(id) FROM required_item)", position="2")),
    # make-up and dues
    never("made up, recorded by nobody", "ck_makeup_done_by_someone",
          row("makeup", done_on="DATE '2026-12-01'")),
    never("made up and given up", "ck_makeup_done_or_cancelled",
          row("makeup", done_on="DATE '2026-12-01'", done_by=":account", cancelled_at=":now")),
    never("dues of no month", "ck_dues_tick_period", row("dues_tick", period="'2026'")),
    # delegates and screens
    never("a delegate of oneself", "ck_delegate_not_oneself", row("delegate", named_by=":account")),
    never("one delegate named twice", "uq_delegate_open", row("delegate"),
          row("delegate", named_at="CAST(:now AS timestamptz) + interval '1 hour'")),
    never("a screen past before it is lit", "ck_screen_link_expires_after_issue",
          row("screen_link", expires_at=EARLIER)),
    never("a link used without a cookie", "ck_screen_link_used_with_cookie",
          row("screen_link", used_at=":now")),
    never("one link twice", "uq_screen_link_link_hash", row("screen_link"), row("screen_link")),
    never("one cookie of two links", "uq_screen_link_cookie_hash",
          row("screen_link", used_at=":now", cookie_hash=HASH),
          row("screen_link", used_at=":now", cookie_hash=HASH, link_hash=OTHER_HASH)),
    # notices
    never("a notice by nobody's hand", "ck_notice_published_by_hand_or_clock",
          row("notice", published_by="NULL")),
    never("a reminder by hand", "ck_notice_published_by_hand_or_clock", row("notice", kind="'reminder'")),
    never("fewer than no messages allowed", "ck_subscription_counts", row("subscription", remaining="-1")),
    never("a tap of fewer than none", "ck_subscription_counts", row("subscription", tapped_n="-1")),
    never("an override without a reason", "ck_night_override_reason", row("night_override", reason="''")),
    never("one notice let out twice", "uq_night_override_notice_id", row("night_override"),
          row("night_override", reason="'又一次'")),
    # settings
    never("leave asked a week later", "ck_org_setting_value_fits_key",
          row("org_setting", key="'leave_hours'", value="'168'")),
    never("a message each day", "ck_org_setting_value_fits_key",
          row("org_setting", key="'month_limit'", value="'31'")),
)  # fmt: skip
