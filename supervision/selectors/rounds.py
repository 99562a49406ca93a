"""A round: one rule for one period in all its scopes, with everything it takes to judge them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Min

from attendance.rules import Calendar
from core.clock import at
from core.explain import Line, RuleValue
from core.periods import PERIODS, Period
from crm.models import Import, ImportKind
from crm.selectors import days_not_known, openings_by_person, openings_by_unit
from messaging.registry import SMS_SEGMENTS
from policies.selectors import value_for, values_on
from supervision import parameters
from supervision.models import Addressee, RankedKind, ReminderRule, ReminderRun
from supervision.rules import Selection, Timing
from supervision.selectors.rankings import Ranking, Subject, is_open, ranking_of_members, ranking_of_units
from teams.models import Function, Role, Unit, UnitKind
from teams.selectors.people import Member, members_on

LEADING = (Role.AREA_MANAGER, Role.MARKET_MANAGER, Role.BRANCH_MANAGER, Role.REGIONAL_MANAGER)
OFFICERS = (Role.REGIONAL_OFFICER, Role.MARKET_OFFICER)


class Structure:
    """The organisation and who leads what on a day."""

    def __init__(self, on: date, units: dict[int, Unit] | None = None) -> None:
        self.on = on
        self.units = Unit.objects.in_bulk() if units is None else units

    def on_day(self, on: date) -> Structure:
        """The same units with who led them on another day."""
        return Structure(on, self.units)

    @cached_property
    def company(self) -> Unit:
        return next(unit for unit in self.units.values() if unit.parent_id is None)

    def above(self, unit_id: int, kind: str) -> Unit | None:
        """The unit of that kind in the line of a unit: itself or above it."""
        return next((self.units[pk] for pk in self.units[unit_id].line if self.units[pk].kind == kind), None)

    @cached_property
    def _leaders(self) -> list[Member]:
        return members_on(self.on, roles=LEADING + OFFICERS)

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, int], list[Member]]:
        found: dict[tuple[str, int], list[Member]] = defaultdict(list)
        for member in self._leaders:
            found[member.role, member.unit_id].append(member)
            if member.role == Role.MARKET_MANAGER and member.branch_id:
                found["market manager of the branch", member.branch_id].append(member)
        return found

    def holding(self, role: str, unit: Unit | None) -> list[Member]:
        """Who holds a leading role at exactly this unit, acting ones included."""
        return list(self._by_place.get((role, unit.pk), [])) if unit else []

    def market_managers(self, unit_id: int) -> list[Member]:
        """The market managers of a branch or of a market department; the branch manager where there is none."""
        unit, branch = self.units[unit_id], self.above(unit_id, UnitKind.BRANCH)
        own = (
            self._by_place.get(("market manager of the branch", unit_id), [])
            if unit.kind == UnitKind.BRANCH
            else self.holding(Role.MARKET_MANAGER, self.above(unit_id, UnitKind.MARKET_DEPARTMENT))
        )
        return list(own) or self.holding(Role.BRANCH_MANAGER, branch)

    def team_leaders(self, unit_id: int) -> list[Member]:
        """Who leads the area and the market department a person is posted to, or the branch where nobody does."""
        area = self.above(unit_id, UnitKind.AREA)
        department = self.above(unit_id, UnitKind.MARKET_DEPARTMENT)
        leaders = self.holding(Role.AREA_MANAGER, area) + self.holding(Role.MARKET_MANAGER, department)
        return leaders or self.holding(Role.BRANCH_MANAGER, self.above(unit_id, UnitKind.BRANCH))

    def in_charge(self, scope: Unit) -> list[Member]:
        """Who looks after the list of a scope: the company's market department, a regional department's officers,
        the leader of a team."""
        if scope.kind == UnitKind.REGIONAL_DEPARTMENT:
            return self.holding(Role.REGIONAL_OFFICER, scope) or self.holding(Role.REGIONAL_MANAGER, scope)
        if scope.kind == UnitKind.COMPANY:
            officers = [member for member in self._leaders if member.role == Role.MARKET_OFFICER]
            offices = {pk for pk, unit in self.units.items() if Function.MARKET_SUPERVISION in unit.functions}
            return [member for member in officers if member.unit_id in offices] or officers
        return self.team_leaders(scope.pk)

    def has_post(self, who: str, subject: Subject) -> bool:
        """Whether there is anything for `who` to lead: a branch may stand below the company itself."""
        return who != Addressee.REGIONAL_HEADS or self.above(subject.unit_id, UnitKind.REGIONAL_DEPARTMENT) is not None

    def told(self, who: str, subject: Subject, scope: Unit) -> list[int]:
        """The users whom a rule that speaks to `who` tells of `subject`."""
        if who == Addressee.MEMBER:
            return [] if subject.user_id is None else [subject.user_id]
        if who == Addressee.IN_CHARGE:
            members = self.in_charge(scope)
        elif who == Addressee.TEAM_LEADERS:
            members = self.team_leaders(subject.unit_id)
        elif who == Addressee.MARKET_MANAGERS:
            members = self.market_managers(subject.unit_id)
        elif who == Addressee.BRANCH_HEADS:
            members = self.holding(Role.BRANCH_MANAGER, self.above(subject.unit_id, UnitKind.BRANCH))
        else:
            region = self.above(subject.unit_id, UnitKind.REGIONAL_DEPARTMENT)
            members = self.holding(Role.REGIONAL_MANAGER, region)
        return list(dict.fromkeys(member.user_id for member in members))


class RuleRound:
    """One rule for one period. `missing`, `ranking` and `selection` answer for each scope in few queries for all."""

    def __init__(self, rule: ReminderRule, period: Period, *, structure: Structure, calendar: Calendar) -> None:
        self.rule = rule
        self.period = period
        self.structure = structure
        self.calendar = calendar

    def due_at(self, timing: Timing) -> datetime:
        return at(*timing.due(self.period, self._workday_after))

    def late_at(self, timing: Timing) -> datetime:
        return at(*timing.late(self.period, self._workday_after))

    @cached_property
    def _workday_after(self) -> date:
        """The first workday after the period."""
        return next(
            (day for day in self.calendar.known.days() if day >= self.period.end and self.calendar.is_workday(day)),
            self.period.end,
        )

    @cached_property
    def scopes(self) -> list[Unit]:
        """The units within which it is ranked; the company stands in where a branch has no regional department."""
        units, kind = self.structure.units, self.rule.scope
        if kind == UnitKind.COMPANY:
            return [self.structure.company]
        scopes = [unit for unit in units.values() if unit.kind == kind and is_open(unit, units, self.period)]
        if kind == UnitKind.REGIONAL_DEPARTMENT and self._contenders.get(self.structure.company.pk):
            scopes.append(self.structure.company)
        return sorted(scopes, key=lambda unit: unit.pk)

    @cached_property
    def _contenders(self) -> Mapping[int, list[Unit]]:
        """Who is compared, by scope."""
        found: dict[int, list[Unit]] = defaultdict(list)
        for unit in self.structure.units.values():
            if unit.kind == self.rule.ranked:
                scope = self.structure.above(unit.pk, self.rule.scope) or self.structure.company
                found[scope.pk].append(unit)
        return found

    @cached_property
    def _values(self) -> dict[int, dict[str, RuleValue]]:
        codes = [code for code in (self.rule.parameter, parameters.AT_MOST_HALF, parameters.TIE_PAST_HALF) if code]
        return values_on(codes, unit_ids=[scope.pk for scope in self.scopes], on=self.period.last)

    def bottom(self, scope: Unit) -> RuleValue | None:
        return self._values[scope.pk].get(self.rule.parameter)

    def selection(self, scope: Unit) -> Selection:
        values = self._values[scope.pk]
        return self.rule.taking.selection(
            self.rule.clause, self.bottom(scope), values[parameters.AT_MOST_HALF], values[parameters.TIE_PAST_HALF]
        )

    def window(self, scope: Unit) -> list[date]:
        """The trading days that are looked at."""
        return self.rule.taking.window(self.period, self.calendar, self.bottom(scope))

    def span(self, scope: Unit) -> Period:
        """The period whose openings count."""
        return self.rule.taking.span(self.period, self.window(scope))

    def context(self, scope: Unit) -> tuple[Line, ...]:
        """Lines that come before each entry's own."""
        return self.rule.taking.context(self.rule.clause, self.window(scope), self.bottom(scope))

    def missing(self, scopes: Collection[Unit]) -> dict[int, list[date]]:
        """Per scope the trading days on which no statement can be made, because their openings have not come."""
        windows = {scope.pk: self.window(scope) for scope in scopes}
        days = sorted({day for window in windows.values() for day in window})
        if not days:
            return {scope.pk: [] for scope in scopes}
        span = Period.between(days[0], days[-1])
        unknown = set(days_not_known(span, days))
        partly = self._covered_in_part(span) if unknown else []
        answers: dict[tuple[str, tuple[date, ...]], list[date]] = {}
        result = {}
        for scope in scopes:
            gaps = [day for day in windows[scope.pk] if day in unknown]
            if gaps and any(path.startswith(scope.path) or scope.path.startswith(path) for path in partly):
                asked = self.structure.above(scope.pk, UnitKind.BRANCH) or scope
                key = (asked.path, tuple(gaps))
                if key not in answers:
                    answers[key] = days_not_known(span, gaps, within=asked)
                gaps = answers[key]
            result[scope.pk] = gaps
        return result

    @staticmethod
    def _covered_in_part(span: Period) -> list[str]:
        """Paths of units whose own imports reach into a period that the whole company does not know."""
        imports = Import.objects.taken(ImportKind.OPENINGS).filter(covers_from__lt=span.end, covers_to__gte=span.first)
        return list(imports.exclude(unit__parent=None).values_list("unit__path", flat=True).distinct())

    @cached_property
    def _openings_by_unit(self) -> dict[int, Decimal]:
        return openings_by_unit(self.rule.ranked, period=self.period)

    @cached_property
    def _openings_by_person(self) -> dict[Period, dict[int, Decimal]]:
        return {}

    @cached_property
    def _members(self) -> Mapping[int, list[Member]]:
        """Customer managers of the last day, by scope."""
        found: dict[int, list[Member]] = defaultdict(list)
        for member in members_on(self.period.last):
            scope = self.structure.above(member.unit_id, self.rule.scope)
            if scope is not None:
                found[scope.pk].append(member)
        return found

    def ranking(self, scope: Unit) -> Ranking:
        if self.rule.ranked != RankedKind.PERSON:
            return ranking_of_units(
                self._contenders[scope.pk],
                openings=self._openings_by_unit,
                units=self.structure.units,
                period=self.period,
            )
        span = self.span(scope)
        if span not in self._openings_by_person:
            self._openings_by_person[span] = openings_by_person(period=span)
        return ranking_of_members(
            self._members[scope.pk],
            openings=self._openings_by_person[span],
            since=self.rule.taking.there_since(span),
        )


