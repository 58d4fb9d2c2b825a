"""WeChat's own addresses, and its check of the callback."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
