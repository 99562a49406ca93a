"""The addresses of portal, who gets what there, and one of each thing to get."""

from __future__ import annotations

from tests.access.lines import page, part, verb

LINES = [
    page("portal:home", walked_by="cm am mm manager clerk deputy regional market office tradeadmin auditor"),
    page("portal:menu"),
    page("portal:search"),
    page("portal:trail", "auditor"),
    page("portal:verification", "auditor"),
    verb("portal:verify", "auditor"),
    part("portal:healthz", anonymous=200),
    part("portal:readyz", anonymous=200),
]
