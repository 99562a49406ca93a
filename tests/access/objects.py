"""One thing of each kind for the access table: what `of` names → the arguments of its address.

Everything belongs to 林小雨 (`cm`), her area B1M1A1, her department B1M1 or the branch B1, so that the cast stands in
every relation to it: herself, her team, her leaders, the branch, the sibling branch B2, those above, and B9 outside.
All things can stand beside each other: the pages are walked and measured with one of each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from archives.models import Document
from archives.services import file_pay_run
from compensation.models import BusinessDetail, PayPlan, PayRun, PaySlip, PlanVersion
from compensation.services import ask_question, record_plan_approval
from compensation.tests.month import NOW, PayOf, approved_default_plan, imported
from compensation.tests.schemes import DEFAULT_DATA
from core.periods import Month, Week
from crm.services import Asked, do_job, receive_file, received
from messaging.models import Channel, Message, State
from messaging.services import Draft, post
from policies.models import ParameterValue
from supervision.models import LaggardEntry, Reminder, ReminderRule, ReminderRun, Who
from teams.models import Posting, Role
from tests.cast import Cast
from worklogs.models import Contact, LogEntry, ScoreTable, WeekScore, WorkLog

Builder = Callable[[Cast], dict[str, Any]]
BUILDERS: dict[str, Builder] = {}


def thing(name: str) -> Callable[[Builder], Builder]:
    """Register a builder: it makes the thing and returns the arguments of its address."""

    def register(builder: Builder) -> Builder:
        BUILDERS[name] = builder
        return builder

    return register


def message_to_cm(cast: Cast, **more: Any) -> dict[str, Any]:
    posted = Message.objects.create(
        rule="S10.2",
        business_date=cast.today,
        recipient=cast.cm,
        text="tests.plain",
        subject="周三的提醒",
        body="请看开户排名。",
        place=cast.unit["B1M1A1"].path,
        posted_at=timezone.now(),
        not_before=timezone.now(),
        **more,
    )
    return {"public_id": posted.public_id}


@thing("message")
def message(cast: Cast) -> dict[str, Any]:
    return message_to_cm(cast, channel=Channel.IN_APP, state=State.SENT, sent_at=timezone.now())


@thing("unknown message")
def unknown_message(cast: Cast) -> dict[str, Any]:
    return message_to_cm(cast, channel=Channel.SMS, state=State.UNKNOWN)


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


@thing("area")
def area(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.unit["B1M1A1"].pk}


@thing("person")
def person(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.person("cm").public_id}


@thing("stand_in")
def stand_in(cast: Cast) -> dict[str, Any]:
    posting = Posting.objects.create(
        person=cast.person("cm2"),
        unit=cast.unit["B1M1A1"],
        role=Role.AREA_MANAGER,
        from_on=cast.today + timedelta(days=1),
        to_on=cast.today + timedelta(days=8),
        acting_for=cast.person("am").postings.get(),
    )
    return {"public_id": posting.public_id}


def reminder_run(cast: Cast, code: str, scope: str, **entry: Any) -> LaggardEntry:
    """A list of last week with one entry."""
    rule = ReminderRule.objects.get(code=code)
    run = ReminderRun.objects.create(
        rule=rule,
        code=code,
        scope=cast.unit[scope],
        business_on=Week(cast.today).previous().last,
        first_on=Week(cast.today).previous().first,
        state=ReminderRun.State.DONE,
        started_at=timezone.now(),
        finished_at=timezone.now(),
        considered=3,
    )
    return LaggardEntry.objects.create(
        run=run, openings=0, rank=3, of=3, reasons=["zero"], lines=[], digest="0", **entry
    )


@thing("reminder_list")
def reminder_list(cast: Cast) -> dict[str, Any]:
    entry = reminder_run(cast, "S10.2", "B1M1", unit=cast.unit["B1M1A1"], person=cast.person("cm"))
    return {"public_id": entry.run.public_id}


@thing("call")
def call(cast: Cast) -> dict[str, Any]:
    entry = reminder_run(cast, "S8.2", "R1", unit=cast.unit["B1M1"])
    draft = Draft(
        rule="S8.2/R1/B1M1",
        business_date=entry.run.business_on,
        recipient_id=cast.officer.pk,
        channel=Channel.PHONE_TASK,
        text="supervision.call",
        values={"names": "B1M1", "week": "47", "clause": "S8.2", "entries": "0", "callees": "B1M1"},
    )
    post([draft], now=timezone.now())
    message = Message.objects.get(rule=draft.rule)
    Reminder.objects.create(
        run=entry.run,
        entry=entry,
        recipient=cast.officer,
        who=Who.IN_CHARGE,
        channel=Channel.PHONE_TASK,
        message=message,
    )
    return {"public_id": message.public_id}


@thing("log_entry")
def log_entry(cast: Cast) -> dict[str, Any]:
    person, unit = cast.person("cm"), cast.unit["B1M1A1"]
    log, _ = WorkLog.objects.get_or_create(person=person, on=cast.today, defaults={"unit": unit})
    contact = Contact.objects.create(
        phone="13900000009", name="李先生", owner=person, unit=unit, registered_on=cast.today
    )
    entry = LogEntry.objects.create(log=log, kind="prospect", contact=contact, name="李先生", at=timezone.now())
    return {"public_id": entry.public_id}


def pay_in(cast: Cast, month: int) -> PayOf:
    """A month of 2026 at B1 in which 林小雨 and 陈大文 earned something. Each state of a run has a month of its own."""
    if not PlanVersion.objects.filter(plan__unit=None).exclude(approved_on=None).exists():
        approved_default_plan()
    of = Month(date(2026, month, 1))
    pay_of = PayOf(cast, imported(cast, NOW.replace(day=2, hour=9), of), of)
    pay_of.account("cm", "20000", no="88000001")
    pay_of.account("cm2", "6000", no="88000002")
    return pay_of


def filed_slip(cast: Cast) -> PaySlip:
    """The slip of 林小雨 in the month that is filed."""
    run = PayRun.objects.filter(state=PayRun.State.FILED, month=date(2026, 5, 1)).first() or pay_in(cast, 5).filed()
    return PaySlip.objects.select_related("person", "run__branch").get(person=cast.person("cm"), run=run)


@thing("pay_month")
def pay_month(cast: Cast) -> dict[str, Any]:
    pay_of = pay_in(cast, 10)
    return {"branch": pay_of.branch.code, "month": pay_of.month.code}


@thing("pay_draft")
def pay_draft(cast: Cast) -> dict[str, Any]:
    pay_of = pay_in(cast, 9)
    run = pay_of.drafted()
    pay_of.accepted()
    return {"public_id": run.public_id}


@thing("pay_run")
def pay_run(cast: Cast) -> dict[str, Any]:
    return {"public_id": pay_in(cast, 8).reviewed().public_id}


@thing("pay_slip")
def pay_slip(cast: Cast) -> dict[str, Any]:
    return {"public_id": filed_slip(cast).public_id}


@thing("pay_slip_rows")
def pay_slip_rows(cast: Cast) -> dict[str, Any]:
    return {**pay_slip(cast), "of": "accounts"}


@thing("pay_question")
def pay_question(cast: Cast) -> dict[str, Any]:
    question = ask_question(slip=filed_slip(cast), text="为什么扣留？", actor=cast.as_of("cm"), now=NOW)
    return {"public_id": question.public_id}


@thing("pay_detail")
def pay_detail(cast: Cast) -> dict[str, Any]:
    pay_of = pay_in(cast, 7)
    pay_of.drafted()
    detail = BusinessDetail.objects.get(person=cast.person("cm"), month=pay_of.month.first)
    return {"public_id": detail.public_id}


@thing("pay_detail_rows")
def pay_detail_rows(cast: Cast) -> dict[str, Any]:
    detail = BusinessDetail.objects.filter(person=cast.person("cm"), month=date(2026, 7, 1)).first()
    found = {"public_id": detail.public_id} if detail else pay_detail(cast)
    return {**found, "of": "openings"}


@thing("pay_entry")
def pay_entry(cast: Cast) -> dict[str, Any]:
    pay_of = pay_in(cast, 6)
    pay_of.drafted()
    return {"branch": pay_of.branch.code, "month": pay_of.month.code, "employee_no": "1001"}


def plan_of_branch(cast: Cast, code: str) -> PlanVersion:
    plan = PayPlan.objects.create(code=code, name="人民路方案", unit=cast.unit["B1"])
    return PlanVersion.objects.create(plan=plan, from_on=date(2027, 1, 1), components=DEFAULT_DATA)


@thing("open_plan")
def open_plan(cast: Cast) -> dict[str, Any]:
    return {"code": plan_of_branch(cast, "B1-OPEN").plan.code, "since": "2027-01-01"}


@thing("approved_plan")
def approved_plan(cast: Cast) -> dict[str, Any]:
    version = plan_of_branch(cast, "B1-OWN")
    record_plan_approval(
        version=version, approved_on=date(2026, 1, 5), approval_ref="1", approved_by="渠道管理部", actor=None
    )
    return {"code": version.plan.code, "since": "2027-01-01"}


@thing("parameter")
def parameter(cast: Cast) -> dict[str, Any]:
    return {"code": "worklogs.day_pass_mark"}


@thing("parameter_of_branch")
def parameter_of_branch(cast: Cast) -> dict[str, Any]:
    return {"code": "worklogs.day_pass_mark", "pk": cast.unit["B1"].pk}


@thing("parameter_value")
def parameter_value(cast: Cast) -> dict[str, Any]:
    value = ParameterValue.objects.create(
        code="worklogs.day_pass_mark",
        unit=cast.unit["B1"],
        value="25",
        from_on=cast.today + timedelta(days=7),
        source="x",
        set_by=cast.manager,
    )
    return {"pk": value.pk}


@thing("crm_import")
def crm_import(cast: Cast) -> dict[str, Any]:
    """Checked for the branch, with a row that is refused and one that is not."""
    content = b"open_date,branch,client_no,fund_account,developer\n2026-11-17,B1,c1,f1,1001\n2026-11-17,B1,c2,f2,none\n"
    with received([content], "crm.csv") as path:
        asked = Asked(kind="openings", path=path, name="crm.csv", unit=cast.unit["B1"], today=cast.today)
        imported = receive_file(asked=asked, actor=cast.clerk, now=timezone.now())
    do_job(import_id=imported.pk, now=timezone.now())
    return {"public_id": imported.public_id}


@thing("signed_run")
def signed_run(cast: Cast) -> dict[str, Any]:
    return {"public_id": pay_in(cast, 4).signed().public_id}


@thing("document")
def document(cast: Cast) -> dict[str, Any]:
    return {"public_id": file_pay_run(run=pay_in(cast, 3).signed(), now=NOW).public_id}


@thing("stored_file")
def stored_file(cast: Cast) -> dict[str, Any]:
    filed = Document.objects.filter(month=date(2026, 3, 1)).first() or file_pay_run(
        run=pay_in(cast, 3).signed(), now=NOW
    )
    return {"public_id": filed.files.get(format="pdf").public_id}
