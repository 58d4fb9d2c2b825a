"""What a ruler and axe find wrong with a page, on each screen it has to fit."""

from pathlib import Path

from tests.mini_program.phone import Phone

SCRIPT = Path(__file__).with_name("measures.js")
# Width and height; whether in large type. The smallest phone is looked at where it is hardest.
SCREENS = (
    ((375, 667), False),
    ((375, 667), True),
    ((414, 896), False),
    ((414, 896), True),
    ((320, 568), True),
)
EXAMINED = 375  # where axe looks too


def show(phone: Phone, size: tuple[int, int], *, large: bool) -> None:
    """Give the phone another screen and the setting of type, without opening the page anew."""
    page = phone.page
    if not page.evaluate("'measures' in window"):
        page.evaluate(SCRIPT.read_text("utf-8"))
    phone.size = {"width": size[0], "height": size[1]}
    page.set_viewport_size(phone.size)  # type: ignore[arg-type]
    page.evaluate("large => __mp.chooseLarge(large)", large)


def faults(phone: Phone) -> list[str]:
    """Return everything that is wrong with the page as it stands, each with the screen it was seen on."""
    found: list[str] = []
    for size, large in SCREENS:
        show(phone, size, large=large)
        seen: list[str] = phone.page.evaluate("large => measures.faults(large)", large)
        if size[0] == EXAMINED:
            seen += [f"axe: {one}" for one in phone.axe()]
        found += [f"{size[0]}{' large' * large} {one}" for one in seen]
    return found + [f"unreadable: {one}" for one in phone.page.evaluate("measures.unreadable()")]
