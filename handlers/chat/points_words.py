"""What the chat says about points and stars, to the member alone."""

from handlers.chat.words import BIND, wrapped
from models.clock import day_text
from models.people.member import SpellKind
from models.points.exact import show
from models.points.result import PartTally
from models.points.statement import EntryView, Statement

# WeChat: a reply has at most 2,048 bytes.
LONGEST_REPLY = 2000
ENTRIES = 5
POINTS_ARE_PRIVATE = "积分只给本人看，请先绑定。\n" + BIND
STARS_ARE_PRIVATE = "星级只给本人看，请先绑定。\n" + BIND
NO_SCHEME = "支部还没有定积分办法，\n定好了这里就能看。"
SHARED_PHONE = "这个手机号不止一位同志用，\n这里只显示总分，\n各条请到支部看。"
FOOT = "星级由支部大会定。\n哪条不对，请告诉支部。"


def points_words(name: str, points: Statement, *, is_shared: bool) -> str:
    """Say the total, each part with its reason, and the newest entries, as long as WeChat takes it.

    Where a family shares the number, the total alone.
    """
    head = f"{name} 同志\n【{_cycle(points.cycle)}，到今天 {show(points.total)} 分】"
    if is_shared:
        return f"{head}\n\n{SHARED_PHONE}"
    body = [_part(part) for part in points.parts]
    if points.entries:
        body.append("最近几条：\n" + "\n".join(_entry(entry) for entry in points.entries[:ENTRIES]))
    said = head
    for block in body:
        if len(f"{said}\n\n{block}\n\n{FOOT}".encode()) <= LONGEST_REPLY:
            said += f"\n\n{block}"
    return f"{said}\n\n{FOOT}"


def _part(part: PartTally) -> str:
    most = f"（上限 {show(part.cap)}）" if part.cap is not None else ""
    value = "还没评" if part.pending else show(part.subtotal)
    return f"{part.title} {value}{most}\n{wrapped(part.why)}"


def _entry(entry: EntryView) -> str:
    sign = "+" if entry.points > 0 else ""
    shown = show(entry.points).replace("-", "−")
    return f"{day_text(entry.occurred_on)[:-3]} {entry.title} {sign}{shown}"


def _cycle(cycle: str) -> str:
    year, rest = cycle[:4], cycle[4:]
    match rest[:1]:
        case "":
            return f"{year}年度"
        case "H":
            return f"{year}年{'上' if rest == 'H1' else '下'}半年"
        case "Q":
            return f"{year}年第{rest[1]}季度"
        case _:
            return f"{year}年{int(rest[1:])}月"


def stars_words(name: str, kinds: set[SpellKind]) -> str:
    """Say who decides on stars, and that nobody has yet; whoever stands outside the rating is told so."""
    if SpellKind.NOT_RATED in kinds:
        return f"{name} 同志\n【不参评】\n这是支部大会定的，\n不影响您参加组织生活。"
    if SpellKind.EXEMPT in kinds:
        return f"{name} 同志\n【不参评】\n长期不作要求期间不评星级。"
    return f"{name} 同志\n星级由支部大会定，还没有评。\n看分数，请发：积分"
