"""Rows about the person: her posts, her activity scores, what finance entered, the team she leads."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from compensation.models import PaySlip, PersonMonth
from compensation.rules.facts import Leadership, inputs_from_data
from compensation.rules.plan import commission_of
from compensation.selectors.content import FIRST_EDITION
from compensation.selectors.rows.table import Rows, RowsCheck, RowsSubject
from compensation.selectors.weeks import weeks_counted
from core.explain import N_
from core.listings import COUNT, DAY, LINKS, MONEY, STATE, Cell, ListingColumn
from core.money import ZERO
from core.periods import Week
from teams.models import Role, Unit
from teams.selectors.people import members_during
from worklogs.models import DayScore, WorkLog


def posting_rows(subject: RowsSubject) -> Rows:
    """Her posts of the month, with the days that base pay counts."""
    held = [
        one
        for one in members_during(subject.month, units=[subject.branch], roles=list(Role))
        if one.person_id == subject.person
    ]
    names = dict(Unit.objects.filter(pk__in={one.unit_id for one in held}).values_list("pk", "name"))
    rows, days = [], ZERO
    for one in held:
        end = one.to_on or subject.month.end
        length = Decimal((end - one.from_on).days)
        days += length if one.role == Role.CUSTOMER_MANAGER else ZERO
        last = end - timedelta(days=1)
        cells = (names[one.unit_id], Role(one.role).label, one.from_on, last, length)
        rows.append(tuple(Cell(value) for value in cells))
    counted = Decimal(subject.inputs.days) if subject.inputs else ZERO
    return Rows(
        title=_("Posts of the month"),
        columns=(
            ListingColumn(_("Unit")),
            ListingColumn(_("Post")),
            ListingColumn(_("From"), DAY),
            ListingColumn(_("Until"), DAY),
            ListingColumn(_("Days counted"), COUNT),
        ),
        rows=rows,
        checks=(RowsCheck(_("Days as customer manager"), days, counted, COUNT),),
    )


def activity_rows(subject: RowsSubject) -> Rows:
    """The weeks of the month with their days, each leading to its log where one may see that."""
    scores = list(weeks_counted(subject.branch, subject.month, [subject.person]).order_by("week"))
    days = _days_of(subject, {score.week for score in scores})
    rows, points, due = [], ZERO, ZERO
    for score in scores:
        points, due = points + score.points, due + score.pass_mark
        met = score.points >= score.pass_mark
        rows.append(
            (
                Cell(Week(score.week).code),
                Cell(days.get(score.week, [])),
                Cell(Decimal(score.points)),
                Cell(Decimal(score.pass_mark)),
                Cell("", met=met),
            )
        )
    kept = _activity_kept(subject)
    return Rows(
        title=_("Activity score by week"),
        columns=(
            ListingColumn(_("Week")),
            ListingColumn(_("Days and their points"), LINKS),
            ListingColumn(_("Points"), COUNT, points),
            ListingColumn(_("Pass mark"), COUNT, due),
            ListingColumn(_("Result"), STATE),
        ),
        rows=rows,
        checks=(
            RowsCheck(_("Points"), points, kept.get("achieved", points), COUNT),
            RowsCheck(_("Pass marks"), due, kept.get("target", due), COUNT),
        ),
        note=_("A week belongs to the month of its Thursday."),
    )


def _days_of(subject: RowsSubject, mondays: set[date]) -> dict[date, list[Cell]]:
    """Days that were due or brought points, by the Monday of their week."""
    of_person = {"person": subject.person, "on__in": [on for monday in mondays for on in Week(monday).days()]}
    logs = dict(WorkLog.objects.visible_to(subject.viewer).filter(**of_person).values_list("on", "public_id"))
    found: dict[date, list[Cell]] = defaultdict(list)
    for score in DayScore.objects.filter(**of_person).order_by("on"):
        if score.due or score.points:
            href = reverse("worklogs:log", args=[logs[score.on]]) if score.on in logs else ""
            found[Week(score.on).first].append(Cell(score.on, str(score.points), href))
    return found


def _activity_kept(subject: RowsSubject) -> dict[str, Decimal]:
    """Points and pass marks as the appraisal of the slip has them."""
    if subject.slip is None:
        return {}
    for line in subject.slip.inputs.get("assessment", {}).get("lines", []):
        inputs: dict[str, Any] = dict(line.get("inputs", []))
        if inputs.get("measure") == "activity":
            return {name: Decimal(inputs[name]) for name in ("achieved", "target")}
    return {}


ENTERED = {
    "complaints": N_("Valid complaints"),
    "client_cost": N_("Client cost"),
    "attendance_deduction": N_("Attendance deduction"),
    "social_insurance": N_("Social insurance"),
    "income_tax": N_("Income tax"),
}


def entry_rows(subject: RowsSubject) -> Rows:
    """What finance entered for her and the month, by whom and when."""
    entry = PersonMonth.objects.filter(branch=subject.branch, month=subject.month.first, person=subject.person)
    found = entry.select_related("entered_by").first()
    rows, checks = [], []
    for name, text in ENTERED.items():
        value, kind = Decimal(getattr(found, name, ZERO)), COUNT if name == "complaints" else MONEY
        checks.append(RowsCheck(gettext(text), value, Decimal(getattr(subject.inputs, name, value)), kind))
        if found and value:
            rows.append(_entered(found, gettext(text), Cell(value, kind=kind), found.remark))
    if found and found.coefficient is not None:
        by_hand = _("Assessment coefficient set by hand")
        rows.append(_entered(found, by_hand, Cell(found.coefficient), found.reason))
    return Rows(
        title=_("Finance's entries"),
        columns=(
            ListingColumn(_("Entry")),
            ListingColumn(_("Value"), COUNT),
            ListingColumn(_("Entered by")),
            ListingColumn(_("Entered at"), DAY),
            ListingColumn(_("Remark")),
        ),
        rows=rows,
        checks=tuple(check for check in checks if check.rows or check.kept),
    )


def _entered(entry: PersonMonth, label: str, value: Cell, remark: str) -> tuple[Cell, ...]:
    return Cell(label), value, Cell(entry.entered_by.name), Cell(entry.entered_at), Cell(remark)


def team_rows(subject: RowsSubject) -> Rows:
    """The people of the teams she led, with what each brought; amounts only for those who may see their slips."""
    leads = subject.inputs.leads if subject.inputs else ()
    teams = PaySlip.objects.none() if subject.slip is None else PaySlip.objects.filter(run=subject.slip.run_id)
    open_to_viewer = set(PaySlip.objects.visible_to(subject.viewer).filter(pk__in=teams).values_list("pk", flat=True))
    members = list(
        teams.filter(inputs__draws_base=True)
        .exclude(person=subject.person)
        .select_related("run", "unit", "person__user")
        .order_by("unit__path", "person__user__employee_no")
    )
    paths = dict(Unit.objects.within(subject.branch).values_list("name", "path"))
    rows, checks, hidden = [], [], False
    for led in leads:
        team = [(one, _brought(subject, one)) for one in members if one.unit.path.startswith(paths.get(led.unit, "-"))]
        checks += _team_checks(led, [brought for _slip, brought in team])
        for one, brought in team:
            seen = one.pk in open_to_viewer
            hidden |= not seen
            href = reverse("compensation:slip", args=[one.public_id]) if seen else ""
            shown = brought if seen else (None, None)
            rows.append((Cell(one.name, one.unit.name, href), Cell(led.unit), *map(Cell, shown)))
    return Rows(
        title=_("The team and what it brought"),
        columns=(
            ListingColumn(_("Person")),
            ListingColumn(_("Led unit")),
            ListingColumn(_("Base of the commission"), MONEY),
            ListingColumn(_("Commission pay"), MONEY),
        ),
        rows=rows,
        checks=tuple(checks),
        note=_("What colleagues earn is open to finance only; the sums are those your share was reckoned from.")
        if hidden
        else "",
    )


def _brought(subject: RowsSubject, slip: PaySlip) -> tuple[Decimal, Decimal]:
    if subject.plan is None:
        return ZERO, ZERO
    as_then = slip.run.edition == FIRST_EDITION
    return commission_of(subject.plan, inputs_from_data(slip.inputs), before_coefficients=as_then)


def _team_checks(led: Leadership, brought: list[tuple[Decimal, Decimal]]) -> list[RowsCheck]:
    base, commission = (sum((pair[n] for pair in brought), ZERO) for n in (0, 1))
    return [
        RowsCheck(f"{led.unit} · " + _("People"), Decimal(len(brought)), Decimal(led.people), COUNT),
        RowsCheck(f"{led.unit} · " + _("Base of the commission"), base, led.base),
        RowsCheck(f"{led.unit} · " + _("Commission pay"), commission, led.commission),
    ]
