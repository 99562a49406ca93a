"""The customer manager's own pages: a day, its contacts, the week."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from core.converters import asked
from core.editing import ChangedMeanwhile, EditForm
from core.identifiers import identifier
from core.periods import Week
from teams.authority import Power
from teams.models import Person
from worklogs import services
from worklogs.forms.day import BrochuresForm, EntryForm, NoteForm, RemovalForm
from worklogs.models import LogEntry
from worklogs.rules.kinds import CONTACT_KINDS, Kind
from worklogs.selectors.day import NumberNote, day_page, number_note
from worklogs.selectors.week import week_page
from worklogs.services import LogRefused


def writer(request: AuthedRequest) -> Person:
    """Who writes. Raises `PermissionDenied` for everybody who is no customer manager today."""
    if not request.user.authority.may(Power.WRITE_LOG):
        raise PermissionDenied
    person: Person = request.user.person
    return person


def answer(request: AuthedRequest, on: date, *, refused: Form | None = None, **more: Any) -> HttpResponse:
    """The day: only its body where a part of the page asked, the page where something has to be mended."""
    page = day_page(writer(request), on, timezone.localtime())
    forms = {
        "brochures_form": BrochuresForm(initial={"quantity": page.log.brochures}),
        "note_form": NoteForm(initial={"note": page.log.note}),
    }
    context = {"page": page, **forms, **more}
    if refused and not page.may_write:
        context["lost"] = lost(refused)
    template = "worklogs/day.html#day" if request.htmx else "worklogs/day.html"
    clash = any(isinstance(form, EditForm) and form.changed for form in more.values())
    return render(request, template, context, status=409 if clash else 422 if refused else 200)


def lost(form: Form) -> dict[str, Any]:
    """What a day that can no longer be written has no place for: why it was refused, and what was typed."""
    typed = [form[name].value() for name in form.fields if not form[name].is_hidden]
    return {"error": next(iter(form.errors.values()))[0], "typed": [text for text in typed if text]}


def done(request: AuthedRequest, on: date, text: str = "", *, warning: bool = False) -> HttpResponse:
    """After a change: the new state of the day in place, or the page anew."""
    if text:
        (messages.warning if warning else messages.success)(request, text)
    return answer(request, on) if request.htmx else redirect("worklogs:day", on)


def put(form: Form, refusal: LogRefused) -> Form:
    """The form with the refusal at the field it concerns."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return form


@require_safe
def today(request: AuthedRequest) -> HttpResponse:
    return answer(request, timezone.localdate())


@require_safe
def day(request: AuthedRequest, on: date) -> HttpResponse:
    return answer(request, on)


@require_safe
def new_entry(request: AuthedRequest, on: date, kind: str) -> HttpResponse:
    if kind not in CONTACT_KINDS:
        raise Http404
    return answer(request, on, form=EntryForm(kind=kind), kind=Kind(kind))


@require_POST
def save_entry(request: AuthedRequest, on: date) -> HttpResponse:
    person, form = writer(request), EntryForm(request.POST)
    if not form.is_valid():
        return answer(request, on, refused=form, form=form, kind=kind_of(form))
    fields = {**form.cleaned_data, "kind": Kind(form.cleaned_data["kind"])}
    try:
        entry = services.save_entry(person=person, on=on, actor=request.user, now=timezone.now(), **fields)
    except LogRefused as refusal:
        return answer(request, on, refused=put(form, refusal), form=form, kind=fields["kind"])
    if entry.kind == Kind.PROSPECT and entry.known_as:
        return done(
            request, on, _("%(name)s is on the log. The number was known: no point.") % vars(entry), warning=True
        )
    if entry.not_in_crm:
        text = _("%(name)s is on the log, marked for your leader: no client with this number in CRM.")
        return done(request, on, text % vars(entry), warning=True)
    return done(request, on, _("%(name)s is on the log.") % vars(entry))


def kind_of(form: EntryForm) -> Kind | None:
    sent = str(form.data.get("kind", ""))
    return Kind(sent) if sent in CONTACT_KINDS else None


@require_POST
def check_number(request: AuthedRequest, on: date) -> HttpResponse:
    """What is known of a number while it is typed; nothing is written."""
    person, form = writer(request), EntryForm(request.POST)
    note = None
    kind = kind_of(form)
    client_no = identifier(str(form.data.get("client_no", ""))).upper()
    if kind and form.is_valid() and (len(form.cleaned_data["phone"]) > 6 or client_no):
        try:
            phone = services.checked_phone(form.cleaned_data["phone"], client_no)
            note = number_note(person=person, on=on, kind=kind, phone=phone, client_no=client_no)
        except LogRefused as refusal:
            note = NumberNote("bad", str(refusal))
    return render(request, "worklogs/day.html#number", {"note": note})


