"""A browser without JavaScript: reads forms from pages, fills fields by their labels, presses buttons."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


@dataclass
class Form:
    """One form: where it goes, what it would send, and which label or button means which field."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)  # label text -> field name
    choices: dict[tuple[str, str], str] = field(default_factory=dict)  # (field, text) -> value
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # (text, name, value)
    goes_to: dict[str, str] = field(default_factory=dict)  # button text -> formaction
    words: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms; a control outside a form may name its own by the form attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self.current: Form | None = None
        self.label: list[str] | None = None
        self.label_for = ""
        self.label_control: tuple[Form, str, str, str] | None = None
        self.names_by_id: dict[str, tuple[Form, str, str, str]] = {}
        self.waiting: list[tuple[str, str]] = []  # (label text, id)
        self.button: tuple[Form, str, str] | None = None
        self.formaction = ""
        self.text: list[str] = []
        self.select: tuple[Form, str] | None = None
        self.option = ""
        self.option_chosen = False
        self.area: tuple[Form, str] | None = None
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag in ("script", "style"):
            self.hidden += 1
        if tag == "form":
            self.current = Form(at.get("action", ""), at.get("method", "get").lower())
            self.forms[at.get("id", f"#{len(self.forms)}")] = self.current
        form = self.forms.get(at.get("form", ""), self.current)
        if tag == "label":
            self.label, self.label_for, self.label_control = [], at.get("for", ""), None
        if form is None:
            return
        if tag == "input":
            self._input(form, at)
        elif tag == "select":
            self.select = (form, at["name"])
            self.option_chosen = False
            self._control(form, at, "select")
        elif tag == "option" and self.select:
            self.option, self.text = at.get("value", ""), []
            if "selected" in at or not self.option_chosen:
                # Another select of this name keeps its own value.
                del form.values[len(form.values) - self.option_chosen :]
                form.values.append((self.select[1], self.option))
                self.option_chosen = True
        elif tag == "textarea":
            self.area, self.text = (form, at["name"]), []
            self._control(form, at, "text")
        elif tag == "button" and at.get("type", "submit") == "submit":
            self.button, self.text = (form, at.get("name", ""), at.get("value", "")), []
            self.formaction = at.get("formaction", "")

    def _control(self, form: Form, at: dict[str, str], kind: str) -> None:
        control = (form, at.get("name", ""), kind, at.get("value", "on"))
        if at.get("id"):
            self.names_by_id[at["id"]] = control
        if self.label is not None:
            self.label_control = control

    def _input(self, form: Form, at: dict[str, str]) -> None:
        kind = at.get("type", "text")
        if kind == "submit":
            form.buttons.append((at.get("value", ""), at.get("name", ""), at.get("value", "")))
            return
        self._control(form, at, kind)
        if kind not in ("checkbox", "radio") or "checked" in at:
            form.values.append((at.get("name", ""), at.get("value", "on" if kind == "checkbox" else "")))

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        self.words.append(data)
        self.text.append(data)
        if self.current is not None:
            self.current.words.append(data)
        if self.label is not None:
            self.label.append(data)

    def handle_endtag(self, tag: str) -> None:
        said = " ".join("".join(self.text).split())
        if tag in ("script", "style"):
            self.hidden -= 1
        elif tag == "form":
            self.current = None
        elif tag == "label" and self.label is not None:
            words = " ".join("".join(self.label).split())
            if self.label_for:
                self.waiting.append((words, self.label_for))
            elif self.label_control:
                self._name(words, self.label_control)
            self.label = None
        elif tag == "option" and self.select:
            self.select[0].choices[(self.select[1], said)] = self.option
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area:
            self.area[0].values.append((self.area[1], "".join(self.text).removeprefix("\n")))
            self.area = None
        elif tag == "button" and self.button:
            self.button[0].buttons.append((said, self.button[1], self.button[2]))
            if self.formaction:
                self.button[0].goes_to[said] = self.formaction
            self.button = None

    def _name(self, words: str, control: tuple[Form, str, str, str]) -> None:
        form, name, kind, value = control
        form.labels.setdefault(words, name)
        if kind in ("checkbox", "radio"):
            form.choices[(name, words)] = value

    def close(self) -> None:
        super().close()
        for words, control_id in self.waiting:
            if control_id in self.names_by_id:
                self._name(words, self.names_by_id[control_id])


class Page:
    """One page as it came: its status, its words, its forms and links."""

    def __init__(self, browser: "PlainBrowser", response: requests.Response) -> None:
        self.browser, self.status, self.url, self.html = (
            browser,
            response.status_code,
            response.url,
            response.text,
        )
        reader = _Reader()
        reader.feed(self.html)
        reader.close()
        self.forms = list(reader.forms.values())
        self.words = " ".join(" ".join(reader.words).split())

    def link(self, words: str) -> str:
        """Return the address behind the first link with these words."""
        for href, inner in re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', self.html, re.DOTALL):
            if words in " ".join(re.sub(r"<[^>]+>", "", inner).split()):
                return str(urljoin(self.url, href.replace("&amp;", "&")))
        raise AssertionError(f"no link “{words}” on {self.url}: {self.words[:600]}")

    def follow(self, words: str) -> "Page":
        """Follow the first link with these words."""
        return self.browser.open(self.link(words))

    def press(self, button: str, near: str = "", **fields: str | list[str]) -> "Page":
        """Fill fields by their labels and press the first button whose words contain `button`.

        `near` narrows to a form in which these words stand.
        """
        for form in self.forms:
            if near not in " ".join(form.words):
                continue
            for words, name, value in form.buttons:
                if button in words:
                    return self._send(form, fields, (name, value), form.goes_to.get(words, form.action))
        raise AssertionError(f"no button “{button}” on {self.url}: {self.words[:600]}")

    def _send(
        self, form: Form, fields: dict[str, str | list[str]], pressed: tuple[str, str], action: str
    ) -> "Page":
        values = list(form.values)
        for label, wanted in fields.items():
            found = [name for words, name in form.labels.items() if words == label or words.startswith(label)]
            if not found:
                raise AssertionError(f"no field “{label}”, only {sorted(form.labels)} on {self.url}")
            name = found[0]
            wanted_list = wanted if isinstance(wanted, list) else [wanted]
            chosen = [form.choices.get((name, text), text) for text in wanted_list]
            values = [pair for pair in values if pair[0] != name] + [(name, value) for value in chosen]
        if pressed[0]:
            values.append(pressed)
        address = str(urljoin(self.url, action)) if action else self.url
        if form.method == "get":
            return self.browser.open(address, params=values)
        return self.browser.send(address, values)


class PlainBrowser:
    """One person's browser: keeps cookies, follows redirects, runs no script."""

    password = ""  # of the person who uses it, for pages that ask again

    def __init__(self, base: str) -> None:
        self.base, self.http = base, requests.Session()
        self.http.trust_env = False

    def open(self, path: str, params: list[tuple[str, str]] | None = None) -> Page:
        """Open a page."""
        return Page(self, self.http.get(urljoin(self.base, path), params=params, timeout=20))

    def send(self, path: str, values: list[tuple[str, str]]) -> Page:
        """Post a form."""
        return Page(self, self.http.post(urljoin(self.base, path), data=values, timeout=20))
