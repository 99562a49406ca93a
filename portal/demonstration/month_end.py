"""Two months on their whole way to the archive, and one on its way to the third signature."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from accounts.models import User
from archives import services as archive
from attendance.selectors import calendar_for
from compensation.models import BusinessDetail, PayRun, PaySlip, PlanVersion, Stage
from compensation.selectors.readiness import ready_from
from compensation.services.detail import accept_details, build_detail
from compensation.services.drafting import draft_pay_run
from compensation.services.entries import record_person_month
from compensation.services.plans import record_plan_approval
from compensation.services.questions import answer_question, ask_question
from compensation.services.signing import review_pay_run, sign_pay_run
from core import clock
from core.periods import Month, Period
from portal.demonstration.company import FOURTH, HOME, SECOND, THIRD, Company
from teams.authority import authority_of
from teams.models import Role, Unit, UnitKind
from teams.selectors.posts import holders

COMPLAINED_OF, ABSENT = 5, 9  # by place in the list of the first branch
# How far each branch has come with the last month: signatures given, None where finance is still reviewing the detail.
LAST_MONTH: dict[str, int | None] = {HOME: 2, SECOND: 1, THIRD: None, FOURTH: 0}
QUESTIONS = ("这个月净佣金比我自己算的少，是不是有账户没算进来？", "考核系数是怎么算出来的？想看看每项指标的完成情况。")
ANSWER = "您有 {accounts} 个账户是服务关系，按五折计入，打开“判定依据”可以逐户看到。"


def take(company: Company, now: datetime) -> None:
    approve_plan(company, now)
    branches = [
        unit for unit in Unit.objects.filter(kind=UnitKind.BRANCH).order_by("code") if unit.started_on is not None
    ]
    for month in company.months[:-2]:
        for branch in branches:
            to_the_archive(branch, month, now)
    if len(company.months) > 2:
        ask(company, now)
    for branch in branches:
        on_the_way(branch, company.months[-2], LAST_MONTH.get(branch.code, 2), now)


def approve_plan(company: Company, now: datetime) -> None:
    """Channel management approved the firm's plan before the story begins (D2)."""
    for version in PlanVersion.objects.exclude(requests__state="agreed"):
        record_plan_approval(
            version=version,
            approved_on=company.months[0].first - timedelta(days=20),
            approval_ref=f"衡远经纪〔{company.months[0].first.year}〕18号",
            approved_by="渠道管理部",
            actor=None,
            now=now,
        )


def somebody(role: Role, branch: Unit, at: datetime) -> User:
    user = holders(role, branch, clock.day_of(at))[0]
    user.authority = authority_of(user, clock.day_of(at))
    return user


def moment(month: Month, nth: int, hour: int, now: datetime) -> datetime:
    """An hour of the n-th workday after the month, never later than now."""
    after = Period(month.end, month.end + timedelta(days=31))
    return min(clock.at(list(calendar_for(after).workdays(after))[nth - 1], time(hour)), now)


def reviewed_detail(branch: Unit, month: Month, now: datetime, *, leave: int = 0) -> None:
    at = moment(month, 2, 10, now)
    build_detail(branch=branch, month=month, now=at)
    details = list(BusinessDetail.objects.filter(branch=branch, month=month.first).order_by("pk"))
    accepted = details[: len(details) - leave]
    accept_details(details=accepted, actor=somebody(Role.FINANCE_CLERK, branch, at), now=at)


def entered(branch: Unit, month: Month, clerk: User, at: datetime) -> None:
    """Social insurance and income tax of the first branch, a day's absence, and one valid complaint."""
    details = BusinessDetail.objects.filter(branch=branch, month=month.first).select_related("person__user")
    for n, detail in enumerate(details.order_by("person__user__employee_no")):
        record_person_month(
            branch=branch,
            month=month,
            person=detail.person,
            actor=clerk,
            now=at,
            social_insurance=Decimal("472.50") + n % 4 * Decimal("52.50"),
            income_tax=Decimal(n * 37 % 120),
            attendance_deduction=Decimal(115) if n == ABSENT else Decimal(0),
            complaints=int(n == COMPLAINED_OF),
            remark="事假一天" if n == ABSENT else "客户投诉一起，经查属实" if n == COMPLAINED_OF else "",
        )


def signed(branch: Unit, month: Month, signatures: int, now: datetime) -> PayRun:
    """The month drafted, reviewed and signed so many times, a day apart."""
    at = moment(month, 3, 11, now)
    clerk = somebody(Role.FINANCE_CLERK, branch, at)
    if branch.code == HOME:
        entered(branch, month, clerk, at)
    run = draft_pay_run(branch=branch, month=month, actor=clerk, now=at)
    if clock.day_of(at) < ready_from(run):
        return run  # its page says from which day on it may be signed
    run = review_pay_run(run=run, actor=clerk, seen_digest=run.digest, now=at)
    for n, stage in enumerate(list(Stage)[:signatures]):
        at = moment(month, 4 + n, 9 + n, now)
        sign_pay_run(run=run, stage=stage, actor=somebody(stage.role, branch, at), seen_digest=run.digest, now=at)
        run.refresh_from_db()
    return run


def to_the_archive(branch: Unit, month: Month, now: datetime) -> None:
    reviewed_detail(branch, month, now)
    run = signed(branch, month, 3, now)
    archive.file_pay_run(run=run, now=moment(month, 7, 14, now))


def on_the_way(branch: Unit, month: Month, signatures: int | None, now: datetime) -> None:
    if signatures is None:
        reviewed_detail(branch, month, now, leave=4)
        at = moment(month, 3, 11, now)
        draft_pay_run(branch=branch, month=month, actor=somebody(Role.FINANCE_CLERK, branch, at), now=at)
        return
    reviewed_detail(branch, month, now)
    signed(branch, month, signatures, now)


def ask(company: Company, now: datetime) -> None:
    """Two questions on pay slips: one answered, one waiting for the clerk."""
    month = company.months[-3]
    slips = PaySlip.objects.filter(run__branch__code=HOME, run__month=month.first).select_related("person__user")
    customer_managers = slips.filter(inputs__draws_base=True).order_by("person__user__employee_no")
    for n, slip in enumerate(customer_managers[:2]):
        asked = moment(month, 8 + n, 12, now)
        user = slip.person.user
        user.authority = authority_of(user, clock.day_of(asked))
        question = ask_question(slip=slip, text=QUESTIONS[n], actor=user, now=asked)
        if n == 0:
            replied = moment(month, 9, 15, now)
            clerk = somebody(Role.FINANCE_CLERK, slip.run.branch, replied)
            accounts = sum(part["accounts"] for part in slip.inputs["commissions"] if part["relation"] == "serviced")
            answer = ANSWER.format(accounts=accounts)
            answer_question(question=question, answer=answer, actor=clerk, now=replied)
