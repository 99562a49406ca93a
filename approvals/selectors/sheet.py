"""A request as it is read: its stages, its rounds with every opinion, its timeline. For the page and the opinion sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from approvals.models import Assignment, Request, Round
from approvals.rules.names import DECIDED
from approvals.rules.verbs import Verb
from core.said import Said

MET = {"agreed": "good", "remarked": "good", "refused": "bad", "returned": "warn"}
STEP_MET = {Verb.AGREE: "good", Verb.REFUSE: "bad", Verb.GIVE_BACK: "warn", Verb.ASK: "warn", Verb.ESCALATE: "warn"}


@dataclass(frozen=True)
class Opinion:
    """One line of the sheet. `old`: given on a version before the one the request has now."""

    name: str
    post: str
    outcome: str
    met: str
    at: Any
    remark: str
    version: int | None
    old: bool
    asked: bool
    number: str
    added: bool


@dataclass(frozen=True)
class RoundShown:
    number: int
    stage: str
    result: str
    opened_at: Any
    due_at: Any
    stands_still: bool
    opinions: list[Opinion]


def rounds_of(request: Request) -> list[RoundShown]:
    """Every pass through a stage with every opinion, the latest first; those not needed too."""
    shown = [_round(request, one) for one in request.rounds.all()]
    return sorted(shown, key=lambda one: one.number, reverse=True)


def _round(request: Request, one: Round) -> RoundShown:
    opinions = [_opinion(request, each) for each in one.assignments.all()]
    label = str(Said(request.route.stages[one.stage].label))
    result = one.get_result_display() if one.result else ""
    return RoundShown(one.number, label, result, one.opened_at, one.due_at, one.left_seconds is not None, opinions)


def _opinion(request: Request, each: Assignment) -> Opinion:
    name = each.name
    if each.behalf:
        name = _("%(name)s for %(behalf)s") % {"name": each.name, "behalf": each.behalf.name}
    post = " ".join(filter(None, (each.unit.name if each.unit else "", each.get_role_display() if each.role else "")))
    outcome = each.get_outcome_display() if each.outcome else _("asked") if each.turn else _("not asked yet")
    if each.outcome == "withdrawn" and each.said:
        outcome = _("%(said)s, taken back") % {"said": each.get_said_display()}
    is_old = each.outcome in DECIDED and each.version != request.version
    return Opinion(
        name, post, outcome, MET.get(each.outcome, "accent" if each.turn else ""), each.ended_at, each.remark,
        each.version, is_old, each.turn, each.user.employee_no, each.added_by_id is not None and not each.outcome,
    )  # fmt: skip


def stages_of(request: Request) -> list[dict[str, Any]]:
    """For the status bar: what is done, who is asked now, what is still to come."""
    found = []
    last = {one.stage: one for one in sorted(request.rounds.all(), key=lambda one: one.number)}
    for number, stage in enumerate(request.route.stages):
        one = last.get(number)
        state, by, at = "waiting", "", None
        is_here = number == request.at_stage and not request.is_finished
        if one is not None and one.result == "agreed" and not is_here and number <= request.at_stage:
            state, at = "done", one.closed_at
            by = "、".join(each.name for each in one.assignments.all() if each.outcome in DECIDED)
        elif one is not None and one.result in ("refused", "withdrawn") and request.is_finished:
            state, at = "void", one.closed_at
        elif is_here and one is not None and one.closed_at is None:
            state, by = "current", "、".join(each.name for each in one.assignments.all() if each.turn)
        found.append({"label": Said(stage.label), "state": state, "by": by, "at": at, "note": ""})
    return found


def events_of(request: Request) -> list[dict[str, Any]]:
    """For the timeline, newest first."""
    return [
        {"at": step.at, "who": step.by_name, "text": str(step), "note": step.remark, "state": STEP_MET.get(Verb(step.verb), "")}
        for step in request.steps.all()
    ]  # fmt: skip


def question_of(request: Request) -> str:
    """What was asked of the author last."""
    return next((step.remark for step in request.steps.all() if step.verb == Verb.ASK), "")
