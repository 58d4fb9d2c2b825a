"""Publishing a gathering to exactly as many people as its button said."""

from handlers.edge import current
from handlers.identity import staff
from models.audit import Via
from models.gatherings.plan import taking_part
from models.notices.audience import audience_size
from models.notices.publish import publish
from models.refused import Refused


def publish_promised(gathering_id: int, promised: str | None, *, via: Via) -> None:
    """Make rolls, notice and outbox; `promised` is how many people the button said it tells, None for unsaid.

    Refused: audience_changed if it would reach more or fewer; all that publishing refuses.
    """
    edge = current()
    org_ids = taking_part(edge.session, gathering_id)
    people = audience_size(edge.session, org_ids, now=edge.now).people if promised is not None else 0
    if promised is not None and promised != str(people):
        raise Refused("audience_changed", f"现在要通知 {people} 人，和刚才不一样。请看一遍再发布")
    publish(
        edge.session,
        gathering_id,
        org_ids=org_ids,
        by=staff().account_id,
        channels=edge.parts.installation.channels,
        now=edge.now,
        via=via,
    )
