from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from core.commands import REFUSED, MusterCommand, Refused
from core.periods import Month, Week


class Count(MusterCommand):
    def arguments(self, parser) -> None:
        parser.add_argument("number", type=int)

    def run(self, *, number: int, **_: Any) -> dict[str, Any]:
        return {"number": number}


class TakeNothing(Count):
    def run(self, **_: Any) -> dict[str, Any]:
        raise Refused("--on")


class AskTooEarly(Count):
    def run(self, **_: Any) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM of_the_next_version")
        return {}


def ended(capsys, *arguments: str, kind: type[Count] = Count) -> tuple[int, str]:
    command = kind()
    command._called_from_command_line = True  # type: ignore[attr-defined]
    try:
        command.run_from_argv(["manage.py", "count", "--skip-checks", *arguments])
    except SystemExit as end:
        return int(str(end.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("x",), (), ("1", "--unknown")])
def test_arguments_that_cannot_be_read_are_refused_in_an_object(capsys, arguments):
    code, out = ended(capsys, *arguments, "--json")
    assert code == REFUSED
    assert len(json.loads(out)["refused"]) == 1
    assert ended(capsys, *arguments) == (REFUSED, "")


def test_what_can_be_read_is_answered(capsys):
    code, out = ended(capsys, "7", "--json")
    assert (code, json.loads(out)) == (0, {"number": 7})


@pytest.mark.parametrize(
    ("locale", "first"), [("C", "Refused: "), ("zh_CN.UTF-8", "未接受："), ("zh_TW.UTF-8", "未接受：")]
)
def test_a_refusal_begins_in_the_language_of_the_terminal(capsys, monkeypatch, locale, first):
    monkeypatch.setenv("LC_ALL", locale)
    with pytest.raises(SystemExit) as end:
        TakeNothing().run_from_argv(["manage.py", "count", "--skip-checks", "3"])
    assert end.value.code == REFUSED and capsys.readouterr().err == f"{first}--on\n"


@pytest.mark.django_db
def test_a_database_that_is_not_set_up_is_a_refusal_in_words(capsys):
    code, out = ended(capsys, "7", "--json", kind=AskTooEarly)
    assert code == REFUSED
    assert "migrate" in json.loads(out)["refused"][0]


@pytest.mark.parametrize(("kind", "text"), [(Month, "2017-13"), (Month, "2017-1"), (Week, "2026-W60")])
def test_a_period_that_is_none_is_named_with_an_example(kind: type[Month] | type[Week], text: str):
    with pytest.raises(ValueError, match=rf"such as .*{text}"):
        kind.parse(text)


ENDLESS = """
import django
django.setup()
from core.commands import MusterCommand

class Command(MusterCommand):
    requires_system_checks = []

    def run(self, **options):
        for _ in range(100_000):
            self.say("a line of many")
        return {}

Command().run_from_argv(["manage.py", "endless"])
"""


def test_a_command_whose_reader_goes_away_ends_quietly():
    piped = f'"{sys.executable}" -c "$ENDLESS" | head -1; exit ${{PIPESTATUS[0]}}'
    ended = subprocess.run(
        ["bash", "-c", piped], env={**os.environ, "ENDLESS": ENDLESS}, capture_output=True, check=False, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (141, "a line of many\n", "")
