"""QR codes of an official account with a scene, and their pictures."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
