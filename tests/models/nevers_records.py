"""What the database never lets stand of minutes, handovers, articles and their publication."""

from tests.models.nevers import never, row

FILING = {"filed_at": ":now", "filed_by": ":account", "filed_revision": "1"}
RETURN = {"returned_at": ":now", "returned_by": ":account", "return_reason": "'缺表决'"}
LATER = "CAST(:now AS timestamptz) + interval '2 hours'"
WHOLE = FILING | {
    "state": "'filed'", "host": "'李书平'", "recorder": "'周敏'", "began_at": ":now", "ended_at": LATER,
    "discussion": "'议了清淤'",
}  # fmt: skip
# Three hands: who signed, who reviewed, who approved.
STEPS = {
    "proposed_at": ":now", "proposed_by": ":account", "reviewed_at": ":now", "reviewed_by": ":second_account",
    "approved_at": ":now", "approved_by": ":third_account",
}  # fmt: skip
APPROVED = STEPS | {"state": "'approved'"}
VOTE = {
    "vote_base": "30", "vote_present": "25", "vote_written": "2", "vote_yes": "20", "vote_no": "3",
    "vote_abstain": "4",
}  # fmt: skip
PAPER = {"paper_signer": "'程主任'", "paper_signed_on": "DATE '2026-11-25'", "paper_number": "'宣审12'"}

