"""Logs that were kept elsewhere: a table of entries, taken whole or not at all, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from core import identifiers
from core.clock import day_of
from core.explain import N_
from core.identifiers import lookalikes
from core.periods import Period, Week
from core.tables import Filled, Refusal, Row, Sheet, fill, remarks_on
from teams.models import Person
from teams.selectors.people import employee_numbers
from worklogs.models import Correction, LogEntry, WorkLog
from worklogs.rules import asking, windows
from worklogs.rules.kinds import Kind, KnownAs
from worklogs.selectors import Place, places, requirements_over
from worklogs.selectors.numbers import likely_clients, numbers_of_the_firm
from worklogs.services.claims import Weeks, judge_weeks, settle
from worklogs.services.judging import Judged, closed_units, judge
from worklogs.services.register import Key, Register, RegisterLine
from worklogs.services.writing import MOST_BROCHURES
from worklogs.sheets import ENTRIES


@dataclass(frozen=True, slots=True)
class Replaced:
    """Brochures of a day that a file brought before, and those it brings now."""

    employee_no: str
    on: date
    old: int
    new: int


@dataclass(slots=True)
class LogImport:
    """What a file held and what came of it: each row is created, unchanged or replaced. With refusals none is taken."""

    rows: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Refusal] = field(default_factory=list)  # to be told, though nothing is refused for it
    ignored_columns: tuple[str, ...] = ()
    logs: int = 0
    created: int = 0  # rows that brought something new
    unchanged: int = 0  # rows of what was there already
    replaced: int = 0  # rows of brochures that replace what a file brought before
    brochures: list[Replaced] = field(default_factory=list)
    known_numbers: int = 0
    clients_not_found: int = 0
    late: int = 0
    covers: tuple[date, date] | None = None
    judged: Judged = field(default_factory=Judged)


def import_logs(*, sheets: Sequence[Sheet], now: datetime, dry_run: bool = False) -> LogImport:
    """Take over log entries. The same file twice changes nothing, and an answered log is not changed.

    Brochures of a person and day add up within the file and replace what files brought before, never what she entered
    herself (reading 43). A log without a moment of submission counts as handed in now. One that is handed in already
    keeps its moment; what is added to it after the cut-off marks it late, and after its days is a correction (reading 44).
    """
    for is_last in (False, False, True):
        done = LogImport()
        try:
            with transaction.atomic():
                _one_file_at_a_time()
                _take(sheets, now, done)
                if dry_run or done.refusals:
                    transaction.set_rollback(True)
        except IntegrityError:  # somebody entered one of its numbers on a page meanwhile: now it is known
            if is_last:
                raise
        else:
            break
    return done


def _one_file_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import_logs'))")


def _take(sheets: Sequence[Sheet], now: datetime, done: LogImport) -> None:
    lines = _lines(sheets, now, done)
    if done.refusals or not lines:
        return
    lines.sort(key=lambda line: (line.on, line.row.number))
    people = {line.person.pk for line in lines}
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk"))
    logs = _logs(lines, now, done)
    if done.refusals:
        return
    weeks = _Contacts(lines, logs, now, done).taken()
    if done.refusals:
        return
    done.covers = (lines[0].on, lines[-1].on)
    covered = Period.between(*done.covers)
    done.judged = judge(period=covered, until=day_of(now), people=people)
    elsewhere = {
        week: others
        for week, of_week in weeks.items()
        if (others := of_week - (people if week.first < covered.end and week.end > covered.first else set()))
    }
    done.judged.add(judge_weeks(elsewhere, now=now))


def _lines(sheets: Sequence[Sheet], now: datetime, done: LogImport) -> list[RegisterLine]:
    """The rows as lines; what cannot be taken goes to the refusals."""
    found: list[RegisterLine] = []
    done.remarks = remarks_on(sheets)
    for filled in (fill(sheet, ENTRIES.columns) for sheet in sheets if sheet.rows):
        done.rows += len(filled.rows) + len({refusal.row for refusal in filled.refusals})
        done.ignored_columns += filled.ignored
        done.refusals += filled.refusals
        if filled.rows:
            found += _Reading(filled, now).lines(done)
    if not found and not done.refusals:
        done.refusals.append(Refusal(rule=N_("the file holds no rows")))
    return found


class _Reading:
    """One sheet's rows against who is who and where on which day."""

    def __init__(self, filled: Filled, now: datetime) -> None:
        self.filled, self.today = filled, day_of(now)
        numbers = {row["employee_no"] for row in filled.rows}
        self.people = {
            person.employee_no: person
            for person in Person.objects.filter(user__employee_no__in=numbers).select_related("user")
        }
        missing = numbers - self.people.keys()
        self.likely = lookalikes(missing, employee_numbers()) if missing else {}
        days = [row["on"] for row in filled.rows]
        self.places: dict[int, list[Place]] = places(
            Period.between(min(days), max(days)), people=[person.pk for person in self.people.values()]
        )

    def lines(self, done: LogImport) -> list[RegisterLine]:
        found = []
        for row in self.filled.rows:
            try:
                found.append(self._line(row))
            except _Untaken as untaken:
                done.refusals.append(self.filled.refusal(row, untaken.column, untaken.rule, **untaken.values))
        prospects = [line for line in found if line.phone and line.kind != Kind.CLIENT_CALL]
        units = {line.unit_id for line in prospects}
        of_firm = numbers_of_the_firm({line.phone for line in prospects}, unit_ids=units, on=self.today)
        rule = N_("is a number of the firm or of somebody who works here: no prospect")
        done.refusals += [self.filled.refusal(one.row, "phone", rule) for one in prospects if one.phone in of_firm]
        likely = likely_clients({line.client_no for line in found})
        rule = N_("no client has this number; do you mean %(likely)s? They differ in leading zeros or capitals only")
        done.refusals += [
            self.filled.refusal(one.row, "client_no", rule, likely=likely[one.client_no])
            for one in found
            if one.client_no in likely
        ]
        return found

    def _line(self, row: Row) -> RegisterLine:
        person = self.people.get(row["employee_no"])
        if person is None:
            likely = self.likely.get(row["employee_no"])
            if likely is None:
                raise _Untaken("employee_no", N_("nobody has this employee number"))
            rule = N_(
                "nobody has this employee number; do you mean %(likely)s? They differ in leading zeros or capitals only"
            )
            raise _Untaken("employee_no", rule, likely=likely)
        if row["on"] > self.today:
            raise _Untaken("on", N_("lies in the future"))
        unit = next((p.unit_id for p in self.places.get(person.pk, ()) if p.from_on <= row["on"] < p.end), None)
        if unit is None:
            raise _Untaken("on", N_("holds no post as customer manager on this day"))
        kind = Kind(row["kind"])
        phone, client_no = ("", "") if kind == Kind.BROCHURES else _numbers(row)
        _check_quantity(row, kind)
        return RegisterLine(row, person, unit, row["on"], kind, phone, client_no)


