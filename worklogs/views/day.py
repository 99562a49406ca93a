"""The customer manager's own pages: a day, its contacts, the week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest, only_if
from core.answers import carried_out
from core.converters import asked
from core.identifiers import identifier
from core.periods import Week
from teams.authority import Power
from teams.models import Person
from teams.reach import must
from worklogs.forms.day import BrochuresForm, EntryEditForm, EntryForm, NoteForm, RemovalForm
from worklogs.models import LogEntry, WorkLog
from worklogs.rules.kinds import CONTACT_KINDS, Kind
from worklogs.selectors.day import day_page
from worklogs.selectors.prospects import prospects as own_prospects
from worklogs.selectors.prospects import recent_contacts
from worklogs.selectors.week import week_page
from worklogs.services import entering, writing
from worklogs.services.writing import add_brochures, submit_log

A_PAGE = 50
MOVED_ON = 409
TAKEN_OFF = "taken_off"  # in the session: by day the contact that was taken off last


def writer(request: AuthedRequest) -> Person:
    """Who writes. Raises `PermissionDenied` for everybody who is no customer manager today."""
    must(request, Power.WRITE_LOG)
    person: Person = request.user.person
    return person


def answer(request: AuthedRequest, on: date, *, refused: Form | None = None, **more: Any) -> HttpResponse:
    """The day: only its body where a part of the page asked, the page where something has to be mended."""
    page = day_page(writer(request), on, timezone.localtime())
    context = {
        "page": page,
        "brochures_form": BrochuresForm(initial={"quantity": page.log.brochures}),
        "note_form": NoteForm(initial={"note": page.log.note}),
        "taken_off": request.session.get(TAKEN_OFF, {}).get(on.isoformat()),
        **more,
    }
    if refused and not page.may_write:
        context["lost"] = lost(refused)
    if context.get("form") and context.get("kind"):
        context["recent"] = recent_contacts(writer(request), on, context["kind"])
    template = "worklogs/day.html#day" if request.htmx else "worklogs/day.html"
    page_of_it = render(request, template, context, status=more.get("status", 422 if refused else 200))
    if request.htmx and request.htmx.target == "day":  # opened anew it is the same, with the form that stands open
        kind = context.get("kind")
        here = reverse("worklogs:new_entry", args=[on, kind]) if kind else reverse("worklogs:day", args=[on])
        page_of_it.headers["HX-Replace-Url"] = here
    return page_of_it


def lost(form: Form) -> dict[str, Any]:
    """What a day that can no longer be written has no place for: why it was refused, and what was typed."""
    typed = [form[name].value() for name in form.fields if not form[name].is_hidden]
    return {"error": next(iter(form.errors.values()))[0], "typed": [text for text in typed if text]}


def done(request: AuthedRequest, on: date, text: str = "", *, warning: bool = False, **more: Any) -> HttpResponse:
    """After a change: the new state of the day in place, or the page anew."""
    if text:
        (messages.warning if warning else messages.success)(request, text)
    return answer(request, on, **more) if request.htmx else redirect("worklogs:day", on)


def again(request: AuthedRequest, on: date, place: str, **more: Any) -> Callable[..., HttpResponse]:
    """The day with what was refused in the form that stands at `place`."""
    return lambda form, status: answer(request, on, refused=form, status=status, **{place: form}, **more)


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
    return answer(request, on, form=EntryForm(kind=kind, initial=filled(request)), kind=Kind(kind))


def filled(request: AuthedRequest) -> dict[str, str]:
    """Name and numbers of the contact of an earlier entry of one's own, chosen by a tap."""
    try:
        again = UUID(request.GET.get("again", ""))
    except ValueError:
        return {}
    entry = LogEntry.objects.filter(log__person=writer(request), public_id=again).select_related("contact").first()
    if entry is None:
        return {}
    return {"name": entry.name, "phone": entry.contact.phone, "client_no": entry.contact.client_no}


@require_POST
def save_entry(request: AuthedRequest, on: date) -> HttpResponse:
    person, form = writer(request), EntryForm(request.POST)

    def save(sent: dict[str, Any]) -> LogEntry:
        fields = {**sent, "kind": Kind(sent["kind"])}
        return entering.save_entry(person=person, on=on, actor=request.user, now=timezone.now(), **fields)

    return carried_out(
        request,
        form,
        save,
        again=again(request, on, "form", kind=kind_of(form)),
        then=lambda entry: saved(request, on, entry),
    )


