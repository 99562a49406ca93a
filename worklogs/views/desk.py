"""The review desk of leaders: the board, one log, answers, score tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest, only_if
from core.answers import back_to, carried_out
from core.converters import asked
from core.listings import COUNT, STATE, Cell, Choice, Listing, ListingColumn, listed
from core.periods import Day, Week
from core.said import days_in_words
from core.templatetags.components import shown as said
from teams.authority import Power
from teams.models import Role, Unit
from teams.reach import must, needs
from worklogs.forms.desk import ReplyForm, SeveralRepliesForm
from worklogs.models import DayScore, LogEntry, Reply, ScoreTable, WeekScore, WorkLog
from worklogs.selectors import desk as selectors
from worklogs.selectors.heat import people_by_week
from worklogs.selectors.week import week_page
from worklogs.services import entering
from worklogs.services.replies import reply_to_log, reply_to_logs
from worklogs.services.score_tables import sending_day

A_PAGE = 50
WEEKS = 12
A_YEAR = 53  # weeks of score tables to choose from; an address reaches older ones
SCORE_TABLE = (
    ListingColumn(gettext_lazy("Employee number"), only_in_file=True),
    ListingColumn(gettext_lazy("Name")),
    ListingColumn(gettext_lazy("Area")),
    ListingColumn(gettext_lazy("Days due"), COUNT),
    ListingColumn(gettext_lazy("Points"), COUNT),
    ListingColumn(gettext_lazy("Pass mark"), COUNT, only_in_file=True),
    ListingColumn(gettext_lazy("Score reached"), STATE),
    ListingColumn(gettext_lazy("Quotas met"), STATE, only_in_file=True),
    ListingColumn(gettext_lazy("Unmet")),
    ListingColumn(gettext_lazy("Logs answered"), COUNT),
)
SCORE_TABLES = (
    ListingColumn(gettext_lazy("Branch market department")),
    ListingColumn(gettext_lazy("State")),
    ListingColumn(gettext_lazy("People"), COUNT),
    ListingColumn(gettext_lazy("Score reached"), COUNT),
)
SHOW = {
    "all": gettext_lazy("Everybody"),
    "missing": gettext_lazy("Not written"),
    "short": gettext_lazy("Short"),
    "mine": gettext_lazy("Waiting for your reply"),
    "waiting": gettext_lazy("Waiting for their leader"),
}


@require_safe
def desk(request: AuthedRequest) -> HttpResponse:
    return shown(request, request.GET, SeveralRepliesForm())


def shown(request: AuthedRequest, query: QueryDict, form: SeveralRepliesForm, *, status: int = 200) -> HttpResponse:
    """The desk as `query` filters it, with what was chosen and typed in the form."""
    units = selectors.led_units(request.user, Power.READ_LOGS)
    only_if(bool(units))
    today = timezone.localdate()
    on = asked(query.get("on"), Day(today)).first if query.get("on") else selectors.day_to_review(units, today)
    show = query.get("show", "all") if query.get("show") in SHOW else "all"
    board = selectors.desk(request.user, units, on)
    chosen = filtered(board, on)
    page = Paginator(chosen[show], A_PAGE).get_page(query.get("page"))
    context = {
        "on": on,
        "is_today": on == today,
        "show": show,
        "filters": offered(chosen, show),
        "page": page,
        "logs": selectors.waiting_rows(list(page), board) if show == "mine" else [],
        "may_answer_some": show == "mine" or any(one.is_written for one in page),
        "form": form,
        "phrases": selectors.phrases_of(request.user),
        "may_reply": request.user.authority.paths(Power.REPLY_TO_LOGS),
        "manages": any(held.role == Role.MARKET_MANAGER for held in request.user.authority.held),
    }
    return render(request, "worklogs/desk.html", context, status=status)


def filtered(board: list[Any], on: date) -> dict[str, list[Any]]:
    """What each filter of the desk shows."""
    mine = selectors.owed_by_reader(board)
    own = {log.person_id for log in mine}
    others = (standing for standing in board if standing.waiting and standing.member.person_id not in own)
    return {
        "all": board,
        "missing": [standing for standing in board if standing.is_missing],
        "short": [standing for standing in board if standing.is_short],
        "mine": mine,
        "waiting": sorted(others, key=lambda standing: standing.oldest or on),
    }


def offered(chosen: Mapping[str, list[Any]], show: str) -> list[tuple[str, Any, int]]:
    """The filters with how much each shows; what waits for an answer only where something does."""
    return [
        (name, label, len(chosen[name]))
        for name, label in SHOW.items()
        if chosen[name] or name == show or name not in ("mine", "waiting")
    ]


@require_safe
def weeks(request: AuthedRequest) -> HttpResponse:
    """The last weeks of everybody in one's units, or in the one of `?within=`."""
    units = selectors.led_units(request.user, Power.READ_LOGS)
    only_if(bool(units))
    if code := request.GET.get("within"):
        units = [get_object_or_404(Unit.objects.within(*units), code=code)]
    people = people_by_week(units, timezone.localdate(), WEEKS)
    page = Paginator(people.members, A_PAGE).get_page(request.GET.get("page"))
    context = {"units": units, "page": page, "heat": people.heat(list(page))}
    return render(request, "worklogs/weeks.html", context)


