from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.demonstration import database, serving, story
from teams.models import Unit


class Command(BaseCommand):
    help = "A ready company in a database of its own, then web, worker and schedule in the foreground."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="build the company and stop")
        parser.add_argument("--port", type=int, help="the port of the web page (the first free one from 8000)")
        parser.add_argument("--size", choices=("small", "month-end"), default="small")
        parser.add_argument("--reset", action="store_true", help="throw the company away and build it anew")

    def handle(self, *args: Any, no_serve: bool, port: int | None, size: str, reset: bool, **options: Any) -> None:
        self.started = time.monotonic()
        try:
            with serving.place(port, to_serve=not no_serve) as its_port, serving.broker():
                self.prepare(size=size, reset=reset)
                self.say(f"Ready after {time.monotonic() - self.started:.0f} seconds.")
                if its_port is not None:
                    self.greet(its_port)
                    code = serving.serve(its_port)
                    self.say("Stopped.")
                    if code:
                        sys.exit(code)
        except (serving.RunningAlready, serving.PortTaken) as refused:
            raise CommandError(str(refused)) from None
        except KeyboardInterrupt:
            self.say("Stopped. Run the command again to go on; `make demo-reset` begins anew.")
            sys.exit(130)

    def prepare(self, *, size: str, reset: bool) -> None:
        database.ensure_database(anew=reset)
        self.say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if database.is_complete():
            self.say("The demonstration company is there already; its data is as it was.")
            return
        if Unit.objects.exists():
            self.say("A company was left half built; beginning anew.")
            database.ensure_database(anew=True)
            call_command("migrate", verbosity=0, interactive=False)
        story.tell(now=timezone.now(), size=size, say=self.progress)

    def greet(self, port: int) -> None:
        self.say("")
        self.say(f"  Muster is at  {serving.address(port)}")
        self.say(f"  Password of everybody: {story.PASSWORD}")
        for role, number, name in story.sign_ins(timezone.localdate()):
            self.say(f"    {number:<8} {name:<6} {role}")
        self.say("")
        self.say("  Ctrl-C stops everything. docs/tour.md tells the story of this company.")

    def progress(self, text: str) -> None:
        self.say(f"{time.monotonic() - self.started:4.0f} s  {text}")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
