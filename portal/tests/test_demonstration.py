"""The demonstration company: its shape, a short telling of its story, and the port it is served on."""

from __future__ import annotations

import socket
from collections import Counter
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from http import HTTPStatus

import pytest
from django.db import connection, models
from django.db.models import F
from django.test import Client
from django.utils import timezone

from attendance.selectors import calendar_for
from compensation.models import PayRun, Question, Signature
from compensation.selectors.readiness import ready_from
from core import clock
from core.audit import audited_models
from core.periods import Month, Period
from core.verification import checks
from crm.models import Import
from crm.selectors import known_days
from messaging.models import Message
from portal.demonstration import database, serving, story
from portal.demonstration.activity import Activity
from portal.demonstration.company import BRANCHES, SIZES, Size, found_company
from supervision.models import ReminderRun
from teams.models import Posting
from tests.cast import TODAY
from worklogs.models import LogEntry, ScoreTable, WorkLog


def test_it_has_the_shape_that_the_tour_tells():
    company = found_company(TODAY)
    kinds = Counter(unit["kind"] for unit in company.units)
    assert (len(company.people), len(company.outlets), len(company.banks)) == (170, 70, 6)
    assert (kinds["regional_department"], kinds["branch"], kinds["market_department"], kinds["area"]) == (2, 6, 9, 24)
    assert sum(unit["kind"] == "branch" and unit["parent"] == "HY" for unit in company.units) == 1
    assert sum(unit["kind"] == "branch" and not unit["started_on"] for unit in company.units) == 1
    assert {person["engagement"] for person in company.people} == {"employee", "part_time", "broker_agent"}
    assert sum(bool(person["left_on"]) for person in company.people) == 1


def test_people_move_leave_and_share_a_company_of_every_kind():
    company = found_company(TODAY)
    names = [person["name"] for person in company.people]
    assert len(set(names)) == len(names)
    assert all("\u4e00" <= letter <= "\u9fff" for letter in "".join(names))
    assert len({branch.city for branch in BRANCHES}) > 1
    assert [branch.local for branch in BRANCHES].count(False) == 1
    moved = [number for number, n in Counter(p["employee_no"] for p in company.postings).items() if n > 1]
    assert len(moved) == 2
    assert len(company.months) == 4, "three full months and this one"


@pytest.mark.budget(2)
def test_the_month_end_company_has_5200_people():
    assert len(found_company(TODAY, SIZES["month-end"]).people) == 5200


def test_whatever_the_day_its_files_cover_every_day_until_yesterday_once_but_the_missing_one():
    for today in Period.between(date(2026, 1, 1), date(2027, 12, 31)).days():
        this = Month(today)
        months = [this.previous().previous().previous(), this.previous().previous(), this.previous(), this]
        missing = today - timedelta(days=13)
        files = [days for month in months for days in story.files_of(month, today, missing)]
        covered = [day for first, last in files for day in Period.between(first, last).days()]
        due = [day for day in Period(months[0].first, today).days() if day != missing]
        assert covered == due, f"told on {today}"


@pytest.mark.django_db
def test_nobody_works_in_the_holiday_week_and_everybody_on_the_make_up_saturday():
    first, last = date(2026, 10, 1), date(2026, 10, 11)
    calendar = calendar_for(Period(first, last))
    activity = Activity(found_company(TODAY), calendar.workdays, calendar.trading_days)
    assert {row["on"] for row in activity.log_rows(first, last)} == {"2026-10-08", "2026-10-09", "2026-10-10"}
    assert {row["open_date"] for row in activity.opening_rows(activity.trading_days(Period(first, last)))} == {
        "2026-10-08",
        "2026-10-09",
    }


