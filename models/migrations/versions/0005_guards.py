"""What no statement may do, whoever sends it: rewrite the ledger, forge a path, change a published scheme."""

from models.migrations.statements import keep_rows, run

revision = "0005"
down_revision = "0004"

APPEND_ONLY = ("audit", "amendment", "point_entry")

# Tables are named with their schema: a temporary table of the app's role would else stand before them.
UP = r"""
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION write_org_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE above text := '';
BEGIN
    IF NEW.parent_id IS NOT NULL THEN
        SELECT path INTO above FROM public.org WHERE id = NEW.parent_id FOR SHARE;
        IF '/' || above LIKE '%/' || NEW.id || '/%' THEN
            RAISE EXCEPTION 'an organisation cannot stand below itself' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'ck_org_no_cycle';
        END IF;
    END IF;
    NEW.path := coalesce(above, '') || NEW.id || '/';
    RETURN NEW;
END $$;
CREATE TRIGGER write_org_path BEFORE INSERT OR UPDATE ON org
    FOR EACH ROW EXECUTE FUNCTION write_org_path();

CREATE FUNCTION move_org_subtree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Fires write_org_path on each child, which fires this again: the whole subtree follows.
    UPDATE public.org SET parent_id = parent_id WHERE parent_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER move_org_subtree AFTER UPDATE ON org
    FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION move_org_subtree();

CREATE FUNCTION place_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.org WHERE id = NEW.branch_id AND kind IN ('branch', 'joint_branch')
    ) THEN
        RAISE EXCEPTION 'a member belongs to a branch' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_member_in_branch';
    END IF;
    IF NEW.group_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.org WHERE id = NEW.group_id AND kind = 'party_group' AND parent_id = NEW.branch_id
    ) THEN
        RAISE EXCEPTION 'a member''s group belongs to the same branch' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_member_in_own_group';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER place_member BEFORE INSERT OR UPDATE OF branch_id, group_id ON member
    FOR EACH ROW EXECUTE FUNCTION place_member();

CREATE FUNCTION keep_org_of_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind NOT IN ('branch', 'joint_branch')
        AND EXISTS (SELECT FROM public.member WHERE branch_id = NEW.id) THEN
        RAISE EXCEPTION 'a member belongs to a branch' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_member_in_branch';
    END IF;
    IF EXISTS (
        SELECT FROM public.member WHERE group_id = NEW.id
            AND (NEW.kind <> 'party_group' OR branch_id IS DISTINCT FROM NEW.parent_id)
    ) THEN
        RAISE EXCEPTION 'a member''s group belongs to the same branch' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_member_in_own_group';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_org_of_members BEFORE UPDATE ON org FOR EACH ROW
    WHEN (OLD.kind IS DISTINCT FROM NEW.kind OR OLD.parent_id IS DISTINCT FROM NEW.parent_id)
    EXECUTE FUNCTION keep_org_of_members();

CREATE FUNCTION keep_published_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published scheme is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_published_scheme BEFORE UPDATE OR DELETE ON scheme
    FOR EACH ROW EXECUTE FUNCTION keep_published_scheme();
CREATE TRIGGER keep_schemes BEFORE TRUNCATE ON scheme
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_confirmed_roll() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at
        OR NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by OR NEW.revision < OLD.revision THEN
        RAISE EXCEPTION 'a confirmed roll is amended, never undone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_confirmed_roll BEFORE UPDATE OR DELETE ON roll
    FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION keep_confirmed_roll();

CREATE FUNCTION keep_confirmed_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.roll WHERE id = OLD.roll_id AND confirmed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a confirmed roll keeps its lines' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER keep_confirmed_line BEFORE DELETE ON roll_line
    FOR EACH ROW EXECUTE FUNCTION keep_confirmed_line();

CREATE FUNCTION check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.point_entry e
        WHERE e.id = NEW.reverses AND e.reverses IS NULL AND e.member_id = NEW.member_id
            AND e.branch_id = NEW.branch_id AND e.scheme_id = NEW.scheme_id AND e.item = NEW.item
            AND e.cycle = NEW.cycle AND e.period = NEW.period AND e.source = NEW.source
            AND e.quantity = NEW.quantity AND e.points = -NEW.points
    ) THEN
        RAISE EXCEPTION 'a reversal undoes one entry of its own member, and no reversal'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_point_entry_reversal';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_reversal BEFORE INSERT ON point_entry
    FOR EACH ROW WHEN (NEW.reverses IS NOT NULL) EXECUTE FUNCTION check_reversal();
"""


def upgrade() -> None:
    run(UP)
    keep_rows(APPEND_ONLY)


def downgrade() -> None:
    for table in APPEND_ONLY:
        run(f"DROP TRIGGER keep_rows ON {table}")
        run(f"DROP TRIGGER keep_table ON {table}")
    for trigger, table in (
        ("check_reversal", "point_entry"),
        ("keep_confirmed_line", "roll_line"),
        ("keep_confirmed_roll", "roll"),
        ("keep_schemes", "scheme"),
        ("keep_published_scheme", "scheme"),
        ("place_member", "member"),
        ("keep_org_of_members", "org"),
        ("move_org_subtree", "org"),
        ("write_org_path", "org"),
    ):
        run(f"DROP TRIGGER {trigger} ON {table}")
    for function in (
        "check_reversal",
        "keep_confirmed_line",
        "keep_confirmed_roll",
        "keep_published_scheme",
        "place_member",
        "keep_org_of_members",
        "move_org_subtree",
        "write_org_path",
        "refuse_change",
    ):
        run(f"DROP FUNCTION {function}()")
