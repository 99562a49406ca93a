"""The digest knows every field of the report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from compensation.models import (
    PayLine,
    PayPlan,
    PayRun,
    PaySlip,
    PlanVersion,
    Stage,
)
from compensation.selectors.content import content_digest, is_whole
from compensation.services.refusals import ContentChanged
from compensation.services.signing import sign_pay_run
from compensation.tests.month import NOW, PayOf
from core.periods import Month
from teams.models import Person, Unit
from tests.cast import Cast

D = Decimal


@pytest.mark.clause("D15.b")
@pytest.mark.parametrize(
    "change",
    [
        lambda run: PayLine.objects.filter(run=run, component="commission").update(amount=D("9999.99")),
        lambda run: PayLine.objects.filter(run=run, component="commission").update(lines=[]),
        lambda run: PayLine.objects.filter(run=run, component="base_pay").update(rate=D("0.5")),
        lambda run: PaySlip.objects.filter(run=run, name="林小雨").update(total=D("1")),
        lambda run: PaySlip.objects.filter(run=run, name="林小雨").update(grade="P"),
        lambda run: PaySlip.objects.filter(run=run, name="林小雨").update(name="林小鱼"),
        lambda run: PayRun.objects.filter(pk=run.pk).update(digest="0" * 64),
        lambda run: PayLine.objects.filter(run=run, component="released").delete(),
    ],
)
def test_a_signature_covers_every_byte_of_the_report(pay_of: PayOf, change) -> None:
    run = pay_of.signed(stages=1)
    seen = run.digest
    change(run)
    with pytest.raises(ContentChanged):
        sign_pay_run(run=run, stage=Stage.DEPUTY_MANAGER, actor=pay_of.user("deputy"), seen_digest=seen, now=NOW)
    run.refresh_from_db()
    assert run.state == PayRun.State.DRAFT and not run.signatures.standing().exists()
    assert run.digest == seen == content_digest(run)  # mended: it says again what the facts say


# What is not content: keys, the address of a slip, and what signing itself writes.
APART = {
    PayRun: {"id", "public_id", "version", "state", "warnings", "digest", "edition", "explanation",
             "explained_at", "drafted_by", "drafted_at", "reviewed_by",
             "reviewed_at", "rejected_by", "rejected_at", "reject_reason", "filed_at", "outdated_at"},
    PaySlip: {"id", "public_id", "run"},
    PayLine: {"id", "run", "slip"},
}  # fmt: skip


def another_plan(version: PlanVersion) -> PlanVersion:
    own = PayPlan.objects.create(code="X", name="X")
    return PlanVersion.objects.create(plan=own, from_on=version.from_on, components=version.components)


# For a value of each kind one that differs as little as can be, or another row.
ANOTHER: dict[type, Callable[[Any, Cast], Any]] = {
    Unit: lambda value, cast: cast.unit["B9"],
    Person: lambda value, cast: cast.person("outsider_manager"),
    PlanVersion: lambda value, cast: another_plan(value),
    D: lambda value, cast: value + D("0.01"),
    int: lambda value, cast: value + 100,
    str: lambda value, cast: f"{value[:-1]}~",
    date: lambda value, cast: Month(value).next().first,
    list: lambda value, cast: [*value, {"label": "~"}],
    dict: lambda value, cast: {**value, "~": 0},
}


@pytest.mark.clause("D15.b")
def test_no_field_of_the_report_can_change_without_the_digest_knowing(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=1)
    assert is_whole(run)
    slip = run.slips.get(name="林小雨")
    line = slip.pay_lines.get(component="commission")
    PayLine.objects.filter(pk=line.pk).update(rate=D("0.1"), for_month=date(2026, 8, 1))  # nothing is left empty
    line.refresh_from_db()
    run.digest = content_digest(run)
    unnoticed = []
    for row in (run, slip, line):
        for field in row._meta.concrete_fields:
            if field.name in APART[type(row)]:
                continue
            with transaction.atomic():
                value = getattr(row, field.name)
                value = ANOTHER[type(value)](value, pay_of.cast)
                type(row).objects.filter(pk=row.pk).update(**{field.name: value})
                changed = PayRun.objects.select_related("branch", "plan__plan").get(pk=run.pk)
                changed.digest = run.digest
                if is_whole(changed):
                    unnoticed.append(field.name)
                transaction.set_rollback(True)
    assert unnoticed == []
