"""Every message and event as WeChat documents it: the elements, and what is read from them."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from wechat.account_events import (
    ServiceSession,
    Unknown,
    VerificationDue,
    VerificationExpired,
    VerificationFailed,
    VerificationPassed,
)
from wechat.messages import (
    FileMessage,
    ImageMessage,
    LinkMessage,
    OtherMessage,
    PlaceMessage,
    TextMessage,
    VideoMessage,
    VoiceMessage,
)
from wechat.person_events import (
    AuthorizationCancelled,
    AuthorizationRevoked,
    Choice,
    Clicked,
    InfoModified,
    Located,
    PageOpened,
    PicturesChosen,
    PlaceChosen,
    Scanned,
    ScanPushed,
    ScanWaited,
    SessionEntered,
    SubscribeChange,
    Subscribed,
    SubscribePopup,
    Unsubscribed,
    Viewed,
)
from wechat.push import Push
from wechat.result_events import (
    MassArticle,
    MassFinished,
    MediaChecked,
    PublishFinished,
    SentRow,
    SubscribeSent,
    TemplateResult,
)

Elements = dict[str, Any]


class Sample(NamedTuple):
    """One push: its own elements, the type it is read as, and what that type then says."""

    elements: Elements
    type: type[Push]
    says: dict[str, Any]


def message(kind: str, **own: Any) -> Elements:
    return {"MsgType": kind, **own, "MsgId": "6054768590064713728"}


def event(name: str, **own: Any) -> Elements:
    return {"MsgType": "event", "Event": name, **own}


PLACE = {"Location_X": "23.134521", "Location_Y": "113.358803", "Scale": "20", "Label": "村委会"}
MSG_ID = {"msg_id": "6054768590064713728"}
RENEWED = datetime(2014, 10, 31, 9, 9, 38, tzinfo=UTC)
SCAN = {"ScanType": "qrcode", "ScanResult": "https://dj.example.cn/c/AQ-x_y"}
PICTURES = {"Count": "2", "PicList": {"item": [{"PicMd5Sum": "1b5f"}, {"PicMd5Sum": "5a75"}]}}
ROW = {"TemplateId": "S1", "SubscribeStatusString": "accept", "PopupScene": "2"}
OFF = {"TemplateId": "S1", "SubscribeStatusString": "reject"}
SENT = {"TemplateId": "S1", "MsgID": "1700827132819554304", "ErrorCode": "0", "ErrorStatus": "success"}
COPY = {
    "ArticleIdx": "1",
    "UserDeclareState": "0",
    "AuditState": "2",
    "OriginalArticleUrl": "Url_1",
    "OriginalArticleType": "1",
    "CanReprint": "1",
    "NeedReplaceContent": "1",
    "NeedShowReprintSource": "1",
}
MASS = {
    "MsgID": "1000001625",
    "Status": "send success",
    "TotalCount": "100",
    "FilterCount": "80",
    "SentCount": "75",
    "ErrorCount": "5",
    "CopyrightCheckResult": {
        "Count": "2",
        "ResultList": {
            "item": [COPY, COPY | {"ArticleIdx": "2", "AuditState": "1", "OriginalArticleUrl": ""}]
        },
        "CheckState": "2",
    },
    "ArticleUrlResult": {"Count": "1", "ResultList": {"item": {"ArticleIdx": "1", "ArticleUrl": "Url"}}},
}
COUNTS = {"total": 100, "filtered": 80, "sent": 75, "failed": 5}
PUBLISHED = {
    "publish_id": "2247503051",
    "publish_status": "0",
    "article_id": " b5O2OUs25HBxRceL7hfReg ",
    "article_detail": {"count": "1", "item": {"idx": "1", "article_url": "http://mp.weixin.qq.com/s/x"}},
}
CHECKED = {
    "appid": "wx1",
    "trace_id": "60ae120f",
    "version": "2",
    "detail": [
        {"strategy": "content_model", "errcode": "0", "suggest": "pass", "label": "100", "prob": "90"}
    ],
    "errcode": "0",
    "errmsg": "ok",
    "result": {"suggest": "pass", "label": "100"},
}
PERSON = {"OpenID": "oPerson", "AppID": "wx1"}

MESSAGES: dict[str, Sample] = {
    "text": Sample(
        message("text", Content="签到 123456"),
        TextMessage,
        MSG_ID | {"content": "签到 123456", "menu_id": ""},
    ),
    "text from a menu": Sample(
        message("text", Content="满意", bizmsgmenuid="101"),
        TextMessage,
        {"content": "满意", "menu_id": "101"},
    ),
    "image": Sample(
        message("image", PicUrl="http://mmbiz.qpic.cn/1", MediaId="m1"),
        ImageMessage,
        MSG_ID | {"picture_url": "http://mmbiz.qpic.cn/1", "media_id": "m1"},
    ),
    "voice": Sample(
        message("voice", MediaId="m1", Format="amr", Recognition="腾讯微信团队", MediaId16K="m2"),
        VoiceMessage,
        {"media_id": "m1", "format": "amr"},
    ),
    "video": Sample(
        message("video", MediaId="m1", ThumbMediaId="t1"),
        VideoMessage,
        {"media_id": "m1", "thumb_media_id": "t1", "is_short": False},
    ),
    "shortvideo": Sample(
        message("shortvideo", MediaId="m1", ThumbMediaId="t1"), VideoMessage, {"is_short": True}
    ),
    "location": Sample(message("location", **PLACE), PlaceMessage, MSG_ID),
    "link": Sample(
        message("link", Title="公告", Description="说明", Url="https://example.cn"),
        LinkMessage,
        {"title": "公告", "description": "说明", "url": "https://example.cn"},
    ),
    "file": Sample(
        message("file", Title="表.xlsx", Description="", FileKey="k", FileMd5="d", FileTotalLen="7"),
        FileMessage,
        {"title": "表.xlsx"},
    ),
    "another": Sample(message("hologram"), OtherMessage, MSG_ID | {"type": "hologram"}),
}

EVENTS: dict[str, Sample] = {
    "follow": Sample(event("subscribe"), Subscribed, {"scene": ""}),
    "follow, with an empty key": Sample(event("subscribe", EventKey=""), Subscribed, {"scene": ""}),
    "follow by a code": Sample(
        event("subscribe", EventKey="qrscene_hall", Ticket="gQH4"), Subscribed, {"scene": "hall"}
    ),
    "unfollow": Sample(event("unsubscribe", EventKey=""), Unsubscribed, {}),
    "scan": Sample(event("SCAN", EventKey="hall", Ticket="gQH4"), Scanned, {"scene": "hall"}),
    "place": Sample(
        event("LOCATION", Latitude="23.137466", Longitude="113.352425", Precision="119.385040"), Located, {}
    ),
    "click": Sample(event("CLICK", EventKey="积分"), Clicked, {"key": "积分"}),
    "view": Sample(event("VIEW", EventKey="www.qq.com", MenuId="4"), Viewed, {"url": "www.qq.com"}),
    "view_miniprogram": Sample(
        event("view_miniprogram", EventKey="pages/home", MenuId="4"), PageOpened, {"page": "pages/home"}
    ),
    "scancode_push": Sample(
        event("scancode_push", EventKey="6", ScanCodeInfo=SCAN),
        ScanPushed,
        {"key": "6", "result": "https://dj.example.cn/c/AQ-x_y"},
    ),
    "scancode_waitmsg": Sample(
        event("scancode_waitmsg", EventKey="6", ScanCodeInfo=SCAN),
        ScanWaited,
        {"key": "6", "result": "https://dj.example.cn/c/AQ-x_y"},
    ),
    **{
        name: Sample(
            event(name, EventKey="6", SendPicsInfo=PICTURES), PicturesChosen, {"key": "6", "count": 2}
        )
        for name in ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")
    },
    "location_select": Sample(
        event("location_select", EventKey="6", SendLocationInfo=PLACE | {"Poiname": "礼堂"}),
        PlaceChosen,
        {"key": "6"},
    ),
    "template": Sample(
        event("TEMPLATESENDJOBFINISH", MsgID="200163836", Status="success"),
        TemplateResult,
        {"msgid": "200163836", "status": "success", "reason": ""},
    ),
    "template, blocked": Sample(
        event("TEMPLATESENDJOBFINISH", MsgID="200163837", Status="failed:user block"),
        TemplateResult,
        {"status": "failed", "reason": "user block"},
    ),
    "template, failed": Sample(
        event("templatesendjobfinish", MsgID="0", Status="failed: system failed"),
        TemplateResult,
        {"msgid": "0", "status": "failed", "reason": "system failed"},
    ),
    "mass": Sample(
        event("MASSSENDJOBFINISH", **MASS),
        MassFinished,
        COUNTS
        | {
            "msgid": "1000001625",
            "status": "send success",
            "articles": (MassArticle(1, "Url", 2, "Url_1"), MassArticle(2, "", 1, "")),
        },
    ),
    "mass, refused": Sample(
        event("MASSSENDJOBFINISH", MsgID="1000001625", Status="err(30003)", TotalCount="0"),
        MassFinished,
        {"status": "err(30003)", "total": 0, "sent": 0, "articles": ()},
    ),
    "publish": Sample(
        event("PUBLISHJOBFINISH", PublishEventInfo=PUBLISHED),
        PublishFinished,
        {"publish_id": "2247503051", "status": 0, "article_id": "b5O2OUs25HBxRceL7hfReg", "fail_idx": ()},
    ),
    "publish, refused": Sample(
        event(
            "FREEPUBLISHJOBFINISH",
            PublishEventInfo={"publish_id": "2247503051", "publish_status": "4", "fail_idx": ["1", "2"]},
        ),
        PublishFinished,
        {"status": 4, "fail_idx": (1, 2), "url": ""},
    ),
    "publish, unreadable": Sample(event("PUBLISHJOBFINISH"), Unknown, {"event": "publishjobfinish"}),
    "popup": Sample(
        event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": [ROW, OFF | {"PopupScene": "2"}]}),
        SubscribePopup,
        {"items": (Choice("S1", True, "2"), Choice("S1", False, "2"))},
    ),
    "change": Sample(
        event("subscribe_msg_change_event", SubscribeMsgChangeEvent={"List": OFF}),
        SubscribeChange,
        {"items": (Choice("S1", False, ""),)},
    ),
    "sent": Sample(
        event("subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": SENT}),
        SubscribeSent,
        {"items": (SentRow("S1", "1700827132819554304", 0, "success"),)},
    ),
    "sent, without a wrapper": Sample(
        event("subscribe_msg_sent_event", List=[SENT]),
        SubscribeSent,
        {"items": (SentRow("S1", "1700827132819554304", 0, "success"),)},
    ),
    "modified": Sample(
        event("user_info_modified", openid="oPerson", appid="wx1"), InfoModified, {"person": "oPerson"}
    ),
    "revoked": Sample(
        event("user_authorization_revoke", **PERSON, RevokeInfo="1"),
        AuthorizationRevoked,
        {"person": "oPerson", "revoked": "1"},
    ),
    "revoked, several": Sample(
        event("user_authorization_revoke", **PERSON, RevokeInfo=["1", "8"]),
        AuthorizationRevoked,
        {"person": "oPerson", "revoked": "1,8"},
    ),
    "cancelled": Sample(
        event("user_authorization_cancellation", **PERSON), AuthorizationCancelled, {"person": "oPerson"}
    ),
    "cancelled, by the sender": Sample(
        event("user_authorization_cancellation"), AuthorizationCancelled, {"person": "oA"}
    ),
    "tempsession": Sample(
        event("user_enter_tempsession", SessionFrom="home"), SessionEntered, {"source": "home"}
    ),
    "media": Sample(
        event("wxa_media_check", **CHECKED),
        MediaChecked,
        {"trace_id": "60ae120f", "errcode": 0, "suggest": "pass", "label": "100"},
    ),
    "media, not fetched": Sample(
        event("wxa_media_check", trace_id="60ae1210", errcode="-1008", errmsg="failed"),
        MediaChecked,
        {"errcode": -1008, "suggest": "", "label": ""},
    ),
    "papers": Sample(
        event("qualification_verify_success", ExpiredTime="1414746578"),
        VerificationPassed,
        {"what": "qualification", "expires_at": RENEWED},
    ),
    "papers, refused": Sample(
        event("qualification_verify_fail", FailTime="1442401122", FailReason="by time"),
        VerificationFailed,
        {"what": "qualification", "reason": "by time"},
    ),
    "name": Sample(
        event("naming_verify_success", ExpiredTime="1414746578"),
        VerificationPassed,
        {"what": "naming", "expires_at": RENEWED},
    ),
    "name, refused": Sample(
        event("naming_verify_fail", FailTime="1442401061", FailReason="by time"),
        VerificationFailed,
        {"what": "naming", "reason": "by time"},
    ),
    "renew": Sample(
        event("annual_renew", ExpiredTime="1414746578"), VerificationDue, {"expires_at": RENEWED}
    ),
    "expired": Sample(
        event("verify_expired", ExpiredTime="1414746578"), VerificationExpired, {"expires_at": RENEWED}
    ),
    "expired, no time": Sample(event("verify_expired"), VerificationExpired, {"expires_at": None}),
    "service begins": Sample(
        event("kf_create_session", KfAccount="a@b"),
        ServiceSession,
        {"act": "create", "account": "a@b", "to_account": ""},
    ),
    "service ends": Sample(
        event("kf_close_session", KfAccount="a@b"), ServiceSession, {"act": "close", "account": "a@b"}
    ),
    "service goes on": Sample(
        event("kf_switch_session", FromKfAccount="a@b", ToKfAccount="c@d"),
        ServiceSession,
        {"act": "switch", "account": "a@b", "to_account": "c@d"},
    ),
    "unheard of": Sample(event("debug_demo", debug_str="hello"), Unknown, {"event": "debug_demo"}),
}

SAMPLES = MESSAGES | EVENTS
