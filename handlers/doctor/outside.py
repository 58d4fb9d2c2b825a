"""What the doctor sees outside: WeChat's interface for both apps, and our own address as others reach it."""

import re
from collections.abc import Iterator

import requests

from handlers.doctor.database import apart
from handlers.doctor.finding import Finding, Subject
from handlers.mini_program_push import ADDRESS as MINI_ADDRESS
from handlers.official_account import ADDRESS as ACCOUNT_ADDRESS
from wechat.callback import Callback, challenge
from wechat.errors import WechatError
from wechat.gateway import TOKEN_PATH, Gateway
from wechat.network import losses, moment_at, quota_of
from wechat.subscribe import SUBSCRIBE_SEND
from wechat.template import TEMPLATE_SEND

FIXES = {
    40001: "{secret} 不对，到微信后台重置 AppSecret，填上再启动",
    40125: "{secret} 不对，到微信后台重置 AppSecret，填上再启动",
    40013: "config.toml 里的 appid 不对",
    40243: "AppSecret 被冻结了，到微信后台解冻",
    50004: "账号被禁用了，到微信后台看原因",
    50007: "账号被冻结了，到微信后台看原因",
    89503: "请管理员在微信里确认这次调用，再查一次",
    89506: "管理员拒绝了这个地址，一天以后再试",
    89507: "管理员拒绝了这个地址，一小时以后再试",
}
NO_CALLBACK = 40201
FEW = 100  # messages, about one branch's notices of a day


def look_at_clock(subject: Subject) -> Iterator[Finding]:
    """Compare our clock with WeChat's, where it can be reached."""
    if (found := moment_at(subject.wechat_url)) is not None:
        yield apart("微信的时钟", (subject.now() - found).total_seconds())


def look_at_account(subject: Subject) -> Iterator[Finding]:
    """Ask as the official account; one that sends no templates is asked for the token alone."""
    sends = subject.parts.installation.channels.account_appid is not None
    asked = list(_ask("公众号", subject.account, "WECHAT_OA_SECRET", TEMPLATE_SEND if sends else None))
    yield from asked
    if not asked[0].is_well:
        return
    try:
        lost = losses(subject.account)
    except WechatError as failure:
        if failure.errcode == NO_CALLBACK:
            yield Finding(
                "微信看公众号的网址", "后台没有填服务器地址", f"填 PUBLIC_BASE_URL{ACCOUNT_ADDRESS}"
            )
        return
    worst = "、".join(sorted({one for one in lost if one != "0%"}))
    if worst or not lost:
        yield Finding("微信看公众号的网址", f"丢包 {worst or '100%'}", "看服务器的网络、防火墙和域名解析")
    else:
        yield Finding("微信看公众号的网址", "通")


def look_at_mini(subject: Subject) -> Iterator[Finding]:
    """Ask as the mini-program."""
    yield from _ask("小程序", subject.mini, "WECHAT_MINI_SECRET", SUBSCRIBE_SEND)


def _ask(title: str, gateway: Gateway, secret: str, path: str | None) -> Iterator[Finding]:
    what = f"{title}的微信接口"
    try:
        quota = quota_of(gateway, path or TEMPLATE_SEND)
    except WechatError as failure:
        if failure.errcode is not None and failure.path != TOKEN_PATH:
            yield Finding(what, "通，取得到 access_token")  # the token is there, the quota is nobody's
            if path is not None:
                yield Finding(
                    f"{title}发消息", f"微信不让查次数（{failure.errcode}）", "看微信后台有没有这项接口权限"
                )
            return
        yield Finding(what, *_why(failure, secret))
        return
    yield Finding(what, "通，取得到 access_token")
    if path is not None:
        how = f"今天还能发 {quota.left} 条" if quota.most else "没有限次"
        short = quota.most and (quota.left < FEW or quota.left * 10 < quota.most)
        yield Finding(f"{title}发消息", how, "夜里 12 点以后恢复；急的照电话名单打" if short else "")


def _why(failure: WechatError, secret: str) -> tuple[str, str]:
    if failure.errcode is None:
        return "连不上", "看服务器的网络和 WECHAT_API_BASE"
    how = f"微信不答应（{failure.errcode}）"
    if failure.errcode == 40164:
        found = re.search(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}", failure.errmsg)
        return how, f"在微信后台的“IP 白名单”里加上 {found[0] if found else '服务器的出口地址'}"
    return how, FIXES.get(failure.errcode, "照微信的错误码办").format(secret=secret)


def look_at_address(subject: Subject) -> Iterator[Finding]:
    """Ask our own address as anybody would."""
    installation = subject.parts.installation
    if not installation.base_url.startswith("https://") and not installation.demonstration:
        yield Finding("对外的网址", "不是 https", "PUBLIC_BASE_URL 要以 https:// 开头")
        return
    answer = _get(f"{installation.base_url}/healthz")
    if isinstance(answer, str):
        yield Finding("对外的网址", answer, "看域名、反向代理和 serve")
    elif answer.status_code != 200 or '"ok"' not in answer.text[:100]:
        yield Finding("对外的网址", f"打开的不是本平台（{answer.status_code}）", "看反向代理指到哪里")
    else:
        yield Finding("对外的网址", "打得开")


def look_at_callbacks(subject: Subject) -> Iterator[Finding]:
    """Ask both callbacks as WeChat's console does: only the same tokens give the right answer."""
    parts = subject.parts
    yield _proved("公众号", subject, parts.account_callback, ACCOUNT_ADDRESS)
    yield _proved("小程序", subject, parts.mini_callback, MINI_ADDRESS)


def _proved(title: str, subject: Subject, callback: Callback, address: str) -> Finding:
    what, query = f"{title}的服务器地址", challenge(callback, now=subject.now())
    answer = _get(subject.parts.installation.base_url + address, query)
    if isinstance(answer, str):
        return Finding(what, answer, "看域名、反向代理和 serve")
    if answer.status_code == 200 and answer.text == query["echostr"]:
        return Finding(what, "答得对")
    return Finding(
        what, f"答得不对（{answer.status_code}）", "网址后面不是这一套平台，或者换了令牌没有重启 serve"
    )


def _get(url: str, params: dict[str, str] | None = None) -> requests.Response | str:
    with requests.Session() as session:
        session.trust_env = url.startswith("https:")  # a proxy is not for what runs next door
        try:
            return session.get(url, params=params, timeout=(3, 5), allow_redirects=False)
        except requests.exceptions.SSLError:
            return "证书不对"
        except requests.RequestException:
            return "打不开"
