"""A required item is withdrawn while a draft is saved: whoever refers to it waits in no ring."""

from datetime import timedelta

from models.gatherings.agenda import agendas_of
from models.gatherings.gathering import AgendaKind
from models.gatherings.plan import Plan, draft, gathering_seen, redraft
from tests.conftest import NOON
from tests.factories import a_required_item
from tests.handlers.console_site import Site
from tests.together import meanwhile


def test_a_draft_is_saved_while_what_it_must_hold_is_withdrawn(site: Site) -> None:
    # Control: with the item locked FOR UPDATE the draft's agenda, which refers to it, waits in a ring.
    starts_at = NOON + timedelta(days=30)
    plan = Plan(
        "十二月主题党日", starts_at, starts_at + timedelta(hours=1), "村部", "2026-12",
        agenda=((AgendaKind.DUES, "交纳党费"),),
    )  # fmt: skip
    by, home = site.staff["secretary"].id, site.orgs["home"].id
    with site.sessions.begin() as session:
        item = a_required_item(session, site.orgs["town"], site.staff["town"].id, period="2026-12").id
        gathering = draft(session, home, plan, by=by, now=NOON).id
    town = site.browser("town")
    csrf = town.csrf()
    with site.sessions() as session:
        it = gathering_seen(session, gathering, lock=True)
        withdrawn = meanwhile(
            lambda: town.client.post(f"/console/required-items/{item}/withdrawal", data={"csrf": csrf})
        )
        redraft(session, it, plan, by=by, now=NOON)
        session.commit()
    assert withdrawn().status_code == 303
    with site.sessions() as session:
        assert [line.title for line in agendas_of(session, [gathering])[gathering]] == ["交纳党费"]
