from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from accounts.requests import AuthedRequest, only_if
from core.answers import back_to, carried_out
from messaging import selectors, services
from messaging.filters import SendingFilter
from messaging.models import SEE_SENDING_LOG, SETTLE_MESSAGES, Message, State
from messaging.tables import SendingTable

PER_PAGE = 30
AT_MOST_TO_DECIDE = 20


@require_safe
def inbox(request: AuthedRequest) -> HttpResponse:
    show, counts = request.GET.get("show", ""), selectors.inbox_counts(request.user)
    quick = [
        {"label": label, "query": query, "is_current": query == (f"show={show}" if show else ""), "count": count}
        for label, query, count in (
            (_("All"), "", counts.all),
            (_("Unread"), "show=unread", counts.unread),
            (_("Calls to make"), "show=calls", counts.calls),
        )
    ]
    lines = selectors.inbox(request.user, show, on=timezone.localdate())
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "messaging/inbox.html", {"page": page, "quick": quick, "counts": counts, "show": show})


@require_safe
def message(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """Opening a message reads it, and leads on to what it is about."""
    found = get_object_or_404(Message.objects.inbox_of(request.user), public_id=public_id)
    if request.method == "GET":
        services.mark_read(user=request.user, message=found, now=timezone.now())
    return redirect(found.link) if found.link else render(request, "messaging/message.html", {"message": found})


@require_safe
def subject(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """Every message of a subject that the inbox shows as one line, as it was sent."""
    found = get_object_or_404(Message.objects.inbox_of(request.user), public_id=public_id)
    page = Paginator(selectors.told_before(request.user, found), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "messaging/subject.html", {"page": page, "newest": found})


@require_POST
def read_all(request: AuthedRequest) -> HttpResponse:
    services.mark_read(user=request.user, now=timezone.now())
    return redirect("messaging:inbox")


@require_safe
def sending_log(request: AuthedRequest) -> HttpResponse:
    only_if(request.user.authority.may(SEE_SENDING_LOG))
    state, log = request.GET.get("state", ""), selectors.sending_log(request.user)
    chosen = SendingFilter(request.GET, queryset=log.filter(state=state) if state in State.values else log)
    table = SendingTable(chosen.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {
        "table": table,
        "filter": chosen,
        "quick": [quick_filter(request, code, label) for code, label in (("", _("All")), *State.choices)],
        "undecided": log.undecided()[:AT_MOST_TO_DECIDE],
        "overdue": selectors.overdue_count(timezone.now()),
        "may_settle": request.user.authority.may(SETTLE_MESSAGES),
    }
    return render(request, "messaging/sending_log.html", context)


def quick_filter(request: AuthedRequest, state: str, label: object) -> dict[str, Any]:
    """A filter by state that keeps the other filters."""
    query = request.GET.copy()
    query.pop("page", None)
    query["state"] = state
    return {"label": label, "query": query.urlencode(), "is_current": request.GET.get("state", "") == state}


def in_sending_log(request: AuthedRequest, public_id: UUID, power: str) -> Message:
    """The message, for who may see it in the log and holds `power` over its place."""
    found = get_object_or_404(Message.objects.visible_to(request.user), public_id=public_id)
    only_if(request.user.authority.may(power, found.place))
    return found


@require_safe
def sending(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    found = in_sending_log(request, public_id, SEE_SENDING_LOG)
    context = {
        "message": found,
        "state": selectors.STATE_OF[State(found.state)],
        "events": selectors.history(found),
        "may_settle": request.user.authority.may(SETTLE_MESSAGES, found.place),
    }
    return render(request, "messaging/sending.html", context)


@require_POST
def resend(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    found = in_sending_log(request, public_id, SETTLE_MESSAGES)
    return decided(request, found, services.resend, says=_("It is sent again."))


@require_POST
def take_as_sent(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    found = in_sending_log(request, public_id, SETTLE_MESSAGES)
    return decided(request, found, services.take_as_sent, says=_("It now counts as sent."))


def decided(request: AuthedRequest, found: Message, verb: Callable[..., None], *, says: str) -> HttpResponse:
    page = ("messaging:sending", found.public_id)
    return carried_out(
        request,
        None,
        lambda _sent: verb(message=found, actor=request.user, now=timezone.now()),
        again=back_to(request, *page),
        then=page,
        says=says,
    )