def timing_on(structure: Structure) -> Timing:
    """When lists go out, as the company has set it for the structure's day."""
    codes = [
        parameters.DAY_SEND_ON,
        parameters.DAY_SEND_AT,
        parameters.DAY_LATE_AFTER,
        parameters.WEEK_SEND_AT,
    ]
    company = structure.company
    values = values_on(codes, unit_ids=[company.pk], on=structure.on)[company.pk]
    return Timing(
        same_day=values[parameters.DAY_SEND_ON].value == parameters.SAME_DAY,
        day_at=values[parameters.DAY_SEND_AT].value,  # type: ignore[arg-type]
        late_after=values[parameters.DAY_LATE_AFTER].value,  # type: ignore[arg-type]
        week_at=values[parameters.WEEK_SEND_AT].value,  # type: ignore[arg-type]
    )


def sms_segments(on: date) -> int:
    """How many segments an SMS may have on a day, as the company has set it."""
    company = Unit.objects.filter(parent=None).first()
    if company is None:
        return SMS_SEGMENTS
    return int(str(value_for(parameters.SMS_SEGMENTS, unit=company, on=on).value))


def first_known_day() -> date | None:
    """The first day of which openings ever came; before it nobody is judged."""
    found: date | None = Import.objects.taken(ImportKind.OPENINGS).aggregate(first=Min("covers_from"))["first"]
    return found


