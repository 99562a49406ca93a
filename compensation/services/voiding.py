"""What a change of the content does to what was reviewed and signed; and every step of a run, kept for those after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from approvals.models import Request
from approvals.services.deciding import fall_back as fall_back_to_author
from compensation.models import PayRun, RunEvent, Signature
from compensation.models.runs import UNDER_DECISION
from compensation.services import notices
from core.said import Said


def keep(run: PayRun, kind: RunEvent.Kind, now: datetime, by: User | None = None, **more: Any) -> RunEvent:
    """Keep a step of the run as it stands now."""
    values = {"total": run.total, **more}
    return RunEvent.objects.create(
        run=run, kind=kind, version=run.version, at=now, by=by, by_name=by.name if by else "", **values
    )


def void(run: PayRun, why: Said, now: datetime) -> list[Signature]:
    """Void the signatures that stand on the run; which they were."""
    standing = list(Signature.objects.standing().filter(run=run))
    Signature.objects.standing().filter(run=run).update(
        voided_at=now, void_reason=why.text, void_values=dict(why.values)
    )
    for request in Request.objects.about(run).undecided():
        fall_back_to_author(request=request, why=why, now=now)
    return standing


def void_signatures(run: PayRun, why: Said, now: datetime, by: User | None = None, **moved: Any) -> bool:
    """Void what stands on the run and tell those concerned; whether anybody had reviewed or signed it.

    `moved` says what of its content is another (`RunEvent`).
    """
    standing = void(run, why, now)
    if run.state not in UNDER_DECISION:
        return False
    keep(run, RunEvent.Kind.VOIDED, now, by, reason=why.text, values=dict(why.values), **moved)
    notices.signatures_are_void(run, standing, why, now)
    return True


def fall_back(run: PayRun, why: Said, now: datetime, by: User | None = None) -> None:
    """Make a run under decision a draft again, its content untouched: what stood behind it no longer holds."""
    void_signatures(run, why, now, by)
    run.state, run.reviewed_by, run.reviewed_at = PayRun.State.DRAFT, None, None
    run.save(update_fields=["state", "reviewed_by", "reviewed_at"])
