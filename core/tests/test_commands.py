from __future__ import annotations

import json
from typing import Any

import pytest

from core.commands import REFUSED, MusterCommand


class Count(MusterCommand):
    def arguments(self, parser) -> None:
        parser.add_argument("number", type=int)

    def run(self, *, number: int, **_: Any) -> dict[str, Any]:
        return {"number": number}


def ended(capsys, *arguments: str) -> tuple[int, str]:
    command = Count()
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
