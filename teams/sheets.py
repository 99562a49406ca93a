"""The tables of `load_company`: their columns, the Chinese headers in either script, and the words for coded values."""

from __future__ import annotations

from core.tables import Column, Form

KIND_WORDS = {
    "company": ("公司", "总公司", "總公司"),
    "hq_department": ("总部部门", "總部部門", "公司部门", "公司部門"),
    "regional_department": ("营销管理部", "營銷管理部"),
    "branch": ("营业部", "營業部"),
    "market_department": ("营业部市场部", "營業部市場部", "市场部", "市場部", "营销团队", "營銷團隊"),
    "area": ("区域", "區域"),
}
FUNCTION_WORDS = {
    "market_supervision": ("公司市场部", "公司市場部", "市场督导", "市場督導"),
    "channel_management": ("渠道管理部", "渠道管理"),
    "general_office": ("经纪业务综合室", "經紀業務綜合室", "综合室", "綜合室"),
    "countersigning": ("会签", "會簽"),
}
ENGAGEMENT_WORDS = {
    "employee": ("员工", "員工", "正式员工", "正式員工"),
    "part_time": ("兼职", "兼職"),
    "broker_agent": ("证券经纪人", "證券經紀人", "经纪人", "經紀人"),
}
GRADE_WORDS = {
    "T": ("见习", "見習"),
    "J": ("初级", "初級"),
    "I": ("中级", "中級"),
    "S": ("高级", "高級"),
    "P": ("资深", "資深"),
}
ROLE_WORDS = {
    "customer_manager": ("客户经理", "客戶經理"),
    "area_manager": ("区域经理", "區域經理"),
    "market_manager": ("市场部经理", "市場部經理"),
    "branch_manager": ("营业部经理", "營業部經理"),
    "deputy_branch_manager": ("营业部副经理", "營業部副經理", "副经理", "副經理", "经理助理", "經理助理"),
    "chief_accountant": ("主办会计", "主辦會計"),
    "finance_clerk": ("财务", "財務", "财务专员", "財務專員"),
    "trade_administrator": ("交易管理岗", "交易管理崗"),
    "attendance_recorder": ("考勤员", "考勤員"),
    "asset_custodian": ("实物管理员", "實物管理員"),
    "training_organiser": ("培训组织者", "培訓組織者", "培训专员", "培訓專員"),
    "regional_manager": ("营销管理部经理", "營銷管理部經理"),
    "regional_officer": ("营销管理部专员", "營銷管理部專員"),
    "channel_officer": ("渠道管理专员", "渠道管理專員"),
    "office_clerk": ("综合室文员", "綜合室文員", "综合室专员", "綜合室專員"),
    "countersigner": ("会签人", "會簽人"),
    "vice_president": ("主管副总裁", "主管副總裁", "副总裁", "副總裁"),
    "market_officer": ("公司市场部专员", "公司市場部專員"),
    "auditor": ("审计", "審計", "稽核"),
}
MEASURE_WORDS = {
    "openings": ("开户", "開戶", "开户数", "開戶數"),
    "valid_openings": ("有效户", "有效戶", "有效户数", "有效戶數"),
    "net_commission": ("净佣金", "淨佣金"),
    "net_assets": ("新增资产", "新增資產"),
}

CODE = ("代码", "代碼", "编码", "編碼", "编号", "編號")
NAME = ("名称", "名稱")
EMPLOYEE_NO = Column(
    "employee_no",
    ("员工编号", "員工編號", "员工号", "員工號", "工号", "工號"),
    True,
    "identifier",
    longest=32,
    example="10001",
)
FROM_ON = Column(
    "from_on", ("开始日期", "開始日期", "起始日期", "任职日期", "任職日期"), True, "date", example="2026-11-01"
)
TO_ON = Column("to_on", ("结束日期", "結束日期", "终止日期", "終止日期"), kind="date", clearable=True)
PHONE = ("电话", "電話", "手机", "手機", "手机号", "手機號", "联系电话", "聯繫電話", "聯絡電話")
UNIT = ("单位", "單位", "单位代码", "單位代碼", "机构", "機構", "机构代码", "機構代碼", "所属单位", "所屬單位")

