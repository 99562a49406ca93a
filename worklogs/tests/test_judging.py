"""Judging everybody: constant queries, only changed rows, days without a log, holidays, transfers, policy."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from attendance.models import CalendarDay
from attendance.services import clear_day, import_days, set_day
from core.exports import Asked
from core.models import AuditEntry
from core.periods import Period, Week
from core.tables import Sheet
from policies.models import ParameterValue
from teams.models import Person, Posting, Role
from teams.services.company import load_company
from tests.cast import TODAY
from worklogs.exports import day_scores
from worklogs.models import Contact, DayScore, LogEntry, WeekScore, WorkLog
from worklogs.rules.kinds import CONTACT_KINDS, Kind
from worklogs.services import judging
from worklogs.services.judging import Judged
from worklogs.services.writing import set_brochures, submit_log
from worklogs.tasks import judge_recent
from worklogs.tests.test_writing import at, write

pytestmark = pytest.mark.django_db
WEEK = Week(TODAY)
MONDAY = WEEK.first


def judge(**scope) -> Judged:
    return judging.judge(period=WEEK, until=scope.pop("until", TODAY), **scope)


def of(rows, user):
    return rows.get(person=user.person)


@pytest.mark.clause("S3.2")
def test_a_workday_without_a_log_is_judged_as_nothing_done(cast):
    judged = judge()
    assert judged.days == 3 * 6  # Monday to Wednesday of all customer managers
    day = DayScore.objects.get(person=cast.person("cm"), on=MONDAY)
    assert (day.due, day.points, day.score_pass) == (True, 0, False)
    assert day.unmet == ["brochures", "prospect", "appointment", "prospect_call", "client_call"]
    week = of(WeekScore.objects, cast.cm)
    assert (week.due_days, week.pass_mark, week.points) == (5, 100, 0)
    assert not DayScore.objects.filter(on__gt=TODAY).exists()


def test_judging_again_writes_nothing(cast):
    write(cast.cm)
    judge()
    before = AuditEntry.objects.count()
    again = judge()
    assert (again.changed_days, again.changed_weeks, again.removed) == (0, 0, 0)
    assert AuditEntry.objects.count() == before


@pytest.mark.clause("S3.2")
def test_the_periodic_task_judges_this_week_and_the_last_and_a_second_run_writes_nothing(cast, time_machine):
    time_machine.move_to(at(6), tick=False)
    contact = Contact.objects.create(
        phone="13900000001", name="王女士", owner=cast.person("cm"), unit=cast.unit["B1M1A1"], registered_on=TODAY
    )
    for on in (MONDAY - timedelta(days=8), MONDAY - timedelta(days=4)):  # of these the first is out of its reach
        log = WorkLog.objects.create(person=cast.person("cm"), unit=cast.unit["B1M1A1"], on=on)
        LogEntry.objects.create(log=log, kind=Kind.CLIENT_CALL, contact=contact, name="王女士", at=at(12))
    judge_recent()
    judged = DayScore.objects.filter(person=cast.person("cm")).order_by("on").values_list("on", "points")
    assert judged[0][0] == MONDAY - timedelta(days=7) and judged[len(judged) - 1][0] == TODAY
    assert dict(judged)[MONDAY - timedelta(days=4)] == 2
    assert {score.week: score.points for score in WeekScore.objects.filter(person=cast.person("cm"))} == {
        MONDAY - timedelta(days=7): 2,
        MONDAY: 0,
    }
    rows, entries = list(DayScore.objects.order_by("pk").values()), AuditEntry.objects.count()
    assert AuditEntry.objects.filter(source="task:judge_recent").exists()
    judge_recent()
    assert list(DayScore.objects.order_by("pk").values()) == rows
    assert AuditEntry.objects.count() == entries


FIVE_WEEKS = timedelta(weeks=5)


@pytest.fixture
def five_weeks_later(cast, time_machine):
    """The week was judged when it ended; five weeks later the task comes by once more."""
    judge(until=WEEK.last)
    time_machine.move_to(at(12) + FIVE_WEEKS, tick=False)
    judge_recent()
    return judge_recent


def settled(on, **kind):
    set_day(on=on, **{"is_workday": False, "is_trading_day": False, "name": "台风停工", **kind})


@pytest.mark.clause("S3.2")
def test_a_day_settled_long_after_changes_the_week_that_holds_it_and_giving_it_back_does_too(cast, five_weeks_later):
    def week():
        return WeekScore.objects.filter(week=WEEK.first).values_list("due_days", "pass_mark")

    settled(MONDAY)
    assert set(week()) == {(5, 100)}
    five_weeks_later()
    assert set(week()) == {(4, 80)} and not DayScore.objects.filter(on=MONDAY).exists()
    entries = AuditEntry.objects.count()
    five_weeks_later()
    assert AuditEntry.objects.count() == entries, "a fact is followed once"
    clear_day(on=MONDAY)
    five_weeks_later()
    assert set(week()) == {(5, 100)} and DayScore.objects.filter(on=MONDAY).count() == 6
    rows = [["date", "is_workday"], ["2026-11-17", "no"], ["2026-11-18", "no"]]
    import_days(sheets=[Sheet("days", list(enumerate(rows, start=1)))])
    five_weeks_later()
    assert set(week()) == {(3, 60)}
    assert not WeekScore.objects.filter(week__lt=WEEK.first).exists(), "what was never judged is not judged now"


@pytest.mark.clause("S3.g")
def test_a_rule_set_into_the_past_is_judged_from_its_day_on(cast, five_weeks_later):
    ParameterValue.objects.create(
        code="worklogs.day_brochures", unit=cast.unit["B1M1"], value="80", from_on=TODAY, source="B1M1", set_by=cast.mm
    )
    five_weeks_later()
    of_days = DayScore.objects.filter(person=cast.person("cm")).order_by("on")
    assert [row.lines[0]["rule"]["value"] for row in of_days.filter(on__lte=TODAY)] == [50, 50, 80]


def company_file(table: str, *lines: str) -> None:
    rows = [line.split(",") for line in lines]
    load_company(sheets=[Sheet(table, list(enumerate(rows, start=1)))], today=TODAY)


@pytest.mark.clause("S3.2")
def test_a_place_changed_backwards_is_judged_for_that_person_from_its_day_on(cast, five_weeks_later):
    def weeks(key):
        return list(
            WeekScore.objects.filter(person=cast.person(key), week=MONDAY).values_list("unit__code", "due_days")
        )

    before = WeekScore.objects.get(person=cast.person("cm2"), week=MONDAY).digest
    header, number = "employee_no,unit,role,from_on,to_on", cast.cm.employee_no
    company_file("postings", header, f"{number},B1M1A2,customer_manager,{TODAY},")
    five_weeks_later()
    assert weeks("cm") == [("B1M1A2", 5)]
    people = "employee_no,name,joined_on,left_on"
    company_file("people", people, f"{number},{cast.cm.name},{cast.person('cm').joined_on},{TODAY}")
    five_weeks_later()
    assert weeks("cm") == [("B1M1A1", 2)], "who has left owes no further days"
    assert WeekScore.objects.get(person=cast.person("cm2"), week=MONDAY).digest == before
    entries = AuditEntry.objects.count()
    five_weeks_later()
    assert AuditEntry.objects.count() == entries


def test_weeks_that_passed_while_nothing_ran_are_judged_when_it_runs_again(cast, time_machine):
    time_machine.move_to(at(12), tick=False)
    judge_recent()
    time_machine.move_to(at(12) + FIVE_WEEKS, tick=False)
    write(cast.cm, on=TODAY + FIVE_WEEKS, now=at(12) + FIVE_WEEKS)  # the pages were up all the time
    judge_recent()
    mondays = [MONDAY + timedelta(weeks=n) for n in range(6)]
    judged = WeekScore.objects.filter(person=cast.person("cm2"), week__in=mondays).order_by("week")
    assert list(judged.values_list("week", flat=True)) == mondays
    assert DayScore.objects.filter(person=cast.person("cm2"), on=MONDAY + timedelta(days=4)).exists()


def test_a_closed_month_keeps_its_judgements(cast, five_weeks_later, monkeypatch):
    monkeypatch.setattr(judging, "_closings", [lambda week: [cast.unit["B1"].path] if week == WEEK else []])
    settled(MONDAY)
    five_weeks_later()
    due = dict(WeekScore.objects.filter(week=WEEK.first).values_list("person__user__employee_no", "due_days"))
    assert (due["1001"], due["2001"]) == (5, 4)
    assert judging.judge(period=WEEK, until=WEEK.last, people=[cast.person("cm").pk]).changed_weeks == 0


written_entries = st.lists(
    st.tuples(
        st.sampled_from(["cm", "cm2", "cm_west"]),
        st.integers(0, 2),  # days before today
        st.sampled_from(CONTACT_KINDS),
        st.integers(0, 4),  # which of a few contacts
        st.sampled_from(["", "own", "colleague"]),
    ),
    unique_by=lambda row: row[:4],
    max_size=12,
)


@pytest.mark.budget(2)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written_entries, st.permutations(["cm", "cm2", "cm_west"]))
def test_judging_anew_in_any_order_gives_the_same_digests(cast, entries, order):
    for model in (LogEntry, WorkLog, DayScore, WeekScore, Contact):
        model.objects.all().delete()
    of_unit = {"cm": "B1M1A1", "cm2": "B1M1A1", "cm_west": "B1M1A2"}
    for key, days, kind, number, known in entries:
        owner = {"owner": cast.person("cm"), "unit": cast.unit["B1M1A1"], "registered_on": MONDAY, "name": "王女士"}
        contact, _ = Contact.objects.get_or_create(phone=f"1390000000{number}", defaults=owner)
        log, _ = WorkLog.objects.get_or_create(
            person=cast.person(key), on=TODAY - timedelta(days=days), defaults={"unit": cast.unit[of_unit[key]]}
        )
        LogEntry.objects.create(log=log, kind=kind, contact=contact, name="王女士", known_as=known, at=at(12))

    def digests() -> set[tuple[object, ...]]:
        of_days = DayScore.objects.values_list("person", "on", "points", "digest")
        return {*of_days, *WeekScore.objects.values_list("person", "week", "points", "digest")}

    judge()
    first = digests()
    DayScore.objects.all().delete()
    WeekScore.objects.all().delete()
    for key in order:  # one by one instead of everybody at once
        judge(people=[cast.person(key).pk])
    judge()
    assert digests() == first


def test_what_a_save_judged_and_what_a_run_over_everybody_judges_is_the_same(cast):
    write(cast.cm)
    mine = of(DayScore.objects.filter(on=TODAY), cast.cm).digest
    judge()
    assert DayScore.objects.get(person=cast.person("cm"), on=TODAY).digest == mine


@pytest.mark.clause("S3.2")
def test_a_holiday_shortens_the_week_and_a_log_written_on_it_still_counts(cast):
    for on in (MONDAY, date(2026, 11, 17)):
        CalendarDay.objects.create(on=on, is_workday=False, is_trading_day=False, name="台风停工")
    write(cast.cm, on=MONDAY, now=at(12))
    judge()
    week = of(WeekScore.objects, cast.cm)
    assert (week.due_days, week.pass_mark, week.points) == (3, 60, 1)
    monday = DayScore.objects.get(person=cast.person("cm"), on=MONDAY)
    assert (monday.due, monday.points, monday.passed) == (False, 1, True)
    assert not DayScore.objects.filter(person=cast.person("cm2"), on=MONDAY).exists()


def test_days_that_are_no_longer_due_lose_their_score(cast):
    judge()
    CalendarDay.objects.create(on=MONDAY, is_workday=False, is_trading_day=False)
    assert judge().removed == 6
    assert not DayScore.objects.filter(on=MONDAY).exists()


@pytest.mark.clause("S3.g")
def test_a_raised_requirement_is_picked_up_from_its_day_on(cast):
    set_brochures(person=cast.person("cm"), on=TODAY, quantity=50, actor=cast.cm, now=at(12))
    assert "brochures" not in of(DayScore.objects.filter(on=TODAY), cast.cm).unmet
    ParameterValue.objects.create(
        code="worklogs.day_brochures", unit=cast.unit["B1M1"], value="80", from_on=TODAY, source="B1M1", set_by=cast.mm
    )
    judge()
    assert "brochures" in of(DayScore.objects.filter(on=TODAY), cast.cm).unmet
    line = of(DayScore.objects.filter(on=TODAY), cast.cm).lines[0]
    assert (line["rule"]["value"], line["rule"]["layer"]) == (80, "人民路市场一部")
    assert of(DayScore.objects.filter(on=TODAY), cast.cm_m2).lines[0]["rule"]["value"] == 50


def test_after_a_transfer_the_week_belongs_to_the_new_unit_and_each_day_to_its_own(cast):
    Posting.objects.filter(person=cast.person("cm")).update(to_on=TODAY)
    Posting.objects.create(person=cast.person("cm"), unit=cast.unit["B1M2"], role=Role.CUSTOMER_MANAGER, from_on=TODAY)
    judge()
    days = dict(DayScore.objects.filter(person=cast.person("cm")).values_list("on", "unit__code"))
    assert days == {MONDAY: "B1M1A1", date(2026, 11, 17): "B1M1A1", TODAY: "B1M2"}
    assert of(WeekScore.objects, cast.cm).unit.code == "B1M2"
    assert of(WeekScore.objects, cast.cm).due_days == 5
    judged = judge(units=[cast.unit["B1M1"]])
    assert judged.weeks == 3  # the transferred one with all of her week
    assert judged.changed_weeks == 0


def test_a_leaver_owes_nothing_from_the_day_she_is_gone(cast):
    Person.objects.filter(pk=cast.person("cm").pk).update(left_on=date(2026, 11, 17))
    judge()
    assert [row.on for row in DayScore.objects.filter(person=cast.person("cm"))] == [MONDAY]
    assert of(WeekScore.objects, cast.cm).due_days == 1


def test_newer_facts_judged_meanwhile_are_not_overwritten(cast, monkeypatch):
    """Somebody saves between this run's reading and its writing; the run leaves her row alone."""
    judge()
    real = judging._facts

    def facts_then_save(*args):
        facts = real(*args)
        monkeypatch.setattr(judging, "_facts", real)
        write(cast.cm)
        return facts

    write(cast.cm2, phone="13900000002")
    DayScore.objects.filter(person=cast.person("cm"), on=TODAY).update(points=7)
    monkeypatch.setattr(judging, "_facts", facts_then_save)
    judge()
    assert of(DayScore.objects.filter(on=TODAY), cast.cm).points == 1


