"""Partner banks, outlets, who stands there, and targets of a company file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.explain import N_
from core.tables import Filled, Row
from teams.models import Outlet, OutletPosting, PartnerBank, Target, UnitKind
from teams.rules import overlap
from teams.services.loading import Changes, Known, said, told

OF_BANK = ("name", "key", "head_name", "head_phone")
OF_OUTLET = ("name", "opens", "closes", "contact", "phone")


def banks_of(filled: Filled, known: Known) -> Changes:
    changes = Changes(filled)
    for row in filled.rows:
        bank = known.banks.get(row["code"])
        if bank is None:
            changes.is_new(row, "code", known, known.banks)
            bank = known.banks[row["code"]] = PartnerBank(code=row["code"], **said(row.values, OF_BANK))
            changes.new.append(bank)
        else:
            changes.alter(bank, **{name: row[name] for name in OF_BANK})
    return changes


def outlets_of(filled: Filled, known: Known) -> Changes:
    changes = Changes(filled)
    for row in filled.rows:
        bank, unit = known.banks.get(row["bank"]), known.unit(row["unit"], changes, row)
        if bank is None:
            changes.refuse_unknown(row, "bank", N_("there is no bank with this code"), known, known.banks)
        if unit is None:
            changes.refuse_unknown(row, "unit", N_("there is no unit with this code"), known, known.units)
        elif unit.kind not in (UnitKind.AREA, UnitKind.MARKET_DEPARTMENT):
            changes.refuse(row, "unit", N_("an outlet belongs to an area or a branch market department"))
        if bank is None or unit is None:
            continue
        outlet = known.outlets.get(row["code"])
        if outlet is None:
            changes.is_new(row, "code", known, known.outlets)
            outlet = Outlet(code=row["code"], bank=bank, unit=unit, **said(row.values, OF_OUTLET))
            known.outlets[outlet.code] = outlet
            changes.new.append(outlet)
        else:
            if (outlet.bank_id, outlet.unit_id) != (bank.pk, unit.pk):
                changes.alter(outlet, bank=bank, unit=unit)
            changes.alter(outlet, **{name: row[name] for name in OF_OUTLET})
        if outlet.opens and outlet.closes and outlet.closes <= outlet.opens:
            changes.refuse(row, "closes", N_("is not after the opening at %(opens)s"), opens=outlet.opens)
    return changes


def outlet_postings_of(filled: Filled, known: Known) -> Changes:
    changes = Changes(filled)
    codes = {row["outlet"] for row in filled.rows}
    lines: dict[tuple[str, str], dict[date, OutletPosting]] = {}
    for there in OutletPosting.objects.filter(outlet__code__in=codes).select_related("person__user", "outlet"):
        there.to_on = known.end_of(there)
        lines.setdefault((there.person.employee_no, there.outlet.code), {})[there.from_on] = there
    for row in filled.rows:
        person, outlet = known.people.get(row["employee_no"]), known.outlets.get(row["outlet"])
        if person is None:
            rule = N_("there is nobody with this employee number")
            changes.refuse_unknown(row, "employee_no", rule, known, known.people)
        if outlet is None:
            changes.refuse_unknown(row, "outlet", N_("there is no outlet with this code"), known, known.outlets)
        if person is None or outlet is None:
            continue
        line = lines.setdefault((row["employee_no"], row["outlet"]), {})
        posting = line.get(row["from_on"])
        if posting is not None:
            changes.alter(posting, to_on=row["to_on"])
        else:
            posting = OutletPosting(person=person, outlet=outlet, from_on=row["from_on"], to_on=told(row["to_on"]))
            changes.new.append(posting)
            line[posting.from_on] = posting
        _check_span(row, posting, line, changes)
    return changes


def _check_span(row: Row, posting: OutletPosting, line: Mapping[date, OutletPosting], changes: Changes) -> None:
    if posting.to_on and posting.to_on <= posting.from_on:
        changes.refuse(row, "to_on", N_("is not after the first day %(first)s"), first=posting.from_on)
    for other in line.values():
        if other is not posting and overlap((posting.from_on, posting.to_on), (other.from_on, other.to_on)):
            rule = N_("overlaps with the same person's time at the outlet since %(first)s")
            changes.refuse(row, "from_on", rule, first=other.from_on)


def targets_of(filled: Filled, known: Known) -> Changes:
    changes = Changes(filled)
    months = {row["month"] for row in filled.rows}
    by_key = {
        (target.unit_id, target.person_id, target.month, target.measure): target
        for target in Target.objects.filter(month__in=months)
    }
    for row in filled.rows:
        if (row["unit"] is None) == (row["employee_no"] is None):
            changes.refuse(row, "unit", N_("a target is either a unit's or a person's: fill in one of the two"))
            continue
        unit, person = known.unit(row["unit"], changes, row), known.people.get(row["employee_no"])
        if row["unit"] and unit is None:
            changes.refuse_unknown(row, "unit", N_("there is no unit with this code"), known, known.units)
        if row["employee_no"] and person is None:
            rule = N_("there is nobody with this employee number")
            changes.refuse_unknown(row, "employee_no", rule, known, known.people)
        if row["value"] < 0:
            changes.refuse(row, "value", N_("is below zero"))
        if unit is None and person is None:
            continue
        key = (unit.pk if unit else None, person.pk if person else None, row["month"], row["measure"])
        target = by_key.get(key)
        if target is None:
            changes.new.append(
                Target(unit=unit, person=person, month=row["month"], measure=row["measure"], value=row["value"])
            )
        else:
            changes.alter(target, value=row["value"])
    return changes
