"""The table of days that the calendar takes: its columns and their Chinese headers in either script."""

from __future__ import annotations

from core.tables import Column

COLUMNS = (
    Column("date", ("日期", "on"), True, "date", example="2026-11-18"),
    Column("is_workday", ("工作日", "是否工作日"), True, "bool", example="是"),
    Column("is_trading_day", ("交易日", "是否交易日"), kind="bool", example="是"),
    Column("name", ("名称", "名稱", "说明", "說明"), longest=64),
)