@require_safe
def member_week(request: AuthedRequest, employee_no: str, week: Week) -> HttpResponse:
    """The week of somebody one leads, with how its score came about."""
    scores = WeekScore.objects.visible_to(request.user).select_related("person__user")
    score = get_object_or_404(scores, person__user__employee_no=employee_no, week=week.first)
    page = week_page(score.person, week, timezone.localdate(), request.user)
    return render(request, "worklogs/week.html", {"page": page})


@require_safe
def log(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(
        WorkLog.objects.visible_to(request.user).select_related("person__user", "unit"), public_id=public_id
    )
    return render(request, "worklogs/log.html", log_context(request, found, ReplyForm()))


@require_POST
def reply(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(
        WorkLog.objects.visible_to(request.user).select_related("person__user", "unit"), public_id=public_id
    )
    must(request, Power.REPLY_TO_LOGS, at=found.unit)

    def replied(_reply: Reply) -> HttpResponse:
        _before, after = selectors.neighbours(request.user, found)
        return redirect("worklogs:log", (after if after and "next" in request.POST else found).public_id)

    return carried_out(
        request,
        ReplyForm(request.POST),
        lambda sent: reply_to_log(log=found, text=sent["text"], actor=request.user, now=timezone.now()),
        again=lambda form, status: render(
            request, "worklogs/log.html", log_context(request, found, form), status=status
        ),
        then=replied,
        says=_("Your answer has been sent."),
    )


@require_POST
def say_yes(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """Count a contact that was typed without a line and arrived long after."""
    entries = LogEntry.objects.visible_to(request.user).select_related("log__person", "log__unit")
    entry = get_object_or_404(entries, public_id=public_id)
    must(request, Power.REPLY_TO_LOGS, at=entry.log.unit)
    back = ("worklogs:log", entry.log.public_id)
    return carried_out(
        request,
        None,
        lambda _sent: entering.say_yes(entry=entry, actor=request.user, now=timezone.now()),
        again=back_to(request, *back),
        then=back,
    )


def log_context(request: AuthedRequest, found: WorkLog, form: ReplyForm) -> dict[str, object]:
    before, after = selectors.neighbours(request.user, found)
    replies = list(found.replies.select_related("author"))
    return {
        "log": found,
        "before": before,
        "after": after,
        "phrases": selectors.phrases_of(request.user),
        "entries": found.entries.select_related("contact"),
        "score": DayScore.objects.filter(person=found.person_id, on=found.on).first(),
        "replies": replies,
        "answered_at": replies[-1].at if replies else None,
        "corrections": found.corrections.select_related("author"),
        "form": form,
        "may_reply": found.is_submitted
        and found.person.user_id != request.user.pk
        and request.user.authority.may(Power.REPLY_TO_LOGS, found.unit.path),
    }


@require_POST
def reply_to_several(request: AuthedRequest) -> HttpResponse:
    must(request, Power.REPLY_TO_LOGS)
    form, back = SeveralRepliesForm(request.POST), QueryDict(request.POST.get("back", ""))
    return answered(
        request,
        form,
        reply_to_logs,
        again=lambda form, status: shown(request, back, form, status=status),
        then=f"{reverse('worklogs:desk')}?{back.urlencode()}",
    )


def answered(
    request: AuthedRequest,
    form: SeveralRepliesForm,
    answer: Callable[..., list[Reply]],
    *,
    again: Callable[..., HttpResponse],
    then: str,
) -> HttpResponse:
    """Answer the chosen logs by `answer`. Raises `Http404` for one out of sight."""

    def answer_them(sent: dict[str, Any]) -> int:
        wanted = set(sent["logs"])
        logs = list(WorkLog.objects.visible_to(request.user).filter(public_id__in=wanted).select_related("unit"))
        if len(logs) != len(wanted):
            raise Http404
        own = {log.pk: form.own[log.public_id] for log in logs if log.public_id in form.own}
        return len(answer(logs=logs, text=sent["text"], own=own, actor=request.user, now=timezone.now()))

    def words(done: int) -> str:
        said = ngettext("%(count)d log has been answered.", "%(count)d logs have been answered.", done)
        return said % {"count": done}

    return carried_out(request, form, answer_them, again=again, then=(then,), says=words)


@require_safe
@needs(Power.READ_LOGS)
def score_tables(request: AuthedRequest) -> HttpResponse:
    today = timezone.localdate()
    week = asked(request.GET.get("week"), Week(today).previous())
    weeks = sorted({*selectors.last_weeks(today, A_YEAR), week}, key=lambda one: one.first, reverse=True)
    words = {"days": days_in_words(week), "due": date_format(sending_day(week), "MONTH_DAY_FORMAT")}
    return listed(
        request,
        Listing(
            _("Score tables"), SCORE_TABLES, selectors.score_tables_due(request.user, week), due_cells,
            none=_("No market department in this week"),
        ),
        sub=_("Week of %(days)s. The tables go up by themselves on %(due)s.") % words,
        choice=Choice("week", _("Week"), week.code, [(one.code, days_in_words(one)) for one in weeks]),
        hint=_("Choose another week."), clause="S5.4", now=timezone.now(),
    )  # fmt: skip


def due_cells(due: selectors.TableDue) -> tuple[Any, ...]:
    if due.table is None:
        return due.department.name, Cell(_("not arrived"), met="warn", kind=STATE), None, None
    arrived = _("arrived %(at)s") % {"at": said(due.table.sent_at)}
    address = reverse("worklogs:score_table", args=[due.table.public_id])
    return due.department.name, Cell(arrived, href=address), due.people, due.passed


@require_safe
def score_table(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    table = get_object_or_404(ScoreTable.objects.visible_to(request.user).select_related("unit"), public_id=public_id)
    week, sent_at = Week(table.week), date_format(timezone.localtime(table.sent_at), "DATETIME_FORMAT")
    return listed(
        request,
        Listing(
            _("Weekly score table %(week)s %(unit)s") % {"week": days_in_words(week), "unit": table.unit.name},
            SCORE_TABLE, selectors.shown_rows(request.user, table), partial(score_cells, week),
            none=_("Nobody was posted here in this week"), per_page=A_PAGE,
        ),
        sub=_("As it went up on %(at)s. Later corrections change the scores, not this table.") % {"at": sent_at},
        hint=_("The table is empty."), now=timezone.now(),
    )  # fmt: skip


def score_cells(week: Week, row: Mapping[str, Any]) -> tuple[Any, ...]:
    number, passed = row["employee_no"], row["score_pass"]
    return (
        number,
        Cell(row["name"], note=number),
        row["area"],
        row["due_days"],
        Cell(row["points"], says=f"{row['points']} / {row['pass_mark']}", href=reverse("worklogs:member_week", args=[number, week])),
        row["pass_mark"],
        Cell(passed, met="good" if passed else "warn", says=_("passed") if passed else _("short")),
        row["quota_met"],
        Cell(row["unmet"], says=row["unmet"] or _("none")),
        row["answered"],
    )  # fmt: skip
