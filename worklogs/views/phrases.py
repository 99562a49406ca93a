"""A leader's own quick phrases."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from core.answers import carried_out
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
    form = PhrasesForm(request.POST)

    def keep(sent: dict[str, str]) -> None:
        lines = (line.strip() for line in sent["text"].splitlines())
        replies.keep_phrases(owner=request.user, text="\n".join(filter(None, lines)), seen=form.seen)

    return carried_out(
        request,
        form,
        keep,
        again=lambda form, status: render(request, "worklogs/phrases.html", {"form": form}, status=status),
        then=("worklogs:phrases",),
        says=_("Your phrases are saved."),
    )


def must_answer(request: AuthedRequest) -> None:
    """Raises `PermissionDenied` for who answers no logs."""
    must(request, Power.REPLY_TO_LOGS)
