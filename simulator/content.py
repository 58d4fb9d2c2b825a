"""What WeChat does to an article's HTML: scripts go, and pictures that were not uploaded to it."""

import re
from collections.abc import Collection
from html import escape
from html.parser import HTMLParser

WITH_CONTENT = {"script", "style", "iframe", "object", "noscript"}
ALONE = {"embed", "link", "meta", "base", "form", "input", "button"}
VOID = {"br", "hr", "img", "col", "wbr", "source"}
SHOWN = {"img", "image", "source", "video", "audio", "picture"}
SOURCES = ("src", "data-src", "href", "xlink:href", "poster")
LINKS = {*SOURCES, "action", "formaction"}
ACTIVE = ("javascript:", "vbscript:", "data:")
SKIPPED = re.compile(r"[\x00-\x20]")  # what browsers leave out of an address
STYLED = re.compile(r"url\(([^)]*)\)", re.IGNORECASE)
QUOTED = " \t\r\n\f'\""


def stripped(content: str, addresses: Collection[str]) -> str:
    """Write the HTML again without scripts, handlers, frames and pictures from elsewhere.

    `addresses` are those of the account's own pictures; another's `img` goes altogether. Source: WeChat,
    add draft.
    """
    writer = _Writer(addresses)
    writer.feed(content)
    writer.close()
    return "".join(writer.written)


class _Writer(HTMLParser):
    def __init__(self, addresses: Collection[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.addresses = addresses
        self.written: list[str] = []
        self.inside: list[str] = []

    def parse_html_declaration(self, i: int) -> int:
        # To browsers <![if ...]> and its like are comments; the parser stops at those that it does not know.
        if self.rawdata.startswith("<![", i):
            return self.parse_bogus_comment(i)
        return super().parse_html_declaration(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in WITH_CONTENT:
            self.inside.append(tag)
        elif not self.inside and tag not in ALONE:
            self._write(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.inside and tag not in ALONE | WITH_CONTENT:
            self._write(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass
        elif not self.inside and tag not in ALONE | VOID | WITH_CONTENT:
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.written.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _write(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        sources = [told[name] for name in SOURCES if name in told]
        if tag in SHOWN and not (sources and all(source in self.addresses for source in sources)):
            return
        kept = "".join(
            f' {name}="{escape(self._value(name, value))}"'
            for name, value in told.items()
            if _may(name, value)
        )
        self.written.append(f"<{tag}{kept}>")

    def _value(self, name: str, value: str) -> str:
        if name != "style":
            return value
        return STYLED.sub(
            lambda found: found[0] if found[1].strip(QUOTED) in self.addresses else "none", value
        )


def _may(name: str, value: str) -> bool:
    if name.startswith("on") or name in ("srcset", "background"):
        return False
    return name not in LINKS or not SKIPPED.sub("", value).lower().startswith(ACTIVE)
