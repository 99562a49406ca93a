"""One way to say no. Every expected refusal of the house is a `NotDone`: what was asked is not done, and nothing changed.

    class PlanDueInThePast(NotDone):
        text, field = _("The plan is due on a day that has passed."), "due_on"

    raise PlanDueInThePast
    raise NotDone(_("%(unit)s sets no rules of its own."), unit=unit, field="unit")

`field` is the field of a form it belongs to; `status` what a page answers: 422 for what was typed, 409 where things moved
on meanwhile, 403 where it is not one's own to do. `core.answers.carried_out` shows it; a command prints it and ends with 2.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class NotDone(Exception):
    text: str | Promise = ""
    field: str = ""
    status: int = 422

    def __init__(self, text: str | Promise = "", *, field: str = "", **values: Any) -> None:
        super().__init__(text or self.text)
        self.field, self.values = field or self.field, values

    def __str__(self) -> str:
        text = str(self.args[0])
        return text % self.values if self.values else text


class MovedOn(NotDone):
    """Somebody else was quicker, or the thing has gone past this step."""

    status = 409


class NotYours(NotDone):
    """In one's sight, but somebody else's to do."""

    text, status = _("This is somebody else's to do."), 403


class ReasonMissing(NotDone):
    text, field = _("Give a reason."), "reason"


def given(reason: str, limit: int = 200) -> str:
    """The reason without blanks around it. Raises `ReasonMissing`."""
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()[:limit]
