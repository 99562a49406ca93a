"""What beneath a run's figures is another than when it was computed, old and new, and who changed it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q

from compensation.models import PayRun, PersonMonth
from compensation.parameters import VALID_CODES
from compensation.rules.appraisal import BY_HAND
from compensation.selectors.computing import ComputedRun
from compensation.selectors.content import Content
from core.explain import N_
from core.models import AuditEntry
from core.money import ZERO
from core.said import Said
from crm.models import Import
from policies.models import ParameterValue
from teams.models import Grading, Posting, Target
from worklogs.models import LogEntry, WorkLog

SHOWN = 20
NAMED = 3  # so many people and makers stand in a sentence
CRM, ENTERED, LOGS, TARGETS, POSTS = "crm", "entered", "logs", "targets", "posts"
BEHIND_IT = N_("%(by)s changed what lies behind the pay of %(names)s")
Cause = dict[str, str]
Read = Callable[[Mapping[str, Any]], Any]


def _sum(figure: str) -> Read:
    return lambda inputs: str(sum((Decimal(part[figure] or 0) for part in inputs.get("commissions", [])), ZERO))


def _measure(measure: str, figure: str) -> Read:
    """The achieved figure or the target of one measure of the appraisal."""

    def read(inputs: Mapping[str, Any]) -> Any:
        for line in inputs.get("assessment", {}).get("lines", []):
            of = dict(line.get("inputs", []))
            if of.get("measure") == measure:
                return of.get(figure)
        return None

    return read


def _set_by_hand(inputs: Mapping[str, Any]) -> Any:
    """The coefficient, "" where none is set; nothing where nobody is appraised."""
    if "assessment" not in inputs:
        return None
    lines = (inputs["assessment"] or {}).get("lines", [])
    by_hand: Mapping[str, Any] = next((line for line in lines if line.get("clause") == BY_HAND), {"result": ""})
    return by_hand.get("counted", by_hand.get("result"))


def _field(name: str) -> Read:
    return lambda inputs: inputs.get(name)


# What is read of the inputs of a slip: how it is called, of which kind it is, and how.
READ: tuple[tuple[str, str, Read], ...] = (
    (N_("gross commission"), CRM, _sum("gross")),
    (N_("pass-through fees"), CRM, _sum("pass_through")),
    (N_("openings"), CRM, _field("openings")),
    (N_("valid openings"), CRM, _field("valid_openings")),
    (N_("net new assets"), CRM, _field("new_assets")),
    (N_("products sold"), CRM, _field("product_sales")),
    (N_("valid complaints"), ENTERED, _field("complaints")),
    (N_("client cost"), ENTERED, _field("client_cost")),
    (N_("attendance deduction"), ENTERED, _field("attendance_deduction")),
    (N_("social insurance"), ENTERED, _field("social_insurance")),
    (N_("income tax"), ENTERED, _field("income_tax")),
    (N_("assessment coefficient set by hand"), ENTERED, _set_by_hand),
    (N_("activity score"), LOGS, _measure("activity", "achieved")),
    (N_("pass marks of the activity score"), LOGS, _measure("activity", "target")),
    (N_("target of openings"), TARGETS, _measure("openings", "target")),
    (N_("target of valid openings"), TARGETS, _measure("valid_openings", "target")),
    (N_("target of net commission"), TARGETS, _measure("net_commission", "target")),
    (N_("target of net new assets"), TARGETS, _measure("net_assets", "target")),
    (N_("grade"), POSTS, _field("grade")),
    (N_("days posted"), POSTS, _field("days")),
)


def causes_of(run: PayRun, kept: Sequence[Content], computed: ComputedRun) -> list[Cause]:
    """By person what she was paid on, old and new; the first of it. Amounts and counts are text."""
    before = {slip["employee_no"]: slip["inputs"] for slip in kept}
    after = {part.who.employee_no: part for part in computed.parts}
    found: list[tuple[int, str, Cause]] = []
    for number in sorted(before.keys() & after.keys()):
        part, old = after[number], before[number]
        new = part.content["inputs"]
        if old == new:
            continue
        for label, kind, read in READ:
            was, becomes = read(old), read(new)
            if _as_number(was) != _as_number(becomes) and was is not None:
                one = {"name": part.who.name, "what": label, "old": str(was), "new": str(becomes or "")}
                found.append((part.who.person_id, kind, one))
    return _with_makers(run, found[:SHOWN])


def _as_number(value: Any) -> Any:
    """0 and 0.00 are the same figure."""
    try:
        return Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return value


def _with_makers(run: PayRun, found: list[tuple[int, str, Cause]]) -> list[Cause]:
    people: dict[str, set[int]] = defaultdict(set)
    for person, kind, _cause in found:
        people[kind].add(person)
    since = run.explained_at or run.drafted_at
    makers = {kind: MAKERS[kind](run, of, since) for kind, of in people.items()}
    return [{**cause, "by": "、".join(makers[kind].get(person, ())[:NAMED])} for person, kind, cause in found]


def reason_of(causes: Sequence[Cause]) -> Said | None:
    """The causes as one sentence without an amount; nothing where nobody is known to have made them."""
    names = list(dict.fromkeys(cause["name"] for cause in causes))
    by = list(dict.fromkeys(cause["by"] for cause in causes if cause["by"]))
    if not by:
        return None
    more = "…" if len(names) > NAMED else ""
    return Said(BEHIND_IT, {"by": "、".join(by[:NAMED]), "names": "、".join(names[:NAMED]) + more})


# --- who made a change of each kind since a moment, by person ---------------------------------------------------------
Makers = dict[int, list[str]]


def _of_crm(run: PayRun, people: set[int], since: datetime) -> Makers:
    """Whoever took or reverted an import of the month, or changed the rule of valid accounts."""
    moved = Q(taken_at__gt=since) | Q(reverted_at__gt=since)
    imports = Import.objects.filter(moved, covers_from__lt=run.period.end, covers_to__gte=run.month)
    names = [
        f"{one.latest_by.name if one.latest_by else ''} ({one.file_name})".strip()
        for one in imports.select_related("taken_by", "reverted_by", "checked_by").order_by("-pk")[:NAMED]
        if run.branch.path.startswith(one.unit.path)
    ]
    rules = ParameterValue.objects.filter(code__in=VALID_CODES, set_at__gt=since).select_related("set_by")
    names += [value.set_by.name for value in rules if value.set_by]
    return {key: list(dict.fromkeys(names)) for key in people}


def _of_entries(run: PayRun, people: set[int], _since: datetime) -> Makers:
    entries = PersonMonth.objects.filter(month=run.month, person__in=people).select_related("entered_by")
    return {entry.person_id: [entry.entered_by.name] for entry in entries.order_by("entered_at")}


def _of_logs(run: PayRun, people: set[int], since: datetime) -> Makers:
    weeks = list(run.period.weeks())
    logs = WorkLog.objects.filter(person__in=people, on__gte=weeks[0].first, on__lt=weeks[-1].end)
    rows = {("worklogs_worklog", str(pk)): person for pk, person in logs.values_list("pk", "person")}
    entries = LogEntry.objects.filter(log__in=logs).values_list("pk", "log__person")
    return _by_trail(rows | {("worklogs_logentry", str(pk)): person for pk, person in entries}, since)


def _of_targets(run: PayRun, people: set[int], since: datetime) -> Makers:
    rows = Target.objects.filter(month=run.month, person__in=people).values_list("pk", "person")
    return _by_trail({("teams_target", str(pk)): person for pk, person in rows if person}, since)


def _of_posts(_run: PayRun, people: set[int], since: datetime) -> Makers:
    rows = {("teams_person", str(person)): person for person in people}
    for model in (Posting, Grading):
        table = model._meta.db_table
        found = model._default_manager.filter(person__in=people).values_list("pk", "person")
        rows |= {(table, str(pk)): person for pk, person in found}
    return _by_trail(rows, since)


MAKERS: dict[str, Callable[[PayRun, set[int], datetime], Makers]] = {
    CRM: _of_crm, ENTERED: _of_entries, LOGS: _of_logs, TARGETS: _of_targets, POSTS: _of_posts,
}  # fmt: skip


def _by_trail(rows: Mapping[tuple[str, str], int], since: datetime) -> Makers:
    """Whose changes of these rows stand in the audit trail since a moment."""
    tables: dict[str, list[str]] = defaultdict(list)
    for table, row in rows:
        tables[table].append(row)
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for table, keys in tables.items():
        entries = AuditEntry.objects.filter(table=table, row__in=keys, at__gt=since, actor__isnull=False).order_by(
            "-pk"
        )
        for row, name in entries.values_list("row", "actor__name")[: SHOWN * SHOWN]:
            found[rows[table, row]][name] = None
    return {person: list(names) for person, names in found.items()}
