from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from crm.management.commands.import_crm import told
from crm.models import Import, Opening
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


def test_the_command_tells_all_that_came_of_a_file():
    imported = Import(
        file_name="crm.csv", rows=9, accepted=8, refused=1, created=5, updated=2, unchanged=1,
        covers_from=date(2026, 11, 1), covers_to=date(2026, 11, 18),
        notes={"ignored_columns": ["备注", "柜员"]},
        warnings=[{"column": "share", "rule": "odd", "count": 2, "rows": [[4, "1"], [7, "2"]]}],
        effects={
            "openings": [{"code": "B1", "name": "一部", "before": 1, "after": 3, "rank_before": 4, "rank_after": 2, "of": 9}],
            "gross_commission": [{"code": "B1", "name": "一部", "month": "2026-10", "before": "1.00", "after": "2.00"}],
            "moves": [{"account": "f1", "relation": "kept", "month": "2026-10", "before": ["a"], "after": ["b", "c"]}],
            "cleared": {"trades": 3},
            "pay_changes": [{"branch": "一部", "month": "2026-10", "person": "林 1001", "before": "1", "after": "2"}],
            "pay_left_out": {"months": 0, "people": 1},
            "pay": [{"name": "一部", "month": "2026-10", "state": "closed", "into": "2026-11"}],
        },
    )  # fmt: skip
    with translation.override("en"):
        assert told(imported, dry_run=True).splitlines() == [
            "crm.csv: 9 rows, 8 accepted, 1 refused",
            "5 added, 2 changed, 1 unchanged (dry run: nothing is written)",
            "covers 2026-11-01 to 2026-11-18",
            "columns passed over: 备注, 柜员",
            "warning: share odd (2 rows, first 4)",
            "B1 一部: 1 → 3 openings, rank 4 → 2 of 9",
            "B1 一部 2026-10: 1.00 → 2.00",
            "f1 kept by the branch 2026-10: a → b, c",
            "cleared: trades (3 rows)",
            "pay: 一部 2026-10 林 1001: 1 → 2",
            "The pay of 1 more person changes.",
            "一部 2026-10 is closed: the difference is paid in 2026-11",
        ]
