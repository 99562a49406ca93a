"""What is declared closed stays as it is: whoever writes, by whatever way, and whoever is quicker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, connection, models, transaction

from archives.models import Document
from archives.services import file_pay_run
from compensation.tests.month import NOW, OCTOBER, PayOf, october
from core import closing
from core.closing import Closing
from core.files import read_tables
from core.views import server_error
from crm.models import AccountMonth
from tests.cast import build_cast
from worklogs.models import DayScore, WeekScore, WorkLog
from worklogs.services.importing import import_logs
from worklogs.services.opened import MonthClosed
from worklogs.services.replies import reply_to_logs
from worklogs.services.writing import set_brochures

D = Decimal


def refused(write: Callable[[], object], because: str = "closed") -> None:
    with pytest.raises(IntegrityError, match=because), transaction.atomic():
        write()


# --- rows that are never changed ---------------------------------------------------------------------------------------
@pytest.mark.clause("D15.b")
def test_a_filed_document_is_never_changed_nor_removed(pay_of: PayOf) -> None:
    file_pay_run(run=pay_of.signed(), now=NOW)
    kept = list(Document.objects.order_by("pk").values())
    one = Document.objects.earliest("pk")

    def by_sql(statement: str) -> Callable[[], object]:
        return lambda: connection.cursor().execute(statement)

    for write in (
        one.save,
        one.delete,
        lambda: Document.objects.update(title="x"),
        lambda: Document.objects.bulk_update([one], ["title"]),
        Document.objects.all().delete,
        by_sql("UPDATE documents_storedfile SET sha256 = 'x'"),
        by_sql("DELETE FROM archives_document"),
    ):
        refused(write, "never changed")
    assert list(Document.objects.order_by("pk").values()) == kept


# --- further rows, and columns that stay free --------------------------------------------------------------------------
@pytest.fixture
def declared(pay_of: PayOf) -> Callable[..., None]:
    def declare(**more: object) -> None:
        guard = closing._guard(AccountMonth, Closing("pay", unit="unit", month="month", **more))  # type: ignore[arg-type]
        with connection.cursor() as cursor:
            for name in closing.CLOSED:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON crm_accountmonth")
            cursor.execute(guard)

    return declare


def test_a_row_of_a_closed_month_takes_a_further_one_beside_it_and_no_change(pay_of: PayOf, declared) -> None:
    pay_of.filed()
    declared(further=True)
    pay_of.account("cm", "1", no="88000900")
    row = AccountMonth.objects.get(fund_account="88000001")
    refused(lambda: AccountMonth.objects.filter(pk=row.pk).update(gross_commission=1))
    refused(lambda: AccountMonth.objects.filter(pk=row.pk).update(month=OCTOBER.next().first))
    refused(row.delete)
    other = PayOf(pay_of.cast, pay_of.source, OCTOBER.next())
    other.account("cm", "1", no="88000901")
    AccountMonth.objects.filter(month=OCTOBER.next().first).update(gross_commission=2)
    refused(lambda: AccountMonth.objects.filter(month=OCTOBER.next().first).update(month=OCTOBER.first))


def test_another_branch_and_its_people_are_not_held_by_it(pay_of: PayOf, declared) -> None:
    pay_of.filed()
    declared()
    refused(lambda: pay_of.account("cm", "1", no="88000900"))
    AccountMonth.objects.create(
        month=OCTOBER.first, fund_account="77", relation="developed", person=pay_of.cast.person("cm"), unit=pay_of.cast.unit["B2"],
        gross_commission=1, source=pay_of.source,
    )  # fmt: skip


def test_a_free_column_may_change_and_no_other_with_it(pay_of: PayOf, declared) -> None:
    pay_of.filed()
    declared(free=("source", "trades"))
    rows = AccountMonth.objects.filter(fund_account="88000001")
    rows.update(trades=7)
    refused(lambda: rows.update(trades=8, gross_commission=1))
    refused(lambda: rows.update(id=4_000_000))
    assert rows.get().trades == 7


# --- weeks that a closed month has counted -----------------------------------------------------------------------------
@pytest.mark.parametrize("model", [DayScore, WeekScore])
def test_the_judgements_that_a_closed_month_has_counted_stay(pay_of: PayOf, model: type[models.Model]) -> None:
    pay_of.filed()
    weeks = [week.first for week in OCTOBER.weeks()]
    day = "on" if model is DayScore else "week"
    held = {"points": 3, "pass_mark": 20, "score_pass": False, "quota_met": False, "passed": False, "digest": "x"}
    held |= {"due": True} if model is DayScore else {"due_days": 5}
    person = pay_of.cast.person("cm")

    def write(on, unit: str = "B1M1A1") -> Callable[[], models.Model]:
        return lambda: model._base_manager.create(person=person, unit=pay_of.cast.unit[unit], **{day: on}, **held)

    refused(write(weeks[0]))
    refused(write(weeks[-1]))
    free = write(weeks[-1] + timedelta(weeks=1))()
    refused(lambda: model._base_manager.filter(pk=free.pk).update(**{day: weeks[0]}))
    write(weeks[0] - timedelta(weeks=1))()
    write(weeks[0], "B2")()


def test_the_logs_that_a_closed_month_has_counted_stay_and_can_be_answered(pay_of: PayOf, tmp_path: Path) -> None:
    cm, on = pay_of.cast.person("cm"), OCTOBER.first + timedelta(days=14)
    log = WorkLog.objects.create(
        person=cm, unit=pay_of.cast.unit["B1M1A1"], on=on, state="submitted", submitted_at=NOW, brochures=5
    )
    pay_of.filed()
    for change in ({"note": "x"}, {"brochures": 9}, {"on": on + timedelta(days=60)}, {"late": True}):
        refused(partial(WorkLog.objects.filter(pk=log.pk).update, **change))
    refused(log.delete)
    with pytest.raises(MonthClosed):
        set_brochures(person=cm, on=on, quantity=7, actor=cm.user, now=NOW)
    file = tmp_path / "logs.csv"
    file.write_text(
        f"employee_no,on,kind,quantity\n{cm.employee_no},{on},brochures,8\n{cm.employee_no},2026-10-16,brochures,8\n"
    )
    answer = import_logs(sheets=read_tables(file), now=NOW)
    assert [(one.row, "closed month" in one.rule) for one in answer.refusals] == [(2, True), (3, True)]
    assert list(WorkLog.objects.values_list("brochures", flat=True)) == [5]
    reply_to_logs(logs=[log], text="好", actor=pay_of.cast.as_of("am"), now=NOW)
    log.refresh_from_db()
    assert log.replied


def test_who_writes_in_the_moment_of_closing_is_told_of_a_conflict_and_of_no_failure(pay_of: PayOf, rf) -> None:
    run = pay_of.filed()
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError:
        assert server_error(rf.post("/")).status_code == 409
    else:
        pytest.fail("the month was open")


# --- two at once -------------------------------------------------------------------------------------------------------
LATE = """
INSERT INTO compensation_personmonth (branch_id, month, person_id, complaints, reason, client_cost, attendance_deduction,
    social_insurance, income_tax, remark, entered_by_id, entered_at)
