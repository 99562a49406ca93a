"""Signatures under way and given, and the approvals of plans, become requests: rounds with their opinions, and papers."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, time
from typing import Any

from django.db import migrations
from django.utils import timezone

POSTS = ("chief_accountant", "deputy_branch_manager", "branch_manager")
LABELS = ("chief accountant", "deputy branch manager", "branch manager")
SIGNATURES = {
    "key": "pay_report",
    "label": "Three signatures of the monthly pay report",
    "stages": [
        {
            "key": post,
            "label": label,
            "who": {"role": post, "at": "branch", "function": "", "named": False, "people": []},
            "how": "any",
            "share": "1",
            "hours": 18,
        }
        for post, label in zip(POSTS, LABELS, strict=True)
    ],
    "fixed": True,
    "different": True,
    "back_to_author": True,
    "any_may_return": True,
    "without": ["refuse"],
}
PAPER = {
    "key": "pay_plan",
    "label": "Decided on paper",
    "stages": [],
    "fixed": False,
    "different": False,
    "back_to_author": False,
    "any_may_return": False,
    "without": [],
}
GIVEN = {"reviewed": 0, "signed_1": 1, "signed_2": 2, "signed_3": 3, "filed": 3}


def forward(apps: Any, _schema: Any) -> None:
    _of_plans(apps)
    _of_runs(apps)


def _new(apps: Any, thing: Any, unit: Any, at: datetime, **values: Any) -> Any:
    series = apps.get_model("core", "Series").objects
    name = f"request:{unit.code}:{timezone.localdate(at).year}"
    row, _made = series.get_or_create(name=name)
    row.last += 1
    row.save()
    kind, _made = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="compensation", model=thing._meta.model_name
    )
    return apps.get_model("approvals", "Request").objects.create(
        number=f"{unit.code}-{timezone.localdate(at).year}-{row.last:04d}",
        about_type=kind,
        about_id=thing.pk,
        unit=unit,
        submitted_at=at,
        **values,
    )


def _of_plans(apps: Any) -> None:
    company = apps.get_model("teams", "Unit").objects.filter(parent=None).first()
    found = []
    for version in apps.get_model("compensation", "PlanVersion").objects.select_related("plan__unit"):
        found += [
            (one.approved_on, version, one, one.ended_on, one.approval_ref, one.approved_by)
            for one in version.earlier_approvals.all()
        ]
        if version.approved_on:
            ended = version.approval_ended_on
            found.append((version.approved_on, version, version, ended, version.approval_ref, version.approved_by))
    if found and company is None:
        raise RuntimeError(
            "A pay plan is approved but no unit is there: load the company with the release before this one"
        )
    for on, version, row, ended_on, ref, by in sorted(found, key=lambda one: (one[0], one[1].pk)):
        content = [version.plan.code, version.from_on.isoformat(), version.components]
        plainly = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        at = timezone.make_aware(datetime.combine(on, time(12)))
        _new(
            apps,
            version,
            version.plan.unit or company,
            at,
            subject="compensation.plan",
            title=f"{version.plan.name} {version.from_on:%Y-%m-%d}",
            author=row.recorded_by,
            route_data=PAPER,
            state="agreed",
            digest=hashlib.sha256(plainly.encode()).hexdigest(),
            finished_at=at,
            paper_ref=ref,
            paper_by=by,
            holds_from=on,
            ended_on=ended_on,
            end_reason=(row.end_reason or "–") if ended_on else "",
            ended_by=row.ended_by if ended_on else None,
        )


def _of_runs(apps: Any) -> None:
    runs = apps.get_model("compensation", "PayRun").objects.filter(state__in=GIVEN).select_related("branch")
    for run in runs.order_by("reviewed_at", "pk"):
        signatures = list(run.signatures.filter(voided_at=None).order_by("stage"))[: GIVEN[run.state]]
        at = run.reviewed_at or run.drafted_at
        is_done = GIVEN[run.state] == len(POSTS)
        request = _new(
            apps,
            run,
            run.branch,
            at,
            subject="compensation.pay_run",
            title=f"{run.branch.name} {run.month:%Y-%m} 薪酬月报",
            author=run.reviewed_by,
            route_data=SIGNATURES,
            state="agreed" if is_done else "open",
            at_stage=min(len(signatures), len(POSTS) - 1),
            digest=run.digest,
            finished_at=signatures[-1].signed_at if is_done else None,
            holds_from=timezone.localdate(signatures[-1].signed_at) if is_done else None,
        )
        _rounds(apps, request, run, signatures, at)


def _rounds(apps: Any, request: Any, run: Any, signatures: Any, at: datetime) -> None:
    rounds, assignments = (apps.get_model("approvals", name).objects for name in ("Round", "Assignment"))
    for number, signature in enumerate(signatures):
        one = rounds.create(
            request=request,
            number=number + 1,
            stage=number,
            opened_at=at,
            closed_at=signature.signed_at,
            result="agreed",
        )
        assignments.create(
            round=one,
            seat=0,
            user=signature.signer,
            name=signature.signer_name,
            role=POSTS[number],
            unit=run.branch,
            opened_at=at,
            outcome="agreed",
            said="agreed",
            version=1,
            digest=signature.digest,
            ended_at=signature.signed_at,
        )
        at = signature.signed_at
    if request.state == "open":  # whoever holds the post is asked at the schedule's next look
        rounds.create(request=request, number=len(signatures) + 1, stage=len(signatures), opened_at=at)


class Migration(migrations.Migration):
    dependencies = [
        ("compensation", "0013_closing_declared"),
        ("approvals", "0002_kept"),
        ("core", "0008_series"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
