"""Drafting a pay run. Drafting again with nothing changed writes nothing; anything changed voids what was signed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from compensation.models import PayLine, PayRun, PaySlip, Signature
from compensation.selectors.computing import Computed, ComputedRun, computed_run, is_whole
from compensation.services import notices
from compensation.services.detail import write_detail
from compensation.services.refusals import must_hold, open_month
from core.bulk import copy_rows
from core.explain import plain
from core.periods import Month
from teams.authority import Power
from teams.models import Unit


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
    if run.digest == computed.digest and is_whole(run):
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
    copy_rows(PaySlip._meta.db_table, SLIP, (_slip(run, part, kept) for part in computed.parts))
    slips = dict(PaySlip.objects.filter(run=run).order_by().values_list("person_id", "pk"))
    lines = (line for part in computed.parts for line in _lines(run, slips[part.who.person_id], part))
    copy_rows(PayLine._meta.db_table, LINE, lines)
    return run


SLIP = (
    "run_id", "person_id", "public_id", "unit_id", "name", "grade", "engagement", "inputs", "figures", "remarks",
    "negative_months", "duties_missed", "note", "total",
)  # fmt: skip
LINE = ("run_id", "slip_id", "position", "component", "basis", "rate", "amount", "clause", "for_month", "lines")


def _slip(run: PayRun, part: Computed, kept: Mapping[int, UUID]) -> tuple[Any, ...]:
    who, slip, content = part.who, part.slip, part.content
    return (
        run.pk,
        who.person_id,
        kept.get(who.person_id) or uuid4(),
        who.unit_id,
        who.name,
        who.grade,
        who.engagement,
        json.dumps(content["inputs"], ensure_ascii=False),
        json.dumps(content["figures"], ensure_ascii=False),
        json.dumps(content["remarks"], ensure_ascii=False),
        slip.carry.negative_months,
        slip.carry.duties_missed,
        part.note,
        slip.total,
    )


def _lines(run: PayRun, slip: int, part: Computed) -> Iterable[tuple[Any, ...]]:
    for position, (line, content) in enumerate(zip(part.slip.lines, part.content["lines"], strict=True), start=1):
        yield (
            run.pk,
            slip,
            position,
            line.component,
            line.basis,
            line.rate,
            line.amount,
            line.clause,
            Month.parse(line.for_month).first if line.for_month else None,
            json.dumps(content["lines"], ensure_ascii=False),
        )


def void_signatures(run: PayRun, reason: str, now: datetime) -> list[Signature]:
    """Void what stands on the run and tell those concerned; nothing happens to a run nobody reviewed or signed."""
    standing = list(Signature.objects.standing().filter(run=run))
    Signature.objects.standing().filter(run=run).update(voided_at=now, void_reason=reason)
    if standing or run.reviewed_by_id:
        notices.signatures_are_void(run, standing, reason, now)
    return standing
