"""Rows the database accepts, and how a never is written: statements of which it refuses the last."""

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from models.people.account import Role
from models.people.binding import BindCode
from tests.conftest import NOON
from tests.factories import (
    a_binding,
    a_branch,
    a_delivery,
    a_gathering,
    a_group,
    a_member,
    a_notice,
    a_post,
    a_proposal,
    a_rating,
    a_roll,
    a_run,
    a_scheme,
    a_spell,
    a_township,
    a_zone,
    an_account,
    an_article,
    an_entry,
    some_minutes,
)

HASH = "decode(repeat('ab', 32), 'hex')"
JPEG = "decode('ffd8ff' || repeat('00', 200), 'hex')"

# One acceptable row per table, beside those of `world`; the values are SQL.
VALID = {
    "audit": {"via": "'console'", "account_id": ":account", "verb": "'close'", "subject": "'gathering'"},
    "org": {"kind": "'branch'", "code": "'B9'", "name": "'河湾村党支部'", "parent_id": ":township"},
    "org_setting": {"org_id": ":branch", "key": "'theme_day'", "value": "'25'"},
    "member": {"name": "'李秀兰'", "branch_id": ":branch", "group_id": ":group", "status": "'full'"},
    "member_move": {
        "member_id": ":member",
        "from_branch_id": ":branch",
        "to_branch_id": ":other_branch",
        "moved_on": "DATE '2026-06-01'",
        "document": "'组转〔2026〕7号'",
        "account_id": ":account",
    },
    "account": {"login": "'zhou.min'", "name": "'周敏'", "password_hash": "'-'"},
    "spell": {"member_id": ":member", "kind": "'exempt'", "from_on": "DATE '2026-03-01'"},
    "post": {
        "account_id": ":account",
        "org_id": ":branch",
        "role": "'clerk'",
        "from_on": "DATE '2026-03-01'",
    },
    "console_session": {
        "token_hash": HASH,
        "account_id": ":account",
        "csrf": "'c'",
        "started_at": ":now",
        "seen_at": ":now",
        "password_at": ":now",
    },
    "binding": {
        "appid": "'wxaccount'",
        "openid": "'o1'",
        "openid_hash": HASH,
        "member_id": ":member",
        "bound_at": ":now",
        "how": "'slip'",
    },
    "bind_code": {
        "member_id": ":member",
        "code_hash": HASH,
        "issued_at": ":now",
        "expires_at": "CAST(:now AS timestamptz) + interval '30 days'",
    },
    "phone_session": {
        "token_hash": HASH,
        "appid": "'wxmini'",
        "openid": "'o1'",
        "openid_hash": HASH,
        "started_at": ":now",
        "expires_at": "CAST(:now AS timestamptz) + interval '7 days'",
    },
    "bind_code_use": {"code_id": ":bind_code", "appid": "'wxmini'", "openid_hash": HASH, "used_at": ":now"},
    "tries": {"purpose": "'digits'", "who_hash": HASH, "minute": "29404230", "n": "1"},
    "workday": {"day": "DATE '2026-10-10'", "kind": "'work'"},
    "holiday_year": {"year": "2026"},
    "planned_run": {"kind": "'close'", "period": "'2026-11-25'", "due_at": ":now"},
    "gathering": {
        "org_id": ":branch",
        "kind": "'theme_day'",
        "period": "'2026-11'",
        "title": "'主题党日'",
        "starts_at": ":now",
        "ends_at": "CAST(:now AS timestamptz) + interval '2 hours'",
        "place": "'村部'",
        "state": "'published'",
        "hall_salt": "decode(repeat('00', 16), 'hex')",
    },
    "gathering_tag": {"gathering_id": ":gathering", "tag": "'lecture'"},
    "agenda_item": {
        "gathering_id": ":gathering",
        "position": "1",
        "kind": "'study'",
        "title": "'学习'",
    },
    "roll": {"gathering_id": ":gathering", "org_id": ":other_branch"},
    "amendment": {"roll_id": ":roll", "revision": "3", "reason": "'补记'", "account_id": ":account"},
    "roll_line": {"gathering_id": ":gathering", "member_id": ":second_member", "roll_id": ":roll"},
    "leave": {
        "gathering_id": ":gathering",
        "member_id": ":member",
        "reason": "'family'",
        "state": "'submitted'",
        "asked_at": ":now",
    },
    "away_report": {
        "member_id": ":member",
        "from_on": "DATE '2026-03-01'",
        "place": "'浙江省义乌市'",
        "state": "'submitted'",
        "asked_at": ":now",
    },
    "link_code": {
        "kind": "'chat'",
        "code_hash": HASH,
        "member_id": ":member",
        "issued_at": ":now",
        "expires_at": "CAST(:now AS timestamptz) + interval '5 minutes'",
    },
    "complaint": {
        "receipt": "'202611250001'",
        "text": "'字太小'",
        "via": "'chat'",
        "received_at": ":now",
        "due_on": "DATE '2026-12-09'",
    },
    "office_answer": {
        "matter": "'transfer'",
        "text": "'请带介绍信'",
        "edited_by": ":account",
        "edited_at": ":now",
    },
    "required_item": {
        "org_id": ":township",
        "period": "'2026-11'",
        "kind": "'study'",
        "title": "'学习全会精神'",
        "issued_by": ":account",
        "issued_at": ":now",
    },
    "host_attendance": {
        "member_id": ":member",
        "period": "'2026-11'",
        "attended_on": "DATE '2026-11-20'",
        "host": "'商贸城党支部'",
        "contact": "'支部值班电话'",
        "state": "'submitted'",
        "asked_at": ":now",
    },
    "makeup": {
        "gathering_id": ":gathering",
        "member_id": ":member",
        "form": "'self_study'",
        "due_on": "DATE '2026-12-24'",
        "planned_at": ":now",
        "planned_by": ":account",
    },
    "dues_tick": {
        "member_id": ":member",
        "period": "'2026-11'",
        "gathering_id": ":gathering",
        "ticked_at": ":now",
        "ticked_by": ":account",
    },
    "delegate": {
        "roll_id": ":roll",
        "account_id": ":account",
        "named_by": ":second_account",
        "named_at": ":now",
    },
    "screen_link": {
        "gathering_id": ":gathering",
        "link_hash": HASH,
        "issued_by": ":account",
        "issued_at": ":now",
        "expires_at": "CAST(:now AS timestamptz) + interval '4 hours'",
    },
    "subscription": {"binding_id": ":binding", "template_id": "'TPL'"},
    "night_override": {
        "notice_id": ":notice",
        "reason": "'暴雨转移'",
        "account_id": ":account",
        "let_out_at": ":now",
    },
    "scheme": {
        "code": "'TOWN'",
        "version": "1",
        "issuer_id": ":township",
        "document": "'{}'",
        "sha": "encode(sha256('{}'), 'hex')",
    },
    "point_entry": {
        "about": "'roll:1:1:1:attend'",
        "member_id": ":member",
        "branch_id": ":branch",
        "scheme_id": ":scheme",
        "item": "'attend'",
        "cycle": "'2026'",
        "period": "'2026-11'",
        "occurred_on": "DATE '2026-11-25'",
        "quantity": "1",
        "points": "1",
        "source": "'attendance'",
        "gathering_id": ":gathering",
        "revision": "1",
        "account_id": ":account",
    },
    "scheme_use": {"org_id": ":branch", "from_month": "'2026-01'", "scheme_id": ":scheme"},
    "proposal": {
        "branch_id": ":branch",
        "scheme_id": ":scheme",
        "item": "'help'",
        "cycle": "'2026'",
        "period": "'2026-11'",
        "occurred_on": "DATE '2026-11-25'",
        "quantity": "1",
        "title": "'清扫村道'",
        "by_member_id": ":second_member",
        "submitted_at": ":now",
    },
    "proposal_member": {"proposal_id": ":proposal", "member_id": ":member"},
    "rating": {
        "branch_id": ":branch",
        "cycle": "'2025'",
        "scheme_id": ":scheme",
        "begun_at": ":now",
        "begun_by": ":account",
    },
    "rating_run": {
        "rating_id": ":rating",
        "number": "2",
        "sha": "repeat('0', 64)",
        "account_id": ":account",
        "made_at": ":now",
    },
    "rating_act": {
        "rating_id": ":rating",
        "act": "'group_review'",
        "held_on": "DATE '2026-12-10'",
        "account_id": ":account",
        "acted_at": ":now",
    },
    "rating_result": {
        "run_id": ":run",
        "member_id": ":member",
        "standing": "'rated'",
        "total": "88",
        "grade": "'qualified'",
        "star_final": "4",
        "detail": "'{}'",
    },
    "member_grade": {
        "rating_id": ":rating",
        "member_id": ":member",
        "grade": "'qualified'",
        "decided_on": "DATE '2026-12-20'",
        "account_id": ":account",
        "written_at": ":now",
    },
    "ruling": {
        "rating_id": ":rating",
        "member_id": ":member",
        "kind": "'lower'",
        "reason": "'会议评定'",
        "decided_on": "DATE '2026-12-20'",
        "account_id": ":account",
        "written_at": ":now",
    },
    "veto": {
        "member_id": ":second_member",
        "code": "'discipline'",
        "cycle": "'2026'",
        "document": "'河东纪〔2026〕3号'",
        "decided_by": "'河东镇党委'",
        "decided_on": "DATE '2026-06-01'",
        "account_id": ":account",
    },
    "rating_publicity": {
        "rating_id": ":rating",
        "run_id": ":run",
        "posted_on": "DATE '2026-12-21'",
        "workdays": "5",
        "ends_on": "DATE '2026-12-28'",
        "contact": "'周敏'",
        "contact_phone": "'0391-1234567'",
        "township_phone": "'0391-7654321'",
        "account_id": ":account",
        "acted_at": ":now",
    },
    "rating_snapshot": {
        "rating_id": ":rating",
        "run_id": ":run",
        "document": "'{}'",
        "sha": "encode(sha256('{}'::bytea), 'hex')",
        "account_id": ":account",
        "made_at": ":now",
    },
    "objection": {
        "branch_id": ":branch",
        "member_id": ":second_member",
        "entry_id": ":entry",
        "said": "'那天我请了假'",
        "asked_at": ":now",
        "due_on": "DATE '2026-12-10'",
    },
    "notice": {
        "gathering_id": ":gathering",
        "kind": "'change'",
        "version": "2",
        "texts": "'{}'",
        "published_at": ":now",
        "published_by": ":account",
    },
    "delivery": {
        "about": "'gathering:1:notice:1'",
        "notice_id": ":notice",
        "member_id": ":member",
        "binding_id": ":binding",
        "channel": "'template'",
        "state": "'queued'",
        "not_before": ":now",
    },
    "notice_read": {"delivery_id": ":delivery", "read_at": ":now"},
    "wechat_event": {
        "appid": "'wxaccount'",
        "natural_key": "'1|finish'",
        "openid_hash": HASH,
        "happened_at": ":now",
        "outcome": "'delivered'",
    },
    "inbound_message": {"appid": "'wxaccount'", "natural_key": "'1'", "reply": "'success'"},
    "minutes": {"roll_id": ":roll", "drafted_by": ":account"},
    "minutes_item": {"roll_id": ":record", "position": "1", "kind": "'study'", "title": "'学习'"},
    "decision": {"roll_id": ":record", "position": "1", "text": "'清淤由二组负责'"},
    "minutes_act": {"roll_id": ":record", "act": "'filed'", "account_id": ":account", "acted_at": ":now"},
    "record_look": {
        "roll_id": ":record",
        "org_id": ":branch",
        "filed_at": ":now",
        "revision": "1",
        "account_id": ":account",
        "looked_at": ":now",
    },
    "handover": {
        "org_id": ":branch",
        "role": "'secretary'",
        "from_account_id": ":account",
        "to_account_id": ":second_account",
        "handed_on": "DATE '2026-11-25'",
        "document": "'柳党〔2026〕8号'",
        "items": "'{}'",
        "account_id": ":third_account",
        "acted_at": ":now",
    },
    "article": {
        "org_id": ":branch",
        "title": "'清淤忙'",
        "byline": "'柳湾村党支部'",
        "drafted_by": ":account",
    },
    "article_source": {"article_id": ":article", "roll_id": ":record"},
    "article_writer": {"article_id": ":article", "account_id": ":account", "wrote_at": ":now"},
    "article_block": {"article_id": ":article", "position": "1", "kind": "'text'", "text": "'渠通了'"},
    "picture": {
        "article_id": ":article",
        "sha": HASH,
        "jpeg": JPEG,
        "width": "4",
        "height": "3",
        "added_by": ":account",
        "added_at": ":now",
        "consent_at": ":now",
    },
    "article_act": {
        "article_id": ":article",
        "version": "1",
        "act": "'proposed'",
        "account_id": ":account",
        "acted_at": ":now",
    },
    "publication": {
        "article_id": ":article",
        "version": "1",
        "ordered_by": ":account",
        "ordered_at": ":now",
        "not_before": ":now",
    },
}


