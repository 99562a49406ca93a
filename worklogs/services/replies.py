"""Answers to work logs (S4.1.f, S4.2.f): one log or several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import day_of
from core.editing import Seen
from core.periods import Month, Period
from core.refusals import NotDone
from messaging.services import Draft
from messaging.telling import notice, tell_all
from teams.authority import Power
from teams.models import Role
from worklogs.models import QuickPhrases, Reply, WorkLog
from worklogs.selectors.month_end import month_end_windows

NO_TEXTS: Mapping[int, str] = {}
ONE_PRESS = timedelta(minutes=1)  # however often one presses in it, the same answer is one


class CannotReply(NotDone):
    """The answer is not taken; the text says why."""

    field = "text"


@transaction.atomic
def reply_to_log(*, log: WorkLog, text: str, actor: User, now: datetime) -> Reply:
    """Answer one log. Raises `CannotReply`."""
    return reply_to_logs(logs=[log], text=text, actor=actor, now=now)[0]


@transaction.atomic
def reply_to_logs(
    *, logs: Sequence[WorkLog], text: str = "", own: Mapping[int, str] = NO_TEXTS, actor: User, now: datetime
) -> list[Reply]:
    """Answer several logs, all or none: with one text, or each with a text of its `own` by the log's id. Raises
    `CannotReply`.

    From then on these logs change only by corrections with a reason. Each writer is told in the application. The same
    text by the same person to the same log within a minute is one answer: it is there already.
    """
    texts = {log.pk: own.get(log.pk, "").strip() or text.strip() for log in logs}
    if not logs:
        raise CannotReply(_("Choose at least one log."))
    if not all(texts.values()):
        raise CannotReply(_("Write what you want to tell the writer."))
    # Locked in a fixed order, so that an answer and a change to the same log come one after the other.
    logs = list(
        WorkLog.objects.select_for_update(of=["self"])
        .select_related("unit", "person")
        .filter(pk__in=[log.pk for log in logs])
        .order_by("pk")
    )
    for log in logs:
        may_reply(log, actor)
    there = _just_given(texts, actor, now)
    month_end = MonthEnd(logs, actor, day_of(now))
    new = Reply.objects.bulk_create(
        Reply(log=log, author=actor, kind=month_end.kind_for(log), text=texts[log.pk], at=now)
        for log in logs
        if log.pk not in there
    )
    WorkLog.objects.filter(pk__in=[log.pk for log in logs], replied=False).update(replied=True)
    tell_all([told(reply, actor) for reply in new], now=now)
    return [*there.values(), *new]


def _just_given(texts: Mapping[int, str], actor: User, now: datetime) -> dict[int, Reply]:
    """By log the answer that this person gave with this text within the last minute; the logs are locked."""
    recent = Reply.objects.filter(log__in=texts, author=actor, at__gt=now - ONE_PRESS)
    return {reply.log_id: reply for reply in recent if reply.text == texts[reply.log_id]}


@transaction.atomic
def keep_phrases(*, owner: User, text: str, seen: Seen | None = None) -> QuickPhrases:
    """What a leader often answers, one phrase a line. Raises `ChangedMeanwhile`."""
    kept, is_new = QuickPhrases.objects.select_for_update().get_or_create(owner=owner, defaults={"text": text})
    if not is_new:
        if seen:
            seen.must_hold(kept, wanted={"text": text})
        kept.text = text
        kept.save(update_fields=["text"])
    return kept


@transaction.atomic
def answer_month_end(
    *, logs: Sequence[WorkLog], text: str = "", own: Mapping[int, str] = NO_TEXTS, actor: User, now: datetime
) -> list[Reply]:
    """Give log authors the market manager's answer at month end (S4.2.f). Raises `CannotReply`.

    Unlike any other answer it is refused where it would not count.
    """
    month_end = MonthEnd(logs, actor, day_of(now))
    for log in logs:
        if not month_end.is_manager_of(log):
            raise CannotReply(_("At month end the manager of the market department answers, or who stands in."))
        window = month_end.window(log)
        if day_of(now) not in window:
            dates = {"first": window.first, "last": window.last}
            raise CannotReply(_("Month-end answers to these logs count from %(first)s to %(last)s.") % dates)
    return reply_to_logs(logs=logs, text=text, own=own, actor=actor, now=now)


def may_reply(log: WorkLog, actor: User) -> None:
    """Raises `CannotReply` where this person cannot answer this log."""
    if log.person.user_id == actor.pk:
        raise CannotReply(_("Nobody answers her own log."))
    if not actor.authority.may(Power.REPLY_TO_LOGS, log.unit.path):
        raise CannotReply(_("This log belongs to another team."))
    if not log.is_submitted:
        raise CannotReply(_("The log of %(on)s is still being written.") % {"on": log.on})


class MonthEnd:
    """Which of a leader's answers count as the month-end answer of a market manager (S4.2.f)."""

    def __init__(self, logs: Sequence[WorkLog], actor: User, today: date) -> None:
        self.today = today
        self.paths = [held.path for held in actor.authority.held if held.role == Role.MARKET_MANAGER]
        unit_ids = {log.unit_id for log in logs}
        self.windows = {month: month_end_windows(month, unit_ids) for month in {Month(log.on) for log in logs}}

    def window(self, log: WorkLog) -> Period:
        return self.windows[Month(log.on)][log.unit_id]

    def is_manager_of(self, log: WorkLog) -> bool:
        return any(log.unit.path.startswith(path) for path in self.paths)

    def kind_for(self, log: WorkLog) -> Reply.Kind:
        counts = self.is_manager_of(log) and self.today in self.window(log)
        return Reply.Kind.MONTH_END if counts else Reply.Kind.WEEKLY


def told(reply: Reply, actor: User) -> Draft:
    log = reply.log
    return notice(
        log.person.user_id,
        "worklogs.reply",
        about=reply,
        on=log.on,
        link=reverse("worklogs:day", args=[log.on]),
        place=log.unit.path,
        leader=actor.name,
        text=reply.text,
    )
