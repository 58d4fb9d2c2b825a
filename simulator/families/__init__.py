"""The API, one file per family; a new family adds its endpoints to this list."""

from simulator.calls import Endpoint
from simulator.families import draft, freepublish, login, media, menu, subscribe, template, token, users

FAMILIES = (token, login, menu, subscribe, template, users, media, draft, freepublish)

ENDPOINTS: dict[str, Endpoint] = {
    endpoint.path: endpoint for family in FAMILIES for endpoint in family.ENDPOINTS
}
