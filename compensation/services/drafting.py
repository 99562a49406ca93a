"""Drafting a pay run. Drafting again with nothing changed writes nothing; a figure that changed voids what was signed,
and where only what explains the figures changed they are explained anew."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from compensation.models import PayLine, PayRun, PaySlip, RunEvent
from compensation.selectors.causes import SHOWN, causes_of, reason_of
from compensation.selectors.computing import Computed, ComputedRun, computed_run
from compensation.selectors.content import FIRST_EDITION, Content, figures_digest, is_whole, kept_content
from compensation.selectors.differences import differences
from compensation.selectors.plans import NotComputable
from compensation.services.detail import write_detail
from compensation.services.refusals import PayMonthClosed, open_month
from compensation.services.voiding import fall_back, keep, void_signatures
from core.bulk import copy_rows
from core.explain import N_, plain
from core.periods import Month
from core.said import Said
from teams.authority import Power
from teams.models import Unit
from teams.reach import must_hold

FACTS_CHANGED = Said(N_("the figures or rules behind it changed"))
EDITION = 2
OPEN = (PayRun.State.DRAFT, PayRun.State.REJECTED)


@transaction.atomic
def draft_pay_run(*, branch: Unit, month: Month, now: datetime, actor: User | None = None) -> PayRun:
    """Work out the branch's month and keep it as a draft (D15.b).

    Same facts and rules give the same digest and write nothing. A person who drafts a rejected run opens it again.
    Raises `PayMonthClosed`, `PlanNotApproved`, `FiguresMissing` and `NotYours`.
    """
    must_hold(actor, Power.DRAFT_PAY, branch)
    run, changed = redrafted(branch=branch, month=month, now=now, actor=actor)
    if not changed and actor is not None and run.state == PayRun.State.REJECTED:
        run.state = PayRun.State.DRAFT
        run.drafted_by, run.drafted_at = actor, now
        run.save(update_fields=["state", "drafted_by", "drafted_at"])
        keep(run, RunEvent.Kind.DRAFTED, now, actor)
    return run


@transaction.atomic
def look_again(
    *, branch: Unit, month: Month, now: datetime, why: Said = FACTS_CHANGED, actor: User | None = None
) -> bool:
    """Work an open run out once more; whether it is no longer what was reviewed and signed (D15.b).

    For whatever changes facts of a month. What was signed is then void, those concerned are told, and the run is a new
    draft, or the old one where no new one can be computed just now. A draft stays as its clerk left it and says that it
    is out of date. Nothing changed writes nothing.
    """
    if not PayRun.objects.filter(branch=branch, month=month.first).exclude(state=PayRun.State.FILED).exists():
        return False
    open_month(branch, month)
    run = PayRun.objects.select_related("branch").filter(branch=branch, month=month.first).get()
    if run.state in OPEN:
        _mark(run, now)
        return False
    try:
        _run, changed = redrafted(branch=branch, month=month, now=now, actor=actor, why=why)
    except NotComputable as missing:
        fall_back(run, missing.said, now, actor)
        return True
    return changed


def _mark(run: PayRun, now: datetime) -> None:
    """Say of a draft since when its figures are not what the facts come to, or no longer."""
    try:
        computed = computed_run(run.branch, run.period)
        kept = kept_content(run)
        is_current = figures_digest(run, kept) == computed.digest
        if is_current:
            _explain(run, kept, computed, now)
    except NotComputable:
        is_current = False
    since = None if is_current else run.outdated_at or now
    if since != run.outdated_at:
        run.outdated_at = since
        run.save(update_fields=["outdated_at"])


def look_at_all_again(*, now: datetime) -> int:
    """Look again at every open run: for facts that arrive without anybody of pay; of how many signatures are now void."""
    runs = PayRun.objects.exclude(state=PayRun.State.FILED).select_related("branch").order_by("month", "branch")
    changed = 0
    for run in runs:
        try:
            changed += look_again(branch=run.branch, month=run.period, now=now)
        except PayMonthClosed:
            continue  # filed meanwhile
    return changed


def redrafted(
    *, branch: Unit, month: Month, now: datetime, actor: User | None, why: Said = FACTS_CHANGED
) -> tuple[PayRun, bool]:
    """The run as it comes out of the facts of now, and whether that is anything new. Within the caller's transaction."""
    open_month(branch, month)
    computed = computed_run(branch, month)
    write_detail(computed.facts, now=now, actor=None)
    run = PayRun.objects.select_related("branch", "plan__plan").filter(branch=branch, month=month.first).first()
    if run is None:
        run = _written(PayRun(branch=branch, month=month.first, version=0), computed, now, actor)
        keep(run, RunEvent.Kind.DRAFTED, now, actor)
        return run, True
    warnings, kept = plain(computed.warnings), kept_content(run)
    if figures_digest(run, kept) == computed.digest and is_whole(run, kept):
        _explain(run, kept, computed, now)
        if (run.warnings, run.outdated_at) != (warnings, None):
            run.warnings, run.outdated_at = warnings, None
            run.save(update_fields=["warnings", "outdated_at"])
        return run, False
    moved = _moved(run, kept, computed)
    if why is FACTS_CHANGED:
        why = reason_of(moved["causes"]) or why
    is_void = void_signatures(run, why, now, actor, **moved)
    _written(run, computed, now, actor)
    keep(run, RunEvent.Kind.DRAFTED, now, actor, **({} if is_void else moved | {"total": run.total}))
    return run, True


