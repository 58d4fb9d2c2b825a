"""The API, one file per family; a new family adds its endpoints to this list."""

from simulator.calls import Endpoint
from simulator.families import login, template, token, users

ENDPOINTS: dict[str, Endpoint] = {
    endpoint.path: endpoint for family in (token, login, template, users) for endpoint in family.ENDPOINTS
}
