"""A leader's own quick phrases."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from core.editing import ChangedMeanwhile
from teams.authority import Power
from teams.reach import must
from worklogs.forms.desk import PhrasesForm
from worklogs.selectors.desk import phrases_of
from worklogs.services import replies


@require_safe
def phrases(request: AuthedRequest) -> HttpResponse:
    must_answer(request)
    form = PhrasesForm(initial={"text": "\n".join(phrases_of(request.user))})
    return render(request, "worklogs/phrases.html", {"form": form})


@require_POST
def keep_phrases(request: AuthedRequest) -> HttpResponse:
    must_answer(request)
    form, status = PhrasesForm(request.POST), 422
    if form.is_valid():
        lines = (line.strip() for line in form.cleaned_data["text"].splitlines())
        try:
            replies.keep_phrases(owner=request.user, text="\n".join(filter(None, lines)), seen=form.seen)
        except ChangedMeanwhile as changed:
            form.meet(changed)
            status = 409
        else:
            messages.success(request, _("Your phrases are saved."))
            return redirect("worklogs:phrases")
    return render(request, "worklogs/phrases.html", {"form": form}, status=status)


def must_answer(request: AuthedRequest) -> None:
    """Raises `PermissionDenied` for who answers no logs."""
    must(request, Power.REPLY_TO_LOGS)
