from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from compensation.models import PlanVersion
from compensation.services.plans import record_plan_approval
from core.commands import MusterCommand, Refused
from core.explain import N_
from core.refusals import NotDone


class Command(MusterCommand):
    help = N_(
        "Record who approved a version of a pay plan, when, and by which document; without it no pay run uses it."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", metavar="PLAN", help=_("code of the plan, such as CN-BRANCH-DEFAULT"))
        parser.add_argument(
            "--version-from", type=date.fromisoformat, metavar="DATE", help=_("default: the latest version")
        )
        parser.add_argument("--on", dest="approved_on", type=date.fromisoformat, required=True, metavar="DATE")
        parser.add_argument("--ref", required=True, help=_("number or title of the approval document"))
        parser.add_argument("--by", required=True, help=_("who approved"))

    def run(self, **options: Any) -> dict[str, Any]:
        versions = PlanVersion.objects.filter(plan__code=options["plan"]).select_related("plan")
        if options["version_from"]:
            versions = versions.filter(from_on=options["version_from"])
        version = versions.order_by("-from_on").first()
        if version is None:
            raise Refused(_("There is no such version of a plan %(plan)s") % {"plan": options["plan"]})
        try:
            approval = record_plan_approval(
                version=version,
                approved_on=options["approved_on"],
                approval_ref=options["ref"],
                approved_by=options["by"],
                actor=None,
                now=timezone.now(),
            )
        except NotDone as reason:
            raise Refused(str(reason)) from reason
        values = {"on": approval.holds_from, "by": approval.paper_by, "ref": approval.paper_ref}
        self.say(_("%(version)s: approved on %(on)s by %(by)s (%(ref)s)") % {"version": version, **values})
        return {
            "plan": version.plan.code,
            "from": version.from_on,
            "approved_on": approval.holds_from,
            "ref": approval.paper_ref,
            "by": approval.paper_by,
        }
