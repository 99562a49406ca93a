"""The columns of the CRM's tables, and the headings and units people write above them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.cells import Column, folded

BRANCH = ("营业部", "开户营业部", "营业部代码", "机构名称", "分支机构")
# Columns of both kinds. Headings are written in simplified Chinese; traditional ones are turned into them.
OPENINGS = (
    Column("open_date", ("开户日期", "开户日", "开户时间", "日期"), required=True, kind="date", example="2026-11-18"),
    Column("branch", BRANCH, required=True, kind="identifier", longest=128, example="B01"),
    Column(
        "client_no",
        ("客户号", "客户编号", "客户代码"),
        required=True,
        kind="number",
        longest=32,
        example="010000000123",
    ),
    Column(
        "fund_account",
        ("资金账号", "资金账户", "资产账号"),
        required=True,
        kind="number",
        longest=32,
        example="030000001269",
    ),
    Column("client_name", ("客户姓名", "客户名称"), kind="name", longest=200, example="王女士"),
    Column(
        "developer",
        ("开发关系", "开发人", "所属员工", "开发人员", "开发人工号", "开发关系工号", "客户经理", "客户经理工号"),
        required=True,
        kind="number",
        longest=32,
        example="10001",
    ),
    Column("servicer", ("服务关系", "服务人", "服务人员", "服务人工号"), kind="number", longest=32, example="10002"),
    Column("share", ("比例", "开发比例", "份额", "占比"), kind="part", example="1/3"),
    Column("outlet", ("网点", "开户网点", "渠道网点"), kind="identifier", longest=128, example="W001"),
    Column("open_assets", ("开户资产", "开户时资产"), kind="amount", example="50000.00"),
    Column("channel", ("渠道", "来源", "开户渠道", "客户来源"), longest=64, example="银行"),
    Column(
        "status",
        ("账户状态", "客户状态", "状态"),
        kind="choice",
        choices={
            "normal": ("正常", "open", "active", "有效"),
            "closed": ("销户", "已销户", "注销", "cancelled"),
            "dormant": ("休眠", "沉寂", "不活跃"),
            "frozen": ("冻结", "挂失", "suspended"),
        },
    ),
)
ACCOUNT_MONTH = (
    Column("month", ("月份", "年月", "月", "统计月份"), required=True, kind="month", example="2026-11"),
    Column(
        "fund_account",
        ("资金账号", "资金账户", "资产账号"),
        required=True,
        kind="number",
        longest=32,
        example="030000001269",
    ),
    Column(
        "relation",
        ("关系", "关系类型", "客户关系"),
        required=True,
        kind="choice",
        choices={
            "developed": ("开发", "开发关系"),
            "serviced": ("服务", "服务关系"),
            "maintained": ("维护", "维护关系"),
            "introduced": ("居间", "居间关系"),
        },
    ),
    Column(
        "employee_no",
        ("工号", "员工号", "员工工号", "员工编号", "员工", "所属员工"),
        required=True,
        kind="number",
        longest=32,
        example="10001",
    ),
    Column("branch", (*BRANCH, "所属营业部"), kind="identifier", longest=128, example="B01"),
    Column("turnover", ("交易量", "股基交易量", "成交额"), kind="amount", example="1200000.00"),
    Column("gross_commission", ("佣金", "毛佣金", "总佣金"), required=True, kind="amount", example="360.00"),
    Column("pass_through", ("代收费用", "代收", "规费", "代收规费"), kind="amount", example="60.00"),
    Column("net_commission", ("净佣金",), kind="amount", example="300.00"),
    Column("avg_assets", ("日均资产",), kind="amount", example="80000.00"),
    Column("end_assets", ("期末资产", "月末资产"), kind="amount", example="85000.00"),
    Column("net_inflow", ("净流入", "净流入资产"), kind="amount", example="5000.00"),
    Column("trades", ("交易笔数", "笔数", "成交笔数"), kind="count", example="12"),
    Column("product_sales", ("产品销量", "产品销售额"), kind="amount", example="0"),
)
TABLES: dict[str, tuple[Column, ...]] = {"openings": OPENINGS, "account_month": ACCOUNT_MONTH}


SIMPLIFIED = str.maketrans(
    "開戶營業機構稱號編碼資產帳賬帐時間關係發務員屬點處狀態來額佔佣淨類統計維護居總規費銷註沉凍結掛與經現際數筆網單區證",
    "开户营业机构称号编码资产账账账时间关系发务员属点处状态来额占佣净类统计维护居总规费销注沉冻结挂与经现际数笔网单区证",
)
FACTORS = {
    "元": 1,
    "人民币元": 1,
    "千元": 1_000,
    "万": 10_000,
    "万元": 10_000,
    "萬": 10_000,
    "萬元": 10_000,
    "人民币万元": 10_000,
    "百万元": 1_000_000,
    "亿元": 100_000_000,
    "億元": 100_000_000,
}
OTHER_UNITS = {"", "-", "—", "%", "户", "戶", "笔", "筆", "单位", "單位", "人", "个", "個"}
UNIT_ABOVE = re.compile(r"单位[::]?(?:人民币)?((?:百万|千|万|亿)?元)")
UNIT_IN_HEADING = re.compile(r"(.+?)[(\[](?:单位[::]?|單位[::]?)?([^()\[\]]+)[)\]]")


def plain_heading(text: str) -> str:
    """A heading or word for comparing: width, case, blanks, underscores, stars and script left aside."""
    return folded(text).replace("_", "").strip("*").translate(SIMPLIFIED)


def heading_and_factor(text: str) -> tuple[str, int | None]:
    """`开户资产（万元）` is 开户资产 in units of 10,000; `None` where the heading names no unit of money."""
    match = UNIT_IN_HEADING.fullmatch(folded(text))
    if match and (match[2] in FACTORS or match[2] in OTHER_UNITS):
        return plain_heading(match[1]), FACTORS.get(match[2])
    return plain_heading(text), None


def units_named(text: str) -> dict[str, int]:
    """The units of money that a line above the table names for all of it: `单位：万元`."""
    words = UNIT_ABOVE.findall(folded(text).translate(SIMPLIFIED).replace("萬", "万").replace("億", "亿"))
    return {word: FACTORS[word] for word in words}


def known_headings(columns: Sequence[Column]) -> dict[str, str]:
    return {plain_heading(text): column.name for column in columns for text in (column.name, *column.aliases)}
