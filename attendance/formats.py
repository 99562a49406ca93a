from attendance.sheets import COLUMNS
from core.formats import file_format
from core.tables import Form

file_format("days", "Days of the calendar", "the calendar's page", (Form("days", COLUMNS, ("日历",)),))
