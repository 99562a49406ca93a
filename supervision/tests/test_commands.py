from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from core.exports import Asked, NotExportable, rows_of, written_as_csv
from core.periods import Day
from supervision.management.commands.remind import Command
from supervision.tests.facts import know, open_accounts
from tests.cast import TODAY, Cast


@pytest.fixture
def known(cast: Cast, signed_in) -> Cast:
    """`signed_in` stands still at noon of the cast's day."""
    know(cast, date(2026, 10, 1), TODAY)
    open_accounts(cast, {("cm", TODAY): 2, ("cm_m2", TODAY): 1, ("sibling_cm", TODAY): "0.5"})
    return cast


def remind(*arguments: str) -> dict[str, object]:
    out = io.StringIO()
    call_command("remind", "--json", *arguments, stdout=out)
    answer: dict[str, object] = json.loads(out.getvalue())
    return answer


@pytest.mark.clause("S7.1", "S8.1", "S10.1")
def test_remind_answers_in_the_stable_shape(known: Cast) -> None:
    answer = remind("--period", "day", "--on", str(TODAY))
    assert (answer["period"], answer["on"], answer["status"]) == ("day", str(TODAY), "done")
    assert answer["messages"] == {"in_app": 7, "email": 0, "sms": 3, "phone_task": 0}
    first = answer["lists"][0]  # type: ignore[index]
    assert (first["clause"], first["scope"], first["considered"], first["exempt"]) == ("S7.1", "HX", 3, [])
    assert first["entries"] == [{"code": "B9", "openings": 0, "rank": 3, "of": 3, "reasons": ["zero", "bottom"]}]


@pytest.mark.clause("S7.1")
def test_remind_twice_says_so_and_posts_nothing(known: Cast) -> None:
    first = remind("--period", "day", "--on", str(TODAY))
    again = remind("--period", "day", "--on", str(TODAY))
    assert (again["status"], set(again["messages"].values())) == ("already_done", {0})  # type: ignore[attr-defined]
    assert again["lists"] == first["lists"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("day", "2026-11-14"), "not_a_trading_day"),
        (("day", "2026-09-30"), "not_known"),
        (("week", "2026-11-18"), "not_known"),
    ],
)
def test_remind_says_what_it_could_not_judge(known: Cast, arguments, status) -> None:
    period, on = arguments
    answer = remind("--period", period, "--on", on)
    assert answer["status"] == status
    assert [one["entries"] for one in answer["lists"] if one["entries"]] == []  # type: ignore[attr-defined]


def test_remind_within_a_unit_makes_only_its_lists(known: Cast) -> None:
    answer = remind("--period", "day", "--on", str(TODAY), "--unit", "B2")
    assert {(one["clause"], one["scope"]) for one in answer["lists"]} == {("S10.1", "B2M1")}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "arguments",
    [
        ("day", "--on", "18.11.2026"),
        ("day", "--on", "2026-11-19"),
        ("day", "--on", "2026-11-18", "--unit", "NOWHERE"),
        ("month", "--on", "2026-11-18"),  # no rule reminds by the month yet
    ],
)
def test_remind_refuses_what_it_cannot_read(known: Cast, arguments) -> None:
    with pytest.raises(CommandError) as refusal:
        remind("--period", *arguments)
    assert refusal.value.returncode == 2


@pytest.mark.parametrize(
    ("terminal", "says", "refuses"),
    [
        ("zh_CN.UTF-8", ["已完成", "零开户", "已发消息：站内消息"], ["没有这个单位", "缺少参数"]),
        ("zh_TW.UTF-8", ["已完成", "零開戶", "已發訊息：站內訊息"], ["沒有這個單位", "缺少參數"]),
        (
            "en_US.UTF-8",
            ["done", "nothing opened", "Messages posted: in the application"],
            ["no such unit", "required"],
        ),
    ],
)
def test_a_command_speaks_the_language_of_the_terminal(known: Cast, monkeypatch, capsys, terminal, says, refuses):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", terminal)
    out = io.StringIO()
    call_command("remind", "--period", "day", "--on", str(TODAY), stdout=out)
    said = out.getvalue()
    assert [words for words in says if words not in said] == []
    assert terminal.startswith("en") != bool(re.search("[一-龥]", re.sub("[一-龥]+(营业部|市场部)", "", said)))
    with pytest.raises(CommandError) as refusal:
        remind("--period", "day", "--on", str(TODAY), "--unit", "NOWHERE")
    assert refuses[0] in str(refusal.value)
    with pytest.raises(SystemExit):
        Command().run_from_argv(["manage.py", "remind"])
    assert refuses[1] in capsys.readouterr().err


def exported(what: str, **asked: str) -> list[dict[str, str]]:
    into = io.BytesIO()
    written_as_csv(*rows_of(what, Asked(Day(TODAY), **asked)), into)
    return list(csv.DictReader(io.StringIO(into.getvalue().decode())))


def test_the_ranking_is_exported_with_those_left_out(known: Cast) -> None:
    known.unit["B2"].exempt_reason = "迁址"
    known.unit["B2"].save()
    rows = exported("openings-ranking", by="branch")
    assert [(row["code"], row["openings"], row["rank"], row["of"], row["exempt"]) for row in rows] == [
        ("B1", "3", "1", "2", "no"),
        ("B9", "0", "2", "2", "no"),
        ("B2", "", "", "", "yes"),
    ]


def test_a_day_of_which_nothing_is_known_has_neither_openings_nor_ranks(known: Cast) -> None:
    def of(day: date) -> list[tuple[str, ...]]:
        into = io.BytesIO()
        written_as_csv(*rows_of("openings-ranking", Asked(Day(day))), into)
        rows = csv.DictReader(io.StringIO(into.getvalue().decode()))
        return [(row["code"], row["openings"], row["rank"], row["known"]) for row in rows]

    tomorrow = TODAY + timedelta(days=1)
    assert of(TODAY) == [("B1", "3", "1", "yes"), ("B2", "0.5", "2", "yes"), ("B9", "0", "3", "yes")]
    assert of(tomorrow) == [("B1", "", "", "no"), ("B2", "", "", "no"), ("B9", "", "", "no")]
    know(known, tomorrow, tomorrow, unit="B2")  # a branch that knows its own cannot be ranked among the others
    assert of(tomorrow) == [("B1", "", "", "no"), ("B2", "0", "", "yes"), ("B9", "", "", "no")]


def test_people_are_ranked_within_a_unit(known: Cast) -> None:
    rows = exported("openings-ranking", by="person", within="B1")
    assert [(row["code"], row["openings"], row["rank"]) for row in rows] == [
        ("1001", "2", "1"),
        ("1004", "1", "2"),
        ("1002", "0", "3"),
        ("1003", "0", "3"),
    ]


def test_laggards_are_exported_with_whom_was_told(known: Cast) -> None:
    remind("--period", "day", "--on", str(TODAY))
    rows = [row for row in exported("laggards") if row["clause"] == "S7.1"]
    assert [(row["code"], row["reasons"], row["recipient"], row["channel"], row["state"]) for row in rows] == [
        ("B9", "zero;bottom", "9033", "in_app", "sent"),
        ("B9", "zero;bottom", "9033", "sms", "waiting"),
    ]


@pytest.mark.parametrize("asked", [{"by": "bank"}, {"by": "branch", "within": "NOWHERE"}])
def test_an_export_nobody_can_make_is_refused(known: Cast, asked) -> None:
    with pytest.raises(NotExportable):
        exported("openings-ranking", **asked)