class _Untaken(Exception):
    """A row that cannot be taken because of one of its cells."""

    def __init__(self, column: str, rule: str, **values: str) -> None:
        super().__init__(rule)
        self.column, self.rule, self.values = column, rule, values


def _numbers(row: Row) -> tuple[str, str]:
    """The phone number and the client number as they are kept; at least one of them is there."""
    client_no = row["client_no"] or ""
    if not row["phone"]:
        if not client_no:
            raise _Untaken("phone", N_("a phone number or a client number is needed"))
        return "", client_no
    try:
        return identifiers.phone(row["phone"]), client_no
    except identifiers.NotAPhoneNumber:
        rule = N_("is neither a mobile number nor a landline with its area code")
        raise _Untaken("phone", rule) from None


def _check_quantity(row: Row, kind: Kind) -> None:
    if kind != Kind.BROCHURES and row["quantity"] not in (None, 1):
        raise _Untaken("quantity", N_("each contact has a row of its own"))
    if kind == Kind.BROCHURES and (row["quantity"] is None or not 0 <= row["quantity"] <= MOST_BROCHURES):
        raise _Untaken("quantity", N_("brochures need a quantity from 0 to 100,000"))


def _logs(lines: Sequence[RegisterLine], now: datetime, done: LogImport) -> dict[Key, _LogTaken]:
    """The logs of all lines, made, handed in and with their brochures."""
    by_key: dict[Key, list[RegisterLine]] = defaultdict(list)
    for line in lines:
        by_key[line.key].append(line)
    asked = requirements_over(
        {line.unit_id for line in lines}, Period.between(min(on for _, on in by_key), max(on for _, on in by_key))
    )
    found = {
        (log.person_id, log.on): log
        for log in WorkLog.objects.select_for_update(of=("self",)).filter(
            person__in={person for person, _ in by_key}, on__in={on for _, on in by_key}
        )
    }
    closed = {week: closed_units(week) for week in {Week(on) for _, on in by_key}}
    logs: dict[Key, _LogTaken] = {}
    for key, own in by_key.items():
        log = found.get(key) or WorkLog(person=own[0].person, unit_id=own[0].unit_id, on=own[0].on)
        logs[key] = _LogTaken(log, asked[own[0].unit_id, log.on], now, is_closed=log.unit_id in closed[Week(log.on)])
        logs[key].take_brochures([line for line in own if line.kind == Kind.BROCHURES], done)
        logs[key].hand_in(own, done)
    new = [one.log for one in logs.values() if not one.log.pk]
    if not done.refusals:
        WorkLog.objects.bulk_create(new, batch_size=5000)
    done.logs = len(new)
    return logs


