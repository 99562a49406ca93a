"""Something to look at for the first screens: weeks of logs and openings, lists, replies, messages, months of pay."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from accounts.models import User
from archives.models import Document
from compensation.models import BusinessDetail, PayPlan, PayRun, PaySlip, PlanVersion, Question, Signature, Stage
from core.explain import N_, Line, lines_as_json
from core.periods import Month, Period, Week
from crm.models import DailyResult, Import, ImportKind, UnitResult
from messaging.models import Channel, Message, PhoneTask
from supervision.models import LaggardEntry, Reminder, ReminderRule, ReminderRun
from teams.authority import authority_of
from teams.models import Person, Posting, Role, Target, Unit, UnitKind
from tests.cast import SINCE, Cast
from worklogs.models import Contact, LogEntry, Reply, ScoreTable, WorkLog
from worklogs.rules.kinds import CONTACT_KINDS
from worklogs.services.judging import judge

NAMES = (
    "周子涵",
    "吴雨桐",
    "郑浩然",
    "王梓萱",
    "冯一诺",
    "陈思远",
    "褚若曦",
    "卫景行",
    "蒋欣怡",
    "沈嘉树",
    "韩知夏",
    "杨牧之",
)


def moment(on: date, hour: int) -> datetime:
    return datetime(on.year, on.month, on.day, hour - 8, tzinfo=UTC)


def more_people(cast: Cast, count: int) -> None:
    """Further customer managers in the first area, and a logged life for them."""
    for n in range(count):
        user = User.objects.create(employee_no=f"7{n:03}", name=NAMES[n % len(NAMES)])
        person = Person.objects.create(user=user, joined_on=SINCE)
        Posting.objects.create(person=person, unit=cast.unit["B1M1A1"], role=Role.CUSTOMER_MANAGER, from_on=SINCE)


def fill(cast: Cast, weeks: int = 3) -> None:
    """The same for the same cast: nothing here is drawn anew."""
    draw = random.Random(7)
    postings = list(Posting.objects.filter(role=Role.CUSTOMER_MANAGER).select_related("person__user", "unit"))
    first = Week(cast.today).first - timedelta(weeks=weeks - 1)
    _logs(cast, postings, first, draw)
    judge(period=Period.between(first, cast.today), until=cast.today)
    _openings(cast, postings, draw)
    _targets(cast, postings)
    _replies_and_messages(cast)
    _lists(cast)
    _score_tables(cast)
    _pay(cast)


def _logs(cast: Cast, postings: list[Posting], first: date, draw: random.Random) -> None:
    logs: list[WorkLog] = []
    written: list[tuple[WorkLog, str, Contact]] = []
    for posting in postings:
        diligence = draw.uniform(0.3, 1.1)
        for on in Period.between(first, cast.today).days():
            if on.weekday() > 4 or draw.random() > diligence + 0.3:
                continue
            is_today = on == cast.today
            if is_today and draw.random() < 0.4:
                continue
            is_draft = is_today and draw.random() < 0.6
            log = WorkLog(
                person=posting.person,
                unit=posting.unit,
                on=on,
                brochures=draw.choice([30, 50, 60]),
                state="draft" if is_draft else "submitted",
                submitted_at=None if is_draft else moment(on, 18),
                replied=not is_today and draw.random() < 0.6,
            )
            logs.append(log)
            for kind in CONTACT_KINDS:
                for _ in range(draw.randint(1, max(1, round(5 * diligence)))):
                    contact = Contact(
                        phone=f"138{len(written) + 1:08}",
                        name="客户",
                        owner=posting.person,
                        unit=posting.unit,
                        registered_on=on,
                    )
                    written.append((log, kind, contact))
    WorkLog.objects.bulk_create(logs)
    Contact.objects.bulk_create(contact for _, _, contact in written)
    LogEntry.objects.bulk_create(
        LogEntry(log=log, kind=kind, contact=contact, name="客户", at=moment(log.on, 11))
        for log, kind, contact in written
    )


def _openings(cast: Cast, postings: list[Posting], draw: random.Random) -> None:
    units = {unit.pk: unit for unit in Unit.objects.all()}
    running = dict.fromkeys(units, Decimal(0))
    results: list[DailyResult] = []
    sums: list[UnitResult] = []
    for on in Period.between(cast.today - timedelta(days=40), cast.today - timedelta(days=1)).days():
        if on.weekday() > 4:
            continue
        of_day: dict[int, Decimal] = {}
        for n, posting in enumerate(postings):
            count = Decimal(draw.choice([0, 0, 0, 1, 1, 2])) if n % 4 else Decimal(0)
            if not count:
                continue
            results.append(DailyResult(day=on, person=posting.person, unit=posting.unit, openings=count, open_assets=0))
            for pk in posting.unit.line:
                of_day[pk] = of_day.get(pk, Decimal(0)) + count
        for pk, count in of_day.items():
            running[pk] += count
            sums.append(UnitResult(unit_id=pk, day=on, openings=count, running=running[pk]))
    DailyResult.objects.bulk_create(results)
    UnitResult.objects.bulk_create(sums)


def one_opening(cast: Cast, on: date, key: str = "cm") -> None:
    """An opening of a day, credited to a person and to the units above her."""
    posting = Posting.objects.get(person=cast.person(key), role=Role.CUSTOMER_MANAGER)
    DailyResult.objects.create(day=on, person=posting.person, unit=posting.unit, openings=1, open_assets=0)
    for pk in posting.unit.line:
        before = UnitResult.objects.filter(unit=pk, day__lt=on).order_by("-day").first()
        UnitResult.objects.create(unit_id=pk, day=on, openings=1, running=(before.running if before else 0) + 1)


def _targets(cast: Cast, postings: list[Posting]) -> None:
    month = Month(cast.today).first
    for posting in postings:
        Target.objects.create(person=posting.person, month=month, measure="openings", value=20)
    for unit in Unit.objects.exclude(kind=UnitKind.HQ_DEPARTMENT):
        people = Posting.objects.filter(role=Role.CUSTOMER_MANAGER, unit__path__startswith=unit.path).count()
        if people:
            Target.objects.create(unit=unit, month=month, measure="openings", value=20 * people)


def _replies_and_messages(cast: Cast) -> None:
    logs = WorkLog.objects.filter(person=cast.person("cm"), on__lt=cast.today, state="submitted").order_by("-on")[:2]
    texts = ("约访质量不错，下周把两位准客户带到网点来，我陪同面谈。", "回访偏少，注意保持节奏。")
    for log, text in zip(logs, texts, strict=False):
        WorkLog.objects.filter(pk=log.pk).update(replied=True)
        Reply.objects.create(log=log, author=cast.am, text=text, at=moment(log.on + timedelta(days=1), 9))
    for user, subject in (
        (cast.cm, "本周得分提醒：距合格还差 18 分"),
        (cast.mm, "昨日开户排名：您的市场部列第 3 名"),
        (cast.office, "人民路营业部薪酬报告已归档"),
    ):
        Message.objects.create(
            rule="x", business_date=cast.today, recipient=user, channel=Channel.IN_APP, text="t", subject=subject,
            body="b", posted_at=moment(cast.today, 9), not_before=moment(cast.today, 9), state="sent",
            sent_at=moment(cast.today, 9),
        )  # fmt: skip


def _lists(cast: Cast) -> None:
    rules = {rule.code: rule for rule in ReminderRule.objects.all()}
    for code, scope, on, unit in (
        ("S7.1", "HX", cast.today - timedelta(days=1), "B9"),
        ("S8.1", "R1", cast.today - timedelta(days=1), "B1M2"),
        ("S7.2", "HX", Week(cast.today).previous().last, "B2"),
    ):
        if code not in rules:
            continue
        run = ReminderRun.objects.create(
            rule=rules[code], code=code, scope=cast.unit[scope], business_on=on, state="done", started_at=moment(on, 20),
            finished_at=moment(on, 20), considered=3, digest="0",
        )  # fmt: skip
        entry = LaggardEntry.objects.create(
            run=run, unit=cast.unit[unit], openings=0, rank=3, of=3, reasons=["zero"], lines=[], digest="0"
        )
        message = Message.objects.create(
            rule=run.message_rule, business_date=on, recipient=cast.market, channel=Channel.PHONE_TASK, text="t",
            subject="请致电督促", body="b", posted_at=moment(on, 20), not_before=moment(on, 20), state="sent",
            sent_at=moment(on, 20),
        )  # fmt: skip
        PhoneTask.objects.create(message=message)
        Reminder.objects.create(
            run=run, entry=entry, recipient=cast.market, who="in_charge", channel=Channel.PHONE_TASK, message=message
        )
    ReminderRun.objects.create(
        rule=rules["S7.1"], code="S7.1", scope=cast.unit["HX"], business_on=cast.today - timedelta(days=2),
        state="not_known", started_at=moment(cast.today, 8), missing=[cast.today - timedelta(days=2)],
    )  # fmt: skip


def _score_tables(cast: Cast) -> None:
    week = Week(cast.today).previous()
    for code in ("B1M1", "B2M1"):
        ScoreTable.objects.create(
            unit=cast.unit[code], week=week.first, sent_at=moment(week.end, 9), document=[], digest="0"
        )


def _pay(cast: Cast) -> None:
    """September filed, October signed twice; the trio and the manager see the same month."""
    branch, october = cast.unit["B1"], Month(cast.today).previous()
    plan, _ = PayPlan.objects.get_or_create(code="TEST", defaults={"name": "测试方案"})
    version = PlanVersion.objects.create(plan=plan, from_on=SINCE, components=[])
    Import.objects.create(
        kind=ImportKind.ACCOUNT_MONTH, unit=branch, state="taken", file_name="10月.xlsx", file_sha256="0",
        covers_from=october.first, covers_to=october.last, checked_at=moment(october.end, 9),
        taken_at=moment(october.end + timedelta(days=1), 10),
    )  # fmt: skip
    people = list(
        Person.objects.filter(postings__unit__path__startswith=branch.path, postings__role="customer_manager")
    )
    for month, state, total in ((october.previous(), "filed", Decimal(6200)), (october, "signed_2", Decimal(6800))):
        run = PayRun.objects.create(
            branch=branch, month=month.first, state=state, plan=version, people=len(people), digest="0" * 64,
            total=total * len(people), drafted_by=cast.clerk, drafted_at=moment(month.end + timedelta(days=2), 9),
            reviewed_by=cast.clerk, reviewed_at=moment(month.end + timedelta(days=3), 9),
            filed_at=moment(month.end + timedelta(days=5), 9) if state == "filed" else None,
        )  # fmt: skip
        for n, person in enumerate(people):
            PaySlip.objects.create(
                run=run, person=person, unit=branch, name=person.name, engagement="employee",
                total=total + Decimal(n) * (Decimal("310.55") if state == "filed" else Decimal("-120.40")),
            )  # fmt: skip
        if state != "filed":
            for stage, signer in ((Stage.CHIEF_ACCOUNTANT, cast.accountant), (Stage.DEPUTY_MANAGER, cast.deputy)):
                Signature.objects.create(
                    run=run, stage=stage, signer=signer, signer_name=signer.name, version=1, digest="0" * 64,
                    signed_at=moment(month.end + timedelta(days=3 + stage), 10),
                )  # fmt: skip
            Question.objects.create(
                slip=PaySlip.objects.filter(run=run)[0], text="新增有效户奖励少算一户？", asked_by=cast.cm,
                asked_at=moment(cast.today, 9),
            )  # fmt: skip
        else:
            Document.objects.create(
                kind="pay_report", title="薪酬报告", unit=branch, month=month.first, run=run, created_at=moment(cast.today, 9),
            )  # fmt: skip
    unusual = lines_as_json([Line(N_("Openings"), 0, note="")])
    for n, person in enumerate(people):
        BusinessDetail.objects.create(
            branch=branch, month=october.first, person=person, accounts=12, gross_commission=1000, pass_through=100,
            net_commission=900, openings=5, valid_openings=4, new_assets=0, end_assets=0, product_sales=0,
            digest="0" * 64, unusual=unusual if n == 1 else [], prepared_at=moment(october.end, 9),
            **({} if n == 1 else {"state": "accepted", "reviewed_by": cast.clerk, "reviewed_at": moment(october.end, 9)}),
        )  # fmt: skip


def refresh(cast: Cast) -> None:
    """The authority of everybody, after postings changed."""
    for user in cast.user.values():
        user.authority = authority_of(user, cast.today)
