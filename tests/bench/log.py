"""The log of a bench: its own lines and those of its processes, but for the faults that the bench ordered."""

import logging
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

GATEWAY = "wechat.gateway"
NO_ANSWER = None


@contextmanager
def written_to(path: Path) -> Iterator[None]:
    """Send what this process and those it starts print or log into a file, written anew."""
    path.write_bytes(b"")
    with path.open("ab") as file:
        kept = {stream: os.dup(stream.fileno()) for stream in (sys.stdout, sys.stderr)}
        handler = logging.FileHandler(path, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger().addHandler(handler)
        try:
            for stream in kept:
                stream.flush()
                os.dup2(file.fileno(), stream.fileno())
            yield
        finally:
            for stream, was in kept.items():
                stream.flush()
                os.dup2(was, stream.fileno())
                os.close(was)
            logging.getLogger().removeHandler(handler)
            handler.close()


@contextmanager
def quiet_about(ordered: Collection[tuple[str, int | None]]) -> Iterator[None]:
    """Count what the gateway says of faults that were ordered, each by its path and its errcode or NO_ANSWER.

    One line at the end says how many there were; whatever else it says is logged as ever.
    """
    met = 0

    def is_news(record: logging.LogRecord) -> bool:
        nonlocal met
        path, errcode = (*record.args, None)[:2] if isinstance(record.args, tuple) else (None, None)
        if (path, errcode if isinstance(errcode, int) else NO_ANSWER) not in ordered:
            return True
        met += 1
        return False

    log = logging.getLogger(GATEWAY)
    log.addFilter(is_news)
    try:
        yield
    finally:
        log.removeFilter(is_news)
        log.warning("%d calls met a fault that was ordered", met)