class _LogTaken:
    """A log that lines come to: what changes about it, and what that leaves behind."""

    def __init__(self, log: WorkLog, asked: asking.Requirement, now: datetime, *, is_closed: bool) -> None:
        self.log, self.asked, self.now, self.is_closed = log, asked, now, is_closed
        self.was_handed_in, self.is_changed = log.is_submitted, False
        self.corrections: list[Correction] = []
        self.refused_rows: set[int] = set()

    def take_brochures(self, lines: Sequence[RegisterLine], done: LogImport) -> None:
        """All brochures of a person and day in the file, instead of what files brought before."""
        if not lines:
            return
        log, before = self.log, self.log.brochures_of_files
        quantity = min(sum(line.row["quantity"] for line in lines), MOST_BROCHURES)
        if before == quantity:
            done.unchanged += len(lines)
            return
        if not self.may_change(lines[0], done):
            return
        old, log.brochures_of_files = log.brochures, quantity
        log.brochures = max(0, min(log.brochures - (before or 0) + quantity, MOST_BROCHURES))
        if before is None:
            done.created += len(lines)
        else:
            done.replaced += len(lines)
            done.brochures.append(Replaced(lines[0].person.employee_no, log.on, before, quantity))
        self.change(Correction.What.BROCHURES, str(old), str(log.brochures), max(x.moment(self.now) for x in lines))

    def may_change(self, line: RegisterLine, done: LogImport) -> bool:
        """What a closed month has counted stays; who was answered is corrected by a person with a reason, not by a file."""
        if self.is_closed:
            rule = N_("a closed month has counted this week: its logs stay as they are")
            if line.row.number not in self.refused_rows:
                done.refusals.append(Refusal("", line.row.number, "on", str(self.log.on), rule))
            self.refused_rows.add(line.row.number)
            return False
        if self.log.replied:
            rule = N_("the log of this day has been answered; correct it in the application")
            done.refusals.append(Refusal("", line.row.number, "on", str(self.log.on), rule))
        return not self.log.replied

    def change(self, what: str, old: str, new: str, moment: datetime) -> None:
        """The late mark and the correction that a change on the page would leave (reading 44)."""
        self.is_changed = True
        local = timezone.localtime(moment)
        if not self.was_handed_in or not windows.is_late(local, self.log.on, self.asked):
            return
        self.log.late = True
        if windows.window(self.log.on, local, self.asked, replied=False) != windows.Window.OPEN:
            reason = gettext("It came with a file after the log was handed in.")
            self.corrections.append(Correction(log=self.log, what=what, old=old, new=new, reason=reason, at=self.now))

    def hand_in(self, lines: Sequence[RegisterLine], done: LogImport) -> None:
        """With the moment that the file names, else now."""
        if self.was_handed_in or not self.may_change(lines[0], done):
            return
        named = [line.moment(self.now) for line in lines if line.row["submitted_at"]]
        self.log.submitted_at = max(named) if named else self.now
        self.log.state = WorkLog.State.SUBMITTED
        self.log.late = windows.is_late(timezone.localtime(self.log.submitted_at), self.log.on, self.asked)
        self.is_changed = True