def _moved(run: PayRun, kept: list[Content], computed: ComputedRun) -> dict[str, Any]:
    """What a new version changes, as its step keeps it: lines of pay, what lies behind them, the totals."""
    changes, changed = differences(run, computed.parts)
    return {
        "total_before": run.total,
        "total": computed.total,
        "changes": changes,
        "changed": changed,
        "causes": causes_of(run, kept, computed),
    }


def _explain(run: PayRun, kept: list[Content], computed: ComputedRun, now: datetime) -> None:
    """Explain the same figures anew where what lies beneath them is another; what was signed stands.

    Steps of this kind running are one in the timeline. Runs of the first edition are signed with their explanation.
    """
    if run.edition == FIRST_EDITION or run.explained == computed.explained:
        return
    causes = causes_of(run, kept, computed)
    run.explanation += 1
    run.explained, run.explained_at = computed.explained, now
    run.save(update_fields=["explanation", "explained", "explained_at"])
    _rows_written(run, computed)
    latest = run.events.order_by("-pk").first()
    values = {"explanation": run.explanation}
    if latest and latest.kind == RunEvent.Kind.EXPLAINED:
        latest.at, latest.values, latest.causes = now, values, [*causes, *latest.causes][:SHOWN]
        latest.save(update_fields=["at", "values", "causes"])
    else:
        keep(run, RunEvent.Kind.EXPLAINED, now, values=values, causes=causes)


def _written(run: PayRun, computed: ComputedRun, now: datetime, actor: User | None) -> PayRun:
    run.version += 1
    run.state, run.plan = PayRun.State.DRAFT, computed.version
    run.people, run.total, run.digest = len(computed.parts), computed.total, computed.digest
    run.edition, run.explained, run.explanation, run.explained_at = EDITION, computed.explained, 1, None
    run.warnings = plain(computed.warnings)
    run.drafted_by, run.drafted_at, run.outdated_at = actor, now, None
    run.reviewed_by = run.reviewed_at = None
    run.save()
    _rows_written(run, computed)
    return run


def _rows_written(run: PayRun, computed: ComputedRun) -> None:
    """Slips and lines in place of those there are; a person's slip keeps its address."""
    kept = dict(PaySlip.objects.filter(run=run).values_list("person_id", "public_id"))
    if kept:
        PayLine.objects.filter(run=run).delete()
        PaySlip.objects.filter(run=run).delete()
    copy_rows(PaySlip._meta.db_table, SLIP, (_slip(run, part, kept) for part in computed.parts))
    slips = dict(PaySlip.objects.filter(run=run).order_by().values_list("person_id", "pk"))
    lines = (line for part in computed.parts for line in _lines(run, slips[part.who.person_id], part))
    copy_rows(PayLine._meta.db_table, LINE, lines)


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
