"""Units, people, and who stands in for an absent leader."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from core.periods import Month
from teams import selectors, services
from teams.authority import Power
from teams.forms import StandInForm
from teams.models import OutletPosting, Person, Posting, Target, Unit


@require_safe
def units(request: AuthedRequest) -> HttpResponse:
    return render(request, "teams/units.html", {"rows": selectors.unit_rows(request.user, request.user.authority.on)})


@require_safe
def unit(request: AuthedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)
    on = request.user.authority.on
    context = {
        "unit": one,
        "line": Unit.objects.filter(pk__in=one.line).exclude(pk=pk).order_by("path"),
        "because": selectors.unranked_because(one, on),
        "postings": selectors.posted_at(one, request.user, on),
        "rows": selectors.unit_rows(request.user, on, within=one),
        "outlets": selectors.outlets_of(one, request.user, on),
        "targets": Target.objects.visible_to(request.user).filter(unit=one, month__gte=Month(on).first),
        "stand_ins": selectors.stand_ins_at(one, on),
        "may_appoint": one.kind in selectors.LEADING_ROLE and may_appoint(request, one),
    }
    return render(request, "teams/unit.html", context)


@require_safe
def person(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    people = Person.objects.visible_to(request.user).select_related("user")
    one = get_object_or_404(people, public_id=public_id)
    on = request.user.authority.on
    postings = Posting.objects.visible_to(request.user).filter(person=one).order_by("-from_on")
    stands = OutletPosting.objects.visible_to(request.user).filter(person=one).order_by("-from_on")
    context = {
        "person": one,
        "on": on,
        "postings": postings.select_related("unit", "acting_for__person__user"),
        "outlets": stands.select_related("outlet__bank"),
        "targets": Target.objects.filter(person=one, month__gte=Month(on).first),
    }
    return render(request, "teams/person.html", context)


def may_appoint(request: AuthedRequest, one: Unit) -> bool:
    return bool(request.user.authority.may(Power.APPOINT_STAND_IN, one.path))


def unit_to_lead(request: AuthedRequest, pk: int) -> Unit:
    """The unit, where one may say who leads it."""
    one = get_object_or_404(Unit.objects.visible_to(request.user), pk=pk, kind__in=selectors.LEADING_ROLE)
    if not may_appoint(request, one):
        raise PermissionDenied
    return one


def stand_in_form(request: AuthedRequest, one: Unit, entered: QueryDict | None = None) -> StandInForm:
    on = request.user.authority.on
    return StandInForm(
        entered,
        leaders=selectors.leading_postings(one, on),
        candidates=selectors.candidates(one, request.user, on),
        today=on,
    )


@require_safe
def stand_in(request: AuthedRequest, pk: int) -> HttpResponse:
    one = unit_to_lead(request, pk)
    return render(request, "teams/stand_in.html", {"unit": one, "form": stand_in_form(request, one)})


@require_POST
def appoint(request: AuthedRequest, pk: int) -> HttpResponse:
    one = unit_to_lead(request, pk)
    form = stand_in_form(request, one, request.POST)
    if form.is_valid():
        entered = dict(form.cleaned_data)
        absent = get_object_or_404(Posting, public_id=entered.pop("absent"))
        on, now = request.user.authority.on, timezone.now()
        try:
            posting = services.appoint_stand_in(absent=absent, **entered, actor=request.user, today=on, now=now)
        except services.StandInRefused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("%(person)s stands in.") % {"person": posting.person})
            return redirect("teams:unit", pk=pk)
    return render(request, "teams/stand_in.html", {"unit": one, "form": form}, status=422)


@require_POST
def end_stand_in(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    postings = Posting.objects.visible_to(request.user).exclude(acting_for=None).select_related("unit")
    posting = get_object_or_404(postings, public_id=public_id)
    if not may_appoint(request, posting.unit):
        raise PermissionDenied
    services.end_stand_in(stand_in=posting, actor=request.user, today=request.user.authority.on)
    messages.success(request, _("The stand-in has ended."))
    return redirect("teams:unit", pk=posting.unit_id)