class _Contacts:
    """The contacts of all lines put on their logs; what is there already stays."""

    def __init__(
        self, lines: Sequence[RegisterLine], logs: dict[Key, _LogTaken], now: datetime, done: LogImport
    ) -> None:
        self.register = Register([line for line in lines if line.kind != Kind.BROCHURES])
        self.logs, self.now, self.done = logs, now, done
        ids = [one.log.pk for one in logs.values() if one.was_handed_in or one.log.pk]
        known = LogEntry.objects.filter(log__in=ids).values_list("log", "kind", "contact")
        self.there: set[tuple[Any, str, Any]] = set(known)

    def taken(self) -> Weeks:
        """Write all down; the weeks in which others win or lose a number by it (reading 41)."""
        entries = [entry for line in self.register.lines if (entry := self._entry(line))]
        if self.done.refusals:
            return {}
        self.register.write()
        for entry in entries:
            entry.contact_id = entry.contact.pk
        LogEntry.objects.bulk_create(entries, batch_size=10_000)
        changed = [one for one in self.logs.values() if one.is_changed]
        columns = ["state", "submitted_at", "late", "brochures", "brochures_of_files"]
        WorkLog.objects.bulk_update([one.log for one in changed], columns, batch_size=2000)
        Correction.objects.bulk_create([one for log in changed for one in log.corrections])
        self.done.late = sum(one.log.late for one in changed)
        weeks = settle({entry.contact_id for entry in entries}, now=self.now)
        self._count(entries)
        return weeks

    def _entry(self, line: RegisterLine) -> LogEntry | None:
        contact, known = self.register.recognise(line)
        one = self.logs[line.key]
        key = (one.log.pk, line.kind.value, contact.pk or id(contact))
        if key in self.there:
            self.done.unchanged += 1
            return None
        if not one.may_change(line, self.done):
            return None
        self.there.add(key)
        at = line.moment(self.now) if one.was_handed_in or line.row["submitted_at"] else one.log.submitted_at
        one.change(Correction.What.ENTRY_ADDED, "", f"{line.kind} {line.name}", at or self.now)
        return LogEntry(
            log=one.log,
            kind=line.kind,
            contact=contact,
            name=line.name,
            known_as=known,
            not_in_crm=line.kind == Kind.CLIENT_CALL and not contact.is_client,
            note=line.row["note"] or "",
            at=at or self.now,
        )

    def _count(self, entries: Sequence[LogEntry]) -> None:
        settled = LogEntry.objects.filter(pk__in=[entry.pk for entry in entries], kind=Kind.PROSPECT)
        self.done.known_numbers = settled.exclude(known_as=KnownAs.NEW).count()
        self.done.clients_not_found = sum(entry.not_in_crm for entry in entries)
        self.done.created += len(entries)