NEVERS = (
    # minutes
    never(
        "a meeting over before it began",
        "ck_minutes_ends_after_beginning",
        row("minutes", began_at=LATER, ended_at=":now"),
    ),
    never(
        "a book for a discussion", "ck_minutes_discussion", row("minutes", discussion="repeat('议', 6001)")
    ),
    never("dues of less than nothing", "ck_minutes_dues_fen", row("minutes", dues_fen="-1")),
    never("volunteers who did nothing", "ck_minutes_volunteering", row("minutes", volunteers="8")),
    never(
        "hours of nobody",
        "ck_minutes_volunteering",
        row("minutes", volunteering="'清淤'", volunteer_hours="2"),
    ),
    never("filed by nobody", "ck_minutes_filed_by_someone", row("minutes", **WHOLE | {"filed_by": "NULL"})),
    never("a draft that was filed", "ck_minutes_filed_by_someone", row("minutes", **FILING)),
    never(
        "filed before the roll was confirmed",
        "ck_minutes_filed_by_someone",
        row("minutes", **WHOLE | {"filed_revision": "0"}),
    ),
    never(
        "filed without a word", "ck_minutes_filed_is_whole", row("minutes", **WHOLE | {"discussion": "''"})
    ),
    never(
        "filed without a recorder",
        "ck_minutes_filed_is_whole",
        row("minutes", **WHOLE | {"recorder": "NULL"}),
    ),
    never(
        "returned without a reason",
        "ck_minutes_returned_with_reason",
        row("minutes", **FILING | {"state": "'returned'", "returned_at": ":now", "returned_by": ":account"}),
    ),
    never(
        "returned by nobody",
        "ck_minutes_returned_with_reason",
        row("minutes", **FILING | {"state": "'returned'"}),
    ),
    # items and decisions
    never("an item before the first", "ck_minutes_item_position", row("minutes_item", position="0")),
    never("an item of nothing", "ck_minutes_item_title", row("minutes_item", title="''")),
    never("changed to nothing", "ck_minutes_item_changed_to_what", row("minutes_item", outcome="'changed'")),
    never(
        "held, and changed",
        "ck_minutes_item_changed_to_what",
        row("minutes_item", outcome="'held'", changed_to="'清淤'"),
    ),
    never("added, and not held", "ck_minutes_item_added_was_held", row("minutes_item", added="true")),
    never("decided nothing", "ck_decision_position_and_text", row("decision", text="''")),
    never("half a vote", "ck_decision_vote_is_whole", row("decision", **VOTE | {"vote_no": "NULL"})),
    never("more votes than voters", "ck_decision_vote_adds_up", row("decision", **VOTE | {"vote_yes": "21"})),
    never(
        "more in the room than may vote",
        "ck_decision_vote_adds_up",
        row("decision", **VOTE | {"vote_base": "26"}),
    ),
    never("returned in silence", "ck_minutes_act_returned_with_reason", row("minutes_act", act="'returned'")),
    never("filed for a reason", "ck_minutes_act_returned_with_reason", row("minutes_act", reason="'x'")),
    never("a look at what nobody confirmed", "ck_record_look_revision", row("record_look", revision="0")),
    # handing over
    never("handed to oneself", "ck_handover_to_another", row("handover", to_account_id=":account")),
    never("handed over without a document", "ck_handover_document", row("handover", document="''")),
    # articles
    never("an article without a title", "ck_article_title_and_byline", row("article", title="''")),
    never("reviewed by nobody", "ck_article_each_step_by_someone", row("article", reviewed_at=":now")),
    never(
        "approved without a review",
        "ck_article_no_step_left_out",
        row("article", **APPROVED | {"reviewed_by": "NULL", "reviewed_at": "NULL"}),
    ),
    never("a draft that is approved", "ck_article_no_step_left_out", row("article", **STEPS)),
    never(
        "published without approval",
        "ck_article_no_step_left_out",
        row("article", state="'published'", published_at=":now"),
    ),
    never("withdrawn at no time", "ck_article_no_step_left_out", row("article", state="'withdrawn'")),
    never(
        "one's own reviewed",
        "ck_article_nobody_approves_their_own",
        row("article", **APPROVED | {"reviewed_by": ":account"}),
    ),
    never(
        "one's own approved",
        "ck_article_nobody_approves_their_own",
        row("article", **APPROVED | {"approved_by": ":account"}),
    ),
    never(
        "one's own review approved",
        "ck_article_nobody_approves_their_own",
        row("article", **APPROVED | {"approved_by": ":second_account"}),
    ),
    never(
        "what one drafted reviewed, signed by another",
        "ck_article_nobody_approves_their_own",
        row("article", **APPROVED | {"drafted_by": ":second_account"}),
    ),
    never("signed by nobody", "ck_article_signer", row("article", **APPROVED | {"paper_signer": "''"})),
    never("signed, and entered by nobody", "ck_article_signer", row("article", paper_signer="'程主任'")),
    never(
        "published at no time",
        "ck_article_published_at_some_time",
        row("article", **STEPS | {"state": "'published'"}),
    ),
    never("a link that runs", "ck_article_url", row("article", url="'javascript:alert(1)'")),
    never("a block before the first", "ck_article_block_position", row("article_block", position="0")),
    never("a picture that is none", "ck_article_block_picture", row("article_block", kind="'picture'")),
    never("a block of nothing", "ck_article_block_text", row("article_block", text="''")),
    never("a block like a book", "ck_article_block_length", row("article_block", text="repeat('字', 4001)")),
    never("half a hash", "ck_picture_sha", row("picture", sha="'ab'::bytea")),
    never("a picture too small to be one", "ck_picture_jpeg", row("picture", jpeg="decode('ffd8ff', 'hex')")),
    never(
        "a page that calls itself a picture",
        "ck_picture_is_jpeg",
        row("picture", jpeg="convert_to('<html>' || repeat('x', 200), 'UTF8')"),
    ),
    never("a picture as large as a wall", "ck_picture_size", row("picture", width="4097")),
    never("one picture twice in an article", "uq_picture_article_id_sha", row("picture"), row("picture")),
    # the trail
    never(
        "reviewed by the clock",
        "ck_article_act_has_hand",
        row("article_act", act="'review_rejected'", reason="'x'", account_id="NULL"),
    ),
    never(
        "sent back in silence",
        "ck_article_act_sent_back_with_reason",
        row("article_act", act="'review_rejected'"),
    ),
    never(
        "reviewed without the list",
        "ck_article_act_reviewed_by_checklist",
        row("article_act", act="'review_passed'"),
    ),
    never(
        "a signature without a number",
        "ck_article_act_paper_is_whole",
        row("article_act", **PAPER | {"act": "'approved'", "paper_number": "NULL"}),
    ),
    never("proposed on paper", "ck_article_act_paper_is_whole", row("article_act", **PAPER)),
    # publication
    never(
        "at work without a lease", "ck_publication_working_under_lease", row("publication", state="'working'")
    ),
    never(
        "submitted without a number",
        "ck_publication_submitted_under_a_number",
        row("publication", state="'submitted'"),
    ),
    never(
        "failed for no reason",
        "ck_publication_failed_with_reason",
        row("publication", state="'failed'", finished_at=":now"),
    ),
    never("done at no time", "ck_publication_finished_at_some_time", row("publication", state="'done'")),
    never("two tries at once", "uq_publication_open", row("publication"), row("publication")),
    never(
        "one number for two",
        "uq_publication_publish_id",
        row("publication", state="'done'", finished_at=":now", publish_id="'100'"),
        row("publication", publish_id="'100'"),
    ),
)
