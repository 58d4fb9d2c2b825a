"""What stays as it was said until it is decided, and what no entry and no rating does without its paper."""

from models.migrations.statements import run

revision = "0021"
down_revision = "0020"

# Trigger and function -> (table, when it fires, on which rows, what the function refuses).
GUARDS = {
    # Nobody becomes a second hand by rewriting whose the first one was.
    "keep_proposal_as_made": (
        "proposal",
        "BEFORE UPDATE",
        """(NEW.branch_id, NEW.item, NEW.level, NEW.occurred_on, NEW.quantity, NEW.title, NEW.evidence,
            NEW.by_member_id, NEW.account_id, NEW.how, NEW.submitted_at)
        IS DISTINCT FROM (OLD.branch_id, OLD.item, OLD.level, OLD.occurred_on, OLD.quantity, OLD.title,
            OLD.evidence, OLD.by_member_id, OLD.account_id, OLD.how, OLD.submitted_at)""",
        "RAISE EXCEPTION 'a proposal is decided as it was made' USING ERRCODE = 'restrict_violation';",
    ),
    "keep_objection_as_said": (
        "objection",
        "BEFORE UPDATE",
        """(NEW.branch_id, NEW.member_id, NEW.entry_id, NEW.rating_id, NEW.appeals, NEW.said, NEW.how,
            NEW.recorded_by, NEW.asked_at, NEW.due_on)
        IS DISTINCT FROM (OLD.branch_id, OLD.member_id, OLD.entry_id, OLD.rating_id, OLD.appeals, OLD.said,
            OLD.how, OLD.recorded_by, OLD.asked_at, OLD.due_on)""",
        "RAISE EXCEPTION 'an objection is answered as it was said' USING ERRCODE = 'restrict_violation';",
    ),
    "keep_veto": (
        "veto",
        "BEFORE UPDATE",
        """OLD.lifted_at IS NOT NULL OR (NEW.member_id, NEW.code, NEW.cycle, NEW.document, NEW.decided_by,
            NEW.decided_on, NEW.account_id) IS DISTINCT FROM (OLD.member_id, OLD.code, OLD.cycle,
            OLD.document, OLD.decided_by, OLD.decided_on, OLD.account_id)""",
        "RAISE EXCEPTION 'a veto is lifted once and else stays' USING ERRCODE = 'restrict_violation';",
    ),
    "keep_rating_begun": (
        "rating",
        "BEFORE UPDATE",
        "(NEW.begun_at, NEW.begun_by) IS DISTINCT FROM (OLD.begun_at, OLD.begun_by)",
        "RAISE EXCEPTION 'a rating keeps who began it' USING ERRCODE = 'restrict_violation';",
    ),
    "keep_rating_filed": (
        "rating",
        "BEFORE UPDATE",
        """OLD.state IN ('confirmed', 'archived') AND NEW.state NOT IN ('archived', OLD.state)
            OR OLD.state = 'archived' AND NEW.state = 'confirmed'""",
        """IF NEW.state <> 'reviewing' OR 'reopen' IS DISTINCT FROM (SELECT act FROM public.rating_act
            WHERE rating_id = NEW.id ORDER BY id DESC LIMIT 1) THEN
            RAISE EXCEPTION 'a filed rating is opened again on paper' USING ERRCODE = 'restrict_violation';
        END IF;""",
    ),
    "keep_entries_approved": (
        "point_entry",
        "AFTER INSERT",  # once the constraints have had their say
        "NEW.proposal_id IS NOT NULL",
        """IF NEW.reverses IS NULL AND NOT EXISTS (SELECT FROM public.proposal
            WHERE id = NEW.proposal_id AND state = 'approved' AND decided_by = NEW.account_id
                AND branch_id = NEW.branch_id AND item = NEW.item)
            OR EXISTS (SELECT FROM public.proposal_member
                WHERE proposal_id = NEW.proposal_id AND member_id = NEW.member_id AND struck) THEN
            RAISE EXCEPTION 'an entry is what somebody approved' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.reverses IS NOT NULL AND (
            EXISTS (SELECT FROM public.proposal WHERE id = NEW.proposal_id AND account_id = NEW.account_id)
            OR EXISTS (SELECT FROM public.account
                WHERE id = NEW.account_id AND member_id = NEW.member_id)) THEN
            RAISE EXCEPTION 'nobody takes back what is their own' USING ERRCODE = 'restrict_violation';
        END IF;""",
    ),
}

UP = "".join(
    f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusal} RETURN NEW; END $$;\n"
    f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}();\n"
    for name, (table, event, when, refusal) in GUARDS.items()
)
DOWN = "".join(
    f"DROP TRIGGER {name} ON {table};\nDROP FUNCTION {name}();\n" for name, (table, *_) in GUARDS.items()
)


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
