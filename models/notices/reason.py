"""Why a delivery is not simply on its way: the closed list, and what the sender's page says of each."""

from enum import StrEnum


class Reason(StrEnum):
    """Why somebody is on the phone list, or why a message waits."""

    NO_PHONE = "no_phone"
    NOT_FOLLOWING = "not_following"
    ACCOUNT_CANNOT_SEND = "account_cannot_send"
    NOT_ALLOWED = "not_allowed"
    JOINED_LATER = "joined_later"
    MONTH_LIMIT = "month_limit"
    NIGHT = "night"
    BEFORE_MORNING = "before_morning"
    BINDING_ENDED = "binding_ended"
    REFUSED = "refused"
    BLOCKED = "blocked"
    QUOTA = "quota"
    STOPPED = "stopped"
    TOO_LATE = "too_late"
    MAYBE = "maybe"


REASON_TEXT = {
    Reason.NO_PHONE: "不用手机",
    Reason.NOT_FOLLOWING: "没有在公众号绑定",
    Reason.ACCOUNT_CANNOT_SEND: "公众号不能发通知",
    Reason.NOT_ALLOWED: "没有允许小程序提醒",
    Reason.JOINED_LATER: "发布以后才列入名册",
    Reason.MONTH_LIMIT: "这个月的通知次数用完了",
    Reason.NIGHT: "夜里不发，早上八点再发",
    Reason.BEFORE_MORNING: "夜里不发，等不到早上八点",
    Reason.BINDING_ENDED: "取消了关注，或解除了绑定",
    Reason.REFUSED: "微信没有送到",
    Reason.BLOCKED: "本人不接收公众号的消息",
    Reason.QUOTA: "公众号今天的次数用完了",
    Reason.STOPPED: "公众号暂时发不出这种通知",
    Reason.TOO_LATE: "没有赶在活动之前发出",
    Reason.MAYBE: "可能未收到",
}


def reason_text(code: str | None) -> str:
    """Return what the sender reads for a stored reason; empty where there is none."""
    return REASON_TEXT[Reason(code)] if code else ""
