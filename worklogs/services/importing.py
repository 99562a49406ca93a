"""Logs that were kept elsewhere: a table of entries, taken whole or not at all, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import identifiers
from core.clock import day_of
from core.explain import N_
from core.periods import Period
from core.tables import Filled, Refusal, Row, Sheet, fill
from crm.selectors import client_numbers_known
from teams.models import Person
from worklogs.models import Contact, LogEntry, WorkLog
from worklogs.rules import asking, windows
from worklogs.rules.kinds import Kind, KnownAs
from worklogs.selectors import Place, known_as, places, requirements_over
from worklogs.services.judging import Judged, judge
from worklogs.services.writing import MOST_BROCHURES
from worklogs.sheets import ENTRIES

Key = tuple[int, date]  # a person and a day


@dataclass(slots=True)
class LogImport:
    """What a file held and what came of it. With refusals nothing was changed."""

    rows: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    logs: int = 0
    created: int = 0
    unchanged: int = 0
    known_numbers: int = 0
    clients_not_found: int = 0
    late: int = 0
    covers: tuple[date, date] | None = None
    judged: Judged = field(default_factory=Judged)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that can be taken: whose it is, and how its contact is recognised."""

    row: Row
    person: Person
    unit_id: int
    on: date
    kind: Kind
    phone: str
    client_no: str

    @property
    def key(self) -> Key:
        return self.person.pk, self.on

    @property
    def name(self) -> str:
        number = self.phone or self.client_no
        return str(self.row["contact_name"] or f"{number[:3]}****{number[-4:]}")


def import_logs(*, sheets: Sequence[Sheet], now: datetime, dry_run: bool = False) -> LogImport:
    """Take over log entries. The same file twice changes nothing; an answered log is not touched.

    Brochures of a day replace what the log had. A log without a moment of submission counts as handed in now; one that
    is handed in already keeps its moment and its late mark, whatever a later file says.
    """
    done = LogImport()
    with transaction.atomic():
        _take(sheets, now, done)
        if dry_run or done.refusals:
            transaction.set_rollback(True)
    return done


def _take(sheets: Sequence[Sheet], now: datetime, done: LogImport) -> None:
    lines = _lines(sheets, now, done)
    if done.refusals or not lines:
        return
    lines.sort(key=lambda line: (line.on, line.row.number))
    logs = _logs(lines, now, done)
    if done.refusals:
        return
    _entries(lines, logs, now, done)
    done.covers = (lines[0].on, lines[-1].on)
    done.judged = judge(
        period=Period.between(*done.covers), until=day_of(now), people={line.person.pk for line in lines}
    )


def _lines(sheets: Sequence[Sheet], now: datetime, done: LogImport) -> list[_Line]:
    """The rows as lines; what cannot be taken goes to the refusals."""
    found: list[_Line] = []
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
        days = [row["on"] for row in filled.rows]
        self.places: dict[int, list[Place]] = places(
            Period.between(min(days), max(days)), people=[person.pk for person in self.people.values()]
        )

    def lines(self, done: LogImport) -> list[_Line]:
        found = []
        for row in self.filled.rows:
            try:
                found.append(self._line(row))
            except _Untaken as untaken:
                done.refusals.append(self.filled.refusal(row, untaken.column, untaken.rule))
        return found

    def _line(self, row: Row) -> _Line:
        person = self.people.get(row["employee_no"])
        if person is None:
            raise _Untaken("employee_no", N_("nobody has this employee number"))
        if row["on"] > self.today:
            raise _Untaken("on", N_("lies in the future"))
        unit = next((p.unit_id for p in self.places.get(person.pk, ()) if p.from_on <= row["on"] < p.end), None)
        if unit is None:
            raise _Untaken("on", N_("holds no post as customer manager on this day"))
        kind = Kind(row["kind"])
        phone, client_no = ("", "") if kind == Kind.BROCHURES else _numbers(row)
        _check_quantity(row, kind)
        return _Line(row, person, unit, row["on"], kind, phone, client_no)


class _Untaken(Exception):
    """A row that cannot be taken because of one of its cells."""

    def __init__(self, column: str, rule: str) -> None:
        super().__init__(rule)
        self.column, self.rule = column, rule


def _numbers(row: Row) -> tuple[str, str]:
    """The phone number and the client number as they are kept; at least one of them is there."""
    client_no = (row["client_no"] or "").upper()
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


