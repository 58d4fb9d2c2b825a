"""Where a message goes that certainly failed: to the next channel, else to a telephone, else nowhere."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.notices.audience import Channels

AT_ONCE = 1000

# A reminder or a prompt is worth no telephone call. Too late is too late by any channel.
_MOVE_ON = text("""
WITH failed AS (
    SELECT d.id, d.channel, d.member_id, n.kind, coalesce(d.reason, 'refused') AS reason
    FROM delivery d JOIN notice n ON n.id = d.notice_id
    WHERE d.state = 'failed' ORDER BY d.id LIMIT :limit
    FOR NO KEY UPDATE OF d SKIP LOCKED
), judged AS (
    SELECT failed.*, allowed.binding_id AS next
    FROM failed LEFT JOIN LATERAL (
        SELECT s.binding_id FROM subscription s JOIN binding b ON b.id = s.binding_id
        WHERE b.member_id = failed.member_id AND b.appid = :appid AND b.ended_at IS NULL
            AND s.template_id = :template AND s.remaining > 0 AND NOT s.switched_off
    ) allowed ON failed.channel = 'template' AND failed.reason NOT IN ('too_late', 'before_morning')
)
UPDATE delivery d SET settled_at = :now,
    state = CASE WHEN next IS NOT NULL THEN 'queued' WHEN kind IN ('reminder', 'prompt') THEN 'dropped'
        ELSE 'phone_list' END,
    reason = CASE WHEN next IS NULL THEN judged.reason END,
    channel = CASE WHEN next IS NULL THEN d.channel ELSE 'subscribe' END,
    binding_id = coalesce(next, d.binding_id),
    not_before = CASE WHEN next IS NULL THEN d.not_before ELSE :now END,
    first_sent_at = CASE WHEN next IS NULL THEN d.first_sent_at END,
    msgid = CASE WHEN next IS NULL THEN d.msgid END,
    errcode = CASE WHEN next IS NULL THEN d.errcode END
FROM judged WHERE d.id = judged.id
""")


def move_on(session: Session, channels: Channels, *, now: datetime) -> None:
    """Let what failed by the account's template go out as a subscription message, where one is allowed.

    Otherwise somebody phones; a reminder or a prompt is dropped with its reason.
    """
    keys = {"appid": channels.mini_appid, "template": channels.template_id, "limit": AT_ONCE, "now": now}
    session.execute(_MOVE_ON, keys)
