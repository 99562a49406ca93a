from core.formats import file_format
from core.tables import Form
from crm.reading.columns import TABLES

for _kind, _title, _sheet in (
    ("openings", "Account openings", "开户明细"),
    ("account_month", "Accounts by month", "账户月度数据"),
):
    file_format(_kind, _title, f"import_crm {_kind}", (Form(_kind, TABLES[_kind], (_sheet,)),))
