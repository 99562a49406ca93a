"""Much of everything, for pages measured with few rows and with many.

Everything belongs to 林小雨 (`cm`), her area B1M1A1, her department B1M1 or the branch B1. `fill(cast, numbers)` makes
the things of those numbers, and more people beside her.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from accounts.models import User
from approvals.rules.names import Quorum
from approvals.rules.verbs import Verb
from approvals.services.deciding import decide
from approvals.tests.toys import Toys, of_people
from archives.kinds import PAY_REPORT
from archives.models import Document
from compensation.models import BusinessDetail, PayLine, PayPlan, PayRun, PaySlip, PlanVersion, Question, Signature
from crm.models import Import
from documents.services import keep
from messaging.models import Channel, Message, PhoneTask
from supervision.models import LaggardEntry, ReminderRule, ReminderRun
from teams.models import Grading, Person, Posting, Role, Unit
from tests.builders import Builder
from tests.cast import SINCE, TODAY, Cast
from worklogs.models import Contact, LogEntry, Reply, ScoreTable, WorkLog

NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)
MONDAY = TODAY - timedelta(days=TODAY.weekday())
# Stands in what only those may read who may see the thing.
SECRET = "闲人免看"

Make = Callable[[Cast, int], object]
Maker = TypeVar("Maker", bound=Make)
MAKERS: list[Make] = []


def one_of_many(make: Maker) -> Maker:
    MAKERS.append(make)
    return make


def fill(cast: Cast, numbers: Iterable[int]) -> None:
    for number in numbers:
        for make in MAKERS:
            make(cast, number)


def month(n: int) -> date:
    """The n-th month before the year that other tests look at."""
    months = TODAY.year * 12 + TODAY.month - 13 - n
    return date(months // 12, months % 12 + 1, 1)


@one_of_many
def colleague(cast: Cast, n: int) -> None:
    """A customer manager beside 林小雨, with a log of the day before; and one more area, department and branch."""
    for kind, above in (("area", "B1M1"), ("market_department", "B1"), ("branch", "R1")):
        parent = cast.unit[above]
        unit = Unit.objects.create(code=f"{above}-{n}", name=f"{above}-{n}", kind=kind, parent=parent, started_on=SINCE)
        unit.path = f"{parent.path}{unit.pk}/"
        unit.save(update_fields=["path"])
    user = User.objects.create(employee_no=f"77{n:04}", name=f"同事{n}")
    person = Person.objects.create(user=user, joined_on=SINCE, licence_no=f"T{n}")
    Grading.objects.create(person=person, grade="J", from_on=SINCE)
    area = cast.unit["B1M1A1"]
    Posting.objects.create(person=person, unit=area, role=Role.CUSTOMER_MANAGER, from_on=SINCE)
    yesterday = TODAY - timedelta(days=1)
    WorkLog.objects.create(person=person, unit=area, on=yesterday, state="submitted", submitted_at=NOON)


@one_of_many
def request(cast: Cast, n: int) -> None:
    """Something the clerk brings: one of two has decided, the other is asked."""
    toys, route = Toys(cast), of_people(cast, Quorum.ALL, "manager", "deputy")
    brought = toys.brought(route, thing=Unit.objects.get(code=f"B1M1-{n}"))
    decide(request=brought, verb=Verb.AGREE, actor=cast.deputy, seen=brought.digest, remark=SECRET, now=NOON)


@one_of_many
def log(cast: Cast, n: int) -> WorkLog:
    on = TODAY - timedelta(days=n + 7)
    mine, area = cast.person("cm"), cast.unit["B1M1A1"]
    made = WorkLog.objects.create(
        person=mine, unit=area, on=on, state="submitted", submitted_at=NOON - timedelta(days=n), note=SECRET
    )
    contact = Contact.objects.create(phone=f"1380013{n:04}", name=SECRET, owner=mine, unit=area, registered_on=on)
    LogEntry.objects.create(log=made, kind="prospect", contact=contact, name=SECRET, at=NOON - timedelta(days=n))
    if n:
        Reply.objects.create(log=made, author=cast.am, kind="reply", text=SECRET, at=NOON - timedelta(days=n))
    return made


@one_of_many
def score_table(cast: Cast, n: int) -> ScoreTable:
    week = MONDAY - timedelta(weeks=n + 9)
    return ScoreTable.objects.create(
        unit=cast.unit["B1M1"], week=week, sent_at=NOON - timedelta(weeks=n), document={}, digest=f"{n:064}"
    )


def message_to(cast: Cast, key: str, n: int, channel: str) -> Message:
    return Message.objects.create(
        rule=f"test.{key}.{n}", business_date=TODAY, recipient=cast.user[key], channel=channel, text="test",
        subject=SECRET, body=SECRET, place="", posted_at=NOON, not_before=NOON, state="sent", sent_at=NOON,
    )  # fmt: skip


@one_of_many
def message(cast: Cast, n: int) -> Message:
    return message_to(cast, "cm", n, Channel.IN_APP)


@one_of_many
def call(cast: Cast, n: int) -> PhoneTask:
    """A call the regional department's officer is to make to the head of B1."""
    return PhoneTask.objects.create(message=message_to(cast, "officer", n, Channel.PHONE_TASK))