UNITS = Form(
    "units",
    (
        Column(
            "code",
            (*CODE, "单位代码", "單位代碼", "机构代码", "機構代碼"),
            True,
            "identifier",
            longest=32,
            example="B01",
        ),
        Column(
            "name", (*NAME, "单位名称", "單位名稱", "机构名称", "機構名稱"), True, longest=128, example="人民路营业部"
        ),
        Column(
            "kind",
            ("类型", "類型", "类别", "類別", "单位类型", "單位類型"),
            True,
            "choice",
            KIND_WORDS,
            example="营业部",
        ),
        Column(
            "parent",
            ("上级", "上級", "上级单位", "上級單位", "上级代码", "上級代碼"),
            kind="identifier",
            longest=32,
            example="R1",
        ),
        Column("city", ("城市",), longest=64, clearable=True, example="上海"),
        Column("local", ("同城",), kind="bool", example="是"),
        Column(
            "started_on",
            ("开业日期", "開業日期", "成立日期", "启用日期", "啟用日期"),
            kind="date",
            clearable=True,
            example="2020-01-01",
        ),
        Column("closed_on", ("关闭日期", "關閉日期", "撤销日期", "撤銷日期"), kind="date", clearable=True),
        Column("functions", ("职能", "職能"), longest=400, clearable=True),
    ),
    ("单位", "單位", "机构", "機構", "组织机构", "組織機構"),
)
PEOPLE = Form(
    "people",
    (
        EMPLOYEE_NO,
        Column("name", ("姓名",), True, longest=64, example="林小雨"),
        Column("phone", PHONE, kind="phone", longest=40, clearable=True, example="13900010001"),
        Column(
            "email",
            ("邮箱", "郵箱", "电子邮件", "電子郵件", "e-mail"),
            longest=254,
            clearable=True,
            example="lin@example.com",
        ),
        Column("engagement", ("用工形式", "用工性质", "用工性質"), kind="choice", choices=ENGAGEMENT_WORDS),
        Column("grade", ("职级", "職級"), longest=16, clearable=True, example="初级"),
        Column(
            "grade_from_on",
            ("职级起始日期", "職級起始日期", "职级日期", "職級日期", "定级日期", "定級日期"),
            kind="date",
            example="2026-11-01",
        ),
        Column("joined_on", ("入职日期", "入職日期"), True, "date", example="2024-01-01"),
        Column("left_on", ("离职日期", "離職日期"), kind="date", clearable=True),
        Column(
            "licence_no",
            ("执业证书编号", "執業證書編號", "执业证书", "執業證書"),
            kind="identifier",
            longest=64,
            clearable=True,
            example="S1234567890",
        ),
        Column(
            "licence_until",
            ("执业证书有效期", "執業證書有效期", "证书有效期", "證書有效期"),
            kind="date",
            clearable=True,
            example="2027-12-31",
        ),
    ),
    ("人员", "人員", "员工", "員工"),
)
POSTINGS = Form(
    "postings",
    (
        EMPLOYEE_NO,
        Column("unit", UNIT, True, "identifier", longest=32, example="A01"),
        Column("role", ("岗位", "崗位", "角色", "职务", "職務"), True, "choice", ROLE_WORDS, example="客户经理"),
        FROM_ON,
        TO_ON,
    ),
    ("任职", "任職", "岗位", "崗位"),
)
BANKS = Form(
    "banks",
    (
        Column("code", (*CODE, "银行代码", "銀行代碼"), True, "identifier", longest=32, example="ICBC"),
        Column("name", (*NAME, "银行名称", "銀行名稱"), True, longest=128, example="工商银行"),
        Column("key", ("重点", "重點", "重点银行", "重點銀行"), kind="bool", example="是"),
        Column("head_name", ("负责人", "負責人"), longest=64, clearable=True, example="张行长"),
        Column(
            "head_phone", ("负责人电话", "負責人電話"), kind="phone", longest=40, clearable=True, example="021-55550001"
        ),
    ),
    ("合作银行", "合作銀行", "银行", "銀行"),
)
OUTLETS = Form(
    "outlets",
    (
        Column("code", (*CODE, "网点代码", "網點代碼"), True, "identifier", longest=32, example="W001"),
        Column("name", (*NAME, "网点名称", "網點名稱"), True, longest=128, example="工行人民路支行"),
        Column(
            "bank",
            ("银行", "銀行", "合作银行", "合作銀行", "银行代码", "銀行代碼"),
            True,
            "identifier",
            longest=32,
            example="ICBC",
        ),
        Column("unit", (*UNIT, "区域", "區域"), True, "identifier", longest=32, example="A01"),
        Column("opens", ("开门时间", "開門時間", "营业开始", "營業開始"), kind="time", clearable=True, example="09:00"),
        Column(
            "closes", ("关门时间", "關門時間", "营业结束", "營業結束"), kind="time", clearable=True, example="17:00"
        ),
        Column("contact", ("联系人", "聯繫人", "聯絡人"), longest=64, clearable=True, example="王主任"),
        Column("phone", PHONE, kind="phone", longest=40, clearable=True, example="021-55550002"),
    ),
    ("网点", "網點"),
)
OUTLET_POSTINGS = Form(
    "outlet_postings",
    (
        EMPLOYEE_NO,
        Column("outlet", ("网点", "網點", "网点代码", "網點代碼"), True, "identifier", longest=32, example="W001"),
        FROM_ON,
        TO_ON,
    ),
    ("驻点", "駐點", "outlet_assignments"),
)
TARGETS = Form(
    "targets",
    (
        Column("unit", UNIT, kind="identifier", longest=32, example="A01"),
        Column("employee_no", EMPLOYEE_NO.aliases, kind="identifier", longest=32),
        Column("month", ("月份", "月"), True, "month", example="2026-11"),
        Column("measure", ("指标", "指標"), True, "choice", MEASURE_WORDS, example="开户"),
        Column("value", ("数值", "數值", "目标值", "目標值", "任务", "任務"), True, "decimal", example="30"),
    ),
    ("目标", "目標", "月度任务", "月度任務"),
)
FORMS = (UNITS, PEOPLE, POSTINGS, BANKS, OUTLETS, OUTLET_POSTINGS, TARGETS)
BY_NAME = {form.name: form for form in FORMS}
