"""The forms that a page holds, as a browser would send them: found by reading the page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Fields = list[tuple[str, str]]


@dataclass
class Form:
    """One form: where it goes, the fields it would send untouched, and those that take a file."""

    action: str
    fields: Fields = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    buttons: Fields = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Return the fields that somebody could change; the csrf is not one."""
        named = dict.fromkeys(name for name, _ in (*self.fields, *self.buttons))
        return [name for name in (*named, *self.files) if name != "csrf"]


class _Reader(HTMLParser):
    """Reads forms; what stands elsewhere names its form by `form=`."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms, self.ids = address, list[Form](), dict[str, Form]()
        self.outside = list[tuple[str, str, dict[str, str]]]()
        self.form: Form | None = None
        self.select: tuple[Form, str, list[str]] | None = None
        self.text: tuple[Form, str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(said.get("action") or self.address) if said.get("method") == "post" else None
            if self.form:
                self.forms.append(self.form)
                self.ids[said.get("id", "")] = self.form
            return
        form = self.ids.get(said["form"]) if "form" in said else self.form
        if form is not None and tag == "option" and self.select:
            self.select[2].insert(0 if "selected" in said else len(self.select[2]), said.get("value", ""))
        elif form is not None and said.get("name"):
            self._field(form, tag, said)

    def _field(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name, value, kind = said["name"], said.get("value", ""), said.get("type", "text")
        if tag == "button":
            form.buttons.append((name, value))
        elif tag == "select":
            self.select = (form, name, [])
        elif tag == "textarea":
            self.text = (form, name, [])
        elif tag == "input" and kind == "file":
            form.files.append(name)
        elif tag == "input" and (kind not in ("checkbox", "radio") or "checked" in said):
            form.fields.append((name, value))
        elif tag == "input":
            form.buttons.append((name, value))  # sent only if chosen, as a button

    def handle_data(self, data: str) -> None:
        if self.text:
            self.text[2].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select:
            form, name, values = self.select
            form.fields.append((name, values[0] if values else ""))
            self.select = None
        elif tag == "textarea" and self.text:
            form, name, parts = self.text
            form.fields.append((name, "".join(parts)))
            self.text = None


def forms_of(page: str, address: str) -> list[Form]:
    """Return the forms of a page that change something."""
    reader = _Reader(address)
    reader.feed(page)
    return reader.forms


def alerts_of(page: str) -> list[str]:
    """Return what a page says in its head and in its alerts."""
    reader = _Alerts()
    reader.feed(page)
    return [" ".join("".join(parts).split()) for parts in reader.found]


class _Alerts(HTMLParser):
    """Reads the text of the headline and of every element that is an alert."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self.open: list[tuple[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "h1" or ("role", "alert") in attrs:
            self.found.append([])
            self.open.append((tag, self.found[-1]))

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1][0] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for _, parts in self.open:
            parts.append(data)
