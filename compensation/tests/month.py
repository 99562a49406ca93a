"""The month of pay the tests tell: October 2026 at 人民路, computed in November."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from compensation.models import BusinessDetail, PayPlan, PayRun, PlanVersion, Stage
from compensation.services.detail import accept_details
from compensation.services.drafting import draft_pay_run
from compensation.services.plans import record_plan_approval
from compensation.services.signing import close_month, review_pay_run, sign_pay_run
from compensation.tests.schemes import DEFAULT_DATA
from core.periods import Month
from crm.models import AccountMonth, Import, ImportKind, Opening
from teams.models import Unit
from tests.cast import Cast

OCTOBER = Month(date(2026, 10, 1))
NOW = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
SIGNERS = {Stage.CHIEF_ACCOUNTANT: "accountant", Stage.DEPUTY_MANAGER: "deputy", Stage.MANAGER: "manager"}


def imported(cast: Cast, at: datetime, month: Month = OCTOBER, kind: str = ImportKind.ACCOUNT_MONTH) -> Import:
    """An import of the company's CRM that covers the month."""
    return Import.objects.create(
        kind=kind,
        unit=cast.unit["HX"],
        state=Import.State.TAKEN,
        file_name="账户月报.xlsx",
        file_sha256="0" * 64,
        covers_from=month.first,
        covers_to=month.last,
        checked_at=at,
        taken_at=at,
    )


@dataclass
class PayOf:
    """`pay_of.account("cm", "20000")` puts an account's month into the CRM; verbs walk the run along."""

    cast: Cast
    source: Import
    month: Month = OCTOBER

    def account(
        self, key: str, gross: str, *, no: str = "", relation: str = "developed", source: Import | None = None, **more
    ) -> AccountMonth:
        posting = self.cast.person(key).postings.latest("from_on")
        return AccountMonth.objects.create(
            month=self.month.first,
            fund_account=no or f"88{AccountMonth.objects.count():06}",
            relation=relation,
            person=self.cast.person(key),
            unit=posting.unit,
            gross_commission=Decimal(gross),
            source=source or self.source,
            **more,
        )

    def opening(
        self, key: str, no: str, *, share: str = "1", assets: str = "8000", source: Import | None = None
    ) -> None:
        Opening.objects.create(
            open_date=self.month.first,
            branch=self.cast.unit["B1"],
            client_no=f"C{no}",
            fund_account=no,
            developer=self.cast.person(key),
            share=Decimal(share),
            open_assets=Decimal(assets),
            unit=self.cast.person(key).postings.latest("from_on").unit,
            source=source or self.source,
        )

    @property
    def branch(self) -> Unit:
        return self.cast.unit["B1"]

    def user(self, key: str) -> User:
        return self.cast.as_of(key)

    def drafted(self) -> PayRun:
        return draft_pay_run(branch=self.branch, month=self.month, actor=self.user("clerk"), now=NOW)

    def accepted(self) -> None:
        details = BusinessDetail.objects.filter(branch=self.branch, month=self.month.first).select_related("branch")
        accept_details(details=list(details), actor=self.user("clerk"), now=NOW)

    def reviewed(self) -> PayRun:
        run = self.drafted()
        self.accepted()
        return review_pay_run(run=run, actor=self.user("clerk"), seen_digest=run.digest, now=NOW)

    def filed(self) -> PayRun:
        return close_month(run=self.signed(), now=NOW)

    def signed(self, stages: int = 3) -> PayRun:
        run = self.reviewed()
        for stage in list(Stage)[:stages]:
            sign_pay_run(run=run, stage=stage, actor=self.user(SIGNERS[stage]), seen_digest=run.digest, now=NOW)
        run.refresh_from_db()
        return run


def approved_default_plan() -> PlanVersion:
    """The delivered plan with an approval; made anew where a test began with emptied tables."""
    plan, _ = PayPlan.objects.get_or_create(code="CN-BRANCH-DEFAULT", defaults={"name": "标准方案"})
    version, _ = PlanVersion.objects.get_or_create(
        plan=plan, from_on=date(2000, 1, 1), defaults={"components": DEFAULT_DATA}
    )
    record_plan_approval(
        version=version,
        approved_on=date(2026, 1, 5),
        approval_ref="渠道〔2026〕3号",
        approved_by="渠道管理部",
        actor=None,
        now=NOW,
    )
    return version


def october(cast: Cast) -> PayOf:
    """October at 人民路 with an approved plan: 林小雨 20,000, 陈大文 6,000 gross, 周敏 and 吴昊 nothing."""
    approved_default_plan()
    pay_of = PayOf(cast, imported(cast, NOW.replace(day=2, hour=9)))
    pay_of.account("cm", "20000", no="88000001")
    pay_of.account("cm2", "6000", no="88000002")
    return pay_of


@pytest.fixture(name="pay_of")
def october_fixture(cast: Cast) -> PayOf:
    return october(cast)
