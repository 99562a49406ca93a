"""Do signatures still stand on what was signed, and are closed months as they were closed?"""

from __future__ import annotations

from collections.abc import Iterator

from approvals.models import Assignment, Request
from approvals.rules.names import YES
from compensation.models import PayMonth, PayRun, Signature, Stage
from compensation.models.runs import SIGNED
from compensation.selectors.content import is_whole
from core.verification import Finding, check


@check("pay signatures")
def signatures_match_the_content() -> Iterator[Finding]:
    """A standing signature is on the run's digest, and the rows still have that digest."""
    for run in (
        PayRun.objects.filter(state__in=(*SIGNED, PayRun.State.FILED))
        .select_related("branch", "plan__plan")
        .order_by("pk")
    ):
        named = f"compensation_payrun {run.pk}"
        if not is_whole(run):
            yield Finding(named, "its lines are not what was signed")
        for signature in Signature.objects.standing().filter(run=run).exclude(digest=run.digest):
            yield Finding(f"compensation_signature {signature.pk}", "stands on another content than the run has")
        said = Assignment.objects.filter(round__request__in=Request.objects.about(run), outcome__in=YES)
        words = set(said.values_list("user", "digest"))
        for signature in Signature.objects.standing().filter(run=run):
            if (signature.signer_id, signature.digest) not in words:
                yield Finding(f"compensation_signature {signature.pk}", "is no opinion of the run's request")


@check("closed months")
def closed_months_have_a_filed_run() -> Iterator[Finding]:
    """A month is closed exactly when its run is filed with three signatures."""
    closed = {(row.branch_id, row.month): row.pk for row in PayMonth.objects.filter(closed_at__isnull=False)}
    for run in PayRun.objects.filter(state=PayRun.State.FILED).order_by("pk"):
        if closed.pop((run.branch_id, run.month), None) is None:
            yield Finding(f"compensation_payrun {run.pk}", "is filed, but its month is open")
        if Signature.objects.standing().filter(run=run).count() != len(Stage):
            yield Finding(f"compensation_payrun {run.pk}", "is filed without three signatures")
    for row in closed.values():
        yield Finding(f"compensation_paymonth {row}", "is closed without a filed run")