@pytest.mark.story
@pytest.mark.budget(20)
@pytest.mark.django_db
def test_a_short_story_is_told_through_the_real_services(monkeypatch, settings, tmp_path, time_machine):
    """One branch, three months of pay and a few days: every chapter runs, and what it leaves stands up to `verify`."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setitem(SIZES, "short", Size(BRANCHES[:1], people=38, outlets=8, months=3, days=6))
    monkeypatch.setattr(story, "mark_complete", lambda size: None)
    time_machine.move_to(f"{TODAY}T12:00+08:00", tick=False)
    told: list[object] = []
    story.tell(now=timezone.now(), size="short", say=told.append)
    assert len(told) > 5
    assert WorkLog.objects.submitted().exists()
    assert WorkLog.objects.filter(state=WorkLog.State.DRAFT).exists()
    assert LogEntry.objects.filter(kind="client_call").exists()
    assert LogEntry.objects.filter(not_in_crm=True).count() <= 1, "but today's, every call was to a client of the CRM"
    assert ScoreTable.objects.count() == 6  # two departments, three weeks
    assert ReminderRun.objects.exists()
    assert list(PayRun.objects.order_by("month").values_list("state", flat=True)) == ["filed", "filed", "signed_2"]
    assert sorted(bool(question.answer) for question in Question.objects.all()) == [False, True]
    lately = Period(TODAY - timedelta(days=21), TODAY)
    missing = set(calendar_for(lately).trading_days(lately)) - set(known_days(lately))
    assert len(missing) == 1, "a day of which no CRM data came"
    assert [finding for found in checks().values() for finding in found()] == []
    assert dead_links() == []
    assert LogEntry.objects.exclude(contact=None).filter(
        log__state=WorkLog.State.DRAFT, contact__owner=F("log__person")
    )
    assert LogEntry.objects.filter(log__state=WorkLog.State.DRAFT).exclude(contact__owner=F("log__person")).exists()
    assert WorkLog.objects.filter(late=True).exists()
    assert Posting.objects.exclude(acting_for=None).exists()
    everything_has_its_day()


@pytest.mark.story
@pytest.mark.budget(40)
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "last_month"),
    [
        ("2027-01-01T07:15", "draft"),  # December's last week runs until the 3rd, which is what the page says
        pytest.param("2026-12-01T02:30", "signed_2", marks=pytest.mark.drill),
        pytest.param("2026-12-02T08:30", "signed_2", marks=pytest.mark.drill),
        pytest.param("2026-12-04T06:00", "signed_2", marks=pytest.mark.drill),
        pytest.param("2027-01-02T12:00", "draft", marks=pytest.mark.drill),
        pytest.param("2027-01-04T00:05", "signed_2", marks=pytest.mark.drill),
        pytest.param("2026-11-01T23:50", "signed_2", marks=pytest.mark.drill),
    ],
)
def test_whatever_the_hour_nothing_in_the_story_lies_ahead_of_it(
    at, last_month, monkeypatch, settings, tmp_path, time_machine
):
    settings.VAR_DIR = tmp_path
    monkeypatch.setitem(SIZES, "short", Size(BRANCHES[:1], people=38, outlets=8, months=3, days=6))
    monkeypatch.setattr(story, "mark_complete", lambda size: None)
    time_machine.move_to(f"{at}+08:00", tick=False)
    now = timezone.now()
    story.tell(now=now, size="short", say=lambda text: None)
    assert ahead_of(now) == []
    run = PayRun.objects.latest("month")
    assert run.state == last_month
    may_be_signed = clock.day_of(now) >= ready_from(run)
    assert may_be_signed == (last_month != "draft")


def ahead_of(now: datetime) -> list[str]:
    """Moments that have not come yet, but those that say until when something holds, and those of the database's own clock."""
    until = {"messaging.Message.not_before", "messaging.Message.lease_until", "crm.Import.job_until"}
    return [
        name
        for model in audited_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.DateTimeField)
        and not field.has_db_default()
        and (name := f"{model._meta.label}.{field.name}") not in until
        if model._base_manager.filter(**{f"{field.name}__gt": now}).exists()
    ]


def everything_has_its_day():
    """The files came before the lists and the pay that stand on them, and messages went out when they were posted."""
    workdays = [date(2026, 9, 1), date(2026, 10, 8), date(2026, 11, 2)]  # the first ones of the months after
    accounts = Import.objects.filter(kind="account_month").order_by("pk")
    assert [clock.day_of(one.taken_at) for one in accounts if one.taken_at] == workdays
    signed = Signature.objects.filter(run__month=date(2026, 9, 1)).order_by("stage").values_list("signed_at", flat=True)
    assert [clock.day_of(at) for at in signed] == [date(2026, 10, 12), date(2026, 10, 13), date(2026, 10, 14)]
    sent = Message.objects.exclude(sent_at=None)
    assert not sent.filter(sent_at__gt=F("posted_at") + timedelta(days=1)).exists()
    for run in ReminderRun.objects.filter(state=ReminderRun.State.DONE, rule__period="day"):
        files = Import.objects.filter(kind="openings", covers_to__gte=run.business_on)
        assert files.filter(taken_at__lte=run.started_at).exists()


def dead_links() -> list[tuple[str, str, str, int]]:
    """The messages whose link does not open for the one who got it; of each text to each kind of recipient one."""
    messages = {}
    for message in Message.objects.exclude(link="").select_related("recipient__person").order_by("-pk"):
        roles = tuple(message.recipient.person.postings.values_list("role", flat=True))
        messages[message.text, message.channel, roles] = message
    assert {"worklogs.reply", "worklogs.score_table"} <= {text for text, *_ in messages}
    dead = []
    for message in messages.values():
        client = Client()
        client.force_login(message.recipient, backend="allauth.account.auth_backends.AuthenticationBackend")
        if (status := client.get(message.link).status_code) != HTTPStatus.OK:
            dead.append((message.text, message.link, message.recipient.employee_no, status))
    return dead


def test_a_taken_port_is_passed_over_and_refused_when_it_was_asked_for():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(serving.PortTaken, match=str(port)):
            serving.port_to_use(port)
    assert serving.FIRST_PORT <= serving.port_to_use(None) < serving.FIRST_PORT + serving.TRIED


def test_it_empties_no_database_but_a_demonstrations(monkeypatch, settings):
    monkeypatch.setattr(database, "_maintenance", lambda: pytest.fail("the server was asked"))
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", "muster")
    with pytest.raises(database.NotADemonstration, match="muster"):
        database.ensure_database(anew=True)


@pytest.mark.django_db
def test_it_empties_no_database_that_somebody_else_made_and_filled(monkeypatch, settings):
    """Its name ends like a demonstration's, but the demonstration has left no note on it."""
    settings.LOCAL = False
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", "harvest_demo")
    server = Server()
    monkeypatch.setattr(database, "_maintenance", lambda: server)
    monkeypatch.setattr(database, "as_owner", nullcontext)
    monkeypatch.setattr(connection, "close", lambda: None)
    with pytest.raises(database.NotADemonstration, match="harvest_demo"):
        database.ensure_database(anew=True)
    assert server.asked == [database.NOTE]


class Server:
    """The maintenance connection, on which a database without a note is found."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, statement: str, _values: object = None) -> Server:
        self.asked.append(statement)
        return self

    def fetchone(self) -> tuple[str]:
        return ("",)
