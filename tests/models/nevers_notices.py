"""What the database never lets stand of notices, deliveries and what WeChat pushed."""

from tests.models.nevers import never, row

NEVERS = (
    never("version nought", "ck_notice_version", row("notice", version="0")),
    never(
        "one change told twice",
        "uq_notice_gathering_id_kind_version",
        row("notice"),
        row("notice", texts="'[]'"),
    ),
    never(
        "a channel without a binding",
        "ck_delivery_channel_with_binding",
        row("delivery", binding_id="NULL"),
    ),
    never(
        "a binding without a channel",
        "ck_delivery_channel_with_binding",
        row("delivery", state="'phone_list'", channel="NULL"),
    ),
    *(
        never(
            f"{state} by no channel",
            "ck_delivery_sent_by_channel",
            row("delivery", state=f"'{state}'", channel="NULL", binding_id="NULL"),
        )
        for state in ("queued", "held", "accepted", "unknown", "delivered", "failed")
    ),
    never(
        "sending without a lease",
        "ck_delivery_sending_with_lease",
        row("delivery", state="'sending'", attempt_no="1", first_sent_at=":now"),
    ),
    never(
        "a lease on what waits",
        "ck_delivery_sending_with_lease",
        row("delivery", lease_until=":now"),
    ),
    never(
        "sending since never",
        "ck_delivery_sending_with_lease",
        row("delivery", state="'sending'", attempt_no="1", lease_until=":now"),
    ),
    never(
        "sending without an attempt",
        "ck_delivery_sending_with_lease",
        row("delivery", state="'sending'", first_sent_at=":now", lease_until=":now"),
    ),
    never("phoned at no time", "ck_delivery_phoned_with_time", row("delivery", state="'phoned'")),
    never("a call noted on what waits", "ck_delivery_phoned_with_time", row("delivery", phoned_at=":now")),
    never("dropped without a reason", "ck_delivery_dropped_with_reason", row("delivery", state="'dropped'")),
    never(
        "one event told twice to one person",
        "uq_delivery_about",
        row("delivery"),
        row("delivery", state="'held'"),
    ),
    never(
        "a notice opened for the first time twice", "pk_notice_read", row("notice_read"), row("notice_read")
    ),
    never(
        "failed without a reason",
        "ck_wechat_event_failed_with_reason",
        row("wechat_event", outcome="'failed'"),
    ),
    never(
        "one event stored twice",
        "uq_wechat_event_appid_natural_key",
        row("wechat_event"),
        row("wechat_event", msgid="'2'"),
    ),
)