class Never(NamedTuple):
    """The last of `statements` is refused under the name of `constraint`; those before it are accepted."""

    why: str
    constraint: str
    statements: tuple[str, ...]


def never(why: str, constraint: str, *statements: str) -> Never:
    """Write one row of a table of nevers."""
    return Never(why, constraint, statements)


def row(table: str, **changed: str) -> str:
    """Return the INSERT of the acceptable row of `table` with some columns changed to other SQL."""
    columns = VALID[table.removeprefix("public.")] | changed
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"


# What the statements name, by the names that they use.
Known = dict[str, object]


def world(session: Session) -> Known:
    """Lay down what rows refer to; return the parameters that the statements name."""
    township = a_township(session, a_zone(session))
    branch, other_branch = a_branch(session, township), a_branch(session, township, name="白水村党支部")
    group, other_group = a_group(session, branch), a_group(session, other_branch)
    member, second = a_member(session, branch, group=group), a_member(session, branch, name="赵大海")
    account = an_account(session, login="sun.li", member=member)
    a_post(session, account, branch, Role.SECRETARY)
    slip = BindCode(
        member_id=second.id, code_hash=b"slip", issued_at=NOON, expires_at=NOON + timedelta(days=30)
    )
    session.add(slip)
    gathering = a_gathering(session, branch)
    scheme = a_scheme(session, township)
    rows: dict[str, Any] = {
        "township": township,
        "branch": branch,
        "other_branch": other_branch,
        "group": group,
        "other_group": other_group,
        "member": member,
        "second_member": second,
        "account": account,
        "second_account": an_account(session, login="qian.duo"),
        "spell": a_spell(session, member),
        "bind_code": slip,
        "binding": a_binding(session, member),
        "gathering": gathering,
        "roll": a_roll(session, gathering, branch, [member]),
        "scheme": scheme,
        "entry": an_entry(session, second, scheme, account),
        "proposal": a_proposal(session, second, scheme),
        "rating": (rating := a_rating(session, branch, scheme, account)),
        "run": a_run(session, rating, account),
        "notice": (notice := a_notice(session, gathering, account)),
        "delivery": a_delivery(session, notice, second),
        "third_account": an_account(session, login="wu.yong"),
        "article": an_article(session, branch, account),
    }
    other = a_roll(session, a_gathering(session, other_branch), other_branch)
    record = some_minutes(session, other, account)
    return {name: made.id for name, made in rows.items()} | {"now": NOON, "record": record.roll_id}
