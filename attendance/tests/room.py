"""The addresses of attendance, who gets what there, and one of each thing to get."""

from __future__ import annotations

from tests.access.lines import page, verb

LINES = [
    page("attendance:calendar"),
    verb("attendance:set_day", "market", send={"on": "2026-11-20", "name": "台风停工"}),
    verb("attendance:clear_day", "market", send={"on": "2026-11-20"}),
    verb("attendance:settle_year", "market", send={"year": "2031", "source": "国办发明电"}),
    verb("attendance:import_days", "market", then=422),  # no file
]
