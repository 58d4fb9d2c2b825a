"""The one way in which the domain says no, and the register of everything that is said so."""

from typing import Any

# Each code once, under the status with which HTTP answers it; docs/api.md says what each means. New codes
# stand here first: no other can be raised.
REGISTER = {
    400: """
        bad_article bad_batch bad_change bad_complaint bad_delegate bad_grades bad_handover bad_heads
        bad_input bad_item bad_leave bad_login bad_makeup bad_minutes bad_objection bad_office_text
        bad_paper bad_picture bad_plan bad_proposal bad_registration bad_report bad_sheet bad_step
        bad_veto bind_code_wrong code_invalid code_mistyped code_wrong csrf cycle_invalid document_missing
        header_missing import_changed item_not_by_hand item_not_declared item_not_for_member
        link_code_wrong minutes_incomplete month_not_cycle_start name_missing password_weak password_wrong
        period_invalid purpose_missing reason_missing review_incomplete role_not_here scheme_code_taken
        scheme_invalid scheme_not_narrowed scheme_open scheme_version_taken status_not_by_hand
        unknown_item unknown_org workbook_empty workbook_unreadable
    """,
    401: "login_again login_wrong not_logged_in screen_ended",
    403: """
        branch_code_needed branch_decides must_change_password not_bound not_your_code not_your_desk
        not_yours own_article own_entry password_needed wrong_branch
    """,
    404: "not_found not_on_roll",
    409: """
        adjust_not_allowed agenda_changed already_bound already_overridden already_published
        already_signed_in answer_final appeal_closed appealed article_changed article_empty
        article_moved_on article_not_approved article_publishing attendance_reported audience_changed
        bad_setting bind_code_used body_missing busy cancelled cannot_publish closed code_expired
        complaint_answered conflict cycle_closed cycle_overlaps cycle_running declarations_waiting
        delegate_named delegate_over excellent_over_limit facts_invalid from_roll gathering_past
        grade_missing grades_not_asked holds_post holidays_unknown in_production is_reversal late_fact
        leave_asked leave_closed link_code_used login_taken loss_not_confirmed low_grades_missing
        makeup_done member_has_account minutes_changed minutes_filed no_makeup no_namesake no_quorum
        no_scheme no_tie not_a_branch not_a_draft not_answered not_changed not_confirmed not_decided
        not_empty not_filed not_on_phone_list not_open not_publicised not_published not_required
        not_waiting nothing_changed nothing_held objection_answered objection_closed objection_open
        objections_open phone_used pool_open post_ended previous_open proposed_already publicity_running
        rating_begun record_not_filed report_waiting results_changed reversed_already roll_confirmed
        roll_incomplete scan_off several_namesakes sheet_missing spell_ended spell_overlaps
        theme_day_taken tie_open too_early too_late_to_cancel too_late_to_move unknown_revision
        veto_lifted veto_stands veto_without_document vote_not_passed wrong_step
    """,
    413: "picture_too_large too_large workbook_too_large",
    415: "not_json",
    429: "too_many_requests too_many_tries",
    500: "failed",
    502: "wechat_failed",
    503: "unavailable",
}
STATUS_OF = {code: status for status, codes in REGISTER.items() for code in codes.split()}
# Said on the command line alone, where there is no status.
COMMANDS = {
    "bad_setting",
    "facts_invalid",
    "in_production",
    "loss_not_confirmed",
    "not_empty",
    "unknown_org",
    "unknown_revision",
    "veto_without_document",
}


class Refused(Exception):
    """A request the rules do not allow.

    `code` is a permanent snake_case word of the register, `message` is what the person reads (polite
    Chinese), `extra` goes into the answer beside them, e.g. `ticket` or `opens_at`; `fields` of it says
    what is wrong in which field of a form.
    Not a frozen dataclass: context managers must be able to set `__traceback__`.
    """

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.status = STATUS_OF[code]
        self.message = message
        self.extra = extra
        self.fields: Any = extra.get("fields", {})
