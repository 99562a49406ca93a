"""One request: what it is about, its stages and opinions, and what this person may do with it now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from approvals import forms as shown
from approvals.models import Request
from approvals.printing import as_pdf
from approvals.rules.verbs import Verb
from approvals.selectors import inbox, sheet
from approvals.selectors.offered import offered
from approvals.services import deciding, questions, requests, seating
from approvals.services.guards import is_author
from approvals.views.lists import STATES
from core.answers import carried_out
from teams.reach import reach

PRIMARY, PLAIN, DANGER = "btn-primary", "btn-outline-secondary", "btn-outline-danger"


@dataclass(frozen=True, slots=True)
class Act:
    """A verb on the page: its form, its service, the word on its button, what is said when it is done."""

    form: type[forms.Form]
    do: Callable[..., Any]
    label: str | Promise
    says: str | Promise
    look: str = PLAIN


def _submit_again(*, request: Request, **sent: Any) -> Request:
    return requests.submit(name=request.subject, thing=request.thing, **sent)


def _give_back(*, to: str, **sent: Any) -> Request:
    return deciding.give_back(to_author=to == "author", **sent)


_agree, _refuse = partial(deciding.decide, verb=Verb.AGREE), partial(deciding.decide, verb=Verb.REFUSE)
ACTS: dict[Verb, Act] = {
    Verb.AGREE: Act(shown.DecisionForm, _agree, _("I agree"), _("You have agreed."), PRIMARY),
    Verb.REFUSE: Act(shown.RefusalForm, _refuse, _("Refuse…"), _("You have refused; the author is told."), DANGER),
    Verb.GIVE_BACK: Act(shown.ReturnForm, _give_back, _("Return…"), _("Returned.")),
    Verb.ANSWER: Act(shown.WhyForm, questions.answer, _("Answer…"), _("Answered; the deadline runs again."), PRIMARY),
    Verb.SUBMIT: Act(shown.RemarkForm, _submit_again, _("Submit again"), _("Submitted."), PRIMARY),
    Verb.ASK: Act(
        shown.WhyForm,
        questions.ask_author,
        _("Ask the author…"),
        _("Asked. The deadline stands still until the answer."),
    ),
    Verb.ADD: Act(shown.AddForm, seating.add_signer, _("Ask somebody else too…"), _("Asked.")),
    Verb.TRANSFER: Act(shown.TransferForm, seating.transfer, _("Hand over…"), _("Handed over.")),
    Verb.REMOVE: Act(shown.RemoveForm, seating.remove_signer, _("Ask no more"), _("No longer asked.")),
    Verb.REMIND: Act(forms.Form, questions.remind, _("Remind"), _("Reminded.")),
    Verb.RECALL: Act(forms.Form, deciding.recall, _("Take my opinion back"), _("Taken back; you are asked again.")),
    Verb.WITHDRAW: Act(shown.RemarkForm, requests.withdraw, _("Take it back…"), _("Withdrawn."), DANGER),
}


def _one(request: AuthedRequest, public_id: UUID) -> Request:
    return reach(request, inbox.as_read(Request.objects.all()), public_id)


@require_safe
def request_page(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    return show(request, public_id)


def show(request: AuthedRequest, public_id: UUID, *, status: int = 200, **typed: Any) -> HttpResponse:
    """`typed`: the verb that was tried, its form, the error."""
    one, user = _one(request, public_id), request.user
    everybody = [each for each_round in one.rounds.all() for each in each_round.assignments.all()]
    may = offered(one, user, everybody, is_author=is_author(one, user, user.authority.on))
    context = {
        "one": one,
        "state": STATES[one.state],
        "link": one.kind.link(one.thing),
        "stages": sheet.stages_of(one),
        "rounds": sheet.rounds_of(one),
        "events": sheet.events_of(one),
        "question": sheet.question_of(one),
        "acts": [_act(name, one, typed) for name in ACTS if name in may and name != Verb.REMOVE],
        "may_remove": Verb.REMOVE in may,
        "error": "",
        **typed,
    }
    return render(request, "approvals/request.html", context, status=status)


def _act(name: Verb, one: Request, typed: dict[str, Any]) -> dict[str, Any]:
    """A verb as the page offers it, with what was typed into its form."""
    form = typed.get("form") if typed.get("verb") == name else None
    form = form or ACTS[name].form(initial={"seen": one.digest})
    if name == Verb.GIVE_BACK and (one.route.back_to_author or one.at_stage == 0):
        form.fields["to"].widget = forms.HiddenInput()  # to the author, nowhere else
    return {"verb": name, "address": f"approvals:{name}", "act": ACTS[name], "form": form}


@require_POST
def act(request: AuthedRequest, public_id: UUID, verb: Verb) -> HttpResponse:
    one, doing = reach(request, Request.objects.all(), public_id), ACTS[verb]
    return carried_out(
        request, doing.form(request.POST),
        lambda sent: one.kind.doors.get(verb, doing.do)(request=one, actor=request.user, now=timezone.now(), **sent),
        again=partial(show, request, public_id, verb=verb),
        then=("approvals:request", public_id), says=str(doing.says), above=True,
    )  # fmt: skip


@require_safe
def opinion_sheet(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    one = _one(request, public_id)
    by = f"{request.user.name} {request.user.employee_no}"
    headers = {"Content-Disposition": f'attachment; filename="{one.number}.pdf"'}
    return HttpResponse(as_pdf(one, by=by, at=timezone.now()), content_type="application/pdf", headers=headers)