def saved(request: AuthedRequest, on: date, entry: LogEntry) -> HttpResponse:
    """The day with the new contact; where the next one follows, an empty form of the same kind."""
    request.session.pop(TAKEN_OFF, None)
    text, is_warning = said_of(entry)
    if "next" not in request.POST:
        return done(request, on, text, warning=is_warning, added=entry)
    (messages.warning if is_warning else messages.success)(request, text)
    if not request.htmx:
        return redirect("worklogs:new_entry", on, entry.kind)
    return answer(request, on, form=EntryForm(kind=entry.kind), kind=Kind(entry.kind), added=entry)


def said_of(entry: LogEntry) -> tuple[str, bool]:
    """What the writer is told of an entry that was saved, and whether it is a warning."""
    if entry.kind == Kind.PROSPECT and entry.known_as:
        return _("%(name)s is on the log. The number was known: no point.") % vars(entry), True
    if entry.not_in_crm:
        text = _("%(name)s is on the log, marked for your leader: no client with this number in CRM.")
        return text % vars(entry), True
    return _("%(name)s is on the log.") % vars(entry), False


def kind_of(form: EntryForm) -> Kind | None:
    sent = str(form.data.get("kind", ""))
    return Kind(sent) if sent in CONTACT_KINDS else None


@require_POST
def check_number(request: AuthedRequest, on: date) -> HttpResponse:
    """What is known of a number while it is typed; nothing is written."""
    person, form = writer(request), EntryForm(request.POST)
    note = None
    kind = kind_of(form)
    client_no = identifier(str(form.data.get("client_no", "")))
    if kind and form.is_valid() and (len(form.cleaned_data["phone"]) > 6 or client_no):
        phone = form.cleaned_data["phone"]
        note = entering.number_checked(person=person, on=on, kind=kind, phone=phone, client_no=client_no)
    return render(request, "worklogs/day.html#number", {"note": note})


