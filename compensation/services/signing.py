"""Reviewing, signing, rejecting and closing a pay run (D15.b): in order, by different people, on the exact content."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from approvals.models import Assignment, Request
from approvals.rules.verbs import Verb
from approvals.services.deciding import decide, give_back
from approvals.services.refusals import DecidedElsewhere
from approvals.services.requests import submit
from compensation.models import BusinessDetail, PayRun, PaySlip, RunEvent, Signature, Stage
from compensation.models.runs import PAY_REPORT, TO_SIGN
from compensation.selectors.adjustments import imports_of
from compensation.selectors.plans import NotComputable
from compensation.services import notices
from compensation.services.drafting import redrafted
from compensation.services.refusals import (
    ContentChanged,
    DetailNotAccepted,
    OutOfOrder,
    OwnPay,
    SamePerson,
    must_be_over,
    open_month,
)
from compensation.services.voiding import keep, void
from core.clock import day_of
from core.refusals import MovedOn, NotYours, given
from core.said import Said
from teams.authority import Power
from teams.reach import must_hold


def review_pay_run(*, run: PayRun, actor: User, seen_digest: str, now: datetime) -> PayRun:
    """Hand the run to the signers: every business detail is accepted and the content is the one that was seen.

    Whoever does so twice is shown what she did. Raises `DetailNotAccepted`, `MonthNotOver`, `WeekNotJudged`,
    `ContentChanged`, `OutOfOrder`, `OwnPay` and `PayMonthClosed`.
    """
    must_hold(actor, Power.REVIEW_DETAIL, run.branch)
    if _was_reviewed(run, actor, seen_digest):
        return run
    must_be_over(run, day_of(now))
    with transaction.atomic():
        is_current = _is_current(run, seen_digest, now)
        if is_current:
            _review(run, actor, seen_digest, now)
    if not is_current:  # the new draft and the void signatures stay
        raise ContentChanged
    return run


def _review(run: PayRun, actor: User, seen_digest: str, now: datetime) -> None:
    _not_own_pay(run, actor)
    if not _is_accepted(run):
        raise DetailNotAccepted
    changed = PayRun.objects.filter(pk=run.pk, state=PayRun.State.DRAFT, digest=seen_digest).update(
        state=PayRun.State.REVIEWED, reviewed_by=actor, reviewed_at=now
    )
    if not changed:
        if _was_reviewed(run, actor, seen_digest):
            return  # the second of two clicks at once
        raise OutOfOrder
    run.refresh_from_db()
    keep(run, RunEvent.Kind.REVIEWED, now, actor)
    submit(name=PAY_REPORT, thing=run, actor=actor, now=now)


def _was_reviewed(run: PayRun, actor: User, seen_digest: str) -> bool:
    """Whether this person has handed exactly this content to the signers already."""
    there = PayRun.objects.filter(pk=run.pk, digest=seen_digest, reviewed_by=actor)
    return there.exclude(state__in=(PayRun.State.DRAFT, PayRun.State.REJECTED)).exists()


def _is_accepted(run: PayRun) -> bool:
    """Whether the business detail of everybody in the run stands accepted."""
    people = PaySlip.objects.filter(run=run).values("person")
    details = BusinessDetail.objects.filter(branch=run.branch, month=run.month, person__in=people)
    return not details.exclude(state=BusinessDetail.State.ACCEPTED).exists()


def sign_pay_run(
    *, run: PayRun, stage: Stage, actor: User, seen_digest: str, now: datetime, remark: str = ""
) -> Signature:
    """Sign the run's exact content; whoever signs it twice is given her signature. Raises `ContentChanged`,
    `DetailNotAccepted`, `MonthNotOver`, `WeekNotJudged`, `OutOfOrder`, `SamePerson`, `OwnPay` or `PayMonthClosed`.

    The figures are worked out once more: had anything changed, the run falls back to a new draft, what was signed is
    void, those concerned are told, and the signer is refused.
    """
    must_hold(actor, stage.power, run.branch)
    if signature := _own_signature(run, stage, actor, seen_digest):
        return signature
    must_be_over(run, day_of(now))
    with transaction.atomic():
        is_current = _is_current(run, seen_digest, now)
        if is_current and (run.state != stage.before or _is_accepted(run)):
            signature = _sign(run, stage, actor, seen_digest, now, remark=remark)
    if signature is None:  # the new draft, the void signatures and the details that wait again stay
        raise DetailNotAccepted if is_current else ContentChanged
    return signature


def _sign(run: PayRun, stage: Stage, actor: User, seen_digest: str, now: datetime, *, remark: str) -> Signature:
    request = Request.objects.about(run).undecided().first()
    if request is None or run.state != stage.before:
        if own := _own_signature(run, stage, actor, seen_digest):
            return own  # the second of two clicks at once
        raise OutOfOrder
    try:
        word = decide(request=request, verb=Verb.AGREE, actor=actor, seen=seen_digest, now=now, remark=remark)
    except DecidedElsewhere as refusal:
        raise SamePerson from refusal
    except MovedOn as refusal:
        raise OutOfOrder from refusal
    if word.round.stage + 1 != stage:  # her word at another stage
        raise SamePerson
    run.refresh_from_db()
    return Signature.objects.standing().get(run=run, stage=stage)


def may_review(run: PayRun, actor: User) -> None:
    """Raises `NotYours`."""
    must_hold(actor, Power.REVIEW_DETAIL, run.branch)


def may_sign(run: PayRun, actor: User) -> None:
    """Raises `OwnPay`."""
    _not_own_pay(run, actor)


def signed(request: Request, run: PayRun, opinion: Assignment, now: datetime) -> None:
    """Keep the signature that an opinion is, and where the run stands by it. Raises `OutOfOrder`."""
    stage = Stage(request.at_stage + 1)
    if not PayRun.objects.filter(pk=run.pk, state=stage.before, digest=opinion.digest).update(state=stage.after):
        raise OutOfOrder
    Signature.objects.create(
        run=run,
        stage=stage,
        signer=opinion.user,
        signer_name=opinion.name,
        version=run.version,
        digest=opinion.digest,
        signed_at=now,
    )


def _own_signature(run: PayRun, stage: Stage, actor: User, seen_digest: str) -> Signature | None:
    """What this person has signed already at the stage, on exactly this content."""
    standing = Signature.objects.standing()
    return standing.filter(run=run, stage=stage, signer=actor, digest=seen_digest).first()


def _is_current(run: PayRun, seen_digest: str, now: datetime) -> bool:
    """Whether the run, worked out once more, is what the person saw; `run` then holds what the database holds."""
    _, changed = redrafted(branch=run.branch, month=run.period, now=now, actor=None)
    run.refresh_from_db()
    return not changed and run.digest == seen_digest


def _not_own_pay(run: PayRun, actor: User) -> None:
    if PaySlip.objects.filter(run=run, person__user=actor).exists():
        raise OwnPay


@transaction.atomic
def reject_pay_run(*, run: PayRun, reason: str, actor: User, now: datetime) -> PayRun:
    """Refuse to sign, with a reason; what was signed is void and the clerk drafts again.

    Whoever signs at any stage may reject while the run is not fully signed. Raises `OutOfOrder` and `ReasonMissing`.
    """
    if not any(actor.authority.may(stage.power, run.branch.path) for stage in Stage):
        raise NotYours
    reason = given(reason)
    open_month(run.branch, run.period)
    run.refresh_from_db()
    if (run.state, run.rejected_by_id, run.reject_reason) == (PayRun.State.REJECTED, actor.pk, reason):
        return run  # done already
    request = Request.objects.about(run).undecided().first()
    if request is None or run.state not in TO_SIGN:
        raise OutOfOrder
    give_back(request=request, actor=actor, remark=reason, now=now)
    run.refresh_from_db()
    return run


def came_back(_request: Request, run: PayRun, actor: User | None, now: datetime, reason: str) -> None:
    """The report was returned by somebody: it is rejected, what was signed is void, those concerned are told."""
    if actor is None:
        return  # whoever found the change voids and tells
    PayRun.objects.filter(pk=run.pk).update(
        state=PayRun.State.REJECTED, rejected_by=actor, rejected_at=now, reject_reason=reason
    )
    standing = void(run, Said(reason), now)
    run.refresh_from_db()
    keep(run, RunEvent.Kind.REJECTED, now, actor, reason=reason)
    notices.run_is_rejected(run, standing, actor, now)


@transaction.atomic
def close_month(*, run: PayRun, now: datetime, actor: User | None = None) -> PayRun:
    """Declare the fully signed run filed, close its month for good and tell everybody that the slip is there.

    For whoever files the report (archives). The figures are worked out once more. Raises `OutOfOrder` unless three
    signatures stand on the content, and `ContentChanged` where facts that came since would make it another.
    """
    month = open_month(run.branch, run.period)
    run.refresh_from_db()
    if run.state != PayRun.State.SIGNED_3:
        raise OutOfOrder
    # Asked before the figures: an import that comes in between is not among them and so becomes an adjustment.
    month.imports = list(imports_of(run.period).values_list("pk", flat=True))
    _must_stand(run, now)
    try:
        with transaction.atomic():
            PayRun.objects.filter(pk=run.pk).update(state=PayRun.State.FILED, filed_at=now)
    except IntegrityError as refused:
        raise OutOfOrder from refused
    month.weeks = [week.first.isoformat() for week in run.period.weeks()]
    month.closed_at, month.closed_by = now, actor
    month.save(update_fields=["closed_at", "closed_by", "imports", "weeks"])
    run.refresh_from_db()
    notices.slips_are_ready(run, now)
    return run


def _must_stand(run: PayRun, now: datetime) -> None:
    """Raises `ContentChanged` unless the run comes out of the facts of now as it was signed; explained as of now."""
    try:
        _run, changed = redrafted(branch=run.branch, month=run.period, now=now, actor=None)
    except NotComputable:
        changed = True
    if changed:
        raise ContentChanged
    run.refresh_from_db()
