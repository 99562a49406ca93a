from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.module_loading import autodiscover_modules

from core.commands import Failed, MusterCommand
from core.models import AuditSeal
from core.verification import Finding, checks

SHOWN = 20


class Command(MusterCommand):
    help = "Check that what is written still holds: audit chain, signatures, closed periods. Names the first bad row."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seal", help="digest of a seal that was noted elsewhere and must still be in the chain")

    def run(self, *, seal: str | None, **_: Any) -> dict[str, Any]:
        autodiscover_modules("verification")
        found = {name: list(check()) for name, check in checks().items()}
        if seal and not AuditSeal.objects.filter(digest=seal).exists():
            found["noted seal"] = [Finding("core_auditseal", f"{seal} is not in the chain")]
        for name, findings in found.items():
            self.say(f"{name}: {'sound' if not findings else f'{len(findings)} bad'}")
            for finding in findings[:SHOWN]:
                self.say(f"  {finding.row}: {finding.says}")
        last = AuditSeal.objects.order_by("to_transaction").last()
        first = next((findings[0] for findings in found.values() if findings), None)
        answer = {
            "sound": first is None,
            "first_bad": first,
            "checks": [{"name": n, "bad": len(f), "findings": f[:SHOWN]} for n, f in found.items()],
            "last_seal": {"digest": last.digest, "sealed_at": last.sealed_at} if last else None,
        }
        if first is not None:
            raise Failed(f"First bad row: {first.row}: {first.says}", answer=answer)
        return answer
