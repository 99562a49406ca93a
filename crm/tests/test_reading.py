from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cells import BadCell, Column
from core.guard import Stream
from crm.models import Import, Opening
from crm.reading import shape
from crm.reading.cells import part_text
from crm.resources import OpeningResource
from crm.services.importing import check_file
from crm.tests.desk import HEADINGS, NOW, THREE, counted, workbook
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    "title, headings, units",
    [
        ("", "开户日期,营业部,客户号,资金账号,所属员工,开户资产(万元)", ""),
        ("十一月开户明细,,,,,\n,,,,,\n", "開戶 日期,開戶營業部,客戶號,資金帳號,開發關係,開戶資產", "单位：,,,,,万元\n"),
    ],
)
def test_headings_come_in_either_script_below_titles_with_units_and_total_rows(
    cast, desk, encoding, title, headings, units
):
    rows = '2026/11/16,B1,c1,f1,1001,1.5\n2026年11月17日,B1,c2,f2,1002,"1,000"\n合计,,,,,1001.5\n'
    imported = desk.take(f"{title}{headings}\n{units}{rows}".encode(encoding))
    assert (imported.rows, imported.created) == (2, 2)
    assert list(Opening.objects.order_by("open_date").values_list("open_assets", flat=True)) == [15_000, 10_000_000]


LETTERS = st.sampled_from("张䶮㛃𠮷林Ab")


@pytest.mark.story
@pytest.mark.budget(6)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.dates(date(2025, 6, 1), TODAY),
            st.text(st.sampled_from("0123456789"), min_size=18, max_size=18),
            st.text(LETTERS, max_size=4),
            st.sampled_from(["", "0.01", "123456789.99", "-20"]),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row[1],
    ),
    st.sampled_from(["utf-8", "gb18030", "utf-8-sig"]),
)
def test_what_is_exported_comes_in_again_without_a_difference(cast, desk, rows, encoding):
    Opening.objects.all().delete()
    lines = [f"{day},B1,{number},{number},{name},1001,,{assets}" for day, number, name, assets in rows]
    content = (HEADINGS + "\n".join(lines) + "\n").encode(encoding)
    assert counted(desk.take(content)) == (len(rows), 0, 0)
    exported = OpeningResource().export().csv.encode(encoding)
    again = check_file(asked=desk.asked(exported), actor=None, now=NOW)
    assert (again.refusals, counted(again)) == ([], (0, 0, len(rows)))


@pytest.mark.story
@pytest.mark.parametrize("name", ["mangled.csv", "mangled.xlsx"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_any_mangled_file_is_taken_or_refused_and_nothing_else_happens(cast, desk, name, random):
    content = bytearray(workbook() if name.endswith("xlsx") else (HEADINGS + "\n".join(THREE)).encode())
    for _ in range(random.randrange(1, 12)):
        content[random.randrange(len(content))] = random.randrange(256)
    imported = check_file(asked=desk.asked(bytes(content), name=name), actor=cast.market, now=NOW)
    assert imported.state in {Import.State.CHECKED, Import.State.REFUSED}
    assert imported.state == Import.State.CHECKED or imported.refusals


def test_a_workbook_is_read_like_text(cast, desk):
    assert counted(desk.take(workbook(), name="crm.xlsx")) == (3, 0, 0)
    assert counted(desk.openings(*THREE)) == (0, 0, 3)


CELLS = [
    "",
    "1",
    "0012",
    "1E17",
    "12.5",
    "-3.00",
    "1,000",
    "50%",
    "2026-11-16",
    "2026/11/17",
    "合计",
    "张三丰",
    "a\nb",
    " x ",
    "正常",
]
COLUMNS = [
    "open_date",
    "branch",
    "client_no",
    "fund_account",
    "client_name",
    "developer",
    "share",
    "open_assets",
    "status",
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(CELLS) | st.floats(0, 10**16) | st.dates(date(2026, 1, 1), TODAY), min_size=8, max_size=10
        ),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_reading_in_blocks_gives_exactly_what_reading_row_by_row_gives(rows, mostly_right):
    right = ["2026-11-16", "B1", "c1", "0201", "张三丰", "1001", "50%", "12.50", "正常"]
    if mostly_right:
        rows = [[*right[:7], *row[:1], right[8]] for row in rows]

    def read(at_once: int) -> tuple[bytes, dict[str, object]]:
        out = io.BytesIO()
        sheet = Stream("s", iter(enumerate([COLUMNS, *rows], start=1)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("crm.reading.AT_ONCE", at_once)
            if at_once == 1:
                patch.setattr("crm.reading.blocks.ordinary", lambda *_: None)
            covers = ["2026-01-01", str(TODAY)]
            report = shape(iter([sheet]), out, kind="openings", today=str(TODAY), covers=covers)
        return out.getvalue(), report

    assert read(1000) == read(1)


@pytest.mark.parametrize("raw", [100_000_000.0, "100000000", 99_999_999_999_999, "1.00000000000000000000001"])
def test_a_share_that_is_far_too_large_is_refused_like_any_other(raw):
    """Twenty places behind nine digits are more than a decimal reckons with of itself."""
    with pytest.raises(BadCell):
        part_text(raw, Column("share"))
