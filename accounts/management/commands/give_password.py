from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import give_one_time_passwords, take_second_factor
from core.commands import MusterCommand, Refused
from core.explain import N_

SHORTEST_REASON = 2  # as on the page


class Command(MusterCommand):
    help = N_("Give one person a one-time password: the first administrator's, or where nobody else may.")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("employee_no")
        parser.add_argument("--reason", required=True, help=_("kept in the audit trail"))
        parser.add_argument("--second-factor", action="store_true", help=_("take a lost second factor away as well"))

    def run(self, *, employee_no: str, reason: str, second_factor: bool, **_options: Any) -> dict[str, Any]:
        user = User.objects.filter(employee_no=employee_no).first()
        if user is None:
            raise Refused(_("Nobody has the employee number %(employee_no)s.") % {"employee_no": employee_no})
        if len(reason.strip()) < SHORTEST_REASON:
            raise Refused(_("--reason says why: it is kept in the audit trail."))
        now = timezone.now()
        [password] = give_one_time_passwords(users=[user], reason=reason, actor=None, now=now).values()
        taken = second_factor and take_second_factor(user=user, reason=reason, actor=None, now=now)
        until = timezone.localtime(user.one_time_until).isoformat(timespec="minutes")
        self.say(
            _("%(employee_no)s %(name)s: %(password)s (once, until %(until)s)")
            % {"employee_no": user.employee_no, "name": user.name, "password": password, "until": until}
        )
        return {"employee_no": employee_no, "password": password, "until": until, "second_factor_taken": taken}
