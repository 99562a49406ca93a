"""What every command of the project has in common: `--json`, refusals, and a name in the audit trail."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError
from django.utils import translation
from django.utils.translation import gettext as _
from psycopg import errors

from core import audit
from core.explain import plain
from core.refusals import NotDone

REFUSED = 2
NOBODY_LISTENS = 141  # as a shell counts a program that a closed pipe has ended: `export … | head`
# argparse says what it cannot read by these names of its module; it is to speak the language of the command.
argparse._ = translation.gettext  # type: ignore[attr-defined]
argparse.ngettext = translation.ngettext  # type: ignore[attr-defined]


def language_of_terminal(environment: Mapping[str, str] = os.environ) -> str:
    """The language of whoever sits at the terminal, as the locale says it; English unless it is Chinese."""
    said = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    name = said.split(".")[0].split("@")[0].replace("-", "_").lower()
    if name.split("_")[0] != "zh":
        return "en"
    return "zh-hant" if {"tw", "hk", "mo", "hant"} & set(name.split("_")) else "zh-hans"


class Refused(CommandError):
    """The input is not taken: nothing was changed, the command ends with 2.

    A refusal is a sentence, or an object such as `{"sheet", "row", "column", "value", "rule"}`. `answer` is what
    `--json` prints; it gets the refusals under `refused`.
    """

    def __init__(
        self, *refusals: str | Mapping[str, Any], answer: Mapping[str, Any] | None = None, shown: int = 200
    ) -> None:
        self.refusals = refusals
        self.answer = {**(answer or {}), "refused": [*refusals]}
        lines = [spelled(refusal) for refusal in refusals[:shown]]
        if len(refusals) > shown:
            lines.append(f"… {len(refusals) - shown}")
        super().__init__("\n".join(lines), returncode=REFUSED)


class Failed(CommandError):
    """Not all of it was done: the command ends with 1. `answer` is what `--json` prints."""

    def __init__(self, message: str, *, answer: Mapping[str, Any]) -> None:
        self.answer = dict(answer)
        super().__init__(message, returncode=1)


def spelled(refusal: str | Mapping[str, Any]) -> str:
    """A refusal as one line of text."""
    if isinstance(refusal, Mapping):
        return " · ".join(f"{key} {value}" for key, value in refusal.items() if value not in (None, ""))
    return str(refusal)


class MusterCommand(BaseCommand, ABC):
    """Subclasses write `arguments` and `run`; what `run` returns is the one object of `--json`. `help` is marked by `N_`.

    Exit 0: all of it was done. Exit 1: it failed (`Failed`). Exit 2: the input was refused (`Refused`) and nothing changed.
    """

    in_json = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="in_json", help=_("print exactly one JSON object"))
        self.arguments(parser)

    def run_from_argv(self, argv: list[str]) -> None:
        self.in_json = "--json" in argv
        try:
            with translation.override(language_of_terminal()):
                super().run_from_argv(argv)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered goes nowhere
            sys.exit(NOBODY_LISTENS)

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        """Arguments that cannot be read are refused like any other input: with `--json` in an object."""
        self.help = _(self.help)
        parser = super().create_parser(*args, **kwargs)
        complain = parser.error

        def error(message: str) -> Any:
            self.answer({"refused": [message]})
            complain(message)

        parser.error = error  # type: ignore[method-assign]
        return parser

    def arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""
        return

    @abstractmethod
    def run(self, *args: Any, **options: Any) -> dict[str, Any]:
        """Do it. Edge of the project: this is where a command may read the clock."""

    def say(self, text: str) -> None:
        """Tell the person at the terminal; silent with `--json`."""
        if not self.in_json:
            self.stdout.write(text)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """At a terminal a refusal begins with a word of its language, not with the name of a class."""
        try:
            return super().execute(*args, **options)
        except (Refused, Failed) as failure:
            if not getattr(self, "_called_from_command_line", False) or options.get("traceback"):
                raise
            said = _("Refused: %(why)s") if isinstance(failure, Refused) else _("Failed: %(why)s")
            self.stderr.write(said % {"why": failure})
            sys.exit(failure.returncode)

    def handle(self, *args: Any, in_json: bool, **options: Any) -> None:
        self.in_json = in_json
        name = type(self).__module__.rsplit(".", 1)[-1]
        try:
            with translation.override(language_of_terminal()), audit.acting(source=f"command:{name}"), set_up():
                answer = self.run(**own(options))
        except (Refused, Failed) as failure:
            self.answer(failure.answer)
            raise
        self.answer(answer)

    def answer(self, answer: Mapping[str, Any]) -> None:
        if self.in_json:
            self.stdout.write(json.dumps(plain(answer), ensure_ascii=False))


@contextlib.contextmanager
def set_up() -> Iterator[None]:
    """What the house refuses, and a database that was never migrated, or not to this version, is a refusal in words."""
    try:
        yield
    except NotDone as refusal:
        raise Refused(str(refusal)) from refusal
    except ProgrammingError as problem:
        if isinstance(problem.__cause__, errors.UndefinedTable | errors.UndefinedColumn):
            raise Refused(_("The database is not set up for this version: run `manage.py migrate` first.")) from problem
        raise


STOCK: Sequence[str] = ("verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks")


def own(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options without those that every Django command has."""
    return {name: value for name, value in options.items() if name not in STOCK}
