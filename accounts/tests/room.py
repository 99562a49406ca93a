"""The addresses of accounts, who gets what there, and one of each thing to get."""

from __future__ import annotations

from tests.access.lines import page, verb

LINES = [
    verb("accounts:language", send={"language": "zh-hant"}, anonymous=302),
    page("accounts:security_log", "auditor"),
]