@require_safe
def entry(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """An entry of one's own, and taking it off."""
    found = own_entry(request, public_id)
    return render(request, "worklogs/entry.html", entry_context(found, EntryEditForm(entry=found)))


@require_POST
def edit_entry(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    found = own_entry(request, public_id)
    form = EntryEditForm(request.POST, entry=found)
    told: dict[str, Any] = {"entry": found, "actor": request.user, "now": timezone.now(), "seen": form.seen}
    return carried_out(
        request,
        form,
        lambda sent: entering.edit_entry(**told, **sent),
        again=lambda form, status: render(request, "worklogs/entry.html", entry_context(found, form), status=status),
        then=("worklogs:day", found.log.on),
        says=lambda entry: _("%(name)s is changed.") % vars(entry),
    )


@require_POST
def put_back(request: AuthedRequest, on: date) -> HttpResponse:
    """Undo taking a contact off the log: it is as it was, entered when it was first entered."""
    person, kept = writer(request), request.session.pop(TAKEN_OFF, {}).get(on.isoformat())
    if not kept:
        return done(request, on)
    fields = {**kept, "kind": Kind(kept["kind"]), "first_at": datetime.fromisoformat(kept["first_at"])}
    fields["next_on"] = date.fromisoformat(kept["next_on"]) if kept["next_on"] else None

    def refused(*, error: str, **_more: object) -> HttpResponse:
        messages.error(request, error)
        return done(request, on)

    return carried_out(
        request,
        None,
        lambda _sent: entering.save_entry(person=person, on=on, actor=request.user, now=timezone.now(), **fields),
        again=refused,
        then=lambda _entry: done(request, on, _("%(name)s is on the log again.") % kept),
    )


@require_safe
def prospects(request: AuthedRequest) -> HttpResponse:
    """One's own prospects with the last contact and the next date."""
    wanted = request.GET.get("q", "").strip()[:64]
    found = own_prospects(writer(request), timezone.localdate(), wanted=wanted)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "worklogs/prospects.html", {"page": page, "wanted": wanted, "today": timezone.localdate()})


@require_POST
def remove_entry(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    entry, form = own_entry(request, public_id), RemovalForm(request.POST)
    on, name, kept = entry.log.on, entry.name, as_kept(entry)

    def refused(*, form: Form, status: int) -> HttpResponse:
        context = {**entry_context(entry, EntryEditForm(entry=entry)), "removal": form}
        return render(request, "worklogs/entry.html", context, status=status)

    def taken_off(_removed: None) -> HttpResponse:
        request.session[TAKEN_OFF] = {on.isoformat(): kept}
        return done(request, on, _("%(name)s is off the log.") % {"name": name})

    told: dict[str, Any] = {"entry": entry, "actor": request.user, "now": timezone.now()}
    return carried_out(request, form, lambda sent: entering.remove_entry(**told, **sent), again=refused, then=taken_off)


def as_kept(entry: LogEntry) -> dict[str, str]:
    """An entry as it is put back."""
    contact = entry.contact
    return {
        "kind": entry.kind,
        "name": entry.name,
        "phone": contact.phone,
        "client_no": contact.client_no if entry.kind == Kind.CLIENT_CALL else "",
        "note": entry.note,
        "next_on": entry.next_on.isoformat() if entry.next_on else "",
        "first_at": entry.at.isoformat(),
    }


def own_entry(request: AuthedRequest, public_id: UUID) -> LogEntry:
    """404 out of sight; 403 where one may read it but it is somebody else's."""
    entries = LogEntry.objects.visible_to(request.user).select_related("log__person__user", "contact")
    found = get_object_or_404(entries, public_id=public_id)
    only_if(found.log.person.user_id == request.user.pk)
    must(request, Power.WRITE_LOG)
    return found


def entry_context(entry: LogEntry, form: EntryEditForm) -> dict[str, Any]:
    page = day_page(entry.log.person, entry.log.on, timezone.localtime())
    return {"entry": entry, "form": form, "removal": RemovalForm(), "page": page}


@require_POST
def set_brochures(request: AuthedRequest, on: date) -> HttpResponse:
    person, form = writer(request), BrochuresForm(request.POST)

    def set_them(sent: dict[str, Any]) -> None:
        told: dict[str, Any] = {
            "person": person,
            "on": on,
            "reason": sent["reason"],
            "actor": request.user,
            "now": timezone.now(),
        }
        if sent["more"]:
            add_brochures(more=sent["more"], **told)
        else:
            writing.set_brochures(quantity=sent["quantity"], seen=form.seen, **told)

    back = again(request, on, "brochures_form")
    return carried_out(request, form, set_them, again=back, then=lambda _set: done(request, on))


@require_POST
def write_note(request: AuthedRequest, on: date) -> HttpResponse:
    person, form = writer(request), NoteForm(request.POST)
    told: dict[str, Any] = {"person": person, "on": on, "actor": request.user, "now": timezone.now(), "seen": form.seen}
    return carried_out(
        request,
        form,
        lambda sent: writing.write_note(**told, **sent),
        again=again(request, on, "note_form"),
        then=lambda _note: done(request, on, _("The note is saved."), is_note_saved=True),
    )


@require_POST
def submit(request: AuthedRequest, on: date) -> HttpResponse:
    person, form = writer(request), NoteForm(request.POST)
    is_note_sent, is_readable = "note" in request.POST, form.is_valid()

    def hand_in(sent: dict[str, Any]) -> WorkLog:
        note = sent["note"] if is_note_sent else None
        if note is not None and form.seen.holds({"note": note}):
            note = None  # not touched on this page: a newer one stays
        return submit_log(person=person, on=on, note=note, now=timezone.now(), seen=form.seen)

    def refused(*, form: NoteForm, status: int) -> HttpResponse:
        error = lost(form)["error"] if is_readable and status != MOVED_ON else ""
        typed = {"note_form": form} if is_note_sent or not error else {}
        return answer(request, on, refused=form, submit_error=error, status=status, **typed)

    def handed_in(log: WorkLog) -> HttpResponse:
        text = _("Handed in, marked late.") if log.late else _("Handed in.")
        return done(request, on, text, warning=log.late, is_note_saved=True)

    return carried_out(request, form, hand_in, again=refused, then=handed_in)


@require_safe
def week(request: AuthedRequest) -> HttpResponse:
    person, today = writer(request), timezone.localdate()
    shown = asked(request.GET.get("week"), Week(today))
    return render(request, "worklogs/week.html", {"page": week_page(person, shown, today, request.user)})
