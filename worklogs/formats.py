from core.formats import file_format
from worklogs.sheets import ENTRIES

file_format("work_log_entries", "Work logs from other tools", "import_logs", (ENTRIES,))