@one_of_many
def crm_import(cast: Cast, n: int) -> Import:
    return Import.objects.create(
        kind="openings", unit=cast.unit["B1"], state="taken", file="x.csv", file_name=f"{SECRET}.csv",
        file_sha256=f"{n:064}", covers_from=TODAY, covers_to=TODAY, checked_at=NOON, checked_by=cast.clerk,
        taken_at=NOON, taken_by=cast.clerk,
    )  # fmt: skip


def plan_version() -> PlanVersion:
    plan, _ = PayPlan.objects.get_or_create(code="TEST", defaults={"name": "TEST"})
    version, _ = PlanVersion.objects.get_or_create(plan=plan, from_on=date(2025, 1, 1), defaults={"components": []})
    return version


@one_of_many
def pay_run(cast: Cast, n: int) -> PayRun:
    return PayRun.objects.create(
        branch=cast.unit["B1"], month=month(n), state="draft", plan=plan_version(), people=1, total=Decimal("1234.56"),
        digest=f"{n:064}", drafted_by=cast.clerk, drafted_at=NOON,
    )  # fmt: skip


@one_of_many
def slip(cast: Cast, n: int) -> PaySlip:
    """A slip of a filed run, and a question about it."""
    run = pay_run(cast, n + 20)
    made = PaySlip.objects.create(
        run=run, person=cast.person("cm"), unit=cast.unit["B1M1A1"], name="林小雨", grade="J", engagement="employee",
        inputs={}, figures={}, remarks=[], note=SECRET, total=Decimal("1234.56"),
    )  # fmt: skip
    PayLine.objects.create(run=run, slip=made, position=1, component="commission", amount=Decimal("1234.56"), lines=[])
    file(cast, run)
    Question.objects.create(slip=made, text=SECRET, asked_by=cast.cm, asked_at=NOON)
    return made


def file(cast: Cast, run: PayRun) -> None:
    """Take the run through its review and three signatures."""
    runs = PayRun.objects.filter(pk=run.pk)
    runs.update(state="reviewed", reviewed_by=cast.clerk, reviewed_at=NOON)
    for stage, signer in enumerate((cast.accountant, cast.deputy, cast.manager), start=1):
        Signature.objects.create(
            run=run, stage=stage, signer=signer, signer_name=signer.name, version=run.version, digest=run.digest,
            signed_at=NOON,
        )  # fmt: skip
        runs.update(state=f"signed_{stage}")
    runs.update(state="filed", filed_at=NOON)


@one_of_many
def detail(cast: Cast, n: int) -> BusinessDetail:
    row = Builder(cast).build(
        BusinessDetail, branch=cast.unit["B1"], month=month(n), person=cast.person("cm"), state="waiting",
        prepared_by=cast.clerk, prepared_at=NOON, by_relation={}, unusual=[], digest="0" * 64,
    )  # fmt: skip
    row.save()
    assert isinstance(row, BusinessDetail)
    return row


@one_of_many
def document(cast: Cast, n: int) -> Document:
    made = Document.objects.create(
        kind="pay_report", title=SECRET, unit=cast.unit["B1"], month=month(n), created_by=cast.manager, created_at=NOON,
    )  # fmt: skip
    keep(
        kind=PAY_REPORT, about=made, unit=cast.unit["B1"], content=b"%PDF-1.7", form="pdf", title=SECRET,
        actor=cast.manager, now=NOON, month=month(n),
    )  # fmt: skip
    return made


@one_of_many
def reminder_list(cast: Cast, n: int) -> ReminderRun:
    rule = ReminderRule.objects.order_by("pk").first()
    assert rule
    run = Builder(cast).build(
        ReminderRun, rule=rule, code=rule.code, scope=cast.unit["R1"], business_on=TODAY - timedelta(days=n),
        state="done", started_at=NOON, finished_at=NOON, considered=2, lines=[], exempt=[],
    )  # fmt: skip
    run.save()
    entry = Builder(cast).build(
        LaggardEntry, run=run, unit=cast.unit["B1"], openings=Decimal(0), rank=2, of=2, reasons=["zero"], lines=[]
    )
    entry.save()
    assert isinstance(run, ReminderRun)
    return run
