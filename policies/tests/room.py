"""The addresses of policies, who gets what there, and one of each thing to get."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from policies.models import ParameterValue
from tests.access.lines import page, thing, verb
from tests.access.people import SEEING_RULES
from tests.cast import Cast

WITHOUT_RULES = "cm cm2 cm_west cm_m2 tradeadmin sibling_cm outsider_cm office"
BELOW_BRANCH = "am am_west mm mm2 clerk accountant deputy officer auditor"
NEW_VALUE = {"value": "25", "from_on": "2026-12-01", "source": "x"}

LINES = [
    page("policies:overview", SEEING_RULES),
    page("policies:parameter", SEEING_RULES, of="parameter", sees=WITHOUT_RULES),
    verb(
        "policies:set_value",
        "manager regional market",
        of="parameter_of_branch",
        sees=f"{BELOW_BRANCH} {WITHOUT_RULES}",
        send=NEW_VALUE,
    ),
    verb(
        "policies:withdraw",
        "manager regional market",
        of="parameter_value",
        sees=f"{BELOW_BRANCH} cm cm2 cm_west cm_m2 tradeadmin office",
    ),
]


@thing("parameter")
def parameter(cast: Cast) -> dict[str, Any]:
    return {"code": "worklogs.day_pass_mark"}


@thing("parameter_of_branch")
def parameter_of_branch(cast: Cast) -> dict[str, Any]:
    return {"code": "worklogs.day_pass_mark", "pk": cast.unit["B1"].pk}


@thing("parameter_value")
def parameter_value(cast: Cast) -> dict[str, Any]:
    value = ParameterValue.objects.create(
        code="worklogs.day_pass_mark",
        unit=cast.unit["B1"],
        value="25",
        from_on=cast.today + timedelta(days=7),
        source="x",
        set_by=cast.manager,
    )
    return {"pk": value.pk}
