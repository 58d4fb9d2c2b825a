"""Messages to many followers at once."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
