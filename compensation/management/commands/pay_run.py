from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from compensation.models import PayRun
from compensation.selectors.overview import warning_in_words
from compensation.selectors.readiness import ready_from
from compensation.services.drafting import draft_pay_run
from core.commands import MusterCommand, Refused
from core.explain import N_
from core.periods import Month
from core.refusals import NotDone
from teams.models import Unit, UnitKind


class Command(MusterCommand):
    help = N_("Draft or re-draft the pay run of a branch and month; prints totals and digest.")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("branch", metavar="BRANCH", help=_("code of the branch"))
        parser.add_argument("month", metavar="YYYY-MM")

    def run(self, **options: Any) -> dict[str, Any]:
        try:
            month = Month.parse(options["month"])
        except ValueError as reason:
            raise Refused(str(reason)) from reason
        branch = Unit.objects.filter(code=options["branch"], kind=UnitKind.BRANCH).first()
        if branch is None:
            raise Refused(_("There is no branch %(branch)s") % {"branch": options["branch"]})
        try:
            run = draft_pay_run(branch=branch, month=month, now=timezone.now())
        except NotDone as reason:
            raise Refused(str(reason)) from reason
        lines = run.lines.count()
        self.say(
            _("%(name)s %(code)s: %(people)s people, %(lines)s lines, total %(total)s")
            % {"name": branch.name, "code": month.code, "people": run.people, "lines": lines, "total": run.total}
        )
        self.say(
            _("%(state)s, version %(version)s, digest %(digest)s")
            % {"state": run.get_state_display(), "version": run.version, "digest": run.digest}
        )
        if run.state == PayRun.State.DRAFT and (ready_on := ready_from(run)) > timezone.localdate():
            self.say(_("This is a draft: it can be reviewed and signed from %(ready_on)s on") % {"ready_on": ready_on})
        for warning in warnings_of(run):
            self.say(f"! {warning}")
        return answer(run, lines)


def answer(run: PayRun, lines: int) -> dict[str, Any]:
    return {
        "branch": run.branch.code,
        "month": run.period.code,
        "people": run.people,
        "lines": lines,
        "total": run.total,
        "digest": run.digest,
        "state": run.state,
        "ready_on": ready_from(run),
        "warnings": warnings_of(run),
    }


def warnings_of(run: PayRun) -> list[str]:
    """Each warning as one sentence that names the person it is about."""
    people = [" ".join(filter(None, (w.get("employee_no"), w.get("name")))) for w in run.warnings]
    return [": ".join(filter(None, (who, warning_in_words(w)))) for who, w in zip(people, run.warnings, strict=True)]
