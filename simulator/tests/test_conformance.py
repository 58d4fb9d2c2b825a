"""Every row of the checklist of WeChat's rules has a test that proves it."""

import pytest

from simulator.tests.conformance import proofs

# The checklist: what a stand-in for WeChat has to keep to, each with the tests that hold it to that.
CHECKLIST = {
    "one line of stable tokens an account, the same until the last 300 s, then two good ones": (
        "token: stable_token_stays_the_same_until_its_last_300_seconds",
        "token: in_the_last_300_seconds_both_tokens_are_valid",
    ),
    "a forced refresh at most every 30 s and 20 times a day": (
        "token: forced_refresh_within_30_seconds_answers_the_present_token",
        "token: forced_refresh_works_20_times_a_day",
    ),
    "the plain token's predecessor ends after 300 s": (
        "token: plain_token_is_new_each_time_and_the_last_one_lives_300_seconds",
    ),
    "a wrong token is 40001, none 41001, an expired one 42001": (
        "token: bad_tokens_are_named",
        "token: in_the_last_300_seconds_both_tokens_are_valid",
    ),
    "an address that is not on the list is 40164, with the address in the text": (
        "token: address_outside_the_whitelist_is_named",
    ),
    "errors are HTTP 200 with errcode, errmsg and a rid": ("habits: errors_are_http_200_with_a_rid",),
    "what succeeds and reads has no errcode": ("habits: success_of_reads_has_no_errcode",),
    "JSON without a Content-Type is read": ("habits: content_type_does_not_matter",),
    "an escaped sign in a menu is 40033": ("menu: escaped_signs_are_refused",),
    "an empty body is 44002, broken JSON 47001": ("habits: bodies_that_are_no_json_object_are_named",),
    "GET where POST is wanted is 43002": ("habits: wrong_method_is_refused",),
    "a path's calls of a day end in 45009": (
        "limits: call_beyond_the_days_limit_is_refused_and_counts_for_nothing",
    ),
    "a path's calls of a minute end in 45011": ("limits: paths_keep_to_their_pace",),
    "what is left of a day can be asked for, and set": ("quota: quota_of_a_path_counts_its_calls",),
    "a busy system, -1": ("faults: errcode_is_answered_and_nothing_done",),
    "a time-out after the work is done": (
        "faults: timeout_after_counts_the_message_and_withholds_the_answer",
    ),
    "a gateway's HTML": ("faults: gateway_page_is_html_502_and_nothing_done",),
    "a broken connection": ("faults: broken_connection_does_nothing",),
    "events that come twice, late, or before the answer": (
        "event faults: event_may_come_twice_never_or_without_its_number",
        "event faults: late_event_comes_when_its_time_has",
        "event faults: event_comes_before_the_response",
    ),
    "followers and those who left": (
        "users: list_of_followers_leaves_out_who_left",
        "template: who_left_gets_nothing",
    ),
    "who blocks is told by failed:user block": (
        "template: blocked_message_is_accepted_and_its_event_says_so",
    ),
    "grants are each template's, and none left is 43101": (
        "subscribe: nobody_gets_a_message_who_allowed_none",
        "subscribe: one_tap_allows_one_message",
    ),
    "48 hours after a person's last message the answer is 45015": (
        "customer: window_of_a_message_closes_after_48_hours",
    ),
    "too many customer messages are 45047": ("customer: message_allows_five",),
    "a text of somebody who was not there for two hours is not checked, 61010": (
        "security: visit_of_the_last_two_hours_is_needed",
    ),
    "pushes are plain, compatible or safe": (
        "push: plain_text_is_signed_and_answered",
        "push: compatible_push_carries_both_and_takes_either_reply",
        "push: safe_push_hides_the_text_and_takes_a_sealed_reply",
    ),
    "a mini-program's pushes are XML or JSON": (
        "push: mini_program_may_be_pushed_json",
        "subscribe: events_as_json_stand_alone_or_in_a_list_and_all_is_text",
    ),
    "a callback has five seconds": ("push answers: slow_answer_is_dropped_after_five_seconds",),
    "three tries with the same MsgId and CreateTime": (
        "push answers: unanswered_push_is_tried_three_times_with_the_same_numbers",
    ),
    "success and nothing end a push without a reply": ("push answers: no_reply_is_silent",),
    "a reply is XML, sealed where it has to be": (
        "push answers: safe_mode_refuses_plain_forged_and_foreign_replies",
    ),
    "any other answer shows the follower that the account is unavailable": (
        "push answers: malformed_answer_shows_the_sentence",
    ),
    "values keep to the type in their key's letters, 47003": (
        "template: values_follow_the_letters_of_their_key",
    ),
    "unknown and missing keys are 47003, an unknown template 40037": (
        "template: what_may_not_be_sent_is_refused",
    ),
    "a banned template is 43116": ("template: banned_template_sends_nothing",),
    "a repeated clientmsgid is 45065 with the first msg_id": ("mass: repeated_clientmsgid_sends_nothing",),
    "four mass messages a person and month": ("mass: fifth_send_of_a_month_leaves_out_who_had_four",),
    "MASSSENDJOBFINISH tells how many got it": (
        "mass results: send_to_all_reaches_all_phones_and_is_told",
        "mass results: counts_say_who_was_not_reached",
    ),
    "a publication is under way, then PUBLISHJOBFINISH": (
        "freepublish: publication_stays_under_way_until_it_is_told_to_end",
    ),
    "a log-in code is good once (40163), for five minutes (40029)": (
        "habits: login_code_is_good_once",
        "habits: login_code_is_good_for_five_minutes",
    ),
    "getwxacodeunlimit answers a picture or a JSON error, an overlong scene 40129": (
        "wxacode: documented_code_scans_and_says_where_it_leads",
        "wxacode: scene_is_checked",
    ),
}


@pytest.mark.parametrize("row", CHECKLIST)
def test_row_of_the_checklist_is_proven(row: str) -> None:
    known = {f"{proof.family}: {proof.test.removeprefix('test_')}" for proof in proofs()}
    assert CHECKLIST[row]
    assert [test for test in CHECKLIST[row] if test not in known] == []


def test_no_rule_is_written_twice() -> None:
    said = [(proof.family, proof.says) for proof in proofs()]
    assert [one for one in set(said) if said.count(one) > 1] == []


def test_every_rule_is_one_line_and_has_its_source() -> None:
    for proof in proofs():
        for text in (proof.says, proof.source):
            assert text == text.strip()
            assert text
            assert "\n" not in text
