"""Customer messages: allowed for a while after the person did something."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
