"""How a value is written for people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.explain import N_, type_of_value
from policies.rules import Direction, Parameter, written

JOINED = ("%", "/", "（")  # what stands right behind a number


def worded(parameter: Parameter, value: type_of_value) -> str:
    """A value in the reader's language, with its unit of measure."""
    if value is None:
        return _("as the layer above")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if parameter.kind == "choice":
        return _(str(value)).replace("_", " ") if value else ""
    text = written(parameter, value)  # type: ignore[arg-type]  # a parameter's value is never a date
    unit = _(parameter.unit) if parameter.unit and parameter.kind != "time" else ""
    return f"{text}{unit}" if unit.startswith(JOINED) else f"{text} {unit}".strip()


def direction_worded(parameter: Parameter) -> str:
    return {
        Direction.UP: _("a lower unit may only raise it"),
        Direction.DOWN: _("a lower unit may only lower it"),
        Direction.FIXED: _("only the company sets it"),
        Direction.FREE: _("each unit may set its own"),
    }[parameter.direction]


AREAS = {
    "worklogs": N_("Work logs"),
    "attendance": N_("Calendar and attendance"),
    "crm": N_("CRM data"),
    "supervision": N_("Rankings and reminders"),
    "approvals": N_("Requests"),
    "compensation": N_("Pay"),
    "messaging": N_("Messages"),
}


def area_worded(parameter: Parameter) -> str:
    """What the parameter is about, by the app that declares it."""
    area = parameter.code.partition(".")[0]
    return _(AREAS.get(area, area))
