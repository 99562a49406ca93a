"""Who is told what about pay. In the application only; nothing here names an amount."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from compensation import texts
from compensation.models import BusinessDetail, PayRun, PaySlip, Question, Signature, Stage
from core.clock import day_of
from core.said import Said
from messaging.models import Channel
from messaging.services import Draft, post
from teams.models import Role, Unit
from teams.selectors import holders

SIGNING_ROLE = {
    Stage.CHIEF_ACCOUNTANT: Role.CHIEF_ACCOUNTANT,
    Stage.DEPUTY_MANAGER: Role.DEPUTY_BRANCH_MANAGER,
    Stage.MANAGER: Role.BRANCH_MANAGER,
}


def tell(
    users: Iterable[int], *, text: str, key: str, now: datetime, place: Unit, link: str, **values: str | Said
) -> None:
    """Post one text to people by user id, once for each `key`."""
    post(
        [
            Draft(
                rule=f"{text}:{key}",
                business_date=day_of(now),
                recipient_id=user,
                channel=Channel.IN_APP,
                text=text,
                values=values,
                link=link,
                place=place.path,
            )
            for user in sorted(set(users))
        ],
        now=now,
    )


def _of_run(run: PayRun) -> dict[str, str]:
    return {"branch": run.branch.name, "month": run.period.code}


def run_link(run: PayRun) -> str:
    return reverse("compensation:run", args=[run.public_id])


def next_signers_wait(run: PayRun, now: datetime) -> None:
    stage = run.next_stage
    if stage is None:
        return
    signers = holders(SIGNING_ROLE[stage], run.branch, day_of(now))
    tell(
        [user.pk for user in signers],
        text=texts.RUN_WAITS,
        key=f"{run.public_id.hex}:{run.version}:{stage.value}",
        now=now,
        place=run.branch,
        link=run_link(run),
        **_of_run(run),
    )


def signatures_are_void(run: PayRun, void: Iterable[Signature], why: Said, now: datetime) -> None:
    clerks = {user.pk for user in holders(Role.FINANCE_CLERK, run.branch, day_of(now))}
    concerned = clerks | {signature.signer_id for signature in void} | {run.reviewed_by_id, run.drafted_by_id}
    tell(
        [user for user in concerned if user],
        text=texts.SIGNATURES_VOID,
        key=f"{run.public_id.hex}:{run.version}:{now.timestamp():.0f}",
        now=now,
        place=run.branch,
        link=run_link(run),
        reason=why,
        **_of_run(run),
    )


def run_is_rejected(run: PayRun, void: Iterable[Signature], actor: User, now: datetime) -> None:
    clerks = {user.pk for user in holders(Role.FINANCE_CLERK, run.branch, day_of(now))}
    concerned = clerks | {signature.signer_id for signature in void} | {run.reviewed_by_id, run.drafted_by_id}
    tell(
        [user for user in concerned if user and user != actor.pk],
        text=texts.RUN_REJECTED,
        key=f"{run.public_id.hex}:{run.version}:{now.timestamp():.0f}",
        now=now,
        place=run.branch,
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
        text=texts.DETAIL_SENT_BACK,
        key=f"{detail.public_id.hex}:{now.timestamp():.0f}",
        now=now,
        place=detail.branch,
        link=reverse("crm:imports"),
        name=detail.person.name,
        month=f"{detail.month:%Y-%m}",
        by=actor.name,
        reason=detail.reason,
    )


def slips_are_ready(run: PayRun, now: datetime) -> None:
    slips = PaySlip.objects.filter(run=run).values_list("public_id", "person__user_id")
    post(
        [
            Draft(
                rule=f"{texts.SLIP_READY}:{run.public_id.hex}",
                business_date=day_of(now),
                recipient_id=user,
                channel=Channel.IN_APP,
                text=texts.SLIP_READY,
                values={"month": run.period.code},
                link=reverse("compensation:slip", args=[public_id]),
            )
            for public_id, user in slips
        ],
        now=now,
    )


def question_is_asked(question: Question, now: datetime) -> None:
    run = question.slip.run
    tell(
        [user.pk for user in holders(Role.FINANCE_CLERK, run.branch, day_of(now))],
        text=texts.QUESTION_ASKED,
        key=question.public_id.hex,
        now=now,
        place=run.branch,
        link=reverse("compensation:questions"),
        name=question.slip.name,
        month=run.period.code,
    )


def question_is_answered(question: Question, actor: User, now: datetime) -> None:
    slip = question.slip
    tell(
        [question.asked_by_id],
        text=texts.QUESTION_ANSWERED,
        key=question.public_id.hex,
        now=now,
        place=slip.run.branch,
        link=reverse("compensation:slip", args=[slip.public_id]),
        by=actor.name,
        month=slip.run.period.code,
    )
