"""Twenty attacks that were seen elsewhere, what stands against each here, and the tests that prove it.

Each goes red when its check is taken out. docs/安全.md tells the same to people.
"""

from typing import NamedTuple


class Attack(NamedTuple):
    """One attack: what is tried, what stands against it, and which tests go red without that."""

    tried: str
    stopped_by: str
    tests: tuple[str, ...]


ATTACKS = {
    "A1": Attack(
        "出厂账号、弱口令、公开的监控页",
        "不带任何账号；正式运行拒绝示例密钥、弱密钥、http 地址和演示账号；/metrics 要令牌",
        (
            "tests/test_settings.py::test_production_refuses_plain_http_and_sample_secrets",
            "tests/handlers/test_metrics.py::test_figures_are_not_shown_without_the_token",
        ),
    ),
    "A2": Attack(
        "用仓库里的密钥签会场码和票",
        "密钥只来自环境变量，至少 32 位，新旧两把轮换；每次检查都查文件夹里有没有密钥（make secrets）",
        (
            "tests/hard/test_attacks.py::test_code_signed_with_another_key_is_worthless_and_with_the_old_one_good",
            "tests/test_settings.py::test_production_refuses_plain_http_and_sample_secrets",
        ),
    ),
    "A3": Attack(
        "换编号看别的支部的记录",
        "每一行都先看提问的人管不管得到，管不到的一律 404",
        (
            "tests/handlers/test_routes.py::test_some_of_each_kind_get_what_the_table_says",
            "tests/handlers/test_routes.py::test_all_others_get_what_the_table_says_of_every_row",
        ),
    ),
    "A4": Attack(
        "自己报 openid、党员或支部编号",
        "是谁只看本平台发的会话；多出来的字段不收",
        (
            "tests/hard/test_forgery.py::test_foreign_ids_beside_the_session_have_no_effect",
            "tests/handlers/test_identity.py::test_names_in_a_body_are_refused_by_their_field",
        ),
    ),
    "A5": Attack(
        "不登录就要会场码、看名册",
        "投屏要登录，或一次性、四小时的链接；屏上没有姓名",
        (
            "tests/handlers/console/rolls/test_screens.py::test_cookie_reads_this_screen_and_nothing_else",
            "tests/handlers/console/rolls/test_projector.py::test_screen_holds_no_name",
        ),
    ),
    "A6": Attack(
        "猜六位数字",
        "每个微信十分钟只判五次，记在数据库里；不按会场和地址限",
        (
            "tests/hard/test_guessing.py"
            "::test_a_thousand_guesses_are_judged_five_times_each_and_the_neighbour_passes",
        ),
    ),
    "A7": Attack(
        "冒充微信推送消息",
        "先验签名再看内容，安全模式另验密文的签名和 appid",
        (
            "tests/hard/test_callback.py::test_each_spoilt_sign_of_a_sealed_push_is_turned_away",
            "tests/hard/test_callback.py::test_plain_body_in_safe_mode_is_turned_away_however_it_is_signed",
        ),
    ),
    "A8": Attack(
        "重放推送",
        "十分钟以外不收；收过的只回上次的答复，不再办一遍",
        (
            "tests/hard/test_callback.py::test_push_of_eleven_minutes_ago_is_turned_away_and_of_nine_taken",
            "tests/hard/test_callback.py"
            "::test_one_message_ten_times_at_once_and_after_a_flush_is_one_effect_and_one_reply",
        ),
    ),
    "A9": Attack(
        "XML 炸弹、外部实体、超大消息",
        "超过 64 KiB 不读，有 DOCTYPE 不收，实体不展开",
        (
            "tests/hard/test_callback.py::test_bomb_is_turned_away_at_once_and_takes_no_memory",
            "tests/hard/test_callback.py::test_body_of_one_mebibyte_is_turned_away_unread",
        ),
    ),
    "A10": Attack(
        "在文字里写 ]]> 改写答复",
        "答复里的文字拆开写，读回来和写的一样",
        ("tests/wechat/test_replies.py::test_any_text_comes_back_as_itself_and_nothing_more",),
    ),
    "A11": Attack(
        "从排序参数注入 SQL",
        "没有排序参数；数值都作为参数传给数据库，文字进不了语句",
        ("tests/hard/test_attacks.py::test_nothing_that_is_asked_gets_into_a_statement",),
    ),
    "A12": Attack(
        "导出表里藏公式",
        "只出 xlsx，文字都是文字格；数是数，日期是日期",
        (
            "tests/handlers/console/ledgers/test_ledgers.py::test_no_name_becomes_a_formula_an_error_or_a_number",
            "tests/handlers/console/ledgers/test_ledgers.py::test_dates_are_dates_and_numbers_are_numbers",
        ),
    ),
    "A13": Attack(
        "在标题、正文、姓名里写脚本",
        "处处转义，稿件逐字转义；安全策略不许页面里的脚本和样式",
        (
            "tests/handlers/test_hostile_text.py"
            "::test_text_from_people_stays_text_on_every_page_and_in_every_answer",
            "tests/hard/test_headers.py::test_no_template_has_script_or_style_inside",
        ),
    ),
    "A14": Attack(
        "上传假照片、压缩炸弹",
        "照内容认，重新压一遍，去掉拍摄信息；原来的文件名不用",
        (
            "tests/handlers/console/articles/test_hostile_pictures.py::test_what_is_no_photo_is_refused_in_words_and_leaves_nothing",
            "tests/handlers/console/articles/test_hostile_pictures.py"
            "::test_page_behind_a_photo_stays_behind_and_the_stored_one_tells_nothing",
        ),
    ),
    "A15": Attack(
        "照网址直接要文件",
        "照片跟着稿件走：谁能看稿件，谁才能看；公开的只有已发布的",
        (
            "tests/handlers/console/articles/test_hostile_pictures.py::test_picture_of_a_draft_is_found_by_its_own_staff_alone",
            "tests/handlers/console/articles/test_hostile_pictures.py"
            "::test_article_is_the_publics_while_it_is_published_and_never_else",
        ),
    ),
    "A16": Attack(
        "接口多给字段，日志带出个人信息",
        "答复的字段逐个列明；没有证件号；手机号加密存；日志、数字、缓存、操作记录里没有人",
        (
            "tests/handlers/test_answers.py::test_api_answers_its_fields_and_nothing_about_anybody_else",
            "tests/hard/test_canary.py::test_nothing_that_is_left_behind_knows_anybody",
        ),
    ),
    "A17": Attack(
        "别的网站替人提交表单、添管理员",
        "每个表单带本次登录的暗码；cookie 不跟着别的网站走；动账号要十分钟内输过密码",
        (
            "tests/handlers/test_foreign_forms.py::test_form_of_another_site_or_session_is_refused",
            "tests/handlers/console/office/test_handovers.py::test_password_is_asked_again_after_ten_minutes",
            "tests/hard/test_headers.py"
            "::test_every_cookie_is_secure_bound_to_the_host_and_out_of_reach_of_scripts",
        ),
    ),
    "A18": Attack(
        "免了职、解了绑还能用",
        "每次请求都重新看会话、绑定和岗位",
        (
            "tests/hard/test_forgery.py::test_ended_post_acts_at_the_next_form",
            "tests/hard/test_forgery.py::test_ended_binding_and_ended_session_act_at_the_next_call",
            "tests/handlers/test_identity.py::test_ended_account_is_out_at_the_next_call",
        ),
    ),
    "A19": Attack(
        "从页面读密钥、改接口地址",
        "密钥和地址只在环境变量里，没有一页看得到或改得了",
        ("tests/hard/test_attacks.py::test_no_page_and_no_answer_shows_a_secret_of_the_installation",),
    ),
    "A20": Attack(
        "登录以后整批抄数据",
        "一人一分钟 600 次、一小时 120 份文件，超过是 429，记日志和操作记录；导出要写用途",
        (
            "tests/hard/test_limits.py::test_page_after_the_limit_is_refused_and_written_down_once",
            "tests/hard/test_limits.py::test_file_after_the_hours_limit_is_refused",
            "tests/handlers/console/ledgers/test_ledgers.py::test_each_download_leaves_one_row_in_the_log",
        ),
    ),
}  # fmt: skip
