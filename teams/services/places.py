"""A file of banks, outlets or targets, from whom it is handed in: the tables of `load_company`, within her own power."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from accounts.models import User
from core.explain import N_
from core.tables import Filled, Refusal, Row, Sheet, for_forms
from teams.authority import Authority, Power, authority_of
from teams.models import Outlet, Person
from teams.services.company import LoadReport, load_company
from teams.services.loading import Known
from teams.sheets import BY_NAME

TABLES = ("banks", "outlets", "targets")


def load_places(
    *,
    table: str,
    sheets: Sequence[Sheet],
    actor: User,
    today: date,
    dry_run: bool = False,
    different: Collection[str] = (),
    because: str = "",
) -> LoadReport:
    """Take the file whole or not at all; a row about what the actor does not edit refuses it, whoever it belonged to
    before. The table is on the sheet that is called so, else on the first; the others are named. Raises `TableRefused` and `CompanyRefused`.
    """
    power = _Power(actor, authority_of(actor, today))
    named, _ = for_forms(sheets, [BY_NAME[table]])
    sheet = named.get(table, sheets[0])
    others = [other.name for other in sheets if other is not sheet]
    report = load_company(
        sheets=[replace(sheet, name=table)],
        today=today,
        dry_run=dry_run,
        not_theirs=power.refuses,
        different=different,
        because=because,
    )
    if others:
        rule = N_("Only the sheet %(sheet)s was read, not %(others)s.")
        report.remarks.append(Refusal("", 0, "", "", rule, {"sheet": sheet.name, "others": ", ".join(others)}))
    return report


class _Power:
    """Which rows of which table are the actor's to write."""

    def __init__(self, actor: User, authority: Authority) -> None:
        self.actor, self.authority = actor, authority

    def refuses(self, table: str, filled: Filled, known: Known) -> Iterator[Refusal]:
        if self.actor.is_superuser:
            return
        if table not in TABLES:
            raise ValueError(f"{table} is not written by hand")
        yield from {"banks": self.banks, "outlets": self.outlets, "targets": self.targets}[table](filled, known)

    def elsewhere(self, filled: Filled, row: Row, column: str, known: Known) -> Iterator[Refusal]:
        """Where the unit named in a column is known and lies outside the actor's power."""
        unit = known.unit(row[column])
        if unit is not None and not self.authority.may(Power.EDIT_PLACES, unit.path):
            yield filled.refusal(row, column, N_("You do not edit what belongs to %(unit)s."), unit=unit.code)

    def banks(self, filled: Filled, known: Known) -> Iterator[Refusal]:
        """Banks are the whole firm's."""
        if not self.authority.may(Power.EDIT_PLACES, self.authority.company_path):
            yield Refusal(filled.sheet, 0, "", "", N_("Banks are edited by the company."))

    def outlets(self, filled: Filled, known: Known) -> Iterator[Refusal]:
        codes = [row["code"] for row in filled.rows]
        there = {outlet.code: outlet.unit for outlet in Outlet.objects.filter(code__in=codes).select_related("unit")}
        for row in filled.rows:
            yield from self.elsewhere(filled, row, "unit", known)
            before = there.get(row["code"])
            if before is not None and not self.authority.may(Power.EDIT_PLACES, before.path):
                rule = N_("You do not edit what belongs to %(unit)s.")
                yield filled.refusal(row, "code", rule, unit=before.code)

    def targets(self, filled: Filled, known: Known) -> Iterator[Refusal]:
        numbers = {row["employee_no"] for row in filled.rows if row["employee_no"]}
        people = Person.objects.visible_to(self.actor).filter(user__employee_no__in=numbers)
        seen = set(people.values_list("user__employee_no", flat=True))
        for row in filled.rows:
            yield from self.elsewhere(filled, row, "unit", known)
            if row["employee_no"] in known.people and row["employee_no"] not in seen:
                rule = N_("You do not edit what belongs to %(unit)s.")
                yield filled.refusal(row, "employee_no", rule, unit=row["employee_no"])
