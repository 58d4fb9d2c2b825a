"""Templates of subscription messages, taken from WeChat's public library."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
