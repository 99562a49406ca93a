"""What of pay needs somebody's yes, for approvals: the monthly report with its three signatures (D15.b), and the plan,
which is decided on paper (D2)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from approvals.models import Request
from approvals.routes import Route, RouteStage, Whom, declare
from approvals.rules.verbs import Verb
from approvals.subjects import Matter, register
from compensation.models import PayRun, PlanVersion, Stage
from compensation.models.plans import PAY_PLAN
from compensation.models.runs import PAY_REPORT
from compensation.services import signing
from core.explain import N_, written_plainly
from core.refusals import NotDone
from teams.authority import Power
from teams.models import Unit, UnitKind

HOURS = 18  # of working time for each signature
LABELS = {
    Stage.CHIEF_ACCOUNTANT: N_("chief accountant"),
    Stage.DEPUTY_MANAGER: N_("deputy branch manager"),
    Stage.MANAGER: N_("branch manager"),
}
SIGNATURES = Route(
    "pay_report",
    N_("Three signatures of the monthly pay report"),
    tuple(
        RouteStage(stage.role, LABELS[stage], Whom(role=stage.role, at=UnitKind.BRANCH), hours=HOURS) for stage in Stage
    ),
    fixed=True,
    different=True,
    back_to_author=True,
    any_may_return=True,
    without=(Verb.REFUSE,),  # whoever does not sign rejects it: it goes back and is computed again
)
PAPER = Route("pay_plan", N_("Decided on paper"))


def _sign(*, request: Request, actor: User, seen: str, now: datetime, remark: str = "") -> Any:
    run, stage = PayRun.objects.select_related("branch").get(pk=request.about_id), Stage(request.at_stage + 1)
    return signing.sign_pay_run(run=run, stage=stage, actor=actor, seen_digest=seen, now=now, remark=remark)


def _reject(*, request: Request, actor: User, remark: str, now: datetime, **_to: str) -> Any:
    run = PayRun.objects.select_related("branch").get(pk=request.about_id)
    return signing.reject_pay_run(run=run, reason=remark, actor=actor, now=now)


def _title(run: PayRun) -> str:
    return f"{run.branch.name} {run.month:%Y-%m} 薪酬月报"


def _content_of_plan(version: PlanVersion) -> str:
    content = [version.plan.code, version.from_on.isoformat(), version.components]
    return hashlib.sha256(written_plainly(content)).hexdigest()


def _unit_of_plan(version: PlanVersion) -> Unit:
    """Whose pay it decides; of a plan for everybody the company. Raises `NotDone` where nothing is loaded yet."""
    unit = version.plan.unit or Unit.objects.filter(parent=None).first()
    if unit is None:
        raise NotDone(_("Load the company first."))
    return unit


def declare_matters() -> None:
    declare(SIGNATURES, PAPER)
    register(
        Matter(
            PAY_PLAN, _("Pay plan"), PlanVersion, PAPER.key,
            unit=_unit_of_plan,
            title=lambda version: f"{version.plan.name} {version.from_on:%Y-%m-%d}",
            link=lambda version: reverse("compensation:plan", args=[version.plan.code, version.from_on.isoformat()]),
            content=_content_of_plan,
            sight=(Power.SEE_PAY, Power.SEE_POLICY),
        )
    )  # fmt: skip
    register(
        Matter(
            PAY_REPORT, _("Monthly pay report"), PayRun, SIGNATURES.key,
            unit=lambda run: run.branch,
            title=_title,
            link=lambda run: reverse("compensation:run", args=[run.public_id]),
            content=lambda run: run.digest,
            sight=(Power.SEE_PAY,),
            may_submit=signing.may_review,
            may_decide=signing.may_sign,
            excluded=lambda run: {pk for pk in (run.reviewed_by_id, run.drafted_by_id) if pk},
            spoke=signing.signed,
            returned=signing.came_back,
            doors={Verb.AGREE: _sign, Verb.GIVE_BACK: _reject},
        )
    )  # fmt: skip
