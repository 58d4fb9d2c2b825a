"""What the database never lets stand of proposals, ratings, publicity and objections."""

from tests.models.nevers import never, row

DECIDED = {"state": "'approved'", "decided_by": ":second_account", "decided_at": ":now"}
BY_HAND = {"account_id": ":account", "by_member_id": "NULL"}
ANSWERED = {
    "state": "'rejected'",
    "finding": "'核实无误'",
    "answered_at": ":now",
    "answered_by": ":second_account",
}
VOTES = {"base": "20", "present": "15", "votes_for": "14", "votes_against": "0", "abstained": "1"}
LIFTED = {"lifted_document": "'河东纪〔2026〕9号'", "lifted_at": ":now", "lifted_by": ":account"}

NEVERS = (
    never(
        "a scheme from month nought", "ck_scheme_use_from_month", row("scheme_use", from_month="'2026-00'")
    ),
    never("two schemes from one month", "pk_scheme_use", row("scheme_use"), row("scheme_use")),
    # proposals
    never("a proposal of nothing", "ck_proposal_quantity", row("proposal", quantity="0")),
    never("a proposal of no number", "ck_proposal_quantity", row("proposal", quantity="'NaN'")),
    never("a deed without words", "ck_proposal_title", row("proposal", title="''")),
    never("empty evidence", "ck_proposal_title", row("proposal", evidence="''")),
    never("a proposal for a third half-year", "ck_proposal_cycle", row("proposal", cycle="'2026H3'")),
    never("a proposal for month nought", "ck_proposal_period", row("proposal", period="'2026-00'")),
    never("a proposal by nobody", "ck_proposal_by_someone", row("proposal", by_member_id="NULL")),
    never(
        "a wish written down without how it was said",
        "ck_proposal_recorded_as_it_was_said",
        row("proposal", account_id=":account"),
    ),
    never(
        "a deed of one's own said by somebody",
        "ck_proposal_recorded_as_it_was_said",
        row("proposal", **BY_HAND | {"how": "'paper'"}),
    ),
    never("approved by nobody", "ck_proposal_decided_by_someone", row("proposal", state="'approved'")),
    never(
        "decided at no time",
        "ck_proposal_decided_by_someone",
        row("proposal", **DECIDED | {"decided_at": "NULL"}),
    ),
    never(
        "waiting, and decided",
        "ck_proposal_decided_by_someone",
        row("proposal", **DECIDED | {"state": "'submitted'"}),
    ),
    never(
        "approved by whoever proposed it",
        "ck_proposal_by_a_second_person",
        row("proposal", **BY_HAND | DECIDED | {"account_id": ":second_account"}),
    ),
    never(
        "refused without a word",
        "ck_proposal_rejected_with_reason",
        row("proposal", **DECIDED | {"state": "'rejected'"}),
    ),
    never("one person twice", "pk_proposal_member", row("proposal_member"), row("proposal_member")),
    never(
        "points by hand that nobody proposed",
        "ck_point_entry_from_roll_or_proposal",
        row("point_entry", source="'manual'", gathering_id="NULL"),
    ),
    never(
        "points of a proposal under another name",
        "ck_point_entry_from_roll_or_proposal",
        row("point_entry", source="'manual'", gathering_id="NULL", proposal_id=":proposal"),
    ),
    # ratings
    never("two ratings of one cycle", "uq_rating_branch_id_cycle", row("rating"), row("rating")),
    never("a rating of a fifth quarter", "ck_rating_cycle", row("rating", cycle="'2026Q5'")),
    never("run nought", "ck_rating_run_number", row("rating_run", number="0")),
    never("a run numbered twice", "uq_rating_run_rating_id_number", row("rating_run", number="1")),
    never("a sum that is none", "ck_rating_run_sha", row("rating_run", sha="'abc'")),
    never(
        "more present than expected",
        "ck_rating_act_present_of_base",
        row("rating_act", base="3", present="4"),
    ),
    never(
        "more votes than people",
        "ck_rating_act_votes_add_up",
        row("rating_act", **VOTES | {"votes_for": "20"}),
    ),
    never(
        "votes against missing",
        "ck_rating_act_votes_add_up",
        row("rating_act", **VOTES | {"votes_against": "NULL"}),
    ),
    never(
        "votes fewer than none",
        "ck_rating_act_votes_add_up",
        row("rating_act", **VOTES | {"abstained": "-1"}),
    ),
    never(
        "votes of nobody expected",
        "ck_rating_act_votes_add_up",
        row("rating_act", **VOTES | {"base": "NULL", "present": "NULL"}),
    ),
    never("sent back without a reason", "ck_rating_act_back_with_reason", row("rating_act", act="'return'")),
    never("filed without a paper", "ck_rating_act_decided_on_paper", row("rating_act", act="'upper_review'")),
    never(
        "opened again without a paper",
        "ck_rating_act_decided_on_paper",
        row("rating_act", act="'reopen'", reason="'评定有误'"),
    ),
    never("a total that is no number", "ck_rating_result_total", row("rating_result", total="'NaN'")),
    never("star nought", "ck_rating_result_star", row("rating_result", star_final="0")),
    never("eleven stars", "ck_rating_result_star", row("rating_result", star_by_total="11")),
    never(
        "a star of somebody not rated",
        "ck_rating_result_star_only_when_rated",
        row("rating_result", standing="'exempt'"),
    ),
    never(
        "a star of somebody unqualified",
        "ck_rating_result_unqualified_has_no_star",
        row("rating_result", grade="'unqualified'"),
    ),
    never(
        "a standing of its own",
        "ck_rating_result_standing",
        row("rating_result", standing="'best'", star_final="NULL"),
    ),
    never("a detail that is a list", "ck_rating_result_detail", row("rating_result", detail="'[]'")),
    never("two results of one run", "pk_rating_result", row("rating_result"), row("rating_result")),
    never("fewer votes than none", "ck_member_grade_votes", row("member_grade", votes="-1")),
    never("voices that are a list", "ck_member_grade_voices", row("member_grade", voices="'[]'")),
    never("a seat of no star", "ck_ruling_seat", row("ruling", kind="'seat'")),
    never("a level with a star", "ck_ruling_seat", row("ruling", star="5")),
    never("a ruling without a reason", "ck_ruling_reason", row("ruling", reason="''")),
    never("a veto without a document", "ck_veto_on_paper", row("veto", document="''")),
    never("a veto of nobody", "ck_veto_on_paper", row("veto", decided_by="''")),
    never("a veto for a fifth quarter", "ck_veto_cycle", row("veto", cycle="'2026Q5'")),
    never("a veto twice", "uq_veto_standing", row("veto"), row("veto")),
    never(
        "a veto lifted without paper",
        "ck_veto_lifted_on_paper",
        row("veto", **LIFTED | {"lifted_document": "NULL"}),
    ),
    never(
        "lifted by an empty paper",
        "ck_veto_lifted_on_paper",
        row("veto", **LIFTED | {"lifted_document": "''"}),
    ),
    # publicity, archive
    never(
        "a sheet that ends as it is posted",
        "ck_rating_publicity_full_workdays",
        row("rating_publicity", ends_on="DATE '2026-12-21'"),
    ),
    never("no workday", "ck_rating_publicity_full_workdays", row("rating_publicity", workdays="0")),
    never("no contact", "ck_rating_publicity_whom_to_tell", row("rating_publicity", contact="''")),
    never(
        "a telephone of letters",
        "ck_rating_publicity_whom_to_tell",
        row("rating_publicity", township_phone="'ask'"),
    ),
    never("an archive of a list", "ck_rating_snapshot_document", row("rating_snapshot", document="'[]'")),
    never("an archive with another sum", "ck_rating_snapshot_sha", row("rating_snapshot", document="'{ }'")),
    never(
        "one run archived twice", "uq_rating_snapshot_run_id", row("rating_snapshot"), row("rating_snapshot")
    ),
    # objections
    never("an objection to nothing", "ck_objection_about_one_thing", row("objection", entry_id="NULL")),
    never("an objection to both", "ck_objection_about_one_thing", row("objection", rating_id=":rating")),
    never("an objection without words", "ck_objection_said", row("objection", said="''")),
    never(
        "written down without how it was said",
        "ck_objection_recorded_as_it_was_said",
        row("objection", recorded_by=":account"),
    ),
    never(
        "answered without a finding",
        "ck_objection_answered_with_finding",
        row("objection", **ANSWERED | {"finding": "NULL"}),
    ),
    never(
        "answered with an empty finding",
        "ck_objection_answered_with_finding",
        row("objection", **ANSWERED | {"finding": "''"}),
    ),
    never(
        "answered by nobody",
        "ck_objection_answered_with_finding",
        row("objection", **ANSWERED | {"answered_by": "NULL"}),
    ),
    never(
        "answered at no time",
        "ck_objection_answered_with_finding",
        row("objection", **ANSWERED | {"answered_at": "NULL"}),
    ),
    never("told on no day", "ck_objection_told_on_a_day", row("objection", told_how="'paper'")),
    never("two objections to one entry", "uq_objection_entry_open", row("objection"), row("objection")),
    never(
        "two objections to one star",
        "uq_objection_rating_open",
        *[row("objection", entry_id="NULL", rating_id=":rating")] * 2,
    ),
    never(
        "an appeal to the branch itself",
        "ck_objection_appealed_above",
        row("objection", **ANSWERED),
        row("objection", appeals="(SELECT max(id) FROM objection)"),
    ),
    never(
        "one answer appealed twice",
        "uq_objection_appeals",
        row("objection", **ANSWERED),
        row("objection", appeals="(SELECT min(id) FROM objection)", desk="'township'", **ANSWERED),
        row("objection", appeals="(SELECT min(id) FROM objection)", desk="'zone'", **ANSWERED),
    ),
)
