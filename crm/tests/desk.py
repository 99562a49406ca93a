"""The desk at which the tests of imports take their files."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from core.periods import Period
from crm.models import DailyResult, Import, ImportKind, Opening, UnitResult
from crm.services.importing import NotTaken, import_file
from crm.services.staging import ImportAsked
from tests.cast import TODAY

NOW = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADINGS = "open_date,branch,client_no,fund_account,client_name,developer,share,open_assets\n"
MONTHS = "month,fund_account,relation,employee_no,turnover,gross_commission,net_commission,trades\n"
WEEK = Period.between(date(2026, 11, 16), date(2026, 11, 18))


class Desk:
    """Takes files as the company would; `rows` are the lines below the headings."""

    def __init__(self, cast, folder: Path) -> None:
        self.cast, self.folder = cast, folder

    def asked(
        self, content: str | bytes, *, kind=ImportKind.OPENINGS, unit="HX", name="crm.csv", **more
    ) -> ImportAsked:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return ImportAsked(kind=kind, path=path, name=name, unit=self.cast.unit[unit], today=TODAY, **more)

    def take(self, content: str | bytes, *, good_rows_only: bool = False, **more) -> Import:
        return import_file(asked=self.asked(content, **more), good_rows_only=good_rows_only, actor=None, now=NOW)

    def openings(self, *rows: str, **more) -> Import:
        return self.take(HEADINGS + "\n".join(rows) + "\n", **more)

    def refused(self, content: str | bytes, **more) -> list[tuple[int, str, str, str]]:
        with pytest.raises(NotTaken) as not_taken:
            self.take(content, **more)
        return [(r.row, r.column, r.value, r.rule) for r in not_taken.value.refusals]


def counted(imported: Import) -> tuple[int, int, int]:
    return imported.created, imported.updated, imported.unchanged


def facts() -> list[object]:
    return [
        *Opening.objects.order_by("fund_account", "developer").values_list(),
        *DailyResult.objects.order_by("day", "person").values_list("day", "person", "unit", "openings", "open_assets"),
        *UnitResult.objects.order_by("unit", "day").values_list("unit", "day", "openings", "running"),
    ]


THREE = (
    "2026-11-16,B1,c1,f1,张三丰,1001,,15000",
    "2026-11-17,人民路营业部,c2,f2,李四,1003,,",
    "2026-11-17,B2,c3,f3,王五,2001,,200.55",
)


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in [HEADINGS.strip(), *THREE]:
        sheet.append(line.split(","))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
