"""The table of days that the calendar takes: its columns and their Chinese headers in either script."""

from __future__ import annotations

from core.tables import Column

COLUMNS = (
    Column("date", ("日期", "on"), True, "date"),
    Column("is_workday", ("工作日", "是否工作日"), True, "bool"),
    Column("is_trading_day", ("交易日", "是否交易日"), kind="bool"),
    Column("name", ("名称", "名稱", "说明", "說明"), longest=64),
)