def crowd(cast, n: int) -> None:
    """So many more customer managers, each with a log of three contacts on Monday."""
    start = User.objects.count()
    users = User.objects.bulk_create(User(employee_no=f"C{start + i}", name=f"同事{i}") for i in range(n))
    people = Person.objects.bulk_create(Person(user=user, joined_on=date(2025, 1, 1)) for user in users)
    units = [cast.unit["B1M1A1"], cast.unit["B2M1A1"], cast.unit["B9M1"]]
    Posting.objects.bulk_create(
        Posting(person=p, unit=units[i % 3], role=Role.CUSTOMER_MANAGER, from_on=date(2025, 1, 1))
        for i, p in enumerate(people)
    )
    logs = WorkLog.objects.bulk_create(WorkLog(person=p, unit=units[i % 3], on=MONDAY) for i, p in enumerate(people))
    contacts = Contact.objects.bulk_create(
        Contact(phone=f"139{start + i:04}{k:04}", name="准客户", owner=p, unit=units[i % 3], registered_on=MONDAY)
        for i, p in enumerate(people)
        for k in range(3)
    )
    LogEntry.objects.bulk_create(
        LogEntry(log=logs[n // 3], kind="prospect_call", contact=contact, name="准客户", at=at(12, on=MONDAY))
        for n, contact in enumerate(contacts)
    )


def test_the_number_of_queries_does_not_grow_with_the_people(cast):
    counts = []
    for n in (5, 60):
        crowd(cast, n)
        with CaptureQueriesContext(
            connection,
        ) as first:
            judged = judge()
        assert judged.changed_days >= n * 3
        with CaptureQueriesContext(connection) as again:
            judge()
        counts.append((len(first), len(again)))
        assert not [q for q in again if q["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
    assert counts[0] == counts[1]
    assert counts[1][0] <= 20


def test_the_command_says_how_many_changed(cast):
    write(cast.cm)
    out = StringIO()
    arguments = ("judge", "--from", "2026-11-16", "--to", "2026-11-18", "--unit", "B1M1", "--json")
    call_command(*arguments, stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["weeks"] == 3
    assert DayScore.objects.filter(on=TODAY).count() in (1, 3)  # the command judges up to the machine's own day


@pytest.mark.parametrize("wrong", [("--unit", "NONE"), ("--to", "2026-11-01")])
def test_the_command_refuses_what_makes_no_sense(cast, wrong):
    with pytest.raises(CommandError) as refused:
        call_command("judge", "--from", "2026-11-16", "--to", "2026-11-18", *wrong)
    assert refused.value.returncode == 2
    assert not DayScore.objects.exists()


def test_scores_are_exported_by_employee_and_day(cast, tmp_path):
    write(cast.cm)
    submit_log(person=cast.person("cm"), on=TODAY, now=at(22, 30))
    judge()
    file = tmp_path / "days.csv"
    common = ("--from", "2026-11-18", "--to", "2026-11-18", "--unit", "B1M1A1", "-o", str(file))
    call_command("export", "day-scores", *common)
    header, mine, colleagues = file.read_text().splitlines()
    assert header.startswith("employee_no,on,due,points,pass_mark,score_pass,quota_met,unmet,submitted_at,late")
    assert mine.startswith(
        "1001,2026-11-18,yes,1,20,no,no,brochures;prospect;appointment;prospect_call;client_call,"
        "2026-11-18T22:30:00+08:00,yes"
    )
    assert colleagues.startswith("1002,2026-11-18,yes,0,20,no,no,")
    call_command("export", "week-scores", *common)
    assert file.read_text().splitlines()[1].startswith("1001,2026-W47,5,1,100,no,no,prospect;")


@pytest.mark.clause("S3.2")
def test_where_no_log_is_due_the_export_shows_points_and_no_verdict(cast):
    sunday = MONDAY - timedelta(days=1)
    write(cast.cm, on=sunday, now=at(12, on=sunday))
    judge()
    rows = {row[1]: row[2:10] for row in day_scores(Asked(Period.between(sunday, MONDAY), "")) if row[0] == "1001"}
    assert rows[sunday] == (False, 1, None, None, None, None, None, False)
    assert rows[MONDAY][:5] == (True, 0, 20, False, False)
