"""Setting a parameter for a unit from a day on, and taking a value back before it begins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.editing import Seen
from core.explain import RuleValue
from core.refusals import NotDone, NotYours
from policies import registry
from policies.models import ParameterValue
from policies.rules import Direction, NotAValue, Parameter, Value, is_allowed_below, read, written
from policies.selectors import value_for
from policies.wording import worded
from teams.authority import Authority, Power, authority_of
from teams.models import Unit, UnitKind

LAYERS = (UnitKind.COMPANY, UnitKind.REGIONAL_DEPARTMENT, UnitKind.BRANCH, UnitKind.MARKET_DEPARTMENT)


class LooserThanAbove(NotDone):
    field = "value"

    def __init__(self, parameter: Parameter, value: Value, above: RuleValue) -> None:
        self.value, self.above = value, above
        super().__init__(
            _("%(value)s would be looser than the %(above)s that %(layer)s has set since %(since)s.")
            if above.layer
            else _("%(value)s would be looser than the %(above)s of clause %(clause)s."),
            value=worded(parameter, value),
            above=worded(parameter, above.value),
            layer=above.layer,
            since=above.since,
            clause=parameter.clause,
        )


class WrongValue(NotDone):
    text, field = _("%(value)s is not a value this parameter can have."), "value"


class StartsInThePast(NotDone):
    text, field = _("%(from_on)s has passed: what was judged by then keeps its rules."), "from_on"


class NoLayer(NotDone):
    """Areas and head-office departments have no rules of their own; some parameters are the company's alone."""

    text, field = _("%(unit)s does not set this parameter; it is set further up."), "unit"


class AlreadyBegun(NotDone):
    text, field = _("The value holds since %(from_on)s; set a new one instead of withdrawing it."), "from_on"


NOT_YOURS = _("You do not set the rules of %(unit)s.")


def may_set(parameter: Parameter, unit: Unit, authority: Authority) -> bool:
    """Whether somebody may set the parameter for the unit at all."""
    is_layer = unit.parent_id is None or (unit.kind in LAYERS and parameter.direction != Direction.FIXED)
    return is_layer and authority.may(Power.SET_POLICY, unit.path)


@transaction.atomic
def set_value(
    *,
    code: str,
    unit: Unit,
    value: Value | None,
    from_on: date,
    source: str,
    actor: User,
    today: date,
    seen: Seen | None = None,
) -> ParameterValue:
    """Let `value` hold for the unit and all below it from a day on; None follows the layer above again (S3.g).

    A value that has not begun and starts on the same day is withdrawn in favour of this one. Raises
    `LooserThanAbove`, `StartsInThePast`, `NotYours`, `NoLayer`, `WrongValue`; and `ChangedMeanwhile` where the last
    value set is another one than was `seen`.
    """
    parameter = registry.parameter(code)
    if not authority_of(actor, today).may(Power.SET_POLICY, unit.path):
        raise NotYours(NOT_YOURS, unit=unit)
    if from_on < today:
        raise StartsInThePast(from_on=from_on)
    text = None if value is None else _text_of(parameter, value)
    _refuse_looser(parameter, unit, value, from_on)
    Unit.objects.select_for_update().get(pk=unit.pk)
    if seen is not None and (there := newest_value(code, unit)):
        wanted = {"value": value, "from_on": from_on, "source": source}
        seen.must_hold(as_fields(there), wanted=wanted, by=there.set_by.name)
    standing = ParameterValue.objects.standing().filter(code=code, unit=unit, from_on=from_on)
    same = standing.first()
    if same is not None and (same.value, same.source) == (text, source):
        return same
    standing.update(withdrawn_at=Now(), withdrawn_by=actor)
    return ParameterValue.objects.create(code=code, unit=unit, value=text, from_on=from_on, source=source, set_by=actor)


def newest_value(code: str, unit: Unit) -> ParameterValue | None:
    """What was set last for the unit itself."""
    standing = ParameterValue.objects.standing().filter(code=code, unit=unit).select_related("set_by")
    return standing.order_by("pk").last()


def as_fields(there: ParameterValue) -> dict[str, Any]:
    """A row under the names of what is typed to set it."""
    value = None if there.value is None else read(registry.parameter(there.code), there.value)
    return {"value": value, "from_on": there.from_on, "source": there.source}


def _text_of(parameter: Parameter, value: Value) -> str:
    try:
        text = written(parameter, value)
        read(parameter, text)
    except (NotAValue, AttributeError):
        raise WrongValue(value=str(value)) from None
    return text


def _refuse_looser(parameter: Parameter, unit: Unit, value: Value | None, from_on: date) -> None:
    if unit.kind not in LAYERS:
        raise NoLayer(unit=unit)
    if unit.parent is None:
        return
    if parameter.direction == Direction.FIXED:
        raise NoLayer(unit=unit)
    above = value_for(parameter.code, unit=unit.parent, on=from_on)
    if value is not None and not is_allowed_below(parameter, value, above.value):
        raise LooserThanAbove(parameter, value, above)


@transaction.atomic
def withdraw_value(*, value: ParameterValue, actor: User, today: date, now: datetime) -> None:
    """Take back a value before its first day is over. Raises `AlreadyBegun` or `NotYours`."""
    if not authority_of(actor, today).may(Power.SET_POLICY, value.unit.path):
        raise NotYours(NOT_YOURS, unit=value.unit)
    taken_back = (
        ParameterValue.objects.standing()
        .filter(pk=value.pk, from_on__gte=today)
        .update(withdrawn_at=now, withdrawn_by=actor)
    )
    if not taken_back:
        raise AlreadyBegun(from_on=value.from_on)
