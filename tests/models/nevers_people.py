"""What the database never lets stand of people, organisations, bindings and the log."""

from tests.models.nevers import never, row

OTHER_HASH = "decode(repeat('cd', 32), 'hex')"

NEVERS = (
    never("an act from the console without a hand", "ck_audit_has_hand", row("audit", account_id="NULL")),
    # organisations
    never("a code with a space", "ck_org_code", row("org", code="'B 9'")),
    never("an organisation without a name", "ck_org_name", row("org", name="''")),
    never("a name with a blank at its end", "ck_org_name", row("org", name="'河湾村党支部 '")),
    never("one code twice", "uq_org_code", row("org"), row("org")),
    never(
        "dissolved before it was set up",
        "ck_org_dissolved_after_set_up",
        row("org", set_up_on="DATE '2026-02-02'", dissolved_on="DATE '2026-02-01'", dissolved_doc="'1号'"),
    ),
    never(
        "dissolved without a document",
        "ck_org_dissolved_with_document",
        row("org", dissolved_on="DATE '2026-02-01'"),
    ),
    never(
        "a document of a dissolution that was not",
        "ck_org_dissolved_with_document",
        row("org", dissolved_doc="'1号'"),
    ),
    never("its own parent", "ck_org_no_cycle", "UPDATE org SET parent_id = id WHERE id = :branch"),
    never(
        "below its grandchild", "ck_org_no_cycle", "UPDATE org SET parent_id = :group WHERE id = :township"
    ),
    never("theme day on the 29th", "ck_org_setting_value_fits_key", row("org_setting", value="'29'")),
    never("theme day and a half", "ck_org_setting_value_fits_key", row("org_setting", value="'2.5'")),
    never("theme day on the 0th", "ck_org_setting_value_fits_key", row("org_setting", value="'0'")),
    never("theme day as a word", "ck_org_setting_value_fits_key", row("org_setting", value="'\"25\"'")),
    never(
        "scan as a word", "ck_org_setting_value_fits_key", row("org_setting", key="'scan'", value="'\"on\"'")
    ),
    never(
        "a holiday rule by number",
        "ck_org_setting_value_fits_key",
        row("org_setting", key="'holiday_rule'", value="'1'"),
    ),
    never(
        "a move to the same branch", "ck_member_move_to_another", row("member_move", to_branch_id=":branch")
    ),
    never("a move without a paper", "ck_member_move_document", row("member_move", document="''")),
    # members
    never("a member without a name", "ck_member_name", row("member", name="''")),
    never("a name with a blank before it", "ck_member_name", row("member", name="' 李秀兰'")),
    never("a member of a township", "ck_member_in_branch", row("member", branch_id=":township")),
    never(
        "a member moved above the branches",
        "ck_member_in_branch",
        "UPDATE member SET branch_id = :township WHERE id = :member",
    ),
    never("a group of another branch", "ck_member_in_own_group", row("member", group_id=":other_group")),
    never(
        "a group moved away with its members",
        "ck_member_in_own_group",
        "UPDATE org SET parent_id = :other_branch WHERE id = :group",
    ),
    never(
        "a branch of members turned into a township",
        "ck_member_in_branch",
        "UPDATE org SET kind = 'party_committee' WHERE id = :branch",
    ),
    never("a branch as a group", "ck_member_in_own_group", row("member", group_id=":branch")),
    never(
        "moved to another branch with the old group",
        "ck_member_in_own_group",
        "UPDATE member SET branch_id = :other_branch WHERE id = :member",
    ),
    never(
        "full before joining",
        "ck_member_full_after_joined",
        row("member", joined_on="DATE '2020-07-01'", full_on="DATE '2020-06-30'"),
    ),
    never(
        "on probation and full",
        "ck_member_probationary_not_full",
        row("member", status="'probationary'", full_on="DATE '2020-07-01'"),
    ),
    never("a phone without its hash", "ck_member_phone_sealed_and_hashed", row("member", phone_box="'box'")),
    never(
        "a hash without its phone", "ck_member_phone_sealed_and_hashed", row("member", phone_hash="'hash'")
    ),
    never("transferred on no day", "ck_member_left_with_date", row("member", status="'transferred_out'")),
    never("left and still full", "ck_member_left_with_date", row("member", left_on="DATE '2026-05-01'")),
    # spells
    never(
        "a spell that ends before the eve of its first day",
        "ck_spell_ends_after_start",
        row("spell", to_on="DATE '2026-02-27'"),
    ),
    never("a category without its code", "ck_spell_category_has_code", row("spell", kind="'category'")),
    never(
        "two open spells of a kind",
        "ex_spell_no_overlap",
        row("spell"),
        row("spell", from_on="DATE '2026-09-01'"),
    ),
    never(
        "two spells of a kind that share a day",
        "ex_spell_no_overlap",
        row("spell", to_on="DATE '2026-04-01'"),
        row("spell", from_on="DATE '2026-04-01'"),
    ),
    # log-ins and posts
    never("a log-in in capitals", "ck_account_login", row("account", login="'Zhou'")),
    never("a log-in of two letters", "ck_account_login", row("account", login="'zh'")),
    never("one log-in twice", "uq_account_login", row("account", login="'sun.li'")),
    never("two log-ins of one member", "uq_account_member_id", row("account", member_id=":member")),
    never(
        "a post that ends before it begins",
        "ck_post_ends_after_start",
        row("post", to_on="DATE '2026-02-28'"),
    ),
    never("one open post twice", "uq_post_open", row("post"), row("post")),
    # bindings, slips, sessions, tries
    never(
        "an open binding without an openid",
        "ck_binding_openid_while_open",
        row("binding", openid="NULL"),
    ),
    never("an openid kept after the end", "ck_binding_openid_while_open", row("binding", ended_at=":now")),
    never(
        "one WeChat user bound to two members",
        "uq_binding_openid",
        row("binding"),
        row("binding", member_id=":second_member"),
    ),
    never(
        "one member bound to two WeChat users",
        "uq_binding_member",
        row("binding"),
        row("binding", openid_hash=OTHER_HASH),
    ),
    never(
        "a slip that was never good", "ck_bind_code_expires_after_issue", row("bind_code", expires_at=":now")
    ),
    never(
        "two live slips of one member",
        "uq_bind_code_live",
        row("bind_code"),
        row("bind_code", code_hash="'x'"),
    ),
    never(
        "one code on two slips",
        "uq_bind_code_code_hash",
        row("bind_code"),
        row("bind_code", void_at=":now"),
    ),
    never(
        "a session that was never good",
        "ck_phone_session_expires_after_start",
        row("phone_session", expires_at=":now"),
    ),
    never("fewer than no tries", "ck_tries_n", row("tries", n="-1")),
)
