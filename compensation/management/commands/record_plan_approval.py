from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from compensation.models import PlanVersion
from compensation.services import PayRefused, record_plan_approval
from core.commands import MusterCommand, Refused


class Command(MusterCommand):
    help = "Record who approved a version of a pay plan, when, and by which document; without it no pay run uses it."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", metavar="PLAN", help="code of the plan, such as CN-BRANCH-DEFAULT")
        parser.add_argument(
            "--version-from", type=date.fromisoformat, metavar="DATE", help="default: the latest version"
        )
        parser.add_argument("--on", dest="approved_on", type=date.fromisoformat, required=True, metavar="DATE")
        parser.add_argument("--ref", required=True, help="number or title of the approval document")
        parser.add_argument("--by", required=True, help="who approved")

    def run(self, **options: Any) -> dict[str, Any]:
        versions = PlanVersion.objects.filter(plan__code=options["plan"]).select_related("plan")
        if options["version_from"]:
            versions = versions.filter(from_on=options["version_from"])
        version = versions.order_by("-from_on").first()
        if version is None:
            raise Refused(f"There is no such version of a plan {options['plan']}")
        try:
            version = record_plan_approval(
                version=version,
                approved_on=options["approved_on"],
                approval_ref=options["ref"],
                approved_by=options["by"],
                actor=None,
            )
        except PayRefused as reason:
            raise Refused(str(reason)) from reason
        self.say(f"{version}: approved on {version.approved_on} by {version.approved_by} ({version.approval_ref})")
        return {
            "plan": version.plan.code,
            "from": version.from_on,
            "approved_on": version.approved_on,
            "ref": version.approval_ref,
            "by": version.approved_by,
        }
