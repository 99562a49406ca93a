from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import Failed, MusterCommand
from core.explain import N_
from core.models import AuditSeal
from core.services import record_verification
from core.verification import SHOWN, Finding, as_answer, findings_of_all


class Command(MusterCommand):
    help = N_(
        "Check that what is written still holds: audit chain, signatures, closed periods. Names the first bad row."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seal", help=_("digest of a seal that was noted elsewhere and must still be in the chain")
        )

    def run(self, *, seal: str | None, **_options: Any) -> dict[str, Any]:
        found = findings_of_all()
        if seal and not AuditSeal.objects.filter(digest=seal).exists():
            found["noted seal"] = [Finding("core_auditseal", _("%(seal)s is not in the chain") % {"seal": seal})]
        for name, findings in found.items():
            self.say(f"{name}: " + (_("%(count)s bad") % {"count": len(findings)} if findings else _("sound")))
            for finding in findings[:SHOWN]:
                self.say(f"  {finding.row}: {finding.says}")
        last = AuditSeal.objects.order_by("to_transaction").last()
        first = next((findings[0] for findings in found.values() if findings), None)
        answer = {
            "sound": first is None,
            "first_bad": first,
            "checks": as_answer(found),
            "last_seal": {"digest": last.digest, "sealed_at": last.sealed_at} if last else None,
        }
        record_verification(found=found, now=timezone.now())
        if first is not None:
            raise Failed(_("First bad row: %(row)s: %(says)s") % {"row": first.row, "says": first.says}, answer=answer)
        return answer
