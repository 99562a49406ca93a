from __future__ import annotations

import sys
import time
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.commands import MusterCommand, Refused, language_of_terminal
from core.explain import N_
from core.said import Said
from portal.demonstration import database, serving, story
from teams.models import Unit


class Command(MusterCommand):
    help = N_("A ready company in a database of its own, then web, worker and schedule in the foreground.")
    requires_system_checks: list[str] = []

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help=_("build the company and stop"))
        parser.add_argument("--port", type=int, help=_("the port of the web page (the first free one from 8000)"))
        parser.add_argument("--size", choices=("small", "month-end"), default="small")
        parser.add_argument("--reset", action="store_true", help=_("throw the company away and build it anew"))

    def run(self, *, no_serve: bool, port: int | None, size: str, reset: bool, **_options: Any) -> dict[str, Any]:
        """The one object of `--json` tells what is there to sign in to; where it is served, it comes before that."""
        self.started = time.monotonic()
        try:
            with serving.place(port, to_serve=not no_serve) as its_port, serving.broker():
                is_new = self.prepare(size=size, reset=reset)
                self.say(_("Ready after %(seconds)s seconds.") % {"seconds": round(time.monotonic() - self.started)})
                answer = self.described(its_port, is_new=is_new)
                if its_port is None:
                    return answer
                code = serving.serve(its_port, partial(self.greet, answer))
                self.say("Stopped.")
                sys.exit(code)
        except (serving.RunningAlready, serving.PortTaken, database.NotADemonstration) as refused:
            raise Refused(str(refused)) from None
        except KeyboardInterrupt:
            self.say(_("Stopped. Run the command again to go on; `make demo-reset` begins anew."))
            sys.exit(130)

    def prepare(self, *, size: str, reset: bool) -> bool:
        """Whether the company had to be built."""
        self.say(_("Preparing the database …"))
        database.ensure_database(anew=reset)
        call_command("collectstatic", verbosity=0, interactive=False)
        if database.is_complete():
            self.say(_("The demonstration company is there already; its data is as it was."))
            return False
        if Unit.objects.exists():
            self.say(_("A company was left half built; beginning anew."))
            database.ensure_database(anew=True)
        with translation.override(settings.LANGUAGE_CODE):  # the company speaks its own, whatever the terminal does
            story.tell(now=timezone.now(), size=size, say=self.progress)
        return True

    @staticmethod
    def described(port: int | None, *, is_new: bool) -> dict[str, Any]:
        sign_ins = [
            {"role": role, "employee_no": number, "name": name}
            for role, number, name in story.sign_ins(timezone.localdate())
        ]
        address = serving.address(port) if port else None
        return {"built": is_new, "address": address, "password": story.PASSWORD, "sign_ins": sign_ins}

    def greet(self, answer: dict[str, Any]) -> None:
        self.say("")
        self.say(_("  Muster is at  %(address)s") % {"address": answer["address"]})
        self.say(_("  Password of everybody: %(password)s") % {"password": answer["password"]})
        for one in answer["sign_ins"]:
            self.say(f"    {one['employee_no']:<8} {one['name']:<6} {one['role']}")
        self.say("")
        self.say(_("  Ctrl-C stops everything. docs/tour.md tells the story of this company."))
        self.answer(answer)
        self.stdout.flush()

    def progress(self, text: Said) -> None:
        with translation.override(language_of_terminal()):
            self.say(f"{time.monotonic() - self.started:4.0f} s  {text}")

    def say(self, text: str) -> None:
        super().say(text)
        self.stdout.flush()