SELECT %(branch)s, %(month)s, %(person)s, 3, '', 0, 0, 0, 0, '', %(by)s, now()
"""
HOLD = "SELECT FROM compensation_paymonth WHERE branch_id = %(branch)s AND month = %(month)s FOR UPDATE"
CLOSE = "UPDATE compensation_paymonth SET closed_at = now() WHERE branch_id = %(branch)s AND month = %(month)s"
BEGIN_MONTH = (
    "INSERT INTO compensation_paymonth (branch_id, month, imports, weeks) VALUES (%(branch)s, %(month)s, '[]', '[]')"
)
ENTERED = "SELECT count(*) FROM compensation_personmonth"


class Two:
    """Two sessions of their own: somebody who writes late, and somebody who closes."""

    def __init__(self, pay_of: PayOf) -> None:
        self.values = {
            "branch": pay_of.branch.pk, "month": OCTOBER.first, "person": pay_of.cast.person("cm").pk,
            "by": pay_of.user("clerk").pk,
        }  # fmt: skip
        known = connection.get_connection_params()
        address = {name: known[name] for name in ("host", "port", "user", "password", "dbname") if name in known}
        self.writer, self.closer = psycopg.connect(**address), psycopg.connect(**address)
        for session in (self.writer, self.closer):
            session.execute("SET lock_timeout = '300ms'")
            session.commit()

    def does(self, session: psycopg.Connection[tuple[object, ...]], statement: str) -> str:
        """`done`, `waits` for the other one, or `refused`; a statement that was not done leaves nothing."""
        try:
            with session.transaction():
                session.execute(statement, self.values)
        except psycopg.errors.LockNotAvailable:
            return "waits"
        except psycopg.errors.CheckViolation:
            return "refused"
        return "done"


@pytest.fixture
def two(transactional_db: None) -> Iterator[Two]:
    pay_of = october(build_cast())
    pay_of.drafted()
    both = Two(pay_of)
    yield both
    both.writer.close()
    both.closer.close()


@pytest.mark.clause("D15.b")
def test_who_closes_waits_for_a_late_write_and_a_late_write_for_who_closes(two: Two) -> None:
    two.writer.execute("SELECT 1")
    assert two.does(two.writer, LATE) == "done"
    two.closer.execute("SELECT 1")
    assert two.does(two.closer, HOLD) == "waits"
    two.writer.rollback()
    assert two.does(two.closer, HOLD) == "done"
    assert two.does(two.closer, CLOSE) == "done"
    assert two.does(two.writer, LATE) == "waits"
    two.closer.commit()
    assert two.does(two.writer, LATE) == "refused"


def test_without_the_guard_a_row_slips_into_the_month_that_is_being_closed(two: Two) -> None:
    with connection.cursor() as cursor:
        cursor.execute(closing.lifted("compensation_personmonth"))
    try:
        two.closer.execute("SELECT 1")
        assert two.does(two.closer, HOLD) == "done"
        assert two.does(two.writer, LATE) == "done"
        two.writer.commit()
        assert two.does(two.closer, CLOSE) == "done"
        two.closer.commit()
        assert two.writer.execute(ENTERED).fetchone() == (1,)
    finally:
        closing.install_guards()


def test_a_month_is_not_begun_while_somebody_writes_who_found_none_to_hold(two: Two) -> None:
    two.values["month"] = OCTOBER.next().first
    two.writer.execute("SELECT 1")
    assert two.does(two.writer, LATE) == "done"
    assert two.does(two.closer, BEGIN_MONTH) == "waits"
    two.writer.commit()
    assert two.does(two.closer, BEGIN_MONTH) == "done"


def test_a_declaration_that_is_gone_leaves_no_guard_behind(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(WeekScore, "closed_with")
    closing.install_guards()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = ANY (%s)",
            [list(closing.NAMES)],
        )
        left = {name for (name,) in cursor.fetchall()}
    assert "worklogs_dayscore" in left and "worklogs_weekscore" not in left
