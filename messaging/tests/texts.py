"""Texts that only the tests post."""

from core.explain import N_
from messaging.registry import declare_text

PLAIN = declare_text(
    "tests.plain", subject=N_("Openings of %(on)s"), body=N_("%(unit)s is number %(rank)s of %(of)s on %(on)s.")
)
ANYTHING = declare_text("tests.anything", subject="%(words)s", body="%(words)s")