@require_safe
def entry(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """An entry of one's own, and taking it off."""
    return render(request, "worklogs/entry.html", entry_context(request, own_entry(request, public_id), RemovalForm()))


@require_POST
def remove_entry(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    entry, form = own_entry(request, public_id), RemovalForm(request.POST)
    on, name = entry.log.on, entry.name
    if form.is_valid():
        try:
            services.remove_entry(
                entry=entry, reason=form.cleaned_data["reason"], actor=request.user, now=timezone.now()
            )
        except LogRefused as refusal:
            put(form, refusal)
        else:
            return done(request, on, _("%(name)s is off the log.") % {"name": name})
    return render(request, "worklogs/entry.html", entry_context(request, entry, form), status=422)


def own_entry(request: AuthedRequest, public_id: UUID) -> LogEntry:
    """404 out of sight; 403 where one may read it but it is somebody else's."""
    entries = LogEntry.objects.visible_to(request.user).select_related("log__person__user", "contact")
    found = get_object_or_404(entries, public_id=public_id)
    if found.log.person.user_id != request.user.pk or not request.user.authority.may(Power.WRITE_LOG):
        raise PermissionDenied
    return found


def entry_context(request: AuthedRequest, entry: LogEntry, form: RemovalForm) -> dict[str, Any]:
    page = day_page(entry.log.person, entry.log.on, timezone.localtime())
    return {"entry": entry, "form": form, "page": page}


@require_POST
def set_brochures(request: AuthedRequest, on: date) -> HttpResponse:
    person, form = writer(request), BrochuresForm(request.POST)
    if not form.is_valid():
        return answer(request, on, refused=form, brochures_form=form)
    sent = form.cleaned_data
    told = {"person": person, "on": on, "reason": sent["reason"], "actor": request.user, "now": timezone.now()}
    try:
        if sent["more"]:
            services.add_brochures(more=sent["more"], **told)
        else:
            services.set_brochures(quantity=sent["quantity"], seen=form.seen, **told)
    except ChangedMeanwhile as changed:
        form.meet(changed)
        return answer(request, on, brochures_form=form)
    except LogRefused as refusal:
        refusal.field = refusal.field.replace("brochures", "quantity")
        return answer(request, on, refused=put(form, refusal), brochures_form=form)
    return done(request, on)


@require_POST
def write_note(request: AuthedRequest, on: date) -> HttpResponse:
    person, form = writer(request), NoteForm(request.POST)
    if not form.is_valid():
        return answer(request, on, refused=form, note_form=form)
    try:
        entered = {**form.cleaned_data, "seen": form.seen}
        services.write_note(person=person, on=on, actor=request.user, now=timezone.now(), **entered)
    except ChangedMeanwhile as changed:
        form.meet(changed)
        return answer(request, on, note_form=form)
    except LogRefused as refusal:
        return answer(request, on, refused=put(form, refusal), note_form=form)
    return done(request, on, _("The note is saved."))


@require_POST
def submit(request: AuthedRequest, on: date) -> HttpResponse:
    person, form = writer(request), NoteForm(request.POST)
    if not form.is_valid():
        return answer(request, on, refused=form, note_form=form)
    note = form.cleaned_data["note"] if "note" in request.POST else None
    is_touched = note is not None and not form.seen.holds({"note": note})
    try:
        log = services.submit_log(
            person=person, on=on, note=note if is_touched else None, seen=form.seen, now=timezone.now()
        )
    except ChangedMeanwhile as changed:
        form.meet(changed)
        return answer(request, on, note_form=form)
    except LogRefused as refusal:
        typed = {} if note is None else {"note_form": NoteForm(request.POST)}
        return answer(request, on, refused=put(form, refusal), submit_error=str(refusal), **typed)
    return done(request, on, _("Handed in, marked late.") if log.late else _("Handed in."), warning=log.late)


@require_safe
def week(request: AuthedRequest) -> HttpResponse:
    person, today = writer(request), timezone.localdate()
    shown = asked(request.GET.get("week"), Week(today))
    return render(request, "worklogs/week.html", {"page": week_page(person, shown, today, request.user)})
