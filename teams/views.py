"""Units, people, who stands in for an absent leader, and who gets a password."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest, only_if
from core.answers import carried_out
from core.periods import Month
from teams.authority import Power, authority_of
from teams.forms import ReasonForm, StandInForm
from teams.models import OutletPosting, Person, Posting, Target, Unit, grade_in_words
from teams.panels import panels
from teams.reach import reach
from teams.selectors import posts
from teams.selectors import units as the_units
from teams.services import access as letting_in
from teams.services import stand_in as standing_in


def by(request: AuthedRequest) -> dict[str, Any]:
    return {"actor": request.user, "today": request.user.authority.on, "now": timezone.now()}


@require_safe
def units(request: AuthedRequest) -> HttpResponse:
    return render(request, "teams/units.html", {"rows": the_units.unit_rows(request.user, request.user.authority.on)})


@require_safe
def unit(request: AuthedRequest, pk: int) -> HttpResponse:
    one = reach(request, Unit, pk)
    on = request.user.authority.on
    context = {
        "unit": one,
        "line": Unit.objects.filter(pk__in=one.line).exclude(pk=pk).order_by("path"),
        "because": the_units.unranked_because(one, on),
        "postings": posts.posted_at(one, request.user, on),
        "rows": the_units.unit_rows(request.user, on, within=one),
        "outlets": the_units.outlets_of(one, request.user, on),
        "targets": Target.objects.visible_to(request.user).filter(unit=one, month__gte=Month(on).first),
        "stand_ins": posts.stand_ins_at(one, on),
        "may_appoint": one.kind in posts.LEADING_ROLE and may_appoint(request, one),
        "may_give_passwords": request.user.authority.may(Power.GIVE_PASSWORDS, one.path),
        "panels": panels(one, request.user, on),
    }
    return render(request, "teams/unit.html", context)


@require_safe
def person(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    one = reach(request, Person.objects.select_related("user"), public_id)
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
    leadable = Unit.objects.filter(kind__in=posts.LEADING_ROLE)
    return reach(request, leadable, pk, Power.APPOINT_STAND_IN, at="")


def stand_in_form(request: AuthedRequest, one: Unit, entered: QueryDict | None = None) -> StandInForm:
    on = request.user.authority.on
    return StandInForm(
        entered,
        leaders=posts.leading_postings(one, on),
        candidates=posts.candidates(one, request.user, on),
        today=on,
    )


def stand_in_page(request: AuthedRequest, one: Unit, form: StandInForm, status: int = 200) -> HttpResponse:
    return render(request, "teams/stand_in.html", {"unit": one, "form": form}, status=status)


@require_safe
def stand_in(request: AuthedRequest, pk: int) -> HttpResponse:
    one = unit_to_lead(request, pk)
    return stand_in_page(request, one, stand_in_form(request, one))


@require_POST
def appoint(request: AuthedRequest, pk: int) -> HttpResponse:
    one = unit_to_lead(request, pk)

    def appointed(sent: dict[str, Any]) -> Posting:
        absent = get_object_or_404(Posting, public_id=sent.pop("absent"))
        return standing_in.appoint_stand_in(absent=absent, **sent, **by(request))

    return carried_out(
        request,
        stand_in_form(request, one, request.POST),
        appointed,
        again=partial(stand_in_page, request, one),
        then=("teams:unit", pk),
        says=lambda posting: _("%(person)s stands in.") % {"person": posting.person},
    )


@require_POST
def end_stand_in(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    stand_ins = Posting.objects.exclude(acting_for=None).select_related("unit")
    posting = reach(request, stand_ins, public_id, Power.APPOINT_STAND_IN)
    standing_in.end_stand_in(stand_in=posting, actor=request.user, today=request.user.authority.on)
    messages.success(request, _("The stand-in has ended."))
    return redirect("teams:unit", pk=posting.unit_id)


def may_give_password(request: AuthedRequest, one: Person) -> bool:
    mine = request.user.authority
    return bool(mine.paths(Power.GIVE_PASSWORDS) and mine.gives_passwords_to(authority_of(one.user, mine.on)))


def person_to_let_in(request: AuthedRequest, public_id: UUID) -> Person:
    """The person, where one may give her a password."""
    one = reach(request, Person.objects.select_related("user"), public_id)
    only_if(may_give_password(request, one))
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
    one, back = person_to_let_in(request, public_id), reverse("teams:person", args=[public_id])
    return carried_out(
        request,
        ReasonForm(request.POST),
        lambda sent: letting_in.give_password(person=one, **sent, **by(request)),
        again=partial(access_page, request, one),
        then=lambda slip: render(request, "teams/slips.html", {"slips": [slip], "back": back}),
    )


@require_POST
def take_second_factor(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    one = person_to_let_in(request, public_id)
    return carried_out(
        request,
        ReasonForm(request.POST),
        lambda sent: letting_in.take_second_factor(person=one, **sent, **by(request)),
        again=partial(access_page, request, one),
        then=("teams:access", public_id),
        says=lambda is_taken: _("The second factor is taken away.") if is_taken else "",
    )


def unit_to_let_in(request: AuthedRequest, pk: int) -> Unit:
    """The unit, where one may give its people passwords."""
    return reach(request, Unit, pk, Power.GIVE_PASSWORDS, at="")


def first_passwords_page(request: AuthedRequest, one: Unit, form: ReasonForm, status: int = 200) -> HttpResponse:
    people = posts.without_password(one, request.user, request.user.authority.on)
    return render(request, "teams/first_passwords.html", {"unit": one, "form": form, "people": people}, status=status)


@require_safe
def first_passwords(request: AuthedRequest, pk: int) -> HttpResponse:
    form = ReasonForm(initial={"reason": _("First password")})
    return first_passwords_page(request, unit_to_let_in(request, pk), form)


@require_POST
def give_first_passwords(request: AuthedRequest, pk: int) -> HttpResponse:
    one, back = unit_to_let_in(request, pk), reverse("teams:first_passwords", args=[pk])
    return carried_out(
        request,
        ReasonForm(request.POST),
        lambda sent: letting_in.give_first_passwords(unit=one, **sent, **by(request)),
        again=partial(first_passwords_page, request, one),
        then=lambda slips: render(request, "teams/slips.html", {"slips": slips, "back": back}),
    )
