"""Validate, call once, answer: what a view does with a verb.

return carried_out(request, form, lambda sent: services.appoint(unit=one, **sent, **by(request)),
                   again=lambda **more: page(request, one, **more), then=("teams:unit", one.pk), says=_("…"))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from core.editing import ChangedMeanwhile, EditForm
from core.refusals import NotDone

UNREADABLE = 422
Answer = TypeVar("Answer", bound=HttpResponseBase)


def carried_out(
    request: HttpRequest,
    form: forms.BaseForm | None,
    do: Callable[[dict[str, Any]], Any],
    *,
    again: Callable[..., HttpResponse],
    then: tuple[Any, ...] | Callable[[Any], Answer],
    says: str | Callable[[Any], str] = "",
    above: bool = False,
) -> HttpResponse | Answer:
    """The answer to a POST. `do` gets what the form holds and is called once; what it returns goes to `then` and `says`.

    Done: a word of it, and a redirect to `then` (what `redirect` takes, or a function that answers). Refused: the page
    `again(form=…, status=…)`, with the refusal at its field; without a form `again(error=…, status=…)`. `above`: the page
    shows what is refused above everything (`again(form=…, error=…, status=…)`), for a form that is folded away or hidden.
    """
    if form is not None and not form.is_valid():
        return again(form=form, status=UNREADABLE)
    try:
        done = do(dict(form.cleaned_data) if form is not None else {})
    except NotDone as refusal:
        if form is None:
            return again(error=str(refusal), status=refusal.status)
        if above:
            return again(form=form, error=str(refusal), status=refusal.status)
        show_at(form, refusal)
        return again(form=form, status=refusal.status)
    if said := says(done) if callable(says) else says:
        messages.success(request, said)
    return then(done) if callable(then) else redirect(*then)


def back_to(request: HttpRequest, *then: Any) -> Callable[..., HttpResponse]:
    """For `again`, where the page belongs to somebody else: there one is told what was refused."""

    def again(*, error: str, **_more: object) -> HttpResponse:
        messages.error(request, error)
        return redirect(*then)

    return again


def show_at(form: forms.BaseForm, refusal: NotDone) -> None:
    """The refusal at the field it is about; above the form where it has no such field."""
    if isinstance(refusal, ChangedMeanwhile) and isinstance(form, EditForm):
        form.meet(refusal)
    else:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
