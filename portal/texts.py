"""Names that other apps give in code and that people read here."""

from __future__ import annotations

from core.explain import N_

# The checks of `verify`, in the order in which they are shown.
CHECKS = (
    N_("audit entries"),
    N_("audit numbers"),
    N_("audit seals"),
    N_("closed months"),
    N_("pay signatures"),
    N_("filed reports"),
    N_("stored files"),
    N_("results of people"),
    N_("results of units"),
    N_("identifiers"),
    N_("client numbers and fund accounts"),
)
