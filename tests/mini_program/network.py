"""The network of a phone, as a test disturbs it: gone, slow, silent, or an answer in the backend's place."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Route

NO_ANSWER = 60  # milliseconds after which a request that is not answered ends, in place of its own


class Network:
    """What lies between one phone and the backend."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self._orders: list[dict[str, Any]] = []
        self._routes_api = False

    def tell(self, hook: str, value: Any) -> None:
        """Set a hook of hooks.js, now and for the next start."""
        raise NotImplementedError

    def offline(self) -> None:
        """Take the network away."""
        self.context.set_offline(True)

    def online(self) -> None:
        """Give the network back."""
        self.context.set_offline(False)

    def fail_next(
        self,
        method: str,
        path: str,
        status: int,
        code: str = "unavailable",
        message: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer the next such request, to /api/v1 + `path`, with an error in place of the backend."""
        body = {"error": {"code": code, "message": message}}
        self._order(method, path, status=status, body=json.dumps(body), headers=headers or {})

    def no_answer(self, method: str, path: str) -> None:
        """Let the next such request reach nobody; its time is up at once."""
        self.tell("patience", NO_ANSWER)
        self._order(method, path, lost=True)

    @contextmanager
    def slow(self, method: str, path: str) -> Iterator[None]:
        """Hold such a request back until the block ends."""
        order = self._order(method, path, held=[])
        yield
        for route in order["held"]:
            route.continue_()
        order["held"] = None

    def _order(self, method: str, path: str, **order: Any) -> dict[str, Any]:
        if not self._routes_api:
            self.context.route(re.compile("/api/v1/"), self._answer)
            self._routes_api = True
        order |= {"method": method, "path": f"/api/v1{path}"}
        self._orders.append(order)
        return order

    def _answer(self, route: Route) -> None:
        asked = route.request
        path = asked.url.partition("/api/v1")[2].partition("?")[0]
        for order in self._orders:
            if (order["method"], order["path"]) != (asked.method, f"/api/v1{path}"):
                continue
            if order.get("held", ()) is None:
                continue
            if "held" in order:
                order["held"].append(route)
                return
            self._orders.remove(order)
            if not order.get("lost"):
                route.fulfill(
                    status=order["status"],
                    body=order["body"],
                    headers={"content-type": "application/json", **order["headers"]},
                )
            return
        route.continue_()
