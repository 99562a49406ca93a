"""The rules as they hold at a unit, how they came about, and setting them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest, only_if
from core.answers import back_to, carried_out
from policies import registry, selectors, services
from policies.forms import ValueForm
from policies.models import ParameterValue
from policies.rules import Parameter
from policies.wording import area_worded
from teams.authority import Power
from teams.models import Unit
from teams.reach import must, reach

DIGITS = 19  # of the largest key, less one


def unit_asked(request: AuthedRequest, pk: str) -> Unit:
    """The unit asked for, or the highest whose rules one may see; only units within sight, only with the power."""
    must(request, Power.SEE_POLICY)
    if not pk:
        return reach(request, Unit, request.user.authority.paths(Power.SEE_POLICY)[0], by="path")
    return reach(request, Unit, int(pk) if pk.isdecimal() and len(pk) < DIGITS else 0)


def parameter_asked(code: str) -> Parameter:
    try:
        return registry.parameter(code)
    except KeyError:
        raise Http404 from None


def surroundings(request: AuthedRequest, unit: Unit) -> dict[str, Any]:
    """The units above and below, to go to."""
    seen = Unit.objects.visible_to(request.user)
    return {
        "unit": unit,
        "line": seen.filter(pk__in=unit.line).exclude(pk=unit.pk).order_by("path"),
        "below": seen.filter(parent=unit, kind__in=services.LAYERS, closed_on=None).order_by("code"),
    }


@require_safe
def overview(request: AuthedRequest) -> HttpResponse:
    unit = unit_asked(request, request.GET.get("unit", ""))
    on = request.user.authority.on
    codes = [parameter.code for parameter in registry.parameters()]
    standings = selectors.standings(codes, unit=unit, on=on)
    groups = [(name, list(rows)) for name, rows in groupby(standings, key=lambda row: area_worded(row.parameter))]
    return render(request, "policies/overview.html", {**surroundings(request, unit), "groups": groups})


@require_safe
def parameter(request: AuthedRequest, code: str) -> HttpResponse:
    one = parameter_asked(code)
    unit = unit_asked(request, request.GET.get("unit", ""))
    newest = services.newest_value(code, unit)
    seen = services.as_fields(newest) if newest else {}
    form = ValueForm(parameter=one, today=request.user.authority.on, newest=seen)
    return show_parameter(request, one, unit, form)


def show_parameter(
    request: AuthedRequest, one: Parameter, unit: Unit, form: ValueForm, status: int = 200
) -> HttpResponse:
    on = request.user.authority.on
    context = {
        **surroundings(request, unit),
        "parameter": one,
        "standing": selectors.standings([one.code], unit=unit, on=on)[0],
        "layers": selectors.layers_of(one.code, unit=unit, on=on),
        "set_below": selectors.set_below(one.code, unit=unit, on=on),
        "values": selectors.values_set(one.code, unit=unit, user=request.user),
        "on": on,
        "form": form if services.may_set(one, unit, request.user.authority) else None,
    }
    return render(request, "policies/parameter.html", context, status=status)


@require_POST
def set_value(request: AuthedRequest, code: str, pk: int) -> HttpResponse:
    one = parameter_asked(code)
    unit = unit_asked(request, str(pk))
    only_if(services.may_set(one, unit, request.user.authority))
    on = request.user.authority.on
    form = ValueForm(request.POST, parameter=one, today=on)

    def set_it(sent: dict[str, Any]) -> ParameterValue:
        entered = {name: sent[name] for name in ("value", "from_on", "source")}
        return services.set_value(code=code, unit=unit, **entered, actor=request.user, today=on, seen=form.seen)

    return carried_out(
        request,
        form,
        set_it,
        again=lambda form, status: show_parameter(request, one, unit, form, status),
        then=lambda _set: back(code, pk),
        says=_("The value is set."),
    )


def back(code: str, pk: int) -> HttpResponseRedirect:
    return redirect(f"{reverse('policies:parameter', args=[code])}?unit={pk}")


@require_POST
def withdraw(request: AuthedRequest, pk: int) -> HttpResponse:
    value = reach(request, ParameterValue.objects.standing().select_related("unit"), pk, Power.SET_POLICY)
    today, now = request.user.authority.on, timezone.now()
    there = back(value.code, value.unit_id)
    return carried_out(
        request,
        None,
        lambda _sent: services.withdraw_value(value=value, actor=request.user, today=today, now=now),
        again=back_to(request, there.url),
        then=(there.url,),
        says=_("The value is withdrawn."),
    )
