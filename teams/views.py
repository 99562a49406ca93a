"""Units, people, who stands in for an absent leader, and who gets a password."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from core.periods import Month
from teams import selectors, services
from teams.authority import Power, authority_of
from teams.forms import ReasonForm, StandInForm
from teams.models import OutletPosting, Person, Posting, Target, Unit, grade_in_words
from teams.panels import panels


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
        "may_give_passwords": request.user.authority.may(Power.GIVE_PASSWORDS, one.path),
        "panels": panels(one, request.user, on),
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
        "grade": grade_in_words(one.grade_on(on)),
        "on": on,
        "postings": postings.select_related("unit", "acting_for__person__user"),
        "outlets": stands.select_related("outlet__bank"),
        "targets": Target.objects.filter(person=one, month__gte=Month(on).first),
        "may_give_password": may_give_password(request, one),
        "panels": panels(one, request.user, on),
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


def may_give_password(request: AuthedRequest, one: Person) -> bool:
    mine = request.user.authority
    return bool(mine.paths(Power.GIVE_PASSWORDS) and mine.gives_passwords_to(authority_of(one.user, mine.on)))


def person_to_let_in(request: AuthedRequest, public_id: UUID) -> Person:
    """The person, where one may give her a password."""
    one = get_object_or_404(Person.objects.visible_to(request.user).select_related("user"), public_id=public_id)
    if not may_give_password(request, one):
        raise PermissionDenied
    return one


def access_page(request: AuthedRequest, one: Person, form: ReasonForm, status: int = 200) -> HttpResponse:
    context = {
        "person": one,
        "form": form,
        "resets": one.user.resets.select_related("by")[:20],
        "has_second_factor": is_mfa_enabled(one.user),
    }
    return render(request, "teams/access.html", context, status=status)


@require_safe
def access(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    return access_page(request, person_to_let_in(request, public_id), ReasonForm())


@require_POST
def give_password(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """Shown in the answer itself, once: it is kept nowhere."""
    one, form = person_to_let_in(request, public_id), ReasonForm(request.POST)
    if not form.is_valid():
        return access_page(request, one, form, 422)
    today, now = request.user.authority.on, timezone.now()
    slip = services.give_password(person=one, **form.cleaned_data, actor=request.user, today=today, now=now)
    return render(request, "teams/slips.html", {"slips": [slip], "back": reverse("teams:person", args=[public_id])})


@require_POST
def take_second_factor(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    one, form = person_to_let_in(request, public_id), ReasonForm(request.POST)
    if not form.is_valid():
        return access_page(request, one, form, 422)
    today, now = request.user.authority.on, timezone.now()
    if services.take_second_factor(person=one, **form.cleaned_data, actor=request.user, today=today, now=now):
        messages.success(request, _("The second factor is taken away."))
    return redirect("teams:access", public_id=public_id)


def unit_to_let_in(request: AuthedRequest, pk: int) -> Unit:
    """The unit, where one may give its people passwords."""
    one = get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)
    if not request.user.authority.may(Power.GIVE_PASSWORDS, one.path):
        raise PermissionDenied
    return one


def first_passwords_page(request: AuthedRequest, one: Unit, form: ReasonForm, status: int = 200) -> HttpResponse:
    people = selectors.without_password(one, request.user, request.user.authority.on)
    return render(request, "teams/first_passwords.html", {"unit": one, "form": form, "people": people}, status=status)


@require_safe
def first_passwords(request: AuthedRequest, pk: int) -> HttpResponse:
    form = ReasonForm(initial={"reason": _("First password")})
    return first_passwords_page(request, unit_to_let_in(request, pk), form)


@require_POST
def give_first_passwords(request: AuthedRequest, pk: int) -> HttpResponse:
    one, form = unit_to_let_in(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return first_passwords_page(request, one, form, 422)
    today, now = request.user.authority.on, timezone.now()
    slips = services.give_first_passwords(unit=one, **form.cleaned_data, actor=request.user, today=today, now=now)
    return render(request, "teams/slips.html", {"slips": slips, "back": reverse("teams:first_passwords", args=[pk])})
