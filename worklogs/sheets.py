"""The table of `import_logs`: its columns, the Chinese headers in either script, and the words for the kinds.

The first two words for a kind are those of the pages, in either script; a refusal names them.
"""

from __future__ import annotations

from core.tables import Column, Form
from worklogs.rules.kinds import Kind

KIND_WORDS = {
    Kind.BROCHURES.value: ("派发宣传资料", "派發宣傳資料", "宣传资料", "宣傳資料", "派发资料", "派發資料"),
    Kind.PROSPECT.value: (
        "获取准客户电话",
        "獲取準客戶電話",
        "准客户",
        "準客戶",
        "获取电话",
        "獲取電話",
        "准客户电话",
        "準客戶電話",
    ),
    Kind.APPOINTMENT.value: (
        "有效约访（面谈）",
        "有效約訪（面談）",
        "约访",
        "約訪",
        "面谈",
        "面談",
        "有效约访",
        "有效約訪",
    ),
    Kind.PROSPECT_CALL.value: (
        "准客户电话回访",
        "準客戶電話回訪",
        "准客户回访",
        "準客戶回訪",
        "电话回访",
        "電話回訪",
        "回访",
        "回訪",
    ),
    Kind.CLIENT_CALL.value: (
        "老客户电话回访",
        "老客戶電話回訪",
        "老客户回访",
        "老客戶回訪",
        "老客户",
        "老客戶",
        "老客户电话",
        "老客戶電話",
    ),
}
ENTRIES = Form(
    "work_log_entries",
    (
        Column(
            "employee_no",
            ("员工编号", "員工編號", "员工号", "員工號", "工号", "工號"),
            True,
            "identifier",
            longest=32,
            example="10001",
        ),
        Column("on", ("日期", "日志日期", "日誌日期"), True, "date", example="2026-11-18"),
        Column("kind", ("类型", "類型", "类别", "類別"), True, "choice", KIND_WORDS, example="获取准客户电话"),
        Column(
            "contact_name", ("姓名", "客户姓名", "客戶姓名", "联系人", "聯繫人", "聯絡人"), longest=64, example="王女士"
        ),
        Column(
            "phone",
            ("电话", "電話", "手机", "手機", "手机号", "手機號", "联系电话", "聯繫電話", "聯絡電話"),
            longest=40,
            example="13911110001",
        ),
        Column("client_no", ("客户号", "客戶號"), kind="identifier", longest=32),
        Column("quantity", ("数量", "數量", "份数", "份數"), kind="int"),
        Column("note", ("备注", "備註"), longest=500, example="周末再联系"),
        Column("submitted_at", ("提交时间", "提交時間"), kind="moment", example="2026-11-18 18:30"),
    ),
    aliases=("工作日志", "工作日誌"),
)
