"""What happens to requests between a phone and the backend: errors in its place, and waiting."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import APIResponse, BrowserContext, Route

API = re.compile("/api/v1/")


@dataclass
class Order:
    """What to do with a request of this method to this path below /api/v1."""

    method: str
    path: str
    answer: dict[str, object] | None = None  # None holds it back
    late: bool = False  # the backend answers at once, the phone hears it only then
    held: list[tuple[Route, APIResponse | None]] = field(default_factory=list)

    def meets(self, route: Route) -> bool:
        """Whether it is about this request."""
        path = route.request.url.partition("/api/v1")[2].partition("?")[0]
        return (self.method, self.path) == (route.request.method, path)


class Network:
    """The network of one phone; without an order nothing stands in a request's way."""

    def __init__(self, context: BrowserContext) -> None:
        self.context, self.orders = context, list[Order]()
        self._is_asked = False

    def order(self, order: Order) -> None:
        """Add an order; the first that meets a request is followed."""
        self.orders.append(order)
        if not self._is_asked:
            self.context.route(API, self._take)
        self._is_asked = True

    def _take(self, route: Route) -> None:
        order = next((one for one in self.orders if one.meets(route)), None)
        if order is None:
            route.continue_()
        elif order.answer is None:
            order.held.append((route, route.fetch() if order.late else None))
        else:
            self.orders.remove(order)
            route.fulfill(**order.answer)  # type: ignore[arg-type]

    @contextmanager
    def held(self, order: Order) -> Iterator[None]:
        """Hold requests back, or their answers, until the block ends; then let them through."""
        self.order(order)
        try:
            yield
        finally:
            self.orders.remove(order)
            for route, response in order.held:
                if response is None:
                    route.continue_()
                else:
                    route.fulfill(response=response)


def refusal(status: int, code: str, message: str, headers: dict[str, str]) -> dict[str, object]:
    """Return an answer as the backend words its errors."""
    body = json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False)
    return {"status": status, "body": body, "headers": {"content-type": "application/json", **headers}}
