"""Tags of followers, the people under them, and the blacklist."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