def _logs(lines: Sequence[_Line], now: datetime, done: LogImport) -> dict[Key, WorkLog]:
    """The logs of all lines, made, handed in and with their brochures; answered ones are refused."""
    by_key: dict[Key, list[_Line]] = defaultdict(list)
    for line in lines:
        by_key[line.key].append(line)
    asked = requirements_over(
        {line.unit_id for line in lines}, Period.between(min(on for _, on in by_key), max(on for _, on in by_key))
    )
    logs = {
        (log.person_id, log.on): log
        for log in WorkLog.objects.select_for_update().filter(
            person__in={person for person, _ in by_key}, on__in={on for _, on in by_key}
        )
        if (log.person_id, log.on) in by_key
    }
    new: list[WorkLog] = []
    changed: list[WorkLog] = []
    for key, own in by_key.items():
        log = logs.get(key) or WorkLog(person=own[0].person, unit_id=own[0].unit_id, on=own[0].on)
        if log.replied:
            rule = N_("the log of this day has been answered; correct it in the application")
            done.refusals.append(Refusal("", own[0].row.number, "on", str(log.on), rule))
            continue
        if _completed(log, own, now, asked[own[0].unit_id, log.on]):
            (changed if log.pk else new).append(log)
        logs[key] = log
    if done.refusals:
        return logs
    WorkLog.objects.bulk_create(new)
    WorkLog.objects.bulk_update(changed, ["state", "submitted_at", "late", "brochures"], batch_size=2000)
    done.logs, done.late = len(new), sum(log.late for log in (*new, *changed))
    return logs


def _completed(log: WorkLog, lines: Sequence[_Line], now: datetime, asked: asking.Requirement) -> bool:
    """Fill in brochures and submission; whether anything changed."""
    before = (log.state, log.submitted_at, log.brochures)
    brochures = [line.row["quantity"] for line in lines if line.kind == Kind.BROCHURES]
    if brochures:
        log.brochures = min(sum(brochures), MOST_BROCHURES)
    if not log.is_submitted:
        moments = [_aware(line.row["submitted_at"]) for line in lines if line.row["submitted_at"]]
        log.submitted_at = max(moments) if moments else now
        log.state = WorkLog.State.SUBMITTED
        log.late = windows.is_late(timezone.localtime(log.submitted_at), log.on, asked)
    return before != (log.state, log.submitted_at, log.brochures)


def _aware(moment: datetime) -> datetime:
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _entries(lines: Sequence[_Line], logs: dict[Key, WorkLog], now: datetime, done: LogImport) -> None:
    """The contacts of all lines, recognised in the order of their days; what is there already stays."""
    contacts = _Register([line for line in lines if line.kind != Kind.BROCHURES])
    there = set(
        LogEntry.objects.filter(log__in=[log.pk for log in logs.values()]).values_list("log", "kind", "contact")
    )
    entries = []
    for line in contacts.lines:
        contact, known = contacts.recognise(line)
        log = logs[line.key]
        if contact.pk and (log.pk, line.kind.value, contact.pk) in there:
            done.unchanged += 1
            continue
        entries.append(
            LogEntry(
                log=log,
                kind=line.kind,
                contact=contact,
                name=line.name,
                known_as=known,
                not_in_crm=line.kind == Kind.CLIENT_CALL and not contact.is_client,
                note=line.row["note"] or "",
                at=log.submitted_at or now,
            )
        )
        done.known_numbers += line.kind == Kind.PROSPECT and known != KnownAs.NEW
    contacts.write()
    for entry in entries:
        entry.contact_id = entry.contact.pk
    once = list({(entry.log_id, entry.kind, entry.contact_id): entry for entry in reversed(entries)}.values())[::-1]
    LogEntry.objects.bulk_create(once, batch_size=10_000)
    done.clients_not_found = sum(entry.not_in_crm for entry in once)
    done.created = len(once)
    done.unchanged += len(entries) - len(once)


class _Register:
    """The register of contacts as it is and as the lines add to it."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        self.lines = lines
        phones = {line.phone for line in lines} - {""}
        clients = {line.client_no for line in lines} - {""}
        self.by_phone: dict[str, Contact] = {}
        self.by_client: dict[str, Contact] = {}
        for contact in Contact.objects.filter(Q(phone__in=phones) | Q(client_no__in=clients)):
            self._keep(contact)
        self.in_crm = client_numbers_known(clients | (self.by_client.keys() - {""}))
        self.new: list[Contact] = []
        self.changed: dict[int, Contact] = {}

    def _keep(self, contact: Contact) -> None:
        if contact.phone:
            self.by_phone[contact.phone] = contact
        if contact.client_no:
            self.by_client[contact.client_no] = contact

    def recognise(self, line: _Line) -> tuple[Contact, KnownAs]:
        contact = self.by_phone.get(line.phone) or self.by_client.get(line.client_no)
        if contact is None:
            contact = Contact(
                phone=line.phone,
                client_no=line.client_no,
                name=line.name,
                owner=line.person,
                unit_id=line.unit_id,
                registered_on=line.on,
                is_client=line.client_no in self.in_crm,
            )
            self.new.append(contact)
            self._keep(contact)
            return contact, KnownAs.CLIENT if contact.is_client else KnownAs.NEW
        before = (contact.client_no, contact.is_client)
        contact.is_client |= bool({line.client_no, contact.client_no} & self.in_crm)
        if line.client_no and not contact.client_no and line.client_no not in self.by_client:
            contact.client_no = line.client_no
            self._keep(contact)
        if contact.pk and before != (contact.client_no, contact.is_client):
            self.changed[contact.pk] = contact
        return contact, known_as(contact, line.person)

    def write(self) -> None:
        Contact.objects.bulk_create(self.new, batch_size=10_000)
        Contact.objects.bulk_update(self.changed.values(), ["client_no", "is_client"], batch_size=2000)
