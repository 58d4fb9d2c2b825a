"""What an organisation sets for its theme days and everything below it, as an operator types it."""

from typing import Any

from sqlalchemy.orm import Session

from models.audit import Via, record
from models.gatherings.calendar.calendar import HolidayRule
from models.people.org import Org, Setting, put_setting
from models.refused import Refused

NUMBERS = {Setting.THEME_DAY: (1, 28), Setting.LEAVE_HOURS: (0, 72), Setting.MONTH_LIMIT: (1, 10)}
WORDS: dict[Setting, dict[str, Any]] = {
    Setting.SCAN: {"true": True, "false": False},
    Setting.HOLIDAY_RULE: {rule.value: rule.value for rule in HolidayRule},
}
# A scheme is published, which checks it: `scheme publish`.
TYPED = (*NUMBERS, *WORDS)


def set_setting(session: Session, org: Org, key: Setting, typed: str) -> Any:
    """Set one of `TYPED` for an organisation and all below it; return the value as stored.

    Refused: bad_setting, whose message says what is allowed.
    """
    value = _value(key, typed)
    put_setting(session, org.id, key, value)
    record(session, "set", "org_setting", org.id, via=Via.CLI, org_id=org.id, after={key.value: value})
    return value


def _value(key: Setting, typed: str) -> Any:
    if key in NUMBERS:
        least, most = NUMBERS[key]
        if typed.isascii() and typed.isdigit() and least <= int(typed) <= most:
            return int(typed)
        raise Refused("bad_setting", f"{key.value} 应当是 {least} 到 {most} 的整数")
    words = WORDS.get(key, {})
    if typed in words:
        return words[typed]
    raise Refused("bad_setting", f"{key.value} 只能是：{'、'.join(words)}")
