"""What is wrong with a page as it stands: for a screen reader, a thumb on a narrow phone, a keyboard.

axe is https://github.com/dequelabs/axe-core, from npm.
"""

from typing import Any

from playwright.sync_api import Page

from tests.chromium import MODULES

SCRIPT = MODULES / "axe-core/axe.min.js"
GRAVE = ("serious", "critical")
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What can be touched and is lower or narrower than a thumb. A tick counts by its label, a link in a
# sentence and whatever only a screen reader finds do not.
TOO_SMALL = """() => {
  const touched = 'a[href], button, input:not([type=hidden]), select, textarea, summary, label:has(input), '
    + 'label.now, .chips label';
  const sentence = 'a:not(.button), button.plain', around = 'p:not(.actions), li, dd, .crumbs';
  return [...document.querySelectorAll(touched)]
    .filter(one => one.checkVisibility() && getComputedStyle(one).clipPath === 'none')
    .filter(one => !one.matches('label input[type=checkbox], label input[type=radio]'))
    .filter(one => !(one.matches(sentence) && one.closest(around)))
    .filter(one => [one.offsetWidth, one.offsetHeight].some(size => size < 44))
    .map(one => `${one.offsetWidth} x ${one.offsetHeight}: ${one.outerHTML.slice(0, 90)}`);
}"""
# Every control that Tab has to reach, in the order of the page; of radio buttons the chosen one or the first.
CONTROLS = """part => {
  for (const one of document.querySelectorAll('details:not(.menu)')) one.open = true;
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const all = [...document.querySelector(part).querySelectorAll(wanted)]
    .filter(one => one.tabIndex === 0 && !one.disabled && one.checkVisibility({visibilityProperty: true}));
  const group = one => all.filter(other => other.type === 'radio' && other.name === one.name);
  window.controls = all.filter(one => one.type !== 'radio'
    || one === (group(one).find(other => other.checked) || group(one)[0]));
  return window.controls.map(one => one.outerHTML.slice(0, 90));
}"""
# Which of them has the focus, and what hides that: what is only read aloud shows it on its label.
FOCUS = """() => {
  const one = document.activeElement;
  const unseen = getComputedStyle(one).clipPath !== 'none';
  const shown = unseen ? document.querySelector(`label[for="${one.id}"]`) : one;
  const box = shown.getBoundingClientRect(), style = getComputedStyle(shown);
  const x = (box.left + box.right) / 2, y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const top = document.elementFromPoint(x, y);
  let under = shown.parentElement;
  while (under && /, 0\\)$/.test(getComputedStyle(under).backgroundColor)) under = under.parentElement;
  const light = colour => {
    const parts = colour.match(/[0-9.]+/g).slice(0, 3).map(part => part / 255)
      .map(part => part > 0.04045 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92);
    return 0.05 + 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const ring = light(style.outlineColor);
  const ground = light(under ? getComputedStyle(under).backgroundColor : 'rgb(255, 255, 255)');
  const faults = [];
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) faults.push('no ring');
  if (Math.max(ring, ground) < 3 * Math.min(ring, ground)) faults.push('ring like its ground');
  const covered = !top || !(shown.contains(top) || top.contains(shown));
  if (covered || !box.width) faults.push('covered, hidden or outside the window');
  return [window.controls.indexOf(one), faults.join(', ')];
}"""
STOPS = 8  # more than a field for date and time has of its own


def violations(page: Page) -> list[str]:
    """Return what is serious or critical on the page as it stands: a line for each element, with its rule."""
    page.wait_for_load_state()  # a click may have led here: half a page has half its faults
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(said => said.violations)")
    return [
        f"{rule['impact']} {rule['id']}: {rule['help']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


def misfits(page: Page) -> list[str]:
    """Return by how much the page sticks out, and what on it a thumb cannot hit."""
    page.wait_for_load_state()
    wide: int = page.evaluate(TOO_WIDE)
    small: list[str] = page.evaluate(TOO_SMALL)
    return [f"sticks out by {wide}"] * (wide > 0) + small


def out_of_reach(page: Page, part: str = "body") -> list[str]:
    """Press Tab through the page or a part; return what it does not reach in order, or reaches unseen."""
    page.wait_for_load_state()
    controls: list[str] = page.evaluate(CONTROLS, part)
    found: list[str] = []
    for at, control in enumerate(controls):
        reached, fault = -1, ""
        for _ in range(STOPS):
            page.keyboard.press("Tab")
            reached, fault = page.evaluate(FOCUS)
            if reached != at - 1:
                break
        if reached != at:
            return [
                *found,
                f"Tab reaches {controls[reached] if reached >= 0 else 'nothing'} before {control}",
            ]
        if fault:
            found.append(f"{fault}: {control}")
    return found