def rounds_of(
    period: Period, *, rules: Iterable[ReminderRule], calendar: Calendar, structure: Structure | None = None
) -> list[RuleRound]:
    """The rules in force for a period, in their order; `rules` are the rows of all times."""
    structure = structure or Structure(period.last)
    return [
        RuleRound(rule, period, structure=structure, calendar=calendar)
        for rule in rules_in_force(rules, period.last)
        if rule.period == period.kind
    ]


def rules_in_force(rules: Iterable[ReminderRule], on: date) -> list[ReminderRule]:
    """Per code the newest row that holds on a day, in their order, without those switched off."""
    newest: dict[str, ReminderRule] = {}
    for rule in sorted(rules, key=lambda rule: rule.from_on):
        if rule.from_on <= on:
            newest[rule.code] = rule
    return sorted((rule for rule in newest.values() if rule.is_active), key=lambda rule: (rule.position, rule.code))


def finished_scopes(code: str, period: Period) -> tuple[set[int], set[int]]:
    """The scopes in which a rule's list of a period is done, and those in which it waits for data."""
    rows = ReminderRun.objects.filter(code=code, business_on=period.last).values_list("scope", "state")
    done = {scope for scope, state in rows if state == ReminderRun.State.DONE}
    return done, {scope for scope, _ in rows} - done


def lists_with_news() -> set[tuple[str, date]]:
    """Code and date of lists that wait for data and of which some has come since they were begun; two queries."""
    waiting = ReminderRun.objects.filter(state=ReminderRun.State.NOT_KNOWN).exclude(missing=[])
    rows = list(waiting.values_list("code", "business_on", "missing", "started_at"))
    if not rows:
        return set()
    since = min(started for *_, started in rows)
    taken = Import.objects.taken(ImportKind.OPENINGS).filter(taken_at__gt=since)
    covered = taken.values_list("covers_from", "covers_to", "taken_at")
    news = [(first, last, at) for first, last, at in covered if first and last and at]
    return {
        (code, on)
        for code, on, missing, started in rows
        if any(at > started and any(first <= day <= last for day in missing) for first, last, at in news)
    }


def periods_between(kind: str, first: date, last: date) -> Iterable[Period]:
    """The days, or the weeks that end, from `first` to `last`."""
    step = PERIODS[kind]
    period: Period = step(first)
    while period.last <= last:
        if period.last >= first:
            yield period
        period = step(period.end)
