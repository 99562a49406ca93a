"""Who is told what about pay. In the application only; nothing here names an amount."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from compensation import texts
from compensation.models import BusinessDetail, PayRun, PaySlip, Question, RunEvent, Signature
from core.clock import day_of
from core.said import Said
from messaging.telling import notice, tell, tell_all
from teams.models import Role
from teams.selectors.posts import holders


def _of_run(run: PayRun) -> dict[str, Any]:
    return {"branch": run.branch.name, "month": run.period.code}


def _times(run: PayRun, kind: RunEvent.Kind) -> int:
    """How often a run went through a step: each time it is told anew."""
    return run.events.filter(kind=kind).count()


def run_link(run: PayRun) -> str:
    return reverse("compensation:run", args=[run.public_id])


def signatures_are_void(run: PayRun, void: Iterable[Signature], why: Said, now: datetime) -> None:
    clerks = {user.pk for user in holders(Role.FINANCE_CLERK, run.branch, day_of(now))}
    concerned = clerks | {signature.signer_id for signature in void} | {run.reviewed_by_id, run.drafted_by_id}
    tell(
        [user for user in concerned if user],
        texts.SIGNATURES_VOID,
        about=run,
        nth=f"{run.version}:{_times(run, RunEvent.Kind.VOIDED)}",
        now=now,
        place=run.branch.path,
        link=run_link(run),
        reason=why,
        **_of_run(run),
    )


def run_is_rejected(run: PayRun, void: Iterable[Signature], actor: User, now: datetime) -> None:
    clerks = {user.pk for user in holders(Role.FINANCE_CLERK, run.branch, day_of(now))}
    concerned = clerks | {signature.signer_id for signature in void} | {run.reviewed_by_id, run.drafted_by_id}
    tell(
        [user for user in concerned if user and user != actor.pk],
        texts.RUN_REJECTED,
        about=run,
        nth=f"{run.version}:{_times(run, RunEvent.Kind.REJECTED)}",
        now=now,
        place=run.branch.path,
        link=run_link(run),
        by=actor.name,
        reason=run.reject_reason,
        **_of_run(run),
    )


def detail_is_sent_back(detail: BusinessDetail, actor: User, now: datetime) -> None:
    """To those who bring the branch its CRM data."""
    clerks = [*holders(Role.TRADE_ADMINISTRATOR, detail.branch, day_of(now))]
    tell(
        [user.pk for user in clerks if user.pk != actor.pk],
        texts.DETAIL_SENT_BACK,
        about=detail,
        nth=f"{detail.reviewed_at:%Y%m%d%H%M%S%f}",  # the moment it was sent back, as the row keeps it
        now=now,
        place=detail.branch.path,
        link=reverse("crm:imports"),
        name=detail.person.name,
        month=f"{detail.month:%Y-%m}",
        by=actor.name,
        reason=detail.reason,
    )


def slips_are_ready(run: PayRun, now: datetime) -> None:
    slips = PaySlip.objects.filter(run=run).values_list("public_id", "person__user_id")
    tell_all(
        [
            notice(
                user,
                texts.SLIP_READY,
                about=run,
                on=day_of(now),
                link=reverse("compensation:slip", args=[public_id]),
                month=run.period.code,
            )
            for public_id, user in slips
        ],
        now=now,
    )


def question_is_asked(question: Question, now: datetime) -> None:
    run = question.slip.run
    tell(
        [user.pk for user in holders(Role.FINANCE_CLERK, run.branch, day_of(now))],
        texts.QUESTION_ASKED,
        about=question,
        now=now,
        place=run.branch.path,
        link=reverse("compensation:questions"),
        name=question.slip.name,
        month=run.period.code,
    )


def question_is_answered(question: Question, actor: User, now: datetime) -> None:
    slip = question.slip
    tell(
        [question.asked_by_id],
        texts.QUESTION_ANSWERED,
        about=question,
        now=now,
        place=slip.run.branch.path,
        link=reverse("compensation:slip", args=[slip.public_id]),
        by=actor.name,
        month=slip.run.period.code,
    )
