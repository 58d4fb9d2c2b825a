"""What the chat says about points and stars, to the member alone."""

from collections.abc import Iterable, Sequence

from handlers.chat.words import BIND, wrapped
from models.clock import day_text
from models.points.cycle import cycle_words
from models.points.exact import show
from models.points.result import PartTally, Standing
from models.ratings.statement.stars import StarView
from models.ratings.statement.statement import EntryView, Statement

# WeChat: a reply has at most 2,048 bytes; and more than 600 signs nobody reads on a phone.
LONGEST_REPLY, MOST_SIGNS = 2000, 600
ENTRIES = 5
POINTS_ARE_PRIVATE = "积分只给本人看，请先绑定。\n" + BIND
STARS_ARE_PRIVATE = "星级只给本人看，请先绑定。\n" + BIND
NO_SCHEME = "支部还没有定积分办法，\n定好了这里就能看。"
SHARED_PHONE = "这个手机号不止一位同志用，\n这里只显示总分，\n各条请到支部看。"
SHARED_STARS = "这个手机号不止一位同志用，\n这里只显示星级，\n怎么评的请到支部看。"
MORE = "这里写不全，\n写不下的请到支部看。"
FOOT = "星级由支部大会定。\n哪条不对，请告诉支部。"
STARS_FOOT = "对星级有不同意见，\n公示期内请告诉支部。"


def points_words(name: str, points: Statement, *, is_shared: bool) -> str:
    """Say the total, each part with its reason, and the newest entries, as long as there is room.

    Where a family shares the number, the total alone. Who is 不参评 has no total.
    """
    balance = points.balance
    total = "不参评" if balance.is_outside else f"{show(balance.total)} 分"
    head = f"{name} 同志\n{cycle_words(balance.cycle)}\n【到今天 {total}】"
    if is_shared:
        return f"{head}\n\n{SHARED_PHONE}"
    body = [_part(part) for part in balance.parts]
    if points.entries:
        body.append("最近几条：\n" + "\n".join(_entry(entry) for entry in points.entries[:ENTRIES]))
    return _within(head, body, FOOT)


def _within(head: str, blocks: Iterable[str], foot: str) -> str:
    """Put blocks between head and foot, each that there is still room for, and say if some had none."""
    every = list(blocks)
    if _has_room(whole := "\n\n".join([head, *every, foot])):
        return whole
    said, foot = head, f"{MORE}\n\n{foot}"
    for block in every:
        if _has_room(f"{said}\n\n{block}\n\n{foot}"):
            said += f"\n\n{block}"
    return f"{said}\n\n{foot}"


def _has_room(text: str) -> bool:
    return len(text) < MOST_SIGNS and len(text.encode()) <= LONGEST_REPLY


def _part(part: PartTally) -> str:
    most = f"（上限 {show(part.cap)}）" if part.cap is not None else ""
    value = "还没评" if part.pending else show(part.subtotal)
    return f"{part.title} {value}{most}\n{wrapped(part.why)}"


def _entry(entry: EntryView) -> str:
    sign = "+" if entry.points > 0 else ""
    shown = show(entry.points).replace("-", "−")
    return f"{day_text(entry.occurred_on)[:-3]} {entry.title} {sign}{shown}"


def stars_words(name: str, stars: Sequence[StarView], standing: Standing | None, *, is_shared: bool) -> str:
    """Say the last star that was put up with its reasons, and those before; none is foretold.

    Without one, say who decides; whoever stands outside the rating is told so. `standing`: None without
    a scheme.
    """
    told = [star for star in stars if star.is_told]
    if not told:
        return _no_star_words(name, standing)
    last = told[0]
    head = f"{name} 同志\n【{cycle_words(last.cycle)} {last.label}】"
    if is_shared:
        return f"{head}\n\n{SHARED_STARS}"
    blocks = [wrapped(f"{reason}。") for reason in last.reasons]
    if last.sheet:
        blocks.append(f"公示：{day_text(last.sheet.posted_on)[:-3]}至{day_text(last.sheet.ends_on)[:-3]}")
    blocks += ["\n".join(f"{cycle_words(star.cycle)} {star.label}" for star in told[1:4])] if told[1:] else []
    return _within(head, blocks, STARS_FOOT)


def _no_star_words(name: str, standing: Standing | None) -> str:
    if standing == "not_rated":
        return f"{name} 同志\n【不参评】\n这是支部大会定的，\n不影响您参加组织生活。"
    if standing == "exempt":
        return f"{name} 同志\n【不参评】\n积分办法规定您这一类不参评，\n不影响您参加组织生活。"
    return f"{name} 同志\n星级由支部大会定，还没有评。\n看分数，请发：积分"
