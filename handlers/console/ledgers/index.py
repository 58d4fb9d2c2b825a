"""The page on which a ledger is chosen: for whom, for which months, what for."""

from flask import Response

from handlers.console.ledgers.download import ledgers_page, org_wanted
from handlers.console.pages import console, staff_page
from models.people.rights import Verb


@console.get("/console/ledgers")
@staff_page
def ledgers() -> Response:
    """Show the ledgers of one's own organisation, or of one below."""
    return ledgers_page(org_wanted(Verb.SEE_FILED))
