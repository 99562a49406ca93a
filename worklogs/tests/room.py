"""The addresses of worklogs, who gets what there, and one of each thing to get."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from core.periods import Month, Week
from tests.access.lines import page, thing, verb
from tests.cast import TODAY, Cast
from worklogs.models import Contact, LogEntry, MarketReport, ScoreTable, WeekScore, WorkLog

ANSWERING = "am mm manager regional"
READING = "deputy officer market auditor"
OTHER_ANSWERING = "am_west mm2 sibling_am sibling_mm sibling_manager outsider_manager"
MANAGING = "mm mm2 sibling_mm"
WRITING = "cm cm2 cm_west cm_m2 sibling_cm outsider_cm"
A_DAY = {"on": TODAY}
ENTRY = {"kind": "prospect", "phone": "13900000001", "name": "王女士"}

LINES = [
    page("worklogs:today", WRITING),
    page("worklogs:week", WRITING),
    page("worklogs:day", WRITING, given=A_DAY),
    page("worklogs:new_entry", WRITING, given={**A_DAY, "kind": "prospect"}),
    verb("worklogs:save_entry", WRITING, given=A_DAY, send=ENTRY),
    verb("worklogs:check_number", WRITING, given=A_DAY, send=ENTRY, then=200),
    verb("worklogs:set_brochures", WRITING, given=A_DAY, send={"quantity": "50"}),
    verb("worklogs:write_note", WRITING, given=A_DAY, send={"note": "好"}),
    verb("worklogs:submit", WRITING, given=A_DAY, then=422),  # nothing is written yet
    page("worklogs:entry", "cm", of="log_entry", sees=f"{ANSWERING} {READING}"),
    verb("worklogs:remove_entry", "cm", of="log_entry", sees=f"{ANSWERING} {READING}"),
    verb("worklogs:edit_entry", "cm", of="log_entry", sees=f"{ANSWERING} {READING}", then=422),  # nothing is typed
    verb("worklogs:put_back", WRITING, given=A_DAY),
    page("worklogs:prospects", WRITING),
    page("worklogs:desk", f"{ANSWERING} {READING} {OTHER_ANSWERING}"),
    verb("worklogs:reply_to_several", f"{ANSWERING} {OTHER_ANSWERING}", then=422),  # none is chosen
    page("worklogs:phrases", f"{ANSWERING} {OTHER_ANSWERING}"),
    verb("worklogs:keep_phrases", f"{ANSWERING} {OTHER_ANSWERING}", send={"text": "好"}),
    verb("worklogs:say_yes", ANSWERING, of="log_entry", sees=f"cm {READING}"),
    page("worklogs:weeks", f"{ANSWERING} {READING} {OTHER_ANSWERING}"),
    page("worklogs:member_week", f"cm {ANSWERING} {READING}", of="week_score"),
    page("worklogs:month_end", MANAGING),
    verb("worklogs:answer_month_end", MANAGING, then=422),  # none is chosen
    page("worklogs:score_tables", f"{ANSWERING} {READING} {OTHER_ANSWERING}"),
    page("worklogs:score_table", f"am_west {ANSWERING} {READING}", of="score_table"),
    page("worklogs:log", f"cm {ANSWERING} {READING}", of="work_log"),
    verb("worklogs:reply", ANSWERING, of="work_log", sees=f"cm {READING}", send={"text": "好"}),
    page("worklogs:market_reports", f"{ANSWERING} {READING} {OTHER_ANSWERING}"),
    page("worklogs:write_market_report", WRITING),
    verb("worklogs:hand_in_market_report", WRITING, send={"surroundings": "好"}),
    page("worklogs:market_report", f"cm {ANSWERING} {READING}", of="market_report"),
    verb("worklogs:comment_market_report", ANSWERING, of="market_report", sees=f"cm {READING}", send={"comment": "好"}),
]


@thing("work_log")
def work_log(cast: Cast) -> dict[str, Any]:
    log = WorkLog.objects.create(
        person=cast.person("cm"),
        unit=cast.unit["B1M1A1"],
        on=cast.today,
        state=WorkLog.State.SUBMITTED,
        submitted_at=timezone.now(),
    )
    return {"public_id": log.public_id}


@thing("week_score")
def week_score(cast: Cast) -> dict[str, Any]:
    week = Week(cast.today)
    WeekScore.objects.get_or_create(
        person=cast.person("cm"), week=week.first,
        defaults={"unit": cast.unit["B1M1A1"], "due_days": 5, "points": 41, "pass_mark": 100, "score_pass": False,
                  "quota_met": False, "passed": False, "digest": "0"},
    )  # fmt: skip
    return {"employee_no": "1001", "week": week}


@thing("score_table")
def score_table(cast: Cast) -> dict[str, Any]:
    week = Week(cast.today).previous()
    table = ScoreTable.objects.create(unit=cast.unit["B1M1"], week=week.first, sent_at=timezone.now(), digest="0")
    return {"public_id": table.public_id}


@thing("log_entry")
def log_entry(cast: Cast) -> dict[str, Any]:
    person, unit = cast.person("cm"), cast.unit["B1M1A1"]
    log, _ = WorkLog.objects.get_or_create(person=person, on=cast.today, defaults={"unit": unit})
    contact = Contact.objects.create(
        phone="13900000009", name="李先生", owner=person, unit=unit, registered_on=cast.today
    )
    entry = LogEntry.objects.create(log=log, kind="prospect", contact=contact, name="李先生", at=timezone.now())
    return {"public_id": entry.public_id}


@thing("market_report")
def market_report(cast: Cast) -> dict[str, Any]:
    report = MarketReport.objects.create(
        person=cast.person("cm"), unit=cast.unit["B1M1A1"], month=Month(cast.today).previous().first,
        surroundings="隔壁新开了一家银行。", handed_in_at=timezone.now(),
    )  # fmt: skip
    return {"public_id": report.public_id}
