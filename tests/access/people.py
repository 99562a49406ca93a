"""Groups of the cast, as seen from 林小雨 (`cm`); names are keys of `tests/cast.py`."""

from __future__ import annotations

from tests.cast import PEOPLE

EVERYBODY = " ".join(key for key, *_ in PEOPLE)
# Groups of the cast, as seen from 林小雨.
TEAM = "cm cm2"
LEADERS = "am mm"
BRANCH = "deputy manager"
FINANCE = "clerk accountant"
REGION = "regional officer"
HEAD_OFFICE = "market auditor"
AROUND = "officer office auditor"
SEEING_RULES = (
    "am mm clerk accountant deputy manager regional officer market auditor am_west mm2 "
    "sibling_am sibling_mm sibling_clerk sibling_accountant sibling_manager outsider_manager"
)
PAY = "clerk accountant deputy manager auditor"
OTHER_PAY = "sibling_clerk sibling_accountant sibling_manager outsider_manager"
