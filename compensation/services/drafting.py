"""Drafting a pay run. Drafting again with nothing changed writes nothing; anything changed voids what was signed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from compensation.models import PayLine, PayRun, PaySlip, Signature
from compensation.rules.facts import inputs_as_data
from compensation.selectors.computing import Computed, ComputedRun, computed_run, content_digest
from compensation.services import notices
from compensation.services.detail import write_detail
from compensation.services.refusals import must_hold, open_month
from core.explain import lines_as_json, plain
from core.periods import Month
from teams.authority import Power
from teams.models import Unit

BATCH = 1000


@transaction.atomic
def draft_pay_run(*, branch: Unit, month: Month, now: datetime, actor: User | None = None) -> PayRun:
    """Work out the branch's month and keep it as a draft (D15.b).

    Same facts and rules give the same digest and write nothing. A person who drafts a rejected run opens it again.
    Raises `MonthClosed`, `PlanNotApproved`, `FiguresMissing` and `PermissionDenied`.
    """
    must_hold(actor, Power.DRAFT_PAY, branch)
    run, changed = redrafted(branch=branch, month=month, now=now, actor=actor)
    if not changed and actor is not None and run.state == PayRun.State.REJECTED:
        run.state = PayRun.State.DRAFT
        run.drafted_by, run.drafted_at = actor, now
        run.save(update_fields=["state", "drafted_by", "drafted_at"])
    return run


def redrafted(*, branch: Unit, month: Month, now: datetime, actor: User | None) -> tuple[PayRun, bool]:
    """The run as it comes out of the facts of now, and whether that is anything new. Within the caller's transaction."""
    open_month(branch, month)
    computed = computed_run(branch, month)
    write_detail(computed.facts, now=now, actor=None)
    run = PayRun.objects.select_related("branch", "plan__plan").filter(branch=branch, month=month.first).first()
    if run is None:
        return _written(PayRun(branch=branch, month=month.first, version=0), computed, now, actor), True
    warnings = plain(computed.warnings)
    if run.digest == computed.digest == content_digest(run):
        if run.warnings != warnings:
            run.warnings = warnings
            run.save(update_fields=["warnings"])
        return run, False
    void_signatures(run, _("the figures or rules behind it changed"), now)
    return _written(run, computed, now, actor), True


def _written(run: PayRun, computed: ComputedRun, now: datetime, actor: User | None) -> PayRun:
    kept = dict(PaySlip.objects.filter(run_id=run.pk).values_list("person_id", "public_id")) if run.pk else {}
    if run.pk:
        PayLine.objects.filter(run=run).delete()
        PaySlip.objects.filter(run=run).delete()
    run.version += 1
    run.state, run.plan = PayRun.State.DRAFT, computed.version
    run.people, run.total, run.digest = len(computed.parts), computed.total, computed.digest
    run.warnings = plain(computed.warnings)
    run.drafted_by, run.drafted_at = actor, now
    run.reviewed_by = run.reviewed_at = None
    run.save()
    slips = [_slip(run, part) for part in computed.parts]
    for slip in slips:
        slip.public_id = kept.get(slip.person_id, slip.public_id)
    PaySlip.objects.bulk_create(slips, batch_size=BATCH)
    lines = [line for slip, part in zip(slips, computed.parts, strict=True) for line in _lines(run, slip, part)]
    PayLine.objects.bulk_create(lines, batch_size=BATCH)
    return run


def _slip(run: PayRun, part: Computed) -> PaySlip:
    who, slip = part.who, part.slip
    return PaySlip(
        run=run,
        person_id=who.person_id,
        unit_id=who.unit_id,
        name=who.name,
        grade=who.grade,
        engagement=who.engagement,
        inputs=inputs_as_data(part.inputs),
        figures=plain(slip.figures),
        remarks=lines_as_json(slip.remarks),
        negative_months=slip.carry.negative_months,
        duties_missed=slip.carry.duties_missed,
        note=part.note,
        total=slip.total,
    )


def _lines(run: PayRun, slip: PaySlip, part: Computed) -> Iterable[PayLine]:
    for position, line in enumerate(part.slip.lines, start=1):
        yield PayLine(
            run=run,
            slip=slip,
            position=position,
            component=line.component,
            basis=line.basis,
            rate=line.rate,
            amount=line.amount,
            clause=line.clause,
            for_month=Month.parse(line.for_month).first if line.for_month else None,
            lines=lines_as_json(line.explained),
        )


def void_signatures(run: PayRun, reason: str, now: datetime) -> list[Signature]:
    """Void what stands on the run and tell those concerned; nothing happens to a run nobody reviewed or signed."""
    standing = list(Signature.objects.standing().filter(run=run))
    Signature.objects.standing().filter(run=run).update(voided_at=now, void_reason=reason)
    if standing or run.reviewed_by_id:
        notices.signatures_are_void(run, standing, reason, now)
    return standing
