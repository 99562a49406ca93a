from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from crm.models import Opening
from crm.tests.desk import HEADINGS, NOW, THREE

pytestmark = pytest.mark.django_db


def test_the_command_prints_one_object_and_refuses_with_2(cast, tmp_path, capsys, time_machine, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    time_machine.move_to(NOW, tick=False)
    file = tmp_path / "openings.csv"
    file.write_text(HEADINGS + "\n".join(THREE))
    call_command("import_crm", "openings", str(file), "--json", "--dry-run")
    assert json.loads(capsys.readouterr().out)["created"] == 3
    assert not Opening.objects.exists()
    call_command("import_crm", "openings", str(file), "--covers", "2026-11-16..2026-11-18", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert {key: answer[key] for key in ("kind", "rows", "accepted", "refused", "created", "updated", "unchanged")} == {
        "kind": "openings",
        "rows": 3,
        "accepted": 3,
        "refused": [],
        "created": 3,
        "updated": 0,
        "unchanged": 0,
    }
    assert answer["covers"] == ["2026-11-16", "2026-11-18"]
    assert answer["effects"]["openings"][0]["code"] == "B1"
    file.write_text(HEADINGS + "2026-11-18,B1,c,f,,7777,,")
    with pytest.raises(CommandError) as refused:
        call_command("import_crm", "openings", str(file), "--json")
    assert refused.value.returncode == 2
    assert json.loads(capsys.readouterr().out)["refused"] == [
        {
            "sheet": "openings",
            "row": 2,
            "column": "developer",
            "value": "7777",
            "rule": "没有这个工号的人员",
        }
    ]


def test_a_number_that_looks_like_a_known_one_is_taken_once_somebody_says_why(cast, tmp_path, capsys):
    file = tmp_path / "openings.csv"
    file.write_text(HEADINGS + "2026-11-16,B1,c1,0101,,1001,,\n")
    call_command("import_crm", "openings", str(file))
    file.write_text(HEADINGS + "2026-11-16,B1,c2,101,,1001,,\n")
    for wrong in ([], ["--different", "101"], ["--different", "999", "--because", "two clients"]):
        with pytest.raises(CommandError):
            call_command("import_crm", "openings", str(file), *wrong)
    call_command("import_crm", "openings", str(file), "--different", "101", "--because", "two clients")
    assert Opening.objects.count() == 2
